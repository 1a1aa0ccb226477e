"""The guide of a grammar: an automaton met with a vocabulary. What it writes, the grammar accepts, annotations included.

Laws: those of every guide (guide.py). Stricter than the grammar in this: names have tokens of the vocabulary; an element is made where
its start tag can be completed without references; a reference spells one id, of an element that stands before it; and what is said of
`constraints`. Raw text is never made.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.budget import Budget
from htmlgen.decoding.characters import BETWEEN, step
from htmlgen.decoding.constraints import Rules
from htmlgen.decoding.content import INFINITE
from htmlgen.decoding.identities import Identities, Page
from htmlgen.decoding.in_content import InContent
from htmlgen.decoding.in_tags import InTags, closing
from htmlgen.decoding.pieces import Pieces
from htmlgen.decoding.positions import NO_DATA, UNFILLED, Content, Position, Tag, TagKey, Value
from htmlgen.decoding.sheets import Mask, Sheets
from htmlgen.decoding.start_tags import ID, PLAIN, StartTags
from htmlgen.decoding.values import Values
from htmlgen.errors import PromptError, VocabularyError
from htmlgen.relaxng.attributes import bits
from htmlgen.relaxng.automaton import Automaton
from htmlgen.tokens.vocabulary import Kind, Vocabulary

_POSITIONS: Final = 8_000  # kept at a time
_SHEET_BYTES: Final = 24_000_000  # kept at a time
_OWN: Final = -1  # a move's key, beside tokens: the end of a tag
_BYTE: Final = int(Kind.BYTE)


class Around(NamedTuple):
    """What is around an open element: the position that its start tag stood in."""

    position: Content
    base: int
    around: "Around | None"


class GrammarState(NamedTuple):
    """A place on a page. The tokens to its end are `base` and the position's cost."""

    position: Position
    base: int
    around: Around | None
    page: Page
    begun: bytes = b""  #: of an id or a reference that is being spelled
    identity: bytes = b""  #: the id of the open tag


