"""Are snippets what was asked for: of a kind, like an example, on a skeleton; and is it said what cannot be?"""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from htmlgen.errors import ConfigError, SkeletonError
from htmlgen.markup.reader import read
from htmlgen.pages import Generator, Page
from htmlgen.relaxng import load_automaton, validate
from htmlgen.shapes import Shape, snippet_kinds

ROOT = Path(__file__).parents[1]
PAGE = load_automaton("page")
#: What a snippet of a kind has, as selectors and how many there are at least.
HAS = {
    "article": {"article > header > h2": 1, "time[datetime]": 1, "p": 3, "header > p > time": 1},
    "breadcrumb": {"nav[aria-label] > ol > li": 3, "li[aria-current]": 1},
    "card": {"article.card > h3": 1, "article.card > p": 1},
    "card-list": {".card": 2, ".card > h3": 2},
    "code": {"pre > code": 1},
    "faq": {"details > summary, dt": 2, "details > p, dd": 2},
    "footer": {"footer a": 3, "footer small": 1},
    "form": {"form label": 2, "label > input, label > select, label > textarea": 2, "button[type=submit]": 1},
    "gallery": {"figure > img[alt]": 3, "figcaption": 3},
    "header": {"header > h1": 1, "nav a": 3},
    "hero": {"h1": 1, "p.lead": 1, "p > a": 1},
    "list": {"li": 3},
    "media": {"img[alt]": 1, "p, figcaption": 1},
    "nav": {"nav > ul > li > a[href]": 3},
    "pagination": {"a[rel=prev]": 1, "a[rel=next]": 1, "a[aria-current=page]": 1},
    "pricing": {"article.plan": 2, "p.price": 2, ".plan > ul": 2},
    "table": {"thead th[scope=col]": 3, "tbody > tr": 3},
}


def sound(snippet: Page) -> None:
    """A snippet is a part of a page of `page.rnc`, without errors, read as it was written."""
    assert validate(read(snippet.html, fragment=True).events, PAGE, inside=("div",)) == []
    assert snippet.evaluation.cleanness == snippet.evaluation.balance.score == 1


def shape_of(soup: BeautifulSoup) -> list[tuple[str, str]]:
    return [(tag.name, " ".join(tag.get("class") or ())) for tag in soup.body.find_all()]  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", snippet_kinds())
def test_a_kind_has_what_it_is_known_by(page_generator: Generator, kind: str) -> None:
    """Random weights: whatever the model says, the structure stands."""
    for snippet in page_generator.snippets(4, kind, seed=1):
        sound(snippet)
        assert validate(read(snippet.html, fragment=True).events, Shape(kind=kind).automaton(PAGE)) == []
        for selector, least in HAS[kind].items():
            assert len(snippet.soup.select(selector)) >= least, (selector, snippet.html)


@pytest.mark.parametrize("folder", ["accept", "reject"])
@pytest.mark.parametrize("kind", snippet_kinds())
def test_kinds_accept_and_refuse_their_cases(kind: str, folder: str) -> None:
    events = read((ROOT / "grammars" / folder / "kinds" / f"{kind}.html").read_text("utf-8"), fragment=True).events
    assert bool(validate(events, Shape(kind=kind).automaton(PAGE))) == (folder == "reject")
    assert not validate(events, PAGE, inside=("div",))


@pytest.mark.parametrize("kind", snippet_kinds())
def test_cards_plans_and_rows_are_of_one_make(page_generator: Generator, kind: str) -> None:
    if kind not in ("card-list", "pricing", "gallery", "table"):
        return
    repeated = {"card-list": ".card", "pricing": ".plan", "gallery": "figure", "table": "tbody > tr"}[kind]
    for snippet in page_generator.snippets(6, kind, seed=3, max_tokens=250):
        parts = snippet.soup.select(repeated)
        assert len({tuple(child.name for child in part.find_all(recursive=False)) for part in parts}) == 1


