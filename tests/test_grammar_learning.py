"""Is what is learned from pages a grammar, no more than its base, no less than the pages, and one that people can read?"""

from collections.abc import Iterable
from pathlib import Path

import pytest

from htmlgen.corpus.grammar_learning import learn_grammar
from htmlgen.corpus.grammar_writing import definition, literal, write
from htmlgen.corpus.preparation import PreparedPage, prepare
from htmlgen.errors import ConfigError, GrammarError
from htmlgen.markup.events import Event
from htmlgen.markup.reader import read
from htmlgen.relaxng import Automaton, compile_grammar, load_automaton, load_grammar, validate
from htmlgen.relaxng.limits import Limits
from htmlgen.relaxng.parser import parse
from htmlgen.relaxng.syntax import Define

GRAMMARS = Path(__file__).parents[1] / "grammars"
SITE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Boats</title></head><body>
<h1>Boats</h1><p class="lead old">Two <em>old</em> boats.</p><ul id="all"><li><a href="/kestrel">Kestrel</a></li></ul></body></html>"""


def events_of(pages: Iterable[str]) -> list[tuple[Event, ...]]:
    return [read(page).events for page in pages]


def learned(pages: Iterable[str], base: str = "html", support: int = 1) -> Automaton:
    text = learn_grammar(events_of(pages), base, href=f"{base}.rnc", support=support).text
    return compile_grammar(load_grammar(text))


@pytest.fixture(scope="module")
def site() -> Automaton:
    return learned([SITE])


def rules(page: str, automaton: Automaton) -> list[str]:
    return [violation.rule for violation in validate(read(page).events, automaton)]


def test_the_page_is_accepted(site: Automaton) -> None:
    assert rules(SITE, site) == []
    assert site.warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("<em>old</em>", "<strong>old</strong>", "element-unknown"),
        ("<h1>Boats</h1>", "<h1><em>Boats</em></h1>", "element"),
        ("<h1>Boats</h1>", "<h1>Boats</h1><a href='/'>Home</a>", "element"),
        ('id="all"', 'title="all"', "attribute"),
        ("<h1>", '<h1 id="top">', "attribute"),
        ("<h1>", '<h1 class="lead">', "attribute"),
        ("lead old", "lead new", "attribute-value"),
        ("<li>", "<li>The ", "text"),
    ],
)
def test_what_the_page_does_not_use_is_rejected(site: Automaton, old: str, new: str, rule: str) -> None:
    assert rule in rules(SITE.replace(old, new), site)


def test_what_it_uses_may_be_used_again(site: Automaton) -> None:
    more = '<p class="old">A boat.</p><ul><li><a href="/tern">Tern</a></li><li><a href="/gull">Gull</a></li></ul></body>'
    assert rules(SITE.replace("</body>", more), site) == []


def test_support_counts_pages() -> None:
    once = SITE.replace("<em>old</em>", "<b>old</b><b>old</b>")
    automaton = learned([SITE, SITE, once], support=2)
    assert rules(SITE, automaton) == []
    assert "element-unknown" in rules(once, automaton)


@pytest.mark.parametrize("base", ["html", "page", "article", "card", "email"])
def test_every_page_of_the_base_stays_and_nothing_else_comes_in(base: str) -> None:
    wide = load_automaton(base)
    pages = {case.name: read(case.read_text()).events for case in sorted((GRAMMARS / "accept" / base).glob("*.html"))}
    others = [read(case.read_text()).events for case in sorted((GRAMMARS / "reject" / base).glob("*.html"))]
    grammar = compile_grammar(load_grammar(learn_grammar([*pages.values(), *others], base, href=f"{base}.rnc").text))
    assert grammar.warnings == ()
    assert {name: validate(events, grammar) for name, events in pages.items()} == {name: [] for name in pages}
    assert [events for events in others if not validate(events, grammar) and validate(events, wide)] == []


def test_real_pages_that_the_base_accepts_are_accepted(samples: list[PreparedPage]) -> None:
    wide = load_automaton("html")
    valid = [page.events for page in samples if not page.fragment and not validate(page.events, wide)]
    grammar = compile_grammar(load_grammar(learn_grammar(valid, "html", href="html.rnc").text))
    assert len(valid) > 20
    assert [violation for events in valid for violation in validate(events, grammar)] == []


def test_the_file_says_how_often(tmp_path: Path) -> None:
    text = learn_grammar(events_of([SITE, SITE.replace(" old", "")]), "html", href="html.rnc").text
    assert "# What 2 pages use of html.rnc" in text
    assert 'class.attr = attribute class { list { ("lead" | "old")+ } }\n' in text
    assert max(map(len, text.splitlines())) <= 140


def test_a_custom_element_and_data_attributes_are_named() -> None:
    page = SITE.replace("<h1>Boats</h1>", '<my-boat data-sail="red" speed="4">Tern</my-boat>')
    text = learn_grammar(events_of([page]), "html", href="html.rnc").text
    assert all(each in text for each in ("element custom:my-boat {", "attribute data-sail { text }?", "attribute speed { text }?"))
    automaton = compile_grammar(load_grammar(text))
    assert rules(page, automaton) == []
    assert rules(page.replace("my-boat", "my-ship"), automaton) == ["element-unknown"]
    assert rules(page.replace("data-sail", "data-hull"), automaton) == ["attribute"]


def test_a_base_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "base.rnc").write_text('include "html.rnc" { table.element = notAllowed }')
    text = learn_grammar(events_of([SITE]), tmp_path / "base.rnc", href="base.rnc").text
    (tmp_path / "site.rnc").write_text(text)
    assert rules(SITE, load_automaton(tmp_path / "site.rnc", cache=False)) == []


def test_a_definition_that_values_use_too_keeps_its_text() -> None:
    base = "start = element a { attribute b { words }, c }\nc = element c { words }\nwords = text"
    automaton = compile_grammar(load_grammar(learn_own('<a b="x"><c></c></a>', base)))
    events = read('<a b="y"><c></c></a>', fragment=True).events
    assert validate(events, automaton) == []


def learn_own(page: str, base: str) -> str:
    """The learned definitions in place of the base's: a text cannot include a text."""
    text = learn_grammar([read(page, fragment=True).events], base, href="base.rnc").text
    overrides = text.split('include "base.rnc"')[1].strip().removeprefix("{").removesuffix("}")
    names = {line.split(" = ")[0].strip() for line in overrides.splitlines() if " = " in line}
    return "\n".join([*(line for line in base.splitlines() if line.split(" = ")[0] not in names), overrides])


