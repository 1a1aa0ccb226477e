"""Pairs of pages for people (a table, worst pair first, and where the worst differ) and for programs (JSON)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any, Final, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from htmlgen.evaluation.pairs.aspects import MOST_NODES, PairFigures, Side, compare_sides, means
from htmlgen.evaluation.pairs.differing import difference
from htmlgen.evaluation.pairs.inputs import Pair, Unpaired
from htmlgen.evaluation.reports.excerpts import visible

#: Column of the table, figure, whether less is better.
_COLUMNS: Final = (
    ("mean ↑", "mean"),
    ("TreeBLEU ↑", "tree_bleu_f1"),
    ("pq-gram ↓", "pq_gram"),
    ("edits ↑", "edit_similarity"),
    ("attr. ↑", "attributes_f1"),
    ("text ↑", "text"),
)
_STYLES: Final = {"-": "red", "+": "green", "@": "cyan"}
_MOST_LINES: Final = 40  # of a difference


@dataclass(frozen=True, slots=True)
class Compared:
    """A pair and its figures."""

    pair: Pair
    figures: PairFigures

    def to_dict(self) -> dict[str, Any]:
        """For JSON; without the pages' text."""
        return {"name": self.pair.name, **self.figures.to_dict()}


@dataclass(slots=True)
class PairReport:
    """What became of all pairs."""

    compared: list[Compared] = field(default_factory=list)
    unpaired: list[Unpaired] = field(default_factory=list)

    @property
    def exact(self) -> int:
        return sum(found.figures.exact for found in self.compared)

    @property
    def exit_code(self) -> int:
        """0 if all pages have an exact partner, 1 if not, 2 if a page could not be read."""
        if any(found.unreadable for found in self.unpaired):
            return 2
        return int(bool(self.unpaired) or self.exact < len(self.compared))

    @property
    def means(self) -> Mapping[str, float]:
        return means(found.figures for found in self.compared)

    def worst(self, count: int) -> list[Compared]:
        """Those with the least means; exact ones last."""
        return nsmallest(count, self.compared, key=lambda found: (found.figures.exact, found.figures.mean, found.pair.name))


def compare_all(pairs: Iterable[Pair | Unpaired], *, fragment: bool | None, tell: Callable[[str], None]) -> PairReport:
    """All pairs compared. Args: fragment, None to tell by each page; tell, what is given the message of each page without a partner."""
    report = PairReport()
    for pair in pairs:
        if isinstance(pair, Unpaired):
            tell(pair.message)
            report.unpaired.append(pair)
        else:
            report.compared.append(Compared(pair, compare_sides(*sides(pair, fragment))))
    return report


def sides(pair: Pair, fragment: bool | None) -> tuple[Side, Side]:
    """Both pages of a pair as the evaluator's parser reads them."""
    return Side.of_page(pair.reference, fragment=fragment), Side.of_page(pair.candidate, fragment=fragment)


def write_json(report: PairReport, stream: TextIO) -> None:
    """One JSON document: `pairs` in the order given, `unpaired`, and `totals`, the means with the numbers of pairs."""
    totals = {"pairs": len(report.compared), "exact_pairs": report.exact, "unpaired": len(report.unpaired), **report.means}
    unpaired = [{"name": found.name, "message": found.message} for found in report.unpaired]
    json.dump({"pairs": [found.to_dict() for found in report.compared], "unpaired": unpaired, "totals": totals}, stream, indent=2)
    stream.write("\n")


def write_table(report: PairReport, stream: TextIO, *, fragment: bool | None = None, rows: int = 50, differences: int = 3) -> None:
    """The worst pairs, where the worst of them differ, and the means. Args: rows, differences, pairs at most."""
    console = Console(file=stream, highlight=False)
    worst = report.worst(rows)
    console.print(_table(worst, report))
    if len(report.compared) > len(worst):
        console.print(f"the {len(worst)} worst of {len(report.compared):,} pairs are shown", soft_wrap=True)
    if any(found.figures.edit_distance is None for found in report.compared):
        console.print(f"- : more than {MOST_NODES} nodes, too many for the edit distance", soft_wrap=True)
    for found in worst[:differences]:
        if not found.figures.exact:
            _write_difference(found, fragment, console)
    summary = f"{report.exact} of {len(report.compared)} pairs are exact; {len(report.unpaired)} pages have no partner"
    console.print(Text(summary, style="bold"), soft_wrap=True)


def _table(worst: Sequence[Compared], report: PairReport) -> Table:
    table = Table("pair", "exact", *(name for name, _ in _COLUMNS), box=None, header_style="bold", pad_edge=False)
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    table.columns[0].overflow = "fold"
    for found in worst:
        exact, style = ("yes", "") if found.figures.exact else ("no", "red")
        table.add_row(Text(visible(found.pair.name)), exact, *_row(found.figures.numbers()), style=style)
    if len(report.compared) > 1:
        found_means = report.means
        table.add_row(f"all {len(report.compared):,}", f"{found_means['exact']:.1%}", *_row(found_means), style="bold")
    return table


def _row(numbers: Mapping[str, float]) -> Iterator[str]:
    for _, name in _COLUMNS:
        yield f"{numbers[name]:.3f}" if name in numbers else "-"


def _write_difference(found: Compared, fragment: bool | None, console: Console) -> None:
    lines = difference(*sides(found.pair, fragment))
    console.print()
    console.print(Text.assemble((visible(found.pair.name), "bold"), ("  - reference", "red"), ("  + candidate", "green")))
    for line in lines[:_MOST_LINES]:
        shown = Text(visible(line))
        shown.stylize(_STYLES.get(line[0], "dim"))
        console.print(shown, soft_wrap=True)
    if (more := len(lines) - _MOST_LINES) > 0:
        console.print(f"  … {more:,} more lines, or more", soft_wrap=True)
    console.print()
