"""The closure of a grammar: all that can be met while reading or writing a page, as tables.

Content: `next[state, column]` is the state after a child; column 0 is text, column `e + 1` element `e`, the last columns are datatypes
of whole contents; state 0 is dead. An element may have several forms, and one name several elements: who reads keeps all that
agree with the attributes, and at the end tag those that are nullable (`validation.py`).
Laws: a state other than 0 can be completed to a nullable one by elements that themselves can end; every element can be met.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import GrammarError
from htmlgen.relaxng.annotations import ElementNotes
from htmlgen.relaxng.attributes import AttributeClass, attribute_class
from htmlgen.relaxng.derivative import Derivatives
from htmlgen.relaxng.dfa import Dfa, Ints
from htmlgen.relaxng.expansion import Expansion, Forms
from htmlgen.relaxng.formulas import ALWAYS
from htmlgen.relaxng.grammar import Grammar
from htmlgen.relaxng.names import NameTest
from htmlgen.relaxng.pattern import NOT_ALLOWED, TEXT_SYMBOL
from htmlgen.relaxng.productivity import pruned

#: The column of text, and the state from which nothing can be completed.
TEXT = 0
DEAD = 0

_MOST_ENTRIES = 4_000_000


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
    next: Ints                         #: (states, columns)
    nullable: NDArray[np.bool_]        #: (states,)
    start: int                         #: the state before the root element
    elements: tuple[ElementType, ...]
    data: tuple[int, ...]
    attributes: tuple[AttributeClass, ...]
    datatypes: tuple[Dfa, ...]
    words: tuple[str, ...]             #: for each datatype a few words on what it accepts
    warnings: tuple[str, ...]

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
        rows: list[list[int]] = self.next.tolist()
        return rows

    @cached_property
    def _live(self) -> dict[int, tuple[int, ...]]:
        return {}

    def live(self, state: int) -> tuple[int, ...]:
        """The columns by which a state can be left."""
        if state not in self._live:
            self._live[state] = tuple(np.flatnonzero(self.next[state]).tolist())
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

    def _in_words(self, column: int) -> str:
        if (element := self.element_of(column)) is not None:
            return f"<{self.elements[element].names}>"
        datatype = self.datatype_of(column)
        return "text" if datatype is None else self.words[datatype]


def compile_grammar(grammar: Grammar) -> Automaton:
    """The automaton of a grammar. Raises: GrammarError, where it says what cannot be meant, or goes beyond a limit."""
    expansion = Expansion.of(grammar)
    start = _start_pattern(expansion.forms(grammar.start), grammar)
    forms: list[Forms] = []
    while len(forms) < len(expansion.symbols):
        forms.append(expansion.forms(expansion.symbols[len(forms)].node.content))
    start, forms, warnings = pruned(expansion, start, forms)
    if start == NOT_ALLOWED:
        raise grammar.start.place.error("the start pattern allows no document")
    return _Closure(expansion, forms).automaton(start, (*grammar.warnings, *warnings))


def _start_pattern(forms: Forms, grammar: Grammar) -> int:
    if any(formula != ALWAYS for formula, _ in forms):
        raise grammar.start.place.error("the start pattern has attributes outside of an element")
    return forms[0][1] if forms else NOT_ALLOWED


class _Closure:
    """The states and symbols that can be met, numbered as they are found."""

    def __init__(self, expansion: Expansion, forms: list[Forms]) -> None:
        self.expansion = expansion
        self.forms = forms
        self.derivatives = Derivatives(expansion.patterns)
        self.states: dict[int, int] = {NOT_ALLOWED: DEAD}
        self.symbols: dict[int, None] = {}
        self.classes: dict[AttributeClass, int] = {}
        self.numbers: dict[object, int] = {}

    def automaton(self, start: int, warnings: tuple[str, ...]) -> Automaton:
        self._explore(start)
        elements = [symbol for symbol in self.symbols if symbol != TEXT_SYMBOL and symbol % 2 == 0]
        data = [symbol for symbol in self.symbols if symbol % 2]
        types = tuple(self._element(symbol) for symbol in elements)
        return Automaton(
            name=self.expansion.grammar.name,
            next=self._table([TEXT_SYMBOL, *elements, *data]),
            nullable=np.array([self.expansion.patterns.nullable[pattern] for pattern in self.states]),
            start=self.states[start],
            elements=_told_apart(types),
            data=tuple(symbol // 2 for symbol in data),
            attributes=tuple(self.classes),
            datatypes=tuple(self.expansion.datatypes.automata),
            words=tuple(self.expansion.datatypes.words),
            warnings=warnings,
        )

    def _explore(self, start: int) -> None:
        limits = self.expansion.grammar.limits
        ahead = [start]
        self.states[start] = len(self.states)
        for pattern in ahead:   # grows meanwhile
            first = self.derivatives.first(pattern)
            new = [symbol for symbol in first if symbol not in self.symbols]
            self.symbols.update(dict.fromkeys(new))
            begun = [content for symbol in new if symbol % 2 == 0 and symbol for _, content in self.forms[symbol // 2 - 1]]
            for target in (*first.values(), *begun):
                if target not in self.states:
                    self.states[target] = len(self.states)
                    ahead.append(target)
            if len(self.states) > limits.states or len(self.states) * len(self.symbols) > _MOST_ENTRIES:
                raise GrammarError(f"{self.expansion.grammar.name}: the content has more states than the limit of {limits.states:,}")

    def _table(self, symbols: Iterable[int]) -> Ints:
        columns = {symbol: column for column, symbol in enumerate(symbols)}
        table = np.zeros((len(self.states), len(columns)), np.int32)
        for pattern, state in self.states.items():
            for symbol, target in self.derivatives.first(pattern).items():
                table[state, columns[symbol]] = self.states[target]
        return table

    def _element(self, number: int) -> ElementType:
        symbol = self.expansion.symbols[number // 2 - 1]
        forms = tuple(Form(self._class_number(formula), self.states[content]) for formula, content in self.forms[number // 2 - 1])
        return ElementType(symbol.names, symbol.notes, str(symbol.node.place), forms)

    def _class_number(self, formula: object) -> int:
        if formula not in self.numbers:
            found = attribute_class(formula, self.expansion.uses)   # type: ignore[arg-type]
            self.numbers[formula] = self.classes.setdefault(found, len(self.classes))
        return self.numbers[formula]


def _told_apart(elements: tuple[ElementType, ...]) -> tuple[ElementType, ...]:
    """Wildcards for custom elements leave out the names that the grammar itself speaks of."""
    named = tuple(sorted({element.names.name for element in elements} - {""}))
    return tuple(
        replace(element, names=replace(element.names, excluded=(*element.names.excluded, *named))) if element.names.custom else element
        for element in elements
    )
