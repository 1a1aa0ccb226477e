"""The library's face: are generated pages what is promised of them, and does every kind of page get judged?"""

import json
import re
from collections.abc import Callable
from pathlib import Path

import html5lib
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

import htmlgen
from htmlgen.cli import cli
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.errors import BudgetError, BundleError, ConfigError, InputError, PromptError
from htmlgen.markup.events import EndTag, StartTag, Text
from htmlgen.markup.prefix import read_fragment_prefix, read_prefix
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.pages import GRAMMAR, Generator, Page, evaluate
from htmlgen.relaxng import load_automaton, validate
from htmlgen.runtime import bundle
from htmlgen.tokens.vocabulary import Kind

BUDGET = 60


def htmls(pages: object) -> list[str]:
    return [page.html for page in pages]  # type: ignore[attr-defined]


def sound(page: Page, budget: int = BUDGET) -> None:
    """What every generated page is."""
    parser = html5lib.HTMLParser()
    parser.parse(page.html)
    assert parser.errors == []
    assert write(read(page.html).events, one_line=True) == page.html
    assert page.html.startswith("<!DOCTYPE html><html")
    assert "\n" not in page.html
    assert page.tokens <= budget
    assert page.logprob < 0


def test_pages_are_error_free_canonical_and_within_their_budget(generator: Generator) -> None:
    pages = list(generator.pages(40, seed=1, max_tokens=BUDGET))
    assert len(set(htmls(pages))) == 40
    for page in pages:
        sound(page)
        assert page.evaluation.cleanness == page.evaluation.balance.score == 1


@pytest.mark.parametrize("budget", [10, 11, 12, 13, 20, 200])
def test_pages_end_within_any_budget(generator: Generator, budget: int) -> None:
    for page in generator.pages(8, seed=2, max_tokens=budget):
        sound(page, budget)


def test_no_attribute_is_written_that_the_parser_would_respell(generator: Generator) -> None:
    vocabulary, guide = generator.tokenizer.vocabulary, generator.guide
    capitals = [token.id for token in vocabulary if token.kind is Kind.ATTRIBUTE and token.name != token.name.lower()]
    assert vocabulary.find(' viewBox="') in capitals  # SVG's, of the sample pages
    state = guide.start()
    for token in (*generator.prompt_ids("<title>a</title><body>"), vocabulary.id("<p")):
        state = guide.advance(state, token)
    allowed = guide.allowed(state, 100)
    assert allowed[vocabulary.id(' class="')]
    assert not allowed[capitals].any()


def test_a_seed_repeats_its_page_whatever_the_batch(generator: Generator) -> None:
    pages = list(generator.pages(7, seed=5, max_tokens=BUDGET))
    assert [page.seed for page in pages] == [5, 6, 7, 8, 9, 10, 11]
    assert list(generator.pages(7, seed=5, max_tokens=BUDGET)) == pages
    for page in pages:
        assert generator.page(seed=page.seed, max_tokens=BUDGET) == page


def test_a_page_does_not_depend_on_rows_that_finish_before_it(generator: Generator) -> None:
    """More requests than rows in a batch."""
    first = htmls(generator.pages(70, seed=0, max_tokens=30))
    assert htmls(generator.pages(10, seed=60, max_tokens=30)) == first[60:]


def test_a_seed_is_drawn_where_none_is_given(generator: Generator) -> None:
    one, other = generator.page(max_tokens=BUDGET), generator.page(max_tokens=BUDGET)
    assert one.seed != other.seed
    assert generator.page(seed=one.seed, max_tokens=BUDGET) == one


def test_no_pages_are_no_pages(generator: Generator) -> None:
    assert list(generator.pages(0, seed=1)) == []


def test_temperature_zero_needs_no_luck(generator: Generator) -> None:
    greedy = SamplingConfig(temperature=0)
    one, other = generator.pages(2, seed=1, max_tokens=BUDGET, sampling=greedy)
    assert one.html == other.html