class GrammarGuide:
    """A guide to whole documents or elements of one grammar."""

    def __init__(self, automaton: Automaton, vocabulary: Vocabulary) -> None:
        """Raises: GrammarError, VocabularyError, where the two together allow no page."""
        self.vocabulary = vocabulary
        self._automaton = automaton
        self._pieces = Pieces(vocabulary)
        self._values = Values(self._pieces, automaton.datatypes)
        self._rules = Rules(automaton)
        self._tags = StartTags(automaton, self._pieces, self._values, self._rules)
        self._budget = Budget(automaton, self._pieces, self._values, self._rules, self._tags)
        self._identities = Identities(automaton.attributes, self._pieces, self._values, self._rules)
        self._sheets = Sheets()
        self._in_content = InContent(automaton, self._pieces, self._values, self._budget, self._tags, self._sheets)
        self._in_tags = InTags(automaton, self._pieces, self._values, self._tags, self._sheets)
        self._classes = self._sorted_tokens()
        self._kinds = [int(kind) for kind in self._pieces.kinds]
        self._moves = {where: [_MOVES.get((where, kind)) for kind in Kind] for where in (Content, Tag, Value)}
        self._start = self._first()
        if self._start.position.cost >= INFINITE:
            raise VocabularyError(f"no document of {automaton.name} can be spelled in this vocabulary; learn one from such pages")

    def _sorted_tokens(self) -> list[int]:
        """For each token what moves are kept under: text, by how it changes spaces; others by themselves."""
        texts = {Kind.TEXT, Kind.REFERENCE}
        return [
            -1 - trailing - 2 * blank if kind in texts else index
            for index, (kind, (trailing, blank)) in enumerate(zip(self._pieces.kinds, self._in_content.sort, strict=True))
        ]

    def _first(self) -> GrammarState:
        return GrammarState(self._in_content.page(), 0, None, self._identities.none)

    def start(self) -> GrammarState:
        """The state before a page's first token."""
        return self._start

    def finished(self, state: GrammarState) -> bool:
        """True if the page may end here."""
        return state.around is None and isinstance(state.position, Content) and bool(self._in_content.ended(state.position))

    def least_cost(self, state: GrammarState) -> int:
        """The fewest tokens with which the page can end."""
        position = state.position
        if isinstance(position, Value) and position.kind != PLAIN:
            return state.base + self._identities.cost(position, state.begun, state.page)
        return state.base + position.cost

    # Masks --------------------------------------------------------------------------------------------------------------------

    def allowed(self, state: GrammarState, budget: int) -> NDArray[np.bool_]:
        """(vocab,) bool, not to be written to: the tokens that may come if all that follows must fit into `budget` tokens."""
        position = state[0]
        slack = budget - 1 - state[1]
        return position.mask if slack >= position.ample else self._checked(state, position, slack)

    def _checked(self, state: GrammarState, position: Position, slack: int) -> Mask:
        """The mask where the budget may be short, or the page's ids decide."""
        if position.mask is UNFILLED:
            self._fill(position)
        if isinstance(position, Value) and position.kind != PLAIN:
            return self._identities.mask(position, state.begun, state.page, slack)
        mask = position.mask if slack >= position.ample else position.within(slack)
        return self._identities.checked(position, state.page, mask) if isinstance(position, Tag) and position.checked else mask

    def _fill(self, position: Position) -> None:
        if isinstance(position, Content):
            self._in_content.fill(position)
        elif isinstance(position, Tag):
            self._in_tags.fill_tag(position)
        else:
            self._in_tags.fill(position)

    def _bounded(self) -> None:
        """Positions are forgotten when there are many; those that states hold live on."""
        if self._in_content.size + self._in_tags.size > _POSITIONS or self._sheets.bytes > _SHEET_BYTES:
            for each in (self._in_content, self._in_tags, self._tags, self._sheets):
                each.clear()
            self._start = self._first()

    # Moves --------------------------------------------------------------------------------------------------------------------

    def advance(self, state: GrammarState, token: int) -> GrammarState:
        """The state after a token. Raises: PromptError, where the grammar forbids it, or where it spells a name."""
        if 0 <= token < len(self._kinds):
            move = self._moves[type(state[0])][self._kinds[token]]
            after = move(self, state, token) if move is not None else None
            if after is not None:
                return after
        raise PromptError(self._refusal(state, token))

    def _refusal(self, state: GrammarState, token: int) -> str:
        if not 0 <= token < len(self.vocabulary):
            return f"id {token} is not among the {len(self.vocabulary)} of the vocabulary"
        could = [self.vocabulary[int(index)].text for index in np.flatnonzero(self.allowed(state, 1 << 14))]
        markup = [text for text in could if text[:1] == "<"]
        shown = self.vocabulary[token].text or self.vocabulary[token].kind.name
        examples = ", ".join([*markup[:8], *(repr(text) for text in could if text[:1] != "<")][:10])
        return f"{shown!r} cannot stand in {self._place(state)} of {self._automaton.name}; what could: {examples or 'nothing'}"

    def _place(self, state: GrammarState) -> str:
        position = state.position
        if isinstance(position, Content):
            return f"<{position.spot.name}>" if position.spot.name else "the page"
        return f"the value of {position.name}" if isinstance(position, Value) else "a start tag"

    def _end(self, state: GrammarState, token: int) -> GrammarState | None:
        return state if token == self.vocabulary.eos and self.finished(state) else None

    def _doctype(self, state: GrammarState, _token: int) -> GrammarState | None:
        position = _content(state)
        if not position.doctype:
            return None
        return state._replace(position=self._in_content.kept(position.key()._replace(doctype=False)))

    def _text(self, state: GrammarState, token: int) -> GrammarState | None:
        position = state[0]
        after: Content | None = position.moves.get(self._classes[token])
        if after is position:
            return state
        if after is None:
            after = self._in_content.texted(_content(state), token)
            if after is None:
                return None
            if all(each[2] == NO_DATA for each in _content(state).alternatives):
                position.moves[self._classes[token]] = after
        return GrammarState(after, state[1], state[2], state[3])

    def _byte(self, state: GrammarState, token: int) -> GrammarState | None:
        position = _content(state)
        character = step(position.character, self._pieces.bytes[token])
        if character is None:
            return None
        after = position if position.character != BETWEEN else self._in_content.texted(position, token)
        if after is None:
            return None
        return state._replace(position=self._in_content.kept(after.key()._replace(character=character)))

    def _start_tag(self, state: GrammarState, token: int) -> GrammarState | None:
        position, name = _content(state), self._pieces.names[token]
        if token not in position.moves:
            self._bounded()
            opening = self._opening(position, name)
            forms = (
                ()
                if opening is None
                else tuple(
                    (element, place)
                    for element, place, attributes in opening.candidates
                    if self._tags.opened(self._class(element, place), attributes, opening.hidden).complete
                )
            )
            position.moves[token] = self._in_content.entered(position, name, forms) if forms else None
        found = position.moves[token]
        return None if found is None else self._inside(state.around, position, state.base, found, state.page)

    def _opening(self, position: Content, name: str):  # type: ignore[no-untyped-def]
        return self._in_content.opening(position, name) if position.character == BETWEEN and not position.doctype else None

    def _class(self, element: int, place: int) -> int:
        return self._automaton.elements[element].forms[place].attributes

    def _inside(self, around: Around | None, position: Content, base: int, found: tuple[Content, int], page: Page) -> GrammarState:
        after, shift = found
        if shift < 0:  # a void element
            return GrammarState(after, base, around, page)
        return GrammarState(after, base + shift, Around(position, base, around), page)

    def _open_tag(self, state: GrammarState, token: int) -> GrammarState | None:
        position, name = _content(state), self._pieces.names[token]
        key = (token, state.page.references)
        if key not in position.moves:
            self._bounded()
            opening = self._opening(position, name)
            position.moves[key] = None
            if opening is not None and self._in_content.tag_costs(opening)[1] < INFINITE:
                more = name in self._pieces.start
                position.moves[key] = self._in_tags.kept(
                    TagKey(opening.candidates, opening.tails, opening.hidden, state.page.references, more)
                )
        found = position.moves[key]
        if found is None:
            return None
        return GrammarState(found[0], state.base + found[1], Around(position, state.base, state.around), state.page)

    def _end_tag(self, state: GrammarState, token: int) -> GrammarState | None:
        position, around = _content(state), state.around
        if around is None or position.spot.name != self._pieces.names[token]:
            return None
        ended = position.moves.get(token)
        if ended is None:
            ended = position.moves[token] = self._in_content.ended(position)
        if not ended:
            return None
        after = self._in_content.closed(around.position, ended, position.context, position.spot.name)
        return GrammarState(after, around.base, around.around, state.page)

    def _close_tag(self, state: GrammarState, _token: int) -> GrammarState | None:
        tag = state.position
        assert isinstance(tag, Tag)
        return self._left(state, tag) if self._in_tags.may_close(tag) else None

    def _left(self, state: GrammarState, tag: Tag) -> GrammarState | None:
        """After the end of a start tag."""
        around = state.around
        assert around is not None
        if _OWN not in tag.moves:
            places = self._in_tags.complete(tag)
            tag.moves[_OWN] = (self._named(tag), closing(tag, places), places[0]) if places else None
        closed = tag.moves[_OWN]
        if closed is None:
            return None
        name, forms, place = closed
        page = self._identities.added(state.page, state.identity, self._words(tag, place)) if state.identity else state.page
        return self._inside(around.around, around.position, around.base, self._in_content.entered(around.position, name, forms), page)

    def _words(self, tag: Tag, place: int) -> int:
        element, form, attributes = tag.candidates[place]
        uses = self._tags.kind(self._class(element, form)).uses
        words = self._rules.words[element]
        for use in bits(attributes.held):
            words |= self._rules.use_words(uses[use])
        return words

    def _named(self, tag: Tag) -> str:
        return self._automaton.elements[tag.candidates[0][0]].names.name

    def _attribute(self, state: GrammarState, token: int) -> GrammarState | None:
        tag = state.position
        assert isinstance(tag, Tag)
        if token not in tag.moves:
            tag.moves[token] = self._in_tags.value(tag, self._pieces.names[token])
        value = tag.moves[token]
        return None if value is None else state._replace(position=value, begun=b"")

    def _pair(self, state: GrammarState, token: int) -> GrammarState | None:
        tag, entry = state.position, self.vocabulary[token]
        assert isinstance(tag, Tag)
        found = self._in_tags.attributed(tag, entry.name, token)
        if found is None:
            return None
        identity = state.identity
        if tag.mask is UNFILLED:
            self._in_tags.fill_tag(tag)
        for checked, kind, value in tag.checked:
            if checked == token:
                if not self._identities.may_pair(state.page, kind, value):
                    return None
                identity = value if kind == ID else identity
        return GrammarState(found[0], state.base + found[1], state.around, state.page, b"", identity)

    def _spelled(self, state: GrammarState, token: int) -> GrammarState | None:
        value = state[0]
        assert isinstance(value, Value)
        reach = value.reach or self._in_tags.reach(value)
        # A byte may begin a character that others end, so that its state is not where it leads.
        key = reach[0].item(token) if len(reach) == 1 and self._kinds[token] != _BYTE else ~token
        after: Value | None = value.moves.get(key)
        if after is None:
            after = self._in_tags.spelled(value, token)
            if after is None:
                return None
            value.moves[key] = after
        if value.kind == PLAIN:
            return state if after is value else GrammarState(after, state[1], state[2], state[3], b"", state[5])
        begun = state.begun + self._pieces.spelled(token)
        return state._replace(position=after, begun=begun) if self._identities.spelled(after, begun, state.page) else None

    def _quote(self, state: GrammarState, _token: int) -> GrammarState | None:
        found = self._ended(state)
        if found is None or self._in_tags.exhausted(found[0]):
            return None
        value = state.position
        assert isinstance(value, Value)
        identity = state.begun if value.kind == ID else state.identity
        return GrammarState(found[0], state.base + found[1], state.around, state.page, b"", identity)

    def _quote_close(self, state: GrammarState, _token: int) -> GrammarState | None:
        found, value = self._ended(state), state.position
        assert isinstance(value, Value)
        if found is None:
            return None
        identity = state.begun if value.kind == ID else state.identity
        return self._left(state._replace(identity=identity), found[0])

    def _ended(self, state: GrammarState) -> tuple[Tag, int] | None:
        value = state.position
        assert isinstance(value, Value)
        if value.kind != PLAIN and not self._identities.may_end(value, state.begun, state.page):
            return None
        return self._in_tags.ended(value)


