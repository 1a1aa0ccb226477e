"""Attribute classes narrowed to what is required and what is fixed, with the datatypes that fixed values need.

Laws: a start tag of a narrowed class is one of the class; it bears the fixed attributes, with their values, and what its alternative of
each choice requires, and no more. Of alternatives one of which requires all that another one does, the lesser is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final, TypeAlias

from htmlgen.relaxng import dfa_building, regex
from htmlgen.relaxng.attributes import AttributeClass, AttributeUse, bits
from htmlgen.relaxng.automaton import Automaton
from htmlgen.relaxng.dfa import Dfa
from htmlgen.relaxng.formulas import Alternative, Choice
from htmlgen.relaxng.names import NameTest

#: Names with their values, None for one that is to be written.
Fixed: TypeAlias = Sequence[tuple[str, str | None]]

_LINE: Final = "[!-~\u00a1-\ufffd\U00010000-\U0001fffd]([ -~\u00a0-\ufffd\U00010000-\U0001fffd]*[!-~\u00a1-\ufffd\U00010000-\U0001fffd])?"
_LINE_STATES: Final = 100


class Narrowing:
    """The datatypes of an automaton, and those of what is fixed."""

    def __init__(self, automaton: Automaton) -> None:
        self.datatypes: list[Dfa] = list(automaton.datatypes)
        self.words: list[str] = list(automaton.words)
        self._literals: dict[str, int] = {}

    def literal(self, text: str) -> int:
        """The datatype of one string."""
        if text not in self._literals:
            self._literals[text] = self._added(dfa_building.build(regex.literal(text), len(text) + 2), f'"{text}"')
        return self._literals[text]

    @cached_property
    def line(self) -> int:
        """The datatype of a line of text, with no space at its ends."""
        return self._added(dfa_building.build(regex.parse_regex(_LINE), _LINE_STATES), "a line of text")

    def _added(self, datatype: Dfa, words: str) -> int:
        self.datatypes.append(datatype)
        self.words.append(words)
        return len(self.datatypes) - 1

    def accepts(self, use: AttributeUse, value: str) -> bool:
        """Whether a use takes a value."""
        return self.datatypes[use.datatype].accepts(value.lower() if use.notes.insensitive else value)

    def narrowed(self, kind: AttributeClass, fixed: Fixed) -> AttributeClass | None:
        """What of a class is fixed or required, None where what is fixed cannot stand."""
        choices = [
            _least([found for each in choice if (found := self._alternative(kind, choice, each, fixed)) is not None])
            for choice in kind.choices
        ]
        uses = list(dict.fromkeys(use for choice in choices for each in choice for use in each))
        stand = {use.names.name for use in uses}
        if not all(choices) or not all(name in stand for name, _ in fixed):
            return None
        masks = [[sum(1 << uses.index(use) for use in set(each)) for each in choice] for choice in choices]
        return AttributeClass(tuple(uses), tuple(tuple(Alternative(mask, mask) for mask in choice) for choice in masks))

    def _alternative(self, kind: AttributeClass, choice: Choice, each: Alternative, fixed: Fixed) -> list[AttributeUse] | None:
        """The uses that one alternative of a choice requires, fixed ones among them; None where one of those has no place."""
        scope = _union(other.allowed for other in choice)
        required = each.required
        made: list[AttributeUse] = []
        for name, value in fixed:
            mine = kind.named(name) & scope
            if not mine:
                continue
            fitting = [use for use in bits(mine & each.allowed) if self._fits(kind, use, name, value)]
            if not fitting or required & mine & ~_union(1 << use for use in fitting):
                return None
            required &= ~mine
            made.append(self._use(kind.uses[fitting[0]], name, value))
        return [*(kind.uses[use] for use in bits(required)), *made]

    def _fits(self, kind: AttributeClass, use: int, name: str, value: str | None) -> bool:
        """Whether a use takes a value. One that is to be written is not empty where the name has other values, too."""
        if value is not None:
            return self.accepts(kind.uses[use], value)
        return self._writes(kind.uses[use]) or not any(self._writes(kind.uses[other]) for other in bits(kind.named(name)))

    def _writes(self, use: AttributeUse) -> bool:
        """Whether a use has a value that is not empty."""
        return self.datatypes[use.datatype].strings(1) not in ((), ("",))

    def _use(self, use: AttributeUse, name: str, value: str | None) -> AttributeUse:
        """A use whose name, and value if there is one, are fixed. What is fixed is neither looked up nor kept apart from other ids."""
        if value is None:
            return replace(use, names=NameTest(name))
        return AttributeUse(NameTest(name), self.literal(value), replace(use.notes, id=False, ref=(), prefix=""))


def _least(alternatives: Sequence[Sequence[AttributeUse]]) -> list[Sequence[AttributeUse]]:
    """The alternatives that do not require what another one requires, and more; each once."""
    found = list({frozenset(each): each for each in alternatives}.values())
    return [each for each in found if not any(set(other) < set(each) for other in found)]


def _union(parts: Iterable[int]) -> int:
    found = 0
    for part in parts:
        found |= part
    return found
