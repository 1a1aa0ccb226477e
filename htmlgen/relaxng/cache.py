"""Automata on disk: a grammar is closed once, then read back in a fraction of the time.

A file is the SHA-256 of the rest, the length of a JSON text in 8 bytes, that text, and tables of numbers as they lie in memory, which
the text gives the sizes of: nothing in it can run, and it is read without NumPy. Its name holds a hash of the grammar's text and of
htmlgen's own code; the texts of includes are compared when it is read. Whatever is wrong with a file, it is made anew. A folder keeps a
bounded number of files, the newest.
"""

import contextlib
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import astuple, replace
from functools import cache as once
from hashlib import sha256
from pathlib import Path
from typing import Any

from htmlgen.files import listed, write_atomically
from htmlgen.relaxng.attributes import AttributeClass, AttributeUse
from htmlgen.relaxng.automaton import Automaton, ElementType, Form
from htmlgen.relaxng.dfa import Dfa
from htmlgen.relaxng.formulas import Alternative
from htmlgen.relaxng.limits import Limits
from htmlgen.relaxng.names import NameTest
from htmlgen.relaxng.notes import AttributeNotes, ElementNotes
from htmlgen.relaxng.sources import Files, Origin, Request, text_hash, unchanged

_DIGEST = 32   # bytes of a SHA-256
_LENGTH = 8   # bytes of the length of the JSON text
_FILES = 64   # kept in a folder


class _UnusableError(Exception):
    """A file of the cache is broken, or an include has changed since."""


def load_automaton(source: Origin, *, cache: Path | bool = True, limits: Limits | None = None) -> Automaton:
    """The automaton of a grammar, from the cache where it is there.

    Args: source as for `load_grammar`; cache is a folder, True for the user's cache folder, False for none.
    Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError. A cache that cannot be written is done without.
    """
    limits = limits or Limits()
    name, text, _ = Files(limits).open(source)
    file = _place(name, text, cache, limits)
    if file is None:
        return _compiled(source, limits)[0]
    with contextlib.suppress(OSError, _UnusableError):
        return _from_saved(*_saved(file, limits))
    automaton, requests = _compiled(source, limits)
    with contextlib.suppress(OSError):
        automaton = replace(automaton, digest=_write(file, automaton, requests))
        tidy(file.parent, "*.automaton")
    return automaton


def sources_hash(source: Origin, *, cache: Path | bool = True, limits: Limits | None = None) -> str:
    """SHA-256, in hexadecimal, of a grammar's text and of all that it includes.

    Args: as of `load_automaton`; what a grammar includes is known from the cache, if its automaton is there.
    Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError.
    """
    limits = limits or Limits()
    name, text, _ = Files(limits).open(source)
    return text_hash(json.dumps((name, text, _requests(source, _place(name, text, cache, limits), limits))))


def _requests(source: Origin, file: Path | None, limits: Limits) -> list[Request]:
    """What a grammar includes."""
    if file:
        with contextlib.suppress(OSError, _UnusableError):
            return [*_saved(file, limits)[0]["requests"]]
    from htmlgen.relaxng.grammar import load_grammar

    return [*load_grammar(source, limits).requests]


def _place(name: str, text: str, cache: Path | bool, limits: Limits) -> Path | None:
    """The file of a grammar's automaton, None for none."""
    if cache is False:
        return None
    folder = user_cache() if cache is True else cache
    return folder / f"{Path(name).stem.strip('<>')}-{_key(name, text, limits)}.automaton"


def _compiled(source: Origin, limits: Limits) -> tuple[Automaton, tuple[Request, ...]]:
    """The automaton of a grammar, with what it includes. What reads and compiles grammars is imported where there is need of it."""
    from htmlgen.relaxng.closure import compile_grammar
    from htmlgen.relaxng.grammar import load_grammar

    grammar = load_grammar(source, limits)
    return compile_grammar(grammar), grammar.requests


def user_cache() -> Path:
    """The platform's folder for caches of this user."""
    from platformdirs import user_cache_path  # here, as a folder that is named needs none

    return user_cache_path("htmlgen", appauthor=False) / "grammars"


def _key(name: str, text: str, limits: Limits) -> str:
    content = "\0".join((code_hash(Path(__file__).parent), name, repr(limits), text))
    return sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@once
def code_hash(folder: Path) -> str:
    """A hash of a folder's code, and of how this processor lays out numbers."""
    return sha256("".join((sys.byteorder, *listed(folder))).encode("utf-8", "surrogateescape")).hexdigest()


# Files --------------------------------------------------------------------------------------------------------------------------


def _write(file: Path, automaton: Automaton, requests: tuple[Request, ...]) -> str:
    """Returns: the digest, in hexadecimal."""
    content = _content(automaton, requests)
    digest = sha256(content)
    write(file, digest.digest() + content)
    return digest.hexdigest()


