"""A guide held to more: how long pages are, and how deep their elements lie.

Laws: those of every guide, as what it allows is some of what the guide inside allows, and all of it where nothing else would be left;
a limit does not depend on what other pages hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.guide import Guide
from htmlgen.errors import ConfigError
from htmlgen.tokens.vocabulary import Kind, Token, Vocabulary

S = TypeVar("S")
Mask = NDArray[np.bool_]

_LAST: Final = frozenset(("body", "html", "main"))  # elements with which a document's content ends
_REST: Final = 2  # tokens with which a word may end
_BEGUN: Final = (Kind.START, Kind.OPEN, Kind.SPELL_START)
_TEXT: Final = (Kind.TEXT, Kind.BYTE, Kind.REFERENCE)
_ENDED: Final = (Kind.END, Kind.SPELL_END)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a page shall be, as far as its rules let it."""

    least_tokens: int = 0  #: so many at least: until then, what ends the page is withheld where it may also go on
    most_text: int = 0  #: tokens of text in a row at most, in a value too: a word that begins then is withheld where anything else may come
    depth: int = 0  #: open elements at a time at most, void ones not counted; 0 for any number

    def __post_init__(self) -> None:
        for name, value in (("least_tokens", self.least_tokens), ("most_text", self.most_text), ("depth", self.depth)):
            if value < 0:
                raise ConfigError(f"{name} must be a whole number from 0, got {value}")

    def __bool__(self) -> bool:
        return self != Limits()


class LimitedState(NamedTuple):
    """A place on a page, the tokens before it, the elements open in it, and the tokens of text in a row that lead to it."""

    inner: Any
    tokens: int = 0
    depth: int = 0
    text: int = 0


class LimitedGuide(Generic[S]):
    """A guide whose pages keep to limits."""

    def __init__(self, guide: Guide[S], limits: Limits, heights: Mapping[str, int]) -> None:
        """Args: heights, of the elements that cannot stand empty: how many are open at a time at least, the element included; '' is
        the whole page.

        Raises: ConfigError, where no page lies as flat as asked for.
        """
        if 0 < limits.depth < (least := heights.get("", 1)):
            raise ConfigError(f"depth must be at least {least}, as pages of this grammar nest so deep, got {limits.depth}")
        self.vocabulary: Vocabulary = guide.vocabulary
        self._guide, self._limits, self._heights = guide, limits, heights
        self._steps, self._is_text, self._words = _sorted_tokens(self.vocabulary)
        self._too_deep: dict[int, Mask] = {}
        self._ends = np.isin(self.vocabulary.kinds, _ENDED)
        self._last = self._ends & np.array([token.name in _LAST for token in self.vocabulary])
        self._ends[self.vocabulary.eos] = self._last[self.vocabulary.eos] = True

    def start(self) -> LimitedState:
        """The state before a page's first token."""
        return LimitedState(self._guide.start())

    def advance(self, state: LimitedState, token: int) -> LimitedState:
        """The state after a token. Raises: PromptError, where the rules forbid it; limits do not hold for prompts."""
        text = state.text + 1 if self._is_text[token] else 0
        return LimitedState(self._guide.advance(state.inner, token), state.tokens + 1, state.depth + self._steps[token], text)

    def finished(self, state: LimitedState) -> bool:
        """True if the page may end here."""
        return self._guide.finished(state.inner)

    def least_cost(self, state: LimitedState) -> int:
        """The fewest tokens with which the page can end, least length aside."""
        return self._guide.least_cost(state.inner)

    def allowed(self, state: LimitedState, budget: int) -> Mask:
        """(vocab,) bool, not to be written to: what the guide allows, less what the limits forbid, where anything is left."""
        mask = self._guide.allowed(state.inner, budget)
        limits = self._limits
        if limits.depth:
            mask = _without(mask, self._deeper(state.depth))
        if 0 < limits.most_text <= state.text:
            mask = self._ending(state, mask)
        if state.tokens < limits.least_tokens:
            return _without(mask, self._ends if state.depth <= 1 else self._last)
        return mask

    def _ending(self, state: LimitedState, mask: Mask) -> Mask:
        """What may follow a text that is long: the rest of a word, then what the cheapest end of all begins with."""
        if state.text < self._limits.most_text + _REST:
            return _without(mask, self._words)
        return _without(mask, ~self._guide.allowed(state.inner, self._guide.least_cost(state.inner)))

    def _deeper(self, depth: int) -> Mask:
        """(vocab,) bool: the start tags of elements that, with what must be in them, would lie too deep."""
        if depth not in self._too_deep:
            room = self._limits.depth - depth
            self._too_deep[depth] = np.array([self._height(token) > room for token in self.vocabulary])
        return self._too_deep[depth]

    def _height(self, token: Token) -> int:
        if token.kind not in _BEGUN or token.is_void:
            return 0
        return self._heights.get(token.name, 1)


@lru_cache(maxsize=4)
def _sorted_tokens(vocabulary: Vocabulary) -> tuple[list[int], list[bool], Mask]:
    """By how much each token changes the number of open elements; whether it is text; whether it is text with which a word may begin."""
    is_text = np.isin(vocabulary.kinds, _TEXT)
    begins = np.array([not token.text[:1].isalnum() for token in vocabulary])
    return [_step(token) for token in vocabulary], is_text.tolist(), is_text & begins


def _step(token: Token) -> int:
    """By how much a token changes the number of open elements."""
    if token.kind in _BEGUN:
        return 0 if token.is_void else 1
    return -1 if token.kind in _ENDED else 0


def _without(mask: Mask, forbidden: Mask) -> Mask:
    kept: Mask = mask & ~forbidden
    return kept if kept.any() else mask
