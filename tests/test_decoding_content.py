"""Do content models mean what a regular expression over children means?"""

import itertools
import re

import pytest

from htmlgen.decoding import nesting
from htmlgen.decoding.content import Content, alphabet, content, fewest, firsts, follow, may_end, skip_to
from htmlgen.decoding.masks import INFINITE
from htmlgen.decoding.nesting import CATEGORIES, CONTENT, TEXT

NOTATIONS = ("a b", "a? b* c+", "(a | b)*", "a (b | c a)? c", "(a+ b+)* | c+", "(c+ (a | b a b))+", "")


def after(start: Content, names: str) -> Content | None:
    state: Content | None = start
    for name in names:
        state = None if state is None else follow(state, name)
    return state


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_model_takes_the_children_that_its_regular_expression_matches(notation: str) -> None:
    expression, start = re.compile(notation.replace(" ", "")), content(notation, {})
    for length in range(6):
        for names in map("".join, itertools.product("abc", repeat=length)):
            state = after(start, names)
            assert (state is not None and may_end(state)) == bool(expression.fullmatch(names)), names


@pytest.mark.parametrize("notation", NOTATIONS)
def test_fewest_is_the_length_of_the_shortest_completion(notation: str) -> None:
    expression, start = re.compile(notation.replace(" ", "")), content(notation, {})
    shortest = next(n for n in range(9) if any(expression.fullmatch("".join(names)) for names in itertools.product("abc", repeat=n)))
    assert fewest(start, lambda names: 1 if names else INFINITE) == shortest


def test_a_prompt_may_skip_what_is_required() -> None:
    start = content("a b c*", {})
    assert follow(start, "c") is None
    assert skip_to(start, "c") == content("c*", {})


def categories() -> dict[str, frozenset[str]]:
    return {**CATEGORIES, "TRANSPARENT": CATEGORIES["FLOW"]}


@pytest.mark.parametrize("name", CONTENT)
def test_each_model_is_finite_and_lets_text_follow_text(name: str) -> None:
    start = content(CONTENT[name], categories())
    states = [start]
    for state in states:
        assert len(states) < 30
        assert firsts(state) <= alphabet(start)
        states += {moved for child in firsts(state) if (moved := follow(state, child)) is not None} - set(states)
        moved = follow(state, TEXT)
        assert moved is None or TEXT in firsts(moved)


def test_every_row_of_the_tables_names_elements_that_some_model_can_hold() -> None:
    held = {name for notation in CONTENT.values() for name in alphabet(content(notation, categories()))}
    made = {name.rpartition(">")[2] for name in CONTENT} - {"", "frameset", "noframes", "noscript", "script", "style", "frame"}
    assert made <= held
    assert set(nesting.EXCLUDES) <= held
