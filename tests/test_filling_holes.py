"""Which holes does a layout have, and what does each ask for?"""

import pytest

from htmlgen.errors import HoleError
from htmlgen.filling.around import around
from htmlgen.filling.holes import find_holes


@pytest.mark.parametrize(
    ("layout", "replaced", "kind", "numbers"),
    [
        ('<div data-htmlgen="cards" data-htmlgen-n="3">old</div>', "old", "cards", (3, None, None)),
        ("<ul data-htmlgen></ul>", "", "", (None, None, None)),
        ("<ul data-htmlgen><li>a<ul data-htmlgen><li>b</ul></ul>", "<li>a<ul data-htmlgen><li>b</ul>", "", (None, None, None)),
        ("<li data-htmlgen>one<li>two", "one", "", (None, None, None)),
        ("<main><!-- htmlgen: nav seed=7 --></main>", "<!-- htmlgen: nav seed=7 -->", "nav", (None, 7, None)),
        ("<main><!--htmlgen:n=2,tokens=50--></main>", "<!--htmlgen:n=2,tokens=50-->", "", (2, None, 50)),
        ('<b>{{ htmlgen("li", n=2, seed=0) }}</b>', '{{ htmlgen("li", n=2, seed=0) }}', "li", (2, 0, None)),
        ("<b>{%- htmlgen 'li', n=2 -%}</b>", "{%- htmlgen 'li', n=2 -%}", "li", (2, None, None)),
        ("<b>{% htmlgen %}</b>", "{% htmlgen %}", "", (None, None, None)),
        ("<b><!-- htmlgen: p\n n=2 --!></b><!-- htmlgen: li -->", "<!-- htmlgen: li -->", "li", (None, None, None)),
    ],
)
def test_a_hole_is_found_with_all_that_it_asks_for(
    layout: str, replaced: str, kind: str, numbers: tuple[int | None, int | None, int | None]
) -> None:
    (hole,) = find_holes(layout)
    assert layout[hole.start : hole.end] == replaced
    assert (hole.kind, (hole.n, hole.seed, hole.tokens)) == (kind, numbers)


@pytest.mark.parametrize(
    ("layout", "like", "skeleton", "n"),
    [
        ('<ul data-htmlgen-skeleton="li*3>a"></ul>', "", "li*3>a", None),
        ('<ul data-htmlgen data-htmlgen-skeleton=li>a data-htmlgen-n="2"></ul>', "", "li", None),
        ('<ul data-htmlgen-like="#first" data-htmlgen-n="2"></ul>', "#first", "", 2),
        ('<p data-htmlgen-like="&lt;b class=&quot;x&quot;>Tea&lt;/b>"></p>', '<b class="x">Tea</b>', "", None),
        ("<ul><!-- htmlgen: skeleton=li>a n=2 --></ul>", "", "li>a", 2),
        ("<ul><!-- htmlgen: like='<li class=\"x\">Tea' --></ul>", '<li class="x">Tea', "", None),
        ("<ul>{{ htmlgen(skeleton='a[href=\"/\"]>b', n=2) }}</ul>", "", 'a[href="/"]>b', 2),
        ("<ul>{% htmlgen like='#first' %}</ul>", "#first", "", None),
    ],
)
def test_a_hole_says_what_tree_it_asks_for(layout: str, like: str, skeleton: str, n: int | None) -> None:
    (hole,) = find_holes(layout)
    assert (hole.kind, hole.like, hole.skeleton, hole.n) == ("", like, skeleton, n)


def test_holes_come_in_order_with_line_and_column() -> None:
    holes = find_holes("<!-- htmlgen: -->\r\n<p data-htmlgen></p>\r\n{{ htmlgen() }}")
    assert [(hole.line, hole.column) for hole in holes] == [(1, 1), (2, 17), (3, 1)]


@pytest.mark.parametrize(
    "layout",
    [
        "<script><!-- htmlgen: nav --></script>",
        "<textarea><!-- htmlgen: nav --></textarea>",
        "<p title='<!-- htmlgen: nav -->'>",
        "<p>htmlgen makes htmlgen: pages, as in {{ page }} and {% htmlgenerous %}",
    ],
)
def test_what_no_parser_takes_for_a_hole_is_none(layout: str) -> None:
    assert find_holes(layout) == []


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        ('<p>\n<a href="{{ htmlgen() }}">', r"line 2, column 10: \{\{ htmlgen\(\) \}\} stands within a tag"),
        ("<p>a<!-- htmlgen: nav many=3 -->", "line 1, column 5: a hole has no 'many'; there are kind, like, skeleton, n, seed, tokens"),
        ("<!-- htmlgen: n=0 -->", "n must be a whole number from 1, got '0'"),
        ("<!-- htmlgen: nav n=x -->", "n must be a whole number from 1, got 'x'"),
        ("<!-- htmlgen: nav list -->", "kind is given twice"),
        ("<!-- htmlgen: = -->", "'=' is not understood"),
        ('<img data-htmlgen="nav">', "line 1, column 1: <img> holds no elements"),
        ('<div data-htmlgen data-htmlgen-count="3">', "a hole has no 'count'"),
        ('<div data-htmlgen="nav" data-htmlgen-like="#a">', "line 1, column 48: kind and like exclude one another"),
        ('<!-- htmlgen: like="#a" skeleton=li -->', "line 1, column 1: like and skeleton exclude one another"),
        ("<!-- htmlgen: like=card -->", "like must be # and the id of an element of the page, or HTML, got 'card'"),
        ("<!-- htmlgen: like=# -->", "like must be # and the id of an element"),
        ('<ul data-htmlgen-like=" ">', "like is empty; say what is to be written, or leave it out"),
        ("<ul data-htmlgen-skeleton>", "skeleton is empty"),
    ],
)
def test_a_hole_that_is_not_understood_is_refused(layout: str, told: str) -> None:
    with pytest.raises(HoleError, match=told):
        find_holes(layout)


LAYOUT = """<!DOCTYPE html><title>a</title><h1 id=top>T</h1><ul><li>a<li>b @<em>c</em></ul><h4>x</h4><p id="p 1"><p id=z>"""


def test_what_stands_around_a_hole_is_known() -> None:
    place = around(LAYOUT, LAYOUT.index("@"), LAYOUT.index("@") + 1).place
    assert [tag.name for tag in place.ancestors] == ["html", "body", "ul", "li"]
    assert (place.before, place.after) == (("#text",), ("em",))
    assert (place.heading, place.heading_after) == (1, 4)
    assert place.ids == {"top", "z"}
    assert place.inside[2] == {"em", "li"}


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ("@", 0),
        ("<tr><td>a<td>b<tr><td>c<td>d@", 2),
        ("@<tr><td colspan=2>a<td>b", 3),
        ("<tr><td>a<td>b<tr>@", 2),
        ("<tr><td>a<td>b<tr><td>c@", 2),
        ("<tr><td>a<td>b<tr><td>c<tr><td>d@", None),
        ("<tr><td rowspan=2>a<tr>@", None),
        ("<tr><td>a<td>b<tr><td><table><tr><td>a</table>@", 2),
    ],
)
def test_the_columns_of_a_table_are_counted(rows: str, columns: int | None) -> None:
    page = f"<table><tbody>{rows}</table>"
    place = around(page, page.index("@"), page.index("@") + 1).place
    assert place.columns == columns
