"""Pages drawn by Hypothesis, choice by choice: what stands behind `htmlgen.strategies`.

Laws: the first answer to each choice is the one that ends soonest or is shortest; an element, an attribute, a piece of text are each drawn
in one go. So Hypothesis, which takes out what was drawn in one go, puts a part in the place of the whole, and answers down, arrives at a
small page, and every page on the way is valid. A number that is drawn means the same wherever it can be meant, and the same numbers are
drawn whether there is a choice or not, so that what is taken out leaves the rest as it was.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.walking import own_vocabulary, spelled
from htmlgen.errors import BudgetError
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.relaxng import Automaton, load_automaton
from htmlgen.shapes import Shape
from htmlgen.tokens.vocabulary import Kind, Token

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]

# What may come in content, the simplest first, each as often as it is tried.
_IN_CONTENT: Final = (*2 * [(Kind.CONTROL, Kind.END)], (Kind.TEXT, Kind.REFERENCE), *3 * [(Kind.START, Kind.OPEN)])
_TAG_ENDS: Final = (Kind.START, Kind.QUOTE_CLOSE, Kind.CLOSE)
_ATTRIBUTES: Final = (Kind.PAIR, Kind.ATTRIBUTE)
_TAG_GOES_ON: Final = (Kind.OPEN, Kind.QUOTE, *_ATTRIBUTES)
_AGAIN: Final = 4  # of so many elements that may stand in their like, one is made to
_FORCED: Final = (Kind.DOCTYPE, Kind.BYTE)  # come where nothing else may


def drawn(draw: Draw, guide: GrammarGuide, max_tokens: int) -> str:
    """A page of a guide. Raises: BudgetError, naming the least budget."""
    walk = _Walk(guide, max_tokens)
    while not walk.ended:
        draw(walk.piece)
    return walk.html


def page_guide(grammar: str | PathLike[str]) -> GrammarGuide:
    """Raises: GrammarError, UnknownGrammarError."""
    return _page_guide(grammar if isinstance(grammar, str) else Path(grammar))


@lru_cache(maxsize=8)
def _page_guide(grammar: str | Path) -> GrammarGuide:
    return _guide(load_automaton(grammar))


@lru_cache(maxsize=32)
def snippet_guide(shape: Shape) -> GrammarGuide:
    """Raises: ConfigError, for a kind that is none; SkeletonError, where the grammar has no such snippet."""
    base = load_automaton("snippet")
    return _guide(base if shape == Shape() else shape.automaton(base))


def _guide(automaton: Automaton) -> GrammarGuide:
    return GrammarGuide(automaton, own_vocabulary(automaton))


class _Walk:
    """A page as it is drawn: what was taken, and what the guide allows next."""

    def __init__(self, guide: GrammarGuide, budget: int) -> None:
        """Raises: BudgetError."""
        self._guide, self._left = guide, budget
        self._state, self._ids, self._tag = guide.start(), list[int](), ""
        self._menu, self._borne = self._allowed, set[str]()  # what the open tag may bear as it is opened, and bears
        self.open: list[str] = []  #: the names of the open elements
        self.wanted = ""  #: the name of the element that comes next, or whose tag is open
        self.ended = False
        if budget < (least := guide.least_cost(self._state)):
            raise BudgetError(f"max_tokens {budget} is too few: the least page needs {least}")
        self.piece, self.element, self.attribute, self.letter = _piece(self), _element(self), _attribute(self), _letter(self)

    def may(self, *kinds: Kind) -> bool:
        """Whether a token of these kinds may come next."""
        return bool(self._allowed[_simplest_first(self._guide, kinds)].any())

    def offer(self, draw: Draw, *kinds: Kind) -> int:
        """One of the tokens of these kinds that may come next: that of the number drawn, or the next in order that may."""
        return self._next_among(self._allowed, draw(_below(self.count(*kinds))), kinds)

    def count(self, *kinds: Kind) -> int:
        """How many tokens of these kinds there are."""
        return len(_simplest_first(self._guide, kinds))

    def shortest(self, *kinds: Kind) -> int:
        """The token of these kinds after which the page can end soonest."""
        order = _simplest_first(self._guide, kinds)
        allowed: list[int] = order[self._allowed[order]].tolist()
        return min(allowed, key=lambda token: self._guide.least_cost(self._guide.advance(self._state, token)))

    def _next_among(self, among: NDArray[np.bool_], number: int, kinds: tuple[Kind, ...]) -> int:
        order = _simplest_first(self._guide, kinds)
        places = np.flatnonzero(among[order])
        return int(order[places[np.searchsorted(places, number) % len(places)]])

    def attribute_of(self, number: int) -> int | None:
        """The attribute of a number, or the next that the tag had to offer when it was opened; None, where the tag has that already."""
        token = self._next_among(self._menu, number, _ATTRIBUTES)
        return None if self.name(token) in self._borne else token

    def may_take(self, token: int) -> bool:
        return bool(self._allowed[token])

    def first(self, *kinds: Kind) -> int | None:
        """The first token of these kinds that may come next; of those that begin a tag, of the element that is wanted."""
        order = _simplest_first(self._guide, kinds)
        found = order[self._allowed[order]].tolist()
        return next((token for token in found if self.kind(token) not in (Kind.START, Kind.OPEN) or self.name(token) == self.wanted), None)

    def may_begin(self, name: str) -> bool:
        """Whether an element of that name may come next."""
        found = (self._guide.vocabulary.find(text) for text in (f"<{name}>", f"<{name}"))
        return any(token is not None and self._allowed[token] for token in found)

    @property
    def _allowed(self) -> NDArray[np.bool_]:
        return self._guide.allowed(self._state, self._left)

    def take(self, token: int) -> None:
        """Writes a token. Raises: PromptError, for one that may not come."""
        entry = self._guide.vocabulary[token]
        self._state, self._left = self._guide.advance(self._state, token), self._left - 1
        self.ended = entry.kind is Kind.CONTROL
        if not self.ended:
            self._ids.append(token)
        if entry.kind is Kind.END:
            self.open.pop()
        elif entry.kind in (Kind.START, Kind.OPEN):
            self._tag, self._menu, self._borne = entry.name, self._allowed, set()
        elif entry.kind in _ATTRIBUTES:
            self._borne.add(entry.name)
        if entry.kind in (Kind.START, Kind.CLOSE, Kind.QUOTE_CLOSE) and self._tag not in VOID_IN_PARSER:
            self.open.append(self._tag)

    def kind(self, token: int) -> Kind:
        return self._guide.vocabulary[token].kind

    def name(self, token: int) -> str:
        """The name of the element that a token begins."""
        return self._guide.vocabulary[token].name

    @property
    def html(self) -> str:
        """What was taken, as HTML."""
        return spelled(self._guide.vocabulary, self._ids)


@lru_cache(maxsize=256)
def _simplest_first(guide: GrammarGuide, kinds: tuple[Kind, ...]) -> NDArray[np.intp]:
    """The tokens of kinds, kind by kind: elements that need few others in them, what is short, letters, small letters first."""
    heights = guide.heights()

    def order(token: Token) -> tuple[int, int, int, bool, str]:
        height = heights.get(token.name, 0) if token.kind in (Kind.START, Kind.OPEN) else 0
        return kinds.index(token.kind), height, len(token.text), not token.text.isalpha(), token.text.swapcase()

    return np.array([token.id for token in sorted((token for token in guide.vocabulary if token.kind in kinds), key=order)])


# Draws ------------------------------------------------------------------------------------------------------------------------------


@st.composite
def _piece(draw: Draw, walk: _Walk) -> None:
    """Something in content: the end of what is open, a piece of text, or a whole element."""
    wanted = _IN_CONTENT[draw(_below(len(_IN_CONTENT)))]
    kinds = next((kinds for kinds in (wanted, *_IN_CONTENT) if walk.may(*kinds)), _FORCED)
    if Kind.START in kinds:
        draw(walk.element)
    else:
        walk.take(walk.offer(draw, *kinds))


@st.composite
def _element(draw: Draw, walk: _Walk) -> None:
    """A start tag, and what follows up to the element's end."""
    depth, again = len(walk.open), draw(_below(_AGAIN))
    begins = [name for name in walk.open if walk.may_begin(name)]
    # What treats elements wrongly, does so where one stands in its like.
    walk.wanted = begins[-1] if again == _AGAIN - 1 and begins else walk.name(walk.offer(draw, Kind.START, Kind.OPEN))
    while draw(walk.attribute):
        pass
    while len(walk.open) > depth:
        draw(walk.piece)


