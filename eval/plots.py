"""RESULTS → PICTURES: what a curve says better than a table, with matplotlib (extra `eval`), small and readable."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

Plot = Callable[[Mapping[str, Any], Path], None]

PLOTS: Final[Mapping[str, Plot]] = {}
