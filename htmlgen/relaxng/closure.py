"""GRAMMAR → AUTOMATON: all states and symbols that can be met, found from the start on.

Apart from `automaton`, since an automaton that comes from the cache needs none of this.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from htmlgen.errors import GrammarError
from htmlgen.relaxng.attributes import AttributeClass, attribute_class
from htmlgen.relaxng.automaton import DEAD, Automaton, ElementType, Form
from htmlgen.relaxng.derivative import Derivatives
from htmlgen.relaxng.expansion import Expansion, Forms
from htmlgen.relaxng.formulas import ALWAYS
from htmlgen.relaxng.grammar import Grammar
from htmlgen.relaxng.pattern import NOT_ALLOWED, TEXT_SYMBOL
from htmlgen.relaxng.productivity import pruned

if TYPE_CHECKING:
    from htmlgen.relaxng.arrays import Ints

_MOST_ENTRIES: Final = 4_000_000


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
            moves=self._table([TEXT_SYMBOL, *elements, *data]),
            endings=np.array([self.expansion.patterns.nullable[pattern] for pattern in self.states]),
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

    def _table(self, symbols: Iterable[int]) -> "Ints":
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
