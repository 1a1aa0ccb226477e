"""Automata on disk: a grammar is closed once, then read back in a fraction of the time.

A file is the SHA-256 of the rest, then a NumPy archive of plain arrays and one JSON text: nothing in it can run. Its name holds a hash
of the grammar's text and of htmlgen's own code; the texts of includes are compared when it is read. Whatever is wrong with a file, it
is made anew. A folder keeps a bounded number of files, the newest.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import astuple
from functools import cache as once
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from htmlgen.relaxng.annotations import AttributeNotes, ElementNotes
from htmlgen.relaxng.attributes import AttributeClass, AttributeUse
from htmlgen.relaxng.automaton import Automaton, ElementType, Form
from htmlgen.relaxng.dfa import Dfa
from htmlgen.relaxng.formulas import Alternative
from htmlgen.relaxng.names import NameTest
from htmlgen.relaxng.sources import Files, Origin, Request, unchanged
from htmlgen.relaxng.syntax import Limits

_DIGEST = 32   # bytes of a SHA-256
_FILES = 64   # kept in a folder


class _UnusableError(Exception):
    """A file of the cache is broken, or an include has changed since."""


def load_automaton(source: Origin, *, cache: Path | bool = True, limits: Limits | None = None) -> Automaton:
    """The automaton of a grammar, from the cache where it is there.

    Args: source as for `load_grammar`; cache is a folder, True for the user's cache folder, False for none.
    Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError. A cache that cannot be written is done without.
    """
    limits = limits or Limits()
    if cache is False:
        return _compiled(source, limits)[0]
    folder = user_cache() if cache is True else cache
    name, text, _ = Files(limits).open(source)
    file = folder / f"{Path(name).stem.strip('<>')}-{_key(name, text, limits)}.automaton"
    with contextlib.suppress(OSError, _UnusableError):
        return _read(file, limits)
    automaton, requests = _compiled(source, limits)
    with contextlib.suppress(OSError):
        _write(file, automaton, requests)
        _tidy(folder)
    return automaton


def _compiled(source: Origin, limits: Limits) -> tuple[Automaton, tuple[Request, ...]]:
    """The automaton of a grammar, with what it includes. What reads and compiles grammars is imported where there is need of it."""
    from htmlgen.relaxng.closure import compile_grammar
    from htmlgen.relaxng.grammar import load_grammar

    grammar = load_grammar(source, limits)
    return compile_grammar(grammar), grammar.requests


def user_cache() -> Path:
    """The platform's folder for caches of this user."""
    return user_cache_path("htmlgen", appauthor=False) / "grammars"


def _key(name: str, text: str, limits: Limits) -> str:
    content = "\0".join((_code_hash(), name, repr(limits), text))
    return sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@once
def _code_hash() -> str:
    digest = sha256(f"numpy {np.__version__}".encode())
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


# Files --------------------------------------------------------------------------------------------------------------------------


def _write(file: Path, automaton: Automaton, requests: tuple[Request, ...]) -> None:
    """Write a file so that others see all of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**_to_json(automaton), "requests": requests}).encode()
    content = BytesIO()
    np.savez(content, **_to_arrays(automaton), json=np.frombuffer(text, np.uint8))
    handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(sha256(content.getbuffer()).digest() + content.getbuffer())
        Path(temporary).replace(file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _tidy(folder: Path) -> None:
    """Remove the files that were made longest ago, where there are many."""
    files = sorted((file.stat().st_mtime, file) for file in folder.glob("*.automaton"))
    for _, file in files[:-_FILES]:
        file.unlink(missing_ok=True)


def _read(file: Path, limits: Limits) -> Automaton:
    content = file.read_bytes()
    if sha256(memoryview(content)[_DIGEST:]).digest() != content[:_DIGEST]:
        raise _UnusableError
    with np.load(BytesIO(content[_DIGEST:]), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    saved = json.loads(arrays.pop("json").tobytes())
    if not unchanged(((href, tuple(folder), known) for href, folder, known in saved["requests"]), limits):
        raise _UnusableError
    return _from_saved(saved, arrays)


def _to_arrays(automaton: Automaton) -> dict[str, Any]:
    kept = automaton.datatypes
    joined: dict[str, list[Any]] = {
        "bounds": [dfa.bounds for dfa in kept],
        "classes": [dfa.classes for dfa in kept],
        "tables": [dfa.table.ravel() for dfa in kept],
        "accepting": [dfa.accepting for dfa in kept],
    }
    shapes = np.array([(len(dfa.bounds), *dfa.table.shape, dfa.start) for dfa in kept], np.int32).reshape(-1, 4)
    arrays = {name: np.concatenate(parts) if parts else np.zeros(0, np.int32) for name, parts in joined.items()}
    return {"next": automaton.next, "nullable": automaton.nullable, "shapes": shapes, **arrays}


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


def _from_saved(saved: dict[str, Any], arrays: dict[str, Any]) -> Automaton:
    uses = [AttributeUse(NameTest(*_tuples(names)), datatype, AttributeNotes(*_tuples(notes))) for names, datatype, notes in saved["uses"]]
    return Automaton(
        name=saved["name"],
        next=arrays["next"],
        nullable=arrays["nullable"],
        start=saved["start"],
        elements=tuple(_element(*each) for each in saved["elements"]),
        data=tuple(saved["data"]),
        attributes=tuple(_attribute_class(numbers, choices, uses) for numbers, choices in saved["attributes"]),
        datatypes=tuple(_automata(arrays)),
        words=tuple(saved["words"]),
        warnings=tuple(saved["warnings"]),
    )


def _element(names: list[Any], notes: list[Any], place: str, forms: list[list[int]]) -> ElementType:
    return ElementType(NameTest(*_tuples(names)), ElementNotes(*_tuples(notes)), place, tuple(Form(*form) for form in forms))


def _attribute_class(numbers: list[int], choices: list[list[list[str]]], uses: list[AttributeUse]) -> AttributeClass:
    return AttributeClass(
        tuple(uses[number] for number in numbers),
        tuple(tuple(Alternative(int(one[0], 16), int(one[1], 16)) for one in choice) for choice in choices),
    )


def _automata(arrays: dict[str, Any]) -> Iterator[Dfa]:
    ranges = entries = states = 0
    for count, rows, columns, start in arrays["shapes"].tolist():
        yield Dfa(
            arrays["bounds"][ranges : ranges + count],
            arrays["classes"][ranges : ranges + count],
            arrays["tables"][entries : entries + rows * columns].reshape(rows, columns),
            arrays["accepting"][states : states + rows],
            start,
        )
        ranges, entries, states = ranges + count, entries + rows * columns, states + rows


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
