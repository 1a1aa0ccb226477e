"""Deterministic automata over characters: how any datatype is kept, and asked. `dfa_building` makes them.

Laws: state 0 is dead; the automaton is minimal, its states and classes are in breadth-first order, so that two automata accept the
same strings if and only if their arrays are equal. From every other state a string that is accepted can be reached.
"""

from array import array as numbers
from bisect import bisect_right
from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING, Final

from htmlgen.relaxng import charsets
from htmlgen.relaxng.arrays import Table, array
from htmlgen.relaxng.charsets import Charset

if TYPE_CHECKING:
    from htmlgen.relaxng.arrays import Bools, Ints

#: Characters that stand for their class in examples, the first that fits.
_SHOWN: Final = "a0A-. :/,;=+_#%&?!()'" + "bcdefghijklmnopqrstuvwxyz123456789BCDEFGHIJKLMNOPQRSTUVWXYZ"


class Dfa:
    """An automaton over characters.

    Range `i` of code points begins at `bounds[i]` and belongs to class `classes[i]`; `table[state, class]` is the next state;
    `accepting[state]` says where a string may end; `start` is 1, or 0 where nothing is accepted.
    """

    def __init__(self, bounds: Table, classes: Table, table: Table, accepting: Table, start: int) -> None:
        """Args: bounds, classes (ranges,); table (states, classes); accepting (states,); all int32 but the last, which is bool."""
        self._stored = (bounds, classes, table, accepting)
        self.start = start

    @cached_property
    def bounds(self) -> "Ints":
        """(ranges,)"""
        return array(self._stored[0])  # type: ignore[no-any-return]

    @cached_property
    def classes(self) -> "Ints":
        """(ranges,)"""
        return array(self._stored[1])  # type: ignore[no-any-return]

    @cached_property
    def table(self) -> "Ints":
        """(states, classes)"""
        return array(self._stored[2])  # type: ignore[no-any-return]

    @cached_property
    def accepting(self) -> "Bools":
        """(states,)"""
        return array(self._stored[3])  # type: ignore[no-any-return]

    @cached_property
    def _bounds(self) -> list[int]:
        return list(self._stored[0].tolist())

    @cached_property
    def _classes(self) -> list[int]:
        return list(self._stored[1].tolist())

    @cached_property
    def _rows(self) -> list[list[int]]:
        return list(self._stored[2].tolist())

    @cached_property
    def _accepting(self) -> list[bool]:
        return list(self._stored[3].tolist())

    @cached_property
    def _ascii(self) -> list[int]:
        return [self.class_of(chr(code)) for code in range(128)]

    def class_of(self, char: str) -> int:
        """The class of a character."""
        return self._classes[bisect_right(self._bounds, ord(char)) - 1]

    def run(self, text: str, state: int | None = None) -> int:
        """The state after a text, 0 where no string that begins so is accepted."""
        state = self.start if state is None else state
        for char in text:
            code = ord(char)
            state = self._rows[state][self._ascii[code] if code < 128 else self.class_of(char)]
            if not state:
                return 0
        return state

    def accepts(self, text: str) -> bool:
        """Whether the whole text is accepted."""
        return self._accepting[self.run(text)]

    @cached_property
    def accepts_all(self) -> bool:
        """Whether every text is accepted; a minimal automaton then has one state beside the dead one."""
        return self._accepting[1:] == [True] and set(self._rows[1]) == {1}

    @cached_property
    def distance(self) -> "Ints":
        """How many characters are missing, at least, to the end of an accepted string; -1 for the dead state. (states,)"""
        import numpy as np  # here, as who asks for it reckons with arrays

        found = np.where(self.accepting, 0, -1).astype(np.int32)
        steps = 0
        while True:
            steps += 1
            nearer = (found[self.table] >= 0).any(axis=1) & (found < 0)
            if not nearer.any():
                return found
            found[nearer] = steps

    @cached_property
    def sample(self) -> tuple[str, ...]:
        """A character of each class, one that reads well where there is one."""
        shown = {self.class_of(char): char for char in reversed(_SHOWN)}
        first = {number: chr(bound) for bound, number in zip(self._bounds[::-1], self._classes[::-1], strict=True)}
        return tuple(shown.get(number, first[number]) for number in range(len(self._rows[0])))

    def shortest(self, state: int | None = None) -> str | None:
        """A shortest text that leads from a state (by default the first) to acceptance, None where there is none."""
        state = self.start if state is None else state
        distance: list[int] = self.distance.tolist()
        if distance[state] < 0:
            return None
        text = ""
        while not self._accepting[state]:
            row = self._rows[state]
            steps = [step for step, target in enumerate(row) if distance[target] == distance[state] - 1]
            step = min(steps, key=lambda each: _SHOWN.find(self.sample[each]) % 1000)   # not found, -1, comes last
            text += self.sample[step]
            state = row[step]
        return text

    def strings(self, limit: int = 1000) -> tuple[str, ...] | None:
        """All accepted strings, shortest first, None where there are more than the limit."""
        found: list[str] = []
        ahead = deque([(self.start, "")])
        while ahead and len(found) + len(ahead) <= limit + 1:
            state, text = ahead.popleft()
            if self._accepting[state]:
                found.append(text)
            for step, target in enumerate(self._rows[state]):
                if target:
                    chars = self.chars_of(step)
                    if sum(high - low + 1 for low, high in chars) > limit:
                        return None
                    ahead.extend((target, text + chr(code)) for low, high in chars for code in range(low, high + 1))
        return None if ahead or len(found) > limit else tuple(found)

    def chars_of(self, number: int) -> Charset:
        """The characters of a class."""
        ends = [*(bound - 1 for bound in self._bounds[1:]), charsets.LAST]
        return tuple((low, high) for low, high, each in zip(self._bounds, ends, self._classes, strict=True) if each == number)

    @cached_property
    def key(self) -> bytes:
        """Equal for automata that accept the same strings, and for no others."""
        shape = numbers("i", [self.start, len(self._rows), len(self._rows[0]), len(self._bounds)])
        return b"".join((shape.tobytes(), *(part.tobytes() for part in self._stored)))
