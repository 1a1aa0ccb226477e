"""The guides to what is written into an element of a page: its content, up to its end tag, or one more element.

Laws: those of every guide, where the end tag of the element that is filled is what ends the page. A request's prompt begins with what the
model is shown of the page around, which the rules are not asked about. What is asked for beyond the rules (how many elements) is kept
wherever anything else is left.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.grammar_guide import GrammarGuide, GrammarState
from htmlgen.decoding.positions import Content
from htmlgen.decoding.surroundings import Surroundings
from htmlgen.errors import HoleError, PromptError
from htmlgen.tokens.vocabulary import Kind, Vocabulary

Mask = NDArray[np.bool_]
_AMPLE: Final = 1 << 14  # tokens: a budget that forbids nothing
_TEXT: Final = (Kind.TEXT, Kind.BYTE, Kind.REFERENCE)
_BEGINS: Final = (Kind.START, Kind.OPEN)
_ENDS: Final = frozenset((Kind.START, Kind.END, Kind.CLOSE, Kind.QUOTE_CLOSE))  # tokens after which an element may have ended


class FillState(NamedTuple):
    """A place in a hole: the tokens that are still to be shown, the elements that stand, whether the end tag has come."""

    inner: GrammarState
    shown: int
    elements: int = 0
    done: bool = False


class FillingGuide:
    """A guide to the content of one element. It serves one hole."""

    def __init__(
        self, guide: GrammarGuide, place: Surroundings, *, shown: int = 0, elements: int | None = None, name: str = ""
    ) -> None:
        """Args: shown, tokens of each prompt that the model is shown and that are not written; elements, how many are written, without
        text beside them; None leaves that to the model; name, of these elements.

        Raises: HoleError, where nothing may be written, or no element of that name.
        """
        self.vocabulary: Vocabulary = guide.vocabulary
        self._guide, self._shown, self._elements = guide, shown, elements
        self._begins = np.isin(self.vocabulary.kinds, _BEGINS)
        entrance = guide.entrance(place)
        self._start = guide.inside(entrance, place)
        self._others = ~self._begun_by([name]) if name else np.zeros(len(self.vocabulary), bool)
        self.end = self.vocabulary.id(f"</{entrance.name}>")
        if name and not (self._guide.allowed(self._start, _AMPLE) & self._begun_by([name])).any():
            raise HoleError(f"<{name}> cannot stand in <{place.parent}> there")
        self._text = np.isin(self.vocabulary.kinds, _TEXT)
        self._banned = self._begun_by(entrance.banned)
        self.lowest = entrance.lowest  #: of the levels of headings
        low = range(1, self.lowest)
        self._low = self._begun_by([*(f"h{level}" for level in low), *(["hgroup"] if low else [])])
        self._last = np.zeros(len(self.vocabulary), bool)
        self._last[self.vocabulary.eos] = True
        self._only_end = np.zeros(len(self.vocabulary), bool)
        self._only_end[self.end] = True

    def _begun_by(self, names: Iterable[str]) -> Mask:
        """(vocab,) bool: the tokens that begin elements of some names."""
        wanted = frozenset(names)
        named: Mask = np.array([token.name in wanted for token in self.vocabulary])
        begun: Mask = self._begins & named
        return begun

    def start(self) -> FillState:
        """The state before the prompt."""
        return FillState(self._start, self._shown)

    def finished(self, state: FillState) -> bool:
        """True after the end tag of the element that is filled."""
        return state.done

    def least_cost(self, state: FillState) -> int:
        """The fewest tokens to the end tag, that included."""
        return 0 if state.done else self._guide.least_cost(state.inner)

    def allowed(self, state: FillState, budget: int) -> Mask:
        """(vocab,) bool, not to be written to: what the grammar allows, less what is not asked for, where anything is left."""
        if state.done:
            return self._last
        mask = _without(self._guide.allowed(state.inner, budget), self._low)
        if not _is_top(state.inner):
            return mask
        mask = _without(mask, self._banned)
        if self._elements is None:
            return mask
        if state.elements >= self._elements:
            return mask & self._only_end if mask[self.end] else mask
        return _without(_without(_without(mask, self._text), self._only_end), self._others)

    def advance(self, state: FillState, token: int) -> FillState:
        """The state after a token. Raises: PromptError, where the grammar forbids it."""
        if state.shown:
            return state._replace(shown=state.shown - 1)
        if state.done:
            if token == self.vocabulary.eos:
                return state
            raise PromptError("the element that is filled has ended")
        if token == self.end and _is_top(state.inner) and self._guide.finished(state.inner):
            return state._replace(done=True)
        inner = self._guide.advance(state.inner, token)
        ended = _is_top(inner) and self.vocabulary.kinds[token] in _ENDS
        return FillState(inner, 0, state.elements + ended)


class RootedGuide:
    """A guide to one whole element of a grammar of its own, a kind of snippets, that is written into a page of another grammar.

    Laws: those of every guide; its root is an element that the other grammar allows at that place.
    """

    def __init__(self, guide: GrammarGuide, kind: GrammarGuide, place: Surroundings, *, shown: int = 0) -> None:
        """Args: guide, of the page's grammar; kind, of the element's; shown, as for `FillingGuide`.

        Raises: HoleError, where the element may not stand.
        """
        around = FillingGuide(guide, place)
        self.vocabulary: Vocabulary = guide.vocabulary
        self.lowest = around.lowest
        self._kind, self._shown = kind, shown
        self._start = kind.rooted(guide.entrance(place), place)
        self._others = np.isin(self.vocabulary.kinds, _BEGINS) & ~around.allowed(around.start(), _AMPLE)
        if not (kind.allowed(self._start, _AMPLE) & ~self._others).any():
            raise HoleError(f"no such element can stand in <{place.parent}> there")

    def start(self) -> FillState:
        """The state before the prompt."""
        return FillState(self._start, self._shown)

    def finished(self, state: FillState) -> bool:
        """True after the element."""
        return self._kind.finished(state.inner)

    def least_cost(self, state: FillState) -> int:
        """The fewest tokens to the end of the element."""
        return self._kind.least_cost(state.inner)

    def allowed(self, state: FillState, budget: int) -> Mask:
        """(vocab,) bool, not to be written to: what the kind's grammar allows, of roots those that may stand there."""
        mask = self._kind.allowed(state.inner, budget)
        return _without(mask, self._others) if state.elements == 0 and _is_top(state.inner) else mask

    def advance(self, state: FillState, token: int) -> FillState:
        """The state after a token. Raises: PromptError, where the kind's grammar forbids it."""
        if state.shown:
            return state._replace(shown=state.shown - 1)
        inner = self._kind.advance(state.inner, token)
        return FillState(inner, 0, state.elements + _is_top(inner))


def _is_top(state: GrammarState) -> bool:
    return state.around is None and isinstance(state.position, Content)


def _without(mask: Mask, forbidden: Mask) -> Mask:
    kept: Mask = mask & ~forbidden
    return kept if kept.any() else mask
