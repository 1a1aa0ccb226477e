"""Do random walks repeat, end, and go everywhere?"""

import re

import numpy as np
import pytest
from grammar_guides import automaton

from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.walking import ByKind, Evenly, Seldom, own_vocabulary, spelled, steps, walk
from htmlgen.errors import BudgetError, DeadEndError
from htmlgen.markup.events import Text
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.tokens.vocabulary import Kind

# Thirty elements, of which each may bear one of two attributes, and the last stands only after another
MANY = (
    "start = element r { ("
    + " | ".join(f"e{number}" for number in range(30))
    + ")*, z? }  z = element z { empty }  "
    + "  ".join(f"e{number} = element e{number} {{ attribute x {{ 'p' | 'q' }}?, empty }}" for number in range(30))
)
RULES = automaton(MANY)
GUIDE = GrammarGuide(RULES, own_vocabulary(RULES))
ALL = {f"<e{number}{attribute}>" for number in range(30) for attribute in ("", ' x="p"', ' x="q"')} | {"<z>"}


def met(odds: Evenly, pages: int) -> set[str]:
    written = (spelled(GUIDE.vocabulary, walk(GUIDE, 40, np.random.default_rng(number), odds)) for number in range(pages))
    return {tag for page in written for tag in re.findall("<[^/r][^>]*>", page)}


def test_a_walk_is_repeated_by_its_seed() -> None:
    for odds in (Evenly(), ByKind(GUIDE.vocabulary)):
        first, again, other = (walk(GUIDE, 40, np.random.default_rng(seed), odds) for seed in (3, 3, 4))
        assert first == again != other


def test_a_walk_takes_what_the_guide_allows_and_ends_within_its_budget() -> None:
    for budget in range(2, 30):
        for state, left, token in steps(GUIDE, budget, np.random.default_rng(budget), Seldom(GUIDE.vocabulary)):
            assert GUIDE.allowed(state, left)[token]
            assert 0 <= GUIDE.least_cost(state) <= left <= budget
    with pytest.raises(BudgetError, match="at most 1 tokens, but a page needs 2"):
        walk(GUIDE, 1, np.random.default_rng(0), Evenly())


def test_whatever_is_allowed_may_be_drawn() -> None:
    allowed = np.flatnonzero(GUIDE.allowed(GUIDE.advance(GUIDE.start(), GUIDE.vocabulary.id("<r>")), 100))
    seldom = Seldom(GUIDE.vocabulary)
    for _ in range(1000):
        seldom.took(int(allowed[0]), "r")
    for odds in (Evenly(), ByKind(GUIDE.vocabulary), seldom):
        weights = odds.weights(allowed, "r")
        assert weights.shape == allowed.shape
        assert np.isfinite(weights).all() and (weights > 0).all()


def test_what_was_drawn_becomes_less_likely_and_kinds_keep_their_share() -> None:
    ids = np.array(sorted(GUIDE.vocabulary.id(text) for text in ("<e1>", "<e2>", "<e3", "<e4")))
    kinds, odds = GUIDE.vocabulary.kinds[ids], Seldom(GUIDE.vocabulary)
    before = odds.weights(ids, "r")
    odds.took(GUIDE.vocabulary.id("<e1>"), "r")
    here, elsewhere = odds.weights(ids, "r"), odds.weights(ids, "z")
    first, second = (int(np.flatnonzero(ids == GUIDE.vocabulary.id(text))[0]) for text in ("<e1>", "<e2>"))
    assert before[first] == pytest.approx(before[second])
    assert here[first] * 16 == pytest.approx(here[second])  # a quarter for the place, a quarter for everywhere
    assert elsewhere[first] * 4 == pytest.approx(elsewhere[second])
    for kind in (Kind.START, Kind.OPEN):
        assert here[kinds == kind].sum() == pytest.approx(before[kinds == kind].sum())


def test_walks_that_choose_what_was_seldom_drawn_go_everywhere() -> None:
    assert met(Seldom(GUIDE.vocabulary), 120) == ALL
    assert met(ByKind(GUIDE.vocabulary), 120) < ALL


def test_a_line_feed_at_the_beginning_of_a_textarea_is_kept() -> None:
    rules = automaton("start = element div { element textarea { attribute title { text }?, text } }")
    vocabulary = own_vocabulary(rules)
    for opened in (("<textarea>",), ("<textarea", ' title="', '">')):
        ids = [vocabulary.id(text) for text in ("<div>", *opened, "\n", "a", "\n", "</textarea>", "</div>")]
        page = spelled(vocabulary, ids)
        assert page.endswith(">&#10;&#10;a&#10;</textarea></div>")
        events = read(page).events
        assert Text("\na\n") in events and write(events, one_line=True) == page


def test_a_guide_that_breaks_its_law_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GrammarGuide, "allowed", lambda self, state, budget: np.zeros(len(self.vocabulary), bool))
    with pytest.raises(DeadEndError, match="no token may come with 9 left, 2 needed"):
        walk(GUIDE, 9, np.random.default_rng(0), Evenly())
