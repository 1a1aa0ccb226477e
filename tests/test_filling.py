"""Is what fills a hole valid where it stands, and does the rest of the layout stay? The model's weights are random: it writes anything."""

import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.control import Control
from htmlgen.errors import ConfigError, HoleError
from htmlgen.evaluation.score import evaluate
from htmlgen.markup.events import StartTag, Text
from htmlgen.markup.reader import read
from htmlgen.pages import Generator
from htmlgen.shapes import snippet_kinds

HOLE = "<!-- htmlgen: -->"
#: Layouts with the hole `@`, each with elements that must not come into it.
LAYOUTS = [
    ("<p>Tea @ and cake</p>", "div p ul table section h1 h2"),
    ('<p><a href="#">Tea @</a></p>', "a button input select textarea label details div"),
    ('<p><a href="#"><b><big>@', "a button div"),
    ("<button>@</button>", "a button input p"),
    ("<form><div>@</div></form>", "form main"),
    ("<label>Name <input> @</label>", "input select textarea button label"),
    ('<input id="a"><label for="a">@</label>', "input select textarea button label"),
    ("<header><div>@</div></header>", "header footer main"),
    ("<address>@</address>", "address h1 h2 section nav header"),
    ("<dl><dt>@</dt><dd>x</dd></dl>", "section article h1 header"),
    ("<x-card><div>@</div></x-card>", "main"),
    ("<center>@</center>", ""),
    ("<span><div>@</div></span>", ""),
    ("<figure>@<figcaption>x</figcaption></figure>", "figcaption"),
    ("<details><summary>a</summary>@</details>", "summary"),
    ("<fieldset><legend>a</legend>@</fieldset>", "legend"),
    ("<main><p>a</p></main><div>@</div>", "main"),
    ("<ul><li>a</li>@<li>b</li></ul>", ""),
    ("<dl><dt>a</dt>@<dd>b</dd></dl>", ""),
    ("<dl>@<dt>a</dt><dd>b</dd></dl>", ""),
    ("<select><option>a</option>@</select>", "p input"),
    ("<table><tbody><tr><td>a</td><td>b</td></tr>@</tbody></table>", ""),
    ("<table><tr><th>a<th>b<th>c<tr>@</table>", ""),
    ("<table>@</table>", ""),
    ("<table><caption>a</caption><thead><tr><th>x</th></tr></thead>@<tfoot><tr><td>y</td></tr></tfoot></table>", "caption thead tfoot"),
    ("<pre>a\n @</pre>", "div p"),
    ("<h2>a</h2>@<h4>b</h4>", "h1 h2 hgroup"),
    ("<h2>a</h2><h3>b</h3>@<h4>c</h4>", "h1 h2 hgroup"),
    ('<i id="a"></i><i id="b"></i>@<i id="c"></i>', ""),
]


def errors(page: str) -> Counter[str]:
    return Counter(finding.rule for finding in evaluate(page).findings if finding.severity == "error")


@pytest.mark.parametrize(("layout", "never"), LAYOUTS)
def test_what_fills_a_hole_is_valid_at_that_place(page_generator: Generator, layout: str, never: str) -> None:
    before, _, after = layout.partition("@")
    empty = errors(before + after)
    written = set()
    for seed in range(3):
        page = page_generator.fill(before + HOLE + after, seed=seed, max_tokens=60)
        assert page.startswith(before)
        assert page.endswith(after)
        content = page[len(before) : len(page) - len(after)]
        assert content
        assert errors(page) - empty == Counter()
        assert not {event.name for event in read(f"<div>{content}").events if isinstance(event, StartTag)} - {"div"} & {*never.split()}
        written.add(content)
    assert len(written) > 1


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        (f"<p>Tea\n{HOLE[:-3]}nav --></p>", "hole at line 2, column 1: no such element can stand in <p> there"),
        (f"<p>{HOLE[:-3]}div --></p>", r"<div> cannot stand in <p> there"),
        (f"<p>{HOLE[:-3]}navy --></p>", r"no kind 'navy' of snippets among .*did you mean 'nav'"),
        (f"<table><tr><td>a<tr><td>b</td>{HOLE}</table>", "nothing may be written into <tr> after <td>"),
        (f"<table><tr><td>a<td>b<tr><td>c</td></tr>{HOLE}</table>", "nothing is written into <tbody> of a table whose rows differ"),
        (f"<details>{HOLE}<summary>a</summary></details>", "nothing may be written into <details> before <summary>"),
        (f"<script></script>{HOLE}<style></style>", "this is a fragment of a head"),
        (f"<svg>{HOLE}</svg>", "outside of SVG"),
        (f"<!doctype html><body><p>a</p></body>{HOLE}", "nothing is written behind the end of the body"),
        (f"<!doctype html><html>{HOLE}<body>", "a hole stands in the body"),
        ("<!doctype html><head><title>a</title><meta data-htmlgen><body>", "<meta> holds no elements"),
        ("<p>no hole</p>", "the layout has no hole"),
    ],
)
def test_what_cannot_be_filled_is_refused(page_generator: Generator, layout: str, told: str) -> None:
    with pytest.raises((HoleError, ConfigError), match=told):
        page_generator.fill(layout, seed=1)


