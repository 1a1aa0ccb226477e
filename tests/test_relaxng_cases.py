"""Does each packaged grammar accept the pages of `grammars/accept`, and refuse those of `grammars/reject`?"""

from functools import cache
from pathlib import Path

import pytest

from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.markup.reader import read
from htmlgen.relaxng import Automaton, Violation, load_automaton, validate

FOLDER = Path(__file__).parents[1] / "grammars"
ACCEPTED, REFUSED = (
    sorted(case for case in (FOLDER / folder).rglob("*.html") if case.parent.name != "kinds")  # those of snippets are in `test_snippets.py`
    for folder in ("accept", "reject")
)


@cache
def automaton(name: str) -> Automaton:
    return load_automaton(name)


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.stem}"


def violations(case: Path) -> list[Violation]:
    """What the grammar that a case's folder names finds of it."""
    return validate(read(case.read_text("utf-8")).events, automaton(case.parent.name))


@pytest.mark.parametrize("case", ACCEPTED, ids=name_of)
def test_what_is_right_is_accepted(case: Path) -> None:
    assert violations(case) == []


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_what_is_wrong_is_refused(case: Path) -> None:
    assert violations(case) != []


@pytest.mark.parametrize("name", ["html", "page"])
@pytest.mark.parametrize("tag", [StartTag("form"), StartTag("a", (("href", "/"),))], ids=lambda tag: tag.name)
def test_what_no_parser_nests_is_refused_too(name: str, tag: StartTag) -> None:
    around = read((FOLDER / "accept" / "page" / "long-host.html").read_text("utf-8")).events
    inside = around.index(StartTag("body")) + 1
    twice: list[Event] = [tag, StartTag("div"), tag, Text("x"), EndTag(tag.name), EndTag("div"), EndTag(tag.name)]
    nested = [*around[:inside], *twice, *around[inside:]]
    assert [violation.rule for violation in validate(nested, automaton(name))] == ["excluded"]


def test_every_grammar_of_pages_has_cases_of_both_kinds() -> None:
    names = {"html", "page", "snippet", "component", "article", "email", "card"}
    assert {case.parent.name for case in ACCEPTED} == {case.parent.name for case in REFUSED} == names
