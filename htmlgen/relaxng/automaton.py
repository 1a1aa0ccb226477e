"""The closure of a grammar: all that can be met while reading or writing a page, as tables.

Content: `next[state, column]` is the state after a child; column 0 is text, column `e + 1` element `e`, the last columns are datatypes
of whole contents; state 0 is dead. An element may have several forms, and one name several elements: who reads keeps all that
agree with the attributes, and at the end tag those that are nullable (`validation.py`).
Laws: a state other than 0 can be completed to a nullable one by elements that themselves can end; every element can be met.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from htmlgen.relaxng.arrays import Table, array
from htmlgen.relaxng.attributes import AttributeClass
from htmlgen.relaxng.dfa import Dfa
from htmlgen.relaxng.names import NameTest
from htmlgen.relaxng.notes import ElementNotes

if TYPE_CHECKING:
    from htmlgen.relaxng.arrays import Bools, Ints

#: The column of text, and the state from which nothing can be completed.
TEXT = 0
DEAD = 0


@dataclass(frozen=True, slots=True)
class Form:
    """One way an element can be: the number of its attribute class, and the state its content begins in."""

    attributes: int
    start: int


@dataclass(frozen=True, slots=True)
class ElementType:
    """An element pattern of the grammar: its name, its annotations, where it stands, its forms."""

    names: NameTest
    notes: ElementNotes
    place: str
    forms: tuple[Form, ...]


@dataclass(frozen=True, eq=False)
class Automaton:
    """A grammar as tables. States and columns are as above; `data[i]` is the datatype of column `1 + len(elements) + i`."""

    name: str
    moves: Table                       #: (states, columns), int32
    endings: Table                     #: (states,), bool
    start: int                         #: the state before the root element
    elements: tuple[ElementType, ...]
    data: tuple[int, ...]
    attributes: tuple[AttributeClass, ...]
    datatypes: tuple[Dfa, ...]
    words: tuple[str, ...]             #: for each datatype a few words on what it accepts
    warnings: tuple[str, ...]
    digest: str = ""                   #: tells it from all others; '' where it was read from no cache

    @cached_property
    def next(self) -> "Ints":
        """The state after a child, by state and column. (states, columns)"""
        return array(self.moves)  # type: ignore[no-any-return]

    @cached_property
    def nullable(self) -> "Bools":
        """Whether content may end in a state. (states,)"""
        return array(self.endings)  # type: ignore[no-any-return]

    @cached_property
    def _named(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for number, element in enumerate(self.elements):
            if element.names.name:
                found[element.names.name] = (*found.get(element.names.name, ()), number)
        return found

    @cached_property
    def _wild(self) -> tuple[int, ...]:
        return tuple(number for number, element in enumerate(self.elements) if not element.names.name)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of elements, without wildcards."""
        return tuple(self._named)

    def named(self, name: str) -> tuple[int, ...]:
        """The elements that a name can be, wildcards included."""
        wild = tuple(number for number in self._wild if self.elements[number].names.accepts(name))
        return self._named.get(name, ()) + wild

    @cached_property
    def rows(self) -> list[list[int]]:
        """`next` as lists, which are quicker to ask entry by entry."""
        return list(self.moves.tolist())

    @cached_property
    def ends(self) -> list[bool]:
        """`nullable` as a list."""
        return list(self.endings.tolist())

    @cached_property
    def _live(self) -> dict[int, tuple[int, ...]]:
        return {}

    def live(self, state: int) -> tuple[int, ...]:
        """The columns by which a state can be left."""
        if state not in self._live:
            self._live[state] = tuple(column for column, after in enumerate(self.rows[state]) if after)
        return self._live[state]

    def element_of(self, column: int) -> int | None:
        """The element of a column, None for text and datatypes."""
        return column - 1 if 0 < column <= len(self.elements) else None

    def datatype_of(self, column: int) -> int | None:
        """The datatype of a column, None for text and elements."""
        return self.data[column - 1 - len(self.elements)] if column > len(self.elements) else None

    def expected(self, state: int) -> tuple[str, ...]:
        """What may stand in a state, in words: names of elements, `text`, words on datatypes."""
        return tuple(dict.fromkeys(self._in_words(column) for column in self.live(state)))

    def lacking(self, state: int) -> tuple[str, ...]:
        """What alone is missing in a state, in words: each that may stand there, and with which the content may end."""
        return tuple(dict.fromkeys(self._in_words(column) for column in self.live(state) if self.ends[self.rows[state][column]]))

    def _in_words(self, column: int) -> str:
        if (element := self.element_of(column)) is not None:
            return f"<{self.elements[element].names}>"
        datatype = self.datatype_of(column)
        return "text" if datatype is None else self.words[datatype]