def test_elements_are_as_many_as_asked_for_and_of_the_name(page_generator: Generator) -> None:
    page = page_generator.fill('<ol data-htmlgen data-htmlgen-n="4"></ol><div data-htmlgen="p" data-htmlgen-n="2"></div>', seed=2)
    depth, children = 0, []
    for tag in page.replace("<", "\n<").split("\n"):
        name = tag[1:].partition(">")[0].partition(" ")[0]
        if tag.startswith("</"):
            depth -= 1
        elif tag:
            children += [name] if depth == 1 else []
            depth += name not in ("br", "img", "input", "wbr", "hr", "source", "track")
    assert children == ["li"] * 4 + ["p"] * 2


def test_a_kind_is_written_with_headings_that_go_on(page_generator: Generator) -> None:
    layout = f"<h1>Tea</h1>{HOLE[:-3]}card-list n=2 --><h3>More</h3>"
    for seed in range(4):
        page = page_generator.fill(layout, seed=seed)
        tags = [event.name for event in read(page).events if isinstance(event, StartTag)]
        levels = [int(name[1]) for name in tags if name in ("h1", "h2", "h3", "h4")]
        assert sum(page.count(f'class="{name}"') for name in ("cards", "card-list", "row", "grid")) == 2
        assert levels[:2] == [1, 2]
        assert 1 not in levels[1:]
        assert errors(page) == Counter()


@pytest.mark.parametrize("kind", snippet_kinds())
def test_every_kind_fills_a_hole(page_generator: Generator, kind: str) -> None:
    page = page_generator.fill(f'<main><h1>Tea</h1><div data-htmlgen="{kind}"></div></main><i id="a"></i>', seed=1)
    assert errors(page) == Counter()
    assert f'data-htmlgen="{kind}"></div>' not in page


#: Layouts with the hole `@`, a skeleton, and the elements that it has there with their classes.
SKELETONS = [
    ('<ul class="a">@</ul>', "li.item$*3>a", "li.item1 a li.item2 a li.item3 a"),
    ("<ul><li>a</li>@<li>b</li></ul>", "li>b", "li b"),
    ("<table><tbody><tr><td>a<td>b</tr>@</table>", "tr>td*2", "tr td td"),
    ("<table><thead><tr><th>a</thead>@</table>", "tbody>tr>td", "tbody tr td"),
    ("<dl><dt>a</dt>@</dl>", "dd+dt+dd", "dd dt dd"),
    ("<select>@</select>", "option[value]*2", "option option"),
    ("<p>Tea @ and cake</p>", "a.more>b", "a.more b"),
    ("<h1>a</h1>@<h2>b</h2>", "section>h4+p", "section h2 p"),
    ("<details><summary>a</summary>@</details>", "p+ul>li", "p ul li"),
    ("<x-card>@</x-card>", "h2+p", "h2 p"),
    ('<i id="a"></i>@', "p#b+p", "p p"),
]


def tree(content: str) -> str:
    tags = (event for event in read(content, fragment=True).events if isinstance(event, StartTag))
    return " ".join(".".join((tag.name, *(tag.get("class") or "").split())) for tag in tags)


@pytest.mark.parametrize(("layout", "skeleton", "expected"), SKELETONS)
def test_a_skeleton_stands_in_a_hole_as_it_is_asked_for(page_generator: Generator, layout: str, skeleton: str, expected: str) -> None:
    before, _, after = layout.partition("@")
    empty = errors(before + after)
    for seed in range(2):
        page = page_generator.fill(f"{before}<!-- htmlgen: skeleton='{skeleton}' -->{after}", seed=seed)
        assert page.startswith(before)
        assert page.endswith(after)
        assert tree(page[len(before) : len(page) - len(after)]) == expected
        assert errors(page) - empty == Counter()


def test_texts_of_a_tree_are_short(page_generator: Generator) -> None:
    page = page_generator.fill("<div><!-- htmlgen: skeleton=p*3 tokens=400 --></div>", seed=1)
    texts = [event for event in read(page, fragment=True).events if isinstance(event, Text)]
    assert len(texts) == 3
    assert all(len(page_generator.tokenizer.encode([text])) < 24 for text in texts)


def test_a_hole_is_filled_like_an_element_of_the_page(page_generator: Generator) -> None:
    before = '<ul><li id="first" class="tag new"><a href="/red">Red</a> <b>3</b></li>'
    page = page_generator.fill(f'{before}<!-- htmlgen: like="#first" n=2 --></ul>', seed=1)
    assert page.startswith(before)
    assert tree(page[len(before) :].removesuffix("</ul>")) == "li.tag.new a b li.tag.new a b"
    assert page.count('id="first"') == 1
    assert "Red" not in page[len(before) :]


def test_a_hole_is_filled_like_one_that_was_filled_before(page_generator: Generator) -> None:
    page = page_generator.fill('<div id="a" data-htmlgen-skeleton="p.x>b"></div><div><!-- htmlgen: like="#a" --></div>', seed=1)
    assert tree(page) == "div p.x b div div p.x b"


