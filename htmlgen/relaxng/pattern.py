"""Content patterns: an algebra of what may stand between a start tag and its end tag, each pattern kept once.

Symbols are numbers: 0 is text, all others are elements (or, at the end, datatypes of whole contents). Patterns are numbers too, so
that equal patterns are equal numbers. Laws, held by construction:
  choice is flat, sorted, without repetition or notAllowed; interleave is flat, sorted, without empty; group is flat, without empty;
  notAllowed in a group or interleave makes all of it notAllowed; oneOrMore of oneOrMore is oneOrMore; the parts of a pattern have
  lower numbers than the pattern.
Source: J. Clark, An algorithm for RELAX NG validation, https://relaxng.org/jclark/derivative.html
"""

from collections.abc import Iterable
from typing import Final

from htmlgen.errors import GrammarError

NOT_ALLOWED: Final = 0
EMPTY: Final = 1
TEXT: Final = 2

#: The symbol of text.
TEXT_SYMBOL: Final = 0


class Patterns:
    """All patterns of a grammar: `kinds[p]` is `symbol`, `choice`, `group`, `interleave`, `oneOrMore`; `parts[p]` its parts.

    A symbol's only part is the symbol's number. `nullable[p]` says whether nothing at all matches.
    """

    def __init__(self, size_limit: int = 2_000_000) -> None:
        self.size_limit = size_limit
        self.size = 0
        self.kinds = ["notAllowed", "empty", "symbol"]
        self.parts: list[tuple[int, ...]] = [(), (), (TEXT_SYMBOL,)]
        self.nullable = [False, True, True]
        self._numbers: dict[tuple[str, tuple[int, ...]], int] = {("symbol", (TEXT_SYMBOL,)): TEXT}

    def symbol(self, number: int, nullable: bool = False) -> int:
        """The pattern of one element, or of a datatype, which is nullable where it accepts the empty string."""
        return self._keep("symbol", (number,), nullable)

    def choice(self, parts: Iterable[int]) -> int:
        """`a | b`."""
        flat = sorted({each for part in parts for each in self._flat("choice", part)} - {NOT_ALLOWED})
        if EMPTY in flat and any(self.nullable[part] for part in flat if part != EMPTY):
            flat.remove(EMPTY)
        if len(flat) < 2:
            return flat[0] if flat else NOT_ALLOWED
        return self._keep("choice", tuple(flat), any(self.nullable[part] for part in flat))

    def group(self, parts: Iterable[int]) -> int:
        """`a, b`."""
        return self._all("group", [each for part in parts for each in self._flat("group", part)])

    def interleave(self, parts: Iterable[int]) -> int:
        """`a & b`."""
        flat = sorted(each for part in parts for each in self._flat("interleave", part))
        return self._all("interleave", [part for i, part in enumerate(flat) if part != TEXT or i == 0 or flat[i - 1] != TEXT])

    def one_or_more(self, part: int) -> int:
        """`a+`."""
        if part in (NOT_ALLOWED, EMPTY, TEXT) or self.kinds[part] == "oneOrMore":
            return part
        return self._keep("oneOrMore", (part,), self.nullable[part])

    def optional(self, part: int) -> int:
        """`a?`."""
        return self.choice((part, EMPTY))

    def _flat(self, kind: str, part: int) -> tuple[int, ...]:
        return self.parts[part] if self.kinds[part] == kind else (part,)

    def _all(self, kind: str, parts: list[int]) -> int:
        parts = [part for part in parts if part != EMPTY]
        if NOT_ALLOWED in parts:
            return NOT_ALLOWED
        if len(parts) < 2:
            return parts[0] if parts else EMPTY
        return self._keep(kind, tuple(parts), all(self.nullable[part] for part in parts))

    def _keep(self, kind: str, parts: tuple[int, ...], nullable: bool) -> int:
        key = (kind, parts)
        if key not in self._numbers:
            self.size += len(parts)
            if self.size > self.size_limit:
                raise GrammarError(f"the grammar's content patterns have more parts than the limit of {self.size_limit:,}")
            self._numbers[key] = len(self.kinds)
            self.kinds.append(kind)
            self.parts.append(parts)
            self.nullable.append(nullable)
        return self._numbers[key]

    def below(self, pattern: int) -> tuple[int, ...]:
        """The patterns that a pattern is made of, without itself."""
        return () if self.kinds[pattern] == "symbol" else self.parts[pattern]

    def symbols(self, pattern: int) -> list[int]:
        """The symbols of a pattern, each once."""
        found: dict[int, None] = {}
        seen, ahead = {pattern}, [pattern]
        while ahead:
            here = ahead.pop()
            if self.kinds[here] == "symbol":
                found[self.parts[here][0]] = None
            new = [part for part in self.below(here) if part not in seen]
            seen.update(new)
            ahead.extend(new)
        return list(found)

    def rebuilt(self, kind: str, parts: list[int]) -> int:
        """The pattern of a kind with other parts."""
        if kind == "oneOrMore":
            return self.one_or_more(parts[0])
        return {"choice": self.choice, "group": self.group, "interleave": self.interleave}[kind](parts)
