"""Attributes met with a vocabulary: which may follow in a start tag, by which tokens, and how many tokens the tag still needs.

Laws: a menu's `need` is finite if and only if the tag can be completed by tokens of the vocabulary; what a menu offers leaves a menu
whose need is finite. An attribute with a word that is hidden, or of a name one of whose meanings has such a word, is never offered.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from htmlgen.decoding.constraints import Rules, sum_bits
from htmlgen.decoding.masks import INFINITE
from htmlgen.decoding.pieces import Pieces
from htmlgen.decoding.values import Values
from htmlgen.relaxng.attributes import AttributeClass, AttributeState, bits
from htmlgen.relaxng.automaton import Automaton
from htmlgen.tokens.vocabulary import Kind

QUOTE: Final = 1  # `"`, or `">` at the end
CLOSE: Final = 1  # `>`

_NEEDS: Final = 10_000  # kept at a time

PLAIN: Final = -2
ID: Final = -1  # other kinds of a name are numbers of `Rules.references`


class Pair(NamedTuple):
    """A PAIR token that a class of attributes accepts."""

    token: int
    hits: int  #: the uses that it meets, as bits
    value: bytes


class Way(NamedTuple):
    """One way in which an attribute can meet uses of its name: what stays alive of all alternatives, and PAIR tokens that meet them."""

    hits: int
    alive: int
    pairs: tuple[Pair, ...]


class Name(NamedTuple):
    """An attribute name with its tokens, for one class."""

    name: str
    token: int  #: ATTRIBUTE, -1 where there is none
    uses: int  #: bits
    kind: int  #: PLAIN, ID, or the number of a reference
    words: int  #: what its uses add to the element
    pairs: tuple[Way, ...]  #: by the uses that PAIR tokens meet
    values: tuple[tuple[Way, int], ...]  #: for each use that way which meets it alone, and its datatype


class Offer(NamedTuple):
    """A value that may be spelled: its datatype, its cost, and what the tag needs after its closing quote."""

    name: str
    token: int
    kind: int  #: PLAIN, ID, or the number of a reference
    datatype: int
    value: int  #: the tokens of the value, without quotes
    rest: int  #: the tokens after the value, with its closing quote


class Menu(NamedTuple):
    """What may follow in a start tag of one form."""

    complete: bool
    need: int  #: tokens to the tag's end, `>` included, where the tag may close at once if it is complete
    more: int  #: the same where an attribute must follow; INFINITE where none can
    offers: tuple[Offer, ...]
    pairs: tuple[tuple[Way, int, int], ...]  #: with the kind of the name, and what is needed after


class Entry(NamedTuple):
    """What a start tag without attributes still needs: as in `Menu`, whatever may follow."""

    complete: bool
    need: int
    more: int


class Chance(NamedTuple):
    """What one name adds to the menus of a core."""

    name: str
    offers: tuple[Offer, ...]
    pairs: tuple[tuple[Way, int, int], ...]


#: The class of attributes (number), where it stands, hidden words, for each kind of reference the tokens of the shortest id.
Key: TypeAlias = tuple[int, AttributeState, int, tuple[int, ...]]
#: What the tokens that a tag needs depend on: class, alternatives alive, required uses held, hidden words, references.
Core: TypeAlias = tuple[int, int, int, int, tuple[int, ...]]
#: PAIR tokens of one name with their values, by which of some datatypes accept these.
Accepting: TypeAlias = dict[tuple[bool, ...], list[tuple[int, bytes]]]


class StartTags:
    """The attribute classes of an automaton over one vocabulary."""

    def __init__(self, automaton: Automaton, pieces: Pieces, values: Values, rules: Rules) -> None:
        self._classes, self._pieces, self._values, self._rules = automaton.attributes, pieces, values, rules
        self._tokens: dict[str, list[int]] = {}
        for index in np.flatnonzero(np.isin(pieces.vocabulary.kinds, (Kind.ATTRIBUTE, Kind.PAIR))).tolist():
            self._tokens.setdefault(pieces.names[index], []).append(index)
        self._order = {name: place for place, name in enumerate(self._tokens)}
        self._named: dict[tuple[int, str], Name | None] = values.facts.table("names")
        self._names: dict[int, list[Name]] = values.facts.table("names of classes")
        self._scopes = [_scopes(kind) for kind in self._classes]
        self._required = [_required(kind) for kind in self._classes]
        self._needs: dict[Core, tuple[int, bool]] = values.facts.table("needs")
        self._menus: dict[Key, Menu] = values.facts.table("menus")
        self._entries: dict[tuple[int, int], Entry] = values.facts.table("entries")
        self._chances: dict[Core, list[Chance]] = {}
        self._offered: dict[tuple[int, str, tuple[int, ...], tuple[tuple[int, bool], ...]], Chance] = {}
        self._accepted: dict[tuple[str, tuple[int, ...]], Accepting] = {}
        self.nothing = (INFINITE,) * len(rules.references)  #: no id can be referred to

    def kind(self, number: int) -> AttributeClass:
        """An attribute class."""
        return self._classes[number]

    def clear(self) -> None:
        """Forget menus."""
        self._menus.clear()
        self._entries.clear()
        self._chances.clear()
        self._offered.clear()
        self._needs.clear()

    @property
    def size(self) -> int:
        """How many menus are kept."""
        return len(self._menus)

    def name(self, number: int, name: str) -> Name | None:
        """A name that a class and the vocabulary share."""
        key = (number, name)
        if key not in self._named:
            known = name in self._tokens and self._classes[number].named(name)
            self._named[key] = self._made_name(self._classes[number], name, self._tokens[name]) if known else None
        return self._named[key]

    def names(self, number: int) -> list[Name]:
        """All names that a class and the vocabulary share."""
        if number not in self._names:
            kind = self._classes[number]
            wild = any(not use.names.name for use in kind.uses)
            known = self._tokens if wild else sorted(set(kind.names) & self._tokens.keys(), key=self._order.__getitem__)
            self._names[number] = [found for name in known if (found := self.name(number, name)) is not None]
        return self._names[number]

    def _made_name(self, kind: AttributeClass, name: str, ids: Sequence[int]) -> Name:
        uses = kind.named(name)
        notes = [kind.uses[i].notes for i in bits(uses)]
        reference = next((self._rules.references.index(each.ref) for each in notes if each.ref), PLAIN)
        sort = ID if any(each.id for each in notes) else reference
        words = sum_bits(self._rules.use_words(kind.uses[i]) for i in bits(uses))
        token = next((index for index in ids if self._pieces.kinds[index] is Kind.ATTRIBUTE), -1)
        values = [(_way(kind, name, 1 << use, []), kind.uses[use].datatype) for use in bits(uses) if token >= 0]
        return Name(name, token, uses, sort, words, tuple(self._pairs(kind, name, ids)), tuple(values))

    def _pairs(self, kind: AttributeClass, name: str, ids: Sequence[int]) -> list[Way]:
        uses = list(bits(kind.named(name)))
        found: list[Way] = []
        for accepted, tokens in self._accepting(name, ids, tuple(kind.uses[use].datatype for use in uses)).items():
            hits = sum(1 << use for use, accepts in zip(uses, accepted, strict=True) if accepts)
            found.append(_way(kind, name, hits, [Pair(token, hits, value) for token, value in tokens]))
        return found

    def _accepting(self, name: str, ids: Sequence[int], datatypes: tuple[int, ...]) -> Accepting:
        """The PAIR tokens of a name, by which of some datatypes accept their values, where any does. Many classes share these."""
        key = (name, datatypes)
        if key not in self._accepted:
            found: Accepting = {}
            for token in ids:
                if self._pieces.kinds[token] is Kind.PAIR:
                    value = self._pieces.vocabulary[token].value
                    accepted = tuple(self._values.accepts(each, value) for each in datatypes)
                    found.setdefault(accepted, []).append((token, value.encode()))
            self._accepted[key] = {accepted: tokens for accepted, tokens in found.items() if any(accepted)}
        return self._accepted[key]

    # Costs --------------------------------------------------------------------------------------------------------------------

    def value_cost(self, name: Name, datatype: int, references: tuple[int, ...]) -> int:
        """The tokens of a value, without quotes."""
        if name.token < 0:
            return INFINITE
        if name.kind == ID:
            return self._values.room(datatype)
        if name.kind >= 0:
            return references[name.kind]
        return self._values.distance(datatype)[self._values.start(datatype)]

    def _use_cost(self, number: int, use: int, hidden: int, references: tuple[int, ...]) -> tuple[int, bool]:
        """The tokens of a required attribute, and whether they end in a value's quote. The name may be a wildcard."""
        best = (INFINITE, False)
        for name in self._candidates(number, use):
            if name.words & hidden:
                continue
            if name.kind == PLAIN and any(way.hits >> use & 1 for way in name.pairs):
                return 1, False
            best = min(best, (1 + self.value_cost(name, self._classes[number].uses[use].datatype, references) + QUOTE, True))
        return best

    def _candidates(self, number: int, use: int) -> list[Name]:
        own = self._classes[number].uses[use].names.name
        if own:
            return [found] if (found := self.name(number, own)) is not None else []
        return [each for each in self.names(number) if each.uses >> use & 1]

    def core(self, key: Key) -> Core:
        """What the costs of a start tag depend on."""
        number, state, hidden, references = key
        return number, state.alive, state.held & self._required[number], hidden, references

    def need(self, core: Core) -> tuple[int, bool]:
        """The tokens to the tag's end, the end included, and whether it is complete; INFINITE where it cannot be completed.

        References are counted only where nothing else completes the tag, so that costs of elements do not depend on the page's ids.
        """
        if core not in self._needs:
            if len(self._needs) >= _NEEDS:
                self._needs.clear()
            found = self._needed((*core[:4], self.nothing))
            self._needs[core] = found if found[0] < INFINITE else self._needed(core)
        return self._needs[core]

    def _needed(self, core: Core) -> tuple[int, bool]:
        number, alive, held, hidden, references = core
        total, complete, quoted, first = CLOSE, True, False, 0
        for choice in self._classes[number].choices:
            ways = []
            for place, alternative in enumerate(choice, first):
                if alive >> place & 1:
                    costs = [self._use_cost(number, use, hidden, references) for use in bits(alternative.required & ~held)]
                    ways.append((sum(cost for cost, _ in costs), bool(costs), any(spelled for _, spelled in costs)))
            first += len(choice)
            cost, missing, spelled = min(ways, key=lambda way: way[0] - way[2])
            total, complete, quoted = total + cost, complete and not missing, quoted or spelled
        return min(INFINITE, total - quoted), complete

    # Menus --------------------------------------------------------------------------------------------------------------------

    def entry(self, number: int, hidden: int) -> Entry:
        """What a start tag that is just begun needs, and refers to nothing: its menu in short, for much less."""
        key = (number, hidden)
        if key not in self._entries:
            core = self.core((number, self._classes[number].start(), hidden, self.nothing))
            need, complete = self.need(core)
            self._entries[key] = Entry(complete, need, self._one_more(core) if complete else need)
        return self._entries[key]

    def _one_more(self, core: Core) -> int:
        """The tokens of one more attribute and the tag's end; none costs less than a PAIR, so the first of these ends the search."""
        plain = others = INFINITE
        for name in self.names(core[0]):
            if name.words & core[3]:
                continue
            chance = self._chance(core, name)
            pairs = (1 + after for _, kind, after in chance.pairs if kind == PLAIN)
            plain = min(plain, *pairs, *(_whole(each) for each in chance.offers if each.kind < 0), INFINITE)
            others = min(others, *(_whole(each) for each in chance.offers), INFINITE)
            if plain <= 1 + CLOSE:
                break
        return plain if plain < INFINITE else others

    def opened(self, number: int, state: AttributeState, hidden: int) -> Menu:
        """The menu of a start tag that refers to nothing."""
        return self.menu((number, state, hidden, self.nothing))

    def menu(self, key: Key) -> Menu:
        """What may follow."""
        if key not in self._menus:
            self._menus[key] = self._made(key)
        return self._menus[key]

    def _made(self, key: Key) -> Menu:
        core, used = self.core(key), key[1].names
        chances = [chance for chance in self._chances_of(core) if chance.name not in used]
        offers = tuple(offer for chance in chances for offer in chance.offers)
        pairs = tuple(pair for chance in chances for pair in chance.pairs)
        need, complete = self.need(core)
        more = need if not complete else _more(offers, [1 + after for _, kind, after in pairs if kind == PLAIN])
        return Menu(complete, need, more, offers, pairs)

    def _chances_of(self, core: Core) -> list[Chance]:
        """What may follow, whatever names were written already: menus of one core differ in these alone."""
        if core not in self._chances:
            self._chances[core] = [self._chance(core, name) for name in self.names(core[0]) if not name.words & core[3]]
        return self._chances[core]

    def _chance(self, core: Core, name: Name) -> Chance:
        values = tuple(self.value_cost(name, datatype, core[4]) for _, datatype in name.values)
        after = tuple(self._after(core, way) for way in (*(way for way, _ in name.values), *name.pairs))
        key = (core[0], name.name, values, after)
        if key not in self._offered:
            self._offered[key] = _offered(name, values, after)
        return self._offered[key]

    def _after(self, core: Core, way: Way) -> tuple[int, bool]:
        """What the tag needs after an attribute."""
        number, alive, held, hidden, references = core
        if alive & way.alive == alive and not way.hits & self._required[number] & ~held:
            return self.need(core)
        alive &= way.alive
        if not all(alive & scope for scope in self._scopes[number]):
            return INFINITE, False
        return self.need((number, alive, held | way.hits & self._required[number], hidden, references))


