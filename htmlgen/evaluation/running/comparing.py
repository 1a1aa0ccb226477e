"""Pages beside a reference corpus: likeness, and what is copied from it, for people and for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, TextIO

import numpy as np
from rich.console import Console
from rich.table import Table

from htmlgen.corpus.pages import Page
from htmlgen.corpus.preparation import prepare, prepare_page
from htmlgen.errors import InputError
from htmlgen.evaluation.likeness.copying import longest_runs
from htmlgen.evaluation.likeness.figures import Figure, Likeness, compare, halves, has_sites, site_numbers
from htmlgen.evaluation.likeness.structure import Structure, structure_of
from htmlgen.evaluation.likeness.tables import Indices
from htmlgen.evaluation.running.guarded import Structured

if TYPE_CHECKING:
    from htmlgen.evaluation.bits import Bits, Measuring

LONG: Final = 64  # a run of more words than that is counted as copied
_COLUMNS: Final = ("figure", "best", "value", "95 %", "real", "ratio", "sites", "ratio", "")
_SAMPLES: Final = 1000  # of a bootstrap
_SEED: Final = 0
_HOW_TO_READ: Final = (
    "best: what to aim at; of the first seven, Jensen-Shannon distances, 0 is the same and 1 nothing in common",
    "real: the figure of real pages put in place of these, the best that can be asked for; the ratio is value / real, and 1 is as real",
    "sites: the same where real pages and reference have no site in common; and that ratio",
)


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
class CopiesBeside:
    """What pages copy from one half of the reference, and what real pages, of the other half, have in common with it: means of words."""

    value: float
    low: float  #: of the 95 % bootstrap interval, pages (or sites, where names tell them) drawn with replacement
    high: float
    real: float
    whole_sites: bool  #: whether the halves have no site in common


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pages and a reference, and what they cost a bundle, as far as each was asked for."""

    likeness: Likeness | None = None
    copies: Copies | None = None  #: of words, see `structure`, from the whole reference
    beside: CopiesBeside | None = None
    bits: "Bits | None" = None
    problem: str = ""  #: why there is no likeness, though it was asked for

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        found = self.likeness.to_dict() if self.likeness else {"problem": self.problem} if self.problem else {}
        names = {"copied_words": self.copies, "copied_words_of_half": self.beside}
        found |= {name: asdict(part) for name, part in names.items() if part}
        return found | ({"bits": self.bits.to_dict()} if self.bits else {})

    def write(self, stream: TextIO) -> None:
        """A table of the figures, and how to read it, for people."""
        console = Console(file=stream, highlight=False)
        if self.likeness:
            _write_likeness(self.likeness, console)
        if self.copies and self.beside:
            _write_copies(self.copies, self.beside, console)
        if self.bits:
            self.bits.write(stream)


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

    reference: Sequence[Structure] | None = None
    measuring: "Measuring | None" = None
    names: list[str] = field(default_factory=list)
    pages: list[Structure] = field(default_factory=list)

    @property
    def structure_of(self) -> Structured | None:
        """What gives a page's text its structure, if structures are asked for."""
        return None if self.reference is None else page_structure

    def add(self, name: str, page: str, structure: Structure | None) -> None:
        """Args: page, its text; structure, None where nothing of the page is left after cleaning."""
        if self.measuring:
            self.measuring.add(name, page)
        if structure:
            self.names.append(name)
            self.pages.append(structure)

    def compared(self) -> Comparison:
        """The figures; where there are too few pages, the problem in their place."""
        bits = self.measuring.measured() if self.measuring else None
        if self.reference is None:
            return Comparison(bits=bits)
        sites = sites_of(self.names)
        pages = [replace(page, site=site) for page, site in zip(self.pages, sites, strict=True)]
        try:
            likeness = compare(pages, self.reference)
        except InputError as error:
            return Comparison(bits=bits, problem=str(error))
        return Comparison(likeness, *copied(pages, self.reference), bits)


def sites_of(names: Sequence[str]) -> list[str]:
    """The site of each page, from the names of all: the first folder that not all of them share; empty for a page outside of any."""
    folders = [PurePath(name).parent.parts for name in names]
    shared = 0
    while folders and all(len(parts) > shared and parts[shared] == folders[0][shared] for parts in folders):
        shared += 1
    return [parts[shared] if len(parts) > shared else "" for parts in folders]


def copied(pages: Sequence[Structure], reference: Sequence[Structure]) -> tuple[Copies, CopiesBeside]:
    """What pages copy from the reference, and from a half of it, beside the other half, split at random."""
    rng = np.random.default_rng(_SEED)
    sizes = np.array([len(page.words) for page in reference])
    half, rest = halves(sizes, site_numbers(reference), rng)
    numbers: dict[str, int] = {}
    ordered = [*(reference[place] for place in (*half, *rest)), *pages]
    from_half, from_all = longest_runs(_numbered(ordered, numbers), [len(half), len(reference)])
    real, runs = from_half[: len(rest)], from_half[len(rest) :]
    low, high = np.percentile(_bootstrap(runs, site_numbers(pages), rng), (2.5, 97.5)).tolist()
    beside = CopiesBeside(float(runs.mean()), low, high, float(real.mean()), has_sites(reference))
    return Copies.of(from_all.tolist()), beside


def _bootstrap(runs: Indices, sites: Indices, rng: np.random.Generator) -> Indices:
    """(samples,): means of runs over sites drawn with replacement."""
    sums, counts = np.bincount(sites, runs), np.bincount(sites)
    drawn = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), _SAMPLES)
    means: Indices = (drawn @ sums) / (drawn @ counts)
    return means


def _numbered(pages: Iterable[Structure], numbers: dict[str, int]) -> list[list[int]]:
    return [[numbers.setdefault(word, len(numbers)) for word in page.words] for page in pages]


# For people -------------------------------------------------------------------------------------------------------------------------


def _write_likeness(likeness: Likeness, console: Console) -> None:
    sizes = f"{likeness.pages:,} pages beside {likeness.reference_pages:,}, samples of {likeness.sample_elements:,.0f} elements"
    console.print(sizes, style="bold", soft_wrap=True)
    table = Table(*_COLUMNS, box=None, header_style="bold", pad_edge=False)
    for column in table.columns[1:-1]:
        column.justify, column.no_wrap = "right", True
    for figure in likeness.figures:
        table.add_row(*_row(figure), style="" if figure.verdict.startswith("as") else "yellow")
    console.print(table)
    for line in _HOW_TO_READ:
        console.print(line, style="dim", soft_wrap=True)


def _row(figure: Figure) -> tuple[str, ...]:
    best = {"lower": "0", "higher": "1"}.get(figure.better, "real")
    interval = f"{figure.low:.3f}–{figure.high:.3f}"
    numbers = map(_shown, (figure.floor, figure.ratio, figure.site_floor, figure.site_ratio))
    return figure.name, best, f"{figure.value:.3f}", interval, *numbers, figure.verdict


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _write_copies(copies: Copies, beside: CopiesBeside, console: Console) -> None:
    runs = f"mean {copies.mean:.1f}, median {copies.median:.0f}, at most {copies.longest:,} words"
    console.print(f"longest run copied from the reference: {runs}; above {LONG} in {copies.share_long:.1%} of pages", soft_wrap=True)
    real = "real pages of other sites" if beside.whole_sites else "real pages"
    mean = f"mean {beside.value:.1f} (95 %: {beside.low:.1f}–{beside.high:.1f})"
    console.print(f"from a half of the reference: {mean}; {real}, of the other half: {beside.real:.1f}", soft_wrap=True)