def write(file: Path, content: bytes) -> None:
    """Write a file that can be made anew, so that others see all of it or nothing. Raises: OSError."""
    with write_atomically(file, lasting=False) as stream:
        stream.write(content)


def tidy(folder: Path, pattern: str) -> None:
    """Remove the files that were made longest ago, where there are many."""
    files = sorted((file.stat().st_mtime, file) for file in folder.glob(pattern))
    for _, file in files[:-_FILES]:
        file.unlink(missing_ok=True)


def _saved(file: Path, limits: Limits) -> tuple[dict[str, Any], memoryview]:
    """What a file says, and the tables behind it. Raises: OSError; _UnusableError, where it is broken, or an include has changed."""
    content = file.read_bytes()
    if sha256(memoryview(content)[_DIGEST:]).digest() != content[:_DIGEST]:
        raise _UnusableError
    begin = _DIGEST + _LENGTH
    end = begin + int.from_bytes(content[_DIGEST:begin], "little")
    saved = json.loads(content[begin:end])
    if not unchanged(((href, tuple(folder), known) for href, folder, known in saved["requests"]), limits):
        raise _UnusableError
    return {**saved, "digest": content[:_DIGEST].hex()}, memoryview(content)[end:]


def _content(automaton: Automaton, requests: tuple[Request, ...]) -> bytes:
    """What a file holds behind its digest."""
    tables = [(automaton.next, "i"), (automaton.nullable, "?")]
    for dfa in automaton.datatypes:
        tables += [(dfa.bounds, "i"), (dfa.classes, "i"), (dfa.table, "i"), (dfa.accepting, "?")]
    shapes = [(kind, *table.shape) for table, kind in tables]
    starts = [dfa.start for dfa in automaton.datatypes]
    text = json.dumps({**_to_json(automaton), "tables": shapes, "starts": starts, "requests": requests}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH)
    return b"".join((len(text).to_bytes(_LENGTH, "little"), text, *(_padded(table.tobytes()) for table, _ in tables)))


def _padded(part: bytes) -> bytes:
    """Tables begin at whole multiples of 8 bytes, as processors like it."""
    return part + b"\0" * (-len(part) % _LENGTH)


def _tables(shapes: list[list[Any]], content: memoryview) -> Iterator[memoryview]:
    """The tables of a file, each a view into it, by kind and shape."""
    place = 0
    for kind, *shape in shapes:
        size = math.prod(shape) * (4 if kind == "i" else 1)
        yield content[place : place + size].cast(kind, shape) if size else memoryview(b"").cast(kind)
        place += size + -size % _LENGTH


def _to_json(automaton: Automaton) -> dict[str, Any]:
    uses = list(dict.fromkeys(use for each in automaton.attributes for use in each.uses))
    numbers = {use: number for number, use in enumerate(uses)}
    return {
        "name": automaton.name,
        "start": automaton.start,
        "elements": [astuple(element) for element in automaton.elements],
        "data": automaton.data,
        "uses": [astuple(use) for use in uses],
        "attributes": [
            [[numbers[use] for use in each.uses], [[(hex(one.required), hex(one.allowed)) for one in choice] for choice in each.choices]]
            for each in automaton.attributes
        ],
        "words": automaton.words,
        "warnings": automaton.warnings,
    }


def _from_saved(saved: dict[str, Any], content: memoryview) -> Automaton:
    tables = _tables(saved["tables"], content)
    uses = [AttributeUse(NameTest(*_tuples(names)), datatype, AttributeNotes(*_tuples(notes))) for names, datatype, notes in saved["uses"]]
    return Automaton(
        name=saved["name"],
        moves=next(tables),
        endings=next(tables),
        start=saved["start"],
        elements=tuple(_element(*each) for each in saved["elements"]),
        data=tuple(saved["data"]),
        attributes=tuple(_attribute_class(numbers, choices, uses) for numbers, choices in saved["attributes"]),
        datatypes=tuple(Dfa(next(tables), next(tables), next(tables), next(tables), start) for start in saved["starts"]),
        words=tuple(saved["words"]),
        warnings=tuple(saved["warnings"]),
        digest=saved["digest"],
    )


def _element(names: list[Any], notes: list[Any], place: str, forms: list[list[int]]) -> ElementType:
    return ElementType(NameTest(*_tuples(names)), ElementNotes(*_tuples(notes)), place, tuple(Form(*form) for form in forms))


def _attribute_class(numbers: list[int], choices: list[list[list[str]]], uses: list[AttributeUse]) -> AttributeClass:
    return AttributeClass(
        tuple(uses[number] for number in numbers),
        tuple(tuple(Alternative(int(one[0], 16), int(one[1], 16)) for one in choice) for choice in choices),
    )


def _tuples(values: list[Any]) -> tuple[Any, ...]:
    return tuple([_tuples(each) if type(each) is list else each for each in values])
