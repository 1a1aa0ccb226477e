"""Does a hostile grammar end quickly, with an error that names the limit?"""

import time
from pathlib import Path

import pytest

from htmlgen.errors import GrammarError
from htmlgen.relaxng import Automaton, compile_grammar, load_grammar

SECONDS = 15   # of the processor, which others may use too


def compiled(text: str | Path) -> Automaton:
    return compile_grammar(load_grammar(text))


def chain(count: int, link: str) -> str:
    links = "\n".join(link.format(this=i, next=i + 1) for i in range(count))
    return f"start = element r {{ d0 }}\n{links}\nd{count} = element e {{ empty }}"


HOSTILE = {
    "deep parentheses": ("start = element a { " + "(" * 100_000, "nested deeper than the limit of 256"),
    "deep elements": ("start = " + "element a { " * 5_000, "nested deeper than the limit of 256"),
    "deep annotations": ("start = [ a [ {" + "b [" * 100_000, "expected ']'"),
    "many definitions": (chain(10_000, "d{this} = d{next}"), "more definitions than the limit of 5,000"),
    "a large file": ("# " + "x" * 10_000_000 + "{", "the limit is 1,000,000"),
    "doubling": (chain(60, "d{this} = d{next}, d{next}"), "more parts than the limit of 2,000,000"),
    "independent attributes": (
        "start = element a { " + ", ".join(f"(attribute a{i} {{ text }} | attribute b{i} {{ text }})" for i in range(40)) + " }?",
        None,
    ),
    "multiplied attributes": (
        "start = element a { ("
        + ", ".join(f"(attribute a{i} {{ text }} | attribute b{i} {{ text }})" for i in range(40))
        + ") | attribute z { text } }",
        "more alternatives than the limit",
    ),
    "interleaved": (
        "start = element r { " + " & ".join(f"element e{i} {{ empty }}?" for i in range(40)) + " }",
        "more states than the limit",
    ),
    "a datatype without end": ("start = element a { xsd:string { pattern = '(a|b)*a(a|b){30}' } }", "more than 5,000 states"),
    "a datatype of many copies": ("start = element a { xsd:string { pattern = '((a{1000}){1000}){1000}' } }", "the limit is"),
    "deep groups": ("start = element a { xsd:string { pattern = '" + "(" * 10_000 + "' } }", "groups nested deeper than 64"),
    "doubled values": (
        "start = element a { attribute x { d0 } }\n" + "\n".join(f"d{i} = d{i + 1} | d{i + 1}" for i in range(60)) + "\nd60 = 'a'",
        "too many positions",
    ),
    "deep values": (
        "start = element a { attribute x { list { d0 } } }\n" + "\n".join(f"d{i} = 'a', d{i + 1}?" for i in range(4_000)) + "\nd4000 = 'a'",
        "within each other beyond the limit",
    ),
    "a chain of attributes": (
        "start = element a { d0 }\n" + "\n".join(f"d{i} = attribute a{i} {{ text }} | d{i + 1}" for i in range(4_000)) + "\nd4000 = empty",
        "than can be compared",
    ),
    "many in any order": ("start = element r { " + " & ".join(f"element e{i} {{ empty }}*" for i in range(2_000)) + " }", None),
    "a required circle": (chain(2_000, "d{this} = element e{this} {{ d{next} }}").replace("{ empty }", "{ d0 }"), "can never end"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_grammar_ends_quickly(name: str) -> None:
    text, expected = HOSTILE[name]
    begun = time.process_time()
    if expected is None:
        compiled(text)
    else:
        with pytest.raises(GrammarError) as caught:
            compiled(text)
        assert expected in str(caught.value)
        assert len(str(caught.value)) < 100_000
    assert time.process_time() - begun < SECONDS


def test_long_chains_of_definitions_and_elements_need_no_recursion() -> None:
    assert compiled(chain(4_000, "d{this} = d{next}")).names == ("r", "e")
    assert len(compiled(chain(400, "d{this} = element e{this} {{ d{next} }}")).names) == 402


def test_includes_that_fan_out_or_go_deep_are_refused(tmp_path: Path) -> None:
    for i in range(40):
        (tmp_path / f"f{i}.rnc").write_text(f'include "f{i + 1}.rnc"')
    with pytest.raises(GrammarError, match="beyond the limit of 16"):
        compiled(tmp_path / "f0.rnc")
    for i in range(10):
        (tmp_path / f"f{i}.rnc").write_text(f'include "f{i + 1}.rnc"\n' * 3)
    (tmp_path / "f10.rnc").write_text("")
    with pytest.raises(GrammarError, match="more files than the limit of 200"):
        compiled(tmp_path / "f0.rnc")


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "big.rnc").open("wb") as file:
        file.truncate(10_000_000_000)   # sparse
    with pytest.raises(GrammarError, match="larger than the limit of 1,000,000 bytes"):
        compiled(tmp_path / "big.rnc")
