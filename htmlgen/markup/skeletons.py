"""A skeleton: a tree of elements with what is fixed of them. What is left open is for others to write.

Laws: a skeleton is a forest whose inner nodes and leaves stand in page order; a value or a text that is None is to be written.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text

_FILLER = "x"  # in the place of a text that is to be written


@dataclass(frozen=True, slots=True)
class Words:
    """Text between elements."""

    text: str | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """An element. Without children it holds text, or what its grammar demands where it cannot hold text alone."""

    name: str
    attributes: tuple[tuple[str, str | None], ...] = ()
    children: "tuple[Part, ...]" = ()
    place: str = ""  #: where it was asked for, for messages


Part: TypeAlias = Element | Words
#: The roots, in page order.
Skeleton: TypeAlias = tuple[Element, ...]


def elements(skeleton: Iterable[Part]) -> Iterator[Element]:
    """All elements, in page order."""
    for part in skeleton:
        if isinstance(part, Element):
            yield part
            yield from elements(part.children)


def to_events(skeleton: Iterable[Part]) -> Iterator[Event]:
    """The events of a page of the skeleton: fixed values, and a filler for each text that is to be written."""
    for part in skeleton:
        if isinstance(part, Words):
            yield Text(part.text or _FILLER)
            continue
        yield StartTag(part.name, tuple((name, value) for name, value in part.attributes if value is not None))
        if part.name not in VOID_IN_PARSER:
            yield from to_events(part.children)
            yield EndTag(part.name)


def from_events(events: Sequence[Event]) -> tuple[Part, ...]:
    """The skeleton of well-formed events: values as they are, texts to be written."""
    levels: list[list[Part]] = [[]]
    tags: list[StartTag] = []
    for event in events:
        if isinstance(event, Text):
            if event.data.strip():
                levels[-1].append(Words())
        elif isinstance(event, StartTag):
            tags.append(event)
            levels.append([])
        if isinstance(event, EndTag) or (isinstance(event, StartTag) and event.name in VOID_IN_PARSER):
            tag, children = tags.pop(), levels.pop()
            levels[-1].append(Element(tag.name, tuple(tag.attributes), tuple(children)))
    return tuple(levels[0])
