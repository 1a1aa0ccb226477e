"""`htmlgen grammar`: does every command say what it promises, and exit as it should?"""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from htmlgen.cli import cli
from htmlgen.decoding.explaining import explain_content, explain_tag, read_beginning
from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.walking import least_page, own_vocabulary, spelled, walks
from htmlgen.errors import BudgetError
from htmlgen.evaluation.parsing import parse_errors
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.relaxng import Automaton, compile_grammar, load_automaton, load_grammar, validate

NOTE = """namespace h = "urn:htmlgen:grammar"
start = element article { title, p+ }
title = [ h:heading = "2"  h:filled = "text" ] element h2 { text }
p = element p { attribute class { "lead" }?, (text | a)* }
a = [ h:cat = "interactive"  h:not = "interactive" ] element a { (attribute href { "/" } & attribute rel { "next" }?), (text | b)* }
b = element b { (text | a)* }
"""


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["grammar", *map(str, arguments)], input=stdin)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    (tmp_path / "note.rnc").write_text(NOTE)
    return tmp_path / "note.rnc"


@pytest.fixture(scope="module")
def automaton() -> Automaton:
    return compile_grammar(load_grammar(NOTE))


# check


def test_check_measures_and_tries_a_grammar(note: Path) -> None:
    result = run("check", note)
    assert result.exit_code == 0
    assert "5 elements, 5 forms" in result.stdout
    assert "<article><h2>" in result.stdout.split("least page, ")[1]
    assert result.stdout.endswith("20 random pages, 0 at fault\n")


def test_check_shows_lints_with_their_place(note: Path) -> None:
    note.write_text(NOTE + "unused = empty\n")
    result = run("check", note)
    assert result.exit_code == 1
    assert f"warning: {note}:7:1: 'unused' is not used" in result.stdout


def test_check_finds_pages_that_a_browser_would_read_otherwise(tmp_path: Path) -> None:
    (tmp_path / "bad.rnc").write_text("start = element p { element div { text } }")
    result = run("check", tmp_path / "bad.rnc")
    assert result.exit_code == 1
    assert "fault: page of seed 0: " in result.stdout and "20 at fault" in result.stdout


def test_what_cannot_be_read_is_said_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "bad.rnc").write_text("start = element a { b }")
    result = run("check", tmp_path / "bad.rnc")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "bad.rnc:1:21: 'b' is not defined" in result.stderr


def test_an_unknown_name_gets_a_suggestion() -> None:
    result = run("check", "artcle")
    assert result.exit_code == 2
    assert "did you mean 'article'?" in result.stderr


# walk


def test_walks_are_pages_of_the_grammar_a_line_each(note: Path, automaton: Automaton) -> None:
    result = run("walk", note, "--n", 30, "--seed", 5, "--max-tokens", 40)
    pages = result.stdout.splitlines()
    assert len(pages) == 30
    assert [each for page in pages for each in validate(read(page).events, automaton)] == []
    assert [each for page in pages for each in parse_errors(page)] == []
    assert run("walk", note, "--n", 2, "--seed", 6, "--max-tokens", 40).stdout.splitlines() == pages[1:3]


def test_walks_go_everywhere(automaton: Automaton) -> None:
    pages = "".join(walks(GrammarGuide(automaton, own_vocabulary(automaton)), range(80), 40))
    assert all(each in pages for each in ("<b>", '<a href="/"', 'rel="next"', 'class="lead"', "</p><p"))


@pytest.mark.parametrize("name", ["page", "snippet", "article", "email", "card"])
def test_walks_of_packaged_grammars_are_canonical_and_valid(name: str) -> None:
    grammar = load_automaton(name)
    for page in walks(GrammarGuide(grammar, own_vocabulary(grammar)), range(6), 120):
        events = read(page).events
        assert (write(events, one_line=True), validate(events, grammar)) == (page, [])


def test_the_least_page_is_least(automaton: Automaton) -> None:
    guide = GrammarGuide(automaton, own_vocabulary(automaton))
    ids = least_page(guide)
    assert len(ids) == guide.least_cost(guide.start()) == 7
    assert validate(read(spelled(guide.vocabulary, ids)).events, automaton) == []
    with pytest.raises(BudgetError, match="needs 7"):
        list(walks(guide, [0], 6))


def test_a_bundle_spells_walks(tiny_bundle: Path) -> None:
    result = run("walk", "page", "--n", 2, "--bundle", tiny_bundle)
    assert result.exit_code == 0
    assert [each for page in result.stdout.splitlines() for each in validate(read(page).events, load_automaton("page"))] == []


# explain


