"""What start tags cost: the tokens that remain after one, to the end of all.

Laws: a price holds wherever its element may come, whatever is excluded and whichever headings stand, so that many positions share it; where
that cannot be said, there is none.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from htmlgen.decoding.budget import END, Budget
from htmlgen.decoding.constraints import CONTENT_OWED
from htmlgen.decoding.masks import INFINITE
from htmlgen.decoding.pieces import Pieces
from htmlgen.decoding.positions import Alternative, Content, Opening, Tail
from htmlgen.decoding.start_tags import StartTags
from htmlgen.relaxng.automaton import Automaton

#: Where an alternative stands: its element, the row of its state, the tokens after its end tag.
Stand: TypeAlias = tuple[int, list[int], tuple[int, ...]]
#: Elements of one name, each with what remains after a START token of it, and after an OPEN token.
Prices: TypeAlias = tuple[tuple[int, int, int], ...]
#: The names of elements that the grammar has in a position, with these.
Names: TypeAlias = Callable[[Content], dict[str, tuple[int, ...]]]
_Key: TypeAlias = tuple[tuple[Alternative, ...], Tail, int, bool, int]


class TagPrices:
    """The prices of one automaton's start tags over one vocabulary."""

    def __init__(self, automaton: Automaton, pieces: Pieces, budget: Budget, tags: StartTags) -> None:
        self._automaton, self._pieces, self._budget, self._rules, self._start_tags = automaton, pieces, budget, budget.rules, tags
        self._kept: dict[_Key, dict[str, Prices | None]] = {}

    def clear(self) -> None:
        """Forget all prices."""
        self._kept.clear()

    def beyond(self, here: Content, stands: list[Stand], element: int) -> int | None:
        """The tokens after the end of a child, to the end of all, where they are the same in all contexts; else None."""
        end = END if here.spot.name else 0
        strict, best = self._budget.strict_costs[0 if here.owed == CONTENT_OWED else here.owed], INFINITE
        for _, row, tail in stands:
            if state := row[element + 1]:
                if len(tail) > 1 or strict[state] >= INFINITE:
                    return None
                best = min(best, strict[state] + end + tail[0])
        return best

    def here(self, here: Content, stands: list[Stand], names: Names) -> dict[str, Prices | None]:
        """For each name what its elements cost where they may come, whatever else is around; None where that is to be reckoned with.

        Positions share these: they differ in what is excluded, and in headings, more than in what may stand there.
        """
        hidden = self._rules.hidden(here.spot.bounds)
        key = (here.alternatives, here.tail, 0 if here.owed == CONTENT_OWED else here.owed, bool(here.spot.name), hidden)
        if key not in self._kept:
            made = {name: self._prices_of(here, stands, name, dict.fromkeys(elements), hidden) for name, elements in names(here).items()}
            self._kept[key] = made
        return self._kept[key]

    def _prices_of(self, here: Content, stands: list[Stand], name: str, elements: Iterable[int], hidden: int) -> Prices | None:
        found = []
        for element in elements:
            beyond = self.beyond(here, stands, element)
            strict = self._budget.strict_costs[self._rules.owed[element]]
            whole = opened = INFINITE
            for form in self._automaton.elements[element].forms:
                inside = 0 if self._budget.void[element] else strict[form.start] + END
                if beyond is None or inside >= INFINITE:
                    return None
                own, begun = self._tag_costs(name, form.attributes, hidden, inside + beyond)
                whole, opened = min(whole, own), min(opened, begun)
            found.append((element, whole, opened))
        return tuple(found)

    def of_opening(self, opening: Opening) -> tuple[int, int]:
        """What remains after a START token, and after an OPEN token, relative to this base."""
        whole = opened = INFINITE
        for (element, place, _), tail in zip(opening.candidates, opening.tails, strict=True):
            number = self._automaton.elements[element].forms[place].attributes
            own, begun = self._tag_costs(opening.name, number, opening.hidden, tail)
            whole, opened = min(whole, own), min(opened, begun)
        return whole, opened

    def _tag_costs(self, name: str, number: int, hidden: int, tail: int) -> tuple[int, int]:
        """The same, of one form. Args: number, of its attributes; tail, the tokens after the start tag."""
        entry = self._start_tags.entry(number, hidden)
        return tail if entry.complete else INFINITE, tail + (entry.more if name in self._pieces.start else entry.need)


def tail_of(tail: Tail, element: int) -> tuple[int, ...]:
    """The costs after the end of an element."""
    return next(costs for each, costs in tail if each == element)


def at(costs: tuple[int, ...], context: int) -> int:
    """A cost in a context; one that stands alone is that of all contexts."""
    return costs[0] if len(costs) == 1 else costs[context]
