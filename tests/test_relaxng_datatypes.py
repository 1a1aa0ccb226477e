"""Does the automaton of a value pattern accept what the pattern says, and nothing else?"""

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from htmlgen.relaxng import Limits, dfa_building, regex
from htmlgen.relaxng.datatypes import Datatypes
from htmlgen.relaxng.dfa import Dfa
from htmlgen.relaxng.dfa_building import TooLargeError
from htmlgen.relaxng.grammar import load_grammar
from htmlgen.relaxng.regex import RegexError, parse_regex

LIMIT = Limits().datatype_states


def of_pattern(pattern: str) -> Dfa:
    return dfa_building.build(parse_regex(pattern), LIMIT)


def of_value(pattern: str, *, insensitive: bool = False) -> tuple[Dfa, str]:
    """The automaton of a value pattern in compact syntax, and the words on it."""
    grammar = load_grammar(f"start = element a {{ attribute x {{ v }} }} v = {pattern} date = xsd:string {{ pattern = '[0-9]+' }}")
    datatypes = Datatypes(grammar)
    number = datatypes.number(grammar.definitions["v"].pattern, insensitive=insensitive)
    return datatypes.automata[number], datatypes.words[number]


# Regular expressions ------------------------------------------------------------------------------------------------------------

EXPRESSIONS = [
    ("a", ["a"], ["", "b", "aa"]),
    ("a|bc|", ["a", "bc", ""], ["b", "abc"]),
    ("(ab)*c+", ["c", "ababcc"], ["", "abc ", "ac"]),
    ("a{2}b{1,2}c{2,}", ["aabcc", "aabbccc"], ["abcc", "aabc", "aabbbcc"]),
    ("a?{2}", None, None),
    ("[a-c]", ["a", "b", "c"], ["d", "-"]),
    ("[^a-c]", ["d", "-", "\n", "é", "𐀀"], ["a", "b", ""]),
    ("[a-z-[aeiou]]+", ["xyz"], ["a", "xa", "-"]),
    ("[+\\-.]", ["+", "-", "."], ["\\", "a"]),
    ("[-a]", ["-", "a"], ["b"]),
    ("[a-]", ["-", "a"], ["b"]),
    (".", ["a", "\t", "𐀀"], ["\n", "\r", ""]),
    (r"\.\\\[\n\t", [".\\[\n\t"], ["a\\[\n\t"]),
    (r"\s\S", [" a", "\na"], ["a ", "\fa"]),
    (r"\d+\D", ["12a", "٣a"], ["a1", "1"]),
    (r"\i\c*", ["a-1", ":x", "é·"], ["-a", "1"]),
    (r"\w\W", ["a ", "1-"], ["  ", "aa"]),
    (r"\p{Lu}\P{L}", ["A1"], ["a1", "AA"]),
    ("^a$", ["^a$"], ["a"]),
    ("", [""], ["a"]),
]


@pytest.mark.parametrize(("pattern", "accepted", "refused"), EXPRESSIONS)
def test_a_regular_expression_accepts_what_it_says(pattern: str, accepted: list[str] | None, refused: list[str] | None) -> None:
    if accepted is None or refused is None:
        with pytest.raises(RegexError):
            of_pattern(pattern)
        return
    automaton = of_pattern(pattern)
    assert [text for text in accepted if not automaton.accepts(text)] == []
    assert [text for text in refused if automaton.accepts(text)] == []


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(a", "expected ')', found the end at character 3"),
        ("a)", "expected the end of the expression, found ')' at character 2"),
        ("*", "expected a character or a group, found '*' at character 1"),
        ("[a", "expected a character of a class, found the end at character 3"),
        ("[]", "expected a character of a class, found ']' at character 2"),
        ("[b-a]", "expected a range from a character to a later one"),
        ("a{}", "expected a number up to 100,000, found '}' at character 3"),
        ("a{2,1}", "expected a count of at least 2"),
        (r"\q", "expected an escape, found 'q' at character 2"),
        (r"\p{Xy}", "expected a category of Unicode"),
        ("\\", "expected an escape, found "),
    ],
)
def test_a_wrong_expression_is_refused_with_the_place(pattern: str, expected: str) -> None:
    with pytest.raises(RegexError, match=re.escape(expected)):
        parse_regex(pattern)


ATOMS = st.sampled_from(["a", "b", "[ab]", "[^a]", "."])
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,2}", "{1,}"])).map(lambda two: f"({two[0]}){two[1]}"),
    ),
    max_leaves=6,
)


@settings(deadline=None)
@given(PATTERNS)
def test_it_agrees_with_pythons_re(pattern: str) -> None:
    automaton, opponent = of_pattern(pattern), re.compile(pattern)
    for length in range(5):
        for text in map("".join, product("abc", repeat=length)):
            assert automaton.accepts(text) == bool(opponent.fullmatch(text)), text


