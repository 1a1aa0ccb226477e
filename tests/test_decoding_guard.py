"""Is every page that the guard allows free of syntax errors, canonical and within its budget, for any choice of tokens?"""

from collections.abc import Callable

import numpy as np
import pytest
from decoding_vocabulary import page, pieces, syntax_errors, vocabulary

from htmlgen.decoding.characters import BETWEEN, NEXT, UNCLEAN
from htmlgen.decoding.content import firsts, follow
from htmlgen.decoding.guard import Guard, GuardState, Lexical
from htmlgen.decoding.nesting import ADMITS, EXCLUDES, TEXT
from htmlgen.decoding.spaces import Space
from htmlgen.errors import VocabularyError
from htmlgen.markup.elements import BLOCK
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.tokens.vocabulary import Kind, Token, Vocabulary

VOCABULARY = vocabulary()
GUARD = Guard(VOCABULARY)
LEAST = 10  # <!DOCTYPE html> <html> <head> <title> a </title> </head> <body> </body> </html>
SHELL = ("<!DOCTYPE html>", "<html>", "<head>", "<title>", "a", "</title>", "</head>", "<body>")

#: How likely each kind of token is, against 1, in walks that go deep: uniform walks end in words and attributes.
STRUCTURAL = {Kind.START: 8.0, Kind.OPEN: 0.3, Kind.END: 3.0, Kind.REFERENCE: 0.2, Kind.BYTE: 0.1}

MADE_ATTRIBUTES = {
    token.name
    for token in VOCABULARY
    if token.kind in (Kind.ATTRIBUTE, Kind.PAIR) and not token.name.startswith("on") and token.name != "style"
}

Choice = Callable[[np.ndarray], int]


def uniform(rng: np.random.Generator) -> Choice:
    return lambda tokens: int(rng.choice(tokens))


def structural(rng: np.random.Generator) -> Choice:
    def choose(tokens: np.ndarray) -> int:
        kinds = VOCABULARY.kinds[tokens]
        weights = np.array([STRUCTURAL.get(Kind(kind), 1.0) / (kinds == kind).sum() for kind in kinds])
        return int(rng.choice(tokens, p=weights / weights.sum()))

    return choose


def states(ids: list[int]) -> GuardState:
    state = GUARD.start()
    for token in ids:
        state = GUARD.advance(state, token)
    return state


def walk(budget: int, choose: Choice, prompt: tuple[str, ...] = ()) -> list[int]:
    ids = [VOCABULARY.id(text) for text in prompt]
    state = states(ids)
    while True:
        tokens = np.flatnonzero(GUARD.allowed(state, budget - len(ids)))
        assert len(tokens), f"stuck after {page(VOCABULARY, ids)!r} with {budget - len(ids)} tokens left"
        token = choose(tokens)
        if token == VOCABULARY.eos:
            assert GUARD.finished(state)
            return ids
        state = GUARD.advance(state, token)
        ids.append(token)


def check(ids: list[int], budget: int) -> None:
    text = page(VOCABULARY, ids)
    assert len(ids) <= budget
    assert syntax_errors(text) == [], text
    assert write(read(text).events) == text


def test_the_least_page_has_ten_tokens() -> None:
    assert GUARD.least_cost(GUARD.start()) == LEAST
    text = page(VOCABULARY, walk(LEAST, lambda tokens: int(tokens[-1])))
    assert text.startswith("<!DOCTYPE html><html><head><title>")
    assert text.endswith("</title></head><body></body></html>")


@pytest.mark.parametrize("budget", [*range(LEAST, 129), 256, 1024])
def test_uniform_walks_end_within_every_budget_without_an_error(budget: int) -> None:
    rng = np.random.default_rng(budget)
    for _ in range(2):
        check(walk(budget, uniform(rng)), budget)


@pytest.mark.parametrize("seed", range(150))
def test_deep_walks_end_without_an_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    budget = int(rng.integers(LEAST, 400))
    check(walk(budget, structural(rng), SHELL), budget)


