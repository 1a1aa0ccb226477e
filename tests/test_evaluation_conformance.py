"""Is a page held against the grammar as the Standard means it: each mistake once, where it stands, and nothing else?"""

import pytest

from htmlgen.evaluation.conformance import conformance
from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.findings import Finding
from htmlgen.relaxng import load_automaton

HTML = load_automaton("html")


def found(page: str) -> tuple[Finding, ...]:
    return conformance(parse_document(page), HTML)


def rules(page: str) -> list[str]:
    return [finding.rule for finding in found(page)]


def test_a_finding_says_what_stood_there_and_where() -> None:
    (finding,) = found("<!doctype html><title>x</title>\n<ul>\n  <p>x</p></ul>")
    assert (finding.rule, finding.line, finding.column, finding.offset) == ("content/misplaced", 3, 3, 39)
    assert "<p>" in finding.message
    assert "<ul>" in finding.message


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<!doctype html><p>x", ["content/incomplete"]),
        ("<!doctype html><title>x</title><ul>x</ul>", ["content/text"]),
        ("<p id=a></p><p id=a></p>", ["reference/duplicate-id"]),
        ("<label for=a>x</label>", ["reference/missing-id"]),
        ("<label for=a>x</label><p id=a></p>", ["reference/wrong-kind"]),
        ("<a href=x><button>x</button></a>", ["content/excluded"]),
        ("<p onfoo=x>", ["attribute/unknown"]),
        ("<p aria-foo=x>", ["aria/attribute"]),
        ("<p dir=up>", ["value/invalid"]),
        ("<blink>x</blink>", ["obsolete/element"]),
        ("<bling>x</bling>", ["content/unknown-element"]),
    ],
)
def test_each_mistake_has_its_rule(page: str, expected: list[str]) -> None:
    assert rules(page) == expected


@pytest.mark.parametrize("page", ["<p>x", "x", "", "<tr><td>x", "<td>x", "<option>x", "<!doctype html><title>x</title>"])
def test_pages_and_fragments_that_are_right_have_no_findings(page: str) -> None:
    assert found(page) == ()
