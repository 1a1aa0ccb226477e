"""The guide of a grammar: an automaton met with a vocabulary. What it writes, the grammar accepts, annotations included.

Laws: those of every guide (guide.py). Stricter than the grammar in this: names have tokens of the vocabulary; an element is made where
its start tag can be completed without references; a reference spells ids of elements that stand before it, in a list each once, or one of
the element that comes next; and what is said of `constraints` and `promises`. Raw text is never made.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.budget import Budget
from htmlgen.decoding.characters import BETWEEN, step
from htmlgen.decoding.constraints import CONTENT_OWED, Bounds, Rules
from htmlgen.decoding.facts import Facts
from htmlgen.decoding.heights import least_heights
from htmlgen.decoding.identities import Identities, Page
from htmlgen.decoding.in_content import InContent
from htmlgen.decoding.in_tags import InTags, closing
from htmlgen.decoding.masks import FORBIDDEN, INFINITE
from htmlgen.decoding.pieces import pieces_of
from htmlgen.decoding.positions import NO_DATA, Content, ContentKey, Opening, Position, Spot, Tag, TagKey, Value
from htmlgen.decoding.promises import Promise, Promises
from htmlgen.decoding.sheets import UNMASKED, Mask, Sheets
from htmlgen.decoding.start_tags import ID, PLAIN, StartTags
from htmlgen.decoding.surroundings import Entrance, Surroundings, entrance_of, keeps_space
from htmlgen.decoding.values import Values
from htmlgen.errors import HoleError, PromptError, VocabularyError
from htmlgen.markup.elements import BLOCK
from htmlgen.relaxng.attributes import bits
from htmlgen.relaxng.automaton import Automaton
from htmlgen.tokens.vocabulary import Kind, Vocabulary

_POSITIONS: Final = 8000  # kept at a time
_BASE_BYTES: Final = 16_000_000  # kept at a time, of rows of costs
_OWN: Final = -1  # a move's key, beside tokens: the end of a tag
_SPELLED: Final = -10  # less the token: a move's key where text has a datatype, so that each token moves by itself
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

    def __init__(self, automaton: Automaton, vocabulary: Vocabulary, facts: Facts | None = None) -> None:
        """Args: facts, of a guide to the same, which this one goes on with.

        Raises: GrammarError, VocabularyError, where the two together allow no page.
        """
        self.vocabulary = vocabulary
        self.most_positions = _POSITIONS  #: kept at a time
        self._automaton = automaton
        self._pieces = pieces_of(vocabulary)
        self._values = Values(self._pieces, automaton.datatypes, facts or Facts())
        self._rules = Rules(automaton)
        self._tags = StartTags(automaton, self._pieces, self._values, self._rules)
        self._budget = Budget(automaton, self._pieces, self._values, self._rules, self._tags)
        self._identities = Identities(automaton.attributes, self._pieces, self._values, self._rules)
        self._sheets = Sheets(len(vocabulary), self._values.facts)
        self._in_content = InContent(automaton, self._pieces, self._values, self._budget, self._tags, self._sheets)
        self._in_tags = InTags(automaton, self._pieces, self._values, self._tags, self._sheets)
        self._promises = Promises(automaton, self._pieces, self._rules, self._budget, self._in_content, self._tags)
        self._plain = np.isin(vocabulary.kinds, [Kind.TEXT, Kind.REFERENCE, Kind.BYTE, Kind.END])
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

    def heights(self) -> dict[str, int]:
        """How deep what must be nests, see `heights.py`."""
        return least_heights(self._automaton, [bool(names) for names in self._budget.names])

    @property
    def automaton(self) -> Automaton:
        """The grammar, as tables."""
        return self._automaton

    def start(self) -> GrammarState:
        """The state before a page's first token."""
        return self._start

    def entrance(self, place: Surroundings) -> Entrance:
        """Where content begins that is written into a page. Raises: HoleError, where nothing can be."""
        return entrance_of(self._automaton, self._rules, place)

    def inside(self, entrance: Entrance, place: Surroundings) -> GrammarState:
        """The state before the content of an element that stands on a page: something must come, then its end tag, which no move makes.

        Raises: HoleError, where the exclusions around leave nothing.
        """
        name, states, bounds = entrance.name, entrance.states, entrance.bounds
        keeps = keeps_space(place)
        alternatives = dict.fromkeys(each for state in states for each in self._in_content.expanded(*state))
        owed = max(self._rules.owed[states[0][0]] if not place.before and not place.after else 0, CONTENT_OWED)
        tail = tuple((element, (0,)) for element in sorted({element for element, _ in states}))
        key = ContentKey(Spot(name, bounds, keeps, name in BLOCK and not keeps), tuple(alternatives), entrance.context, owed, tail)
        if (position := self._in_content.kept(key)).cost >= INFINITE:
            raise HoleError(f"nothing that may stand in <{name}> is allowed by the elements around it")
        return GrammarState(position, 0, None, self._identities.standing(value.encode() for value in place.ids))

    def rooted(self, entrance: Entrance, place: Surroundings) -> GrammarState:
        """The state before a whole page of this grammar that is written into a page of another; its headings begin anew.

        Raises: HoleError, where the exclusions around leave nothing.
        """
        first, bounds = self._in_content.page(), Bounds(self._rules.bits({*entrance.excluded}))
        position = self._in_content.kept(first.key()._replace(spot=Spot("", bounds, keeps_space(place))))
        if first.doctype or position.cost >= INFINITE:
            raise HoleError(f"nothing of {self._automaton.name} is allowed in <{entrance.name}> by the elements around it")
        return GrammarState(position, 0, None, self._identities.standing(value.encode() for value in place.ids))

    def finished(self, state: GrammarState) -> bool:
        """True if the page may end here."""
        return state.around is None and isinstance(state.position, Content) and bool(self._in_content.ended(state.position))

    def least_cost(self, state: GrammarState) -> int:
        """The fewest tokens with which the page can end."""
        promise = state.page.promise
        if promise is None:
            return state.base + self._own_cost(state)
        return state.base + (self._due_cost(state, promise) if promise.due else promise.owed + self._own_cost(state))

    def _own_cost(self, state: GrammarState) -> int:
        position = state.position
        if isinstance(position, Value) and position.kind != PLAIN:
            known = self._identities.cost(position, state.begun, state.page)
            owed = self._may_owe(state, position)
            ahead = owed + self._identities.promise_cost(position, state.begun, state.page, state.identity) if owed < INFINITE else INFINITE
            return min(known, ahead)
        return position.cost

    def _due_cost(self, state: GrammarState, promise: Promise) -> int:
        """The tokens to the end of all, relative to the base, where a promise is due."""
        position, length = state.position, len(promise.value)
        if isinstance(position, Content):
            return min(INFINITE, self._promises.cost(position, promise.kind) + length)
        if isinstance(position, Tag):
            return 1 + length + min(self._promises.ids(position).values())
        return length - len(state.begun) + min(position.rests)

    def _may_owe(self, state: GrammarState, value: Value) -> int:
        """What a promise would cost that a reference makes, its id left out; INFINITE where it may make none."""
        if value.kind < 0 or state.page.promise is not None or not state.page.roomy[value.kind]:
            return INFINITE
        assert state.around is not None
        return self._promises.owed(state.around.position, self._named(value.tag), value.tag.candidates, value.kind)

    # Masks --------------------------------------------------------------------------------------------------------------------

    def allowed(self, state: GrammarState, budget: int) -> NDArray[np.bool_]:
        """(vocab,) bool, not to be written to: the tokens that may come if all that follows must fit into `budget` tokens."""
        position = state[0]
        slack = budget - 1 - state[1]
        return position.mask if slack >= position.ample and state[3].promise is None else self._checked(state, position, slack)

    def _checked(self, state: GrammarState, position: Position, slack: int) -> Mask:
        """The mask where the budget may be short, or the page's ids decide."""
        if not position.filled:
            self._fill(position)
        if (promise := state.page.promise) is not None:
            if promise.due:
                return self._due_mask(state, promise, slack)
            slack -= promise.owed
            if isinstance(position, Content):
                return position.within(slack) & self._plain
        by_ids = position.checked if isinstance(position, Tag) else isinstance(position, Value) and position.kind != PLAIN
        if position.mask is UNMASKED and slack >= position.most:
            self._sheets.mask(position, alone=not by_ids)
        if isinstance(position, Value) and by_ids:
            return self._identity_mask(state, position, slack)
        mask = position.mask if slack >= position.most else position.within(slack)
        return self._identities.checked(position, state.page, mask) if isinstance(position, Tag) and by_ids else mask

    def _due_mask(self, state: GrammarState, promise: Promise, slack: int) -> NDArray[np.bool_]:
        """What may come where a promise is due. The position must have its row."""
        position, length = state.position, len(promise.value)
        if isinstance(position, Content):
            costs = self._promises.row(position, promise.kind, position.row()) + length
        elif isinstance(position, Tag):
            costs = np.full(len(self._classes), FORBIDDEN, np.int32)
            for token, cost in self._promises.ids(position).items():
                costs[token] = cost + length
        else:
            costs = self._identities.keeping_row(position, state.begun, promise.value)
        mask: NDArray[np.bool_] = (costs <= slack) & (costs < FORBIDDEN)
        return mask

    def _identity_mask(self, state: GrammarState, value: Value, slack: int) -> NDArray[np.bool_]:
        """What may come in an id or a reference."""
        mask = self._identities.mask(value, state.begun, state.page, slack)
        owed = self._may_owe(state, value)
        if owed >= INFINITE or len(value.tracks) != 1:
            return mask
        costs = self._identities.promise_row(value, state.begun, state.page, state.identity)
        mask = mask | ((costs <= slack - owed) & (costs < FORBIDDEN))
        if (ended := self._promising(state, value)) is not None:
            tag, shift, page = ended
            assert page.promise is not None
            slack -= shift + page.promise.owed
            mask[self.vocabulary.id('"')] = not self._in_tags.exhausted(tag) and tag.cost <= slack
            mask[self.vocabulary.id('">')] = min((tag.tails[place] for place in self._in_tags.complete(tag)), default=INFINITE) <= slack
        return mask

    def _fill(self, position: Position) -> None:
        if isinstance(position, Content):
            self._in_content.fill(position)
        elif isinstance(position, Tag):
            self._in_tags.fill_tag(position)
        else:
            self._in_tags.fill(position)

    def _bounded(self) -> None:
        """Positions are forgotten when there are many; those that states hold live on."""
        if self._in_content.size + self._in_tags.size > self.most_positions or self._sheets.bytes > _BASE_BYTES:
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
        after: Content | None = position.moves.get(self._classes[token]) or position.moves.get(_SPELLED - token)
        if after is position:
            return state
        if after is None:
            after = self._in_content.texted(_content(state), token)
            if after is None:
                return None
            alike = all(each[2] == NO_DATA for each in _content(state).alternatives)
            position.moves[self._classes[token] if alike else _SPELLED - token] = after
        return GrammarState(after, state[1], state[2], state[3]) if self._can_keep(state, after) else None

    def _can_keep(self, state: GrammarState, after: Position) -> bool:
        """Whether a promise that is due can be kept from a position in content on."""
        promise = state[3].promise
        if promise is None or not promise.due:
            return True
        assert isinstance(after, Content)
        return self._promises.cost(after, promise.kind) < INFINITE

    def _byte(self, state: GrammarState, token: int) -> GrammarState | None:
        position = _content(state)
        if self._is_due(state):
            return None
        character = step(position.character, self._pieces.bytes[token])
        if character is None:
            return None
        after = position if position.character != BETWEEN else self._in_content.texted(position, token)
        if after is None:
            return None
        return state._replace(position=self._in_content.kept(after.key()._replace(character=character)))

    def _start_tag(self, state: GrammarState, token: int) -> GrammarState | None:
        position, name = _content(state), self._pieces.names[token]
        if state.page.promise is not None:
            return None
        if token not in position.moves:
            self._bounded()
            opening = self._opening(position, name)
            forms = (
                ()
                if opening is None
                else tuple(
                    (element, place)
                    for element, place, _ in opening.candidates
                    if self._tags.entry(self._class(element, place), opening.hidden).complete
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
        position, name, page = _content(state), self._pieces.names[token], state.page
        if page.promise is not None:
            return self._open_kept_tag(state, name, page.promise)
        key = (token, page.references, page.roomy)
        if key not in position.moves:
            self._bounded()
            opening = self._opening(position, name)
            position.moves[key] = None
            if opening is not None and self._in_content.prices.of_opening(opening)[1] < INFINITE:
                more, references = name in self._pieces.start, self._references(position, opening, page)
                position.moves[key] = self._in_tags.kept(TagKey(opening.candidates, opening.tails, opening.hidden, references, more))
        found = position.moves[key]
        if found is None:
            return None
        return GrammarState(found[0], state.base + found[1], Around(position, state.base, state.around), page)

    def _references(self, position: Content, opening: Opening, page: Page) -> tuple[int, ...]:
        """For each kind of reference the tokens that the cheapest costs: of an id that stands, or of a promised one with what it owes."""
        found = list(page.references)
        for kind in self._promises.kinds(opening.candidates):
            if page.roomy[kind]:
                owed = self._promises.owed(position, opening.name, opening.candidates, kind)
                found[kind] = min(found[kind], owed + 2)  # a letter here, and one where it is kept
        return tuple(found)

    def _open_kept_tag(self, state: GrammarState, name: str, promise: Promise) -> GrammarState | None:
        """In the start tag that keeps a promise, if it is due."""
        position = _content(state)
        opening = self._opening(position, name) if promise.due and self._can_keep(state, position) else None
        kept = self._promises.keeping(opening, promise.kind) if opening is not None else []
        if opening is None or not kept:
            return None
        candidates, tails = (tuple(each[part] for each in kept) for part in (0, 1))
        tag, shift = self._in_tags.kept(TagKey(candidates, tails, opening.hidden, state.page.references, True))  # type: ignore[arg-type]
        return GrammarState(tag, state.base + shift, Around(position, state.base, state.around), state.page)

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
        return self._over(GrammarState(after, around.base, around.around, state.page), state.page.promise)

    def _over(self, after: GrammarState, promise: Promise | None) -> GrammarState | None:
        """After an element: a promise that it made is due, one that is due already would be broken by any other element."""
        if promise is None:
            return after
        if promise.due:
            return None
        after = after._replace(page=after.page._replace(promise=promise._replace(due=True)))
        return after if self._can_keep(after, after.position) else None

    def _close_tag(self, state: GrammarState, _token: int) -> GrammarState | None:
        tag = state.position
        assert isinstance(tag, Tag)
        return self._left(state, tag) if self._in_tags.may_close(tag) and not self._is_due(state) else None

    def _is_due(self, state: GrammarState) -> bool:
        return state.page.promise is not None and state.page.promise.due

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
        found = self._in_content.entered(around.position, name, forms)
        after = self._inside(around.around, around.position, around.base, found, page)
        return self._over(after, page.promise) if found[1] < 0 else after

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
        if self._is_due(state) and token not in self._promises.ids(tag):
            return None
        if token not in tag.moves:
            tag.moves[token] = self._in_tags.value(tag, self._pieces.names[token])
        value = tag.moves[token]
        return None if value is None else state._replace(position=value, begun=b"")

    def _pair(self, state: GrammarState, token: int) -> GrammarState | None:
        tag, entry = state.position, self.vocabulary[token]
        assert isinstance(tag, Tag)
        found = None if self._is_due(state) else self._in_tags.attributed(tag, entry.name, token)
        if found is None:
            return None
        identity = state.identity
        if not tag.filled:
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
        return state._replace(position=after, begun=begun) if self._may_begin(state, after, begun) else None

    def _may_begin(self, state: GrammarState, value: Value, begun: bytes) -> bool:
        """Whether an id or a reference may begin so."""
        promise = state.page.promise
        if promise is not None and promise.due:
            return promise.value.startswith(begun)
        if self._identities.spelled(value, begun, state.page):
            return True
        return self._may_owe(state, value) < INFINITE and (
            self._identities.promise_cost(value, begun, state.page, state.identity) < INFINITE
        )

    def _quote(self, state: GrammarState, _token: int) -> GrammarState | None:
        found = self._ended(state)
        if found is None or self._in_tags.exhausted(found[0]):
            return None
        value, (tag, shift, page) = state.position, found
        assert isinstance(value, Value)
        identity = state.begun if value.kind == ID else state.identity
        return GrammarState(tag, state.base + shift, state.around, page, b"", identity)

    def _quote_close(self, state: GrammarState, _token: int) -> GrammarState | None:
        found, value = self._ended(state), state.position
        assert isinstance(value, Value)
        if found is None:
            return None
        identity = state.begun if value.kind == ID else state.identity
        return self._left(state._replace(identity=identity, page=found[2]), found[0])

    def _ended(self, state: GrammarState) -> tuple[Tag, int, Page] | None:
        """After a value: its tag, by how much the base is above, and the page, with the promise that was made, without the one kept."""
        value, page = state.position, state.page
        assert isinstance(value, Value)
        if page.promise is not None and page.promise.due:
            if state.begun != page.promise.value:
                return None
            page = page._replace(promise=None)
        elif value.kind != PLAIN and not self._identities.may_end(value, state.begun, page):
            return self._promising(state, value)
        found = self._in_tags.ended(value)
        return None if found is None else (*found, page)

    def _promising(self, state: GrammarState, value: Value) -> tuple[Tag, int, Page] | None:
        """After a reference that makes a promise. The tag makes no other, so none is counted with any more."""
        if self._may_owe(state, value) >= INFINITE or not self._identities.may_promise(value, state.begun, state.page, state.identity):
            return None
        if (found := self._in_tags.ended(value)) is None:
            return None
        page = self._identities.added(state.page, state.begun, 0)
        before, shift = found
        tag, more = self._in_tags.kept(TagKey(before.candidates, before.tails, before.hidden, page.references, before.more))
        assert state.around is not None
        owed = self._promises.owed(state.around.position, self._named(tag), tag.candidates, value.kind) + len(state.begun)
        return tag, shift + more, page._replace(promise=Promise(state.begun, value.kind, owed))


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