@settings(deadline=None)
@given(PATTERNS)
def test_the_shortest_text_is_accepted_and_none_is_shorter(pattern: str) -> None:
    automaton = of_pattern(pattern)
    shortest = automaton.shortest()
    assert shortest is not None and automaton.accepts(shortest) and len(shortest) == automaton.distance[automaton.start]
    assert not any(automaton.accepts("".join(text)) for n in range(min(len(shortest), 4)) for text in product("abc", repeat=n))


@settings(deadline=None)
@given(PATTERNS, PATTERNS)
def test_equal_languages_are_equal_arrays(one: str, two: str) -> None:
    first, second = of_pattern(one), of_pattern(two)
    differ = dfa_building.product(first, second, lambda a, b: a != b, LIMIT)
    assert (first.key == second.key) == (differ.start == 0)
    assert of_pattern(f"({two}|{one})").key == of_pattern(f"({one}|{two})").key


def test_an_automaton_is_minimal_and_its_dead_state_is_0() -> None:
    automaton = of_pattern("(a|b)*abb")
    assert automaton.table.shape == (5, 3) and automaton.start == 1
    assert not automaton.table[0].any() and automaton.distance.tolist() == [-1, 3, 2, 1, 0]
    np.testing.assert_array_equal(automaton.table[:, automaton.class_of("z")], 0)


def test_all_strings_of_a_finite_datatype_shortest_first() -> None:
    assert of_pattern("ab?|c").strings() == ("a", "c", "ab")
    assert of_pattern("a*").strings(10) is None
    assert of_pattern("[^a]").strings(10) is None
    assert of_pattern("[ab]{3}").strings(7) is None


def test_a_datatype_beyond_the_limit_is_refused() -> None:
    with pytest.raises(TooLargeError, match="more than 100 states"):
        dfa_building.build(parse_regex("(a|b)*a(a|b){9}"), 100)


# Value patterns -----------------------------------------------------------------------------------------------------------------

VALUES = [
    ('"a" | "b c"', ["a", "b c"], ["", " a", "a ", "b  c", "A"]),
    ('string " a"', [" a"], ["a"]),
    ('"a"?', ["a", ""], ["aa"]),
    ("text", ["", "a\nb"], []),
    ("empty", [""], ["a"]),
    ("notAllowed", [], ["", "a"]),
    ("xsd:string", ["", " a"], []),
    ("xsd:token", ["", " a"], []),
    ('xsd:token { pattern = "[a ]*" }', ["", "a", "a a"], [" a", "a  a", "b"]),
    ('xsd:string { pattern = "[ab]+" pattern = "[bc]+" }', ["b", "bb"], ["a", "bc", ""]),
    ('xsd:string { pattern = "[ab]+" } - ("a" | "bb")', ["b", "aa"], ["a", "bb", "c"]),
    ('list { "a", "b"? }', ["a", "a b", " a\n b "], ["", "ab", "b", "a b b"]),
    ('list { ("a" | date)* }', ["", " ", "a 12 a", "7"], ["a12", "b"]),
    ("list { xsd:string+ }", ["a b", "a"], ["", " "]),
    ('list { ("a" | "a b")+ }', ["a", "a a"], ["a b"]),
]


@pytest.mark.parametrize(("pattern", "accepted", "refused"), VALUES)
def test_a_value_pattern_accepts_what_it_says(pattern: str, accepted: list[str], refused: list[str]) -> None:
    automaton, _ = of_value(pattern)
    assert [text for text in accepted if not automaton.accepts(text)] == []
    assert [text for text in refused if automaton.accepts(text)] == []


def test_case_is_passed_over_where_the_annotation_says_so_in_ascii_only() -> None:
    automaton, _ = of_value('"Ab" | list { xsd:string { pattern = "[k-m]+" }+ }', insensitive=True)
    accepted = [text for text in ("ab", "AB", "aB", "kLM", " M l", "\u212a", "abc") if automaton.accepts(text)]
    assert accepted == ["ab", "AB", "aB", "kLM", " M l"]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ('"a" | "b"', '"a" or "b"'),
        ("date | text", "date or any text"),
        ("list { date+ }", "a list of date"),
        ("xsd:string { pattern = 'x+' }", "text of the form x+"),
        (" | ".join(f'"value{i}"' for i in range(99)), '"value0" or'),
    ],
)
def test_a_datatype_is_described_in_few_words(pattern: str, words: str) -> None:
    _, found = of_value(pattern)
    assert found.startswith(words) and len(found) < 310


def test_equal_datatypes_are_kept_once() -> None:
    grammar = load_grammar("start = element a { attribute x { v }, attribute y { w } } v = 'a' | 'b' w = xsd:string { pattern = '[ab]' }")
    datatypes = Datatypes(grammar)
    assert datatypes.number(grammar.definitions["v"].pattern) == datatypes.number(grammar.definitions["w"].pattern) == 0


def test_an_unlimited_expression_matches_any_character() -> None:
    assert dfa_building.build(regex.ANYTHING, LIMIT).table.tolist() == [[0], [1]]
