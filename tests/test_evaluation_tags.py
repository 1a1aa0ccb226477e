"""The tag scanner against html5lib's tokenizer, and the places where markup is not markup."""

import time
from collections.abc import Iterator

import pytest
from html5lib._tokenizer import HTMLTokenizer
from html5lib.constants import tokenTypes
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from htmlgen.evaluation.tags import scan
from htmlgen.markup.elements import ESCAPABLE_RAW_TEXT, RAW_TEXT

PIECES = [
    *("<p>", "</p>", "<br/>", "<A HREF=x>", "<a b='>' c=\">\" d=/ e>", "<img src=a/>", "<p a=b/>", "</p x='>'>", "<p a='", '<p a="'),
    *("<p/a>", "<p =a>", "<p a=>", "<p a = b>", "<p a=b=c>", "<p\n>", "<p", "<", ">", "</", "</>", "</ p>", "<!", "<!>", "<?x>"),
    *("<!doctype html>", "<!DOCTYPE html 'a>b'>", "<!--", "-->", "--!>", "<!-->", "<!--->", "-", "--", "<script>", "</script>"),
    *("</SCRIPT >", "<script", "</script", "<style>", "</style>", "</styles>", "<textarea>", "</textarea/>", "<title>", "</title\t>"),
    *("<plaintext>", "<xmp>", "</xmp>", "<iframe>", "</iframe>", "&lt;", "&", "\0", "\r", "\r\n", "\x0c", "K", "é", " ", "/", "="),
    *("'", '"', "x"),
]
PAGES = st.lists(st.sampled_from(PIECES), max_size=24).map("".join) | st.text(alphabet="<>/!-=ab'\" ", max_size=40)
STATES = {
    **dict.fromkeys(RAW_TEXT, "rawtextState"),
    **dict.fromkeys(ESCAPABLE_RAW_TEXT, "rcdataState"),
    "script": "scriptDataState",
    "plaintext": "plaintextState",
}


def html5lib_tags(page: str) -> Iterator[tuple[str, str]]:
    """The opponent: html5lib's tokenizer, put into raw text by the start tags alone."""
    kinds = {tokenTypes["StartTag"]: "start", tokenTypes["EndTag"]: "end", tokenTypes["Doctype"]: "doctype"}
    tokenizer = HTMLTokenizer(page)
    for token in tokenizer:
        kind = kinds.get(token["type"])
        name = str(token["name"]) if kind in ("start", "end") else ""
        if kind:
            yield kind, name
        if kind == "start" and name in STATES:
            tokenizer.currentToken = token
            tokenizer.state = getattr(tokenizer, STATES[name])


def tags(page: str) -> list[tuple[str, str]]:
    return [(tag.kind, tag.name) for tag in scan(page)]


@settings(max_examples=500, deadline=None)
@given(PAGES)
@example("<script><!--<script></script>--></script><p>")
@example("<script><!--><script></script><p>")
@example("<textarea><p></textarea><p>")
def test_the_scanner_sees_the_tags_that_html5libs_tokenizer_sees(page: str) -> None:
    assume("-\0" not in page)  # html5lib ends `<!--\0>` at its `>`, the Standard does not (13.2.5.43)
    assert tags(page) == list(html5lib_tags(page))


@given(PAGES)
def test_every_tag_stands_where_the_scanner_says(page: str) -> None:
    for tag in scan(page):
        opening = {"start": "<", "end": "</", "doctype": "<!doctype"}[tag.kind] + tag.name.replace("\ufffd", "\0")
        assert page[tag.offset : tag.offset + len(opening)].lower() == opening.lower()


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<!-- <p> --><b>", ["b"]),
        ("<!-- <p> --!><b>", ["b"]),
        ("<!--><b>", ["b"]),
        ("<!--->\0<!--\0><b>--><i>", ["i"]),
        ("<a title='<p>'>", ["a"]),
        ("<script>'<p>'</script>", ["script", "/script"]),
        ("<p", []),
        ("<p title='", []),
        ("<svg><![CDATA[<p>]]></svg><![CDATA[<p>]]>", ["svg", "/svg"]),
        ("<svg><title><b></b></title></svg>", ["svg", "title", "b", "/b", "/title", "/svg"]),
        ("<svg><style><i></i></style></svg><style><i></style>", ["svg", "style", "i", "/i", "/style", "/svg", "style", "/style"]),
    ],
)
def test_what_only_looks_like_a_tag_is_none(page: str, expected: list[str]) -> None:
    assert ["/" * (tag.kind == "end") + tag.name for tag in scan(page)] == expected


def test_a_tag_closes_itself_in_foreign_content_only() -> None:
    page = "<p/><svg><path/><foreignObject><p/></foreignObject><g/></svg><math/><path/>"
    assert [tag.name for tag in scan(page) if tag.closes_itself] == ["path", "g", "math"]


ENDLESS = ["<a", "<a b=", "<a b='", "<a b c ", "<!--", "</", "<script>", "<textarea></", "<!-- -", "<svg>", "<p a=b "]


@pytest.mark.parametrize("piece", ENDLESS)
def test_scanning_takes_linear_time_on_what_never_ends(piece: str) -> None:
    start = time.process_time()
    for _ in scan(piece * (300_000 // len(piece))):
        pass
    assert time.process_time() - start < 5
