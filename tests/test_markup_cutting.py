"""Where does a page's beginning break off, and do quotes and capitals stay the author's?"""

import pytest

from htmlgen.errors import PromptError
from htmlgen.markup.cutting import Inside, StartCut, borders, cut, position, reference_cut, referred, respelled

CUTS = {
    "": ("", "", Inside.CONTENT),
    "<p>Hello wor": ("<p>Hello wor", "", Inside.CONTENT),
    "a < b": ("a < b", "", Inside.CONTENT),
    "a &am": ("a ", "&am", Inside.CONTENT),
    "a & b": ("a & b", "", Inside.CONTENT),
    "<p>x&#3": ("<p>x", "&#3", Inside.CONTENT),
    "<p title='>'>x": ("<p title='>'>x", "", Inside.CONTENT),
    "<!-- < --><p": ("<!-- < -->", "<p", Inside.START),
    "a <": ("a ", "<", Inside.START),
    "<p><a hre": ("<p>", "<a hre", Inside.START),
    '<a href="x>y': ("", '<a href="x>y', Inside.START),
    "<a href=>x": ("<a href=>x", "", Inside.CONTENT),
    "<p></": ("<p>", "</", Inside.END),
    "<p></P ": ("<p>", "</P ", Inside.END),
    "<!docty": ("", "<!docty", Inside.DOCTYPE),
    "<title>a <b> &lt": ("<title>a <b> ", "&lt", Inside.CONTENT),
    "<title>a</ti": ("<title>a", "</ti", Inside.END),
    "<TEXTAREA></p": ("<TEXTAREA></p", "", Inside.CONTENT),
    "<script>a < b</script><p": ("<script>a < b</script>", "<p", Inside.START),
}


@pytest.mark.parametrize("text", CUTS)
def test_a_text_is_cut_where_its_last_construct_begins(text: str) -> None:
    found = cut(text)
    assert (found.whole, found.rest, found.inside) == CUTS[text]
    assert found.whole + found.rest == text


STARTS = {
    "<": StartCut("", False),
    "<IM": StartCut("im", False),
    "<p ": StartCut("p", True, gap=True),
    "<br/": StartCut("br", True, slash=True),
    "<br /": StartCut("br", True, slash=True),
    "<a hre": StartCut("a", True, begun="hre"),
    "<a HREF =": StartCut("a", True, begun="href", equals=True),
    "<a href='x y": StartCut("a", True, begun="href", equals=True, quote="'", value="x y"),
    "<a href=x/": StartCut("a", True, begun="href", equals=True, quote="", value="x/"),
    '<a href="x"': StartCut("a", True, (("href", "x"),)),
    '<a href="x" ': StartCut("a", True, (("href", "x"),), gap=True),
    "<a b c='&lt;' d": StartCut("a", True, (("b", ""), ("c", "<")), begun="d"),
    "<a b=1 b=2 c": StartCut("a", True, (("b", "1"),), begun="c"),
}


@pytest.mark.parametrize("text", STARTS)
def test_the_parts_of_a_start_tag_that_breaks_off(text: str) -> None:
    assert cut(text).start == STARTS[text]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<p>\n <!-- x", "line 2, column 2: the text ends inside of a comment or declaration; end it with '>'"),
        ("<![CDATA[", "line 1, column 1: the text ends inside of a comment"),
        ("<script>let a", "line 1, column 14: the text ends inside of <script>, which is never written; add </script>"),
        ("<style>p {}</sty", "line 1, column 12: the text ends inside of <style>"),
        ("a\ud800", "line 1, column 2: '\\ud800' is not valid Unicode"),
    ],
)
def test_what_nothing_can_continue_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(PromptError) as caught:
        cut(text)
    assert told in str(caught.value)


RESPELLED = [
    ("<a title='x", "it's\">y", "it&#39;s'>y"),
    ("<a title=x", 'y z" id="b">', 'y&#32;z id="b">'),
    ('<a title="x', 'y">', 'y">'),
    ("<TAB", 'le class="a">', 'LE class="a">'),
    ("<p></D", "iv>", "IV>"),
    ("<!doc", "TYPE html>", "type html>"),
    ("<!DOC", "TYPE html>", "TYPE html>"),
    ("<p>A", "b</p>", "b</p>"),
]


@pytest.mark.parametrize(("text", "canonical", "written"), RESPELLED)
def test_a_continuation_is_spelled_as_the_text_was_begun(text: str, canonical: str, written: str) -> None:
    assert respelled(cut(text), canonical) == written


def test_references_that_break_off_stand_for_characters() -> None:
    assert reference_cut("a&b&eacu") == ("a&b", "&eacu")
    assert referred("&eacu") == [("é", "te;"), ("&eacu", "")]
    assert referred("&#39") == [("'", ";")]
    assert referred("&T") == [("&T", "")]
    assert referred("&am") == []
    with pytest.raises(PromptError, match="'&#x'; give its number"):
        referred("&#x")


def test_places_are_counted_from_one() -> None:
    assert position("ab\ncd", 0) == "line 1, column 1"
    assert position("ab\ncd", 4) == "line 2, column 2"
    assert borders("<p>a<br></p>") == [3, 4, 8, 12]


@pytest.mark.parametrize("part", ["<a b='", "<!--", "&a", "<p =", "<title></titl", 'x="', "<"])
def test_hostile_beginnings_are_cut_in_one_pass(part: str) -> None:
    """A scan that goes back would not come to an end."""
    text = part * 40_000
    try:
        assert cut(text).whole + cut(text).rest == text
    except PromptError as error:
        assert "ends inside of" in str(error)
