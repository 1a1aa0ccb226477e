"""Do pages keep to their limits, and to all that their guide promises besides?"""

from collections.abc import Iterator

import numpy as np
import pytest
from decoding_vocabulary import page, syntax_errors, vocabulary
from grammar_guides import automaton, events, pages
from grammar_guides import vocabulary as tiny_vocabulary

from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.guard import Guard
from htmlgen.decoding.guide import Guide
from htmlgen.decoding.guides import heights_of
from htmlgen.decoding.limits import LimitedGuide, Limits
from htmlgen.decoding.walking import own_vocabulary
from htmlgen.errors import ConfigError
from htmlgen.markup.events import EndTag, Event, StartTag
from htmlgen.markup.reader import read
from htmlgen.relaxng import load_automaton
from htmlgen.tokens.vocabulary import Kind

VOCABULARY = vocabulary()
PAGE = GrammarGuide(load_automaton("page"), own_vocabulary(load_automaton("page")))
LISTS = """start = element r { (ul | p)+ }
    ul = element ul { element li { (text | ul)* }+ }
    p = [ h:filled = "content" ] element p { element b { empty }* }"""


def written(guide: LimitedGuide, budget: int, seed: int, odds: dict[Kind, float]) -> list[int]:  # type: ignore[type-arg]
    """The ids of a page drawn from what is allowed, by the kind of token first."""
    rng, state, ids = np.random.default_rng(seed), guide.start(), list[int]()
    kinds = guide.vocabulary.kinds
    while True:
        allowed = np.flatnonzero(guide.allowed(state, budget - len(ids)))
        weights = np.array([odds.get(Kind(kind), 1.0) for kind in kinds[allowed]]) / np.bincount(kinds[allowed])[kinds[allowed]]
        token = int(rng.choice(allowed, p=weights / weights.sum()))
        if token == guide.vocabulary.eos:
            return ids
        ids.append(token)
        state = guide.advance(state, token)
        assert guide.least_cost(state) <= budget - len(ids)


def limited(guide: Guide, **limits: int) -> LimitedGuide:  # type: ignore[type-arg]
    return LimitedGuide(guide, Limits(**limits), heights_of(guide) if "depth" in limits else {})


def nesting(found: list[Event]) -> int:
    """Elements that are open at a time."""
    ends = {event.name for event in found if isinstance(event, EndTag)}
    depth = deepest = 0
    for event in found:
        depth += 1 if isinstance(event, StartTag) and event.name in ends else -1 if isinstance(event, EndTag) else 0
        deepest = max(deepest, depth)
    return deepest


DEEP = {Kind.START: 5.0, Kind.OPEN: 3.0, Kind.END: 0.3, Kind.TEXT: 0.3}
ENDING = {Kind.END: 50.0, Kind.CONTROL: 50.0, Kind.CLOSE: 50.0, Kind.QUOTE_CLOSE: 50.0, Kind.START: 10.0}


@pytest.mark.parametrize("depth", [3, 4, 5, 7, 9])
def test_pages_lie_no_deeper_than_asked_for(depth: int) -> None:
    guide = limited(PAGE, depth=depth)
    found = [nesting(events(page(PAGE.vocabulary, written(guide, 150, seed, DEEP)))) for seed in range(12)]
    assert max(found) == depth


def test_without_limits_they_lie_deeper() -> None:
    assert max(nesting(events(page(PAGE.vocabulary, written(limited(PAGE), 150, seed, DEEP)))) for seed in range(12)) > 9


def test_the_guard_keeps_a_depth_too() -> None:
    guide = limited(Guard(VOCABULARY), depth=4)
    for seed in range(10):
        text = page(VOCABULARY, written(guide, 80, seed, DEEP))
        assert syntax_errors(text) == []
        assert nesting(list(read(text).events)) <= 4


def test_what_is_flatter_than_any_page_is_refused_with_the_least_depth() -> None:
    with pytest.raises(ConfigError, match="depth must be at least 3, as pages of this grammar nest so deep, got 2"):
        limited(PAGE, depth=2)
    with pytest.raises(ConfigError, match="depth must be a whole number from 0, got -1"):
        Limits(depth=-1)


def test_heights_are_those_of_the_flattest_page_of_all() -> None:
    """Enumeration: for each element, the least nesting in it on any page of up to 9 tokens."""
    guide = GrammarGuide(automaton(LISTS), tiny_vocabulary("r ul li p b"))
    flattest: dict[str, int] = {}
    for text in pages(guide, 9):
        for name, inside in elements(events(text)):
            flattest[name] = min(nesting(inside), flattest.get(name, 99))
    heights = guide.heights()
    assert heights.pop("") == flattest["r"] == 3
    assert heights == flattest == {"r": 3, "ul": 2, "li": 1, "p": 2, "b": 1}


def elements(found: list[Event]) -> Iterator[tuple[str, list[Event]]]:
    """Each element with its events."""
    opened: list[tuple[str, int]] = []
    for place, event in enumerate(found):
        if isinstance(event, StartTag):
            opened.append((event.name, place))
        elif isinstance(event, EndTag):
            name, start = opened.pop()
            yield name, found[start : place + 1]


@pytest.mark.parametrize("guide", [PAGE, Guard(VOCABULARY)], ids=["page", "guard"])
def test_a_page_does_not_end_before_its_least_length(guide: Guide) -> None:  # type: ignore[type-arg]
    for seed in range(8):
        assert 70 <= len(written(limited(guide, least_tokens=70), 100, seed, ENDING)) <= 100
    assert sorted(len(written(limited(guide), 100, seed, ENDING)) for seed in range(8))[4] < 70


def test_a_fragment_stays_open_until_its_least_length() -> None:
    automaton_ = load_automaton("snippet")
    guide = limited(GrammarGuide(automaton_, own_vocabulary(automaton_)), least_tokens=40)
    assert all(40 <= len(written(guide, 60, seed, ENDING)) <= 60 for seed in range(8))


def test_a_least_length_beyond_what_the_grammar_has_is_no_dead_end() -> None:
    guide = GrammarGuide(automaton("start = element a { element b { empty } }"), tiny_vocabulary("a b"))
    assert page(guide.vocabulary, written(limited(guide, least_tokens=50), 60, 0, {})) == "<a><b></b></a>"


def test_a_budget_comes_before_a_least_length() -> None:
    least = PAGE.least_cost(PAGE.start())
    assert len(written(limited(PAGE, least_tokens=1000), least, 0, ENDING)) == least
