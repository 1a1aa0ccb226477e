"""Content models: which children may follow one another in an element, and the fewest tokens that complete it.

A model is written as in a DTD: names, `|`, `?`, `*`, `+`, parentheses, one space for "then"; a word in capitals is a category.

Laws: `follow(content, name)` is what may come after `name`, None where `name` cannot come; content is complete iff
`may_end(content)`; `fewest(content)` is 0 iff it may end. Models are deterministic: `follow` gives finitely many contents.
Source: Brzozowski, Derivatives of Regular Expressions, 1964, doi:10.1145/321239.321249.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from htmlgen.decoding.masks import INFINITE

_WORD: Final = re.compile(r"[#\w-]+|[()|?*+]")


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing more."""


@dataclass(frozen=True, slots=True)
class Names:
    """One child, of any of these names."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Then:
    """One after the other."""

    first: "Content"
    rest: "Content"


@dataclass(frozen=True, slots=True)
class Either:
    """One or the other."""

    left: "Content"
    right: "Content"


@dataclass(frozen=True, slots=True)
class Any:
    """Any number of times, none included."""

    body: "Content"


Content = Empty | Names | Then | Either | Any
EMPTY: Final = Empty()


def content(notation: str, categories: Mapping[str, frozenset[str]]) -> Content:
    """The content that a notation such as `caption? colgroup* tbody*` describes."""
    words = _WORD.findall(notation)
    return _either(list(reversed(words)), categories) if words else EMPTY


def _either(words: list[str], categories: Mapping[str, frozenset[str]]) -> Content:
    left = _then(words, categories)
    if words and words[-1] == "|":
        words.pop()
        return Either(left, _either(words, categories))
    return left


def _then(words: list[str], categories: Mapping[str, frozenset[str]]) -> Content:
    parts: list[Content] = []
    while words and words[-1] not in "|)":
        parts.append(_counted(_one(words, categories), words))
    result: Content = EMPTY
    for part in reversed(parts):
        result = then(part, result)
    return result


def _one(words: list[str], categories: Mapping[str, frozenset[str]]) -> Content:
    word = words.pop()
    if word == "(":
        inner = _either(words, categories)
        words.pop()
        return inner
    return Names(categories[word] if word.isupper() else frozenset((word,)))


def _counted(one: Content, words: list[str]) -> Content:
    counts: dict[str, Callable[[Content], Content]] = {"?": lambda c: Either(EMPTY, c), "*": Any, "+": lambda c: then(c, Any(c))}
    return counts[words.pop()](one) if words and words[-1] in counts else one


def then(first: Content, rest: Content) -> Content:
    """`first`, then `rest`, in one spelling: nested to the right, without empty parts."""
    if isinstance(first, Empty):
        return rest
    if isinstance(rest, Empty):
        return first
    return Then(first.first, then(first.rest, rest)) if isinstance(first, Then) else Then(first, rest)


def may_end(content: Content) -> bool:
    """True if nothing more need come."""
    match content:
        case Then(first, rest):
            return may_end(first) and may_end(rest)
        case Either(left, right):
            return may_end(left) or may_end(right)
    return not isinstance(content, Names)


def follow(content: Content, name: str) -> Content | None:
    """What may come after a child of this name; None where it cannot come."""
    match content:
        case Names(names):
            return EMPTY if name in names else None
        case Then(first, rest):
            moved = follow(first, name)
            late = follow(rest, name) if may_end(first) else None
            return _one_of(then(moved, rest) if moved is not None else None, late)
        case Either(left, right):
            return _one_of(follow(left, name), follow(right, name))
        case Any(body):
            moved = follow(body, name)
            return None if moved is None else then(moved, content)
    return None


def _one_of(left: Content | None, right: Content | None) -> Content | None:
    if left is None or right is None or left == right:
        return right if left is None else left
    return Either(left, right)


def skip_to(content: Content, name: str) -> Content | None:
    """As `follow`, with what is required before `name` left out: a prompt may lack it."""
    if (moved := follow(content, name)) is not None:
        return moved
    return skip_to(content.rest, name) if isinstance(content, Then) else None


def firsts(content: Content) -> frozenset[str]:
    """The names that may come next."""
    match content:
        case Names(names):
            return names
        case Then(first, rest):
            return firsts(first) | firsts(rest) if may_end(first) else firsts(first)
        case Either(left, right):
            return firsts(left) | firsts(right)
        case Any(body):
            return firsts(body)
    return frozenset()


def alphabet(content: Content) -> frozenset[str]:
    """All names that may come, now or later."""
    match content:
        case Names(names):
            return names
        case Then(first, rest) | Either(first, rest):
            return alphabet(first) | alphabet(rest)
        case Any(body):
            return alphabet(body)
    return frozenset()


def fewest(content: Content, price: Callable[[frozenset[str]], int]) -> int:
    """The fewest tokens that complete the content; `price` is that of the cheapest of some names. INFINITE where none can."""
    match content:
        case Names(names):
            return price(names)
        case Then(first, rest):
            return min(INFINITE, fewest(first, price) + fewest(rest, price))
        case Either(left, right):
            return min(fewest(left, price), fewest(right, price))
    return 0
