"""Cleaning: case by case, with a count of what went; and once is enough."""

import pytest
from hypothesis import given, settings
from strategies import pages

from htmlgen.corpus.cleaning import MAX_SVG, MAX_VALUE, clean
from htmlgen.markup.events import Text
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write

CASES: list[tuple[str, str, dict[str, int]]] = [
    ("<p>a</p>", "<p>a</p>", {}),
    ("a<script>b</script><style>c</style>d", "ad", {"script": 1, "style": 1}),
    ("<noscript><p>a</p></noscript><template><b>c</b></template>", "", {"noscript": 1, "template": 1}),
    ("<object><object>a</object></object>b", "b", {"object": 1}),
    ("<embed src=a>b", "b", {"embed": 1}),
    ("<iframe>a</iframe><math><mi>x</mi></math>b", "b", {"iframe": 1, "math": 1}),
    ("<svg><style>a</style><path/></svg>", "<svg><path></path></svg>", {"style": 1}),
    ("<svg><script><link></link></script></svg>a", "<svg></svg>a", {"script": 1}),
    ("<p style=a onclick=b id=c>", '<p id="c"></p>', {"style attribute": 1, "event handler": 1}),
    ("<script nonce=a></script><a ping=b integrity=c>", "<a></a>", {"script": 1, "ping attribute": 1, "integrity attribute": 1}),
    ("<a href=javascript:x>a</a>", "<a>a</a>", {"data or script URL": 1}),
    ("<a href=' \x01JavaScript:x'>a</a>", "<a>a</a>", {"data or script URL": 1}),
    ("<a href='java\nscri\tpt:x'>a</a>", "<a>a</a>", {"data or script URL": 1}),
    ("<img src=data:image/gif;base64,x>", "<img>", {"data or script URL": 1}),
    ("<a href=vbscript:x>", "<a></a>", {"data or script URL": 1}),
    ("<a href='/data:x'>", '<a href="/data:x"></a>', {}),
    (f"<p title={'x' * MAX_VALUE}>", f'<p title="{"x" * MAX_VALUE}"></p>', {}),
    (f"<p title={'x' * (MAX_VALUE + 1)}>", "<p></p>", {"long value": 1}),
    ("<input disabled=disabled checked>", '<input disabled="" checked="">', {}),
    ("<p class=' a\n  b '>", '<p class="a b"></p>', {}),
    ("<p title=' a\n  b '>", '<p title="a   b"></p>', {}),
    ("<!doctype html public 'x'><title>a", "<!DOCTYPE html><html><head><title>a</title></head><body></body></html>", {}),
    (f"<svg>{'<g></g>' * (MAX_SVG // 2 - 1)}</svg>", f"<svg>{'<g></g>' * (MAX_SVG // 2 - 1)}</svg>", {}),
    (f"<svg>{'<g></g>' * (MAX_SVG // 2)}</svg>a", "a", {"large svg": 1}),
]


@pytest.mark.parametrize(("page", "expected", "dropped"), CASES)
def test_a_page_loses_what_a_model_should_not_learn(page: str, expected: str, dropped: dict[str, int]) -> None:
    events, counts = clean(read(page).events)
    assert (write(events), dict(counts)) == (expected, dropped)


@settings(max_examples=100, deadline=None)
@given(pages)
def test_cleaning_twice_drops_nothing_more(page: str) -> None:
    once, _ = clean(read(page).events)
    assert clean(once)[0] == once


@settings(max_examples=50, deadline=None)
@given(pages)
def test_no_text_is_added(page: str) -> None:
    events = read(page).events
    texts = [event.data for event in events if isinstance(event, Text)]
    assert [event.data for event in clean(events)[0] if isinstance(event, Text) and event.data not in texts] == []
