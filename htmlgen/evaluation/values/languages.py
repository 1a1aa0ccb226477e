"""Language tags: BCP 47 (RFC 5646, 2.1 and 2.2.9), with the subtags that IANA has registered.

A tag is right if it is well-formed, each of its subtags is registered, and none of its variants and singletons stands twice. That a variant
follows one of the prefixes that its registration recommends is advice, and not asked for.
"""

import re
from functools import cache
from pathlib import Path

_PRIVATE = re.compile(r"x(-[a-z0-9]{1,8})+")
#: RFC 5646, 2.1: what each place of a tag looks like, in the order of the tag; the kinds are those of the table.
_PLACES = (
    ("extlang", re.compile(r"[a-z]{3}")),
    ("script", re.compile(r"[a-z]{4}")),
    ("region", re.compile(r"[a-z]{2}|[0-9]{3}")),
    ("variant", re.compile(r"[a-z0-9]{5,8}|[0-9][a-z0-9]{3}")),
)
_NAMES = {"language": "language", "extlang": "extended language", "script": "script", "region": "region", "variant": "variant"}
_EXTENSIONS = {"t": "RFC 6497", "u": "RFC 6067"}
_LANGUAGE = re.compile(r"[a-z]{2,3}|[a-z]{5,8}")
_REST = re.compile(r"[a-z0-9]{2,8}")


@cache
def subtags() -> dict[str, frozenset[str]]:
    """The registered subtags of each kind, lower-case, with ranges as `qaa..qtz`; `eval/subtags.py` writes the file."""
    lines = Path(__file__).with_name("subtags.txt").read_text(encoding="ascii").splitlines()
    found = {kind: words for kind, *words in map(str.split, lines)}
    plain = ("language", "script", "region", "grandfathered")
    return {kind: frozenset(words) if kind in plain else frozenset(_prefixes(words)) for kind, words in found.items()}


@cache
def _extlang_prefixes() -> dict[str, str]:
    """The language that each extended language belongs after; there is one each."""
    line = Path(__file__).with_name("subtags.txt").read_text(encoding="ascii").splitlines()[2]
    return _prefixes(line.split()[1:])


def _prefixes(words: list[str]) -> dict[str, str]:
    return {subtag: prefix for subtag, _, prefix in (word.partition("=") for word in words)}


def _registered(kind: str, subtag: str) -> bool:
    return subtag in subtags()[kind] or any(
        len(subtag) == len(first) and first <= subtag <= last for first, last in _ranges(kind)
    )


@cache
def _ranges(kind: str) -> tuple[tuple[str, str], ...]:
    return tuple((each.partition("..")[0], each.partition("..")[2]) for each in subtags()[kind] if ".." in each)


def language_problem(tag: str) -> str | None:
    """What is wrong with a language tag; None, if it is valid."""
    low = tag.lower()
    if low in subtags()["grandfathered"] or _PRIVATE.fullmatch(low):
        return None
    language, *rest = low.split("-")
    if not _LANGUAGE.fullmatch(language):
        return f'"{language}" is no language subtag; a tag begins with one, such as "en" or "de"'
    if not _registered("language", language):
        return f'the language "{language}" is not registered; see the IANA Language Subtag Registry'
    return _rest_problem(low, language, rest)


def _rest_problem(tag: str, language: str, rest: list[str]) -> str | None:
    """What is wrong with what follows the language."""
    place = 0
    for index, subtag in enumerate(rest):
        if len(subtag) == 1:
            return _extensions_problem(rest[index:])
        place = next((i for i in range(place, len(_PLACES)) if _PLACES[i][1].fullmatch(subtag)), -1)
        if place < 0:
            return f'"{subtag}" cannot stand there; the order is language, script, region, variants, as in "zh-Hant-TW"'
        kind = _PLACES[place][0]
        if not _registered(kind, subtag):
            return f'the {_NAMES[kind]} "{subtag}" is not registered; see the IANA Language Subtag Registry'
        if kind == "extlang" and language != _extlang_prefixes()[subtag]:
            return f'the extended language "{subtag}" belongs after "{_extlang_prefixes()[subtag]}"'
        if kind == "variant" and subtag in rest[:index]:
            return f'the variant "{subtag}" stands twice in "{tag}"'
        place += kind != "variant"
    return None


def _extensions_problem(rest: list[str]) -> str | None:
    """What is wrong with extensions and private use: a singleton, then subtags of its own."""
    seen: set[str] = set()
    index = 0
    while index < len(rest):
        singleton = rest[index]
        if singleton == "x":
            return None if _PRIVATE.fullmatch("-".join(rest[index:])) else 'after "x-" come private subtags of 1 to 8 letters or digits'
        if singleton not in _EXTENSIONS:
            return f'no extension "{singleton}" is registered; there are "t" and "u", and "x" for private use'
        if singleton in seen:
            return f'the extension "{singleton}" stands twice'
        seen.add(singleton)
        end = next((i for i in range(index + 1, len(rest)) if len(rest[i]) == 1), len(rest))
        if end == index + 1 or not all(map(_REST.fullmatch, rest[index + 1 : end])):
            return f'after "{singleton}" come subtags of 2 to 8 letters or digits'
        index = end
    return None
