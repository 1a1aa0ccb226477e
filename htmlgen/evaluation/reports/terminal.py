"""Evaluations for people at a terminal: a table, the worst page first, and what is wrong with each."""

from collections.abc import Iterable, Iterator
from heapq import nsmallest
from typing import Final, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.reports.excerpts import brief, excerpt, visible
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.running.totals import Compared, Seen, Totals, adding, counted

_COLUMNS: Final = ("page", "bytes", "errors", "warnings", "balance", "score")
_COLOURS: Final = {"error": "red", "warning": "yellow"}


def write_table(
    pages: Iterable[Seen], stream: TextIO, *, most: int = 50, findings: int = 3, compared: Compared = None
) -> Totals:
    """A table of the worst pages, the first findings of each with their place in the source, the totals, and a comparison, if there is one.

    Args: most, how many are shown at most (only these are kept in memory); findings, how many of each. Colours only on a terminal.
    """
    totals = Totals()
    worst = nsmallest(most, adding(pages, totals), key=lambda evaluation: (evaluation.score, evaluation.name))
    console = Console(file=stream, highlight=False)
    if worst:
        console.print(_table(worst, stream))
    if details := [_encodable(line, stream) for evaluation in worst for line in _details(evaluation, findings)]:
        console.print(Text("\n").join(details), soft_wrap=True)  # at once, as each time costs as much as reading a page
    if totals.pages > len(worst):
        console.print(f"the {len(worst)} worst of {counted(totals.pages, 'page')} are shown", soft_wrap=True)
    console.print(Text(str(totals), style="bold"), soft_wrap=True)
    if compared:
        console.print()
        compared().write(stream)
    return totals


def _table(evaluations: Iterable[Evaluation], stream: TextIO) -> Table:
    table = Table(*_COLUMNS, box=None, header_style="bold", pad_edge=False)
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    table.columns[0].overflow = "fold"
    for evaluation in evaluations:
        errors = sum(finding.severity == "error" for finding in evaluation.findings)
        counts = f"{evaluation.bytes:,}", str(errors), str(len(evaluation.findings) - errors)
        style = _COLOURS["error"] if errors else _COLOURS["warning"] if evaluation.findings else ""
        name = _encodable(Text(visible(evaluation.name)), stream)
        table.add_row(name, *counts, f"{evaluation.balance.score:.3f}", f"{evaluation.score:.3f}", style=style)
    return table


def _details(evaluation: Evaluation, shown: int) -> Iterator[Text]:
    """The first findings of a page, errors before warnings, each with its line of source and a caret below."""
    lines = Lines(evaluation.page)
    findings = sorted(evaluation.findings, key=lambda finding: finding.severity)
    for finding in sorted(findings[:shown], key=lambda finding: finding.offset):
        yield Text()
        yield _headline(evaluation.name, finding)
        if piece := excerpt(evaluation.page, lines, finding):
            yield Text("    " + piece.source)
            yield Text("    " + piece.caret, style=f"bold {_COLOURS[finding.severity]}")
    if (more := len(findings) - shown) > 0:
        yield Text(f"{visible(evaluation.name)}: {more} more {'finding' if more == 1 else 'findings'}", style="dim")
    if findings:
        yield Text()


def _headline(name: str, finding: Finding) -> Text:
    warning = "warning " if finding.severity == "warning" else ""
    return Text.assemble(
        (f"{visible(name)}:{finding.line}:{finding.column} ", "bold"),
        (warning + finding.rule, _COLOURS[finding.severity]),
        " " + visible(brief(finding.message)),
    )


def _encodable(text: Text, stream: TextIO) -> Text:
    """A text in what the stream can encode; what it cannot becomes `?`, as many characters."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    text.plain = text.plain.encode(encoding, "replace").decode(encoding)
    return text