def _content(state: GrammarState) -> Content:
    assert isinstance(state.position, Content)
    return state.position


_Move: TypeAlias = Callable[[GrammarGuide, GrammarState, int], GrammarState | None]
_MOVES: Final[Mapping[tuple[type, Kind], _Move]] = {
    (Content, Kind.CONTROL): GrammarGuide._end,
    (Content, Kind.DOCTYPE): GrammarGuide._doctype,
    (Content, Kind.TEXT): GrammarGuide._text,
    (Content, Kind.REFERENCE): GrammarGuide._text,
    (Content, Kind.BYTE): GrammarGuide._byte,
    (Content, Kind.START): GrammarGuide._start_tag,
    (Content, Kind.OPEN): GrammarGuide._open_tag,
    (Content, Kind.END): GrammarGuide._end_tag,
    (Tag, Kind.ATTRIBUTE): GrammarGuide._attribute,
    (Tag, Kind.PAIR): GrammarGuide._pair,
    (Tag, Kind.CLOSE): GrammarGuide._close_tag,
    (Value, Kind.TEXT): GrammarGuide._spelled,
    (Value, Kind.REFERENCE): GrammarGuide._spelled,
    (Value, Kind.BYTE): GrammarGuide._spelled,
    (Value, Kind.QUOTE): GrammarGuide._quote,
    (Value, Kind.QUOTE_CLOSE): GrammarGuide._quote_close,
}
