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
from htmlgen.decoding.masks import FREE
from htmlgen.decoding.rows import Space
from htmlgen.decoding.sheets import Mask, Row, Sheet
from htmlgen.decoding.start_tags import PLAIN, Menu
from htmlgen.decoding.values import States
from htmlgen.relaxng.attributes import AttributeState

#: An element pattern (-1: the page), the state of its content; and in a whole content of a datatype, that and its state (-1: none).
Alternative: TypeAlias = tuple[int, int, int, int]
#: For each element pattern the tokens after its end tag to the end of all, by context, or once for all contexts.
Tail: TypeAlias = tuple[tuple[int, tuple[int, ...]], ...]
#: An element pattern, the place of its form, where its attributes stand.
Candidate: TypeAlias = tuple[int, int, AttributeState]

NO_DATA: Final = -1

_NO_ROW: Final[Row] = np.zeros(0, np.int16)
_NO_IDS: Final = np.zeros(0, np.intp)
UNFILLED: Final[Mask] = np.zeros(0, bool)  #: the mask of a position that was never asked for one
NEVER: Final = 1 << 60  #: more than any slack


class Spot(NamedTuple):
    """What an element hands down, and how its content is spelled."""

    name: str = ""
    bounds: Bounds = Bounds()
    keeps_space: bool = False
    block: bool = False


class Content:
    """In the content of an element, or at the top of a page."""

    __slots__ = (
        "alternatives", "ample", "character", "context", "cost", "doctype", "mask", "moves", "owed", "row", "space", "spot", "tail",
    )  # fmt: skip

    def __init__(self, key: "ContentKey") -> None:
        self.spot, self.alternatives, self.context, self.owed, self.tail, self.space, self.character, self.doctype = key
        self.cost = 0
        self.row: Row = _NO_ROW
        self.mask = UNFILLED
        self.ample = NEVER  #: the slack from which the mask is the answer
        self.moves: dict[Hashable, Any] = {}

    def key(self) -> "ContentKey":
        """What tells this position from others."""
        return ContentKey(self.spot, self.alternatives, self.context, self.owed, self.tail, self.space, self.character, self.doctype)

    def fill(self, sheet: Sheet) -> None:
        """Give the position its masks."""
        self.row, self.mask, self.ample = sheet

    def within(self, slack: int) -> Mask:
        """The tokens that `slack` tokens suffice for. The position must be filled."""
        return self.row <= slack


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

    __slots__ = (
        "ample", "candidates", "checked", "cost", "costs", "hidden", "ids", "mask", "menus", "more", "moves", "references", "tails",
        "values",
    )  # fmt: skip

    def __init__(self, key: TagKey, menus: tuple[Menu, ...]) -> None:
        self.candidates, self.tails, self.hidden, self.references, self.more = key
        self.menus = menus  #: what may follow, for each candidate
        self.cost = 0
        self.ids: NDArray[np.intp] = _NO_IDS  #: of the tokens that may come
        self.costs: Row = _NO_ROW  #: what each of these costs
        self.mask = UNFILLED
        self.ample = NEVER  #: the slack from which the mask is the answer
        self.checked: tuple[tuple[int, int, bytes], ...] = ()  #: PAIR tokens whose value the page's ids decide: token, kind, value
        self.moves: dict[Hashable, Any] = {}
        self.values: dict[Hashable, Value] = {}

    def fill(self, row: Row, mask: Mask) -> None:
        """Give the position its masks. Few tokens may come in a tag, so their costs alone are kept."""
        self.ids = np.flatnonzero(mask)
        self.costs, self.mask = row[self.ids], mask
        self.ample = NEVER if self.checked else int(self.costs.max(initial=FREE))

    def within(self, slack: int) -> Mask:
        """The tokens that `slack` tokens suffice for, whatever the page's ids say. The position must be filled."""
        mask = np.zeros(len(self.mask), bool)
        mask[self.ids[self.costs <= slack]] = True
        return mask


class Value:
    """In an attribute's value. `tracks` are the datatypes that it can be of, each with its state; `rests` the tokens after it."""

    __slots__ = ("ample", "character", "cost", "ending", "kind", "mask", "moves", "name", "reach", "rests", "row", "tag", "tracks")

    def __init__(self, tag: Tag, name: str, kind: int, tracks: tuple[tuple[int, int], ...], character: int) -> None:
        self.tag, self.name, self.kind, self.tracks, self.character = tag, name, kind, tracks, character
        self.rests: tuple[int, ...] = ()
        self.cost = 0
        self.row: Row = _NO_ROW
        self.mask = UNFILLED
        self.ample = NEVER  #: the slack from which the mask is the answer
        self.reach: tuple[States, ...] = ()  #: (vocab,) the state after each token, a track; empty within a character
        self.ending: tuple[Tag, int] | bool | None = False  #: where the tag goes on, None where the value cannot end; False: not asked
        self.moves: dict[Hashable, Any] = {}

    def fill(self, sheet: Sheet) -> None:
        """Give the position its masks; those of ids and references depend on the page."""
        self.row, self.mask, most = sheet
        self.ample = most if self.kind == PLAIN else NEVER

    def within(self, slack: int) -> Mask:
        """The tokens that `slack` tokens suffice for, whatever the page's ids say. The position must be filled."""
        return self.row <= slack


Position: TypeAlias = Content | Tag | Value
