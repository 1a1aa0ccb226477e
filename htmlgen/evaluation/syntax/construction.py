"""Tree construction (HTML Standard 13.2.6): the stack of open elements, the list of active formatting elements, and where nodes go.

Insertion modes are tables of functions that take the construction and a token; this is what they work with.
Law: work is linear in the page's length save for elements that are cloned or moved, which are counted; see `TangledPageError`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from htmlgen.evaluation.syntax.tables import (
    IMPLIED_END,
    IMPLIED_END_THOROUGHLY,
    LIST_SCOPE,
    PASSED_BY_ITEMS,
    SCOPE,
    SPECIAL,
    TABLE_PARTS,
    TABLE_SCOPE,
)
from htmlgen.evaluation.syntax.tokenizer import Content
from htmlgen.evaluation.syntax.tokens import ParseError, Tag
from htmlgen.evaluation.syntax.tree import CommentNode, Element, Namespace, TextNode

_WORK: Final = 2_000_000  #: elements that may be cloned, moved or looked for, beside four for each character of a page

# What an element bounds: what passes by items of lists is special alone; a wall does not; what bounds a scope is a wall, too.
_SPECIAL: Final = 1
_WALL: Final = 2
_SCOPE: Final = 3


def _bounds(namespace: Namespace) -> Iterator[tuple[str, int]]:
    for name in SPECIAL[namespace]:
        yield name, _SCOPE if name in SCOPE[namespace] else _SPECIAL if name in PASSED_BY_ITEMS else _WALL


_BOUNDS: Final = dict(_bounds("html"))
_FOREIGN_NAMESPACES: Final[tuple[Namespace, ...]] = ("svg", "math")
_FOREIGN_BOUNDS: Final = {(space, name): bounds for space in _FOREIGN_NAMESPACES for name, bounds in _bounds(space)}


class TangledPageError(Exception):
    """A page asks for more clones and moves of elements than anyone would wait for."""


class Mode:
    """An insertion mode: what is done with each kind of token. Its rules are entered where they are told, see `modes`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text: Callable[[Construction, str], None]
        self.other_start: Callable[[Construction, Tag], None]
        self.other_end: Callable[[Construction, str], None]
        self.end_of_page: Callable[[Construction], None]
        self.start: dict[str, Callable[[Construction, Tag], None]] = {}
        self.end: dict[str, Callable[[Construction, str], None]] = {}

    def start_tag(self, at: "Construction", tag: Tag) -> None:
        self.start.get(tag.name, self.other_start)(at, tag)

    def end_tag(self, at: "Construction", name: str) -> None:
        self.end.get(name, self.other_end)(at, name)


@dataclass(slots=True, eq=False)
class Active:
    """An entry of the list of active formatting elements."""

    element: Element
    tag: Tag


