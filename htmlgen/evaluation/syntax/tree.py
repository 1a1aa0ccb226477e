"""Trees whose nodes know where they stand in the page, and their events.

Offsets are of the tag or text that made a node; of a node that was implied, where it was implied. Names of SVG and MathML are spelled
as the Standard spells them.
"""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text

Namespace: TypeAlias = Literal["html", "svg", "math"]


class TextNode:
    """Text, in the parts it was read in."""

    __slots__ = ("parts", "start")

    def __init__(self, data: str, start: int) -> None:
        self.parts = [data]
        self.start = start


class CommentNode:
    """A comment; it has no event."""

    __slots__ = ("data",)

    def __init__(self, data: str) -> None:
        self.data = data


class DoctypeNode:
    """A doctype; absent identifiers are empty."""

    __slots__ = ("event", "start")

    def __init__(self, event: Doctype, start: int) -> None:
        self.event = event
        self.start = start


class Element:
    """An element.

    attributes: possibly shared with other elements, so nothing changes the dictionary itself;
    end: where its end tag stands, or where it was implied; the end of the page until then;
    place: on the stack of open elements, -1 if it is not there; scope, special, wall: the places there of the innermost elements,
        itself included, that bound a scope, that are special, and that are special but no `address`, `div`, `p`; set when it is put there.
    """

    __slots__ = ("attributes", "children", "end", "name", "namespace", "parent", "place", "scope", "special", "start", "wall")

    def __init__(self, name: str, namespace: Namespace, attributes: dict[str, str], start: int, end: int) -> None:
        self.name = name
        self.namespace = namespace
        self.attributes = attributes
        self.start = start
        self.end = end
        self.children: list[Child] = []
        self.parent: Element | None = None
        self.place = -1
        self.scope: int
        self.special: int
        self.wall: int

    def adopt(self, child: "Element") -> None:
        """Take an element without a parent as the last child."""
        child.parent = self
        self.children.append(child)

    def adopt_before(self, child: "Element", sibling: "Element") -> None:
        child.parent = self
        self.children.insert(self.place_of(sibling), child)

    def place_of(self, child: "Element") -> int:
        """The place of a child, looked for from the end."""
        for place in range(len(self.children) - 1, -1, -1):
            if self.children[place] is child:
                return place
        raise AssertionError("no child of this element")

    def leave(self) -> None:
        """Leave the parent, if there is one."""
        if self.parent is not None:
            del self.parent.children[self.parent.place_of(self)]
            self.parent = None

    def insert_text(self, data: str, start: int, before: "Element | None" = None) -> None:
        """Insert text at the end, or before a child; it is joined to text that stands there."""
        children = self.children
        place = len(children) if before is None else self.place_of(before)
        neighbour = children[place - 1] if place else None
        if type(neighbour) is TextNode:
            neighbour.parts.append(data)
        else:
            children.insert(place, TextNode(data, start))


Child: TypeAlias = Element | TextNode | CommentNode | DoctypeNode

_SHORT: Final = 20  # characters
_END_TAGS: Final[dict[str, EndTag]] = {}


def events_of(root: Element) -> tuple[list[Event], list[int]]:
    """The events of what a root holds, and their offsets; the root itself has none. Time is linear, whatever the depth."""
    walk = _Walk()
    walk.below(root)
    return walk.events, walk.offsets


class _Walk:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.offsets: list[int] = []
        self.text: list[str] = []
        self.text_start = 0
        self.starts: dict[tuple[str, int], StartTag] = {}
        self.texts: dict[str, Text] = {}  # short ones, which pages repeat

    def below(self, root: Element) -> None:
        events, offsets, text = self.events, self.offsets, self.text
        parents: list[Element] = []
        levels: list[Iterator[Child]] = [iter(root.children)]
        while levels:
            for node in levels[-1]:
                if type(node) is TextNode:
                    if not text:
                        self.text_start = node.start
                    text.extend(node.parts)
                elif type(node) is Element:
                    if text:
                        self.end_text()
                    events.append(self.start_tag(node))
                    offsets.append(node.start)
                    if node.children:
                        parents.append(node)
                        levels.append(iter(node.children))
                        break
                    if node.name not in VOID_IN_PARSER:
                        events.append(_end_tag(node.name))
                        offsets.append(node.end)
                elif type(node) is DoctypeNode:
                    events.append(node.event)
                    offsets.append(node.start)
            else:
                levels.pop()
                if text:
                    self.end_text()
                if parents and (parent := parents.pop()).name not in VOID_IN_PARSER:
                    events.append(_end_tag(parent.name))
                    offsets.append(parent.end)

    def start_tag(self, node: Element) -> StartTag:
        """The event of an element; elements of one name that share their attributes share it."""
        known = (node.name, id(node.attributes))
        if (event := self.starts.get(known)) is None:
            event = self.starts[known] = StartTag(node.name, tuple(node.attributes.items()))
        return event

    def end_text(self) -> None:
        parts = self.text
        data = parts[0] if len(parts) == 1 else "".join(parts)
        parts.clear()
        if (event := self.texts.get(data)) is None:
            event = Text(data)
            if len(data) < _SHORT:
                self.texts[data] = event
        self.events.append(event)
        self.offsets.append(self.text_start)


def _end_tag(name: str) -> EndTag:
    if (event := _END_TAGS.get(name)) is None:
        event = EndTag(name)
        if len(_END_TAGS) < 1000:
            _END_TAGS[name] = event
    return event
