"""Pages beside a reference corpus: likeness, and what is copied from it, for people and for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TextIO

import numpy as np
from rich.console import Console
from rich.table import Table

from htmlgen.corpus.pages import Page
from htmlgen.corpus.preparation import prepare, prepare_page
from htmlgen.evaluation.copying import longest_copies
from htmlgen.evaluation.judging import Structured
from htmlgen.evaluation.likeness import DISTANCES, Figure, Likeness, compare
from htmlgen.evaluation.structure import Structure, structure_of

LONG: Final = 64  # a run of more words than that is counted as copied
_COLUMNS: Final = ("likeness", "value", "95 %", "real pages", "ratio", "other sites", "ratio")


@dataclass(frozen=True, slots=True)
class Copies:
    """The longest run of each page that stands in other pages too, in words or tokens."""

    mean: float
    median: float
    longest: int
    share_long: float  #: of pages whose longest run is above `LONG`

    @classmethod
    def of(cls, runs: Sequence[int]) -> "Copies":
        """Args: runs, the longest one of each page; one page at least."""
        values = np.asarray(runs)
        return cls(float(values.mean()), float(np.median(values)), int(values.max()), float((values > LONG).mean()))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pages and a reference."""

    likeness: Likeness
    copies: Copies  #: of words, see `structure`

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        copies = {name: getattr(self.copies, name) for name in self.copies.__slots__}
        return {**self.likeness.to_dict(), "copied_words": copies}

    def write(self, stream: TextIO) -> None:
        """A table of the figures, for people."""
        likeness, copies = self.likeness, self.copies
        console = Console(file=stream, highlight=False)
        table = Table(*_COLUMNS, box=None, header_style="bold", pad_edge=False)
        for column in table.columns[1:]:
            column.justify, column.no_wrap = "right", True
        for figure in likeness.figures:
            table.add_row(*_row(figure))
        console.print(table)
        sizes = f"{likeness.pages:,} pages beside {likeness.reference_pages:,}, samples of {likeness.sample_elements:,.0f} elements"
        console.print(f"{sizes}; distances are Jensen-Shannon's, of base 2", soft_wrap=True)
        runs = f"mean {copies.mean:.1f}, median {copies.median:.0f}, at most {copies.longest:,} words"
        console.print(f"longest run copied from the reference: {runs}; above {LONG} in {copies.share_long:.1%} of pages", soft_wrap=True)


def page_structure(page: str) -> Structure | None:
    """The structure of a page's text, cleaned as reference pages are; None where nothing of it is left."""
    prepared = prepare_page(Page(page, "", ""))
    return structure_of(prepared.events) if prepared.events else None


def read_reference(sources: Sequence[str], *, jobs: int = 1) -> list[Structure]:
    """The structures of a corpus' pages, cleaned. Raises: InputError, for a source that is missing or holds no page."""
    return [structure_of(page.events, site=page.site) for page in prepare(sources, jobs=jobs) if page.events]


@dataclass(frozen=True, slots=True)
class Comparing:
    """A comparison under way: pages are collected as they are judged."""

    reference: Sequence[Structure]
    pages: list[Structure] = field(default_factory=list)

    @property
    def structure_of(self) -> Structured:
        """What gives a page's text its structure."""
        return page_structure

    def compared(self) -> Comparison:
        """Raises: InputError, where there are too few pages to compare."""
        likeness = compare(self.pages, self.reference)
        numbers: dict[str, int] = {}
        source, pages = (_numbered(side, numbers) for side in (self.reference, self.pages))
        return Comparison(likeness, Copies.of(longest_copies(pages, source).tolist()))


def _numbered(pages: Iterable[Structure], numbers: dict[str, int]) -> list[list[int]]:
    return [[numbers.setdefault(word, len(numbers)) for word in page.words] for page in pages]


def _row(figure: Figure) -> tuple[str, ...]:
    name = f"{figure.name} (distance)" if figure.name in DISTANCES else figure.name
    interval = f"{figure.low:.3f}–{figure.high:.3f}"
    return name, f"{figure.value:.3f}", interval, *map(_shown, (figure.floor, figure.ratio, figure.site_floor, figure.site_ratio))


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
