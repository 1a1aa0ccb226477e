"""What a grammar says beyond RELAX NG: annotations in the namespace `urn:htmlgen:grammar`, which other validators pass over.

They stand in brackets before an element or attribute pattern, or before a definition, where they speak of each element (or
attribute) pattern directly inside it. `grammars/README.md` explains them; the tables below are the whole list.
"""

from collections.abc import Callable, Iterable
from typing import Final

from htmlgen.relaxng.notes import AttributeNotes, ElementNotes, Words
from htmlgen.relaxng.spelling import did_you_mean
from htmlgen.relaxng.syntax import ANNOTATIONS, Annotation


def _words(annotation: Annotation) -> Words:
    words = tuple(sorted(set(annotation.value.split())))
    if not words:
        raise annotation.place.error(f"annotation '{annotation.name}' needs at least one word")
    return words


def _one_of(*allowed: str) -> Callable[[Annotation], str]:
    def read(annotation: Annotation) -> str:
        if annotation.value not in allowed:
            expected = " or ".join(f'"{each}"' for each in allowed)
            raise annotation.place.error(f"annotation '{annotation.name}': expected {expected}, found \"{annotation.value}\"")
        return annotation.value

    return read


def _flag(allowed: str) -> Callable[[Annotation], bool]:
    read = _one_of(allowed)
    return lambda annotation: bool(read(annotation))


def _prefix(annotation: Annotation) -> str:
    if not annotation.value or " " in annotation.value:
        raise annotation.place.error("annotation 'prefix': expected the beginning of a name")
    return annotation.value


def _unique(annotation: Annotation) -> Words:
    return (_one_of("document", "parent")(annotation),)


_Field = tuple[str, Callable[[Annotation], object]]

_OF_ELEMENTS: Final[dict[str, _Field]] = {
    "cat": ("categories", _words),
    "not": ("excluded", _words),
    "in": ("within", _words),
    "once": ("once", _words),
    "unique": ("unique", _unique),
    "heading": ("heading", lambda annotation: int(_one_of(*"123456")(annotation))),
    "content": ("content", _one_of("void", "raw", "rcdata")),
    "filled": ("filled", _one_of("text", "content")),
    "custom": ("custom", _flag("true")),
}
_OF_ATTRIBUTES: Final[dict[str, _Field]] = {
    "cat": ("categories", _words),
    "id": ("id", _flag("id")),
    "ref": ("ref", _words),
    "case": ("insensitive", _flag("insensitive")),
    "prefix": ("prefix", _prefix),
    "unique": ("unique", _flag("document")),
}


def element_notes(annotations: Iterable[Annotation]) -> ElementNotes:
    """The notes of an element. Raises: GrammarError, for an annotation that elements do not have, or a value it cannot have."""
    return ElementNotes(**_read(annotations, _OF_ELEMENTS, "an element"))  # type: ignore[arg-type]


def attribute_notes(annotations: Iterable[Annotation]) -> AttributeNotes:
    """The notes of an attribute. Raises: GrammarError, as for elements."""
    return AttributeNotes(**_read(annotations, _OF_ATTRIBUTES, "an attribute"))  # type: ignore[arg-type]


def _read(annotations: Iterable[Annotation], table: dict[str, _Field], what: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for annotation in annotations:
        if annotation.namespace != ANNOTATIONS:
            continue
        if annotation.name not in table:
            meant = did_you_mean(annotation.name, table) or f" among {', '.join(table)}"
            raise annotation.place.error(f"no annotation '{annotation.name}' of {what}{meant}")
        field, read = table[annotation.name]
        value = read(annotation)
        if found.setdefault(field, value) != value:
            found[field] = _joined(annotation, found[field], value)
    return found


def _joined(annotation: Annotation, one: object, two: object) -> object:
    if isinstance(one, tuple) and isinstance(two, tuple):
        return tuple(sorted({*one, *two}))
    raise annotation.place.error(f"annotation '{annotation.name}' says two things: {one!r} and {two!r}")
