"""The writer: one spelling for each list of events, and html5lib, as published, reads the events back."""

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text, end_of
from htmlgen.markup.reader import read
from htmlgen.markup.writer import doctype, escape, write

STYLE = [StartTag("style"), Text("a<b"), EndTag("style")]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([Text("a<b>&\"'\u00a0")], "a&lt;b&gt;&amp;&quot;'&nbsp;"),
        ([StartTag("p", (("title", 'a"<'), ("hidden", ""))), EndTag("p")], '<p title="a&quot;&lt;" hidden=""></p>'),
        ([StartTag("br")], "<br>"),
        ([StartTag("script"), Text("a<b"), EndTag("script")], "<script>a<b</script>"),
        ([StartTag("textarea"), Text("a<b"), EndTag("textarea")], "<textarea>a&lt;b</textarea>"),
        ([StartTag("pre"), Text("\na"), EndTag("pre")], "<pre>\n\na</pre>"),
        ([StartTag("pre"), StartTag("b"), Text("\na"), EndTag("b"), EndTag("pre")], "<pre><b>\na</b></pre>"),
        ([Text("a\r\ufeff")], "a&#13;&#xFEFF;"),
        ([StartTag("svg"), *STYLE, StartTag("title"), *STYLE], "<svg><style>a&lt;b</style><title><style>a<b</style>"),
        ([StartTag("math"), StartTag("annotation-xml"), StartTag("style"), Text("<")], "<math><annotation-xml><style>&lt;"),
        (
            [StartTag("math"), StartTag("annotation-xml", (("encoding", "text/HTML"),)), StartTag("style"), Text("<")],
            '<math><annotation-xml encoding="text/HTML"><style><',
        ),
        ([StartTag("math"), StartTag("title"), StartTag("style"), Text("<")], "<math><title><style>&lt;"),
    ],
)
def test_each_event_has_one_spelling(events: list[Event], expected: str) -> None:
    assert write(events) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Doctype(), "<!DOCTYPE html>"),
        (Doctype("html", "", "about:legacy-compat"), '<!DOCTYPE html SYSTEM "about:legacy-compat">'),
        (Doctype("html", "-//W3C//DTD HTML 4.01//EN"), '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">'),
        (Doctype("a", 'x"y', "it's"), "<!DOCTYPE a PUBLIC 'x\"y' \"it's\">"),
    ],
)
def test_doctypes_keep_their_identifiers(event: Doctype, expected: str) -> None:
    assert doctype(event) == expected
    assert read(expected).events[0] == event


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_html5lib_reads_escaped_text_and_values_back(text: str) -> None:
    root = html5lib.parseFragment(f'<p title="{escape(text)}">{escape(text)}</p>', namespaceHTMLElements=False)
    assert (root[0].get("title"), root[0].text or "") == (text, text)


@given(st.text())
def test_escaped_text_holds_no_markup(text: str) -> None:
    assert not set('<>"\u00a0\r\ufeff') & set(escape(text))


def test_one_line_spells_line_feeds_as_references() -> None:
    page = '<pre title="a\nb">\n\nc</pre>'
    line = write(read(page).events, one_line=True)
    assert line == '<pre title="a&#10;b">&#10;&#10;c</pre>'
    assert read(line).events == read(page).events


@pytest.mark.parametrize(
    ("page", "start", "expected"),
    [("<p>a</p>", 0, 2), ("<div><div></div></div>", 0, 3), ("<div><div></div></div>", 1, 2), ("<br>a", 0, 0), ("<svg><link></svg>", 0, 3)],
)
def test_the_end_of_an_element_is_found_by_name_and_depth(page: str, start: int, expected: int) -> None:
    assert end_of(read(page).events, start) == expected
