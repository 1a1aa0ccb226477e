"""Places: elements in their context, how far their content has come, and what their ancestors forbid.

Laws: a place is made once for each context that differs, so that what is computed of a place is computed once; a position's `need`
is the fewest tokens that complete its content, 0 where nothing can (a prompt may demand what no token spells). What a content
model requires, no ancestor forbids: so costs do not depend on ancestors.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Final, NamedTuple

from htmlgen.decoding import nesting
from htmlgen.decoding.content import Content, alphabet, content, fewest, firsts, follow, may_end, skip_to
from htmlgen.decoding.masks import INFINITE, Row
from htmlgen.decoding.nesting import ROOT, TEXT
from htmlgen.decoding.pieces import Pieces
from htmlgen.markup.elements import BLOCK, KEEPS_SPACE, VOID_IN_PARSER

_NONE: Final[frozenset[str]] = frozenset()


class Context(NamedTuple):
    """What an element takes over from those around it."""

    key: str = ROOT  #: the element's row in the tables
    flow: bool = False  #: flow content may stand where a transparent parent is
    keeps_space: bool = False
    foreign: bool = False  #: children are SVG or MathML


class Ancestry:
    """What the open elements together forbid below them."""

    def __init__(self, pieces: Pieces, excluded: frozenset[str] = _NONE, refused: frozenset[str] = _NONE) -> None:
        self._pieces = pieces
        self.excluded = excluded  #: names that are never made
        self.refused = refused  #: names that html5lib reports
        self.ids = pieces.start_ids(excluded)
        self._below: dict[tuple[str, bool], Ancestry] = {}

    def below(self, name: str, foreign: bool) -> "Ancestry":
        """The ancestry of the content of an element; `foreign` if that content is SVG or MathML."""
        if (name, foreign) not in self._below:
            excluded = self.excluded - nesting.ADMITS.get(name, _NONE) | nesting.EXCLUDES.get(name, _NONE)
            refused = self.refused - nesting.PARSER_ADMITS.get(name, _NONE) | nesting.PARSER_EXCLUDES.get(name, _NONE)
            self._below[name, foreign] = Ancestry(self._pieces, excluded, nesting.BREAKS_OUT if foreign else refused)
        return self._below[name, foreign]


class Place:
    """An element in its context. `name` is '' for the page itself."""

    def __init__(self, name: str, context: Context, content: Content, places: "Places") -> None:
        self.name, self.context, self.pieces = name, context, places.pieces
        self.is_block = name in BLOCK and not context.keeps_space
        self.start = Position(self, content)
        self._holds_flow = self.pieces.categories["FLOW"] <= alphabet(content)
        self._places = places
        self._positions = {content: self.start}
        self._children: dict[str, Place] = {}

    def position(self, content: Content) -> "Position":
        """The one position that has this content still to come."""
        if content not in self._positions:
            self._positions[content] = Position(self, content)
        return self._positions[content]

    def child(self, name: str) -> "Place":
        """The place of a child element."""
        if name not in self._children:
            self._children[name] = self._places.place(name, self._child_context(name))
        return self._children[name]

    def _child_context(self, name: str) -> Context:
        context, foreign = self.context, self.context.foreign or name in nesting.FOREIGN_ROOTS
        key = f"{self.name}>{name}" if f"{self.name}>{name}" in nesting.CONTENT else name
        inside = foreign and name not in nesting.INTEGRATION_POINTS
        return Context(key, self._holds_flow, context.keeps_space or name in KEEPS_SPACE, inside)

    def is_void(self, name: str) -> bool:
        """True if a child of this name has neither content nor end tag."""
        return name in VOID_IN_PARSER and not self.context.foreign

    def refuses(self, name: str) -> bool:
        """True if html5lib would report a child of this name, whatever the ancestors."""
        if self.context.foreign:
            return False
        children = nesting.PARSER_CHILDREN.get(self.context.key)
        parents = nesting.PARSER_PARENTS.get(name)
        return (
            name in nesting.PARSER_NEVER_CHILDREN.get(self.name, _NONE)
            or (children is not None and name not in children)
            or (parents is not None and self.name not in parents)
        )

    def price(self, names: frozenset[str]) -> int:
        """The fewest tokens that the cheapest child of these names takes. Text is the cheapest there is, so no element is asked."""
        if names & {TEXT, nesting.DOCTYPE}:
            return 1
        return min((self.child_cost(name) for name in names), default=INFINITE)

    def child_cost(self, name: str) -> int:
        """The fewest tokens of a child element from start to end tag; INFINITE for one that is never made."""
        if name in nesting.NEVER or (cost := self.pieces.tag_cost(name)) == INFINITE:
            return INFINITE
        return min(INFINITE, cost + (0 if self.is_void(name) else self.child(name).start.fewest))


class Position:
    """A place, and the content that is still to come in it."""

    def __init__(self, place: Place, content: Content) -> None:
        self.place, self.content = place, content
        self.rows: dict[tuple[int, int], Row] = {}
        self._after: dict[str, Position | None] = {}

    @cached_property
    def fewest(self) -> int:
        """The fewest tokens that complete the content; INFINITE where none do."""
        return fewest(self.content, self.place.price)

    @cached_property
    def need(self) -> int:
        """The fewest tokens that complete the content, 0 where none do."""
        return self.fewest if self.fewest < INFINITE else 0

    @cached_property
    def may_end(self) -> bool:
        """True if the element may end here."""
        return may_end(self.content) or self.fewest >= INFINITE

    @cached_property
    def children(self) -> Mapping[str, "Position"]:
        """The child elements that may be made here, and the position after each."""
        makeable = (name for name in sorted(firsts(self.content) - {TEXT, nesting.DOCTYPE}) if self.place.child_cost(name) < INFINITE)
        return {name: self._followed(name) for name in makeable}

    def _followed(self, name: str) -> "Position":
        moved = follow(self.content, name)
        assert moved is not None
        return self.place.position(moved)

    @cached_property
    def text(self) -> "Position | None":
        """The position after text, None where text is never made."""
        return self._followed(TEXT) if TEXT in firsts(self.content) else None

    @cached_property
    def doctype(self) -> "Position | None":
        """The position after the doctype, None where it cannot come."""
        return self._followed(nesting.DOCTYPE) if nesting.DOCTYPE in firsts(self.content) else None

    def after(self, name: str) -> "Position | None":
        """The position after any child, also one that is only met in prompts; None where html5lib would report it."""
        if name not in self._after:
            self._after[name] = self._lenient(name)
        return self._after[name]

    def _lenient(self, name: str) -> "Position | None":
        if self.place.refuses(name) if name != TEXT else self.place.context.key in nesting.PARSER_NO_TEXT:
            return None
        moved = skip_to(self.content, name)
        if moved is None and self.place.name in nesting.PARSER_ORDERED:
            return None
        return self if moved is None else self.place.position(moved)


class Frame(NamedTuple):
    """An open element: where its content stands, what encloses it, and what ending it and all around it costs."""

    position: Position
    below: "Frame | None"
    ancestry: Ancestry
    cost: int  #: fewest tokens to the page's end
    end: tuple[int, ...]  #: ids of the end tag


class Places:
    """All places of one vocabulary, each made when it is first met."""

    def __init__(self, pieces: Pieces) -> None:
        self.pieces = pieces
        self._made: dict[tuple[str, Context], Place] = {}
        self._contents: dict[tuple[str, bool], Content] = {}
        self.root = self.place(ROOT, Context())

    def place(self, name: str, context: Context) -> Place:
        """The one place of an element in a context."""
        if (name, context) not in self._made:
            self._made[name, context] = Place(name, context, self._content(context), self)
        return self._made[name, context]

    def _content(self, context: Context) -> Content:
        notation = nesting.FOREIGN if context.foreign else nesting.CONTENT.get(context.key, nesting.UNKNOWN)
        if (notation, context.flow) not in self._contents:
            categories = self.pieces.categories
            transparent = categories["FLOW" if context.flow else "PHRASING"]
            self._contents[notation, context.flow] = content(notation, {**categories, "TRANSPARENT": transparent})
        return self._contents[notation, context.flow]

    def frame(self) -> Frame:
        """The frame of a page that has not begun."""
        return Frame(self.root.start, None, Ancestry(self.pieces), self.root.start.need, ())

    def moved(self, frame: Frame, position: Position) -> Frame:
        """The frame with its content moved on."""
        if position is frame.position:
            return frame
        return frame._replace(position=position, cost=frame.cost - frame.position.need + position.need)

    def entered(self, frame: Frame, name: str, ids: tuple[int, ...] | None = None) -> Frame | None:
        """The frame after a start tag: the child's, or the parent's for void elements; None where html5lib would report it.

        `ids` spell the name, if the start tag did not name it by one token.
        """
        position = None if name in frame.ancestry.refused else frame.position.after(name)
        if position is None:
            return None
        parent = self.moved(frame, position)
        if frame.position.place.is_void(name):
            return parent
        end = self.end_tag(name, ids)
        start = frame.position.place.child(name).start
        ancestry = frame.ancestry.below(name, start.place.context.foreign)
        return Frame(start, parent, ancestry, start.need + len(end) + parent.cost, end)

    def end_tag(self, name: str, ids: tuple[int, ...] | None = None) -> tuple[int, ...]:
        """The ids of an end tag."""
        if (known := self.pieces.end.get(name)) is not None:
            return (known,)
        return (self.pieces.spell_end, *(self.pieces.spell(name.encode()) if ids is None else ids), self.pieces.close)