PROMPTS = {
    "<h1>Hello": "<title>Hello</title></head><body><h1>Hello",
    "Hello there": "<title>Hello there</title></head><body>Hello there",
    "<table><tr>": "<title>Page</title></head><body><table><tbody><tr>",
    "<p>x<table>": "<body><p>x</p><table>",
    "<title>My sho": "<title>My sho",
    "<title>My shop</title>": '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" ',
    "<html lang=de><head>": '<html lang="de"><head>',
    "<ul><li>One<li>": "<body><ul><li>One</li><li>",
    "<select><option>": "<body><select><option>",
    "<pre>a\n b": "<body><pre>a&#10; b",
    "a & b < c": "<body>a &amp; b &lt; c",
    "<my-thing>x": "<body><my-thing>x",
    '<svg><use xlink:href="#a"/>': '<body><svg><use xlink:href="#a"></use>',
    "<!-- a comment --><main>": "<body><main>",
    "  <div id=a>  ": '<body><div id="a">',
}


@pytest.mark.parametrize("prompt", PROMPTS)
def test_prompts_are_kept(generator: Generator, prompt: str) -> None:
    for page in generator.pages(4, seed=3, max_tokens=BUDGET, prompt=prompt):
        sound(page)
        assert PROMPTS[prompt] in page.html


@pytest.mark.parametrize("prompt", ["<h1>Hello", "<table><tr>", "<title>My sho", "<ul><li>One<li>", "<select><option>", "<!-- x --><main>"])
def test_the_default_grammar_takes_up_prompts(page_generator: Generator, prompt: str) -> None:
    automaton = load_automaton(GRAMMAR)
    for page in page_generator.pages(4, seed=3, max_tokens=BUDGET, prompt=prompt):
        sound(page)
        assert PROMPTS.get(prompt, "<main>") in page.html
        assert not validate(read(page.html).events, automaton)


def test_the_default_grammar_holds_for_every_page_and_budget(page_generator: Generator) -> None:
    automaton = load_automaton(GRAMMAR)
    least = page_generator.guide.least_cost(page_generator.guide.start())
    for budget in (*range(least, least + 12), 64, 200):
        for page in page_generator.pages(2, seed=budget, max_tokens=budget):
            sound(page, budget)
            assert not validate(read(page.html).events, automaton)


def test_a_prompt_that_the_grammar_forbids_is_refused_with_what_it_allows(page_generator: Generator) -> None:
    with pytest.raises(PromptError, match=r"cannot stand in .*page\.rnc; what could"):
        page_generator.page(seed=1, prompt="<center>x")


@pytest.mark.parametrize("grammar", ["snippet", "article", "email", "card"])
def test_other_grammars_are_taken_by_name(tiny_bundle: Path, grammar: str) -> None:
    automaton = load_automaton(grammar)
    for page in Generator.load(tiny_bundle, grammar=grammar).pages(3, seed=1, max_tokens=120):
        assert not validate(read(page.html).events, automaton)
        assert page.evaluation.well_formed


@pytest.mark.parametrize("prompt", ["<ul><li>One", "<blockquote><p>a <b>bold", "<TABLE><tr><th scope=col>x", "<section><h2>S"])
def test_grammars_of_fragments_take_up_prompts(tiny_bundle: Path, prompt: str) -> None:
    automaton = load_automaton("snippet")
    kept = write(read_fragment_prefix(prompt))
    for page in Generator.load(tiny_bundle, grammar="snippet").pages(3, seed=1, max_tokens=BUDGET, prompt=prompt):
        assert page.html.startswith(kept)
        assert not validate(read(page.html).events, automaton)


def test_a_documents_beginning_is_none_of_a_fragment(tiny_bundle: Path) -> None:
    with pytest.raises(PromptError, match="a fragment has no doctype, html, head or body: '<body><p>'; leave them out"):
        Generator.load(tiny_bundle, grammar="snippet").page(seed=1, prompt="<body><p>")


def test_a_whole_page_is_its_own_continuation(generator: Generator) -> None:
    whole = '<!DOCTYPE html><html lang="en"><head><title>T</title></head><body><h1>x</h1></body></html>'
    assert generator.page(seed=1, max_tokens=BUDGET, prompt=whole).html == whole


