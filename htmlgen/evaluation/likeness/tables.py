"""How often each page has each feature: sparse counts of many pages, from which those of a sample of pages are summed at once."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of features, page after page: those of page i lie from `starts[i]` to `starts[i + 1]`."""

    starts: Indices  #: (pages + 1,)
    columns: Indices  #: (entries,), numbers of features, each once a page
    counts: Indices  #: (entries,), above 0
    features: tuple[Hashable, ...]  #: the feature of each column

    def sums(self, pages: Indices) -> Indices:
        """Counts (features,) of some pages together."""
        entries = self.entries(pages)
        sums: Indices = np.bincount(self.columns[entries], self.counts[entries], len(self.features)).astype(np.int64)
        return sums

    def entries(self, pages: Indices) -> Indices:
        """Where the entries of some pages lie, page after page."""
        lengths = self.starts[pages + 1] - self.starts[pages]
        before = lengths.cumsum() - lengths
        entries: Indices = np.arange(lengths.sum()) + np.repeat(self.starts[pages] - before, lengths)
        return entries


def table(pages: Iterable[Mapping[str, int]] | Iterable[Mapping[tuple[str, ...], int]]) -> Table:
    """The table of pages' counts."""
    numbers: dict[Hashable, int] = {}
    starts, columns, counts = [0], list[int](), list[int]()
    for page in pages:
        columns.extend(numbers.setdefault(feature, len(numbers)) for feature in page)
        counts.extend(page.values())
        starts.append(len(columns))
    first, second, third = (np.array(values, dtype=np.int64) for values in (starts, columns, counts))
    return Table(first, second, third, tuple(numbers))
