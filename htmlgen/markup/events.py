"""Events: what HTML is made of.

A list of events is *well-formed* if every start tag of a non-void element has its end tag, in order; the reader gives only such
lists. Names are lower-case, save SVG and MathML names that the Standard writes in mixed case (`viewBox`). Text and values are plain
characters: references are a matter of the writer. Adjacent texts are one text; no text is empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doctype:
    """`<!DOCTYPE name PUBLIC "public_id" "system_id">`; an absent identifier is the empty string."""

    name: str = "html"
    public_id: str = ""
    system_id: str = ""


@dataclass(frozen=True, slots=True)
class StartTag:
    """A start tag with its attributes in source order: (name, value) pairs, each name once."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()

    def get(self, attribute: str) -> str | None:
        """The value of an attribute, None where it is absent."""
        return next((value for name, value in self.attributes if name == attribute), None)


@dataclass(frozen=True, slots=True)
class EndTag:
    """An end tag; void elements have none."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Character data, unescaped."""

    data: str


Event = Doctype | StartTag | EndTag | Text


def end_of(events: Sequence[Event], start: int) -> int:
    """The index of the end tag of the element that starts at `start`; `start` itself, if it has none."""
    tag = events[start]
    inner = 0  # open elements of the same name
    for index in range(start + 1, len(events)):
        event = events[index]
        if isinstance(event, StartTag | EndTag) and isinstance(tag, StartTag) and event.name == tag.name:
            if isinstance(event, EndTag) and inner == 0:
                return index
            inner += 1 if isinstance(event, StartTag) else -1
    return start
