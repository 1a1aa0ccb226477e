"""A page as its parser sees it: do the events stand where the page says they do?"""

import pytest
from hypothesis import given, settings
from test_evaluation_parsing import SOUP

from htmlgen.evaluation.document import parse_document
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text


def placed(page: str, fragment: bool | None = None) -> list[tuple[int, Event]]:
    document = parse_document(page, fragment=fragment)
    return list(zip(document.offsets, document.events, strict=True))


def test_events_are_those_of_the_tree_and_stand_where_their_tags_do() -> None:
    assert placed("<!DOCTYPE html>\n<title>a</title>\n<p>b &amp; c<br>\n<p id=x>d") == [
        (0, Doctype()),
        (16, StartTag("html")),
        (16, StartTag("head")),
        (16, StartTag("title")),
        (23, Text("a")),
        (24, EndTag("title")),
        (32, Text("\n")),
        (33, EndTag("head")),
        (33, StartTag("body")),
        (33, StartTag("p")),
        (36, Text("b & c")),
        (45, StartTag("br")),
        (49, Text("\n")),
        (50, EndTag("p")),
        (50, StartTag("p", (("id", "x"),))),
        (58, Text("d")),
        (59, EndTag("p")),
        (59, EndTag("body")),
        (59, EndTag("html")),
    ]


def test_a_fragment_has_no_events_of_its_container() -> None:
    document = parse_document("<td>x")
    assert (document.fragment, document.container) == (True, "tr")
    assert document.events == (StartTag("td"), Text("x"), EndTag("td"))


def test_comments_are_no_events_and_part_no_text() -> None:
    assert placed("<p>a<!-- x -->b</p>") == [(0, StartTag("p")), (3, Text("ab")), (15, EndTag("p"))]


def test_names_of_foreign_content_are_spelled_as_the_standard_does() -> None:
    events = parse_document("<svg viewbox=1><a xlink:href=q /></svg>").events
    assert events[:2] == (StartTag("svg", (("viewBox", "1"),)), StartTag("a", (("xlink:href", "q"),)))


@pytest.mark.parametrize("line_end", ["\r", "\r\n"])
def test_offsets_count_the_characters_of_the_page_as_it_is(line_end: str) -> None:
    page = line_end.join(["a", "b", "<p>c"])
    assert placed(page)[1] == (page.index("<p>"), StartTag("p"))


@settings(deadline=None)
@given(SOUP)
def test_events_are_well_formed_and_lie_in_the_page(page: str) -> None:
    document = parse_document(page)
    assert len(document.events) == len(document.offsets)
    assert all(0 <= offset <= len(page) for offset in document.offsets)
    opened: list[str] = []
    for event in document.events:
        if isinstance(event, StartTag) and event.name not in VOID_IN_PARSER:
            opened.append(event.name)
        elif isinstance(event, EndTag):
            assert opened.pop() == event.name
    assert opened == []
