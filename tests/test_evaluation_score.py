"""One page's evaluation: any text has one, and the score is the formula that the guide explains."""

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from htmlgen.evaluation.score import evaluate, with_html5lib

GUIDE = Path(__file__).parent.parent / "docs" / "judging.md"
MARKUP = st.lists(
    st.sampled_from(
        [*("<!doctype html>", "<title>", "</title>", "<p>", "</p>", "<b>", "</b>", "<table>", "<td>", "</table>", "<svg>", "</svg>"),
         *("<br>", "x", "&", "<", ">", "\0", "<body>")]
    ),
    max_size=16,
).map("".join)
TEXT = st.text(alphabet=st.characters(codec=None), max_size=80)  # lone surrogates too


@settings(deadline=None)
@given(MARKUP | TEXT, st.sampled_from([None, True, False]))
def test_any_text_has_a_score_from_0_to_1(page: str, fragment: bool | None) -> None:
    evaluation = evaluate(page, fragment=fragment)
    assert 0 <= evaluation.score <= 1
    assert (evaluation.score == 1) == all(finding.severity == "warning" for finding in evaluation.findings)


@settings(deadline=None)
@given(MARKUP | TEXT)
def test_html5lib_has_its_own_word_and_the_parser_another(page: str) -> None:
    parser = html5lib.HTMLParser()
    try:
        parser.parse(page)
        reported = len(parser.errors)
    except Exception:
        return
    evaluation = with_html5lib(evaluate(page, fragment=False))
    assert evaluation.html5lib is not None
    assert len(evaluation.html5lib) == evaluation.to_dict()["html5lib_errors"] == reported
    assert evaluation.well_formed is (not evaluation.errors)


def test_what_html5lib_alone_reports_makes_no_page_ill_formed() -> None:
    evaluation = with_html5lib(evaluate("<!doctype html><title>x</title><p>tea<!-- a -- b --><select><button>x</button></select>"))
    assert evaluation.html5lib is not None
    assert [finding.rule for finding in evaluation.html5lib] == [
        "syntax/unexpected-char-in-comment",
        "syntax/unexpected-start-tag-in-select",
        "syntax/unexpected-end-tag-in-select",
    ]
    assert (evaluation.well_formed, evaluation.errors, evaluation.findings) == (True, (), ())


@pytest.mark.parametrize(
    "page", ["<div>" * 50_000, "<p>" + "".join(f"<font size={n}>" for n in range(1_000)) + "</p><p>x" * 1_000], ids=["deep", "crossed"]
)
def test_html5lib_is_not_asked_about_what_would_take_it_hours(page: str) -> None:
    (finding,) = with_html5lib(evaluate(page, grammar=None)).html5lib or ()
    assert (finding.rule, "not asked" in finding.message) == ("input/parser-failure", True)


def test_the_guides_worked_example_comes_out_as_it_says() -> None:
    example = GUIDE.read_text(encoding="utf-8").split("## A worked example")[1]
    (page,) = re.findall(r"```html\n(.*?)\n```", example, re.DOTALL)
    evaluation = evaluate(page)
    # tags: title /title p b i /b /i br div; faults: </i> misnested, <div> unclosed
    assert (evaluation.tags, evaluation.balance.tags, evaluation.balance.misnested, evaluation.balance.unclosed) == (9, 8, 1, 1)
    rules = re.findall(r"`(syntax/[\w.-]+|balance/[\w.-]+)`", example)
    assert [finding.rule for finding in evaluation.findings] == rules
    balance, cleanness = 1 - Fraction(2, 8), Fraction(1 + 9, 1 + 9 + 3)
    assert evaluation.score == pytest.approx(float(balance * cleanness))
    assert f"**{evaluation.score:.3f}**" in example


def test_a_clean_page_has_the_score_1_and_nothing_to_say() -> None:
    evaluation = evaluate("<!doctype html><title>é</title><p>x", name="a.html")
    assert evaluation.to_dict() == {
        "name": "a.html",
        "bytes": 36,
        "fragment": False,
        "well_formed": True,
        "score": 1.0,
        "cleanness": 1.0,
        "validity": 1.0,
        "tags": 3,
        "errors": 0,
        "balance": {"score": 1.0, "tags": 3, "unclosed": 0, "stray": 0, "misnested": 0},
        "findings": [],
    }


def test_a_page_above_the_limit_is_not_well_formed_and_not_read() -> None:
    evaluation = evaluate("<p></b>" * 10, limit=69)
    assert [finding.rule for finding in evaluation.findings] == ["input/too-large"]
    assert (evaluation.well_formed, evaluation.tags, evaluation.balance.tags) == (False, 0, 0)


def test_more_faults_never_raise_the_score() -> None:
    scores = [evaluate("<p>a</p>" * 5 + "</b>" * faults).score for faults in range(6)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 6


def test_evaluation_reads_html_with_none_of_our_own_reader_or_writer() -> None:
    code = "import sys, htmlgen.evaluation.reports.terminal, htmlgen.evaluation.running.inputs; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    allowed = {"htmlgen.bounded", "htmlgen.errors", "htmlgen.config", "htmlgen.markup", "htmlgen.markup.elements", "htmlgen.markup.events"}
    ours = {name for name in loaded if name.startswith("htmlgen.")}
    rooms = ("htmlgen.evaluation", "htmlgen.relaxng")
    assert {name for name in ours if not name.startswith(rooms)} <= allowed