def test_explain_in_content(automaton: Automaton) -> None:
    answer = explain_content(automaton, read_beginning("<article><h2>A</h2><p><a href='/'><b>", automaton))
    assert answer.where == "inside article > p > a > b"
    assert answer.allowed == ("text", "</b>")
    assert dict(answer.forbidden) == {
        "<a>": "<a> cannot stand anywhere inside <a>",
        **{f"<{name}>": "not in the content model here" for name in ("article", "h2", "p", "b")},
    }


def test_explain_in_a_tag(automaton: Automaton) -> None:
    before = "<article><h2>A</h2><p>"
    first = explain_tag(automaton, read_beginning(before + "<a", automaton))
    assert (first.allowed, first.forbidden) == (("href", "rel"), ((">", "still required: href"),))
    second = explain_tag(automaton, read_beginning(before + '<a href="/"', automaton))
    assert (second.allowed, second.forbidden) == (("rel", ">"), (("href", "already there"),))


def test_explain_names_attributes_that_are_excluded() -> None:
    page = load_automaton("page")
    before = "<!DOCTYPE html><html lang='en'><head></head><body><p><a href='/'>"
    content = dict(explain_content(page, read_beginning(before, page)).forbidden)
    assert content["<video controls>"] == "<video controls> cannot stand anywhere inside <a>"
    assert "<video>" not in content
    answer = explain_tag(page, read_beginning(f"{before}<video", page))
    assert "src" in answer.allowed and "controls" not in answer.allowed
    assert dict(answer.forbidden)["controls"] == "<video controls> cannot stand anywhere inside <a>"
    outside = explain_tag(page, read_beginning(f"{before}</a><video", page))
    assert "controls" in outside.allowed


def test_explain_prints_reasons(tmp_path: Path) -> None:
    result = run("explain", "page", "<ul>")
    assert result.exit_code == 0
    assert "inside html > body > ul\nmay come:\n  start tags: <li>\n" in result.stdout
    assert "not in the content model here: <html> <head>" in result.stdout
    (tmp_path / "begin.html").write_text("<ul>")
    assert run("explain", "page", tmp_path / "begin.html").stdout == run("explain", "page", "-", stdin="<ul>").stdout == result.stdout


def test_explain_says_what_would_not_fit(tiny_bundle: Path) -> None:
    result = run("explain", "page", "<p>", "--bundle", tiny_bundle, "--max-tokens", 32)
    assert result.exit_code == 0
    assert "is never generated here: would not fit into 32 tokens" in result.stdout


def test_a_beginning_that_cannot_be_is_refused() -> None:
    result = run("explain", "page", "<p><script>")
    assert result.exit_code == 2
    assert "ends inside of <script>" in result.stderr


# validate


def test_validate_exits_as_eval_does(tmp_path: Path) -> None:
    (tmp_path / "good.html").write_text("<!DOCTYPE html><html lang=en><head><title>A</title></head><body></body></html>")
    assert run("validate", "html", tmp_path / "good.html").exit_code == 0
    (tmp_path / "bad.html").write_text("<!DOCTYPE html><html lang=en><head><title>A</title></head><body><ul><p>b</ul></html>")
    result = run("validate", "html", tmp_path)
    assert result.exit_code == 1
    assert "html > body > ul: element: <p> cannot stand here inside <ul>" in result.stdout
    assert "2 pages, 1 not of html.rnc" in result.stdout
    assert run("validate", "html", tmp_path / "none.html").exit_code == 2


# learn


def test_learn_writes_a_grammar_that_checks(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    page = "<!DOCTYPE html><html lang=en><head><title>A</title></head><body><h1>A</h1><p class=lead>b</p></body></html>"
    (tmp_path / "site" / "a.html").write_text(page)
    file = tmp_path / "site.rnc"
    result = run("learn", tmp_path / "site", "-o", file, "--base", "html", "--jobs", 1)
    assert result.exit_code == 0
    assert "1 page; 6 elements kept: body h1 head html p title" in result.stdout
    assert run("validate", file, tmp_path / "site").exit_code == 0
    assert run("check", file).exit_code == 0
    again = run("learn", tmp_path / "site", "-o", file)
    assert again.exit_code == 2 and "is there already" in again.stderr


def test_learn_from_a_base_in_another_folder(tmp_path: Path, note: Path) -> None:
    (tmp_path / "page.html").write_text('<article><h2>A</h2><p class="lead">b</p></article>')
    file = tmp_path / "out" / "site.rnc"
    assert run("learn", tmp_path / "page.html", "-o", file, "--base", note, "--jobs", 1).exit_code == 0
    assert 'include "../note.rnc" {' in file.read_text()
    assert run("validate", file, tmp_path / "page.html").exit_code == 0


@pytest.mark.parametrize("command", ["check", "walk", "explain", "validate", "learn"])
def test_every_command_has_help(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "htmlgen grammar" in result.stdout
