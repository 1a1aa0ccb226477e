"""The reader: any string reads; what was written reads back; html5lib builds the same tree; what is lost has a name."""

import pytest
from hypothesis import example, given, settings
from strategies import event_lists, pages

from htmlgen.errors import InputError
from htmlgen.markup.canonical import collapse
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag
from htmlgen.markup.reader import MAX_CHARACTERS, is_fragment, read
from htmlgen.markup.writer import write


def canonical(page: str) -> str:
    return write(read(page).events)


def causes(page: str) -> list[str]:
    return [loss.cause for loss in read(page).losses]


@settings(max_examples=200, deadline=None)
@given(pages)
@example("<math><mi><mglyph><textarea>\n")
@example("<tr><b><p></b>")
@example("<script><!--<script>")
@example("<a}b><svg><c}d>")
def test_any_string_is_read_and_its_canonical_page_reads_the_same(page: str) -> None:
    reading = read(page)
    again = read(write(reading.events))
    assert again.events == reading.events
    assert again.losses == ()


@settings(max_examples=60, deadline=None)
@given(event_lists)
def test_any_tree_is_written_as_a_page_that_settles(events: list[Event]) -> None:
    reading = read(write(events))
    assert read(write(reading.events)).events == reading.events


@settings(max_examples=100, deadline=None)
@given(pages)
def test_events_are_well_formed_and_canonical(page: str) -> None:
    events = list(read(page).events)
    open_names: list[str] = []
    for event in events:
        if isinstance(event, StartTag) and event.name not in VOID_IN_PARSER:
            open_names.append(event.name)
        elif isinstance(event, EndTag) and event.name not in VOID_IN_PARSER:
            assert open_names.pop() == event.name
    assert open_names == []
    assert collapse(events) == events


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("", ""),
        ("a  \n b", "a b"),
        ("\ufeff<p>a", "<p>a</p>"),
        ("<P CLASS=a HIDDEN>x", '<p class="a" hidden="">x</p>'),
        ("<p title='a\"b' TITLE=c>", '<p title="a&quot;b"></p>'),
        ("&lt;&amp;&copy;&nbsp;x", "&lt;&amp;©&nbsp;x"),
        ("a\0b<p>\0c", "ab<p>c</p>"),
        ("a\r\nb\rc", "a b c"),
        ("<pre>a\r\nb</pre>", "<pre>a\nb</pre>"),
        ("<pre>\n\na</pre>", "<pre>\n\na</pre>"),
        ("a<!-- b -->c", "ac"),
        ("<b><p>x</b>y", "<b></b><p><b>x</b>y</p>"),
        ("<p>a<div>b", "<p>a</p><div>b</div>"),
        ("<table>a<tr><td>b", "a<table><tbody><tr><td>b</td></tr></tbody></table>"),
        ("<ul> <li>a <li>b </ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<select><option>a<option>b</select>", "<select><option>a</option><option>b</option></select>"),
        ("<select><option>a<hr><option>b</select>", "<select><option>a</option><hr><option>b</option></select>"),
        ("<p>a<search>b</search>", "<p>a</p><search>b</search>"),
        ("<p><dialog>a", "<p></p><dialog>a</dialog>"),
        ("<table><b>x</b>", "<b>x</b><table></table>"),
        ("<p><b>a</p><textarea>c</textarea>", "<p><b>a</b></p><textarea>c</textarea>"),
        ("<br/><img><input>", "<br><img><input>"),
        ("<svg viewbox='0 0 1 1'><path/></svg>", '<svg viewBox="0 0 1 1"><path></path></svg>'),
        ("<svg><a xlink:href=x>", '<svg><a xlink:href="x"></a></svg>'),
        ("<svg><script>&lt;</script></svg>", "<svg><script>&lt;</script></svg>"),
        ("<svg><link></svg> a  b", "<svg><link></link></svg> a b"),
        ("<a}b>c", "<a}b>c</a}b>"),
        ("<script>a < b && c</script>", "<script>a < b && c</script>"),
        ("<title>", "<title></title>"),
        ("<html>", "<html><head></head><body></body></html>"),
        ("<!DOCTYPE HTML><title>a</title>", "<!DOCTYPE html><html><head><title>a</title></head><body></body></html>"),
    ],
)
def test_each_case_of_the_parser_reads_as_in_a_browser(page: str, expected: str) -> None:
    assert canonical(page) == expected
    assert causes(page) == []


@pytest.mark.parametrize(
    "page",
    [
        "<table><td><pre>\na</pre>",
        "<table><th><textarea>\na</textarea>",
        "<table><caption><pre>\na</pre>",
        "<table><pre>\na</pre>",
        "<tr><td><pre>\na</pre>",
    ],
)
def test_the_first_line_feed_of_pre_and_textarea_is_dropped_in_tables_too(page: str) -> None:
    assert "\n" not in canonical(page)
    assert "\n\na" in canonical(page.replace("\n", "\n\n"))


@pytest.mark.parametrize(
    ("page", "start"),
    [
        ("<td>a", "<td>"),
        (" \n<tr><td>a", "<tr>"),
        ("<!-- row --><tr><td>a", "<tr>"),
        ("<TBODY><tr>", "<tbody>"),
        ("<col span=2>", "<col "),
        ("<caption>a", "<caption>"),
        ("<li>a", "<li>"),
        ("<option>a", "<option>"),
    ],
)
def test_a_fragment_keeps_its_first_tag_whatever_it_belongs_in(page: str, start: str) -> None:
    assert read(page).fragment
    assert canonical(page).startswith(start)


@pytest.mark.parametrize(
    ("page", "expected"),
    [("<p>", True), ("a<!doctype html>", False), ("<BODY>", False), ("<header>", True), ("<headx", True), ("<html", True), ("", True)],
)
def test_a_page_is_a_fragment_if_it_has_no_tag_of_a_document(page: str, expected: bool) -> None:
    assert is_fragment(page) is expected


def test_whether_a_page_is_a_fragment_can_be_said() -> None:
    assert write(read("a", fragment=False).events) == "<html><head></head><body>a</body></html>"
    assert write(read("<body>a</body>", fragment=True).events) == "a"


@pytest.mark.parametrize(
    ("page", "cause", "expected"),
    [
        ("a\ud800", "lone-surrogate", "a\ufffd"),
        ("<p><plaintext>a</p>", "plaintext", "<p></p><pre>a&lt;/p&gt;</pre>"),
        ("<a><table><a>", "nested-a", "<a></a><a></a><table></table>"),
        ("<button><table><button>", "nested-button", "<button></button><button></button><table></table>"),
        ("<form><s></form><form>", "nested-form", "<form><s></s></form>"),
        ("<svg></p>", "misplaced-element", "<svg></svg><p></p>"),
        ("<p><svg><p><table><p>", "misnested", None),
        ("b<script><!--<script>", "unclosed-raw-text", "b<script></script>"),
        ("<p>a<math><mi><mglyph><textarea>\nb", "unwrapped", "<p>a<math><mi><mglyph> b</mglyph></mi></math></p>"),
    ],
)
def test_what_html_cannot_spell_is_named_and_the_rest_is_kept(page: str, cause: str, expected: str | None) -> None:
    if expected is not None:
        assert canonical(page) == expected
        assert cause in causes(page)
    assert "unspellable" not in causes(page)


def test_a_page_deeper_than_the_stack_is_read() -> None:
    page = "<div>" * 1500 + "a"
    assert canonical(page) == page + "</div>" * 1500


def test_a_page_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(InputError, match="20,000,001 characters"):
        read(" " * (MAX_CHARACTERS + 1))