def test_budgets_hold_and_what_is_too_little_is_said(page_generator: Generator) -> None:
    for kind in ("nav", "faq", "form"):
        assert all(snippet.tokens <= 90 for snippet in page_generator.snippets(5, kind, seed=1, max_tokens=90))
    for snippet in page_generator.snippets(5, skeleton="ul>li*3>a", seed=1, max_tokens=40):
        assert snippet.tokens <= 40


def test_a_snippet_is_what_its_seed_writes(page_generator: Generator) -> None:
    three = list(page_generator.snippets(3, "nav", seed=5))
    assert [snippet.seed for snippet in three] == [5, 6, 7]
    assert page_generator.snippet("nav", seed=6) == three[1]


SKELETONS = {
    "ul>li*3>a": ["ul", "li", "a", "li", "a", "li", "a"],
    "table>tr*2>td*2": ["table", "tbody", "tr", "td", "td", "tr", "td", "td"],
    "header>h1+nav>ul>li*2>a^^^p": ["header", "h1", "nav", "ul", "li", "a", "li", "a", "p"],
    "(section>h2+p)*2": ["section", "h2", "p", "section", "h2", "p"],
    "form>label>input[type=email]^button": ["form", "label", "input", "button"],
    "dl>(dt+dd)*2": ["dl", "dt", "dd", "dt", "dd"],
    "figure>img+figcaption": ["figure", "img", "figcaption"],
    "details>summary+p>em": ["details", "summary", "p", "em"],
    "pre+textarea": ["pre", "textarea"],
}


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_a_skeleton_fixes_the_tree(page_generator: Generator, skeleton: str) -> None:
    for snippet in page_generator.snippets(4, skeleton=skeleton, seed=2):
        sound(snippet)
        assert [tag.name for tag in snippet.soup.body.find_all()] == SKELETONS[skeleton]  # type: ignore[union-attr]
        assert all(tag.get_text().strip() for tag in snippet.soup.body.find_all() if tag.name not in ("img", "input", "label"))  # type: ignore[union-attr]


def test_what_is_fixed_of_a_skeleton_stands(page_generator: Generator) -> None:
    snippet = page_generator.snippet(skeleton="ul#list.a.b>li.item$$*2>a[href=/x?a&b rel]{Say $ & <go>}", seed=1)
    sound(snippet)
    soup = snippet.soup
    assert [(each["class"], each.a["href"], each.a.get_text()) for each in soup.select("ul#list.a.b > li")] == [  # type: ignore[index, union-attr]
        (["item01"], "/x?a&b", "Say 1 & <go>"),
        (["item02"], "/x?a&b", "Say 2 & <go>"),
    ]
    assert all(each["rel"] for each in soup.select("a"))


def test_what_cannot_hold_text_alone_holds_what_its_grammar_has(page_generator: Generator) -> None:
    for snippet in page_generator.snippets(3, skeleton="section>h2+table+select", seed=1):
        sound(snippet)
        assert snippet.soup.select("section > h2 + table td, section > h2 + table th")
        assert snippet.soup.select("table + select > option, select optgroup > option")


REFUSED = {
    "p>div": "column 3: <div> cannot stand in <p>; what could: text, <em>",
    "ul>li+p": "column 7: <p> cannot stand in <ul>; what could: <li>",
    "a>button": "<button> cannot stand anywhere inside <a>",
    "h1+h4": "<h4> after a heading of level 1",
    "dl>dt": "column 1: <dl> ends too early; what could follow: <dt>, <dd>",
    "blink": "column 1: <blink> cannot stand here; what could:",
    "ul[foo=1]": "column 1: <ul> has no attribute foo; it has ",
    "input[type=foo]": 'column 1: the attribute type of <input> cannot be "foo", but "text" or "search"',
    "p>{Click }+a{here}": "column 1: text cannot be fixed beside elements; put an element around it",
    "ul{text}": "column 1: text cannot stand here, what could: <li>",
    "a[href=javascript:x]": 'column 1: the attribute href of <a> cannot be "javascript:x"',
    "button[onclick=x]": "column 1: <button> has no attribute onclick",
    "script": "column 1: <script> cannot stand here",
    "img[alt srcset sizes type]": "column 1: <img> has no attribute type",
}


