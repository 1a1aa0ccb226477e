"""Random pages without a model: what a guide allows, drawn at random. Seeds for a fuzzer, and a test of grammars.

Laws: each page is one that the guide calls finished, within its budget; the same seed and odds give the same page; whatever the guide
allows may be drawn, by any odds.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.grammar_guide import GrammarGuide, GrammarState
from htmlgen.errors import BudgetError, DeadEndError
from htmlgen.markup.elements import DROPS_FIRST_LINE_FEED, VOID_IN_PARSER
from htmlgen.markup.events import Event
from htmlgen.markup.reader import read
from htmlgen.markup.writer import escape
from htmlgen.relaxng.automaton import Automaton
from htmlgen.tokens.vocabulary import CONTROLS, REQUIRED, Kind, Token, Vocabulary

Ids = NDArray[np.intp]

_DROPPED: Final = re.compile(rf"<(?:{'|'.join(sorted(DROPS_FIRST_LINE_FEED))})(?: [^>]*)?>\n")

# How likely each kind of token is, against 1: pages go deep and end when they must, rather than in words and values.
_DEEP: Final = {
    Kind.TEXT: 0.3, Kind.REFERENCE: 0.1, Kind.BYTE: 0.1, Kind.OPEN: 3.0, Kind.START: 4.0, Kind.ATTRIBUTE: 0.5, Kind.QUOTE_CLOSE: 3.0,
    Kind.END: 1.5, Kind.CONTROL: 0.02,
}  # fmt: skip
# The same, where tags shall bear many attributes, and elements end while more can follow them.
_WIDE: Final = {**_DEEP, Kind.START: 1.0, Kind.ATTRIBUTE: 2.0, Kind.QUOTE: 2.0, Kind.QUOTE_CLOSE: 1.0, Kind.CLOSE: 0.5, Kind.END: 4.0}

_WORDS: Final = """a b c x 0 1 2 3 4 5 6 7 8 9 . - / : # % ; , ! ? é 中 the of word boat red page http https www example .com .org .html px
    #ff0000 2026 -01 -02 12 :00 en de""".split()  # fmt: skip
_LISTED: Final = 20  # values at most that are tokens with their attribute
_SPACED: Final = (" and", " the", " boats", " of", " red")


# Odds -------------------------------------------------------------------------------------------------------------------------------


class Evenly:
    """Every token alike: since most tokens are words, these pages are mostly text and values."""

    def weights(self, allowed: Ids, place: str) -> NDArray[np.float64]:
        """(allowed,) positive: how likely each allowed token is in a place, up to a factor."""
        return np.ones(len(allowed))

    def took(self, token: int, place: str) -> None:
        """A token was drawn."""


