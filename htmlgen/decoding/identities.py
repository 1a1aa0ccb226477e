"""Ids and references: the part of masks that depends on what ids a page already has.

Laws: an id is never one that stands already; a reference spells an id that stands already, on an element in its category, or one that is
promised (`promises`). Ids are only ever added, so what can be referred to stays so.
"""

import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.characters import BETWEEN, NEXT
from htmlgen.decoding.constraints import ANY, Rules
from htmlgen.decoding.masks import FORBIDDEN, INFINITE
from htmlgen.decoding.pieces import Pieces
from htmlgen.decoding.positions import Tag, Value
from htmlgen.decoding.promises import Promise
from htmlgen.decoding.start_tags import ID, QUOTE
from htmlgen.decoding.values import Values
from htmlgen.relaxng.attributes import AttributeClass
from htmlgen.tokens.vocabulary import REFERENCES

Mask = NDArray[np.bool_]
Costs = NDArray[np.int32]

_REFERENCE_OF: Final = {character: reference for reference, character in REFERENCES.items()}
_LETTERS: Final = frozenset(bytes((value,)) for value in string.ascii_letters.encode())
_SPELLINGS: Final = 4096  # spellings whose tokens are kept at a time
_ASCII: Final = 0x80
_ROOM: Final = 2  # letters: one for a promise, and one for an id of the element that makes it


class Page(NamedTuple):
    """The ids of a page with the words of their elements, and for each kind of reference the tokens of the shortest id it may be.

    `roomy` says of each kind whether a letter is left that may be promised. An id that is promised stands without words.
    """

    ids: Mapping[bytes, int]
    references: tuple[int, ...]
    roomy: tuple[bool, ...]
    promise: Promise | None = None


