"""Statistics: every figure of a corpus small enough to count by hand."""

import json

from htmlgen.corpus.pages import Page
from htmlgen.corpus.preparation import prepare_page
from htmlgen.corpus.statistics import statistics
from htmlgen.markup.reader import MAX_CHARACTERS

PAGES = [
    Page("<p class='a b'>x<br></p>", "one", "s", "MIT"),
    Page("<p class='a b'>x<br></p>", "two", "s", "MIT"),
    Page("<ul><li><b class=a>y</b></ul><script></script>", "three", "t", "CC0-1.0"),
    Page("<html><a><table><a>", "four", "t"),
    Page("x" * (MAX_CHARACTERS + 1), "five", "u"),
]


def test_every_figure_is_the_one_counted_by_hand() -> None:
    found = statistics(prepare_page(page) for page in PAGES)
    assert (found.pages, found.fragments, found.duplicates, found.sites) == (5, 3, 1, 3)
    assert found.licences == {"MIT": 2, "CC0-1.0": 1}
    assert found.source_bytes == sum(len(page.html) for page in PAGES)
    canonical = ['<p class="a b">x<br></p>'] * 2 + ['<ul><li><b class="a">y</b></li></ul>']
    canonical.append("<html><head></head><body><a></a><a></a><table></table></body></html>")
    assert found.canonical_bytes == len("".join(canonical))
    assert found.dropped == {"script": 1}
    assert found.losses == {"nested-a": 1}
    assert list(found.unreadable) == ["five"]
    assert found.elements == {"p": 2, "br": 2, "a": 2, "ul": 1, "li": 1, "b": 1, "html": 1, "head": 1, "body": 1, "table": 1}
    assert found.attributes == {"class": 3}
    assert found.classes == {"a": 3, "b": 2}
    assert found.depth == {"least": 1, "5%": 1, "25%": 1, "median": 3, "75%": 3, "95%": 3, "most": 3}
    assert (found.length["least"], found.length["most"]) == (4, 12)


def test_they_are_plain_json_even_of_no_page() -> None:
    empty = statistics([]).to_dict()
    assert empty["pages"] == 0
    assert empty["depth"] == {}
    assert json.loads(json.dumps(empty)) == empty


def test_the_table_has_a_line_for_each_figure() -> None:
    lines = statistics(prepare_page(page) for page in PAGES).table().splitlines()
    assert lines[0].split() == ["pages", "5"]
    assert "licences         MIT 2; CC0-1.0 1" in lines
    assert "unreadable       five: a page has 20,000,001 characters, more than 20,000,000; split it, or leave it out" in lines
    assert "losses           none" in statistics([]).table().splitlines()