@pytest.mark.parametrize("skeleton", REFUSED)
def test_a_skeleton_that_is_none_of_the_grammar_is_refused(page_generator: Generator, skeleton: str) -> None:
    with pytest.raises(SkeletonError, match=re.escape(REFUSED[skeleton])):
        page_generator.snippet(skeleton=skeleton, seed=1)


def test_a_skeleton_is_held_to_the_generators_own_grammar(tiny_bundle: Path) -> None:
    article = Generator.load(tiny_bundle, grammar="article")
    assert article.snippet(skeleton="ul>li*2", seed=1).soup.select("ul > li + li")
    with pytest.raises(SkeletonError, match="<form> cannot stand here"):
        article.snippet(skeleton="form>button", seed=1)
    assert Generator.load(tiny_bundle, grammar="tags").snippet(skeleton="ul>li*2", seed=1).html.startswith("<ul><li>")


EXAMPLES = [
    '<ul class="tags"><li><a href="/red">Red</a></li><li><a href="/blue">Blue</a></li></ul>',
    '<section class="team"><h2>Our team</h2><div class="row"><img src="a.png" alt="x"><p>She <b>leads</b> us.</p></div></section>',
    '<h2 class="top">One</h2><p>Two <em>three</em></p>',
    '<table class="t"><tr><th scope="col">A</th></tr><tr><td>1</td></tr></table>',
    '<form action="/x"><label for="m">Mail</label><input id="m" type="email" required></form>',
    '<form><select name="a"><option>1<option selected>2</select></form>',
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_gives_its_elements_and_classes(page_generator: Generator, example: str) -> None:
    soup = BeautifulSoup(example, "html5lib")
    for snippet in page_generator.snippets(3, like=example, seed=1):
        sound(snippet)
        assert shape_of(snippet.soup) == shape_of(soup)
        for mine, its in zip(snippet.soup.body.find_all(), soup.body.find_all(), strict=True):  # type: ignore[union-attr]
            assert mine.get("type") == its.get("type") or "type" not in its.attrs
            assert set(its.attrs) - {"id", "for", "action"} <= set(mine.attrs)  # forms lead nowhere


def test_an_example_is_repaired_and_one_of_which_nothing_is_left_is_refused(page_generator: Generator) -> None:
    snippet = page_generator.snippet(like='<p onclick="x()" style="color: red">Go <script>1</script><b>now</b></p>', seed=1)
    assert shape_of(snippet.soup) == [("p", ""), ("b", "")]
    assert "onclick" not in snippet.html
    for example in ("<li>a", "text", "<script>1</script>"):
        with pytest.raises(SkeletonError, match="holds no element that can stand by itself"):
            page_generator.snippet(like=example, seed=1)


def test_shapes_exclude_one_another_and_kinds_have_names(page_generator: Generator) -> None:
    with pytest.raises(ConfigError, match="kind and skeleton exclude one another"):
        page_generator.snippet("nav", skeleton="ul", seed=1)
    with pytest.raises(ConfigError, match=r"no kind 'nva' of snippets among article, .*; did you mean 'nav'"):
        page_generator.snippet("nva", seed=1)


def test_snippets_of_no_shape_are_what_the_grammar_of_fragments_begins_with(page_generator: Generator) -> None:
    snippet = page_generator.snippet(seed=1)
    assert not validate(read(snippet.html).events, load_automaton("snippet"))


def test_guides_are_made_once(page_generator: Generator) -> None:
    assert page_generator.shaped(Shape(kind="nav")) is page_generator.shaped(Shape(kind="nav"))
