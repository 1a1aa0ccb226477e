"""Derivatives of content patterns: what may still come after a text or an element.

Law: a word `s w` matches a pattern if and only if `w` matches its derivative by `s`; the empty word matches nullable patterns.
All derivatives of a pattern are taken at once, as a map from each symbol that can come first to the pattern of the rest; the
derivative by any other symbol is notAllowed.
Source: J. Brzozowski 1964, doi:10.1145/321239.321249; for interleave J. Clark, as in `pattern.py`.
"""

from collections.abc import Iterable

from htmlgen.errors import GrammarError
from htmlgen.relaxng.pattern import EMPTY, NOT_ALLOWED, TEXT, TEXT_SYMBOL, Patterns

First = dict[int, int]


class Derivatives:
    """The derivatives of the patterns of a grammar, each computed once and without recursion."""

    def __init__(self, patterns: Patterns) -> None:
        self.patterns = patterns
        self.size = 0
        self._known: dict[int, First] = {NOT_ALLOWED: {}, EMPTY: {}, TEXT: {TEXT_SYMBOL: TEXT}}

    def derivative(self, pattern: int, symbol: int) -> int:
        """The pattern of what may follow a symbol; notAllowed where the symbol cannot come first."""
        return self.first(pattern).get(symbol, NOT_ALLOWED)

    def first(self, pattern: int) -> First:
        """Each symbol that can come first, with the derivative by it."""
        stack = [pattern]
        while stack:
            here = stack[-1]
            missing = [part for part in self.patterns.below(here) if part not in self._known]
            if here in self._known or not missing:
                stack.pop()
                if here not in self._known:
                    self._known[here] = self._of(here)
                    self._account(len(self._known[here]))
            else:
                stack.extend(missing)
        return self._known[pattern]

    def _account(self, count: int) -> None:
        self.size += count
        if self.size > self.patterns.size_limit:
            raise GrammarError(f"the grammar's content has more derivatives than the limit of {self.patterns.size_limit:,}")

    def _of(self, pattern: int) -> First:
        parts = self.patterns.parts[pattern]
        rules = {"symbol": self._symbol, "choice": self._choice, "group": self._group, "interleave": self._interleave}
        return rules.get(self.patterns.kinds[pattern], self._one_or_more)(parts)

    def _symbol(self, parts: tuple[int, ...]) -> First:
        return {parts[0]: EMPTY}

    def _choice(self, parts: tuple[int, ...]) -> First:
        return self._union(self._known[part].items() for part in parts)

    def _group(self, parts: tuple[int, ...]) -> First:
        found = []
        for position, part in enumerate(parts):
            rest = parts[position + 1 :]
            found.append([(symbol, self.patterns.group((left, *rest))) for symbol, left in self._known[part].items()])
            if not self.patterns.nullable[part]:
                break
        return self._union(found)

    def _interleave(self, parts: tuple[int, ...]) -> First:
        found = []
        for position, part in enumerate(parts):
            others = (*parts[:position], *parts[position + 1 :])
            found.append([(symbol, self.patterns.interleave((left, *others))) for symbol, left in self._known[part].items()])
        return self._union(found)

    def _one_or_more(self, parts: tuple[int, ...]) -> First:
        again = self.patterns.optional(self.patterns.one_or_more(parts[0]))
        return {symbol: self.patterns.group((left, again)) for symbol, left in self._known[parts[0]].items()}

    def _union(self, maps: Iterable[Iterable[tuple[int, int]]]) -> First:
        found: dict[int, list[int]] = {}
        for pairs in maps:
            for symbol, left in pairs:
                found.setdefault(symbol, []).append(left)
        return {symbol: self.patterns.choice(left) if len(left) > 1 else left[0] for symbol, left in found.items()}
