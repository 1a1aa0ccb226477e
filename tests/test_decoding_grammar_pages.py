"""Is every page of our own grammars that the guide writes valid, free of syntax errors and within its budget, for any choice of tokens?"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import html5lib
import numpy as np
import pytest
from decoding_vocabulary import ATTRIBUTES, pieces
from grammar_guides import events, page, twin
from numpy.typing import NDArray

from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.walking import ByKind, Evenly, Seldom, steps, walk
from htmlgen.markup.elements import VOID
from htmlgen.markup.events import Event, StartTag
from htmlgen.relaxng import Automaton
from htmlgen.relaxng.cache import load_automaton
from htmlgen.relaxng.validation import validate
from htmlgen.tokens.vocabulary import Kind, Vocabulary

GRAMMARS = {"page": "html", "snippet": "", "article": "html", "email": "html", "card": ""}  # and what each is part of
_ATTRIBUTES = """aria-describedby aria-labelledby aria-live for list commandfor command popover popovertarget controls min max step
    low high optimum open closedby slot variant viewBox d cx cy r preload muted loop poster kind srclang rows cols minlength maxlength
    pattern autocomplete accept multiple required readonly disabled checked selected abbr enctype novalidate start reversed download
    rel hreflang sizes fetchpriority decoding hidden fill stroke data-name data-state""".split()
_PAIRS = (
    ' charset="utf-8"', ' name="viewport"', ' content="width=device-width"', ' type="text"', ' type="button"', ' lang="en"', ' id="a"',
    ' for="a"', ' hidden=""', ' role="presentation"', ' controls=""', ' class="x y"', ' style="color:#000000"', ' on="1"',
    ' type="radio"', ' type="date"', ' name="robots"', ' content="noindex"',
)  # fmt: skip
_ELEMENTS = "svg path circle kbd wbr my-card".split()


@cache
def automaton(name: str) -> Automaton:
    return load_automaton(name)


@cache
def guide(name: str) -> GrammarGuide:
    """The guide of a grammar over the scripted vocabulary, with the names that our grammars have besides."""
    tags = [tag for each in _ELEMENTS for tag in (f"<{each}>", f"<{each}", *([] if each in VOID else [f"</{each}>"]))]
    known = (*pieces([*ATTRIBUTES, *_ATTRIBUTES]), *tags, *_PAIRS)
    words = "abcdefghijklmnopqrstuvwxyz0123456789-/.:"
    return GrammarGuide(automaton(name), Vocabulary(dict.fromkeys([*known, *words, "https://", "example", ".com", " world"])))


def walks(name: str, budgets: Iterator[int] | range | tuple[int, ...], each: int) -> Iterator[str]:
    """Random pages of a grammar, by all odds in turn."""
    vocabulary = guide(name).vocabulary
    odds = (ByKind(vocabulary), Seldom(vocabulary), Evenly())
    for budget in budgets:
        for number in range(each):
            ids = walk(guide(name), budget, np.random.default_rng([budget, number]), odds[number % 3])
            assert len(ids) <= budget
            yield page(guide(name), ids)


def syntax_errors(text: str) -> list[str]:
    """What html5lib reports of a page or, without a doctype, of a fragment."""
    parser = html5lib.HTMLParser()
    _ = parser.parse(text) if text.startswith("<!DOCTYPE") else parser.parseFragment(text)
    return [code for _position, code, _data in parser.errors]


def assert_valid(name: str, text: str) -> list[Event]:
    found = events(text)
    assert [each.message for each in validate(found, automaton(name))] == [], text
    if GRAMMARS[name]:
        assert [each.message for each in validate(found, automaton(GRAMMARS[name]))] == [], text
    assert syntax_errors(text) == [], text
    return found


@pytest.mark.parametrize("name", GRAMMARS)
def test_from_the_least_budget_up_every_page_is_valid(name: str) -> None:
    least = guide(name).least_cost(guide(name).start())
    seen: set[str] = set()
    for text in walks(name, range(least, 128, 5), 2):
        seen |= {each.name for each in assert_valid(name, text) if isinstance(each, StartTag)}
    assert len(seen) > (15 if name == "email" else 35)


@pytest.mark.parametrize("name", GRAMMARS)
def test_long_pages_are_valid(name: str) -> None:
    for text in walks(name, (256, 512), 3):
        assert_valid(name, text)


def test_masks_are_those_of_the_slow_twin_on_whole_pages() -> None:
    """In words and bytes a prompt may hold more than is ever made; elsewhere the two are equal."""
    here = guide("page")
    spelling = np.isin(here.vocabulary.kinds, [Kind.TEXT, Kind.BYTE, Kind.REFERENCE])
    least = here.least_cost(here.start())
    for budget in (least, least + 4, 40, 60):
        for state, left, _ in steps(here, budget, np.random.default_rng(budget), ByKind(here.vocabulary)):
            fast = here.allowed(state, left)
            slow = np.array([twin(here, state, token, left) for token in range(len(here.vocabulary))])
            differing = np.flatnonzero(np.where(spelling, fast & ~slow, fast != slow))
            assert [here.vocabulary[int(each)].text for each in differing] == []


def test_labels_lead_to_controls_that_stand() -> None:
    here = guide("snippet")
    state = here.start()
    for token in ("<form>", "<p>", "<input", ' id="', "a", '"', ' type="text"', ">", " ", "<label", ' for="'):
        state = here.advance(state, here.vocabulary.id(token))
    other, same = (here.advance(state, here.vocabulary.id(letter)) for letter in "ba")
    kept = ["<output", ' id="', "b", '">', "</output>"]
    assert here.least_cost(other) == here.least_cost(same) + len(kept)


def test_labels_lead_to_controls_that_follow() -> None:
    here, ahead = guide("snippet"), 0
    wanted = [here.vocabulary.id(token) for token in ('">', "<form", "<label", ' for="', "</label>")]
    for number in range(60):
        rng, state, budget, ids = np.random.default_rng(number), here.start(), 20 + number, list[int]()
        while (token := _preferring(np.flatnonzero(here.allowed(state, budget)), wanted, rng)) != here.vocabulary.eos:
            state, budget = here.advance(state, token), budget - 1
            assert here.least_cost(state) <= budget
            ids.append(token)
        tags = [each for each in assert_valid("snippet", page(here, ids)) if isinstance(each, StartTag)]
        labels = ((tag.get("for"), after.get("id")) for tag, after in pairwise(tags) if tag.name == "label")
        ahead += sum(target is not None and target == name for target, name in labels)
    assert ahead > 5


def _preferring(allowed: NDArray[np.intp], wanted: list[int], rng: np.random.Generator) -> int:
    hot = np.intersect1d(allowed, wanted)
    return int(rng.choice(hot if len(hot) and rng.random() < 0.7 else allowed))


def test_most_elements_are_met_and_none_that_runs_or_loads() -> None:
    seen: set[str] = set()
    for text in walks("page", (100, 200, 300), 12):
        seen |= {each.name for each in events(text) if isinstance(each, StartTag)}
    assert len(seen) > 60
    assert not seen & {"script", "style", "iframe", "base", "object"}
