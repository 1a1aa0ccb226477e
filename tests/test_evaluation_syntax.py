"""Is a page parsed as the HTML Standard says, tokens, tree, errors and their places?"""

from collections import Counter

import html5lib
import pytest
from html5lib_suite import SUITE, TreeCase, parse, tokenize, tokenizer_cases, tree_cases
from hypothesis import given, settings
from hypothesis import strategies as st
from test_evaluation_parsing import SOUP

from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.findings import Lines
from htmlgen.evaluation.rules import RULES
from htmlgen.evaluation.syntax.messages import _MESSAGES

needs_suite = pytest.mark.skipif(not SUITE.exists(), reason="no html5lib-tests beside the repository (../shared/suites)")

#: The Standard has had processing instructions since June 2026, and other errors for what is none; the suite is older.
OLD_INSTRUCTIONS = 38
#: A browser copies the chosen option into `selectedcontent`; that is not the page's own content.
KNOWN_TREES = {"html5test-com:11", "tests1:39", "tests1:43", "tests1:46", *(f"webkit02:{number}" for number in range(44, 48))}
#: Instructions, and pages for which the suite lists no errors though they have no doctype.
KNOWN_ERRORS = {"html5test-com:11", "tests1:43", "tests1:46", *(f"webkit02:{number}" for number in range(44, 49))}


def errors(page: str, *, fragment: bool = True) -> list[tuple[str, int, int]]:
    found = parse_document(page, fragment=fragment).errors
    return [(finding.rule.removeprefix("syntax/"), finding.line, finding.column) for finding in found]


@needs_suite
def test_tokens_and_errors_are_those_of_the_suite() -> None:
    failed = [case.name for case in tokenizer_cases() if tokenize(case) != (case.tokens, sorted(case.errors))]
    instructions = [case.name for case in tokenizer_cases() if "<?" in case.page and case.errors]
    assert failed == instructions
    assert len(failed) == OLD_INSTRUCTIONS


@needs_suite
def test_trees_are_those_of_the_suite() -> None:
    assert {case.name for case in tree_cases() if parse(case)[0] != case.tree} == KNOWN_TREES


@needs_suite
def test_a_page_has_errors_where_the_suite_says_so() -> None:
    assert {case.name for case in tree_cases() if bool(errors_of_note(case)) != bool(expected_of_note(case))} == KNOWN_ERRORS


def errors_of_note(case: TreeCase) -> list[str]:
    """Codes of errors, those of the doctype aside: nearly all cases lack one."""
    return [error.code for error in parse(case)[1] if "doctype" not in error.code]


def expected_of_note(case: TreeCase) -> list[str]:
    return [error for error in case.errors if "doctype" not in error.lower()]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("a & b &amp; &amp", [("missing-semicolon-after-character-reference", 1, 17)]),
        ("<p title='&ampx &amp=1 &amp;'>", []),
        ("&#0;\n&#xD800;&#128;&bogus;", [
            ("null-character-reference", 1, 5), ("surrogate-character-reference", 2, 9), ("control-character-reference", 2, 15),
            ("unknown-named-character-reference", 2, 21)]),
        ("&#99999999999999999999;", [("character-reference-outside-unicode-range", 1, 24)]),
        ("<p>a\x01\n\ufdd0\ud800</p>", [
            ("control-character-in-input-stream", 1, 5), ("noncharacter-in-input-stream", 2, 1), ("surrogate-in-input-stream", 2, 2)]),
        ("<p id=a\n id=b class=\"x\"title=y>", [("duplicate-attribute", 2, 4), ("missing-whitespace-between-attributes", 2, 16)]),
        ("<p a'b c=d\"e =f>", [
            ("unexpected-character-in-attribute-name", 1, 5), ("unexpected-character-in-unquoted-attribute-value", 1, 11),
            ("unexpected-equals-sign-before-attribute-name", 1, 14)]),
        ("<!-- a <!-- b -- c --!><!--->", [
            ("nested-comment", 1, 12), ("incorrectly-closed-comment", 1, 23), ("abrupt-closing-of-empty-comment", 1, 29)]),
        ("<?marker x?><?xml?>", [("disallowed-processing-instruction-target", 1, 18)]),
        ("<!x><![CDATA[x]]></><svg><![CDATA[<a>]]></svg>", [
            ("incorrectly-opened-comment", 1, 3), ("cdata-in-html-content", 1, 13), ("missing-end-tag-name", 1, 20)]),
        ("<div/></br/>", [
            ("non-void-html-element-start-tag-with-trailing-solidus", 1, 5), ("stray-end-tag", 1, 7),
            ("end-tag-with-trailing-solidus", 1, 12), ("unclosed-element", 1, 13)]),
        ("<script><!-- <script> </script>", [
            ("eof-in-script-html-comment-like-text", 1, 32), ("unclosed-element", 1, 32)]),
        ("<b><i>x</b>y</i>", [("misnested-tags", 1, 8)]),
        ("<table>x<tr><td>y</table>", [("content-in-table", 1, 8)]),
        ("<p>a<div></p>", [("stray-end-tag", 1, 10), ("unclosed-element", 1, 14)]),
        ("<select><button><selectedcontent></selectedcontent></button><option>a<hr><div>b</div></select>", []),
        ("<ruby>a<rb>b<rt>c<rtc>d<rp>e</ruby><search></search><dialog></dialog><template><td>x</td></template>", []),
    ],
)  # fmt: skip
def test_errors_have_the_standards_codes_and_stand_where_it_notices_them(page: str, found: list[tuple[str, int, int]]) -> None:
    assert errors(page) == found


