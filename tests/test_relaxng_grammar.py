"""Are grammar files put together as RELAX NG says, and is what cannot be meant refused?"""

from pathlib import Path

import pytest

from htmlgen.errors import GrammarError, UnknownGrammarError
from htmlgen.relaxng import Limits, compile_grammar, load_grammar
from htmlgen.relaxng.parser import START

BASE = "start = a  a = element a { b? }  b = element b { empty }\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.rnc").write_text(text)
    return folder / "main.rnc"


def test_an_include_brings_definitions_and_braces_replace_them(tmp_path: Path) -> None:
    main = write(tmp_path, base=BASE, main='include "base.rnc" { b = element c { empty } }  d = text')
    grammar = load_grammar(main)
    assert set(grammar.definitions) == {START, "a", "b", "d"}
    assert str(grammar.definitions["b"].place) == f"{main}:1:22"
    assert [warning.partition(": ")[2] for warning in grammar.warnings] == ["'d' is not used"]
    assert compile_grammar(grammar).names == ("a", "c")


def test_what_an_override_takes_out_may_stay_unused(tmp_path: Path) -> None:
    base = "start = a  a = element a { b, c }  b = attribute b { text }  c = element c { d }  d = empty  e = text"
    overrides = "a = element a { empty }  b = empty  c = notAllowed  d = text"
    main = write(tmp_path, base=base, main=f'include "base.rnc" {{ {overrides} }}  f = empty')
    assert [warning.partition(": ")[2] for warning in load_grammar(main).warnings] == ["'d' is not used", "'f' is not used"]


@pytest.mark.parametrize("name", ["html", "page", "snippet", "article", "email", "card"])
def test_packaged_grammars_define_what_they_use(name: str) -> None:
    assert load_grammar(name).warnings == ()


