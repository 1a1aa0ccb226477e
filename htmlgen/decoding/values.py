"""Datatypes met with a vocabulary: what each token does to a value, and how many tokens a value still needs.

Laws: `after` steps through a token's characters as the datatype's automaton does, one by one; from every state whose distance is
finite, a token leads to a state whose distance is smaller by one at least, so a value that is begun can be ended.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.characters import BETWEEN, NEEDS, NEXT
from htmlgen.decoding.facts import Facts
from htmlgen.decoding.masks import INFINITE
from htmlgen.decoding.pieces import Pieces
from htmlgen.relaxng import charsets
from htmlgen.relaxng.dfa import Dfa
from htmlgen.tokens.vocabulary import REFERENCES

Ints = NDArray[np.int32]
States = NDArray[np.signedinteger[Any]]  # int16 wherever these count all states

_ASCII: Final = 0x80
_FIRST_BEYOND: Final = 0xA1  # the first character that bytes beyond ASCII ever spell
_KEPT: Final = 256  # rows of next states kept at a time
_LISTED: Final = 200  # strings of a datatype that is tokenised string by string
_ASIDE: Final = 64  # ways past taken values that are known at once
_IDS: Final = 1 << 16  # a page holds fewer ids


class Values:
    """The datatypes of one automaton over one vocabulary; everything is computed when it is first asked for."""

    def __init__(self, pieces: Pieces, datatypes: Sequence[Dfa], facts: Facts) -> None:
        self._pieces, self._datatypes, self.facts = pieces, datatypes, facts
        self._size = len(pieces.kinds)
        self._rows: dict[tuple[int, int], States] = facts.table("rows")
        self._distances: dict[int, list[int]] = facts.table("distances")
        self._rooms: dict[int, int] = facts.table("rooms")
        self._asides: dict[tuple[int, int], list[int]] = facts.table("asides")
        self._lifted: dict[int, States] = {}

    @cached_property
    def _spelled(self) -> dict[str, int]:
        """Every text that one token of a value stands for, with a token."""
        texts = {chr(value): self._pieces.vocabulary.byte(value) for value in range(_ASCII) if NEXT[BETWEEN][value] == BETWEEN}
        for index in self._pieces.value.tolist():
            text = self._pieces.texts[index]
            texts[REFERENCES.get(text, text)] = index
        return texts

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.intp], NDArray[np.intp], list[int], str]:
        """Tokens, longest first; their characters as places in an alphabet; how many have more than k characters; the alphabet."""
        texts = self._pieces.texts
        ids = [(REFERENCES.get(text := texts[index], text), index) for index in self._pieces.value.tolist()]
        ids += [(chr(value), self._pieces.vocabulary.byte(value)) for value in range(_ASCII) if NEXT[BETWEEN][value] == BETWEEN]
        ids.sort(key=lambda pair: -len(pair[0]))
        lengths = np.array([len(text) for text, _ in ids])
        codes = np.frombuffer("".join(text for text, _ in ids).encode("utf-32-le"), np.uint32)
        used = np.zeros(int(codes.max()) + 1, bool)
        used[codes] = True
        chars = np.zeros((len(ids), int(lengths[0])), np.intp)
        chars[np.arange(chars.shape[1]) < lengths[:, None]] = (used.cumsum() - 1)[codes]
        longer = [int(np.count_nonzero(lengths > k)) for k in range(chars.shape[1])]
        return np.array([index for _, index in ids]), chars, longer, "".join(map(chr, np.flatnonzero(used).tolist()))

    def _table(self, datatype: int) -> States:
        """(states, alphabet): the automaton over the alphabet of the vocabulary."""
        if datatype not in self._lifted:
            dfa = self._datatypes[datatype]
            codes = np.array([ord(char) for char in self._sorted[3]])
            table = dfa.table.astype(np.int16) if len(dfa.table) < 1 << 15 else dfa.table
            self._lifted[datatype] = table[:, dfa.classes[np.searchsorted(dfa.bounds, codes, side="right") - 1]]
        return self._lifted[datatype]

    def accepting(self, datatype: int, state: int) -> bool:
        """Whether a value may end in a state."""
        return bool(self._datatypes[datatype].accepting[state])

    def accepts_in(self, datatype: int) -> NDArray[np.bool_]:
        """(states,) the states in which a value may end."""
        return self._datatypes[datatype].accepting

    def start(self, datatype: int) -> int:
        """The state before a value."""
        return self._datatypes[datatype].start

    def accepts(self, datatype: int, value: str) -> bool:
        """Whether a datatype accepts a value."""
        return self._datatypes[datatype].accepts(value)

    def run(self, datatype: int, state: int, text: str) -> int:
        """The state after characters, 0 where no value goes on so."""
        return self._datatypes[datatype].run(text, state) if state else 0

    def after(self, datatype: int, state: int) -> States:
        """(vocab,) the state after each token, 0 where it cannot come; for a first byte of several, that after the character."""
        key = (datatype, state)
        row = self._rows.pop(key, None)
        if row is None:
            row = self._stepped(datatype, state)
            if len(self._rows) >= _KEPT:
                del self._rows[next(iter(self._rows))]
        self._rows[key] = row  # the last, as it is the latest that was asked for
        return row

    def _stepped(self, datatype: int, state: int) -> States:
        ids, chars, longer, _ = self._sorted
        table = self._table(datatype)
        states = np.full(len(ids), state, np.int32)
        for k, count in enumerate(longer):
            states[:count] = table[states[:count], chars[:count, k]]
        row: States = np.zeros(self._size, np.int16) if len(table) < 1 << 15 else np.zeros(self._size, np.int32)
        row[ids] = states
        if beyond := self.beyond(datatype, state):
            first, needs = self._pieces.characters(BETWEEN)
            row[first[needs > 0]] = beyond
        row.setflags(write=False)
        return row

    def beyond(self, datatype: int, state: int) -> int:
        """The state after any character that several bytes spell, 0 where such characters lead to different states, or nowhere."""
        dfa = self._datatypes[datatype]
        first = int(np.searchsorted(dfa.bounds, _FIRST_BEYOND, side="right")) - 1
        targets = dfa.table[state, dfa.classes[first:]]
        return int(targets[0]) if (targets == targets[0]).all() else 0

    def distance(self, datatype: int) -> list[int]:
        """For each state the tokens with which a value can end, INFINITE where none do; the fewest where the datatype is finite."""
        if datatype not in self._distances:
            by_characters = self._by_characters(datatype)
            self._distances[datatype] = self._by_strings(datatype, by_characters).tolist()
        return self._distances[datatype]

    @cached_property
    def _codes(self) -> NDArray[np.int64]:
        """The characters that are tokens."""
        return np.array(sorted(ord(text) for text in self._spelled if len(text) == 1))

    def _usable(self, datatype: int) -> NDArray[np.bool_]:
        """The classes of which some character is a token."""
        dfa = self._datatypes[datatype]
        usable = np.zeros(dfa.table.shape[1], bool)
        usable[dfa.classes[np.searchsorted(dfa.bounds, self._codes, side="right") - 1]] = True
        return usable

    def _by_characters(self, datatype: int) -> Ints:
        dfa = self._datatypes[datatype]
        table = dfa.table[:, self._usable(datatype)]
        found = np.where(dfa.accepting, 0, INFINITE).astype(np.int32)
        found[0] = INFINITE
        while table.shape[1]:
            nearer = np.minimum(found, found[table].min(axis=1) + 1)
            if (nearer == found).all():
                break
            found = nearer
        return found

    def _by_strings(self, datatype: int, found: Ints) -> Ints:
        """Distances with pieces of several characters, where all strings of the datatype can be listed."""
        dfa = self._datatypes[datatype]
        for text in self._listed(dfa):
            states = [dfa.run(text[:end]) for end in range(len(text) + 1)]
            least = [0] * (len(text) + 1)
            for begin in range(len(text) - 1, -1, -1):
                ends = [end for end in range(begin + 1, len(text) + 1) if text[begin:end] in self._spelled]
                least[begin] = min((1 + least[end] for end in ends), default=INFINITE)
                found[states[begin]] = min(found[states[begin]], least[begin])
        return found

    def _listed(self, dfa: Dfa) -> tuple[str, ...]:
        """All strings of an automaton, none where there are many."""
        ends = np.append(dfa.bounds[1:], charsets.LAST + 1)
        sizes = np.bincount(dfa.classes, weights=ends - dfa.bounds, minlength=dfa.table.shape[1])
        ways, total = np.zeros(len(dfa.table)), 0.0
        ways[dfa.start] = dfa.start > 0
        for _ in range(len(dfa.table)):
            total += float(ways[dfa.accepting].sum())
            ways = np.bincount(dfa.table.ravel(), weights=np.outer(ways, sizes).ravel(), minlength=len(ways)).astype(np.float64)
            ways[0] = 0
            if total > _LISTED or ways.sum() > _LISTED:
                return ()
        return () if ways.any() else dfa.strings(_LISTED) or ()

    def room(self, datatype: int) -> int:
        """So many tokens that more values can be spelled with them than a page has ids; INFINITE where there are not so many."""
        if datatype not in self._rooms:
            self._rooms[datatype] = self._room(datatype)
        return self._rooms[datatype]

    def _room(self, datatype: int) -> int:
        dfa = self._datatypes[datatype]
        codes = np.array(sorted(ord(text) for text in self._spelled if len(text) == 1))
        steps = dfa.table[:, dfa.classes[np.searchsorted(dfa.bounds, codes, side="right") - 1]]
        ways = np.zeros(len(dfa.table))
        ways[dfa.start] = 1
        total = float(ways[dfa.accepting].sum())
        for length in range(1, 64):
            after = np.zeros_like(ways)
            np.add.at(after, steps, np.repeat(ways[:, None], len(codes), axis=1))
            after[0] = 0
            ways = after
            total += float(ways[dfa.accepting].sum())
            if total > _IDS:
                return length
        return INFINITE

    def free(self, datatype: int, state: int, begun: bytes, taken: frozenset[bytes]) -> int:
        """The tokens with which a value that begins so can end and be none of those taken; INFINITE where none do."""
        distance = self.distance(datatype)
        ahead = {(begun, state)}
        best, steps = INFINITE, 0
        while ahead and steps < best:
            further: set[tuple[bytes, int]] = set()
            for text, here in ahead:
                near = {value[len(text) :].decode("utf-8", "replace")[:1] for value in taken if value.startswith(text)}
                if not near:
                    best = min(best, steps + distance[here])
                    continue
                if text not in taken and self.accepting(datatype, here):
                    best = min(best, steps)
                best = min(best, steps + 1 + self._elsewhere(datatype, here, near, distance))
                moves = ((text + char.encode(), self.run(datatype, here, char)) for char in near & self._spelled.keys())
                further |= {(longer, after) for longer, after in moves if after}
            ahead, steps = further, steps + 1
        return best

    def aside(self, datatype: int, state: int, taken: int) -> int:
        """No fewer tokens than `free` finds from a state, whichever so many values are taken; INFINITE where that is not known at once.

        So many values go on with as many characters at most: the best of the other characters leads past all of them.
        """
        key = (datatype, state)
        if key not in self._asides:
            costs = np.array(self.distance(datatype))[self._table(datatype)[state]][self._single]
            self._asides[key] = np.sort(costs)[:_ASIDE].tolist()
        ways = self._asides[key]
        return 1 + ways[taken] if taken < len(ways) else INFINITE

    def _elsewhere(self, datatype: int, state: int, near: set[str], distance: list[int]) -> int:
        """The least distance after one character that is none of those near."""
        costs = np.array(distance)[self._table(datatype)[state]]  # (alphabet,); the dead state is INFINITE away
        costs[[place for char in near if (place := self._places.get(char)) is not None]] = INFINITE
        return int(costs[self._single].min(initial=INFINITE))

    @cached_property
    def _places(self) -> dict[str, int]:
        """The characters of the alphabet, with their places."""
        return {char: place for place, char in enumerate(self._sorted[3])}

    @cached_property
    def _single(self) -> NDArray[np.bool_]:
        """(alphabet,) the characters that are tokens by themselves."""
        return np.array([char in self._spelled for char in self._sorted[3]])

    def filled(self, datatype: int, state: int) -> int:
        """The tokens to the end of a value, one of which is not white space."""
        after = self.after(datatype, state)
        first = np.array(NEEDS)[np.maximum(NEXT[BETWEEN], 0)]
        costs = np.array(self.distance(datatype))[after] + 1
        costs[self._pieces.byte_ids] += first
        costs[(after == 0) | np.array(self._pieces.blank)] = INFINITE
        return int(min(costs.min(), INFINITE))