def test_a_document_begins_with_its_doctype() -> None:
    assert errors("<p>x", fragment=False) == [("missing-doctype", 1, 1)]
    assert errors("<!doctype html><p>x", fragment=False) == []
    assert errors("<!doctype html public ''><p>x<!doctype html>", fragment=False) == [
        ("obsolete-doctype", 1, 1), ("misplaced-doctype", 1, 30)
    ]  # fmt: skip


def test_every_code_has_a_rule_and_every_rule_a_code() -> None:
    assert {f"syntax/{code}" for code in _MESSAGES} == {rule for rule in RULES if rule.startswith("syntax/")}


@settings(deadline=None)
@given(SOUP | st.text(max_size=60), st.booleans())
def test_any_text_is_parsed_and_its_errors_lie_in_it(page: str, fragment: bool) -> None:
    document = parse_document(page, fragment=fragment)
    lines = Lines(page)
    for finding in document.errors:
        assert 0 <= finding.offset <= len(page)
        assert lines.locate(finding.offset) == (finding.line, finding.column)
        assert finding.rule in RULES


@settings(deadline=None)
@given(SOUP | st.text(max_size=60))
def test_text_is_html5libs_and_has_its_characters(page: str) -> None:
    """html5lib's tree departs from the Standard's in places; the characters that reach it hardly do."""
    if any(part in page for part in ("<", "\0", "\ud800")) or any(0xD800 <= ord(character) < 0xE000 for character in page):
        return
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(page)
    text = "".join(event.data for event in parse_document(page, fragment=False).events if hasattr(event, "data"))
    assert text == "".join(tree.itertext())


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000,
        "<b><p>" * 20_000,
        "<a>" * 20_000,
        "<table><td>" * 20_000,
        "<p title='" + "x" * 1_000_000 + "&" * 100_000,
        "<!--" * 100_000,
        "<![CDATA[" * 100_000,
        "<?" * 100_000,
        "</" * 100_000,
        "<p><button>" + "<div>" * 50_000,
        "<ul><li><ul>" + "<div>" * 30_000 + "<li></li>" * 30_000,
        "&" + "a" * 200_000,
        "&#" + "9" * 200_000 + ";",
        "<select>" * 50_000,
        "<template>" * 50_000,
    ],
    ids=lambda page: page[:20],
)
def test_hostile_pages_are_parsed_in_time_that_grows_with_their_length(page: str) -> None:
    document = parse_document(page, fragment=True)
    assert "input/parser-failure" not in Counter(finding.rule for finding in document.errors)


@pytest.mark.parametrize(
    "page",
    ["<p>" + "".join(f"<font size={n}>" for n in range(9_000)) + "</p><p>x" * 9_000, "<svg>" + "<g>" * 50_000 + "</x>" * 50_000],
    ids=["clones", "searches"],
)
def test_a_page_that_asks_for_millions_of_elements_is_given_up(page: str) -> None:
    document = parse_document(page, fragment=True)
    assert document.errors[-1].rule == "input/parser-failure"


@needs_suite
def test_the_suites_cases_are_all_read() -> None:
    assert (len(tokenizer_cases()), len(tree_cases())) == (7032, 1784)
