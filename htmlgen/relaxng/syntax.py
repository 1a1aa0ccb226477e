"""The syntax tree of a grammar file: one frozen dataclass per construct of RELAX NG compact syntax, each with its place.

Trees are shallow to compare and deep to walk: walk them with `fold`, which does not recurse.
Source: RELAX NG compact syntax, ISO/IEC 19757-2:2008 annex C, https://relaxng.org/compact-20021121.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from htmlgen.relaxng.limits import Place

T = TypeVar("T")

#: The namespace of the annotations that mean something to htmlgen (`annotations.py`).
ANNOTATIONS: Final = "urn:htmlgen:grammar"


@dataclass(frozen=True, slots=True)
class Annotation:
    """`[ prefix:name = "value" ]` or, with the namespace of RELAX NG's compatibility annotations, a `##` comment."""

    namespace: str
    name: str
    value: str
    place: Place


# Name classes -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """One name, as HTML spells it: an attribute keeps the prefix of a namespace (`xml:lang`), an element does not.

    `namespace` is the URI of an element's; HTML does without, other validators need it.
    """

    name: str
    place: Place
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class AnyName:
    """`*` or `prefix:*`, less the names of `excluded`; `prefix` is None for `*`, empty for names without a prefix.

    `namespace` is that of an element's prefix.
    """

    prefix: str | None
    excluded: "NameClass | None"
    place: Place
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class NameChoice:
    """`a | b`."""

    parts: tuple["NameClass", ...]
    place: Place


NameClass = Name | AnyName | NameChoice


# Patterns -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """`element names { content }`."""

    names: NameClass
    content: "Node"
    annotations: tuple[Annotation, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """`attribute names { content }`."""

    names: NameClass
    content: "Node"
    annotations: tuple[Annotation, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Combined:
    """Two or more parts joined by one operator: `,` (group), `|` (choice) or `&` (interleave)."""

    operator: str
    parts: tuple["Node", ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """A part followed by `?`, `*` or `+`."""

    operator: str
    body: "Node"
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Wrapped:
    """`list { body }` or `mixed { body }`."""

    keyword: str
    body: "Node"
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """`empty`, `text` or `notAllowed`."""

    keyword: str
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Ref:
    """The name of a definition."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A literal; `datatype` is `string` (as it stands) or `token` (with single spaces, none at the ends)."""

    datatype: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A datatype, `string` or `token`, with its `pattern` facets, less `excluded`."""

    datatype: str
    patterns: tuple[tuple[str, Place], ...]
    excluded: "Node | None"
    place: Place


Node = Element | Attribute | Combined | Repeat | Wrapped | Atom | Ref | Value | Data


# What stands in a file ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Define:
    """`name = pattern`, `name |= pattern`, `name &= pattern`; the start pattern has the name `start`."""

    name: str
    operator: str
    pattern: Node
    annotations: tuple[Annotation, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Include:
    """`include "href" { overrides }`."""

    href: str
    overrides: tuple[Define, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file, parsed: what `div` holds stands among the rest, in order."""

    file: str
    items: tuple[Define | Include, ...]
    comments: tuple[tuple[Place, str], ...] = field(default=())


def children(node: Node) -> tuple[Node, ...]:
    """The patterns directly inside a pattern; names of definitions are not followed."""
    if isinstance(node, Element | Attribute):
        return (node.content,)
    if isinstance(node, Data) and node.excluded is not None:
        return (node.excluded,)
    return beside(node)


def beside(node: Node) -> tuple[Node, ...]:
    """The patterns directly inside a pattern that are of the same content, and not of an element's or an attribute's."""
    if isinstance(node, Combined):
        return node.parts
    return (node.body,) if isinstance(node, Repeat | Wrapped) else ()


def named_parts(pattern: Node) -> list[Element | Attribute]:
    """The elements and attributes that stand in a pattern, not in one another."""
    return [node for node in _all_by(beside, pattern) if isinstance(node, Element | Attribute)]


def all_parts(pattern: Node) -> list[Node]:
    """A pattern and all that stands in it, names of definitions not followed."""
    return _all_by(children, pattern)


def _all_by(below: Callable[[Node], tuple[Node, ...]], pattern: Node) -> list[Node]:
    found: list[Node] = []
    ahead = [pattern]
    while ahead:
        found.append(node := ahead.pop())
        ahead.extend(reversed(below(node)))
    return found


def fold(
    root: Node, below: Callable[[Node], tuple[Node, ...]], combine: Callable[[Node, list[T]], T], results: dict[int, T]
) -> T:
    """Combine a tree (or an acyclic graph) from its leaves up, without recursion.

    Args: below gives the parts of a node; combine gets a node and the results of its parts; results keeps what is known by
    `id(node)`, so that shared parts are combined once: hand in the same dict for the same trees.
    """
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if id(node) in results:
            continue
        if ready:
            results[id(node)] = combine(node, [results[id(part)] for part in below(node)])
        else:
            stack.append((node, True))
            stack.extend((part, False) for part in reversed(below(node)))
    return results[id(root)]
