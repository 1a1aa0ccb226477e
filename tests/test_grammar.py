"""Does a grammar answer a program: what is its own, what is not, what may follow?"""

from pathlib import Path

import pytest

from htmlgen import Grammar
from htmlgen.errors import ConfigError, PromptError, UnknownGrammarError

NOTE = "start = element article { element h2 { text }, element p { text }+ }"
HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>x</title>'
PAGE = f'<!DOCTYPE html><html lang="en"><head>{HEAD}</head>'


def test_a_grammar_comes_by_name_file_or_text(tmp_path: Path) -> None:
    file = tmp_path / "note.rnc"
    file.write_text(NOTE, "utf-8")
    assert [Grammar.load(source).name for source in ("page", file, str(file), NOTE)] == ["page.rnc", str(file), str(file), "<text>"]
    assert Grammar.load(NOTE).elements == ("article", "h2", "p")
    with pytest.raises(UnknownGrammarError, match=r"no grammar 'pgae' among .*; did you mean 'page'"):
        Grammar.load("pgae")
    assert {"page", "html", "email"} < set(Grammar.names())


def test_pages_and_fragments_are_accepted_or_not() -> None:
    note, page = Grammar.load(NOTE), Grammar.load("page")
    assert note.accepts("<article><h2>a</h2><p>b</p></article>")
    assert not note.accepts("<article><p>b</p></article>")
    assert page.accepts(f"{PAGE}<body><p>b</p></body></html>")
    assert not page.accepts(f"{PAGE}<body><p></p></body></html>")  # an annotation: it must hold something
    assert [each.rule for each in page.violations("<ul><p>x</p></ul>", inside=("div",))] == ["element"]
    assert page.violations("<ul><li>x</li></ul>", inside=("div",)) == []


def test_what_may_follow_is_explained() -> None:
    note = Grammar.load(NOTE)
    assert note.explain("<article><h2>a</h2>").allowed == ("<p>",)
    assert note.explain().allowed == ("<article>",)
    assert "class" in Grammar.load("page").explain("<p ").allowed
    with pytest.raises(PromptError):
        note.explain("<article><!--")


def test_kinds_are_grammars() -> None:
    assert "nav" in Grammar.kinds()
    assert Grammar.of_kind("list").accepts("<ol><li>Untie the boat</li><li>Push it off</li><li>Get in dry</li></ol>")
    assert not Grammar.of_kind("list").accepts("<ol><li>Untie the boat</li></ol>")
    with pytest.raises(ConfigError, match="did you mean 'nav'"):
        Grammar.of_kind("nva")