class Identities:
    """Ids and references over one vocabulary."""

    def __init__(self, classes: Sequence[AttributeClass], pieces: Pieces, values: Values, rules: Rules) -> None:
        self._pieces, self._values, self._rules = pieces, values, rules
        self._words = [-1 if kind == ANY else rules.bits(kind) for kind in rules.references]
        self._datatypes = [
            sorted({use.datatype for each in classes for use in each.uses if use.notes.ref == kind}) for kind in rules.references
        ]
        self._quotes = [pieces.vocabulary.id('"'), pieces.vocabulary.id('">')]
        self._letters = [frozenset(each for each in _LETTERS if self._fits(kind, each)) for kind in range(len(rules.references))]
        self._tokens = lru_cache(maxsize=_SPELLINGS)(self._spellings)
        self.none = Page({}, (INFINITE,) * len(rules.references), self._roomy({}))

    @cached_property
    def _values_ids(self) -> frozenset[int]:
        return frozenset(self._pieces.value.tolist())

    def _spellings(self, spelled: bytes) -> list[int]:
        """The tokens of a value that spell just these bytes; a space and what has a reference are no BYTE tokens."""
        is_byte = len(spelled) == 1 and (spelled[0] >= _ASCII or NEXT[BETWEEN][spelled[0]] == BETWEEN)
        found = [self._pieces.vocabulary.byte(spelled[0])] if is_byte else []
        text = spelled.decode("utf-8", "replace")
        token = self._pieces.vocabulary.find(_REFERENCE_OF.get(text, text))
        return [*found, token] if token in self._values_ids else found

    def added(self, page: Page, value: bytes, words: int) -> Page:
        """The page with one more id."""
        ids = {**page.ids, value: words}
        found = (min(known, len(value) if self._refers(kind, value, words) else INFINITE) for kind, known in enumerate(page.references))
        return Page(ids, tuple(found), self._roomy(ids), page.promise)

    def standing(self, values: Iterable[bytes]) -> Page:
        """A page with ids of elements of which nothing is known: only references to any element may spell them."""
        ids = dict.fromkeys(values, 0)
        shortest = [min((len(each) for each in ids if self._refers(kind, each, 0)), default=INFINITE) for kind in range(len(self._words))]
        return Page(ids, tuple(shortest), self._roomy(ids))

    def _roomy(self, ids: Mapping[bytes, int]) -> tuple[bool, ...]:
        return tuple(len(letters) >= _ROOM + len(letters & ids.keys()) for letters in self._letters)

    def _refers(self, kind: int, value: bytes, words: int) -> bool:
        return (self._words[kind] == -1 or bool(self._words[kind] & words)) and self._fits(kind, value)

    def _fits(self, kind: int, value: bytes) -> bool:
        text = value.decode("utf-8", "replace")
        return all(self._values.accepts(datatype, text) for datatype in self._datatypes[kind])

    def may_pair(self, page: Page, kind: int, value: bytes) -> bool:
        """Whether an id, or a reference, may be this one."""
        if kind == ID:
            return value not in page.ids
        parts = value.split(b" ")
        return len({*parts}) == len(parts) and all(each in page.ids and self._refers(kind, each, page.ids[each]) for each in parts)

    def checked(self, tag: Tag, page: Page, mask: Mask) -> Mask:
        """A tag's mask without the PAIR tokens that the page's ids rule out."""
        out = [token for token, kind, value in tag.checked if mask[token] and not self.may_pair(page, kind, value)]
        if out:
            mask = mask.copy()
            mask[out] = False
        return mask

    # Values -------------------------------------------------------------------------------------------------------------------

    def cost(self, value: Value, begun: bytes, page: Page) -> int:
        """The tokens from within an id or a reference to the end of all."""
        if value.kind == ID:
            return self._id_cost(value, begun, page)
        left = [len(each) - len(begun) for each in self._ahead(value, begun, page)]
        return min(INFINITE, min(left, default=INFINITE) + min(value.rests, default=INFINITE))

    def _id_cost(self, value: Value, begun: bytes, page: Page) -> int:
        if not any(each.startswith(begun) for each in page.ids):
            return value.cost
        taken = frozenset(page.ids)
        costs = [self._values.free(datatype, state, begun, taken) for datatype, state in value.tracks]
        return min(INFINITE, *map(sum, zip(costs, value.rests, strict=True)))

    def _ahead(self, value: Value, begun: bytes, page: Page) -> list[bytes]:
        """References that begin so: ids that stand, or where the datatype takes several, lists with one id more than is begun."""
        standing = [each for each, words in page.ids.items() if self._refers(value.kind, each, words)]
        head, space, last = begun.rpartition(b" ")
        before = head.split(b" ")
        found = [head + space + each for each in standing if each.startswith(last) and each not in before]
        if last in standing and last not in before:
            found += [begun + b" " + each for each in standing if each not in (*before, last)]
        return [each for each in found if b" " not in each or self._is_list(value, each)]

    def _is_list(self, value: Value, spelled: bytes) -> bool:
        text = spelled.decode("utf-8", "replace")
        return all(self._values.accepts(datatype, text) for datatype, _ in value.tracks)

    def may_end(self, value: Value, begun: bytes, page: Page) -> bool:
        """Whether an id or a reference may end here."""
        return self.may_pair(page, value.kind, begun)

    def mask(self, value: Value, begun: bytes, page: Page, slack: int) -> Mask:
        """What may come in an id or a reference. The position must be filled."""
        if value.kind == ID and not any(each.startswith(begun) for each in page.ids):
            return value.mask if slack >= value.most and len(value.mask) else value.within(slack)
        if value.kind == ID:
            return self._id_mask(value, begun, page, slack)
        costs = value.row()
        if not self.may_end(value, begun, page):
            costs[self._quotes] = FORBIDDEN
        self._follow(value, begun, page, costs)
        mask: Mask = (costs <= slack) & (costs < FORBIDDEN)
        return mask

    def _id_mask(self, value: Value, begun: bytes, page: Page, slack: int) -> Mask:
        """What may come in an id that begins like another."""
        mask = (value.mask if slack >= value.most and len(value.mask) else value.within(slack)).copy()
        if not self.may_end(value, begun, page):
            mask[self._quotes] = False
        for token, cost in self._dear(value, begun, page, slack):
            mask[token] &= cost <= min(slack, INFINITE - 1)
        return mask

    def _dear(self, value: Value, begun: bytes, page: Page, slack: int) -> Iterator[tuple[int, int]]:
        """Tokens on the way to ids that are taken, with the cost of what leads past those; but for what is surely within the slack."""
        taken = frozenset(page.ids)
        for piece in {each[len(begun) : end] for each in taken if each.startswith(begun) for end in range(len(begun) + 1, len(each) + 1)}:
            for token in self._tokens(piece):
                after = ((datatype, int(self._values.after(datatype, state)[token])) for datatype, state in value.tracks)
                ways = [(datatype, state, rest) for (datatype, state), rest in zip(after, value.rests, strict=True) if state]
                known = (self._values.aside(datatype, state, len(taken)) + rest for datatype, state, rest in ways)
                if min(known, default=INFINITE) > min(slack, INFINITE - 1):
                    free = (self._values.free(datatype, state, begun + piece, taken) + rest for datatype, state, rest in ways)
                    yield token, min(free, default=INFINITE)

    def _follow(self, value: Value, begun: bytes, page: Page, costs: NDArray[np.int16]) -> None:
        """Only tokens on the way to ids that stand."""
        quotes = costs[self._quotes]
        costs[:] = FORBIDDEN
        costs[self._quotes] = quotes
        for each in self._ahead(value, begun, page):
            for end in range(len(begun) + 1, len(each) + 1):
                for token in self._tokens(each[len(begun) : end]):
                    costs[token] = min(costs[token], len(each) - end + min(value.rests) if value.rests else QUOTE)

    def spelled(self, value: Value, begun: bytes, page: Page) -> bool:
        """Whether an id or a reference may begin so."""
        return value.kind == ID or any(each.startswith(begun) for each in self._ahead(value, begun, page))

    # Promises -----------------------------------------------------------------------------------------------------------------

    def may_promise(self, value: Value, begun: bytes, page: Page, identity: bytes) -> bool:
        """Whether a reference may end here as an id that no element bears yet, the open one (`identity`) included."""
        return begun not in page.ids and begun != identity and any(self._values.accepting(*track) for track in value.tracks)

    def promise_cost(self, value: Value, begun: bytes, page: Page, identity: bytes) -> int:
        """The tokens from within a reference to the end of all, what is owed for the promise left out."""
        if len(value.rests) != 1 or (begun and not self.may_promise(value, begun, page, identity)):
            return INFINITE
        return max(0, 1 - len(begun)) + max(1, len(begun)) + value.rests[0]

    def promise_row(self, value: Value, begun: bytes, page: Page, identity: bytes) -> Costs:
        """(vocab,) what each token costs on the way to an id that is promised: after each the value may end."""
        ((datatype, state),) = value.tracks
        after = self._values.after(datatype, state)
        costs = np.where(self._values.accepts_in(datatype)[after], len(begun) + value.rests[0] + self._lengths, FORBIDDEN)
        costs[self._lengths == 0] = FORBIDDEN
        for each in (*page.ids, identity):
            if each.startswith(begun) and len(each) > len(begun):
                costs[self._tokens(each[len(begun) :])] = FORBIDDEN
        return costs.astype(np.int32)

    @cached_property
    def _lengths(self) -> Costs:
        """(vocab,) how many bytes each token of a value spells, 0 for others and for parts of characters."""
        known: dict[int, Costs] = self._values.facts.table("lengths")
        size = len(self._pieces.kinds)
        if size not in known:
            known[size] = found = np.zeros(size, np.int32)
            for index in (*self._pieces.value.tolist(), *self._pieces.byte_ids[:128].tolist()):
                found[index] = len(self._pieces.spelled(index))
        return known[size]

    def keeping_row(self, value: Value, begun: bytes, promised: bytes) -> Costs:
        """(vocab,) what each token costs in an id that must be the one that is promised. The position must have its row."""
        row = value.row()
        costs = np.full(len(row), FORBIDDEN, np.int32)
        if begun == promised:
            costs[self._quotes] = row[self._quotes]
        for end in range(len(begun) + 1, len(promised) + 1):
            costs[self._tokens(promised[len(begun) : end])] = len(promised) - end + min(value.rests)
        return costs