def test_deep_walks_meet_most_elements() -> None:
    rng = np.random.default_rng(1)
    ids = {token for _ in range(80) for token in walk(200, structural(rng), SHELL)}
    met = {VOCABULARY[token].name for token in ids if VOCABULARY[token].kind in (Kind.START, Kind.OPEN)}
    assert len(met) > 90
    assert {"table", "tr", "td", "dl", "dt", "ruby", "rt", "select", "option", "picture", "details", "hgroup", "x-card"} <= met
    assert met.isdisjoint({"script", "style", "template", "base", "svg"})


def test_a_budget_below_the_least_allows_nothing() -> None:
    assert not GUARD.allowed(GUARD.start(), LEAST - 1).any()


def test_the_walk_that_spends_least_spends_what_least_cost_says() -> None:
    rng = np.random.default_rng(2)
    for _ in range(30):
        ids = walk(200, structural(rng), SHELL)
        cut = int(rng.integers(1, len(ids)))
        state = states(ids[:cut])
        least = spent = GUARD.least_cost(state)
        while not GUARD.finished(state):
            tokens = np.flatnonzero(GUARD.allowed(state, spent))
            state, spent = GUARD.advance(state, int(tokens[0])), spent - 1
        assert spent == 0, least


def excluded_in(state: GuardState) -> frozenset[str]:
    names, frame = [], state.frame
    while frame.below is not None:
        names.append(frame.position.place.name)
        frame = frame.below
    excluded = frozenset({"frameset"})
    for name in reversed(names):
        excluded = excluded - ADMITS.get(name, frozenset()) | EXCLUDES.get(name, frozenset())
    return excluded


def made(state: GuardState, token: Token, excluded: frozenset[str]) -> bool:
    """Whether a guard may write this token, budget aside: asked one token at a time, of the tables themselves."""
    position, before_edge = state.frame.position, state.space is Space.TRAILING
    match token.kind:
        case Kind.START | Kind.OPEN:
            fits = token.name not in excluded and follow(position.content, token.name) is not None
            return fits and not (before_edge and token.name in BLOCK)
        case Kind.END:
            return position.may_end and not (before_edge and position.place.is_block)
        case Kind.ATTRIBUTE | Kind.PAIR:
            return token.name in MADE_ATTRIBUTES
        case Kind.QUOTE:
            return not state.used >= MADE_ATTRIBUTES
        case Kind.TEXT | Kind.REFERENCE | Kind.BYTE:
            return fits_as_text(token, state)
    return token.kind not in (Kind.SPELL_START, Kind.SPELL_END, Kind.SPELL_DOCTYPE)


def fits_as_text(token: Token, state: GuardState) -> bool:
    if token.kind is Kind.BYTE and NEXT[state.character][token.byte] < 0:
        return False
    if state.lexical is Lexical.CONTENT and state.character == BETWEEN and TEXT not in firsts(state.frame.position.content):
        return False
    return token.kind is not Kind.TEXT or fits_as_piece(token.text, state)


def fits_as_piece(text: str, state: GuardState) -> bool:
    if state.lexical in (Lexical.TAG, Lexical.MORE) or UNCLEAN.search(text):
        return False
    if state.lexical is Lexical.VALUE:
        return "\n" not in text and "\t" not in text
    if state.frame.position.place.context.keeps_space:
        return True
    collapsed = "  " not in text and "\n" not in text and "\t" not in text
    return collapsed and (state.space is Space.NONE or not text.startswith(" "))


def slow_costs(state: GuardState) -> np.ndarray:
    """The slow twin of `allowed`: the least budget that allows each token, found by trying it; a great number where none does."""
    costs, excluded = np.full(len(VOCABULARY), 1 << 20), excluded_in(state)
    for token in VOCABULARY:
        after = GUARD._after(state, token.id)
        if after is not None and made(state, token, excluded):
            costs[token.id] = 1 + GUARD.least_cost(after)
    costs[VOCABULARY.eos] = -1 if GUARD.finished(state) else 1 << 20
    return costs


