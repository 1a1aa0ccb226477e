r"""XSD regular expressions → trees of characters, sequences, choices and repetitions.

Read are classes with ranges, negation and subtraction (`[a-z-[aeiou]]`), `.`, `\s \d \w \i \c` and their capitals, `\p{L}` by
Unicode category, groups, `|`, `? * + {m} {m,} {m,n}`. The whole value must match: `^` and `$` are plain characters.
Source: XML Schema Part 2, second edition, appendix F, https://www.w3.org/TR/xmlschema-2/#regexs
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from htmlgen.relaxng import charsets
from htmlgen.relaxng.charsets import Charset

if TYPE_CHECKING:
    from htmlgen.relaxng.dfa import Dfa

_SINGLE: Final = {"n": "\n", "r": "\r", "t": "\t"}
_PLAIN: Final = frozenset("\\|.-^?*+{}()[]")
_DOT: Final = charsets.complement(charsets.of_text("\n\r"))
_MAX_NESTING: Final = 64
_MAX_COUNT: Final = 100_000
_MAX_PARTS: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Chars:
    """One character of a set."""

    chars: Charset


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """Parts one after the other; the empty sequence is the empty string."""

    parts: tuple["Regex", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """One of the parts; an empty choice matches nothing."""

    parts: tuple["Regex", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """The body `low` to `high` times, without end where `high` is None."""

    body: "Regex"
    low: int
    high: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """What an automaton accepts."""

    dfa: "Dfa"


Regex = Chars | Sequence | Either | Times | Machine

EMPTY: Final = Sequence(())
NOTHING: Final = Either(())
ANYTHING: Final = Times(Chars(charsets.EVERY), 0, None)
SPACE: Final = Chars(charsets.of_text(" \t\n\r"))


def either(parts: list[Regex]) -> Regex:
    """A choice, without choices directly in it unless they are huge."""
    flat = [part.parts if isinstance(part, Either) else (part,) for part in parts]
    return Either(_joined(flat) if sum(map(len, flat)) <= _MAX_PARTS else tuple(parts))


def sequence(parts: list[Regex]) -> Regex:
    """A sequence, without sequences directly in it unless they are huge."""
    flat = [part.parts if isinstance(part, Sequence) else (part,) for part in parts]
    return Sequence(_joined(flat) if sum(map(len, flat)) <= _MAX_PARTS else tuple(parts))


def _joined(flat: list[tuple[Regex, ...]]) -> tuple[Regex, ...]:
    return tuple(part for parts in flat for part in parts)


def literal(text: str) -> Regex:
    """Exactly this text."""
    return Sequence(tuple(Chars(charsets.of_text(char)) for char in text))


class RegexError(ValueError):
    """What is wrong with a regular expression; the message gives the character's number, from 1."""


def parse_regex(text: str) -> Regex:
    """The tree of a regular expression. Raises: RegexError."""
    reader = _Reader(text)
    tree = reader.choice(0)
    if reader.next:
        reader.fail("expected the end of the expression")
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    @property
    def next(self) -> str:
        return self.text[self.position : self.position + 1]

    def take(self) -> str:
        char = self.next
        self.position += 1
        return char

    def skip(self, char: str) -> bool:
        if self.next == char:
            self.position += 1
            return True
        return False

    def expect(self, char: str) -> None:
        if not self.skip(char):
            self.fail(f"expected '{char}'")

    def fail(self, message: str) -> NoReturn:
        found = f"'{self.next}'" if self.next else "the end"
        raise RegexError(f"{message}, found {found} at character {self.position + 1} of the pattern")

    def choice(self, depth: int) -> Regex:
        if depth > _MAX_NESTING:
            self.fail(f"groups nested deeper than {_MAX_NESTING}")
        parts = [self.sequence(depth)]
        while self.skip("|"):
            parts.append(self.sequence(depth))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def sequence(self, depth: int) -> Regex:
        parts: list[Regex] = []
        while self.next and self.next not in "|)":
            parts.append(self.repeated(self.atom(depth)))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, body: Regex) -> Regex:
        ends = {"?": (0, 1), "*": (0, None), "+": (1, None)}
        if self.next and self.next in ends:
            return Times(body, *ends[self.take()])
        return self.counted(body) if self.skip("{") else body

    def counted(self, body: Regex) -> Regex:
        low = self.number()
        high: int | None = low
        if self.skip(","):
            high = None if self.next == "}" else self.number()
        if high is not None and high < low:
            self.fail(f"expected a count of at least {low}")
        self.expect("}")
        return Times(body, low, high)

    def number(self) -> int:
        digits = ""
        while self.next and self.next in "0123456789":
            digits += self.take()
        if not digits or len(digits) > 6 or int(digits) > _MAX_COUNT:
            self.fail(f"expected a number up to {_MAX_COUNT:,}")
        return int(digits)

    def atom(self, depth: int) -> Regex:
        if self.skip("("):
            inside = self.choice(depth + 1)
            self.expect(")")
            return inside
        if self.skip("["):
            return Chars(self.chars(depth))
        if self.skip("."):
            return Chars(_DOT)
        if self.skip("\\"):
            return Chars(self.escape())
        if self.next in "?*+{}]":
            self.fail("expected a character or a group")
        return Chars(charsets.of_text(self.take()))

    def escape(self) -> Charset:
        letter = self.take()
        if letter and letter in "pP":
            return self.category(letter)
        if letter and (letter in _PLAIN or letter in _SINGLE):
            return charsets.of_text(_SINGLE.get(letter, letter))
        found = charsets.escape_class(letter) if letter else None
        if found is None:
            self.position -= 1
            self.fail("expected an escape")
        return found

    def category(self, letter: str) -> Charset:
        self.expect("{")
        end = self.text.find("}", self.position)
        name = self.text[self.position : end]
        found = charsets.category(name) if end > 0 else None
        if found is None:
            self.fail("expected a category of Unicode such as L, Lu or Nd")
        self.position = end + 1
        return found if letter == "p" else charsets.complement(found)

    def chars(self, depth: int) -> Charset:
        """A class, after its bracket."""
        if depth > _MAX_NESTING:
            self.fail(f"classes nested deeper than {_MAX_NESTING}")
        negated = self.skip("^")
        ranges: list[tuple[int, int]] = []
        removed: Charset = ()
        first = True
        while first or self.next != "]":
            first = False
            if ranges and self.text.startswith("-[", self.position):
                self.position += 2
                removed = self.chars(depth + 1)
                break
            ranges.extend(self.range())
        self.expect("]")
        chars = charsets.charset(ranges)
        return charsets.minus(charsets.complement(chars) if negated else chars, removed)

    def range(self) -> Charset:
        low = self.class_char()
        follows = self.text[self.position + 1 : self.position + 2]
        if self.next != "-" or follows in ("]", "["):
            return low
        self.take()
        high = self.class_char()
        if len(low) != 1 or len(high) != 1 or low[0][0] != low[0][1] or low[0][0] > high[0][1]:
            self.fail("expected a range from a character to a later one before what stands here")
        return ((low[0][0], high[0][1]),)

    def class_char(self) -> Charset:
        if self.skip("\\"):
            return self.escape()
        if not self.next or self.next in "[]":
            self.fail("expected a character of a class")
        return charsets.of_text(self.take())
