"""A corpus' statistics as people read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from htmlgen.corpus.statistics import CorpusStatistics

_INDENT = 16


def table(found: CorpusStatistics) -> str:
    """A line a figure; counts by name in one line, the most frequent first."""
    return "\n".join(_lines(found))


def _lines(found: CorpusStatistics) -> Iterator[str]:
    for name, value in found.to_dict().items():
        label = name.replace("_", " ").ljust(_INDENT)
        if isinstance(value, int):
            yield f"{label}{value:,}"
        elif name == "unreadable":
            yield f"{label}{len(value):,}"
            yield from (f"  {page}: {problem}" for page, problem in value.items())
        else:
            yield label + _counts(value)


def _counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"
