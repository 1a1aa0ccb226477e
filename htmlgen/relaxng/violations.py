"""What `validate` finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SHOWN_PATH: Final = 16  # innermost elements of a path

#: Every rule, by the id that violations bear.
RULES: Final = {
    "element": "an element stands where it cannot",
    "element-unknown": "an element is not part of the grammar",
    "text": "text stands where none can, or is not of the form that the grammar asks for",
    "content": "an element ends before its content is complete",
    "balance": "a start tag and an end tag do not belong together",
    "attribute": "an element bears an attribute that it does not have",
    "attribute-value": "an attribute has a value that it cannot have",
    "attribute-missing": "a required attribute is missing",
    "attribute-conflict": "an attribute cannot stand beside another one",
    "excluded": "an element stands inside one that excludes it",
    "ancestor": "an element stands outside of the one that it needs around it",
    "once": "an element that may stand once stands again",
    "unique": "an element or attribute stands more often than once in the document or in its parent",
    "empty": "an element that must not be empty is empty",
    "heading": "a heading is more than one level deeper than the one before",
    "id": "two elements have the same id",
    "reference": "an attribute refers to an element that is not there, or is of another kind",
}

#: The rules that RELAX NG itself has; the others are those of annotations.
STRUCTURAL: Final = frozenset(
    """element element-unknown text content balance attribute attribute-value attribute-missing attribute-conflict""".split()
)


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that the grammar does not allow.

    `index` is the number of the event that shows it (one more than the last, at the end), `path` the open elements down to it (the
    innermost 16), `rule` one of `RULES`; `found` is what stood there, `expected` what could have: names, `text`, or words on values;
    may be empty.
    """

    index: int
    path: str
    rule: str
    message: str
    found: str
    expected: tuple[str, ...] = ()


def shown_path(names: Sequence[str]) -> str:
    """The innermost open elements. Args: their names, from outside in, the first of which is of what stands around the root."""
    shown = " > ".join(names[max(1, len(names) - _SHOWN_PATH) :])
    return shown if len(names) <= _SHOWN_PATH + 1 else f"… > {shown}"
