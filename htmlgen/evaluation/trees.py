"""Trees whose nodes know where they stand in the page, and their events.

Offsets are of the tag or text that made a node; of a node that was implied, where it was implied.
"""

from collections.abc import Iterator
from typing import TypeAlias

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text


class TextNode:
    """Text, in the parts it was read in."""

    __slots__ = ("parent", "parts", "start")

    def __init__(self, data: str, start: int) -> None:
        self.parts = [data]
        self.start = start
        self.parent: Element | None = None


class CommentNode:
    """A comment; it has no event."""

    __slots__ = ("data", "parent")

    def __init__(self, data: str) -> None:
        self.data = data
        self.parent: Element | None = None


class DoctypeNode:
    """A doctype; absent identifiers are empty."""

    __slots__ = ("event", "parent", "start")

    def __init__(self, event: Doctype, start: int) -> None:
        self.event = event
        self.start = start
        self.parent: Element | None = None


class Element:
    """An element. `end` is where its end tag stands, or where it was implied; the end of the page until then."""

    __slots__ = ("attributes", "children", "end", "name", "namespace", "parent", "start")

    def __init__(self, name: str, namespace: str, attributes: dict[str, str], start: int, end: int) -> None:
        self.name = name
        self.namespace = namespace
        self.attributes = attributes
        self.start = start
        self.end = end
        self.children: list[Child] = []
        self.parent: Element | None = None


Child: TypeAlias = Element | TextNode | CommentNode | DoctypeNode


def placed_events(root: Element) -> Iterator[tuple[Event, int]]:
    """The events of what a root holds, each with its offset; the root itself has none. Time is linear, whatever the depth."""
    pending: list[tuple[Child | EndTag, int]] = [(child, 0) for child in reversed(root.children)]
    text: list[str] = []
    text_start = 0
    while pending:
        node, end = pending.pop()
        if isinstance(node, TextNode):
            text_start = text_start if text else node.start
            text.extend(node.parts)
            continue
        if isinstance(node, CommentNode):
            continue
        if text:
            yield Text("".join(text)), text_start
            text.clear()
        if isinstance(node, EndTag):
            yield node, end
        elif isinstance(node, DoctypeNode):
            yield node.event, node.start
        else:
            yield StartTag(node.name, tuple(node.attributes.items())), node.start
            if node.name not in VOID_IN_PARSER:
                pending.append((EndTag(node.name), node.end))
            pending.extend((child, 0) for child in reversed(node.children))
    if text:
        yield Text("".join(text)), text_start
