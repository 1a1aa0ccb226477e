"""Attribute patterns in normal form: which attributes must stand, which may, and which exclude each other.

Attributes have no order, and a name stands once, so an attribute pattern is a formula: a conjunction of required and optional
attributes, and of *choices* between alternatives, each of them required and allowed attributes again. Choices on different names
stay apart: multiplied out, or derived attribute by attribute, they would explode. Sets of attributes are bits of integers.

Laws: an alternative (required, allowed) stands for each set of attributes between the two; `required` is within `allowed`; a choice's
alternatives do not contain each other; a formula without a way to be true is NEVER.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple


class Alternative(NamedTuple):
    """Every set of attributes that holds `required` and is within `allowed`."""

    required: int
    allowed: int

    def __and__(self, other: "Alternative") -> "Alternative":
        return Alternative(self.required | other.required, self.allowed | other.allowed)


Choice = tuple[Alternative, ...]
NOTHING: Final = Alternative(0, 0)


@dataclass(frozen=True, slots=True)
class Formula:
    """`plain` and one alternative of each choice; `names` are the explicit names that it speaks of."""

    plain: Alternative = NOTHING
    choices: tuple[Choice, ...] = ()
    names: frozenset[str] = frozenset()

    @property
    def possible(self) -> bool:
        return all(self.choices)


ALWAYS: Final = Formula()
NEVER: Final = Formula(choices=((),))


class TooManyAlternativesError(ValueError):
    """A choice of attributes would be beyond its limit."""


@dataclass(slots=True)
class Work:
    """How much may be done for one grammar: alternatives of one choice, and comparisons of alternatives in all."""

    alternatives: int
    comparisons: int = 300_000

    def compare(self, count: int) -> None:
        """Account for comparisons. Raises: TooManyAlternativesError."""
        self.comparisons -= count
        if self.comparisons < 0:
            raise TooManyAlternativesError("the choices of attributes have more alternatives than can be compared")


def single(bit: int, name: str) -> Formula:
    """One attribute, required; `name` is empty for a wildcard."""
    return Formula(Alternative(bit, bit), (), frozenset((name,)) if name else frozenset())


def both(formulas: Iterable[Formula]) -> Formula:
    """The conjunction of formulas whose names are disjoint."""
    whole = ALWAYS
    for each in formulas:
        if not each.possible:
            return NEVER
        whole = Formula(whole.plain & each.plain, whole.choices + each.choices, whole.names | each.names)
    return whole


def either(formulas: Iterable[Formula], work: Work) -> Formula:
    """The disjunction of formulas. Raises: TooManyAlternativesError."""
    formulas = [each for each in dict.fromkeys(formulas) if each.possible]
    if len(formulas) < 2:
        return formulas[0] if formulas else NEVER
    names = frozenset().union(*(each.names for each in formulas))
    if wide := _widest(formulas):
        return Formula(wide.plain, wide.choices, names)
    alternatives: list[Alternative] = []
    for each in formulas:
        alternatives.extend(multiplied(each, work.alternatives - len(alternatives)))
    alternatives = _simplified(alternatives, work)
    if len(alternatives) == 1:
        return Formula(alternatives[0], (), names)
    return Formula(NOTHING, (tuple(alternatives),), names)


def _widest(formulas: list[Formula]) -> Formula | None:
    """A formula that the empty set satisfies, where the others are no more than that empty set."""
    wide = [each for each in formulas if each != ALWAYS]
    return wide[0] if len(wide) == 1 and may_be_empty(wide[0]) else None


def may_be_empty(formula: Formula) -> bool:
    """Whether no attribute is required."""
    return not formula.plain.required and all(any(not each.required for each in choice) for choice in formula.choices)


def any_of(formula: Formula, work: Work) -> Formula:
    """One or more of a choice of single attributes. Raises: ValueError, where an alternative has several attributes."""
    alternatives = multiplied(formula, work.alternatives)
    if any(each.allowed.bit_count() > 1 for each in alternatives):
        raise ValueError("a repeated pattern can choose among attributes, not group them")
    allowed = 0
    for each in alternatives:
        allowed |= each.allowed
    if any(not each.required for each in alternatives):
        return Formula(Alternative(0, allowed), (), formula.names)
    found = _simplified([Alternative(each.required, allowed) for each in alternatives], work)
    return Formula(found[0], (), formula.names) if len(found) == 1 else Formula(NOTHING, (tuple(found),), formula.names)


def multiplied(formula: Formula, limit: int) -> list[Alternative]:
    """All alternatives of a formula, its choices multiplied out. Raises: TooManyAlternativesError."""
    count = 1
    for choice in formula.choices:
        count *= len(choice)
    if count > limit:
        raise TooManyAlternativesError(f"a choice of attributes has more alternatives than the limit ({count:,} more)")
    found = []
    for parts in product(*formula.choices):
        whole = formula.plain
        for part in parts:
            whole &= part
        found.append(whole)
    return found


def _simplified(alternatives: list[Alternative], work: Work) -> list[Alternative]:
    """The same sets of attributes in fewer alternatives: with and without an attribute is one, what another contains is none."""
    found = set(alternatives)
    count = 0
    while count != len(found):
        count = len(found)
        work.compare(sum(each.required.bit_count() for each in found))
        for each in sorted(found):
            _merge(each, found)
    return _uncontained(sorted(found), work)


def _uncontained(found: list[Alternative], work: Work) -> list[Alternative]:
    """The alternatives that no other contains; one that does allows, among others, the lowest bit of what it contains."""
    allowing: dict[int, list[Alternative]] = {}
    for each in found:
        left = each.allowed
        work.compare(left.bit_count())
        while left:
            allowing.setdefault(left & -left, []).append(each)
            left &= left - 1
    kept = []
    for each in found:
        rivals = allowing.get(each.allowed & -each.allowed, found)
        work.compare(len(rivals))
        if not any(_contains(other, each) for other in rivals if other is not each):
            kept.append(each)
    return kept


def _merge(each: Alternative, found: set[Alternative]) -> None:
    """Join an alternative with one that lacks just one of its required attributes."""
    left = each.required if each in found else 0
    while left:
        bit = left & -left
        left ^= bit
        without = Alternative(each.required ^ bit, each.allowed ^ bit)
        if without in found:
            found -= {each, without}
            found.add(Alternative(without.required, each.allowed))
            return


def _contains(wide: Alternative, narrow: Alternative) -> bool:
    return wide.required & ~narrow.required == 0 and narrow.allowed & ~wide.allowed == 0
