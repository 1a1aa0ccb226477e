"""The guard: a guide by tables, under which html5lib parses every page without an error, and every page ends within its budget.

Laws: those of every guide (guide.py); a page's tokens, joined, are a canonical page; what is only ever met in prompts (spelled names,
SVG, scripts, inline styles) is stepped through, never made. Required attributes and values are not the guard's matter.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.characters import BETWEEN, NEEDS, completed, step
from htmlgen.decoding.masks import Row
from htmlgen.decoding.nesting import DOCTYPE, PARSER_CHILDREN, TEXT
from htmlgen.decoding.pieces import Ids, pieces_of
from htmlgen.decoding.places import Frame, Places
from htmlgen.decoding.rows import ATTRIBUTE_AND_CLOSE, TAG_CLOSE, after_text, content_row, owed, tag_row, value_row
from htmlgen.decoding.spaces import Space
from htmlgen.errors import PromptError
from htmlgen.markup.elements import BLOCK
from htmlgen.tokens.vocabulary import Kind, Vocabulary


class Lexical(IntEnum):
    """Where in the markup the next token stands."""

    CONTENT = 0
    TAG = 1  # after a name or PAIR: the tag may close
    MORE = 2  # after a value, or a name that has a START token: an attribute must follow
    VALUE = 3
    NAME = 4  # a spelled start tag
    ATTRIBUTE = 5  # a spelled attribute
    END = 6  # a spelled end tag
    DOCTYPE = 7  # a spelled doctype


_WHERE: Final = ("", "a tag", "a tag, after a value", "a value", "a spelled name", "a spelled attribute", "a spelled end tag", "a doctype")
_NO_IDS: Final = np.array([], dtype=np.intp)


class Spelling(NamedTuple):
    """What is being spelled, and the ids that bring it to its end with the fewest tokens."""

    text: bytes  #: the characters so far; for an end tag, those to come
    ids: tuple[int, ...]  #: the ids so far
    rest: tuple[int, ...]  #: the ids that end it
    outer: Frame  #: the frame around the tag


class GuardState(NamedTuple):
    """A position on a page. In a tag, `frame` is the one after it: the child's, or for void elements the parent's."""

    frame: Frame
    lexical: Lexical = Lexical.CONTENT
    space: Space = Space.EDGE
    character: int = BETWEEN  #: state of the UTF-8 automaton
    used: frozenset[str] = frozenset()  #: the attributes of the open tag
    spelling: Spelling | None = None


class Guard:
    """A guide to whole documents, by content models and exclusions; see `nesting`."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Raises: VocabularyError, if the vocabulary lacks what every page needs."""
        self.vocabulary = vocabulary
        self._pieces = pieces_of(vocabulary)
        self._pieces.require("html", "head", "title", "body")
        self._places = Places(self._pieces)
        self._start = GuardState(self._places.frame())
        self._tags = {closable: tag_row(self._pieces, closable) for closable in (False, True)}
        self._values: dict[tuple[int, bool], Row] = {}
        self._quote, self._quote_close, self._spell_value = (vocabulary.id(text) for text in ('"', '">', '="'))
        self._space = vocabulary.id(" ")

    def start(self) -> GuardState:
        """The state before a page's first token."""
        return self._start

    def finished(self, state: GuardState) -> bool:
        """True if the page may end here."""
        return state.frame.below is None and state.lexical is Lexical.CONTENT and state.frame.position.may_end

    def least_cost(self, state: GuardState) -> int:
        """The fewest tokens with which the page can end."""
        if state.spelling is not None:
            return state.frame.cost + len(state.spelling.rest)
        cost = state.frame.cost + NEEDS[state.character]
        match state.lexical:
            case Lexical.TAG:
                return cost + TAG_CLOSE
            case Lexical.MORE:
                return cost + (TAG_CLOSE if self._exhausted(state) else ATTRIBUTE_AND_CLOSE)
            case Lexical.VALUE:
                return cost + 1
        return cost + owed(state.frame.position.place, state.space)

    def _exhausted(self, state: GuardState) -> bool:
        """True if the open tag has every attribute that is ever made."""
        return self._pieces.attributes <= state.used

    def allowed(self, state: GuardState, budget: int) -> NDArray[np.bool_]:
        """(vocab,) bool, read-only: the tokens that may come next if all that follows must fit into `budget` tokens."""
        slack = budget - 1 - state.frame.cost
        lexical = state.lexical
        if lexical is Lexical.CONTENT:
            return self._children(state, slack)
        if lexical is Lexical.VALUE:
            return self._value(state).mask(slack)
        if state.spelling is not None:
            return self._one(state.spelling.rest[0], slack >= len(state.spelling.rest) - 1)
        return self._unused(state, slack)

    def _children(self, state: GuardState, slack: int) -> NDArray[np.bool_]:
        """What the content model allows, less what an ancestor excludes."""
        mask, excluded = self._content(state).mask(slack), state.frame.ancestry.ids
        return _cleared(mask, excluded) if len(excluded) else mask

    def _content(self, state: GuardState) -> Row:
        rows, key = state.frame.position.rows, (state.space, state.character)
        if key not in rows:
            rows[key] = content_row(state.frame.position, state.space, state.character)
        return rows[key]

    def _value(self, state: GuardState) -> Row:
        key = (state.character, self._exhausted(state))
        if key not in self._values:
            self._values[key] = value_row(self._pieces, *key)
        return self._values[key]

    def _unused(self, state: GuardState, slack: int) -> NDArray[np.bool_]:
        """The attributes that the open tag has not yet, and its end where it may come."""
        mask = self._tags[state.lexical is Lexical.TAG or self._exhausted(state)].mask(slack)
        if not state.used:
            return mask
        known = self._pieces.attribute
        return _cleared(mask, np.concatenate([known[name] for name in sorted(state.used) if name in known] or [_NO_IDS]))

    def _one(self, token: int, fits: bool) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.vocabulary), dtype=np.bool_)
        mask[token] = fits
        return mask

    def advance(self, state: GuardState, token: int) -> GuardState:
        """The state after a token, be it one that is only ever met in prompts. Raises: PromptError, where the rules forbid it."""
        if (after := self._after(state, token)) is None:
            raise PromptError(self._refusal(state, token))
        return after

    def _after(self, state: GuardState, token: int) -> GuardState | None:
        if not 0 <= token < len(self._pieces.kinds):
            return None
        move = _MOVES.get((state.lexical, self._pieces.kinds[token]))
        return None if move is None else move(self, state, token)

    def _refusal(self, state: GuardState, token: int) -> str:
        if not 0 <= token < len(self.vocabulary):
            return f"id {token} is not among the {len(self.vocabulary)} of the vocabulary"
        element = f"<{state.frame.position.place.name}>" if state.frame.position.place.name else "the page"
        inside = f"{_WHERE[state.lexical]}, in {element}" if state.lexical else element
        could = [self._shown(int(index)) for index in np.flatnonzero(self.allowed(state, 1 << 14))]
        tags = sorted((text for text in could if text[:1] == "<"), key=lambda text: (text[:2] != "</", len(text)))
        examples = ", ".join([*tags[:8], *(text for text in could if text[:1] != "<")][:10])
        return f"{self._shown(token)} cannot stand in {inside}; what could: {examples or 'nothing'}"

    def _shown(self, index: int) -> str:
        token = self.vocabulary[index]
        if token.kind is Kind.BYTE:
            return f"byte 0x{token.byte:02X}"
        if token.kind is Kind.CONTROL:
            return "the page's end" if index == self.vocabulary.eos else "a control token"
        return token.text if token.text[:1] == "<" else repr(token.text)

    # Moves: one for each kind of token in each lexical state; None is a refusal.

    def _stay(self, state: GuardState, token: int) -> GuardState | None:
        return state if token == self.vocabulary.eos and self.finished(state) else None

    def _text(self, state: GuardState, token: int) -> GuardState | None:
        pieces, position = self._pieces, state.frame.position
        if state.character != BETWEEN:
            return None
        if position.text is None and pieces.blank[token]:
            return state  # white space between elements
        after = position.text or position.after(TEXT)
        if after is None:
            return None
        space = after_text(after.place, after.text is not None, pieces.trailing[token])
        return GuardState(self._places.moved(state.frame, after), space=space)

    def _byte(self, state: GuardState, token: int) -> GuardState | None:
        character = step(state.character, self._pieces.bytes[token])
        if character is None:
            return None
        if state.character != BETWEEN:
            return state._replace(character=character)
        after = self._text(state, token)
        return None if after is None else after._replace(character=character)

    def _doctype(self, state: GuardState, _token: int) -> GuardState | None:
        after = state.frame.position.after(DOCTYPE)
        return None if after is None else GuardState(self._places.moved(state.frame, after))

    def _start_tag(self, state: GuardState, token: int) -> GuardState | None:
        return self._entered(state, self._pieces.names[token], Lexical.CONTENT)

    def _open_tag(self, state: GuardState, token: int) -> GuardState | None:
        name = self._pieces.names[token]
        return self._entered(state, name, Lexical.MORE if name in self._pieces.start else Lexical.TAG)

    def _entered(self, state: GuardState, name: str, lexical: Lexical) -> GuardState | None:
        if state.character != BETWEEN:
            return None
        frame = self._places.entered(state.frame, name)
        return None if frame is None else GuardState(frame, lexical, _space_after_tag(name, frame))

    def _end_tag(self, state: GuardState, token: int) -> GuardState | None:
        place, below = state.frame.position.place, state.frame.below
        if below is None or place.name != self._pieces.names[token] or state.character != BETWEEN:
            return None
        return GuardState(below, space=_space_after_tag(place.name, below))

    def _close_tag(self, state: GuardState, _token: int) -> GuardState | None:
        if state.lexical is Lexical.MORE and not self._exhausted(state):
            return None
        return GuardState(state.frame, space=state.space)

    def _attribute(self, state: GuardState, token: int) -> GuardState | None:
        return self._named(state, self._pieces.names[token], Lexical.VALUE)

    def _pair(self, state: GuardState, token: int) -> GuardState | None:
        return self._named(state, self._pieces.names[token], Lexical.TAG)

    def _named(self, state: GuardState, name: str, lexical: Lexical) -> GuardState | None:
        if name in state.used:
            return None
        return GuardState(state.frame, lexical, state.space, used=state.used | {name})

    def _value_text(self, state: GuardState, _token: int) -> GuardState | None:
        return state if state.character == BETWEEN else None

    def _value_byte(self, state: GuardState, token: int) -> GuardState | None:
        character = step(state.character, self._pieces.bytes[token])
        return None if character is None else state._replace(character=character)

    def _end_value(self, state: GuardState, _token: int) -> GuardState | None:
        return state._replace(lexical=Lexical.MORE) if state.character == BETWEEN else None

    def _end_value_and_tag(self, state: GuardState, _token: int) -> GuardState | None:
        return GuardState(state.frame, space=state.space) if state.character == BETWEEN else None

    def _spell_start(self, state: GuardState, _token: int) -> GuardState | None:
        return self._spelled_name(state.frame, b"", ()) if state.character == BETWEEN else None

    def _name(self, state: GuardState, token: int) -> GuardState | None:
        spelling = _spelling(state)
        if token == self._space:
            return self._name_ended(state, token)
        return self._spelled_name(spelling.outer, spelling.text + self._pieces.spelled(token), (*spelling.ids, token))

    def _spelled_name(self, outer: Frame, text: bytes, ids: tuple[int, ...]) -> GuardState | None:
        """The state in a spelled start tag, on its way to the nearest name that may stand there; None if there is none."""
        known = sorted(PARSER_CHILDREN.get(outer.position.place.context.key, ()), key=lambda name: (len(name), name))
        whole = completed(text)
        if whole is None:
            return None
        candidates = ([whole] if whole else []) + [name.encode() for name in known if name.encode().startswith(whole)] + [whole + b"x"]
        for candidate in candidates:
            rest = self._pieces.spell(candidate[len(text) :])
            frame = self._places.entered(outer, candidate.decode(), (*ids, *rest))
            if frame is not None:
                return GuardState(frame, Lexical.NAME, spelling=Spelling(text, ids, (*rest, self._pieces.close), outer))
        return None

    def _name_ended(self, state: GuardState, token: int) -> GuardState | None:
        """After a spelled name: an attribute, or the tag's end. The name must be one that may stand there."""
        spelling = _spelling(state)
        if len(spelling.rest) > 1:
            return None
        name = spelling.text.decode()
        tag = GuardState(state.frame, Lexical.TAG, _space_after_tag(name, state.frame))
        return _MOVES[Lexical.TAG, self._pieces.kinds[token]](self, tag, token)

    def _tag_space(self, state: GuardState, token: int) -> GuardState | None:
        return self._spelled_attribute(state, b"", ()) if token == self._space else None

    def _attribute_name(self, state: GuardState, token: int) -> GuardState | None:
        spelling = _spelling(state)
        return self._spelled_attribute(state, spelling.text + self._pieces.spelled(token), (*spelling.ids, token))

    def _spelled_attribute(self, state: GuardState, text: bytes, ids: tuple[int, ...]) -> GuardState | None:
        """The state in a spelled attribute, on its way to the nearest name that the tag has not yet, with an empty value."""
        name = completed(text)
        if name is None or b"".join(name.split()) != name:
            return None
        while not name or name.decode() in state.used:
            name += b"x"
        rest = (*self._pieces.spell(name[len(text) :]), self._spell_value, self._quote_close)
        return state._replace(lexical=Lexical.ATTRIBUTE, spelling=Spelling(text, ids, rest, state.frame))

    def _attribute_ended(self, state: GuardState, token: int) -> GuardState | None:
        spelling = _spelling(state)
        if spelling.rest[0] != token:
            return None
        return self._named(state, spelling.text.decode(), Lexical.VALUE)

    def _spell_end(self, state: GuardState, _token: int) -> GuardState | None:
        frame = state.frame
        if frame.below is None or state.character != BETWEEN:
            return None
        name = frame.position.place.name
        rest = frame.end[1:] or (*self._pieces.spell(name.encode()), self._pieces.close)
        space = _space_after_tag(name, frame.below)
        return GuardState(frame.below, Lexical.END, space, spelling=Spelling(name.encode(), (), rest, frame))

    def _end_name(self, state: GuardState, token: int) -> GuardState | None:
        spelling, spelled = _spelling(state), self._pieces.spelled(token)
        if not spelling.text.startswith(spelled):
            return None
        text = spelling.text[len(spelled) :]
        as_foreseen = spelling.rest[0] == token
        rest = spelling.rest[1:] if as_foreseen else (*self._pieces.spell(text), self._pieces.close)
        return state._replace(spelling=spelling._replace(text=text, rest=rest))

    def _end_name_closed(self, state: GuardState, _token: int) -> GuardState | None:
        return GuardState(state.frame, space=state.space) if not _spelling(state).text else None

    def _spell_doctype(self, state: GuardState, token: int) -> GuardState | None:
        after = self._doctype(state, token)
        if after is None:
            return None
        return after._replace(lexical=Lexical.DOCTYPE, spelling=Spelling(b"", (), (self._pieces.close,), state.frame))

    def _doctype_ended(self, state: GuardState, _token: int) -> GuardState | None:
        return GuardState(state.frame)


