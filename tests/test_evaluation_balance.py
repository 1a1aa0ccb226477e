"""Balance: every kind of fault, every optional end tag, and the score's arithmetic."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from htmlgen.evaluation.balance import tag_balance
from htmlgen.markup.elements import OPTIONAL_END, VOID

PLAIN = ["div", "span", "b", "section", "my-box"]


def faults(page: str, *, fragment: bool = False) -> list[tuple[str, int]]:
    """Rule and offset of each fault."""
    return [(finding.rule.removeprefix("balance/"), finding.offset) for finding in tag_balance(page, fragment=fragment).findings]


@pytest.mark.parametrize(
    "page",
    [
        "",
        "no tags",
        "<div></div>",
        "<ul><li>a<li>b</ul>",
        "<ul><li>a<ul><li>b</ul><li>c</ul>",
        "<ul><li><p>a<li><p>b</ul>",
        "<dl><dt>a<dt>b<dd>c<dd>d</dl>",
        "<p>a<p>b<div>c</div>",
        "<section><p>a</section>",
        "<p>a<hr><p>b",
        "<ruby>a<rp>(<rt>b<rp>)</ruby>",
        "<select><optgroup label=a><option>b<option>c<optgroup label=d><option>e</select>",
        "<select><option>a<hr><option>b</select>",
        "<table><caption>a<colgroup><col><col><thead><tr><th>b<th>c<tbody><tr><td>d<tr><td>e<tfoot><tr><td>f</table>",
        "<table><tr><td>a</td></tr></tbody></table>",
        "<table><col></colgroup><tr><td>a</table>",
        "<table><tr><td><table><tr><td>a</table><td>b</table>",
        "<!doctype html><html><head><title>a</title><body><p>b",
        "<!doctype html><title>a</title></head><p>b</body></html>",
        "<!doctype html><html><title>a</title><link><p>b</html>",
        "<!doctype html><html><title>a</title><p>b</body></html>",
        "<br><img><input><hr>",
        "<BR/><svg><path/><g><circle/></g></svg><math><mi>x</mi></math>",
        "<script>'<div>'</script><!-- <div> --><p title='</div>'>",
        "<svg><foreignObject><p>a<p>b</foreignObject></svg>",
        "<plaintext></div>",
        "<ul><li><b>a<li>c</b></ul>",  # the second li stands in the b: odd, but every tag has its partner
    ],
)
def test_a_page_that_leaves_out_only_what_it_may_has_no_fault(page: str) -> None:
    assert faults(page) == []
    assert tag_balance(page).score == 1


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<div>", [("unclosed", 0)]),
        ("<b>a<b>b</b>", [("unclosed", 0)]),
        ("<div><b></div>", [("unclosed", 5)]),
        ("<div/>", [("unclosed", 0)]),
        ("<script>a", [("unclosed", 0)]),
        ("<dl><dt>a</dl>", [("unclosed", 4)]),
        ("<table><thead><tr><th>a</table>", [("unclosed", 7)]),
        ("<a><p>b</a>", [("unclosed", 3)]),
        ("<my-box><p>b</my-box>", [("unclosed", 8)]),
        ("<ul><li><b>a<li>c</ul>", [("unclosed", 8)]),
        ("<svg><g></svg>", [("unclosed", 5)]),
        ("<table><tr><td>a", [("unclosed", 0)]),
        ("</div>", [("stray", 0)]),
        ("<div></div></div>", [("stray", 11)]),
        ("<br></br>", [("stray", 4)]),
        ("<p>a<div>b</div></p>", [("stray", 16)]),
        ("<div><p>a</div></p>", [("stray", 15)]),
        ("<div><table><tr><td>a</div></table></div>", [("stray", 21)]),
        ("<ul><li>a<ul></li></ul></ul>", [("stray", 13)]),
        ("<p></head>", [("stray", 3)]),
        ("<p><button></p></button>", [("stray", 11)]),
        ("<html></html></html>", [("stray", 13)]),
        ("<h1>a</h2>", [("unclosed", 0), ("stray", 5)]),
        ("<b><i>a</b></i>", [("misnested", 11)]),
        ("<b><i><u>a</b></u></i>", [("misnested", 14), ("misnested", 18)]),
        ("<div><section>a</div></section>", [("misnested", 21)]),
    ],
)
def test_each_fault_is_counted_once_at_its_tag(page: str, expected: list[tuple[str, int]]) -> None:
    assert faults(page) == expected


def test_the_start_tags_of_a_document_may_be_omitted_and_those_of_a_fragment_not() -> None:
    assert faults("<p>a</body></html>") == []
    assert faults("<p>a</body></html>", fragment=True) == [("stray", 4), ("stray", 11)]


def test_the_score_is_the_share_of_tags_without_a_fault() -> None:
    balance = tag_balance("<div><b><i>x</b></i></p><br>")  # tags: div, b, i, /b, /i, /p; faults: div, /i, /p
    assert (balance.tags, balance.unclosed, balance.misnested, balance.stray) == (6, 1, 1, 1)
    assert balance.score == pytest.approx(3 / 6)


def test_a_message_names_the_tag_and_where_its_partner_stands() -> None:
    (finding,) = tag_balance("<p>\n<b><i>a</b></i>").findings
    assert finding.message == "</i> comes after the end of an element that its <i> (line 2, column 4) stands in"
    assert (finding.line, finding.column) == (2, 12)


TREES = st.recursive(st.just(""), lambda child: st.builds("<{0}>{1}</{0}>{2}".format, st.sampled_from(PLAIN), child, child), max_leaves=12)


@given(TREES, st.randoms(use_true_random=False))
def test_taking_end_tags_away_leaves_as_many_tags_unclosed(page: str, draw: random.Random) -> None:
    pieces = page.replace("<", "\0<").split("\0")
    ends = [place for place, piece in enumerate(pieces) if piece.startswith("</")]
    gone = set(draw.sample(ends, draw.randint(0, len(ends))))
    balance = tag_balance("".join(piece for place, piece in enumerate(pieces) if place not in gone))
    assert (balance.unclosed, balance.stray, balance.misnested) == (len(gone), 0, 0)


@given(TREES, st.integers(0, 100))
def test_an_end_tag_too_many_is_one_stray(page: str, place: int) -> None:
    pieces = page.replace("<", "\0<").split("\0")
    cut = place % (len(pieces) + 1)
    balance = tag_balance("".join([*pieces[:cut], "</em>", *pieces[cut:]]))
    assert (balance.unclosed, balance.stray, balance.misnested) == (0, 1, 0)


NAMES = sorted(OPTIONAL_END | VOID | {*PLAIN, "table", "ul", "svg"})


@given(st.lists(st.sampled_from([f"<{end}{name}>" for name in NAMES for end in ("", "/")])))
def test_no_tag_has_two_faults(tags: list[str]) -> None:
    balance = tag_balance("".join(tags))
    places = [finding.offset for finding in balance.findings]
    assert len(set(places)) == len(places) == balance.faults <= balance.tags
    assert 0 <= balance.score <= 1


@pytest.mark.parametrize("unit", ["<b>", "</b>", "<p>", "<tfoot>", "<table><tr><td>", "<dd><li>", "<svg>", "<table></b>"])
def test_balance_takes_linear_time_however_deep_a_page_is(unit: str) -> None:
    page = "<b>" * 30_000 + unit * 30_000 + "</i></li></table>" * 10_000
    start = time.process_time()
    tag_balance(page)
    assert time.process_time() - start < 10
