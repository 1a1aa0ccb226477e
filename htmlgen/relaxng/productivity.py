"""Elements that can never end: found, named, and taken out, so that whoever writes a page never meets one.

An element that needs itself, directly or through others, is a mistake and an error. One that needs what the grammar does not allow
(an overriding grammar may say `tr.element = notAllowed`) is taken out with a warning.
"""

from dataclasses import dataclass, field

from htmlgen.relaxng.expansion import Expansion, Forms
from htmlgen.relaxng.pattern import EMPTY, NOT_ALLOWED, Patterns


def pruned(expansion: Expansion, start: int, forms: list[Forms]) -> tuple[int, list[Forms], list[str]]:
    """The start pattern and forms without elements that cannot end, and warnings that name them.

    Raises: GrammarError, where elements need each other in a circle.
    """
    forbidden = {2 * (number + 1) for number, each in enumerate(forms) if not each}
    endless = _Ends(expansion.patterns, forms, set(forbidden)).endless()
    if endless:
        raise _circle(expansion, forms, endless)
    dead = set(_Ends(expansion.patterns, forms, set()).endless())
    empty = [number for number, dfa in enumerate(expansion.datatypes.automata) if not dfa.start]
    removed = dead | {2 * number + 1 for number in empty}
    if not removed:
        return start, forms, []
    kept = _without(expansion.patterns, removed)
    left = [tuple((formula, kept[content]) for formula, content in each if kept[content] != NOT_ALLOWED) for each in forms]
    warnings = [
        f"{expansion.symbols[symbol // 2 - 1].node.place}: element '{expansion.symbols[symbol // 2 - 1].names}' needs what is not allowed"
        for symbol in sorted(dead - forbidden)
    ]
    return kept[start], left, warnings


@dataclass(slots=True)
class _Ends:
    """Which elements can end; `alive` are those known to, `possible` the patterns known to have an end."""

    patterns: Patterns
    forms: list[Forms]
    alive: set[int]
    possible: set[int] = field(default_factory=set)

    def endless(self) -> list[int]:
        """The symbols of elements that cannot end, by a least fixed point."""
        left = [2 * (number + 1) for number in reversed(range(len(self.forms))) if 2 * (number + 1) not in self.alive]
        found = True
        while found:
            found = False
            for symbol in left:
                if any(self.can_end(content) for _, content in self.forms[symbol // 2 - 1]):
                    self.alive.add(symbol)
                    found = True
            left = [symbol for symbol in left if symbol not in self.alive]
        return left[::-1]

    def can_end(self, pattern: int) -> bool:
        verdicts: dict[int, bool] = {}
        stack = [pattern]
        while stack:
            here = stack[-1]
            parts = self.patterns.below(here)
            missing = [part for part in parts if part not in verdicts and part not in self.possible]
            if here in self.possible or not missing:
                stack.pop()
                verdicts[here] = here in self.possible or self._rule(here, [verdicts.get(part, True) for part in parts])
                if verdicts[here]:
                    self.possible.add(here)
            else:
                stack.extend(missing)
        return verdicts[pattern]

    def _rule(self, pattern: int, parts: list[bool]) -> bool:
        kind = self.patterns.kinds[pattern]
        if kind == "symbol":
            symbol = self.patterns.parts[pattern][0]
            return symbol == 0 or symbol % 2 == 1 or symbol in self.alive
        if kind == "choice":
            return any(parts)
        return pattern == EMPTY or (pattern != NOT_ALLOWED and all(parts))


def _circle(expansion: Expansion, forms: list[Forms], endless: list[int]) -> Exception:
    names, place = [], None
    symbol = endless[0]
    path: list[int] = []
    while symbol not in path:
        path.append(symbol)
        contents = [content for _, content in forms[symbol // 2 - 1]]
        symbol = next(each for content in contents for each in expansion.patterns.symbols(content) if each in endless)
    for each in (*path[path.index(symbol) :], symbol):
        names.append(str(expansion.symbols[each // 2 - 1].names))
        place = place or expansion.symbols[each // 2 - 1].node.place
    assert place is not None
    return place.error(f"elements that can never end, because each needs the next: {' → '.join(names)}")


def _without(patterns: Patterns, removed: set[int]) -> list[int]:
    """Each pattern with some symbols not allowed."""
    kept: list[int] = []
    for pattern in range(len(patterns.kinds)):
        parts = patterns.below(pattern)
        if patterns.kinds[pattern] == "symbol":
            kept.append(NOT_ALLOWED if patterns.parts[pattern][0] in removed else pattern)
        elif parts and any(kept[part] != part for part in parts):
            kept.append(patterns.rebuilt(patterns.kinds[pattern], [kept[part] for part in parts]))
        else:
            kept.append(pattern)
    return kept