def _cleared(mask: NDArray[np.bool_], ids: Ids) -> NDArray[np.bool_]:
    mask = mask.copy()
    mask[ids] = False
    return mask


def _spelling(state: GuardState) -> Spelling:
    assert state.spelling is not None
    return state.spelling


def _space_after_tag(name: str, inside: Frame) -> Space:
    """What stands before text that follows a tag; `inside` is the element that the text is in."""
    return Space.EDGE if name in BLOCK and not inside.position.place.context.keeps_space else Space.NONE


_Move: TypeAlias = Callable[[Guard, GuardState, int], GuardState | None]
_TAG_MOVES: Final[Mapping[Kind, _Move]] = {
    Kind.ATTRIBUTE: Guard._attribute,
    Kind.PAIR: Guard._pair,
    Kind.CLOSE: Guard._close_tag,
    Kind.TEXT: Guard._tag_space,
}
_TEXTS: Final = (Kind.TEXT, Kind.REFERENCE, Kind.BYTE)

_MOVES: Final[Mapping[tuple[Lexical, Kind], _Move]] = {
    (Lexical.CONTENT, Kind.CONTROL): Guard._stay,
    (Lexical.CONTENT, Kind.TEXT): Guard._text,
    (Lexical.CONTENT, Kind.REFERENCE): Guard._text,
    (Lexical.CONTENT, Kind.BYTE): Guard._byte,
    (Lexical.CONTENT, Kind.DOCTYPE): Guard._doctype,
    (Lexical.CONTENT, Kind.START): Guard._start_tag,
    (Lexical.CONTENT, Kind.OPEN): Guard._open_tag,
    (Lexical.CONTENT, Kind.END): Guard._end_tag,
    (Lexical.CONTENT, Kind.SPELL_START): Guard._spell_start,
    (Lexical.CONTENT, Kind.SPELL_END): Guard._spell_end,
    (Lexical.CONTENT, Kind.SPELL_DOCTYPE): Guard._spell_doctype,
    **{(lexical, kind): move for lexical in (Lexical.TAG, Lexical.MORE) for kind, move in _TAG_MOVES.items()},
    (Lexical.VALUE, Kind.TEXT): Guard._value_text,
    (Lexical.VALUE, Kind.REFERENCE): Guard._value_text,
    (Lexical.VALUE, Kind.BYTE): Guard._value_byte,
    (Lexical.VALUE, Kind.QUOTE): Guard._end_value,
    (Lexical.VALUE, Kind.QUOTE_CLOSE): Guard._end_value_and_tag,
    **{(Lexical.NAME, kind): Guard._name for kind in _TEXTS},
    **{(Lexical.NAME, kind): Guard._name_ended for kind in (Kind.ATTRIBUTE, Kind.PAIR, Kind.CLOSE)},
    **{(Lexical.ATTRIBUTE, kind): Guard._attribute_name for kind in _TEXTS},
    (Lexical.ATTRIBUTE, Kind.SPELL_VALUE): Guard._attribute_ended,
    **{(Lexical.END, kind): Guard._end_name for kind in _TEXTS},
    (Lexical.END, Kind.CLOSE): Guard._end_name_closed,
    **{(Lexical.DOCTYPE, kind): lambda _guard, state, _token: state for kind in _TEXTS},
    (Lexical.DOCTYPE, Kind.CLOSE): Guard._doctype_ended,
}