def test_samples_are_continued_from_anywhere(generator: Generator, samples: list) -> None:  # type: ignore[type-arg]
    """Beginnings that end after an event of a real page."""
    for number, sample in enumerate(samples[::5]):
        cut = len(sample.events) * (number + 1) // 11
        beginning = write(sample.events[:cut])
        kept = read_prefix(beginning)
        budget = len(generator.prompt_ids(beginning)) + 150
        page = generator.page(seed=number, max_tokens=budget, prompt=beginning)
        sound(page, budget)
        assert list(read(page.html).events[: len(kept) - 1]) == kept[:-1]


def test_a_prompt_follows_the_pages_own_rules() -> None:
    """Quirks mode would keep the paragraph open around the table."""
    events = read_prefix("<p>x<table>")
    assert events[-4:] == [StartTag("p"), Text("x"), EndTag("p"), StartTag("table")]


def test_a_title_is_the_first_words() -> None:
    events = read_prefix("word " * 30)
    assert events[events.index(StartTag("title")) + 1] == Text(("word " * 12).strip())


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("<h1", "ends inside of a tag or comment: '<h1'; end it with '>'"),
        ('<p class="', "ends inside of a tag"),
        ("<a href=x", "ends inside of a tag"),
        ("<p>a</p", "ends inside of a tag"),
        ("<!-- x", "ends inside of a tag or comment"),
        ("<script>let a", "ends inside of <script>, which is never written: '<script>let a'; add </script>"),
        ("<style>p {", "add </style>"),
        ("<plaintext>a", "could not be kept as it is: plaintext"),
        ("<p>\udcff", "not valid Unicode"),
    ],
)
def test_prompts_that_cannot_be_kept_are_refused(generator: Generator, prompt: str, said: str) -> None:
    with pytest.raises(PromptError) as caught:
        list(generator.pages(1, seed=1, max_tokens=BUDGET, prompt=prompt))
    assert said in str(caught.value)


def test_a_budget_below_the_least_names_the_least(generator: Generator) -> None:
    with pytest.raises(BudgetError, match="at most 5 tokens, but a page needs 10"):
        list(generator.pages(1, seed=1, max_tokens=5))
    with pytest.raises(BudgetError, match=r"at most 11 tokens, but a page needs \d\d after its prompt of \d\d"):
        list(generator.pages(1, seed=1, max_tokens=11, prompt="<h1>Hello"))


def test_numbers_out_of_range_are_refused_at_once(generator: Generator) -> None:
    with pytest.raises(ConfigError, match="n must be at least 0, got -1"):
        generator.pages(-1)
    with pytest.raises(ConfigError, match="seed must be a whole number from 0, got -1"):
        generator.pages(1, seed=-1)


def test_a_page_is_its_html_in_every_form(generator: Generator) -> None:
    page = generator.page(seed=9, max_tokens=BUDGET, prompt="<title>a</title><body><p>b")
    assert str(page) == page.html
    assert page.soup.title is not None
    assert page.soup.title.string == "a"
    assert read(page.pretty).events == read(page.html).events
    assert "\n" in page.pretty
    assert json.loads(json.dumps(page.to_dict())) == {
        "html": page.html, "seed": 9, "tokens": page.tokens, "score": page.score, "logprob": page.logprob, "bundle": "tiny",
    }  # fmt: skip


@pytest.mark.parametrize(
    "page",
    [
        "<p>one</div>",
        b"<p>one</div>",
        Page("<p>one</div>", seed=0, tokens=1, logprob=-1.0, bundle="none"),
    ],
    ids=["text", "bytes", "page"],
)
def test_every_form_of_a_page_is_judged(page: str | bytes | Page) -> None:
    found = evaluate(page)
    assert found.fragment
    assert found.bytes == 12
    assert not found.well_formed
    assert found.score < 1


def test_bytes_are_decoded_as_they_declare() -> None:
    latin = '<!DOCTYPE html><html lang="de"><meta charset="iso-8859-1"><title>Köln</title>'.encode("latin-1")
    assert "Köln" in evaluate(latin).page
    assert evaluate(latin).bytes == len(latin)


