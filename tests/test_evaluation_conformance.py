"""Is a page held against the grammar as the Standard means it: each mistake once, where it stands, and nothing else?"""

import pytest

from htmlgen.evaluation.conformance.checking import conformance
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


# One mistake, one finding ------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<ul><div><li>a</li><li>b</li></div></ul>", ["content/misplaced"]),  # the items are no second mistake
        ("<picture><p>x</p></picture>", ["content/misplaced"]),  # nor is the missing img
        ("<center><p>x</p><table><tr><td>x</table></center>", ["obsolete/element"]),
        ("<p style=x:y align=left>", ["obsolete/attribute"]),
        ("<font color=red>x</font>", ["obsolete/element"]),  # SVG has a font, too
        ("<p><set to=x from=y></set>", ["content/misplaced"]),
        ("<p>x<font color=red></font>", ["obsolete/element"]),
        ("<ul><dl></dl></ul><ul><picture></picture></ul>", ["content/misplaced"] * 2),
        ("<div><style>p {}</style><p>x</div>", []),
        ("<div><p>x<style>p {}</style></div>", ["content/misplaced"]),
        ("<svg><font-face/><circle r=1 /><foreignObject><p>x</p></foreignObject></svg>", []),
        ("<svg><stop/></svg>", ["content/misplaced"]),
        ("<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>", []),
        ("<math><mfrac><mi>a</mi></mfrac></math>", ["content/incomplete"]),
    ],
)
def test_a_mistake_is_found_once(page: str, expected: list[str]) -> None:
    assert rules(page) == expected


@pytest.mark.parametrize(
    "page",
    [
        *("<li>x<li>y", "<dt>x<dd>y", "<summary>x</summary>y", "<figcaption>x</figcaption>", "<legend>x</legend><p>y", "<col><col>"),
        *("<meta charset=utf-8><title>x</title>", "<link rel=stylesheet href=x>"),
        *("<tr><td>", "<optgroup label=x><option>y</optgroup>"),
    ],
)
def test_a_fragment_may_be_the_content_of_what_takes_it(page: str) -> None:
    assert found(page) == ()


def test_a_fragment_that_nothing_takes_is_at_fault() -> None:
    assert rules("<li>x</li><p>y</p>") == ["content/misplaced"]


# Tables ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<tr><td><td><tr><td><td>", []),
        ("<tr><td rowspan=2><td><tr><td>", []),
        ("<tr><td rowspan=0><td><tr><td><tr><td>", []),
        ("<tr><td colspan=2><tr><td><td>", []),
        ("<tr><td rowspan=3><td><tr><td>", ["content/table-span"]),
        ("<tr><td><td rowspan=2><tr><td colspan=2>", ["content/table-overlap"]),
        ("<tr><td><tr>", ["content/table-row-empty", "content/table-ragged"]),
        ("<tr><td><td><tr><td>", ["content/table-ragged"]),
        ("<col><col><tr><td>", ["content/table-column-empty", "content/table-row-width"]),
        ("<tr><td><td colspan=2><tr><td><td colspan=2>", ["content/table-column-empty"]),
        ("<tr><td><tbody><tr><td rowspan=2><tbody><tr><td>", ["content/table-span"]),
    ],
)
def test_cells_form_a_table(rows: str, expected: list[str]) -> None:
    assert sorted(rules(f"<table>{rows}</table>")) == sorted(expected)


# Hostile pages ------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 20_000,
        "<table><tr><td>" * 3_000,
        "<dl><dt>x" * 5_000,
        "<section itemscope itemprop=a id=b>" * 10_000,
        "<table>" + "<tr>" + "<td rowspan=65534 colspan=1000>" * 3_000 + "<tr>" * 3_000,
        "<svg><foreignObject>" * 3_000,
        "<p " + "x" * 500_000 + "=1>",
        "<p class='" + "x " * 500_000 + "'>",
        "".join(f"<x{number}>" for number in range(20_000)),
        "".join(f"<p a{number}=1>" for number in range(20_000)),
        "<p id=\ud800\0>\udfff",
    ],
    ids=lambda page: page[:20],
)
def test_hostile_pages_are_judged_in_time(page: str) -> None:
    assert isinstance(found(page), tuple)