def test_a_hole_is_filled_like_html_in_an_attribute_which_stays(page_generator: Generator) -> None:
    layout = "<main><h1>a</h1><div data-htmlgen-like='<article class=\"card\"><h2>Tea</h2><p>x</p></article>' data-htmlgen-n=2>"
    page = page_generator.fill(layout + "old</div></main>", seed=3)
    assert page.startswith(layout)
    assert tree(page.removeprefix(layout).removesuffix("</div></main>")) == "article.card h2 p article.card h2 p"
    assert page_generator.fill(page, seed=3) == page


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        ("<p>\n<!-- htmlgen: skeleton=div>p --></p>", r"hole at line 2, column 1: skeleton 'div>p', column 1: <div> cannot stand here"),
        ("<ul><!-- htmlgen: skeleton=li*x --></ul>", r"column 4: expected a number from 1 to 1000 after '\*'"),
        ("<dl><dt>a</dt><!-- htmlgen: skeleton=dt --></dl>", "skeleton 'dt': ends too early; what could follow: <dt>, <dd>"),
        ('<a href="#"><!-- htmlgen: skeleton=div>a --></a>', "nothing of the skeleton is allowed in <a> by the elements around it"),
        ('<i id="a"></i><!-- htmlgen: skeleton=p#a -->', "hole at line 1, column 15: "),
        ('<div><!-- htmlgen: like="#none" --></div>', "no element of the page has the id 'none'"),
        ("<div><!-- htmlgen: like='<tr><td>a' --></div>", "nothing of the example can stand in <div> there: '<tr><td>a'; give another"),
        ('<b id="a"></b><!-- htmlgen: like="#a" -->', "nothing of the example can stand in <body> there"),
        ("<div><!-- htmlgen: like='<' --></div>", "the example holds no element"),
    ],
)
def test_a_tree_that_cannot_stand_in_a_hole_is_refused(page_generator: Generator, layout: str, told: str) -> None:
    with pytest.raises(HoleError, match=told):
        page_generator.fill(layout, seed=1)


def test_what_is_around_excludes_from_kinds_too(page_generator: Generator) -> None:
    for seed in range(3):
        page = page_generator.fill('<a href="#"><div data-htmlgen="card"></div></a>', seed=seed, max_tokens=80)
        names = [event.name for event in read(page).events if isinstance(event, StartTag)]
        assert names.count("a") == 1
        assert not {*names} & {"button", "input", "select"}
        assert errors(page) == Counter()


def test_ids_are_new(page_generator: Generator) -> None:
    taken = "".join(f'<i id="{letter}"></i>' for letter in "abcdefghijklmnopqrstuvwxyz")
    for seed in range(8):
        page = page_generator.fill(f"{HOLE}{taken}<!-- htmlgen: n=2 -->", seed=seed)
        ids = [value for event in read(page).events if isinstance(event, StartTag) and (value := event.get("id"))]
        assert len(ids) == len(set(ids)) >= 26


def test_the_same_seed_fills_alike_and_each_hole_has_its_own(page_generator: Generator) -> None:
    layout = f"<div>{HOLE}</div><div>{HOLE}</div><div><!-- htmlgen: seed=1 --></div>"
    page = page_generator.fill(layout, seed=1)
    assert page == page_generator.fill(layout, seed=1) != page_generator.fill(layout, seed=2)
    element = '<div data-htmlgen="list"></div>'
    once = page_generator.fill(element, seed=4)
    assert page_generator.fill(once, seed=4) == once


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "windows-1252", "shift_jis"])
def test_a_file_is_kept_byte_for_byte(tmp_path: Path, tiny_bundle: Path, encoding: str) -> None:
    word = "茶" if encoding == "shift_jis" else "thé"
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    before = mark + f'<meta charset="{encoding}">\r\n\t<P CLASS=a>{word}  <'.encode(encoding)
    hole, after = "b>{{ htmlgen() }}</b", f"> {word}</p  >\n\r\r\n"
    hole_bytes, after_bytes = (text.encode(encoding.removesuffix("-sig")) for text in (hole, after))
    (tmp_path / "layout.html").write_bytes(before + hole_bytes + after_bytes)
    command = ["fill", str(tmp_path / "layout.html"), "-o", str(tmp_path / "page.html"), "--seed", "1", "--bundle", str(tiny_bundle)]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, result.output
    page = (tmp_path / "page.html").read_bytes()
    assert page.startswith(before)
    assert page.endswith(after_bytes)
    assert b"htmlgen" not in page
    assert CliRunner().invoke(cli, command).exit_code == 2


def test_what_fills_a_hole_is_dressed_and_the_rest_is_not(page_generator: Generator, tmp_path: Path) -> None:
    before, after = '<p>Tea <img src="tea.png" alt="A cup"></p><div data-htmlgen="gallery">', "</div>"
    control = Control(text="lorem", assets=str(tmp_path / "assets"), assets_url="assets")
    page = page_generator.fill(before + after, seed=1, control=control)
    assert page.startswith(before)
    sources = re.findall(r' src="([^"]*)"', page.removeprefix(before))
    assert sources
    assert all((tmp_path / source).is_file() for source in sources)
