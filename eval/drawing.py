"""Redraws what is made of results: tables between markers in eval/README.md, and plots as small PNGs.

A table stands between `<!-- table NAME -->` and `<!-- end -->`; what is around them is left alone. Drawing twice changes nothing.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from eval.plots import PLOTS
from eval.running import RESULTS, ROOT
from eval.tables import TABLES, Row

README: Final = ROOT / "eval" / "README.md"
_MARKED: Final = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def read_results(folder: Path = RESULTS) -> dict[str, Any]:
    """All committed results, by trial."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def redraw(changed: Iterable[str] | None = None) -> None:
    """Writes the tables anew, and the plots of the trials that changed; of all, where none is named."""
    results = read_results()
    README.write_text(drawn(README.read_text("utf-8"), results), "utf-8")
    for name in PLOTS if changed is None else set(changed) & set(PLOTS):
        if name in results:
            PLOTS[name](results[name], RESULTS / f"{name}.png")


def drawn(page: str, results: dict[str, Any]) -> str:
    """A page with its tables as the results have them. Raises: KeyError, where a marker names no table."""
    return _MARKED.sub(lambda marks: marks[1] + markdown(TABLES[marks[2]](results)) + marks[3], page)


def markdown(rows: list[Row]) -> str:
    """Rows as a table, the first of them its head."""
    head, *rest = rows
    if not rest:
        return "Not measured yet.\n"
    cells = [head, ("---",) * len(head), *rest]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in cells)
