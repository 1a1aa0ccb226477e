"""Evaluations for people (a table, worst page first) and for programs (JSON, JSON lines)."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from heapq import nsmallest
from typing import TYPE_CHECKING, Final, TextIO, TypeAlias

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.score import Evaluation

if TYPE_CHECKING:
    from htmlgen.evaluation.comparing import Comparison

#: What compares the pages, once all are judged; None where there is nothing to compare them with.
Compared: TypeAlias = "Callable[[], Comparison] | None"
_EXCERPT_WIDTH: Final = 72  # characters
_COLUMNS: Final = ("page", "bytes", "errors", "balance", "score")


@dataclass(slots=True)
class Totals:
    """Sums over the pages of a report; `mean_score` is 1 without pages."""

    pages: int = 0
    well_formed: int = 0
    without_findings: int = 0
    bytes: int = 0
    errors: int = 0
    faults: int = 0  #: of balance
    mean_score: float = 1.0

    def add(self, evaluation: Evaluation) -> None:
        self.pages += 1
        self.well_formed += evaluation.well_formed
        self.without_findings += not evaluation.findings
        self.bytes += evaluation.bytes
        self.errors += len(evaluation.errors)
        self.faults += evaluation.balance.faults
        self.mean_score += (evaluation.score - self.mean_score) / self.pages

    def __str__(self) -> str:
        pages = f"{self.well_formed} of {self.pages} {_plural('page', self.pages)} well-formed"
        errors, faults = _plural("error", self.errors), _plural("fault", self.faults)
        return f"{pages}; {self.errors} {errors}, {self.faults} balance {faults}, mean score {self.mean_score:.3f}"


def write_json(evaluations: Iterable[Evaluation], stream: TextIO, *, compared: Compared = None) -> Totals:
    """One JSON document, `{"pages": [...], "totals": {...}}`, in the order given, and `"comparison"`, if there is one."""
    totals = Totals()
    pages = [evaluation.to_dict() for evaluation in _counted(evaluations, totals)]
    comparison = {"comparison": compared().to_dict()} if compared else {}
    json.dump({"pages": pages, "totals": asdict(totals), **comparison}, stream, indent=2)
    stream.write("\n")
    return totals


def write_jsonl(evaluations: Iterable[Evaluation], stream: TextIO, *, compared: Compared = None) -> Totals:
    """One JSON object a line and page, each written as soon as its page is judged; a last one, `{"comparison": ...}`, if there is one."""
    totals = Totals()
    for evaluation in _counted(evaluations, totals):
        stream.write(json.dumps(evaluation.to_dict()) + "\n")
        stream.flush()
    if compared:
        stream.write(json.dumps({"comparison": compared().to_dict()}) + "\n")
    return totals


def write_table(
    evaluations: Iterable[Evaluation], stream: TextIO, *, pages: int = 50, findings: int = 3, compared: Compared = None
) -> Totals:
    """A table of the worst pages, the first findings of each with their place in the source, the totals, and a comparison, if there is one.

    Args: pages, how many are shown at most (only these are kept in memory); findings, how many of each.
    """
    totals = Totals()
    worst = nsmallest(pages, _counted(evaluations, totals), key=lambda evaluation: (evaluation.score, evaluation.name))
    console = Console(file=stream, highlight=False)
    if worst:
        console.print(_table(worst, stream))
    for evaluation in worst:
        for line in _details(evaluation, findings):
            console.print(_plain(line, stream), soft_wrap=True)
    if totals.pages > len(worst):
        console.print(f"the {len(worst)} worst of {totals.pages} pages are shown", soft_wrap=True)
    console.print(Text(str(totals), style="bold"), soft_wrap=True)
    if compared:
        console.print()
        compared().write(stream)
    return totals


def _counted(evaluations: Iterable[Evaluation], totals: Totals) -> Iterator[Evaluation]:
    for evaluation in evaluations:
        totals.add(evaluation)
        yield evaluation


def _table(evaluations: Iterable[Evaluation], stream: TextIO) -> Table:
    table = Table(*_COLUMNS, box=None, header_style="bold", pad_edge=False)
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    table.columns[0].overflow = "fold"
    for evaluation in evaluations:
        numbers = f"{evaluation.bytes:,}", str(len(evaluation.errors)), f"{evaluation.balance.score:.3f}", f"{evaluation.score:.3f}"
        table.add_row(_plain(evaluation.name, stream), *numbers, style="" if evaluation.score == 1 else "red")
    return table


def _details(evaluation: Evaluation, shown: int) -> Iterator[str]:
    """The first findings of a page, each with its line of source and a caret below."""
    lines = Lines(evaluation.page)
    for finding in evaluation.findings[:shown]:
        yield ""
        yield f"{evaluation.name}:{finding.line}:{finding.column} {finding.rule} {finding.message}"
        yield from (f"    {row}" for row in excerpt(evaluation.page, lines, finding))
    if (more := len(evaluation.findings) - shown) > 0:
        yield f"{evaluation.name}: {more} more {_plural('finding', more)}"
    if evaluation.findings:
        yield ""


def excerpt(page: str, lines: Lines, finding: Finding) -> tuple[str, ...]:
    """The source around a finding, within its line, and a caret under the place; nothing if the line is blank there."""
    start = lines.starts[finding.line - 1]
    end = lines.starts[finding.line] if finding.line < len(lines.starts) else len(page)
    first = max(start, finding.offset - _EXCERPT_WIDTH // 2)
    source = _visible(page[first : min(end, first + _EXCERPT_WIDTH)].rstrip("\r\n"))
    if not source.strip():
        return ()
    return source, " " * cell_len(source[: finding.offset - first]) + "^"


def _visible(text: str) -> str:
    """Text with nothing in it that moves a terminal's cursor or changes its colours; as many characters."""
    spaced = (" " if character.isspace() else character for character in text)
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in spaced)


def _plain(text: str, stream: TextIO) -> Text:
    """Text as it is, not rich's markup, in what the stream can encode."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return Text(_visible(text).encode(encoding, "replace").decode(encoding))


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"
