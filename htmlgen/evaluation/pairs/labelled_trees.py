"""EVENTS → ordered labelled trees, on which distances of structure are defined.

A node is an element, labelled by its name, or a text, labelled `#`: neither attributes nor what a text says. Node 0 is no element: its
children are what stands at the top, so that a fragment of several elements is one tree, too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text

ROOT: Final = ""  #: the label of node 0
TEXT: Final = "#"


@dataclass(frozen=True, slots=True)
class LabelledTree:
    """Nodes in document order; labels and children are as long as there are nodes."""

    labels: tuple[str, ...]
    children: tuple[tuple[int, ...], ...]  #: of each node, in order

    @property
    def size(self) -> int:
        """Nodes, the root left aside."""
        return len(self.labels) - 1


def labelled_tree(events: Iterable[Event]) -> LabelledTree:
    """The tree of well-formed events; a doctype has no node. Time and memory are linear, whatever the depth."""
    labels = [ROOT]
    children: list[list[int]] = [[]]
    open_nodes = [0]
    for event in events:
        match event:
            case StartTag(name):
                _add(name, labels, children, open_nodes[-1])
                if name not in VOID_IN_PARSER:
                    open_nodes.append(len(labels) - 1)
            case EndTag(name) if name not in VOID_IN_PARSER:
                open_nodes.pop()
            case Text():
                _add(TEXT, labels, children, open_nodes[-1])
    return LabelledTree(tuple(labels), tuple(map(tuple, children)))


def _add(label: str, labels: list[str], children: list[list[int]], parent: int) -> None:
    children[parent].append(len(labels))
    children.append([])
    labels.append(label)