def test_soup_is_judged_as_it_would_be_written() -> None:
    soup = BeautifulSoup("<!DOCTYPE html><title>a</title><p>one", "html5lib")
    assert evaluate(soup).score == 1
    assert soup.p is not None
    assert evaluate(soup.p).page == "<p>one</p>"


@pytest.mark.parametrize("page", [None, 7, Path("page.html"), ["<p>"]])
def test_what_is_no_page_is_refused(page: object) -> None:
    with pytest.raises(InputError, match=f"got {type(page).__name__}; read a file first"):
        evaluate(page)  # type: ignore[arg-type]


def test_the_package_gives_what_it_names() -> None:
    assert all(getattr(htmlgen, name) is not None for name in htmlgen.__all__)
    assert dir(htmlgen) == sorted(htmlgen.__all__)
    with pytest.raises(AttributeError, match="no attribute 'generate'"):
        _ = htmlgen.generate


# A bundle's own grammar


@pytest.fixture
def own_bundle(tiny_bundle: Path, tmp_path: Path) -> Callable[[str | bytes], Path]:
    """The tiny bundle with a grammar of its own."""

    def made(grammar: str | bytes) -> Path:
        content = grammar.encode() if isinstance(grammar, str) else grammar
        files = {name: (tiny_bundle / name).read_bytes() for name in bundle.load(tiny_bundle).record["files"]}
        record = json.loads((tiny_bundle / "config.json").read_text())
        bundle.save(tmp_path / "own", {**files, bundle.GRAMMAR: content}, {"architecture": record["architecture"]}, force=True)
        return tmp_path / "own"

    return made


OWN = """default namespace = "http://www.w3.org/1999/xhtml"
include "page.rnc" { body.content = element main { element p { attribute class { "tea" }, text }+ } }"""


def test_a_bundle_writes_by_its_own_grammar_unless_another_is_named(own_bundle: Callable[[str], Path]) -> None:
    folder, own = own_bundle(OWN), load_automaton(OWN)
    pages = [*Generator.load(folder).pages(3, seed=1)]
    assert all(not validate(read(str(page)).events, own) for page in pages)
    assert all(validate(read(str(page)).events, own) for page in Generator.load(folder, grammar=GRAMMAR).pages(3, seed=1))
    run = CliRunner().invoke(cli, ["generate", "--bundle", str(folder), "--n", "3", "--seed", "1"])
    assert run.stdout.splitlines() == [str(page) for page in pages]
    asked = CliRunner().invoke(cli, ["generate", "--bundle", str(folder), "--seed", "1", "--kind", "docs"])
    assert asked.exit_code == 0
    assert validate(read(asked.stdout).events, own)
    assert CliRunner().invoke(cli, ["generate", "--bundle", str(folder), "--seed", "1", "--snippet", "nav"]).stdout.startswith("<nav")


@pytest.mark.parametrize(
    ("grammar", "told"),
    [
        (OWN.replace("text }+", "element script { text } }"), "own/grammar.rnc: not used: it is wider than page: element script; name"),
        (OWN.replace('"tea" }', '"tea" }, attribute onclick { text }'), "it is wider than page: attribute onclick of p"),
        (OWN.replace("page.rnc", "../page.rnc"), 'include "../page.rnc": no such file among the packaged grammars'),
        (OWN.replace("page.rnc", "/etc/passwd"), "expected a file relative to this one, or a packaged grammar"),
        ("start = element {", "<text>:1:17"),
        ("html", "no grammar: it has no braces"),
        ("", "no grammar: it has no braces"),
        (b"\xff{}", "grammar.rnc: not a grammar: 'utf-8' codec"),
        (OWN + "#" * bundle.MAX_GRAMMAR_BYTES, "grammar.rnc: larger than 1,000,000 bytes"),
    ],
)
def test_a_bundles_grammar_that_is_not_to_be_trusted_is_not_used(
    own_bundle: Callable[[str | bytes], Path], grammar: str | bytes, told: str
) -> None:
    folder = own_bundle(grammar)
    with pytest.raises(BundleError, match=re.escape(told)):
        Generator.load(folder)
    assert Generator.load(folder, grammar=GRAMMAR).page(seed=1)