@pytest.mark.parametrize("seed", range(6))
def test_the_masks_are_what_trying_every_token_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    state = GUARD.start()
    for token in walk(80, structural(rng), SHELL) if seed % 2 else walk(60, uniform(rng)):
        least, slow = GUARD.least_cost(state), slow_costs(state)
        for budget in (least - 1, least, least + 1, least + int(rng.integers(2, 9)), 1024):
            wrong = [VOCABULARY[int(index)] for index in np.flatnonzero(GUARD.allowed(state, budget) != (slow <= budget))]
            assert not wrong, (state, budget, least, wrong)
        state = GUARD.advance(state, token)


def test_masks_are_shared_and_read_only() -> None:
    first = GUARD.allowed(GUARD.start(), 100)
    assert first is GUARD.allowed(GUARD.start(), 100)
    with pytest.raises(ValueError, match="read-only"):
        first[0] = True


def test_a_state_can_be_branched_from() -> None:
    state = states([VOCABULARY.id(text) for text in SHELL])
    branches = [GUARD.advance(state, VOCABULARY.id(text)) for text in ("<p>", "<ul>", "a")]
    assert [branch.frame.position.place.name for branch in branches] == ["p", "ul", "body"]
    assert state.frame.position.place.name == "body"


def test_an_attribute_comes_once_as_pair_or_spelled_out() -> None:
    state = states([VOCABULARY.id(text) for text in (*SHELL, "<p", ' class="', '"')])
    assert not GUARD.allowed(state, 100)[[VOCABULARY.id(' class="'), VOCABULARY.id(' class="a b"')]].any()
    assert GUARD.allowed(state, 100)[VOCABULARY.id(' id="')]


def test_a_vocabulary_without_the_elements_of_every_page_is_refused() -> None:
    lacking = [piece for piece in pieces() if piece not in ("<title>", "<title")]
    with pytest.raises(VocabularyError, match="<title>"):
        Guard(Vocabulary(lacking))


def test_a_vocabulary_without_attributes_or_whole_start_tags_still_writes_pages() -> None:
    bare = Vocabulary([piece for piece in pieces(attributes=()) if not piece.endswith('"') or piece in ('"', '="')])
    unwhole = Vocabulary([text for token, text in zip(VOCABULARY, pieces(), strict=True) if token.kind is not Kind.START])
    for listed in (bare, unwhole):
        guard, rng = Guard(listed), np.random.default_rng(3)
        for budget in range(guard.least_cost(guard.start()), 60):
            ids: list[int] = []
            state = guard.start()
            while (token := int(rng.choice(np.flatnonzero(guard.allowed(state, budget - len(ids)))))) != listed.eos:
                state = guard.advance(state, token)
                ids.append(token)
            assert len(ids) <= budget
            assert syntax_errors(page(listed, ids)) == []


def test_formatting_is_not_nested_in_its_own_kind_since_the_parser_forgets_the_outermost_of_four() -> None:
    assert "adoption-agency-1.3" in syntax_errors("<!DOCTYPE html><title>a</title><b id=x><b><b><b><b></b></b></b></b></b>")
    allowed = GUARD.allowed(states([VOCABULARY.id(text) for text in (*SHELL, "<b>", "<i>")]), 100)
    assert not allowed[[VOCABULARY.id("<b>"), VOCABULARY.id("<b"), VOCABULARY.id("<i>")]].any()
    assert allowed[VOCABULARY.id("<a>")]


def test_what_no_token_spells_is_not_required() -> None:
    listed = Vocabulary([piece for piece in pieces() if piece not in ("<dd>", "<dd", "</dd>")])
    guard = Guard(listed)
    state = guard.start()
    for text in (*SHELL, "<dl>", "<dt>", "a", "</dt>"):
        state = guard.advance(state, listed.id(text))
    assert guard.least_cost(state) == 3
    assert guard.allowed(state, 3)[listed.id("</dl>")]
