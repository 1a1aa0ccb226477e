"""Parse errors: html5lib's own, each in its place; documents and fragments; pages too large or too much for html5lib."""

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from htmlgen.evaluation.findings import Lines
from htmlgen.evaluation.fragments import fragment_container, is_fragment
from htmlgen.evaluation.parsing import parse_errors
from htmlgen.evaluation.sizes import size_of

SOUP = st.lists(
    st.sampled_from(
        [*("<!doctype html>", "<html>", "<body>", "<p>", "</p>", "<b>", "</b>", "<i>", "</i>", "<table>", "</table>", "<tr>", "<td>"),
         *("</td>", "<select>", "<option>", "</select>", "<svg>", "</svg>", "<math>", "<mi>", "<title>", "</title>", "<frameset>"),
         *("</br>", "<a>", "</a>", "<li>", "<form>", "<div/>", "<template>", "</template>", "<!--", "-->", "&foo;", "&", "x", "\n"),
         *("\r", "\r\n", "\0", "\x01", "\ud800", "é", "<", "<p a=1 a=2>", "</p x>", "<caption>", "<col>", "</body>", "</html>", "<rp>")]
    ),
    max_size=20,
).map("".join)  # fmt: skip


def rules_and_lines(page: str, fragment: bool | None = None) -> list[tuple[str, int]]:
    return [(finding.rule, finding.line) for finding in parse_errors(page, fragment=fragment)]


def test_an_error_has_html5libs_code_and_message_and_a_place() -> None:
    (error,) = parse_errors("<!doctype html>\n<title>x</title>\n<p>a</em>")
    assert error.to_dict() == {
        "rule": "syntax/unexpected-end-tag",
        "message": "Unexpected end tag (em). Ignored.",
        "line": 3,
        "column": 9,
        "offset": 41,
        "severity": "error",
    }


@pytest.mark.parametrize("line_end", ["\n", "\r", "\r\n"])
def test_offsets_count_the_characters_of_the_page_as_it_is(line_end: str) -> None:
    page = line_end.join(["<!doctype html>", "<title>x</title>", "", "<p>a</i>"])
    (error,) = parse_errors(page)
    assert (error.line, error.column, page[error.offset]) == (4, 8, ">")
    assert error.offset == len(page) - 1


def test_characters_that_may_not_stand_in_a_page_are_placed_where_they_stand() -> None:
    page = "<!doctype html>\n<title>x</title>\n<p>a\x01b\n<p>\ufdd0"
    found = parse_errors(page)
    assert [(finding.rule, finding.line, finding.column) for finding in found] == [
        ("syntax/invalid-codepoint", 3, 5),
        ("syntax/invalid-codepoint", 4, 4),
    ]
    assert [page[finding.offset] for finding in found] == ["\x01", "\ufdd0"]


def test_half_a_surrogate_pair_at_the_end_moves_no_other_error() -> None:
    page = "<!doctype html><title>x</title><p></em>\ud800"
    assert [page[finding.offset] for finding in parse_errors(page)] == [">", "\ud800"]


def test_what_is_missing_at_the_end_is_placed_at_the_end() -> None:
    page = "<!doctype html>\n<title>x</title>\n<div>"
    (error,) = parse_errors(page)
    assert (error.rule, error.line, error.column) == ("syntax/expected-closing-tag-but-got-eof", 3, 5)


@settings(deadline=None)
@given(SOUP | st.text(max_size=60))
def test_the_errors_are_html5libs_own_and_on_the_lines_it_says(page: str) -> None:
    parser = html5lib.HTMLParser()
    try:
        parser.parse(page)
    except Exception:
        assert "input/parser-failure" in [rule for rule, _ in rules_and_lines(page, fragment=False)]
        return
    own = rules_and_lines(page, fragment=False)
    assert [rule for rule, _ in own] == [f"syntax/{code}" for _, code, _ in parser.errors]
    assert all(
        line == at[0]
        for (rule, line), (at, _, _) in zip(own, parser.errors, strict=True)
        if rule != "syntax/invalid-codepoint"
    )


@settings(deadline=None)
@given(SOUP | st.text(max_size=60), st.sampled_from([None, True, False]))
def test_every_place_lies_in_the_page(page: str, fragment: bool | None) -> None:
    lines = Lines(page)
    for finding in parse_errors(page, fragment=fragment):
        assert 0 <= finding.offset <= len(page)
        assert 1 <= finding.line <= len(lines.starts)
        assert lines.offset(finding.line, finding.column) == finding.offset


@given(st.text(alphabet="ab\r\n", max_size=30))
def test_locating_an_offset_can_be_undone(page: str) -> None:
    lines = Lines(page)
    assert [lines.offset(*lines.locate(offset)) for offset in range(len(page) + 1)] == list(range(len(page) + 1))


@pytest.mark.parametrize(
    ("page", "fragment"),
    [
        ("<!doctype html><p>x", False),
        ("<p>x<!DOCTYPE html>", False),
        ("<HTML><p>x", False),
        ("<title>x</title><body>x", False),
        ("x</body>", False),
        ("<frameset></frameset>", False),
        ("<p>x", True),
        ("<!-- <html> --><p title='<body>'>x", True),
        ("<textarea><html></textarea>", True),
        ("<header>x</header>", True),
        ("", True),
    ],
)
def test_a_page_is_a_document_if_it_has_a_doctype_or_the_tag_of_one(page: str, fragment: bool) -> None:
    assert is_fragment(page) is fragment


@pytest.mark.parametrize(
    ("page", "container"),
    [
        ("<td>x<td>y", "tr"),
        ("<th>x</th>", "tr"),
        ("<tr><td>x", "tbody"),
        ("<tbody><tr><td>x", "table"),
        ("<caption>x</caption><tr><td>x", "table"),
        ("<colgroup><col></colgroup>", "table"),
        ("<col><col>", "colgroup"),
        ("<option>x<option>y</option>", "select"),
        ("<optgroup label=x><option>y</optgroup>", "select"),
        ("<li>x<li>y", "body"),
        ("<title>x</title>", "body"),
        ("text", "body"),
    ],
)
def test_a_fragment_is_parsed_in_the_parent_that_it_needs(page: str, container: str) -> None:
    assert fragment_container(page) == container
    assert parse_errors(page) == ()


def test_a_document_needs_a_doctype_and_a_fragment_does_not() -> None:
    assert parse_errors("<p>x", fragment=True) == ()
    assert rules_and_lines("<p>x", fragment=False) == [("syntax/expected-doctype-but-got-start-tag", 1)]


def test_a_page_above_the_limit_is_one_finding() -> None:
    assert parse_errors("<p>12345", limit=8) == ()
    assert [finding.rule for finding in parse_errors("<p>12345é", limit=8)] == ["input/too-large"]


def test_a_page_that_html5lib_fails_on_is_a_finding_not_a_crash() -> None:
    nested = "<!doctype html><title>x</title><div>" + "<rp>" * 5000 + "</div>"  # html5lib recurses here
    rules = [finding.rule for finding in parse_errors(nested)]
    assert rules[-1] == "input/parser-failure"
    assert set(rules[:-1]) <= {"syntax/unexpected-start-tag"}


def test_the_size_of_a_page_is_in_bytes() -> None:
    assert [size_of(page) for page in ("", "a", "é", "€", "\ud800")] == [0, 1, 2, 3, 3]
