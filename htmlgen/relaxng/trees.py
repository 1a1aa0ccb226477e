"""Events as a tree that a grammar can be laid over: any list of events, of known names only, no deeper than `MAX_DEPTH`.

Laws: end tags that match nothing are passed over, what is open at the end ends there; text is never lost, save in elements that show none.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from htmlgen.markup.elements import BLOCK, METADATA, PHRASING, VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.relaxng.automaton import Automaton

#: Levels of elements that are kept; what lies deeper hangs on the deepest of them.
MAX_DEPTH: Final = 48

#: Elements whose text no reader sees as text of the page: they go with all that they hold.
UNSEEN: Final = frozenset(
    "script style template noscript iframe object applet embed canvas svg math noframes noembed frameset datalist audio video xmp".split()
)

#: What obsolete or left-out elements are called today, the nearest name first.
MODERN: Final = {
    "acronym": ("abbr",), "big": ("span",), "center": ("div",), "dir": ("ul",), "font": ("span",), "listing": ("pre",), "nobr": ("span",),
    "strike": ("s", "del"), "tt": ("code", "span"), "marquee": ("div",), "blink": ("span",), "b": ("strong",), "i": ("em",),
    "search": ("div",), "menu": ("ul",), "hgroup": ("div",), "noscript": (), "image": ("img",), "plaintext": ("pre",),
}  # fmt: skip

_SPACE: Final = " \t\n\r\f"


@dataclass(slots=True, eq=False)
class Node:
    """An element. `weight` counts the characters of text below that are not white space, `count` the elements, itself included."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: "list[Node | str]" = field(default_factory=list)
    weight: int = 0
    count: int = 1
    inline: bool = True  #: phrasing content through and through


def grow(events: Iterable[Event], automaton: Automaton, changes: Counter[str]) -> Node:
    """A nameless root over the events. Elements that the grammar does not name are renamed, unwrapped, or dropped if they are unseen."""
    builder = _Builder(automaton, changes)
    for event in events:
        builder.read(event)
    root = builder.root
    if automaton.named("html") and set(automaton.expected(automaton.start)) == {"<html>"}:
        _as_document(root)
    measure(root)
    return root


class _Builder:
    """The open elements, each with the node that its children go to: its own, its parent's if it is unwrapped, or none that is kept."""

    def __init__(self, automaton: Automaton, changes: Counter[str]) -> None:
        self.automaton = automaton
        self.changes = changes
        self.root = Node("")
        self.lost = Node("")
        self.frames: list[tuple[str, Node]] = [("", self.root)]
        self.open: Counter[str] = Counter()
        self.depth = 0
        self.parted: Node | None = None
        self.called: dict[str, str] = {}

    def read(self, event: Event) -> None:
        if isinstance(event, StartTag):
            self.start_tag(event)
        elif isinstance(event, EndTag):
            self.end_tag(event.name)
        elif isinstance(event, Text):
            self.text(event.data)

    def start_tag(self, tag: StartTag) -> None:
        parent = self.frames[-1][1]
        name = self.name(tag.name)
        void = tag.name in VOID_IN_PARSER or self.is_void(name)
        node = parent
        if parent is self.lost or (not name and tag.name in UNSEEN | {"head"}):
            node = self.lost
            self.change(parent, f"element {tag.name} dropped")
        elif not name or (self.depth >= MAX_DEPTH and not void):
            self.change(parent, f"element {tag.name} {'dropped' if void else 'unwrapped'}")
            self.part(parent, tag.name)
        else:
            node = Node(name, tag.attributes)
            parent.children.append(node)
            if name != tag.name:
                self.change(parent, f"element {tag.name} renamed {name}")
        if not void:
            self.depth += node.name == name and node is not parent and node is not self.lost
            self.frames.append((tag.name, node))
            self.open[tag.name] += 1

    def end_tag(self, name: str) -> None:
        if not self.open[name]:
            return
        while True:
            here, node = self.frames.pop()
            self.open[here] -= 1
            parent = self.frames[-1][1]
            if node is parent:
                self.part(parent, here)
            elif node is not self.lost:
                self.depth -= 1
            if here == name:
                return

    def text(self, data: str) -> None:
        children = self.frames[-1][1].children
        if children and isinstance(last := children[-1], str):
            children[-1] = f"{last} {data}" if self.parted is self.frames[-1][1] else last + data
        elif data:
            children.append(data)
        self.parted = None

    def part(self, parent: Node, name: str) -> None:
        """Words on both sides of a tag that goes stay apart."""
        if name in BLOCK:
            self.parted = parent

    def change(self, parent: Node, what: str) -> None:
        if parent is not self.lost:
            self.changes[what] += 1

    def name(self, name: str) -> str:
        """What an element is called in the grammar, empty where it has no place in it."""
        if name not in self.called:
            names = (name, *MODERN.get(name, ()))
            self.called[name] = next((each for each in names if self.automaton.named(each)), "")
        return self.called[name]

    def is_void(self, name: str) -> bool:
        known = self.automaton.named(name) if name else ()
        return bool(known) and all(self.automaton.elements[each].notes.content == "void" for each in known)


def measure(node: Node) -> None:
    """Set the weights, counts and kinds of a node and all below it."""
    for child in node.children:
        if isinstance(child, Node):
            measure(child)
    weigh(node)


def weigh(node: Node) -> None:
    """Set the weight, count and kind of a node whose children have theirs."""
    node.weight, node.count = 0, 1
    node.inline = node.name in PHRASING
    for child in node.children:
        if isinstance(child, str):
            node.weight += len(child) - child.count(" ") if child.strip(_SPACE) else 0
        else:
            node.weight += child.weight
            node.count += child.count
            node.inline = node.inline and child.inline
    if node.name in UNSEEN:
        node.weight = 0


def is_blank(text: str) -> bool:
    """Whether there is nothing but white space."""
    return not text.strip(_SPACE)


def _as_document(root: Node) -> None:
    """One `html` with one `head` and one `body`; what stands outside of them goes where it is meant."""
    html, head, body = Node("html"), Node("head"), Node("body")
    _share_out(root.children, html, head, body)
    html.children = [head, body]
    root.children = [html]


def _share_out(children: "list[Node | str]", html: Node, head: Node, body: Node) -> None:
    for child in children:
        if isinstance(child, str):
            (body if body.children or not is_blank(child) else head).children.append(child)
        elif child.name == "html":
            html.attributes = html.attributes or child.attributes
            _share_out(child.children, html, head, body)
        elif child.name in ("head", "body"):
            part = head if child.name == "head" else body
            part.attributes = part.attributes or child.attributes
            part.children.extend(child.children)
        else:
            (head if child.name in METADATA else body).children.append(child)
