"""`htmlgen eval`: parse, judge, print, and say by the exit code how it went."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from htmlgen.errors import OutputError
from htmlgen.evaluation.reports.formats import FORMATS
from htmlgen.runtime.files import write_atomically

if TYPE_CHECKING:
    from htmlgen.evaluation.comparing import Comparing
    from htmlgen.evaluation.score import Evaluation


def _explain(context: click.Context, _: click.Parameter, rule: str | None) -> None:
    """Prints what a rule says instead of judging pages."""
    if rule is None or context.resilient_parsing:
        return
    from htmlgen.evaluation.explaining import write_explanation

    write_explanation(rule, sys.stdout)
    context.exit()


EXPLAIN = click.option(
    "--explain", metavar="RULE", is_eager=True, expose_value=False, callback=_explain, help="Explain a rule and exit; all lists the rules."
)


@click.command("eval")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|FOLDER|GLOB|-…")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report there, not to stdout.")
@click.option(
    "--pictures", type=click.IntRange(min=0), default=6, show_default=True, help="Of an HTML report: worst pages pictured, with Chromium."
)
@click.option("--min-score", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="Exit 1 if a page's score is below.")
@click.option("--lines", is_flag=True, help="Every line is a page, fragments too.")
@click.option("--fragment/--document", default=None, help="What pages are.  [default: seen from each page]")
@click.option("--reference", multiple=True, metavar="CORPUS", help="Real pages: say how like them the pages are, too.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that read pages.")
@EXPLAIN
def evaluate(
    sources: tuple[str, ...],
    form: str,
    output: Path | None,
    pictures: int,
    min_score: float,
    lines: bool,
    fragment: bool | None,
    reference: tuple[str, ...],
    jobs: int,
) -> None:
    """Judge pages: one a file, one a line, or JSON lines, recognised by content: htmlgen generate --n 10 | htmlgen eval -"""
    from htmlgen.evaluation.inputs import UnreadablePage, read_pages
    from htmlgen.evaluation.judging import judge_pages
    from htmlgen.evaluation.reports.formats import writer

    comparing = _comparing(reference, jobs) if reference else None
    structure = comparing.structure_of if comparing else None
    unreadable = below = 0

    def judged() -> Iterator["Evaluation"]:
        nonlocal unreadable, below
        for page in judge_pages(read_pages(sources, lines=lines), fragment=fragment, structure=structure, jobs=jobs):
            if isinstance(page, UnreadablePage):
                _tell(str(page.error))
                unreadable += 1
                continue
            if comparing and page.structure:
                comparing.pages.append(page.structure)
            below += page.evaluation.score < min_score
            yield page.evaluation

    with _stream(output) as stream:
        totals = writer(form, pictures=pictures)(judged(), stream, compared=comparing.compared if comparing else None)
    if output:
        click.echo(f"{output}: {totals}", err=True)
    click.get_current_context().exit(2 if unreadable else 1 if below else 0)


@contextmanager
def _stream(output: Path | None) -> Iterator[TextIO]:
    """Where the report goes: stdout, or a file that is there when it is whole. Raises: OutputError."""
    if output is None:
        yield sys.stdout
        return
    try:
        with write_atomically(output) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
            yield text
            text.detach()
    except OSError as error:
        raise OutputError(f"{output}: cannot write there: {error.strerror or error}") from error


def _comparing(reference: tuple[str, ...], jobs: int) -> "Comparing":
    from htmlgen.evaluation.comparing import Comparing, read_reference

    return Comparing(read_reference(reference, jobs=jobs))


def _tell(message: str) -> None:
    click.echo(f"htmlgen: {message}", err=True)