def test_pages_of_another_kind_are_named() -> None:
    with pytest.raises(GrammarError, match=r"begin as snippet.rnc does: they begin with <html>; give another --base"):
        learn_grammar(events_of([SITE]), "snippet", href="snippet.rnc")


def test_a_support_of_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="support must be a number of pages from 1, got 0"):
        learn_grammar([], "html", href="html.rnc", support=0)


@pytest.mark.parametrize("file", sorted(GRAMMARS.glob("*.rnc")), ids=lambda file: file.stem)
def test_definitions_written_read_back_the_same(file: Path) -> None:
    source = parse(file.read_text(), file.name, Limits())
    head = ['namespace h = "urn:htmlgen:grammar"', 'datatypes xsd = "http://www.w3.org/2001/XMLSchema-datatypes"']
    head += [f'namespace {prefix} = "urn:{prefix}"' for prefix in ("xlink", "data", "svg", "MathML", "custom")]
    defines = [item for item in source.items if isinstance(item, Define)]
    text = "\n".join([*head, 'namespace local = ""', *(definition(item.name, item.pattern, "  ") for item in defines)])
    again = parse(text, file.name, Limits()).items
    assert [write(item.pattern) for item in again if isinstance(item, Define)] == [write(item.pattern) for item in defines]


@pytest.mark.parametrize("text", ["", "a", 'say "a"', "it's", "\"it's\"", "a\\b", "\u00a0"])
def test_literals_are_what_they_say(text: str) -> None:
    (item,) = parse(f"start = {literal(text)}", "x", Limits()).items
    assert isinstance(item, Define) and getattr(item.pattern, "text", None) == text


def test_pages_come_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(SITE)
    pages = [page.events for page in prepare([str(tmp_path)])]
    assert learn_grammar(pages, "html", href="html.rnc").pages == 1


DRAWING = '<svg viewBox="0 0 16 16" width="16" aria-hidden="true"><g fill="none"><path d="M0 0L8 8"/></g></svg>'


def test_svg_is_written_in_its_namespace() -> None:
    page = SITE.replace("<h1>Boats</h1>", f"<h1>Boats {DRAWING}</h1><my-boat>x</my-boat>")
    text = learn_grammar(events_of([page]), "html", href="html.rnc", support=1).text
    assert 'namespace svg = "http://www.w3.org/2000/svg"' in text
    assert "element svg:g " in text and "element g " not in text and "element xhtml:" not in text
    assert 'namespace custom = "urn:htmlgen:custom"' in text and "element custom:my-boat " in text
    site = compile_grammar(load_grammar(text))
    assert rules(page, site) == []
    assert rules(page.replace("<g ", "<circle ").replace("</g>", "</circle>"), site) != []