@st.composite
def _attribute(draw: Draw, walk: _Walk) -> bool:
    """Another attribute of a tag, or one that it bears already, and nothing is written, True; or the tag's end."""
    more = draw(st.booleans())
    if (ends := walk.first(*_TAG_ENDS)) is not None and not (more and walk.first(*_TAG_GOES_ON) is not None):
        walk.take(ends)
        return False
    number = draw(_below(walk.count(*_ATTRIBUTES)))
    if (opens := walk.first(Kind.OPEN)) is not None:
        walk.take(opens)
    wanted = walk.attribute_of(number)
    if wanted is None and ends is not None:
        return True
    if (quote := walk.first(Kind.QUOTE)) is not None:
        walk.take(quote)
    token = wanted if wanted is not None and walk.may_take(wanted) else walk.shortest(*_ATTRIBUTES)
    walk.take(token)
    while walk.kind(token) is Kind.ATTRIBUTE and draw(walk.letter):
        pass
    return True


@st.composite
def _letter(draw: Draw, walk: _Walk) -> bool:
    """A piece of a value, True; or its end, whose quote stays to be written."""
    more = draw(st.booleans())
    may_go_on = walk.may(Kind.TEXT, Kind.REFERENCE)
    if walk.may(Kind.QUOTE_CLOSE, Kind.QUOTE) and not (more and may_go_on):
        return False
    walk.take(walk.offer(draw, *((Kind.TEXT, Kind.REFERENCE) if may_go_on else (Kind.BYTE,))))
    return True


@cache
def _below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)