class ByKind(Evenly):
    """A kind of token first, then one of that kind: these pages are deep."""

    def __init__(self, vocabulary: Vocabulary, odds: Mapping[Kind, float] = _DEEP) -> None:
        self._kinds = vocabulary.kinds.astype(np.intp)
        self._of_kind = np.array([odds.get(kind, 1.0) for kind in Kind])

    def weights(self, allowed: Ids, place: str) -> NDArray[np.float64]:
        return self._shared(self._kinds[allowed], np.ones(len(allowed)))

    def _shared(self, kinds: Ids, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weights of tokens, given what each has of the weight of its kind."""
        totals = np.bincount(kinds, weights=shares, minlength=len(Kind))
        weights: NDArray[np.float64] = shares * self._of_kind[kinds] / totals[kinds]
        return weights


class Seldom(ByKind):
    """A kind of token first, of it rather those that were seldom drawn, above all in the same place: many pages go everywhere.

    A page depends on those drawn before it with the same odds.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(vocabulary, _WIDE)
        self._drawn: dict[str, Counter[int]] = {}
        self._everywhere = np.zeros(len(vocabulary))

    def weights(self, allowed: Ids, place: str) -> NDArray[np.float64]:
        shares = (1 + self._everywhere[allowed]) ** -2
        drawn: Counter[int] = self._drawn.get(place, Counter())
        tokens, counts = np.fromiter(drawn, np.intp, len(drawn)), np.fromiter(drawn.values(), float, len(drawn))
        places = np.minimum(np.searchsorted(allowed, tokens), len(allowed) - 1)
        here = allowed[places] == tokens
        shares[places[here]] *= (1 + counts[here]) ** -2
        return self._shared(self._kinds[allowed], shares)

    def took(self, token: int, place: str) -> None:
        self._drawn.setdefault(place, Counter())[token] += 1
        self._everywhere[token] += 1


class _Trail:
    """The open elements and, in a start tag, the tag and the attribute, as tokens come."""

    def __init__(self) -> None:
        self._names: list[str] = []

    @property
    def place(self) -> str:
        """The innermost element, tag (`<name`, with its latest whole attribute) or value (`<name attribute=`)."""
        return self._names[-1] if self._names else ""

    def take(self, token: Token) -> None:
        names, kind = self._names, token.kind
        if kind in (Kind.QUOTE, Kind.QUOTE_CLOSE, Kind.END):
            names.pop()
        if kind in (Kind.QUOTE_CLOSE, Kind.CLOSE):
            self._open(_tag_of(names.pop())[1:])
        elif kind is Kind.START:
            self._open(token.name)
        elif kind is Kind.OPEN:
            names.append(f"<{token.name}")
        elif kind is Kind.PAIR:
            names.append(_tag_of(names.pop()) + token.text)
        elif kind is Kind.ATTRIBUTE:
            names.append(f"{_tag_of(self.place)} {token.name}=")

    def _open(self, name: str) -> None:
        if name not in VOID_IN_PARSER:
            self._names.append(name)


def _tag_of(place: str) -> str:
    return place.partition(" ")[0]


# Walks ------------------------------------------------------------------------------------------------------------------------------


def steps(guide: GrammarGuide, budget: int, rng: np.random.Generator, odds: Evenly) -> Iterator[tuple[GrammarState, int, int]]:
    """One walk: each state, the tokens left in it, and the token drawn there; the last token is the end of the page.

    Raises: BudgetError, where no page fits into `budget`; DeadEndError, where the guide breaks its law.
    """
    state, trail = guide.start(), _Trail()
    if budget < (least := guide.least_cost(state)):
        raise BudgetError(f"a walk may take at most {budget} tokens, but a page needs {least}; ask for more")
    while True:
        allowed = np.flatnonzero(guide.allowed(state, budget))
        if not len(allowed):
            raise DeadEndError(f"no token may come with {budget} left, {guide.least_cost(state)} needed: the guide breaks its law")
        sums = odds.weights(allowed, trail.place).cumsum()
        token = int(allowed[np.searchsorted(sums, rng.random() * sums[-1], side="right")])
        yield state, budget, token
        if token == guide.vocabulary.eos:
            return
        odds.took(token, trail.place)
        trail.take(guide.vocabulary[token])
        state, budget = guide.advance(state, token), budget - 1


def walk(guide: GrammarGuide, budget: int, rng: np.random.Generator, odds: Evenly) -> tuple[int, ...]:
    """The ids of one random page. Raises: as `steps`."""
    return tuple(token for _, _, token in steps(guide, budget, rng, odds))[:-1]


def walks(guide: GrammarGuide, seeds: Iterable[int], max_tokens: int) -> Iterator[str]:
    """A page a seed, by kind, on one line. Raises: BudgetError, where no page fits into `max_tokens`."""
    odds = ByKind(guide.vocabulary)
    for seed in seeds:
        yield spelled(guide.vocabulary, walk(guide, max_tokens, np.random.default_rng(seed), odds))


def least_page(guide: GrammarGuide) -> tuple[int, ...]:
    """The ids of a page of the fewest tokens."""
    return walk(guide, guide.least_cost(guide.start()), np.random.default_rng(0), ByKind(guide.vocabulary))


def least_events(automaton: Automaton) -> tuple[Event, ...]:
    """The events of a grammar's least page."""
    guide = GrammarGuide(automaton, own_vocabulary(automaton))
    return tuple(read(spelled(guide.vocabulary, least_page(guide))).events)


def spelled(vocabulary: Vocabulary, ids: Iterable[int]) -> str:
    """The page of ids without raw text, on one line; a line feed that a parser would drop is written twice, as the writer does."""
    tokens = (vocabulary[index] for index in ids)
    page = b"".join(bytes((token.byte,)) if token.kind is Kind.BYTE else token.text.encode() for token in tokens)
    return _DROPPED.sub("\\g<0>\n", page.decode("utf-8", "replace")).replace("\n", "&#10;")


def own_vocabulary(automaton: Automaton) -> Vocabulary:
    """A vocabulary of a grammar's own names, values and a few words, for grammars whose names no bundle knows."""
    names = automaton.names
    tags = [tag for name in names for tag in (f"<{name}>", f"<{name}", *([] if name in VOID_IN_PARSER else [f"</{name}>"]))]
    uses = {use.names.name for kind in automaton.attributes for use in kind.uses if use.names.name}
    attributes = [f' {name}="' for name in (*sorted(uses), "data-id")]
    fixed = [*CONTROLS, *(f"<0x{value:02X}>" for value in range(256)), *REQUIRED, " ", "\n"]
    letters = [chr(code) for code in range(0x21, 0x7F) if chr(code) not in '<>"&']
    return Vocabulary(dict.fromkeys((*fixed, *tags, *attributes, *_pairs(automaton), *letters, *_WORDS, *_SPACED)))


def _pairs(automaton: Automaton) -> list[str]:
    """The attributes with a few values to choose from, each with each."""
    uses = {(use.names.name, use.datatype) for kind in automaton.attributes for use in kind.uses if use.names.name}
    listed = ((name, automaton.datatypes[datatype].strings(_LISTED) or ()) for name, datatype in uses)
    return sorted({f' {name}="{escape(value)}"' for name, values in listed for value in values})
