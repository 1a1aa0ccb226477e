"""Pages judged for those who test: what is found, kept as a user wants it, and said in a few lines."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from htmlgen.errors import InputError, UnknownRuleError
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.reports.excerpts import brief, excerpt, visible
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.rules import RULES
from htmlgen.evaluation.running.inputs import UnreadablePage, read_pages
from htmlgen.evaluation.running.judging import judge_pages
from htmlgen.evaluation.running.manner import Manner
from htmlgen.evaluation.screening.kept import Screen
from htmlgen.evaluation.selecting import Paths, Selection, fits
from htmlgen.relaxng.spelling import did_you_mean

_SHOWN: Final = 10  # findings


def screen(ignore: Iterable[str]) -> Screen:
    """What keeps findings back: rules, as ids or globs, and comments in the page. Raises: UnknownRuleError, for a pattern no rule fits."""
    patterns = tuple(ignore)
    for pattern in patterns:
        if not any(fits(rule, (pattern,)) for rule in RULES):
            raise UnknownRuleError(f"no rule fits {pattern!r}{did_you_mean(pattern, RULES)}; htmlgen eval --explain all lists the rules")
    return Screen(selection=Selection(ignore=patterns))


def judged(page: Any, *, fragment: bool | None, ignore: Iterable[str]) -> Evaluation:
    """A page judged. Args: as `htmlgen.evaluate`; ignore, rules. Raises: InputError; UnknownRuleError."""
    from htmlgen.pages import evaluate

    return screen(ignore).kept(evaluate(page, fragment=fragment), "")


def judged_folder(folder: Path, *, ignore: Iterable[str], exclude: Iterable[str]) -> Iterator[Evaluation]:
    """The pages below a folder judged. Args: exclude, as in a .gitignore. Raises: InputError, for one that cannot be read."""
    kept = screen(ignore)
    for page in judge_pages(read_pages([str(folder)], exclude=Paths([*exclude], folder)), Manner()):
        if isinstance(page, UnreadablePage):
            raise InputError(str(page.error))
        yield kept.kept(page.evaluation, page.path)


def described(evaluation: Evaluation, findings: Iterable[Finding]) -> str:
    """Findings of a page, one a paragraph: where, which rule, what is wrong, the line, and a caret under the place."""
    listed, lines = [*findings], Lines(evaluation.page)
    shown = [text for finding in listed[:_SHOWN] for text in _paragraph(evaluation.page, lines, finding)]
    more = len(listed) - _SHOWN
    return "\n".join([*shown, *([f"… and {more} more"] if more > 0 else [])])


def headline(finding: Finding) -> str:
    """Where, which rule, what is wrong."""
    warning = "warning " if finding.severity == "warning" else ""
    return f"{finding.line}:{finding.column} {warning}{finding.rule} {visible(brief(finding.message))}"


def _paragraph(page: str, lines: Lines, finding: Finding) -> Iterator[str]:
    yield headline(finding)
    if (piece := excerpt(page, lines, finding)) is not None:
        yield f"    {piece.source}"
        yield f"    {piece.caret}"