def _offered(name: Name, values: Sequence[int], after: Sequence[tuple[int, bool]]) -> Chance:
    """What a name adds. Args: values, what each of its values costs; after, what the tag needs after each value, then each pair."""
    offers = []
    for (_, datatype), value, (need, complete) in zip(name.values, values, after, strict=False):
        if value < INFINITE and need < INFINITE:
            rest = QUOTE if complete else QUOTE + need
            offers.append(Offer(name.name, name.token, name.kind, datatype, value, rest))
    ways = zip(name.pairs, after[len(name.values) :], strict=True)
    return Chance(name.name, tuple(offers), tuple((way, name.kind, need) for way, (need, _) in ways if need < INFINITE))


def _more(offers: Sequence[Offer], pairs: Sequence[int]) -> int:
    """The tokens of one more attribute and the tag's end."""
    plain = [_whole(each) for each in offers if each.kind < 0]
    return min([*pairs, *plain] or [_whole(each) for each in offers], default=INFINITE)


def _whole(offer: Offer) -> int:
    """The tokens of an attribute whose value is spelled, and of what its tag needs then."""
    return 1 + offer.value + offer.rest


def _way(kind: AttributeClass, name: str, hits: int, pairs: Sequence[Pair]) -> Way:
    after = kind.step(kind.start(), name, hits)
    return Way(hits, after.alive if after is not None else 0, tuple(pairs))


def _scopes(kind: AttributeClass) -> tuple[int, ...]:
    """The alternatives of each choice, as bits."""
    found, first = [], 0
    for choice in kind.choices:
        found.append(((1 << len(choice)) - 1) << first)
        first += len(choice)
    return tuple(found)


def _required(kind: AttributeClass) -> int:
    """The uses that some alternative requires, as bits."""
    return sum_bits(each.required for choice in kind.choices for each in choice)
