"""Is an Emmet abbreviation read as Emmet means it, and is what is none refused with its column?"""

import pytest

from htmlgen.errors import SkeletonError
from htmlgen.markup.abbreviations import read_abbreviation
from htmlgen.markup.reader import read
from htmlgen.markup.skeletons import Words, elements, from_events, to_events
from htmlgen.markup.writer import write

#: What Emmet's own documentation and its cheat sheet expand these to, with `x` for texts to be written.
EXPANDED = {
    "div>ul>li": "<div><ul><li></li></ul></div>",
    "div+p+blockquote": "<div></div><p></p><blockquote></blockquote>",
    "div+div>p>span+em^blockquote": "<div></div><div><p><span></span><em></em></p><blockquote></blockquote></div>",
    "div+div>p>span+em^^blockquote": "<div></div><div><p><span></span><em></em></p></div><blockquote></blockquote>",
    "ul>li*3": "<ul><li></li><li></li><li></li></ul>",
    "div>(header>ul>li*2>a)+footer>p": (
        "<div><header><ul><li><a></a></li><li><a></a></li></ul></header><footer><p></p></footer></div>"
    ),
    "(div>dl>(dt+dd)*2)+footer>p": "<div><dl><dt></dt><dd></dd><dt></dt><dd></dd></dl></div><footer><p></p></footer>",
    "div#header+div.page+div#footer.class1.class2.class3": (
        '<div id="header"></div><div class="page"></div><div id="footer" class="class1 class2 class3"></div>'
    ),
    'td[title="Hello world!" colspan=3]': '<td title="Hello world!" colspan="3"></td>',
    "td[title='a b']": '<td title="a b"></td>',
    "ul>li.item$*3": '<ul><li class="item1"></li><li class="item2"></li><li class="item3"></li></ul>',
    "ul>li.item$$$*2": '<ul><li class="item001"></li><li class="item002"></li></ul>',
    "ul>li.item$@-*3": '<ul><li class="item3"></li><li class="item2"></li><li class="item1"></li></ul>',
    "ul>li.item$@3*2": '<ul><li class="item3"></li><li class="item4"></li></ul>',
    "ul>li.item$@-3*2": '<ul><li class="item4"></li><li class="item3"></li></ul>',
    "a{Click me}": "<a>Click me</a>",
    "a{1 \\$}": "<a>1 $</a>",
    "p>{Click }+a{here}+{ to continue}": "<p>Click <a>here</a> to continue</p>",
    ".class": '<div class="class"></div>',
    "em>.class": '<em><span class="class"></span></em>',
    "ul>.class": '<ul><li class="class"></li></ul>',
    "table>.row>.col": '<table><tbody><tr class="row"><td class="col"></td></tr></tbody></table>',
    "select>*2": "<select><option></option><option></option></select>",
    "ul>li*2>a.x$": '<ul><li><a class="x1"></a></li><li><a class="x2"></a></li></ul>',
    "table>caption+tr+tr": "<table><caption></caption><tbody><tr></tr><tr></tr></tbody></table>",
    "UL>LI": "<ul><li></li></ul>",
    "p{}": "<p></p>",
    "img[src=a.png]+br": '<img src="a.png"><br>',
}


@pytest.mark.parametrize("abbreviation", EXPANDED)
def test_an_abbreviation_is_expanded_as_emmet_does(abbreviation: str) -> None:
    assert write(list(to_events(read_abbreviation(abbreviation)))) == EXPANDED[abbreviation]


def test_an_attribute_without_a_value_is_to_be_written() -> None:
    (element,) = read_abbreviation("a[href title=x]")
    assert element.attributes == (("href", None), ("title", "x"))


REFUSED = {
    "": "column 1: expected an element, such as ul, .card or (…), found the end",
    "ul>": "column 4: expected an element, such as ul, .card or (…), found the end",
    "ul>>li": "column 4: expected an element, such as ul, .card or (…), found '>'",
    "ul li": "column 3: ' ' is not understood here; there are > + ^ * ( ) . # [ ] { }",
    "ul>li*0": "column 7: expected a number from 1 to 1000 after '*'",
    "ul>li*x": "column 7: expected a number",
    "ul>li*2*3": "column 8: '*' stands twice",
    "(ul": "column 1: this '(' is not closed",
    "ul)": "column 3: ')' is not understood here",
    "(ul>li)>a": "column 8: a group or a text has no children; put '>' after an element",
    "p^p": "column 2: '^' climbs out of the top, or of its group",
    "p>(a^b)": "column 5: '^' climbs out of the top, or of its group",
    "a[href": "column 2: this '[' is not closed",
    "a[=x]": "column 3: expected an attribute, such as href, type=email",
    "a[href=x href=y]": "column 10: the attribute href stands twice",
    "p#a#b": "column 4: the attribute id stands twice",
    "p.": "column 3: expected a class after '.'",
    "p{x": "column 2: this '{' is not closed",
    "img>p": "column 4: <img> is empty; it has no children",
    "br{x}": "column 3: <br> is empty; it has no text",
    "p#a*2": "column 1: the id 'a' stands twice; number it, as in #item$*3",
    "{x}": "column 1: text stands outside of any element",
    "a|e": "column 2: '|' is not understood here",
    "input:email": "column 6: ':' is not understood here",
    "li*999>a*999": "more than 1000 elements; repeat fewer",
    ">".join(["div"] * 200): "more than 100 elements inside one another",
    "(" * 200: "more than 100 groups inside one another",
}


@pytest.mark.parametrize("abbreviation", REFUSED, ids=lambda each: each[:20])
def test_what_is_no_abbreviation_is_refused_with_its_column(abbreviation: str) -> None:
    with pytest.raises(SkeletonError) as caught:
        read_abbreviation(abbreviation)
    assert REFUSED[abbreviation] in str(caught.value)


def test_a_skeleton_of_events_has_their_tree() -> None:
    page = '<ul class="a"><li>One <b>two</b><br></li><li><img alt=""></li></ul>'
    skeleton = from_events(read(page, fragment=True).events)
    assert write(list(to_events(skeleton))) == '<ul class="a"><li>x<b>x</b><br></li><li><img alt=""></li></ul>'
    assert [element.name for element in elements(skeleton)] == ["ul", "li", "b", "br", "li", "img"]
    assert Words() in next(elements(skeleton[0].children)).children  # type: ignore[union-attr]
