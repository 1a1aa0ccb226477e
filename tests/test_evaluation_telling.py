"""Is a mistake that several witnesses see told once, and never left out by all of them?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from htmlgen.evaluation.score import evaluate
from htmlgen.evaluation.telling import told_once

TOLD = {
    "<div><b></div>": ["syntax/unclosed-element"],
    "<p>x</em>": ["syntax/stray-end-tag"],
    "<p>a<b>b<i>c</b></i>": ["syntax/misnested-tags", "syntax/misnested-tags"],
    "<a href=x>y<a href=z>w</a>": ["syntax/nested-element"],
    "<dl><dt>x</dl>": ["balance/unclosed", "content/incomplete"],  # the parser does not mind
    "<div>\r\n<div>\r\n": ["balance/unclosed", "syntax/unclosed-element"],  # it tells of the innermost element alone
}


@pytest.mark.parametrize("page", TOLD)
def test_what_the_parser_tells_of_a_tag_is_told_once(page: str) -> None:
    assert [finding.rule for finding in evaluate(page).findings] == TOLD[page]


def test_a_parse_error_names_the_line_that_its_element_begins_in() -> None:
    (error,) = evaluate("<p>x\r\n<div>\r\n<p>y").findings
    assert (error.line, error.message) == (3, "the div element is still open here (it begins in line 2, column 1)")


def test_an_element_that_the_parser_made_is_said_to_begin_nowhere() -> None:
    first, second = evaluate("<ul><li><b>x<li>y</ul>").findings  # the second b is made for the second li
    assert "it begins in line 1, column 9" in first.message
    assert "begins" not in second.message


def test_rules_that_are_asked_for_stay() -> None:
    found = evaluate("<p>x</em>").every_finding
    assert [finding.rule for finding in told_once(found, ["balance/*"])] == ["balance/stray", "syntax/stray-end-tag"]
    assert [finding.rule for finding in told_once(found[:1])] == ["balance/stray"]


@given(st.lists(st.sampled_from("<p> </p> <b> </b> <div> </div> <li> <a> </a> <table> <td> </td> x \n".split(" "))).map("".join))
def test_no_fault_is_lost(page: str) -> None:
    evaluation = evaluate(page, grammar=None)
    assert bool(evaluation.findings) == bool(evaluation.balance.faults or evaluation.errors)
    assert {each for each in evaluation.every_finding if not each.rule.startswith("balance/")} <= set(evaluation.findings)
