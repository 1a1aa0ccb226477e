"""Positions in content: which elements, text and end tags may come, and what each costs.

Laws: a cost is what `Content.cost` says after the token, relative to the same base; a position is kept under its key, so that what is
computed of it is computed once.
"""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.budget import END, Budget
from htmlgen.decoding.characters import BETWEEN, NEEDS
from htmlgen.decoding.constraints import CONTENT_OWED, Bounds
from htmlgen.decoding.masks import FORBIDDEN, FREE, INFINITE
from htmlgen.decoding.pieces import Ids, Pieces
from htmlgen.decoding.positions import NO_DATA, Alternative, Candidate, Content, ContentKey, Opening, Spot, Tail
from htmlgen.decoding.prices import Prices, Stand, TagPrices, at, tail_of
from htmlgen.decoding.sheets import Base, Row, Sheets
from htmlgen.decoding.spaces import Space
from htmlgen.decoding.start_tags import StartTags
from htmlgen.decoding.values import States, Values
from htmlgen.markup.elements import BLOCK, KEEPS_SPACE
from htmlgen.relaxng.automaton import TEXT, Automaton

#: What start tags depend on: all that a position is but its spaces and characters.
ElementsKey: TypeAlias = tuple[tuple[Alternative, ...], Bounds, bool, int, int, Tail]
#: The tokens of start tags that may come, and what each costs.
Elements: TypeAlias = tuple[Ids, Row]

_NO_IDS: Final = np.zeros(0, np.intp)
_NO_COSTS: Final = np.zeros(0, np.int16)
PAGE: Final = -1
_CODES: Final = 1 << 16  # up to so many, groups are found by a table
_SORTS: Final = ((False, False), (True, False), (False, True), (True, True))  # of text: ends in a space, is nothing but spaces


