"""The least that completes: the cheapest elements, values and words that take a state to an end, or to where something may stand."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from htmlgen.markup.events import StartTag
from htmlgen.relaxng.attributes import bits
from htmlgen.relaxng.automaton import TEXT, Automaton, Form

#: Costs, in elements' tenths: a character that is lost is as dear as an element that is taken apart.
ELEMENT: Final = 4
WORDS: Final = 6
KNOWN_VALUE: Final = 2
MADE_UP_VALUE: Final = 12
NEVER: Final = 1_000_000

#: Values that say nothing wrong, by attribute, the best first.
DEFAULTS: Final = {
    "alt": ("",), "aria-hidden": ("true",), "charset": ("utf-8",), "content": ("width=device-width, initial-scale=1",), "controls": ("",),
    "dir": ("ltr",), "lang": ("en",), "name": ("viewport",), "type": ("text", "button", "submit"), "value": ("",),
}  # fmt: skip

UNTITLED: Final = "Untitled"


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """An element of the result: its start tag, what it holds, whether it has no end tag; `changes` are what was done to it itself."""

    tag: StartTag
    void: bool
    content: "tuple[Made | str, ...]" = ()
    changes: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Completion:
    """Least costs of one automaton, by a fixed point: of elements, and of states to an end."""

    automaton: Automaton
    elements: list[int] = field(init=False)
    states: list[int] = field(init=False)
    _ways: dict[int, dict[int, tuple[int, tuple[int, ...]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.elements = [NEVER] * len(self.automaton.elements)
        self.states = [0 if nullable else NEVER for nullable in self.automaton.nullable.tolist()]
        while self._improve():
            pass

    def _improve(self) -> bool:
        states = [min(cost, self._onward(state)) for state, cost in enumerate(self.states)]
        elements = [min(self._form(number, form)[0] for form in each.forms) for number, each in enumerate(self.automaton.elements)]
        changed = (states, elements) != (self.states, self.elements)
        self.states, self.elements = states, elements
        return changed

    def _onward(self, state: int) -> int:
        row = self.automaton.rows[state]
        return min((self.step(column) + self.states[row[column]] for column in self.automaton.live(state)), default=NEVER)

    def step(self, column: int) -> int:
        """What it costs to put in a child."""
        element = self.automaton.element_of(column)
        return WORDS if element is None else min(self.elements[element], NEVER)

    def _form(self, number: int, form: Form) -> tuple[int, bool]:
        """The least cost of an element in a form, and whether it begins with words."""
        filled = self.automaton.elements[number].notes.filled
        cost = ELEMENT + sum(self._value(form, use)[1] for use in self._required(form))
        after_text = self.automaton.rows[form.start][TEXT]
        with_words = WORDS + self.states[after_text] if after_text else NEVER
        plain = self.states[form.start]
        if filled and (filled == "text" or self.automaton.nullable[form.start]):
            plain = NEVER
        return min(NEVER, cost + min(with_words, plain)), with_words < plain

    def _required(self, form: Form) -> list[int]:
        found: list[int] = []
        for choice in self.automaton.attributes[form.attributes].choices:
            found.extend(bits(min((each.required for each in choice), key=int.bit_count)))
        return found

    def _value(self, form: Form, number: int) -> tuple[str, int]:
        use = self.automaton.attributes[form.attributes].uses[number]
        return self.value(use.names.name, use.datatype)

    def value(self, name: str, datatype: int) -> tuple[str, int]:
        """A value of an attribute, and its cost: one that says nothing wrong, else the shortest."""
        dfa = self.automaton.datatypes[datatype]
        known = next((each for each in DEFAULTS.get(name, ()) if dfa.accepts(each)), None)
        if known is not None:
            return known, KNOWN_VALUE
        made_up = dfa.shortest()
        return (made_up or "", MADE_UP_VALUE) if made_up is not None and name else ("", NEVER)

    # Elements -------------------------------------------------------------------------------------------------------------------

    def element(self, number: int, words: str) -> Made:
        """The cheapest element of a pattern, holding `words` where it must hold some."""
        each = self.automaton.elements[number]
        form = min(each.forms, key=lambda form: self._form(number, form)[0])
        content: list[Made | str] = []
        state = form.start
        if self._form(number, form)[1]:
            content.append(words)
            state = self.automaton.rows[state][TEXT]
        content.extend(self.to_end(state, words))
        kind = self.automaton.attributes[form.attributes]
        attributes = tuple((kind.uses[use].names.name, self._value(form, use)[0]) for use in self._required(form))
        tag = StartTag(each.names.name or "x-element", attributes)
        return Made(tag, each.notes.content == "void", tuple(content), (f"element {tag.name} added",))

    def to_end(self, state: int, words: str) -> "Iterator[Made | str]":
        """The cheapest children from a state to an end; none, where none can be had."""
        while not self.automaton.nullable[state] and self.states[state] < NEVER:
            row = self.automaton.rows[state]
            column = min(self.automaton.live(state), key=lambda each: self.step(each) + self.states[row[each]])
            yield self.child(column, words)
            state = row[column]

    def child(self, column: int, words: str) -> "Made | str":
        """The cheapest child of a column."""
        element = self.automaton.element_of(column)
        if element is not None:
            return self.element(element, words)
        datatype = self.automaton.datatype_of(column)
        return words if datatype is None else self.automaton.datatypes[datatype].shortest() or ""

    # Ways -----------------------------------------------------------------------------------------------------------------------

    def ways(self, state: int) -> dict[int, tuple[int, tuple[int, ...]]]:
        """The states ahead, each with the cost and the columns of the cheapest way there."""
        if state not in self._ways:
            self._ways[state] = self._search(state)
        return self._ways[state]

    def _search(self, start: int) -> dict[int, tuple[int, tuple[int, ...]]]:
        found: dict[int, tuple[int, tuple[int, ...]]] = {}
        ahead: list[tuple[int, tuple[int, ...], int]] = [(0, (), start)]
        while ahead:
            cost, way, state = heapq.heappop(ahead)
            if state in found or cost >= NEVER:
                continue
            found[state] = (cost, way)
            row = self.automaton.rows[state]
            for column in self.automaton.live(state):
                if row[column] not in found:
                    heapq.heappush(ahead, (cost + self.step(column), (*way, column), row[column]))
        return found
