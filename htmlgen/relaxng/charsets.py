"""Sets of characters, as sorted, disjoint, inclusive ranges of code points; and those that XSD regular expressions name.

Source: XML Schema Part 2, second edition, appendix F, https://www.w3.org/TR/xmlschema-2/#regexs; XML 1.0, 2.3 (names).
"""

import sys
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

Charset = tuple[tuple[int, int], ...]

LAST: Final = 0x10FFFF
EVERY: Final[Charset] = ((0, LAST),)

# XML 1.0, production [4] and [4a]
_NAME_START: Final[Charset] = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF), (0x370, 0x37D),
    (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)  # fmt: skip
_NAME_MORE: Final[Charset] = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))


def charset(ranges: Iterable[tuple[int, int]]) -> Charset:
    """Any ranges, sorted and joined."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(joined)


def complement(chars: Charset) -> Charset:
    """Every character that is not in the set."""
    gaps, low = [], 0
    for first, last in chars:
        if low < first:
            gaps.append((low, first - 1))
        low = last + 1
    return (*gaps, (low, LAST)) if low <= LAST else tuple(gaps)


def minus(chars: Charset, removed: Charset) -> Charset:
    """The characters of the first set that are not in the second."""
    return complement(charset((*complement(chars), *removed)))


def of_text(text: str) -> Charset:
    """The characters of a string."""
    return charset((ord(char), ord(char)) for char in text)


@lru_cache(maxsize=4096)
def either_case(chars: Charset) -> Charset:
    """The set, with ASCII letters in both cases."""
    swapped = [ord(chr(code).swapcase()) for code in (*range(65, 91), *range(97, 123)) if has(chars, code)]
    return charset((*chars, *((code, code) for code in swapped)))


def has(chars: Charset, code: int) -> bool:
    """Whether a code point is in the set."""
    return any(low <= code <= high for low, high in chars)


@cache
def _categories() -> dict[str, Charset]:
    """Each general category of Unicode, by its two letters and by its first."""
    ranges: dict[str, list[tuple[int, int]]] = {}
    start, last = 0, unicodedata.category("\0")
    for code in range(1, sys.maxunicode + 2):
        category = unicodedata.category(chr(code)) if code <= LAST else ""
        if category != last:
            for name in (last, last[0]):
                ranges.setdefault(name, []).append((start, code - 1))
            start, last = code, category
    return {name: charset(found) for name, found in ranges.items()}


def category(name: str) -> Charset | None:
    r"""What `\p{name}` stands for, None where Unicode knows no such category."""
    return _categories().get(name)


@cache
def escape_class(letter: str) -> Charset | None:
    r"""What `\s`, `\d`, `\w`, `\i`, `\c` and their capitals stand for, None for other letters."""
    if letter.isupper():
        positive = escape_class(letter.lower())
        return complement(positive) if positive is not None else None
    if letter == "d":
        return category("Nd")
    if letter == "w":
        return complement(charset((*_categories()["P"], *_categories()["Z"], *_categories()["C"])))
    return {"s": of_text(" \t\n\r"), "i": _NAME_START, "c": charset((*_NAME_START, *_NAME_MORE))}.get(letter)
