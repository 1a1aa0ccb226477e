"""The attributes of one start tag, read one by one, in any order: what stands, what may follow, what is missing.

Laws: whether a set of attributes is allowed does not depend on their order; as long as a state is not None, attributes can be added
so that it becomes complete. Alternatives (22 kinds of `input`) are kept apart under one set of used attributes, never merged.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from htmlgen.relaxng.formulas import Alternative, Choice, Formula
from htmlgen.relaxng.names import NameTest
from htmlgen.relaxng.notes import AttributeNotes

#: Whether a datatype, by number, accepts a value.
Accepts = Callable[[int, str], bool]


@dataclass(frozen=True, slots=True)
class AttributeUse:
    """A name (or wildcard), what its value may be (a number of `Datatypes`), and what annotations say of it."""

    names: NameTest
    datatype: int
    notes: AttributeNotes


class AttributeState(NamedTuple):
    """`names` stand; `held` are the uses (bits) that they met, name and value; `alive` the alternatives (bits) that go with them."""

    names: frozenset[str]
    held: int
    alive: int


@dataclass(frozen=True)
class AttributeClass:
    """What start tags of one form may bear.

    `uses` are local: bit `i` of every mask is `uses[i]`. One alternative of each choice must hold; the first choice has just one, the
    attributes that are required or optional whatever the others are.
    """

    uses: tuple[AttributeUse, ...]
    choices: tuple[Choice, ...]

    @cached_property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The alternatives of all choices, one after the other: bit `i` of `alive` is `alternatives[i]`."""
        return tuple(each for choice in self.choices for each in choice)

    @cached_property
    def _scopes(self) -> tuple[tuple[int, int], ...]:
        """For each choice its uses and its alternatives, as bits."""
        found, first = [], 0
        for choice in self.choices:
            uses = 0
            for each in choice:
                uses |= each.allowed
            found.append((uses, ((1 << len(choice)) - 1) << first))
            first += len(choice)
        return tuple(found)

    @cached_property
    def _holders(self) -> tuple[int, ...]:
        """For each use the alternatives that allow it, as bits."""
        return tuple(
            sum(1 << i for i, each in enumerate(self.alternatives) if each.allowed >> use & 1) for use in range(len(self.uses))
        )

    @cached_property
    def _named(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for i, use in enumerate(self.uses):
            if use.names.name:
                found[use.names.name] = found.get(use.names.name, 0) | 1 << i
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names, and wildcards, that may stand."""
        return tuple(dict.fromkeys(str(use.names) for use in self.uses))

    def named(self, name: str) -> int:
        """The uses of a name, as bits: wildcards where the name itself is not spoken of."""
        if name in self._named:
            return self._named[name]
        return sum(bit for bit, names in self._wild if names.accepts(name))

    @cached_property
    def _wild(self) -> tuple[tuple[int, NameTest], ...]:
        """The uses that are no one name's, as bits, and what names they take."""
        return tuple((1 << i, use.names) for i, use in enumerate(self.uses) if not use.names.name)

    def start(self) -> AttributeState:
        """The state before the first attribute."""
        return AttributeState(frozenset(), 0, (1 << len(self.alternatives)) - 1)

    def hits(self, name: str, value: str, accepts: Accepts) -> int:
        """The uses that a name and value meet, as bits."""
        return sum(1 << i for i in bits(self.named(name)) if accepts(self.uses[i].datatype, value))

    def step(self, state: AttributeState, name: str, hits: int) -> AttributeState | None:
        """The state after an attribute that met some uses of its name (`hits`); None where it cannot stand beside the others."""
        return None if name in state.names or not hits else self._beside(state, name, hits, self.named(name))

    def _beside(self, state: AttributeState, name: str, hits: int, matched: int) -> AttributeState | None:
        alive = self.alive_beside(state.alive, hits, matched)
        return None if alive is None else AttributeState(state.names | {name}, state.held | hits, alive)

    def alive_beside(self, alive: int, hits: int, matched: int) -> int | None:
        """The alternatives that go with one attribute more, as bits; None where there are none.

        Args: alive, those that go with the others; hits, the uses that it met; matched, those of its name.
        """
        for uses, alternatives in self._scopes:
            if matched & uses:
                kept = 0
                for use in bits(hits & uses):
                    kept |= self._holders[use]
                alive &= kept | ~alternatives
                if not alive & alternatives:
                    return None
        return alive

    def open(self, state: AttributeState) -> int:
        """The uses that may still come, as bits."""
        return sum(
            1 << i
            for i, use in enumerate(self.uses)
            if use.names.name not in state.names
            and self._beside(state, use.names.name, 1 << i, self.named(use.names.name) if use.names.name else 1 << i) is not None
        )

    def missing(self, state: AttributeState) -> tuple[int, ...]:
        """For each choice that is not complete the uses that are still required, as bits, of its nearest alternative."""
        found = []
        for _, alternatives in self._scopes:
            left = [self.alternatives[i].required & ~state.held for i in bits(state.alive & alternatives)]
            if all(left):
                found.append(min(left, key=int.bit_count))
        return tuple(found)

    def complete(self, state: AttributeState) -> bool:
        """Whether the start tag may end here."""
        return not self.missing(state)

    @cached_property
    def borne(self) -> frozenset[str]:
        """The names that every complete start tag bears."""
        found: set[str] = set()
        for choice in self.choices:
            required = ({self.uses[use].names.name for use in bits(each.required)} for each in choice)
            found |= frozenset.intersection(*map(frozenset, required))
        return frozenset(found - {""})

    def apart(self, other: "AttributeClass", disjoint: Callable[[int, int], bool]) -> bool:
        """Whether one attribute is enough to see that no start tag is of both classes: all of one bear it, none of the other so.

        Args: disjoint, whether no value is of both of two datatypes.
        """
        return any(self._differ(name, other, disjoint) for name in self.borne) or any(
            other._differ(name, self, disjoint) for name in other.borne
        )

    def _differ(self, name: str, other: "AttributeClass", disjoint: Callable[[int, int], bool]) -> bool:
        own, others = ({kind.uses[use].datatype for use in bits(kind.named(name))} for kind in (self, other))
        return all(disjoint(one, two) for one in own for two in others)


def attribute_class(formula: Formula, uses: list[AttributeUse]) -> AttributeClass:
    """The class of a formula over the bits of all uses."""
    choices = ((formula.plain,), *formula.choices)
    total = 0
    for choice in choices:
        for each in choice:
            total |= each.allowed
    own = list(bits(total))
    local = {bit: i for i, bit in enumerate(own)}

    def moved(mask: int) -> int:
        return sum(1 << local[bit] for bit in bits(mask))

    return AttributeClass(
        tuple(uses[bit] for bit in own),
        tuple(tuple(Alternative(moved(each.required), moved(each.allowed)) for each in choice) for choice in choices),
    )


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits of an integer, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