class InContent:
    """All positions in content of one automaton over one vocabulary."""

    def __init__(self, automaton: Automaton, pieces: Pieces, values: Values, budget: Budget, tags: StartTags, sheets: Sheets) -> None:
        self._automaton, self._pieces, self._values, self._budget = automaton, pieces, values, budget
        self._rules, self._start_tags, self._sheets = budget.rules, tags, sheets
        self.prices = TagPrices(automaton, pieces, budget, tags)
        self._kept: dict[ContentKey, Content] = {}
        self._elements: dict[ElementsKey, Elements] = values.facts.table("elements")
        self._texts: dict[tuple[bool, Space, tuple[int, ...]], Base] = values.facts.table("texts")
        self._names: dict[int, dict[str, tuple[int, ...]]] = {}
        self._ids_after = {Space.NONE: pieces.collapsed, Space.EDGE: pieces.unspaced, Space.TRAILING: pieces.unspaced}
        self.sort = list(zip(pieces.trailing, pieces.blank, strict=True))
        self._sort_of = pieces.ends_in_space * 1 + np.array(pieces.blank) * 2
        self._sorted: dict[tuple[bool, Space], tuple[Ids, ...]] = {}
        blocks = [index for names in (pieces.start, pieces.open) for name, index in names.items() if name in BLOCK]
        self._is_block = np.zeros(len(pieces.kinds), bool)
        self._is_block[blocks] = True

    @property
    def size(self) -> int:
        """How many positions are kept."""
        return len(self._kept)

    def clear(self) -> None:
        """Forget all positions; those in use live on, without what they led to."""
        for position in self._kept.values():
            position.moves.clear()
        self._kept.clear()
        self._elements.clear()
        self.prices.clear()
        self._texts.clear()

    def kept(self, key: ContentKey) -> Content:
        """The one position of a key."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = Content(key)
            found.cost = self._cost(found)
        return found

    def page(self) -> Content:
        """The position before a page. A whole document begins with its doctype."""
        alternatives = self.expanded(PAGE, self._automaton.start)
        doctype = "html" in self._named(self._automaton.start)
        return self.kept(ContentKey(Spot(), alternatives, self._rules.start, 0, ((PAGE, (0,)),), doctype=doctype))

    # Costs --------------------------------------------------------------------------------------------------------------------

    def _cost(self, here: Content) -> int:
        """The tokens to the end of all, relative to the base."""
        best = min((self._alternative_cost(here, each) for each in here.alternatives), default=INFINITE)
        return min(INFINITE, best + self.owed_space(here) + NEEDS[here.character] + here.doctype)

    def _alternative_cost(self, here: Content, alternative: Alternative) -> int:
        element, state, datatype, place = alternative
        tail = tail_of(here.tail, element)
        end = END if here.spot.name else 0
        if datatype != NO_DATA:
            value = self._values.filled(datatype, place) if here.owed else self._values.distance(datatype)[place]
            return value + end + at(tail, here.context)
        outcomes = self._budget.content(state, here.owed, here.spot.bounds, here.context)
        return min((cost + end + at(tail, context) for context, cost in outcomes.items()), default=INFINITE)

    def owed_space(self, here: Content) -> int:
        """The tokens of text that must still come: a block's text does not end in a space."""
        return 1 if here.space is Space.TRAILING and here.spot.block and not _has_data(here) else 0

    def beyond(self, here: Content, element: int) -> tuple[int, ...]:
        """The tokens after the end of a child, to the end of all: by context, or once for all."""
        return self._beyond(here, self._stands(here), element)

    def _stands(self, here: Content) -> list[Stand]:
        """Where the alternatives stand that children may follow."""
        rows = self._automaton.rows
        return [(own, rows[state], tail_of(here.tail, own)) for own, state, data, _ in here.alternatives if data == NO_DATA]

    def _beyond(self, here: Content, stands: list[Stand], element: int) -> tuple[int, ...]:
        if (best := self.prices.beyond(here, stands, element)) is not None:
            return (best,)
        left = 0 if here.owed == CONTENT_OWED else here.owed
        after = [(state, tail) for _, row, tail in stands if (state := row[element + 1])]
        return tuple(self._beyond_in(here, after, left, context) for context in range(self._rules.contexts))

    def _beyond_in(self, here: Content, after: Iterable[tuple[int, tuple[int, ...]]], left: int, context: int) -> int:
        context = self._rules.left(context, here.spot.bounds)
        end = END if here.spot.name else 0
        found = INFINITE
        for state, tail in after:
            for out, cost in self._budget.content(state, left, here.spot.bounds, context).items():
                found = min(found, cost + end + at(tail, out))
        return found

    # Elements -----------------------------------------------------------------------------------------------------------------

    def _named(self, state: int) -> dict[str, tuple[int, ...]]:
        """The names for which a state has elements, with these."""
        if state not in self._names:
            found: dict[str, tuple[int, ...]] = {}
            for column in self._automaton.live(state):
                if (element := self._automaton.element_of(column)) is not None:
                    for name in self._budget.names[element]:
                        found[name] = (*found.get(name, ()), element)
            self._names[state] = found
        return self._names[state]

    def opening(self, here: Content, name: str) -> Opening | None:
        """A start tag that may come here, None where it may not, or could never be ended."""
        return self._opening(here, self._stands(here), name)

    def elements(self, here: Content) -> dict[str, tuple[int, ...]]:
        """The names of elements that the grammar has here, annotations aside, with these."""
        found: dict[str, tuple[int, ...]] = {}
        for each in here.alternatives:
            if each[2] == NO_DATA:
                for name, elements in self._named(each[1]).items():
                    found[name] = (*found.get(name, ()), *elements)
        return found

    def _opening(self, here: Content, stands: list[Stand], name: str) -> Opening | None:
        rules, bounds = self._rules, here.spot.bounds
        states = (each[1] for each in here.alternatives if each[2] == NO_DATA)
        elements = dict.fromkeys(element for state in states for element in self._named(state).get(name, ()))
        found: list[tuple[Candidate, int]] = []
        context = here.context
        for element in elements:
            if rules.admits(element, bounds, here.context):
                context = rules.entered(element, bounds, here.context)
                beyond = self._beyond(here, stands, element)
                for place, form in enumerate(self._automaton.elements[element].forms):
                    if (tail := self._inside(here, element, form.start, context, beyond)) < INFINITE:
                        found.append(((element, place, self._start_tags.kind(form.attributes).start()), tail))
        if not found:
            return None
        return Opening(name, tuple(one for one, _ in found), tuple(tail for _, tail in found), context, rules.hidden(bounds))

    def _inside(self, here: Content, element: int, state: int, context: int, beyond: tuple[int, ...]) -> int:
        """The tokens after a start tag to the end of all; `beyond` are those after its element."""
        if self._budget.void[element]:
            return at(beyond, context)
        if len(beyond) == 1 and (cost := self._budget.strict_costs[self._rules.owed[element]][state]) < INFINITE:
            return min(INFINITE, cost + END + beyond[0])
        outcomes = self._budget.content(state, self._rules.owed[element], self._rules.below(element, here.spot.bounds), context)
        return min((cost + END + at(beyond, out) for out, cost in outcomes.items()), default=INFINITE)

    def entered(self, here: Content, name: str, forms: tuple[tuple[int, int], ...]) -> tuple[Content, int]:
        """The position in a child that is some forms of some elements, and by how much its base is above this one's.

        For a void element, the position after it, with -1.
        """
        key = (name, forms)
        if key not in here.moves:
            here.moves[key] = self._entered(here, name, forms)
        found: tuple[Content, int] = here.moves[key]
        return found

    def _entered(self, here: Content, name: str, forms: tuple[tuple[int, int], ...]) -> tuple[Content, int]:
        rules, spot, first = self._rules, here.spot, forms[0][0]
        context = rules.entered(first, spot.bounds, here.context)
        if self._budget.void[first]:
            return self.closed(here, tuple(dict.fromkeys(element for element, _ in forms)), context, name), -1
        starts = ((element, self._automaton.elements[element].forms[place].start) for element, place in forms)
        alternatives = tuple(dict.fromkeys(each for element, state in starts for each in self.expanded(element, state)))
        tails = {element: self.beyond(here, element) for element, _ in forms}
        shift = min(min(tail) for tail in tails.values())
        tail = tuple((element, tuple(min(INFINITE, cost - shift) for cost in tail)) for element, tail in sorted(tails.items()))
        keeps = spot.keeps_space or name in KEEPS_SPACE
        inside = Spot(name, rules.below(first, spot.bounds), keeps, name in BLOCK and not keeps)
        space = Space.EDGE if name in BLOCK and not keeps else Space.NONE
        return self.kept(ContentKey(inside, alternatives, context, rules.owed[first], tail, space)), shift

    def expanded(self, element: int, state: int) -> tuple[Alternative, ...]:
        """A state as it is, and for each datatype that may be the whole content, where its value begins."""
        found = [(element, state, NO_DATA, 0)]
        for column in self._automaton.live(state):
            if (datatype := self._automaton.datatype_of(column)) is not None:
                found.append((element, self._automaton.rows[state][column], datatype, self._values.start(datatype)))
        return tuple(found)

    def ended(self, here: Content) -> tuple[int, ...]:
        """The element patterns that may end here, be it after a space that is never made."""
        if here.character != BETWEEN or here.owed or here.doctype:
            return ()
        return tuple(dict.fromkeys(each[0] for each in here.alternatives if self._may_end(each)))

    def _may_end(self, alternative: Alternative) -> bool:
        _, state, datatype, place = alternative
        return bool(self._automaton.nullable[state]) and (datatype == NO_DATA or self._values.accepting(datatype, place))

    def closed(self, here: Content, elements: tuple[int, ...], context: int, name: str) -> Content:
        """The position after a child that was one of some elements; `context` is that before its end tag."""
        key = (elements, context, name)
        if key not in here.moves:
            stand = [(own, self._automaton.rows[state]) for own, state, data, _ in here.alternatives if data == NO_DATA]
            moved = ((own, row[element + 1]) for own, row in stand for element in elements)
            alternatives = tuple(dict.fromkeys((own, state, NO_DATA, 0) for own, state in moved if state))
            space = Space.EDGE if name in BLOCK and not here.spot.keeps_space else Space.NONE
            here.moves[key] = self.kept(
                ContentKey(
                    here.spot,
                    alternatives,
                    self._rules.left(context, here.spot.bounds),
                    0 if here.owed == CONTENT_OWED else here.owed,
                    here.tail,
                    space,
                )
            )
        found: Content = here.moves[key]
        return found

    # Text ---------------------------------------------------------------------------------------------------------------------

    def texted(self, here: Content, token: int) -> Content | None:
        """The position after a token of text, None where none may come. White space where no text may be is passed over."""
        if here.character != BETWEEN or here.doctype:
            return None
        trailing, blank = self.sort[token]
        if here.spot.keeps_space:
            trailing = False
        alternatives = self._stepped(here, token)
        if not alternatives:
            return here if blank and not here.owed else None
        owed = here.owed if blank else 0
        space = Space.TRAILING if trailing else Space.NONE
        key = here.key()._replace(alternatives=alternatives, owed=owed, space=space)
        found = self.kept(key)
        return found if found.cost < INFINITE else None

    def _stepped(self, here: Content, token: int) -> tuple[Alternative, ...]:
        found = []
        for element, state, datatype, place in here.alternatives:
            if datatype == NO_DATA:
                if after := self._automaton.rows[state][TEXT]:
                    found.append((element, after, NO_DATA, 0))
            elif after := int(self._values.after(datatype, place)[token]):
                found.append((element, state, datatype, after))
        return tuple(found)

    # Rows ---------------------------------------------------------------------------------------------------------------------

    def fill(self, here: Content) -> None:
        """Give a position its costs."""
        base, ids, costs = self._sheets.none, _NO_IDS, _NO_COSTS
        if here.character != BETWEEN:
            base = self._within_character(here)
        elif here.doctype:
            ids, costs = np.array([self._pieces.doctype]), np.array([here.cost - 1], np.int16)
        else:
            base = self._data(here) if _has_data(here) else self._text(here)
            ids, costs = self._markup(here)
        self._sheets.fill(here, base, ids, costs)

    def _within_character(self, here: Content) -> Base:
        row = self._sheets.none.row.copy()
        ids, needs = self._pieces.characters(here.character)
        row[ids] = here.cost - NEEDS[here.character] + needs
        return self._sheets.base(row)

    def _text(self, here: Content) -> Base:
        """What text costs: the same for all tokens of a sort."""
        sorts = self._text_ids(here)
        after = [self._made(here, int(ids[0])) if len(ids) else None for ids in sorts]
        least = min((each.cost for each in after if each is not None), default=0)
        key = (here.spot.keeps_space, here.space, tuple(-1 if each is None else each.cost - least for each in after))
        if key not in self._texts:
            row = self._sheets.none.row.copy()
            for ids, cost in zip(sorts, key[2], strict=True):
                row[ids] = cost if cost >= 0 else FORBIDDEN
            if key[2][0] >= 0:
                firsts, needs = self._pieces.characters(BETWEEN)
                row[firsts] = key[2][0] + needs
            self._texts[key] = self._sheets.base(row)
        base = self._texts[key]
        return base._replace(offset=base.offset + least)

    def _made(self, here: Content, token: int) -> Content | None:
        """The position after a token of text, None for white space that is only passed over."""
        return self.texted(here, token) if self._stepped(here, token) else None

    def _text_ids(self, here: Content) -> tuple[Ids, ...]:
        """The tokens of text that may come, by their sort."""
        key = (here.spot.keeps_space, here.space)
        if key not in self._sorted:
            ids = self._pieces.kept if here.spot.keeps_space else self._ids_after[here.space]
            self._sorted[key] = tuple(ids[self._sort_of[ids] == number] for number in range(len(_SORTS)))
        return self._sorted[key]

    def _data(self, here: Content) -> Base:
        """Text where it is the whole content and has a datatype: tokens of one sort that lead to the same states do the same."""
        firsts, needs = self._pieces.characters(BETWEEN)
        row = self._sheets.none.row.copy()
        left = np.zeros(len(row), np.int16)
        left[firsts] = needs
        ids = np.concatenate([*self._text_ids(here), firsts])
        after = [self._values.after(datatype, place)[ids] for _, _, datatype, place in here.alternatives if datatype != NO_DATA]
        examples, group = _grouped(self._sort_of[ids], after)
        made = (self._made(here, int(ids[example])) for example in examples.tolist())
        found = np.array([FORBIDDEN if each is None else each.cost for each in made])[group]
        row[ids] = np.where(found < FORBIDDEN, found + left[ids], FORBIDDEN)
        return self._sheets.base(row)

    def _markup(self, here: Content) -> Elements:
        """The tokens of markup that may come, and what each costs."""
        left = 0 if here.owed == CONTENT_OWED else here.owed
        key = (here.alternatives, here.spot.bounds, bool(here.spot.name), here.context, left, here.tail)
        found = self._elements.get(key)
        if found is None:
            found = self._elements[key] = self._start_tag_costs(here)
        ids, costs = found
        if here.space is Space.TRAILING:
            kept = ~self._is_block[ids]
            ids, costs = ids[kept], costs[kept]
        end = self._end(here)
        return (ids, costs) if end is None else (np.append(ids, end[0]), np.append(costs, np.int16(end[1])))

    def _start_tag_costs(self, here: Content) -> Elements:
        pieces, stands = self._pieces, self._stands(here)
        found: dict[int, int] = {}
        for name, prices in self.prices.here(here, stands, self.elements).items():
            whole, opened = self._costs_here(here, stands, name, prices)
            if name in pieces.start and whole < INFINITE:
                found[pieces.start[name]] = whole
            if name in pieces.open and opened < INFINITE:
                found[pieces.open[name]] = opened
        return np.array(list(found), np.intp), np.array(list(found.values()), np.int16)

    def _costs_here(self, here: Content, stands: list[Stand], name: str, prices: Prices | None) -> tuple[int, int]:
        """What remains after a START token of a name, and after an OPEN token, as far as its elements may come here."""
        if prices is None:
            opening = self._opening(here, stands, name)
            return (INFINITE, INFINITE) if opening is None else self.prices.of_opening(opening)
        whole = opened = INFINITE
        for element, own, begun in prices:
            if self._rules.admits(element, here.spot.bounds, here.context):
                whole, opened = min(whole, own), min(opened, begun)
        return whole, opened

    def _end(self, here: Content) -> tuple[int, int] | None:
        """The token that ends the element, or the page, and its cost."""
        if self.owed_space(here) or not (ended := self.ended(here)):
            return None
        if not here.spot.name:
            return self._pieces.vocabulary.eos, FREE
        return self._pieces.end[here.spot.name], min(at(tail_of(here.tail, element), here.context) for element in ended)


def _grouped(sorts: NDArray[np.int_], after: Sequence[States]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Tokens by their sort and the states that they lead to: the place of one of each group, and the group of each token."""
    codes, size = sorts.astype(np.int64), len(_SORTS)
    for states in after:
        codes, size = codes + states.astype(np.int64) * size, size * (int(states.max()) + 1)
    if size > _CODES:
        _, examples, group = np.unique(codes, return_index=True, return_inverse=True)
        return examples, group
    numbers = np.full(size, -1)
    numbers[codes] = np.arange(len(codes))  # the last of each group
    met = numbers >= 0
    return numbers[met], (met.cumsum() - 1)[codes]


def _has_data(here: Content) -> bool:
    return any(each[2] != NO_DATA for each in here.alternatives)
