"""Do pages stay valid in other words, and does nothing on them lead anywhere?"""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.control import Control
from htmlgen.dressing.dress import Dressing
from htmlgen.dressing.gallery import Gallery
from htmlgen.dressing.targets import harmless
from htmlgen.dressing.texts import STYLES, spoken
from htmlgen.errors import ConfigError
from htmlgen.evaluation.score import evaluate
from htmlgen.markup.events import StartTag, Text
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.pages import Generator
from htmlgen.relaxng import load_automaton, validate

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Grey Tea No 12</title>
<meta name="description" content="All of tea"></head>
<body><h1>Grey Tea</h1><p>We sell tea, <em>black</em>, and <a href="/green">green tea</a> since 1901.</p><pre>a = 1
</pre><address>1 High Street</address><p><time datetime="2026-11-21">soon</time> <span class="price">9.50</span> <b class="author">A. B.</b>
<form><label for="e">E-mail</label> <input id="e" type="email" placeholder="you" value="a.b@example.com">
<input type="submit" value="Go"></form>
<table><tbody><tr><td>1,234.50</td><td>Assam</td></tr></tbody></table><img src="tea.png" alt="A cup"></body></html>"""


def said(html: str) -> list[str]:
    return [event.data for event in read(html).events if isinstance(event, Text)]


def tags(html: str) -> list[str]:
    return [event.name for event in read(html).events if isinstance(event, StartTag)]


@pytest.mark.parametrize("style", ["lorem", "faker", "keep-shape"])
def test_a_page_says_something_else_and_stays_what_it_was(style: str) -> None:
    events = read(PAGE).events
    page = write(spoken(events, style, 1))
    assert tags(page) == tags(PAGE)
    assert evaluate(page).findings == ()
    assert page == write(spoken(events, style, 1)) != write(spoken(events, style, 2))
    kept = {"a = 1\n"} if style != "keep-shape" else set()
    assert {text for text in said(page) if re.search(r"[^\W\d_]{3}", text)} & set(said(PAGE)) == kept - {"a = 1\n"}
    assert kept <= set(said(page))


def test_the_model_s_words_stay() -> None:
    assert spoken(read(PAGE).events, "model", 1) == list(read(PAGE).events)


def test_words_are_what_their_place_is_for() -> None:
    page = write(spoken(read(PAGE).events, "faker", 3))
    for pattern in (
        r'<time datetime="2026-11-21">21 November 2026</time>',
        r'<span class="price">\d\.\d\d</span>',
        r'type="email" placeholder="[a-z]+@example\.com" value="[a-z]+@example\.com"',
        r"<td>\d,\d\d\d\.\d\d</td>",
        r'<b class="author">[A-Z]\w+\.? [A-Z]',
        r"<address>[^<]*\d[^<]*, [^<]+</address>",
        r"<h1>[A-Z][^<]+ [^<]+</h1>",
    ):
        assert re.search(pattern, page), (pattern, page)


def test_words_are_of_the_page_s_language() -> None:
    page = '<html lang="de"><p>one two three four five six seven eight nine ten eleven twelve</p></html>'
    events = [event for seed in range(5) for event in spoken(read(page).events, "faker", seed)]
    words = {word for event in events if isinstance(event, Text) for word in event.data.split()}
    assert words & {"und", "der", "die", "nicht", "sie", "ein", "zu", "das", "er", "mit"}


def test_a_shape_is_kept_letter_by_letter() -> None:
    (event,) = spoken([Text("Grey Tea, No 12: Été 茶茶!")], "keep-shape", 1)
    assert isinstance(event, Text)
    assert re.fullmatch(r"[A-Z][a-z]{3} [A-Z][a-z]{2}, [A-Z][a-z] [1-9]{2}: [A-Z][a-z][a-z] 茶茶!", event.data)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="https://evil.test/a?b#c">', '<a href="https://example.com/a?b#c">'),
        ('<a href="//evil.test/a">', '<a href="https://example.com/a">'),
        (r'<a href="\\evil.test">', '<a href="https://example.com">'),
        ('<a href="https://www.example.org/x">', '<a href="https://www.example.org/x">'),
        ('<a href="https://example.com.evil.test/">', '<a href="https://example.com/">'),
        ('<a href="https://example.com@evil.test/x">', '<a href="https://example.com/x">'),
        ('<a href=" JavaScript:alert(1)">', '<a href="#">'),
        ('<a href="mailto:a@evil.test">', '<a href="mailto:name@example.com">'),
        ('<a href="tel:123">', '<a href="tel:+1-555-0100">'),
        ('<a href="/tea#cup">', '<a href="/tea#cup">'),
        ('<img src="https://evil.test//evil.test/a.png">', '<img src="/evil.test/a.png">'),
        ('<img src="https://evil.test?a">', '<img src="/?a">'),
        ('<img src="http://evil.test:80/a:b">', '<img src="/a%3Ab">'),
        ('<img src="data:image/png;base64,x">', '<img src="/image/png;base64,x">'),
        ('<img srcset="https://evil.test/a.png 1x, b.png 2x">', '<img srcset="/a.png 1x, b.png 2x">'),
        ('<link rel="stylesheet" href="https://evil.test/a.css">', '<link rel="stylesheet" href="/a.css">'),
        ('<link rel="canonical" href="https://evil.test/a">', '<link rel="canonical" href="https://example.com/a">'),
        ('<meta property="og:image" content="https://evil.test/a">', '<meta property="og:image" content="https://example.com/a">'),
        ('<form action="https://evil.test/a" method="post">', '<form method="get">'),
        ('<video poster="https://evil.test/a.png">', '<video poster="/a.png">'),
        ('<input type="url" value="https://evil.test/a">', '<input type="url" value="https://example.com/a">'),
    ],
)
def test_no_target_leads_anywhere(before: str, after: str) -> None:
    name, *pairs = re.findall(r'<(\w+)|([\w-]+)="([^"]*)"', before)
    (tag,) = harmless([StartTag(name[0], tuple((key, value) for _, key, value in pairs))])
    assert isinstance(tag, StartTag)
    assert write([tag]).removesuffix(f"</{tag.name}>") == after


def test_with_assets_all_that_is_loaded_is_there(tmp_path: Path) -> None:
    page = (
        '<p><img src="a.png" width="30" height="20"><img srcset="a.png 1x, b.png 2x" src="c"><a href="/x">x</a>'
        '<video controls src="a.mp4" poster="p"><track src="t"></video><audio controls><source src="b.mp3" type="audio/mpeg"></audio></p>'
    )
    events = harmless(read(page).events, Gallery(tmp_path / "files", "../files"))
    found = [pair for event in events if isinstance(event, StartTag) for pair in event.attributes]
    urls = [value for name, value in found if name in ("src", "poster")]
    urls += [part.split()[0] for name, value in found if name == "srcset" for part in value.split(", ")]
    assert len(urls) == 8
    (tmp_path / "pages").mkdir()
    assert all((tmp_path / "pages" / url).is_file() for url in urls)
    assert "picture-30x20-1.svg" in urls[0]
    assert '<a href="#">' in write(events)


@pytest.mark.parametrize("style", STYLES)
def test_generated_pages_stay_valid(page_generator: Generator, tmp_path: Path, style: str) -> None:
    control = Control(text=style, css="classless", assets=str(tmp_path / "assets"))
    for page in page_generator.pages(12, seed=1, max_tokens=120, control=control):
        assert [finding for finding in page.evaluation.findings if finding.severity == "error"] == []
        assert not validate(read(page.html).events, load_automaton("page"))
        assert page.html.count("classless.css") == 1
        assert "\n" not in page.html


def test_a_style_sheet_stands_in_the_page_where_there_are_no_assets(page_generator: Generator, tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text("p { color: red }\n\nb { color: blue }\n")
    page = page_generator.page(seed=1, control=Control(css=str(tmp_path / "own.css")))
    assert "<style>p { color: red } b { color: blue }</style></head>" in page.html
    assert page.html.replace("<style>p { color: red } b { color: blue }</style>", "") == page_generator.page(seed=1).html


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"text": "fakir"}, "text must be one of model, lorem, faker, keep-shape, got 'fakir'"),
        ({"assets_url": "x"}, "give assets, too"),
    ],
)
def test_a_dressing_that_cannot_be_is_refused(settings: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        Dressing(**settings)


def test_a_fragment_has_no_style_sheet(tiny_bundle: Path) -> None:
    with pytest.raises(ConfigError, match="css is of documents"):
        Generator.load(tiny_bundle, grammar="snippet").page(seed=1, control=Control(css="classless"))


def test_the_command_line_dresses_pages(tmp_path: Path, tiny_bundle: Path) -> None:
    options = ["--text", "lorem", "--css", "classless", "--assets", str(tmp_path / "assets"), "--bundle", str(tiny_bundle), "--jobs", "2"]
    result = CliRunner().invoke(cli, ["generate", "--n", "4", "--seed", "3", "--out", str(tmp_path / "pages"), *options])
    assert result.exit_code == 0, result.output
    pages = [path.read_text() for path in sorted((tmp_path / "pages").iterdir())]
    assert all('<link rel="stylesheet" href="../assets/classless.css">' in page for page in pages)
    assert (tmp_path / "assets" / "classless.css").is_file()


def test_what_the_user_wrote_stays(page_generator: Generator) -> None:
    prompt = '<title>My Tea</title><form action="https://tea.test/order" method="post"><p>Order tea'
    page = page_generator.page(seed=1, prompt=prompt, max_tokens=200, control=Control(text="lorem"))
    assert '<title>My Tea</title>' in page.html
    assert '<form action="https://tea.test/order" method="post"><p>Order tea' in page.html
    assert "<title>A &amp; B</title>" in page_generator.page(seed=1, control=Control(text="lorem", title="A & B")).html
