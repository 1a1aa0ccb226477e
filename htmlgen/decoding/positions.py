"""Where on a page a guide can stand: in content, in a start tag, in an attribute's value.

A position is what masks depend on, without the page's ids and without what all costs around have in common (`base`, kept beside it
in the state), so that one position serves many pages. Law: positions that are equal are the same object as long as they are kept.
"""

from collections.abc import Hashable
from typing import Any, Final, NamedTuple, TypeAlias

from htmlgen.decoding.characters import BETWEEN
from htmlgen.decoding.constraints import Bounds
from htmlgen.decoding.sheets import Priced
from htmlgen.decoding.spaces import Space
from htmlgen.decoding.start_tags import Menu
from htmlgen.decoding.values import States
from htmlgen.relaxng.attributes import AttributeState

#: An element pattern (-1: the page), the state of its content; and in a whole content of a datatype, that and its state (-1: none).
Alternative: TypeAlias = tuple[int, int, int, int]
#: For each element pattern the tokens after its end tag to the end of all, by context, or once for all contexts.
Tail: TypeAlias = tuple[tuple[int, tuple[int, ...]], ...]
#: An element pattern, the place of its form, where its attributes stand.
Candidate: TypeAlias = tuple[int, int, AttributeState]

NO_DATA: Final = -1


class Spot(NamedTuple):
    """What an element hands down, and how its content is spelled."""

    name: str = ""
    bounds: Bounds = Bounds()
    keeps_space: bool = False
    block: bool = False


class Content(Priced):
    """In the content of an element, or at the top of a page."""

    __slots__ = ("alternatives", "character", "context", "cost", "doctype", "moves", "owed", "space", "spot", "tail")

    def __init__(self, key: "ContentKey") -> None:
        super().__init__()
        self.spot, self.alternatives, self.context, self.owed, self.tail, self.space, self.character, self.doctype = key
        self.cost = 0
        self.moves: dict[Hashable, Any] = {}

    def key(self) -> "ContentKey":
        """What tells this position from others."""
        return ContentKey(self.spot, self.alternatives, self.context, self.owed, self.tail, self.space, self.character, self.doctype)


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


class Tag(Priced):
    """In a start tag, where an attribute or its end may come."""

    __slots__ = ("candidates", "checked", "cost", "hidden", "menus", "more", "moves", "references", "tails", "values")

    def __init__(self, key: TagKey, menus: tuple[Menu, ...]) -> None:
        super().__init__()
        self.candidates, self.tails, self.hidden, self.references, self.more = key
        self.menus = menus  #: what may follow, for each candidate
        self.cost = 0
        self.checked: tuple[tuple[int, int, bytes], ...] = ()  #: PAIR tokens whose value the page's ids decide: token, kind, value
        self.moves: dict[Hashable, Any] = {}
        self.values: dict[Hashable, Value] = {}


class Value(Priced):
    """In an attribute's value. `tracks` are the datatypes that it can be of, each with its state; `rests` the tokens after it."""

    __slots__ = ("character", "cost", "ending", "kind", "moves", "name", "reach", "rests", "tag", "tracks")

    def __init__(self, tag: Tag, name: str, kind: int, tracks: tuple[tuple[int, int], ...], character: int) -> None:
        super().__init__()
        self.tag, self.name, self.kind, self.tracks, self.character = tag, name, kind, tracks, character
        self.rests: tuple[int, ...] = ()
        self.cost = 0
        self.reach: tuple[States, ...] = ()  #: (vocab,) the state after each token, a track; empty within a character
        self.ending: tuple[Tag, int] | bool | None = False  #: where the tag goes on, None where the value cannot end; False: not asked
        self.moves: dict[Hashable, Any] = {}


Position: TypeAlias = Content | Tag | Value
