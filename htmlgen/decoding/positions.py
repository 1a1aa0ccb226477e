"""Where on a page a guide can stand: in content, in a start tag, in an attribute's value.

A position is what masks depend on, without the page's ids and without what all costs around have in common (`base`, kept beside it
in the state), so that one position serves many pages. Law: positions that are equal are the same object as long as they are kept.
"""

from collections.abc import Hashable
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.characters import BETWEEN
from htmlgen.decoding.constraints import Bounds
from htmlgen.decoding.masks import FORBIDDEN, FREE
from htmlgen.decoding.rows import Space
from htmlgen.relaxng.attributes import AttributeState

#: An element pattern (-1: the page), the state of its content; and in a whole content of a datatype, that and its state (-1: none).
Alternative: TypeAlias = tuple[int, int, int, int]
#: For each element pattern the tokens after its end tag to the end of all, by context, or once for all contexts.
Tail: TypeAlias = tuple[tuple[int, tuple[int, ...]], ...]
#: An element pattern, the place of its form, where its attributes stand.
Candidate: TypeAlias = tuple[int, int, AttributeState]
Row: TypeAlias = NDArray[np.int16]
Mask: TypeAlias = NDArray[np.bool_]

NO_DATA: Final = -1


class Spot(NamedTuple):
    """What an element hands down, and how its content is spelled."""

    name: str = ""
    bounds: Bounds = Bounds()
    keeps_space: bool = False
    block: bool = False


class Content:
    """In the content of an element, or at the top of a page."""

    __slots__ = (
        "alternatives", "beyond", "character", "context", "cost", "doctype", "mask", "most", "moves", "openings", "owed", "row", "space",
        "spot", "tail",
    )  # fmt: skip

    def __init__(self, key: "ContentKey") -> None:
        self.spot, self.alternatives, self.context, self.owed, self.tail, self.space, self.character, self.doctype = key
        self.cost = 0
        self.row: Row | None = None
        self.mask: Mask | None = None
        self.most = 0
        self.moves: dict[Hashable, Any] = {}
        self.openings: dict[str, Opening | None] = {}
        self.beyond: dict[int, tuple[int, ...]] = {}

    def key(self) -> "ContentKey":
        """What tells this position from others."""
        return ContentKey(
            self.spot, self.alternatives, self.context, self.owed, self.tail, self.space, self.character, self.doctype
        )


class ContentKey(NamedTuple):
    """What tells positions in content apart."""

    spot: Spot
    alternatives: tuple[Alternative, ...]
    context: int
    owed: int  #: text or content that must not be missing, see `constraints`
    tail: Tail
    space: Space = Space.EDGE
    character: int = BETWEEN
    doctype: bool = False  #: the doctype must come


class Opening(NamedTuple):
    """A start tag that may come: what it can be, and the tokens after it to the end of all."""

    name: str
    candidates: tuple[Candidate, ...]
    tails: tuple[int, ...]
    context: int
    hidden: int


class TagKey(NamedTuple):
    """What tells positions in start tags apart."""

    candidates: tuple[Candidate, ...]
    tails: tuple[int, ...]  #: the tokens after the tag, the least of them 0
    hidden: int
    references: tuple[int, ...]
    more: bool  #: an attribute must follow


class Tag:
    """In a start tag, where an attribute or its end may come."""

    __slots__ = ("candidates", "checked", "cost", "hidden", "mask", "more", "most", "moves", "references", "row", "tails", "values")

    def __init__(self, key: TagKey) -> None:
        self.candidates, self.tails, self.hidden, self.references, self.more = key
        self.cost = 0
        self.row: Row | None = None
        self.mask: Mask | None = None
        self.most = 0
        self.checked: tuple[tuple[int, int, bytes], ...] = ()  #: PAIR tokens whose value the page's ids decide: token, kind, value
        self.moves: dict[Hashable, Any] = {}
        self.values: dict[Hashable, Value] = {}


class Value:
    """In an attribute's value. `tracks` are the datatypes that it can be of, each with its state; `rests` the tokens after it."""

    __slots__ = ("character", "cost", "kind", "mask", "most", "moves", "name", "rests", "row", "tag", "tracks")

    def __init__(self, tag: Tag, name: str, kind: int, tracks: tuple[tuple[int, int], ...], character: int) -> None:
        self.tag, self.name, self.kind, self.tracks, self.character = tag, name, kind, tracks, character
        self.rests: tuple[int, ...] = ()
        self.cost = 0
        self.row: Row | None = None
        self.mask: Mask | None = None
        self.most = 0
        self.moves: dict[Hashable, Any] = {}


Position: TypeAlias = Content | Tag | Value


def filled(position: Position, row: Row) -> Mask:
    """Give a position its row: what each token costs, FORBIDDEN where it may not come. The mask for any budget that is ample."""
    position.row = row
    position.most = int(row[row < FORBIDDEN].max(initial=FREE))
    mask: Mask = row < FORBIDDEN
    mask.setflags(write=False)
    position.mask = mask
    return mask