class Construction:
    """The state of tree construction. `offset` is where the present token starts, `token_end` where it ends."""

    def __init__(self, length: int, mode: Mode, errors: list[ParseError]) -> None:
        self.length = length
        self.errors = errors
        self.offset = 0
        self.token_end = 0
        self.content: Content = "data"
        self.document = Element("", "html", {}, 0, length)
        self.stack: list[Element] = []
        self.places: defaultdict[str, list[int]] = defaultdict(list)  # of open HTML elements, by name
        self.foreign = 0  # how many open elements are foreign
        self.formatting: list[Active | None] = []  # None is a marker
        self.mode = mode
        self.original_mode = mode
        self.template_modes: list[Mode] = []
        self.head: Element | None = None
        self.form: Element | None = None
        self.context: Element | None = None  # of a fragment
        self.frameset_ok = True
        self.quirks = False
        self.fostering = False
        self.acknowledged = False
        self.line_feed_dropped_at = -1
        self.depth = 0  # of the deepest element
        self.work = self.allowed = _WORK + 4 * length

    # Errors

    def error(self, code: str, detail: str = "") -> None:
        self.errors.append(ParseError(code, self.offset, detail))

    def fault(self, code: str, element: Element) -> None:
        """An error about an element that is open, or was."""
        self.errors.append(ParseError(code, self.offset, element.name, element.start))

    # The stack of open elements, 13.2.4.2

    @property
    def current(self) -> Element:
        return self.stack[-1]

    @property
    def adjusted_current(self) -> Element:
        """13.2.6, the adjusted current node."""
        return self.context if self.context is not None and len(self.stack) == 1 else self.stack[-1]

    def push(self, element: Element) -> None:
        stack = self.stack
        place = element.place = len(stack)
        self.depth = max(self.depth, place)
        if element.namespace == "html":
            self.places[element.name].append(place)
            bounds = _BOUNDS.get(element.name, 0)
        else:
            self.foreign += 1
            bounds = _FOREIGN_BOUNDS.get((element.namespace, element.name), 0)
        if bounds == _SCOPE:
            element.scope = element.special = element.wall = place
        else:
            parent = stack[-1]
            element.scope = parent.scope
            element.wall = place if bounds == _WALL else parent.wall
            element.special = place if bounds else parent.special
        stack.append(element)

    def pop(self) -> Element:
        element = self.stack.pop()
        element.place = -1
        element.end = self.offset
        if element.namespace == "html":
            self.places[element.name].pop()
        else:
            self.foreign -= 1
        return element

    def pop_to(self, place: int) -> None:
        """Pop all elements from a place on."""
        while len(self.stack) > place:
            self.pop()

    def pop_until(self, name: str) -> None:
        """Pop up to and with the last open HTML element of a name."""
        self.pop_to(self.places[name][-1])

    def remove_from_stack(self, element: Element) -> None:
        above = self.stack[element.place + 1 :]
        self.take_off(element.place)
        element.end = self.offset
        self.put_back(above)

    def take_off(self, place: int) -> None:
        """Take all elements from a place on off the stack, though they do not end; some are put back."""
        self.count(len(self.stack) - place)
        while len(self.stack) > place:
            end = self.stack[-1].end
            self.pop().end = end

    def put_back(self, elements: Collection[Element]) -> None:
        for element in elements:
            self.push(element)

    @property
    def moved(self) -> int:
        """How many elements were cloned, moved or looked for."""
        return self.allowed - self.work

    def count(self, work: int) -> None:
        self.work -= work
        if self.work < 0:
            raise TangledPageError

    def has(self, name: str, *, bounds: tuple[str, ...] = ()) -> bool:
        """Whether an HTML element is in scope, within further bounds."""
        places = self.places.get(name)
        if not places or places[-1] < self.stack[-1].scope:
            return False
        return not bounds or places[-1] > self.innermost(bounds)

    def has_in_button_scope(self, name: str) -> bool:
        places = self.places[name]
        if not places or places[-1] < self.stack[-1].scope:
            return False
        buttons = self.places["button"]
        return not buttons or places[-1] > buttons[-1]

    def has_in_list_scope(self, name: str) -> bool:
        return self.has(name, bounds=LIST_SCOPE)

    def has_in_table_scope(self, *names: str) -> bool:
        return self.innermost(names) >= max(self.innermost(TABLE_SCOPE), 0)

    def innermost(self, names: Collection[str]) -> int:
        """The place of the innermost open HTML element with one of these names; -1 if there is none."""
        return max((places[-1] for name in names if (places := self.places.get(name))), default=-1)

    def has_element(self, element: Element) -> bool:
        """Whether this very element is in scope."""
        return element.place >= max(self.stack[-1].scope, 0)

    def imply_end_tags(self, but: str = "") -> None:
        """13.2.6.3, generate implied end tags, except for one name."""
        stack = self.stack
        while stack[-1].name in IMPLIED_END and stack[-1].name != but and stack[-1].namespace == "html":
            self.pop()

    def imply_end_tags_thoroughly(self) -> None:
        while self.stack[-1].name in IMPLIED_END_THOROUGHLY and self.stack[-1].namespace == "html":
            self.pop()

    def close(self, name: str, but: str = "") -> None:
        """Imply end tags, then pop up to and with an open element, which should be the current node by then."""
        self.imply_end_tags(but)
        self.expect(name)
        self.pop_until(name)

    def expect(self, *names: str) -> None:
        """An error unless the current node has one of these names."""
        current = self.stack[-1]
        if current.name not in names or current.namespace != "html":
            self.fault("unclosed-element", current)

    def close_p(self) -> None:
        """13.2.6.4.7, close a p element, if there is one in button scope."""
        if self.has_in_button_scope("p"):
            self.close("p", but="p")

    def clear_back_to(self, names: Collection[str]) -> None:
        """13.2.6.4.9: pop until the current node is one of these, `template` or `html`."""
        while self.stack[-1].name not in names and self.stack[-1].name not in ("template", "html"):
            self.pop()

    # Where nodes go, 13.2.6.1

    def insertion_place(self, target: Element | None = None) -> tuple[Element, Element | None]:
        """The parent of what is inserted, and the child before which it goes, None for the end."""
        target = target or self.stack[-1]
        if not self.fostering or target.name not in TABLE_PARTS or target.namespace != "html":
            return target, None
        table, template = self.innermost(("table",)), self.innermost(("template",))
        if template > table:
            return self.stack[template], None
        if table < 0:
            return self.stack[0], None
        parent = self.stack[table].parent
        return (parent, self.stack[table]) if parent else (self.stack[table - 1], None)

    def insert(self, tag: Tag, namespace: Namespace = "html") -> Element:
        """Insert an element and push it."""
        element = Element(tag.name, namespace, tag.attributes, self.offset, self.length)
        if self.fostering:
            self.place(element, *self.insertion_place())
        else:
            parent = element.parent = self.stack[-1]
            parent.children.append(element)
        self.push(element)
        return element

    def place(self, element: Element, parent: Element, before: Element | None) -> None:
        if before is None:
            parent.adopt(element)
        else:
            parent.adopt_before(element, before)

    def insert_implied(self, name: str) -> Element:
        return self.insert(Tag(name, {}))

    def insert_void(self, tag: Tag) -> None:
        """Insert an element that cannot have children."""
        self.insert(tag)
        self.pop().end = self.token_end
        self.acknowledged = True

    def insert_text(self, data: str) -> None:
        if self.fostering:
            parent, before = self.insertion_place()
            parent.insert_text(data, self.offset, before)
            return
        children = self.stack[-1].children
        if children and type(neighbour := children[-1]) is TextNode:
            neighbour.parts.append(data)
        else:
            children.append(TextNode(data, self.offset))

    def pop_if_current(self, name: str) -> bool:
        """Pop the current node, if it is an HTML element of a name; the usual case of an end tag."""
        current = self.stack[-1]
        if current.name != name or current.namespace != "html":
            return False
        self.pop()
        return True

    def insert_comment(self, data: str) -> None:
        parent, before = self.insertion_place()
        node = CommentNode(data)
        parent.children.insert(len(parent.children) if before is None else parent.place_of(before), node)

    # The list of active formatting elements, 13.2.4.3

    def mark(self) -> None:
        self.formatting.append(None)

    def clear_to_mark(self) -> None:
        while self.formatting and self.formatting.pop() is not None:
            pass

    def remember(self, element: Element, tag: Tag) -> None:
        """Push onto the list; of four that are alike, the first goes ("Noah's Ark")."""
        self.count(len(self.formatting))
        alike = []
        for place in range(len(self.formatting) - 1, -1, -1):
            entry = self.formatting[place]
            if entry is None:
                break
            if entry.tag.name == tag.name and entry.tag.attributes == tag.attributes:
                alike.append(place)
        if len(alike) >= 3:
            del self.formatting[alike[2]]
        self.formatting.append(Active(element, tag))

    def active(self, name: str) -> Active | None:
        """The last active formatting element of a name, behind the last marker."""
        for passed, entry in enumerate(reversed(self.formatting)):
            if entry is None:
                return None
            if entry.element.name == name:
                return entry
            self.count(passed)
        return None

    def reconstruct(self) -> None:
        """Reopen the active formatting elements that are not open."""
        formatting = self.formatting
        if not formatting or formatting[-1] is None or formatting[-1].element.place >= 0:
            return
        first = len(formatting) - 1
        while first > 0 and (entry := formatting[first - 1]) is not None and entry.element.place < 0:
            first -= 1
        self.count(len(formatting) - first)
        for entry in formatting[first:]:
            assert entry is not None
            entry.element = self.insert(entry.tag)

