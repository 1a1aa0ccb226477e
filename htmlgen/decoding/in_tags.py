"""Positions in start tags and in attributes' values: which names, values and ends may come, and what each costs.

Laws: a cost is what `Tag.cost` or `Value.cost` says after the token, relative to the same base; what only the page's ids decide is left
out of rows and masks, and decided in `identities`.
"""

from collections.abc import Iterable

import numpy as np

from htmlgen.decoding.characters import BETWEEN, NEEDS, step
from htmlgen.decoding.masks import FORBIDDEN, INFINITE
from htmlgen.decoding.pieces import Pieces
from htmlgen.decoding.positions import Candidate, Tag, TagKey, Value
from htmlgen.decoding.sheets import Base, Row, Sheets
from htmlgen.decoding.start_tags import PLAIN, Key, Menu, StartTags
from htmlgen.decoding.values import States, Values
from htmlgen.relaxng.attributes import bits
from htmlgen.relaxng.automaton import Automaton


class InTags:
    """All positions in start tags of one automaton over one vocabulary."""

    def __init__(self, automaton: Automaton, pieces: Pieces, values: Values, tags: StartTags, sheets: Sheets) -> None:
        self._automaton, self._pieces, self._values, self._tags, self._sheets = automaton, pieces, values, tags, sheets
        self._kept: dict[TagKey, Tag] = {}
        self._bases: dict[tuple[object, ...], Base] = values.facts.table("bases of values")
        self._in_values = 0
        self._quotes = np.array([pieces.vocabulary.id('"'), pieces.vocabulary.id('">')])

    @property
    def size(self) -> int:
        """How many positions are kept, those in values included."""
        return len(self._kept) + self._in_values

    def clear(self) -> None:
        """Forget all positions; those in use live on, without what they led to."""
        for tag in self._kept.values():
            for value in tag.values.values():
                value.moves.clear()
                value.ending = False
            tag.values.clear()
            tag.moves.clear()
        self._kept.clear()
        self._bases.clear()
        self._in_values = 0

    def kept(self, key: TagKey) -> tuple[Tag, int]:
        """The one position of a key, and by how much its base is above."""
        shift = min(key.tails)
        key = key._replace(tails=tuple(tail - shift for tail in key.tails))
        tag = self._kept.get(key)
        if tag is None:
            tag = self._kept[key] = Tag(key, tuple(self._tags.menu(self._key(key, candidate)) for candidate in key.candidates))
            tag.cost = self._cost(tag)
        return tag, shift

    # Candidates -----------------------------------------------------------------------------------------------------------------

    def _key(self, tag: Tag | TagKey, candidate: Candidate) -> Key:
        element, place, attributes = candidate
        return self._automaton.elements[element].forms[place].attributes, attributes, tag.hidden, tag.references

    def menus(self, tag: Tag) -> list[tuple[Candidate, int, Menu]]:
        """Each candidate with the tokens after the tag, and what may follow in it."""
        return list(zip(tag.candidates, tag.tails, tag.menus, strict=True))

    def exhausted(self, tag: Tag) -> bool:
        """True if the tag is complete and no attribute may follow."""
        return all(menu.complete and menu.more >= INFINITE for menu in tag.menus)

    def may_close(self, tag: Tag) -> bool:
        """True if the tag may end here."""
        return bool(self.complete(tag)) and (not tag.more or self.exhausted(tag))

    def complete(self, tag: Tag) -> list[int]:
        """The candidates that lack nothing, by their places."""
        return [place for place, menu in enumerate(tag.menus) if menu.complete]

    def _cost(self, tag: Tag) -> int:
        menus = zip(tag.tails, tag.menus, strict=True)
        if tag.more and not self.exhausted(tag):
            return min(INFINITE, *(tail + menu.more for tail, menu in menus))
        return min(INFINITE, *(tail + menu.need for tail, menu in menus))

    # Moves ----------------------------------------------------------------------------------------------------------------------

    def attributed(self, tag: Tag, name: str, token: int, datatypes: frozenset[int] | None = None) -> tuple[Tag, int] | None:
        """The position after an attribute: a PAIR token, or a value of some datatypes after which the tag goes on."""
        key = (name, token, datatypes)
        if key not in tag.moves:
            tag.moves[key] = self._attributed(tag, name, token, datatypes)
        found: tuple[Tag, int] | None = tag.moves[key]
        return found

    def _attributed(self, tag: Tag, name: str, token: int, datatypes: frozenset[int] | None) -> tuple[Tag, int] | None:
        found = []
        for candidate, tail in zip(tag.candidates, tag.tails, strict=True):
            element, place, attributes = candidate
            number = self._key(tag, candidate)[0]
            entry = self._tags.name(number, name)
            if entry is None or entry.words & tag.hidden:
                continue
            kind = self._tags.kind(number)
            if datatypes is None:
                hits = next((pair.hits for way in entry.pairs for pair in way.pairs if pair.token == token), 0)
            else:
                hits = sum(1 << use for use in bits(entry.uses) if kind.uses[use].datatype in datatypes)
            after = kind.step(attributes, name, hits)
            if after is not None and self._tags.need(self._tags.core((number, after, tag.hidden, tag.references)))[0] < INFINITE:
                found.append(((element, place, after), tail))
        if not found:
            return None
        candidates, tails = zip(*found, strict=True)
        return self.kept(TagKey(candidates, tails, tag.hidden, tag.references, datatypes is not None))

    def value(self, tag: Tag, name: str) -> Value | None:
        """The position at the beginning of a value, None where the attribute may not come."""
        offers = [offer for menu in tag.menus for offer in menu.offers if offer.name == name]
        if not offers:
            return None
        datatypes = sorted({offer.datatype for offer in offers})
        kind = max(offer.kind for offer in offers)
        return self._kept_value(tag, name, kind, tuple((each, self._values.start(each)) for each in datatypes), BETWEEN)

    def _kept_value(self, tag: Tag, name: str, kind: int, tracks: tuple[tuple[int, int], ...], character: int) -> Value:
        key = (name, tracks, character)
        if key not in tag.values:
            value = Value(tag, name, kind, tracks, character)
            value.rests = tuple(self._rest(tag, name, datatype) for datatype, _ in tracks)
            distances = [self._values.distance(datatype)[state] for datatype, state in tracks]
            value.cost = min(map(sum, zip(distances, value.rests, strict=True)), default=INFINITE) + NEEDS[character]
            tag.values[key] = value
            self._in_values += 1
        return tag.values[key]

    def _rest(self, tag: Tag, name: str, datatype: int) -> int:
        menus = self.menus(tag)
        found = [tail + offer.rest for _, tail, menu in menus for offer in menu.offers if offer.name == name and offer.datatype == datatype]
        return min(found, default=INFINITE)

    def spelled(self, value: Value, token: int) -> Value | None:
        """The position after a token of a value, None where no value goes on so."""
        byte = self._pieces.bytes[token]
        character = BETWEEN
        if byte >= 0:
            moved = step(value.character, byte)
            if moved is None:
                return None
            character = moved
        elif value.character != BETWEEN:
            return None
        if value.character != BETWEEN:
            return self._kept_value(value.tag, value.name, value.kind, value.tracks, character)
        after = ((datatype, int(self._values.after(datatype, state)[token])) for datatype, state in value.tracks)
        tracks = tuple((datatype, state) for datatype, state in after if self._values.distance(datatype)[state] < INFINITE)
        return self._kept_value(value.tag, value.name, value.kind, tracks, character) if tracks else None

    def reach(self, value: Value) -> tuple[States, ...]:
        """For each track the state after each token, empty within a character."""
        if not value.reach and value.character == BETWEEN:
            value.reach = tuple(self._values.after(datatype, state) for datatype, state in value.tracks)
        return value.reach

    def accepted(self, value: Value) -> frozenset[int]:
        """The datatypes that the value is of, if it ends here."""
        if value.character != BETWEEN:
            return frozenset()
        return frozenset(datatype for datatype, state in value.tracks if self._values.accepting(datatype, state))

    def ended(self, value: Value) -> tuple[Tag, int] | None:
        """The position after a value, in its tag, which goes on."""
        if value.ending is False:
            accepted = self.accepted(value)
            value.ending = self.attributed(value.tag, value.name, -1, accepted) if accepted else None
        assert not isinstance(value.ending, bool)
        return value.ending

    # Rows -----------------------------------------------------------------------------------------------------------------------

    def fill_tag(self, tag: Tag) -> None:
        """Give a position in a start tag its costs. Sets `checked`."""
        costs = _cheapest([_menu_costs(menu, tail) for _, tail, menu in self.menus(tag)])
        if self.may_close(tag):
            costs[self._pieces.close] = min(tag.tails[place] for place in self.complete(tag))
        pairs = ((pair, kind) for menu in tag.menus for way, kind, _ in menu.pairs if kind != PLAIN for pair in way.pairs)
        tag.checked = tuple({pair.token: (pair.token, kind, pair.value) for pair, kind in pairs}.values())
        self._sheets.fill(tag, self._sheets.none, np.array(list(costs), np.intp), np.array(list(costs.values()), np.int16))

    def fill(self, value: Value) -> None:
        """Give a position in a value its costs; but for its end they are those of others like it."""
        least = min(value.rests)
        key = (tuple((*track, rest - least) for track, rest in zip(value.tracks, value.rests, strict=True)), value.character)
        base = self._bases.get(key)
        if base is None:
            found = self._sheets.base(self._value_row(value))
            base = self._bases[key] = found._replace(offset=found.offset - least)
        quotes = np.array(self._quote_costs(value), np.int16)
        self._sheets.fill(value, base._replace(offset=base.offset + least), self._quotes, quotes)

    def _quote_costs(self, value: Value) -> tuple[int, int]:
        """What remains after `"`, and after `">`."""
        if (found := self.ended(value)) is None:
            return FORBIDDEN, FORBIDDEN
        tag, shift = found
        goes_on = FORBIDDEN if self.exhausted(tag) else tag.cost + shift
        return goes_on, min((shift + tag.tails[place] for place in self.complete(tag)), default=FORBIDDEN)

    def _value_row(self, value: Value) -> Row:
        pieces = self._pieces
        costs = np.full(len(pieces.kinds), INFINITE, dtype=np.int32)
        if value.character != BETWEEN:
            ids, needs = pieces.characters(value.character)
            costs[ids] = value.cost - NEEDS[value.character] + needs
        else:
            for (datatype, state), rest in zip(value.tracks, value.rests, strict=True):
                distances = np.array(self._values.distance(datatype), dtype=np.int32)
                costs = np.minimum(costs, distances[self._values.after(datatype, state)] + rest)
            first, needs = pieces.characters(BETWEEN)
            costs[first] += needs
        return np.where(costs < INFINITE, costs, FORBIDDEN).astype(np.int16)


def _menu_costs(menu: Menu, tail: int) -> dict[int, int]:
    """What each token of a menu costs. Args: tail, the tokens after the tag."""
    costs: dict[int, int] = {}
    for way, _, need in menu.pairs:  # a token is of one way alone
        costs |= {pair.token: tail + need for pair in way.pairs}
    for offer in menu.offers:
        cost = tail + offer.value + offer.rest
        if cost < costs.get(offer.token, FORBIDDEN):
            costs[offer.token] = cost
    return costs


def _cheapest(costs: list[dict[int, int]]) -> dict[int, int]:
    """What each token costs where it costs least."""
    least, *others = costs
    for each in others:
        least |= {token: cost for token, cost in each.items() if cost < least.get(token, FORBIDDEN)}
    return least


def closing(tag: Tag, places: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """The forms of elements that some candidates are."""
    return tuple(dict.fromkeys(tag.candidates[place][:2] for place in places))