def test_includes_are_relative_to_the_file_that_includes(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    main = write(tmp_path, main='include "sub/one.rnc"')
    write(tmp_path / "sub", one='include "two.rnc"', two=BASE)
    assert "b" in load_grammar(main).definitions


def test_definitions_are_joined_by_choice_and_interleave() -> None:
    text = "start = a a = element a { b & c } b = element b { empty } b |= element d { text } c &= b c &= b?"
    assert set(compile_grammar(load_grammar(text)).names) == {"a", "b", "d"}


LINTS = [
    ("start = element a { bee } bed = text", "1:21: 'bee' is not defined; did you mean 'bed'?"),
    ("a = text", "no start pattern; write 'start = …'"),
    ("start = a a = text a = empty", "1:20: 'a' is defined twice, first at <text>:1:11; join them by '|=' or '&='"),
    ("start = a a |= text a &= empty", "1:21: 'a' is joined by '&=' here, by '|=' at <text>:1:11"),
    ("start = a a = b, c b = c? c = a | empty", "1:31: definitions use each other without an element between: a → b → c → a"),
    ("start = element a { attribute x { text }, attribute x { text } }", "1:21: attribute 'x' stands twice"),
    ("start = element a { p & q } p = attribute x { text }? q = attribute x { text }", "1:21: attribute 'x' stands twice"),
    ("start = element a { (attribute x { text }, text)* }", "1:49: a repeated pattern cannot hold attributes beside content"),
    ("start = element a { (attribute x { text }, attribute y { text })+ }",
     "1:65: a repeated pattern can choose among attributes, not group them"),
    ("start = attribute x { text }", "1:9: the start pattern has attributes outside of an element"),
    ("start = notAllowed", "1:9: the start pattern allows no document"),
    ("start = element a { 'x', element b { text } }",
     "1:21: a datatype is the whole content of an element: it cannot stand beside other content"),
    ("start = element a { attribute x { element b { text } } }",
     "1:35: expected one value here: a string, a datatype, a choice, text or list { … }"),
    ("start = element a { attribute x { list { text } } }", "1:42: expected strings, datatypes, ',', '|', '?', '*' or '+' in a list"),
    ("start = element a { xsd:string { pattern = 'a{2' } }", "1:44: expected '}', found the end at character 4 of the pattern"),
    ("start = a a = element a { b } b = element b { c+ } c = element c { (a, text) | b }",
     "1:15: elements that can never end, because each needs the next: a → b → c → a"),
    ("start = element a { text } include 'nowhere.rnc'", "1:28: include \"nowhere.rnc\": no such file"),
    ("start = element a { text } include 'http://x.org/a.rnc'", "expected a file relative to this one, or a packaged grammar"),
    ("start = element a { text } include '/etc/passwd'", "expected a file relative to this one, or a packaged grammar"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LINTS)
def test_what_cannot_be_meant_is_refused(text: str, expected: str) -> None:
    source = text if "{" in text else f"{text} unused = element q {{ text }}"
    with pytest.raises(GrammarError) as caught:
        compile_grammar(load_grammar(source))
    assert expected in str(caught.value)


def test_an_override_of_nothing_is_refused(tmp_path: Path) -> None:
    main = write(tmp_path, base=BASE, main='include "base.rnc" { bb = text }')
    with pytest.raises(GrammarError, match=r"main.rnc:1:22: 'bb' overrides nothing in base.rnc; did you mean 'b'\?"):
        load_grammar(main)


def test_files_that_include_each_other_are_refused(tmp_path: Path) -> None:
    main = write(tmp_path, main='include "other.rnc"', other='include "./main.rnc"')
    with pytest.raises(GrammarError, match=r"files include each other: main.rnc → other.rnc → main.rnc"):
        load_grammar(main)


def test_an_element_that_needs_what_is_not_allowed_is_left_out_with_a_warning() -> None:
    automaton = compile_grammar(
        load_grammar("start = element a { b? & c } b = element b { d+ } c = element c { empty } d = element d { notAllowed }")
    )
    assert automaton.names == ("a", "c")
    assert automaton.warnings == ("<text>:1:34: element 'b' needs what is not allowed",)


def test_unknown_grammars_are_named_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(UnknownGrammarError, match=r"no grammar 'htlm' among .*html.*; did you mean 'html'\?"):
        load_grammar("htlm")
    with pytest.raises(UnknownGrammarError, match="no grammar file"):
        load_grammar(tmp_path / "none.rnc")


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.rnc").write_bytes(b"start = \xff")
    with pytest.raises(GrammarError, match=r"not UTF-8 \(byte 8\)"):
        load_grammar(tmp_path / "main.rnc")


ANNOTATIONS = [
    ("[ h:kat = 'x' ] element a { text }", "no annotation 'kat' of an element; did you mean 'cat'?"),
    ("[ h:id = 'id' ] element a { text }", "no annotation 'id' of an element"),
    ("[ h:not = 'x' ] attribute a { text }", "no annotation 'not' of an attribute"),
    ("[ h:cat = ' ' ] element a { text }", "annotation 'cat' needs at least one word"),
    ("[ h:content = 'rwa' ] element a { text }", "annotation 'content': expected \"void\" or \"raw\" or \"rcdata\", found \"rwa\""),
    ("[ h:heading = '7' ] element a { text }", "annotation 'heading': expected"),
    ("[ h:heading = '1' h:heading = '2' ] element a { text }", "annotation 'heading' says two things: 1 and 2"),
    ("[ h:prefix = '' ] attribute * { text }*", "annotation 'prefix': expected the beginning of a name"),
    ("b", "annotation 'cat' stands before a definition without an element or attribute"),
]


@pytest.mark.parametrize(("pattern", "expected"), ANNOTATIONS)
def test_annotations_are_checked(pattern: str, expected: str) -> None:
    before = "[ h:cat = 'x' ]" if pattern == "b" else ""
    with pytest.raises(GrammarError) as caught:
        compile_grammar(load_grammar(f'namespace h = "urn:htmlgen:grammar" start = element r {{ q }} b = text {before} q = {pattern}'))
    assert expected in str(caught.value)


def test_limits_are_named() -> None:
    with pytest.raises(GrammarError, match="more definitions than the limit of 2"):
        load_grammar(BASE, Limits(definitions=2))
