"""Attributes met with a vocabulary: which may follow in a start tag, by which tokens, and how many tokens the tag still needs.

Laws: a menu's `need` is finite if and only if the tag can be completed by tokens of the vocabulary; what a menu offers leaves a menu
whose need is finite. An attribute with a word that is hidden, or of a name one of whose meanings has such a word, is never offered.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from htmlgen.decoding.constraints import Rules
from htmlgen.decoding.content import INFINITE
from htmlgen.decoding.pieces import Pieces
from htmlgen.decoding.values import Values
from htmlgen.relaxng.attributes import AttributeClass, AttributeState, bits
from htmlgen.relaxng.automaton import Automaton
from htmlgen.tokens.vocabulary import Kind

QUOTE: Final = 1  # `"`, or `">` at the end
CLOSE: Final = 1  # `>`

PLAIN: Final = -2
ID: Final = -1  # other kinds of a name are numbers of `Rules.references`


class Pair(NamedTuple):
    """A PAIR token that a class of attributes accepts."""

    token: int
    name: str
    hits: int  #: the uses that it meets, as bits
    kind: int  #: PLAIN, ID, or the number of a reference
    value: bytes


class Name(NamedTuple):
    """An attribute name with its tokens, for one class."""

    name: str
    token: int  #: ATTRIBUTE, -1 where there is none
    uses: int  #: bits
    kind: int  #: PLAIN, ID, or the number of a reference
    words: int  #: what its uses add to the element
    pairs: tuple[Pair, ...]


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
    pairs: tuple[tuple[Pair, AttributeState, int], ...]  #: with the state after each, and what is needed then


#: The class of attributes (number), where it stands, hidden words, for each kind of reference the tokens of the shortest id.
Key = tuple[int, AttributeState, int, tuple[int, ...]]


class StartTags:
    """The attribute classes of an automaton over one vocabulary."""

    def __init__(self, automaton: Automaton, pieces: Pieces, values: Values, rules: Rules) -> None:
        self._classes, self._pieces, self._values, self._rules = automaton.attributes, pieces, values, rules
        self._tokens: dict[str, list[int]] = {}
        for token in pieces.vocabulary:
            if token.kind in (Kind.ATTRIBUTE, Kind.PAIR):
                self._tokens.setdefault(token.name, []).append(token.id)
        self._named: dict[int, dict[str, Name]] = {}
        self._needs: dict[Key, tuple[int, bool]] = {}
        self._menus: dict[Key, Menu] = {}
        self._accepted: dict[tuple[int, str], bool] = {}

    def kind(self, number: int) -> AttributeClass:
        """An attribute class."""
        return self._classes[number]

    def clear(self) -> None:
        """Forget menus."""
        self._menus.clear()
        self._needs.clear()

    @property
    def size(self) -> int:
        """How many menus are kept."""
        return len(self._menus)

    def names(self, number: int) -> dict[str, Name]:
        """The names that a class and the vocabulary share."""
        if number not in self._named:
            kind = self._classes[number]
            found = [self._name(kind, name, ids) for name, ids in self._tokens.items() if kind.named(name)]
            self._named[number] = {each.name: each for each in found}
        return self._named[number]

    def _name(self, kind: AttributeClass, name: str, ids: Sequence[int]) -> Name:
        uses = kind.named(name)
        notes = [kind.uses[i] for i in bits(uses)]
        special = [each for each in notes if each.notes.id or each.notes.ref]
        reference = next((self._rules.references.index(each.notes.ref) for each in special if each.notes.ref), PLAIN)
        sort = ID if any(each.notes.id for each in special) else reference
        words = 0
        for each in notes:
            words |= self._rules.use_words(each)
        token = next((index for index in ids if self._pieces.kinds[index] is Kind.ATTRIBUTE), -1)
        pairs = [self._pair(kind, index, sort) for index in ids if self._pieces.kinds[index] is Kind.PAIR]
        return Name(name, token, uses, sort, words, tuple(pair for pair in pairs if pair.hits))

    def _pair(self, kind: AttributeClass, token: int, sort: int) -> Pair:
        entry = self._pieces.vocabulary[token]
        return Pair(token, entry.name, kind.hits(entry.name, entry.value, self.accepts), sort, entry.value.encode())

    def accepts(self, datatype: int, value: str) -> bool:
        """Whether a datatype accepts a value."""
        key = (datatype, value)
        if key not in self._accepted:
            self._accepted[key] = self._values.accepts(datatype, value)
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

    def _use_cost(self, key: Key, use: int) -> tuple[int, bool]:
        """The tokens of a required attribute, and whether they end in a value's quote. The name may be a wildcard."""
        number, state, hidden, references = key
        kind = self._classes[number]
        best = (INFINITE, False)
        for name in self._candidates(number, use):
            if name.words & hidden or name.name in state.names:
                continue
            if name.kind == PLAIN and any(pair.hits >> use & 1 for pair in name.pairs):
                return 1, False
            best = min(best, (1 + self.value_cost(name, kind.uses[use].datatype, references) + QUOTE, True))
        return best

    def _candidates(self, number: int, use: int) -> list[Name]:
        names = self.names(number)
        own = self._classes[number].uses[use].names.name
        if own:
            return [names[own]] if own in names else []
        return [each for each in names.values() if each.uses >> use & 1]

    def need(self, key: Key) -> tuple[int, bool]:
        """The tokens to the tag's end, the end included, and whether it is complete; INFINITE where it cannot be completed.

        References are counted only where nothing else completes the tag, so that costs of elements do not depend on the page's ids.
        """
        if key not in self._needs:
            self._needs[key] = self._needed(self._unreferring(key))
            if self._needs[key][0] >= INFINITE:
                self._needs[key] = self._needed(key)
        return self._needs[key]

    def _unreferring(self, key: Key) -> Key:
        return (*key[:3], (INFINITE,) * len(key[3]))

    def opened(self, number: int, state: AttributeState, hidden: int) -> Menu:
        """The menu of a start tag that refers to nothing."""
        return self.menu((number, state, hidden, (INFINITE,) * len(self._rules.references)))

    def _needed(self, key: Key) -> tuple[int, bool]:
        number, state = key[:2]
        total, complete, quoted, first = CLOSE, True, False, 0
        for choice in self._classes[number].choices:
            ways = []
            for place, alternative in enumerate(choice, first):
                if state.alive >> place & 1:
                    costs = [self._use_cost(key, use) for use in bits(alternative.required & ~state.held)]
                    ways.append((sum(cost for cost, _ in costs), bool(costs), any(spelled for _, spelled in costs)))
            first += len(choice)
            cost, missing, spelled = min(ways, key=lambda way: way[0] - way[2])
            total, complete, quoted = total + cost, complete and not missing, quoted or spelled
        return min(INFINITE, total - quoted), complete

    # Menus --------------------------------------------------------------------------------------------------------------------

    def menu(self, key: Key) -> Menu:
        """What may follow."""
        if key not in self._menus:
            self._menus[key] = self._made(key)
        return self._menus[key]

    def _made(self, key: Key) -> Menu:
        number, state, hidden, references = key
        offers: list[Offer] = []
        pairs: list[tuple[Pair, AttributeState, int]] = []
        for name in self.names(number).values():
            if name.name in state.names or name.words & hidden:
                continue
            offers += self._offers(key, name)
            for pair in name.pairs:
                after = self._classes[number].step(state, name.name, pair.hits)
                if after is not None and (need := self.need((number, after, hidden, references))[0]) < INFINITE:
                    pairs.append((pair, after, need))
        need, complete = self.need(key)
        more = need if not complete else self._more(key, offers, [1 + after for pair, _, after in pairs if pair.kind == PLAIN])
        return Menu(complete, need, more, tuple(offers), tuple(pairs))

    def _more(self, key: Key, offers: list[Offer], pairs: list[int]) -> int:
        plain = [1 + each.value + each.rest for each in offers if each.kind < 0]
        return min([*pairs, *plain] or [1 + each.value + each.rest for each in offers], default=INFINITE)

    def _offers(self, key: Key, name: Name) -> list[Offer]:
        number, references = key[0], key[3]
        found = []
        for use in bits(name.uses) if name.token >= 0 else ():
            datatype = self._classes[number].uses[use].datatype
            value = self.value_cost(name, datatype, references)
            if value < INFINITE and (rest := self.rest(key, name.name, 1 << use)) < INFINITE:
                found.append(Offer(name.name, name.token, name.kind, datatype, value, rest))
        return found

    def rest(self, key: Key, name: str, hits: int) -> int:
        """The tokens after a value that meets some uses, its closing quote included."""
        number, state, hidden, references = key
        after = self._classes[number].step(state, name, hits)
        if after is None:
            return INFINITE
        need, complete = self.need((number, after, hidden, references))
        return QUOTE if complete else min(INFINITE, QUOTE + need)
