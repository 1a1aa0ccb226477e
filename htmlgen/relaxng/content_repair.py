"""A tree laid over a grammar from the root down: each element as the pattern under which most of it can be kept.

What cannot stand where it is may be called otherwise, wrapped, put where it can stand, taken apart, or dropped, whichever is cheapest;
text counts most, elements next, attributes least. Laws: the result follows the content models and the exclusions of the grammar; each
node is laid over each pattern once for each set of exclusions, so that the time is proportional to the page.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from htmlgen.markup.elements import BLOCK, HEADING
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.relaxng.attribute_repair import AttributeRepair
from htmlgen.relaxng.automaton import DEAD, TEXT, Automaton, Form
from htmlgen.relaxng.completion import NEVER, UNTITLED, Completion, Made
from htmlgen.relaxng.notes import ElementNotes
from htmlgen.relaxng.trees import UNSEEN, Node, is_blank, weigh

_CHARACTER: Final = 10  #: cost of a character that is lost
_ELEMENT: Final = 10  #: cost of an element that goes, its content kept
_RENAMED: Final = 3
_NO_HEADING: Final = 12
_WRAPPED: Final = 3

#: What an element may be called where it cannot stand as what it is, the nearest first.
_INSTEAD: Final[dict[str, tuple[str, ...]]] = {
    "a": ("span",), "address": ("div",), "article": ("section", "div"), "aside": ("div",), "blockquote": ("div",), "button": ("span",),
    "dd": ("div",), "details": ("div",), "dialog": ("div",), "div": ("span",), "dl": ("div",), "dt": ("p", "div"), "fieldset": ("div",),
    "figcaption": ("p", "div"), "figure": ("div",), "footer": ("div",), "form": ("div",), "h1": ("p", "span"), "h2": ("p", "span"),
    "h3": ("p", "span"), "h4": ("p", "span"), "h5": ("p", "span"), "h6": ("p", "span"), "header": ("div",), "label": ("span",),
    "legend": ("p",), "li": ("div",), "main": ("div",), "nav": ("div",), "ol": ("div",), "p": ("span", "div"), "section": ("div",),
    "span": ("div",), "summary": ("p", "span"), "td": ("th", "div"), "th": ("td", "div"), "time": ("span",), "ul": ("div",),
    "caption": ("p",), "data": ("span",), "abbr": ("span",), "output": ("span",), "em": ("span",), "strong": ("span",), "b": ("span",),
    "i": ("span",), "pre": ("div",), "thead": ("tbody",), "tfoot": ("tbody",),
}  # fmt: skip

#: What may be put around what cannot stand alone, the best first.
_AROUND: Final = ("p", "li", "tr", "tbody", "td", "dd", "ul", "dl", "div", "option", "body", "section", "article")

#: What a document cannot do without: completed rather than taken apart.
_FRAME: Final = frozenset(("html", "head", "body"))

#: What may be put around all of a page whose grammar wants one element, the best first.
_ROOTS: Final = ("div", "section", "article")


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What the elements around exclude, and those words of theirs that some element asks for."""

    excluded: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    number: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A node as an element.

    `cost` is that of all that was done to it and below it; `loss` that of what was done to itself and its children, attributes aside,
    which another choice may save; `lost` that of the text that is lost below it.
    """

    made: Made
    cost: int
    loss: int
    lost: int


@dataclass(slots=True, eq=False)
class Line:
    """Children as far as they are laid: what is kept, the state after it, what it cost (as in `Fitted`), what was done."""

    state: int
    made: "list[Made | str]" = field(default_factory=list)
    cost: int = 0
    loss: int = 0
    lost: int = 0
    changes: list[str] = field(default_factory=list)

    def put(self, made: "Made | str", state: int) -> None:
        """Add a child."""
        self.made.append(made)
        self.state = state


@dataclass(frozen=True, slots=True, eq=False)
class _Option:
    """One way to go on at a child: what it adds, the state after it, how many children it takes.

    `loss` is what makes other ways worth trying; `passed` is what of it the parent is told, `lost` the text that goes.
    """

    cost: int
    loss: int
    passed: int
    lost: int
    made: "tuple[Made | str, ...]"
    state: int
    changes: tuple[str, ...]
    taken: int

    def dearer(self, cost: int, changes: tuple[str, ...]) -> "_Option":
        """The same way with something more done."""
        return replace(self, cost=self.cost + cost, loss=self.loss + cost, passed=self.passed + cost, changes=changes)


class Tables:
    """What repair asks of an automaton, kept from page to page."""

    def __init__(self, automaton: Automaton) -> None:
        self.automaton = automaton
        self.completion = Completion(automaton)
        self.wanted = frozenset(word for each in automaton.elements for word in each.notes.within)
        self._reach: dict[int, frozenset[int]] = {}
        self._holds: dict[tuple[int, str], bool] = {}
        self._ranks: dict[int, dict[int, int]] = {}

    def reach(self, state: int) -> frozenset[int]:
        """All columns that can come in a state or after it."""
        if state not in self._reach:
            seen, ahead, columns = {state}, [state], set[int]()
            for here in ahead:
                row = self.automaton.rows[here]
                for column in self.automaton.live(here):
                    columns.add(column)
                    if row[column] not in seen:
                        seen.add(row[column])
                        ahead.append(row[column])
            self._reach[state] = frozenset(columns)
        return self._reach[state]

    def may_hold(self, element: int, name: str) -> bool:
        """Whether an element of a name, or text where it is empty, can stand somewhere in an element."""
        key = (element, name)
        if key not in self._holds:
            columns = {each + 1 for each in self.automaton.named(name)} if name else {TEXT}
            starts = (form.start for form in self.automaton.elements[element].forms)
            self._holds[key] = any(not columns.isdisjoint(self.reach(start)) for start in starts)
        return self._holds[key]

    def ranks(self, start: int) -> dict[int, int]:
        """For each column of an ordered content how many others must come before it; empty where there is no order."""
        if start not in self._ranks:
            after = self._after(start)
            ranks = {each: sum(each in ahead and one not in after[each] for one, ahead in after.items()) for each in after}
            self._ranks[start] = ranks if any(ranks.values()) else {}
        return self._ranks[start]

    def _after(self, start: int) -> dict[int, frozenset[int]]:
        """For each column of a content the columns that can come after it."""
        found: dict[int, frozenset[int]] = {}
        for state in self.completion.ways(start):
            row = self.automaton.rows[state]
            for column in self.automaton.live(state):
                found[column] = found.get(column, frozenset()) | self.reach(row[column])
        return found


@lru_cache(maxsize=8)
def tables(automaton: Automaton) -> Tables:
    """The tables of an automaton, made once."""
    return Tables(automaton)


class ContentRepair:
    """One page: what is known of its nodes so far."""

    def __init__(self, tables: Tables, root: Node, title: str, language: str) -> None:
        self.tables = tables
        self.automaton = tables.automaton
        self.rows = tables.automaton.rows
        self.root = root
        self.title = title or UNTITLED
        self.attributes = AttributeRepair(tables.automaton, tables.completion, language)
        self.settings: dict[tuple[frozenset[str], frozenset[str]], Setting] = {}
        self.fitted: dict[tuple[int, int, str, int], Fitted | None] = {}
        self.unwrapped: dict[tuple[int, int, int], Line] = {}
        self.around_here: dict[int, tuple[tuple[str, int], ...]] = {}
        self.here: dict[tuple[str, int], tuple[int, ...]] = {}
        self.virtual: list[Node] = []  # kept, so that no other node has the same id
        self.work = 40 * root.count + 4000

    def result(self, changes: Counter[str]) -> list[Event]:
        """The events of the repaired page."""
        line = self.top()
        line.made.extend(self.ending(line))
        changes.update(line.changes)
        return list(_events(line.made, changes))

    def top(self) -> Line:
        """The tree from the start: as it is, or with all of it inside of one element where that keeps more."""
        setting, start = self.setting(frozenset(), frozenset()), self.automaton.start
        line = self.line(self.root.children, start, setting)
        for name in _ROOTS if line.loss > _WRAPPED else ():
            node = self.around(name, self.root.children)
            for option in self.named(node, name, start, setting):
                if option.cost + _WRAPPED < line.cost:
                    line = Line(
                        option.state, list(option.made), option.cost + _WRAPPED, option.loss, option.lost, [f"element {name} added"]
                    )
        return line

    def ending(self, line: Line) -> "Iterator[Made | str]":
        """What is still missing at the end."""
        return self.tables.completion.to_end(line.state, self.title)

    def setting(self, excluded: frozenset[str], around: frozenset[str]) -> Setting:
        """One object for each set of exclusions."""
        key = (excluded, around)
        if key not in self.settings:
            self.settings[key] = Setting(excluded, around, len(self.settings))
        return self.settings[key]

    # Elements -------------------------------------------------------------------------------------------------------------------

    def candidates(self, name: str, state: int) -> tuple[int, ...]:
        """The elements that a name can be in a state."""
        key = (name, state)
        if key not in self.here:
            row = self.rows[state]
            self.here[key] = tuple(each for each in self.automaton.named(name) if row[each + 1])
        return self.here[key]

    def fit(self, node: Node, element: int, name: str, setting: Setting) -> Fitted | None:
        """A node as an element, in the best of its forms; None where it cannot be it."""
        key = (id(node), element, name, setting.number)
        if key not in self.fitted:
            self.fitted[key] = None
            self.work -= 1
            found = [self.formed(node, element, form, name, setting) for form in self.automaton.elements[element].forms]
            self.fitted[key] = min((each for each in found if each), key=lambda each: each.cost, default=None)
        return self.fitted[key]

    def formed(self, node: Node, element: int, form: Form, name: str, setting: Setting) -> Fitted | None:
        """A node as one form of an element."""
        notes = self.automaton.elements[element].notes
        words = {name, *notes.categories}
        if not setting.excluded.isdisjoint(words) or (notes.within and setting.around.isdisjoint(notes.within)):
            return None
        kept = self.attributes.fit(name, node.attributes, form.attributes, setting.excluded)
        if kept is None:
            return None
        inner = self.setting(setting.excluded.union(notes.excluded), setting.around | (self.tables.wanted & (words | kept.categories)))
        line = self.whole(node, form.start, inner, notes)
        if line is None:
            return None
        made = Made(StartTag(name, kept.attributes), notes.content == "void", tuple(line.made), (*kept.changes, *line.changes))
        return Fitted(made, line.cost + kept.cost + kept.loss, line.loss + kept.loss, line.lost)

    def whole(self, node: Node, start: int, setting: Setting, notes: ElementNotes) -> Line | None:
        """All of an element's content, complete and not empty where it must not be; None where there is nothing to complete."""
        children = self.in_order(node, start)
        line = self.line(children, start, setting)
        line.changes += ["moved"] * (children is not node.children)
        if notes.filled and not _is_filled(line.made, notes.filled):
            return self.filled(node, start, setting, notes, line)
        if not self.automaton.nullable[line.state]:
            cost = self.tables.completion.states[line.state]
            if cost >= NEVER or (not _is_filled(line.made, "content") and node.name not in _FRAME):
                return None
            line.made.extend(self.ending(line))
            line.cost += cost
            line.loss += cost
        return line

    def filled(self, node: Node, start: int, setting: Setting, notes: ElementNotes, line: Line) -> Line | None:
        """With an element taken apart, until there is text that is the element's own; a title is made up."""
        for index, child in enumerate(line.made):
            if isinstance(child, Made) and _holds_text(child):
                inside = [*line.made[:index], *child.content, *line.made[index + 1 :]]
                again = self.line(_joined([_as_node(each) if isinstance(each, Made) else each for each in inside], self), start, setting)
                again.cost += line.cost + _ELEMENT
                again.loss += line.loss + _ELEMENT
                again.lost += line.lost
                again.changes = [*line.changes, *child.changes, f"element {child.tag.name} unwrapped", *again.changes]
                if _is_filled(again.made, notes.filled) and self.automaton.nullable[again.state]:
                    return again
                return self.filled(node, start, setting, notes, again) if _holds_any(again.made) else None
        if node.name == "title" and self.rows[start][TEXT]:
            return Line(self.rows[start][TEXT], [self.title], 6, 6, 0, [*line.changes, "text of title added"])
        return None

    def in_order(self, node: Node, start: int) -> "list[Node | str]":
        """The children, put into the order that the content asks for, if it asks for one."""
        ranks = self.tables.ranks(start)
        if not ranks or len(node.children) < 2:
            return node.children
        found, rank = [], 0
        for child in node.children:
            rank = self.rank(child, ranks, rank)
            found.append(rank)
        if found == sorted(found):
            return node.children
        order = sorted(range(len(found)), key=found.__getitem__)
        return [node.children[i] for i in order]

    def rank(self, child: "Node | str", ranks: dict[int, int], before: int) -> int:
        """Where a child belongs: what has no place of its own stays beside its neighbour."""
        if isinstance(child, str):
            return ranks.get(TEXT, before) if not is_blank(child) else before
        columns = [each + 1 for each in self.automaton.named(child.name) if each + 1 in ranks]
        if len(columns) < 2:
            return ranks[columns[0]] if columns else before
        return ranks[min(columns, key=lambda column: self.distance(child, column - 1))]

    def distance(self, node: Node, element: int) -> int:
        """How little a node's attributes are those of an element."""
        forms = self.automaton.elements[element].forms
        found = [self.attributes.fit(node.name, node.attributes, form.attributes, frozenset()) for form in forms]
        return min((each.cost + each.loss for each in found if each), default=NEVER)

    # Children -------------------------------------------------------------------------------------------------------------------

    def line(self, children: "list[Node | str]", state: int, setting: Setting) -> Line:
        """Children laid one after the other from a state."""
        line = Line(state)
        index = 0
        while index < len(children):
            child = children[index]
            option = (
                self.text(children, index, line.state, setting) if isinstance(child, str) else self.child(children, index, line, setting)
            )
            line.made.extend(option.made)
            line.state = option.state
            line.cost += option.cost
            line.loss += option.passed
            line.lost += option.lost
            line.changes.extend(option.changes)
            index += option.taken
        return line

    def text(self, children: "list[Node | str]", index: int, state: int, setting: Setting) -> _Option:
        """The best that can be done with a text."""
        text = children[index]
        assert isinstance(text, str)
        after = self.after_text(state, text)
        if after:
            return _Option(0, 0, 0, 0, (text,), after, (), 1)
        if is_blank(text):
            return _Option(0, 0, 0, 0, (), state, (), 1)
        cost = _CHARACTER * len(text.strip())
        dropped = _Option(cost, cost, cost, cost, (), state, ("text dropped",), 1)
        return min((dropped, *self.wrapped(children, index, state, setting)), key=lambda each: each.cost)

    def after_text(self, state: int, text: str) -> int:
        """The state after a text, dead where it cannot stand."""
        row = self.rows[state]
        if row[TEXT] or not self.automaton.data:
            return row[TEXT]
        first = 1 + len(self.automaton.elements)
        fits = (row[first + i] for i, each in enumerate(self.automaton.data) if row[first + i] and self.attributes.accepts(each, text))
        return next(fits, DEAD)

    def child(self, children: "list[Node | str]", index: int, line: Line, setting: Setting) -> _Option:
        """The best that can be done with an element."""
        node, state = children[index], line.state
        assert isinstance(node, Node)
        best: _Option | None = None
        if node.inline and not self.rows[state][TEXT] and self.opens_paragraph(children, index, state):
            best = min(self.wrapped(children, index, state, setting), key=lambda each: each.cost, default=None)
            if best and best.loss <= _WRAPPED:
                return best
        for options in (self.standing, self.instead, self.bridged, self.put_around, self.apart):
            for option in options(children, index, state, setting):
                if best is None or option.cost < best.cost:
                    best = option
            if best and (best.loss <= _WRAPPED or node.name in _FRAME):
                return best
            if best and self.work < 0 and best.loss < _CHARACTER * max(1, node.weight):
                return best
        assert best is not None
        return best

    def opens_paragraph(self, children: "list[Node | str]", index: int, state: int) -> bool:
        """Whether loose text stands beside an inline element where only paragraphs can hold it."""
        if not self.candidates("p", state):
            return False
        return any(isinstance(each, str) and not is_blank(each) for each in _inline_run(children, index))

    def standing(self, children: "list[Node | str]", index: int, state: int, setting: Setting) -> Iterator[_Option]:
        """The node as what it is."""
        node = children[index]
        assert isinstance(node, Node)
        yield from self.named(node, node.name, state, setting)

    def instead(self, children: "list[Node | str]", index: int, state: int, setting: Setting) -> Iterator[_Option]:
        """The node by another name, if it holds anything; a cell also if it does not."""
        node = children[index]
        assert isinstance(node, Node)
        if not node.weight and node.count == 1 and node.name not in ("td", "th"):
            return
        for name in _INSTEAD.get(node.name, ()):
            for option in self.named(node, name, state, setting):
                changes = (f"element {node.name} renamed {name}", *option.changes)
                yield option.dearer(_NO_HEADING if node.name in HEADING else _RENAMED, changes)

    def named(self, node: Node, name: str, state: int, setting: Setting) -> Iterator[_Option]:
        """A node as each element of a name that can stand in a state."""
        for element in self.candidates(name, state):
            if fitted := self.fit(node, element, name, setting):
                yield _Option(fitted.cost, fitted.loss, fitted.lost, fitted.lost, (fitted.made,), self.rows[state][element + 1], (), 1)

    def bridged(self, children: "list[Node | str]", index: int, state: int, setting: Setting) -> Iterator[_Option]:
        """The node after what must come before it."""
        node = children[index]
        assert isinstance(node, Node)
        reach = self.tables.reach(state)
        columns = [each + 1 for each in self.automaton.named(node.name) if each + 1 in reach and not self.rows[state][each + 1]]
        for column in columns:
            fitted = self.fit(node, column - 1, node.name, setting)
            ways = ((cost, way, self.rows[there][column]) for there, (cost, way) in self.tables.completion.ways(state).items())
            way = min((each for each in ways if each[2]), default=None)
            if fitted and way:
                put = tuple(self.tables.completion.child(each, self.title) for each in way[1])
                yield _Option(
                    fitted.cost + way[0], fitted.loss + way[0], fitted.lost + way[0], fitted.lost, (*put, fitted.made), way[2], (), 1
                )

    def put_around(self, children: "list[Node | str]", index: int, state: int, setting: Setting) -> Iterator[_Option]:
        """The node, and its like beside it, inside of an element that may hold it."""
        yield from self.wrapped(children, index, state, setting)

    def wrapped(self, children: "list[Node | str]", index: int, state: int, setting: Setting) -> Iterator[_Option]:
        """A run of children inside of an element that may hold them."""
        for name, element in self.wrappers(state):
            if self.may_hold(element, children[index]):
                run = self.run_for(name, children, index, state)
                if run:
                    node = self.around(name, run)
                    if fitted := self.fit(node, element, name, setting):
                        option = _Option(fitted.cost, fitted.loss, fitted.lost, fitted.lost, (fitted.made,), 0, (), len(run))
                        option = replace(option, state=self.rows[state][element + 1])
                        yield option.dearer(_WRAPPED, (f"element {name} added",))
                        if fitted.loss == 0:
                            return

    def wrappers(self, state: int) -> tuple[tuple[str, int], ...]:
        """What may be put around something in a state."""
        if state not in self.around_here:
            self.around_here[state] = tuple((name, element) for name in _AROUND for element in self.candidates(name, state))
        return self.around_here[state]

    def run_for(self, name: str, children: "list[Node | str]", index: int, state: int) -> "list[Node | str]":
        """What is put into a wrapper: inline content into a paragraph, into others what cannot stand by itself."""
        return _inline_run(children, index) if name == "p" else self.misfits(children, index, state)

    def misfits(self, children: "list[Node | str]", index: int, state: int) -> "list[Node | str]":
        """The children from here on that cannot stand in a state."""
        end = index
        while end < len(children):
            child = children[end]
            if not isinstance(child, str) and self.candidates(child.name, state):
                break
            end += 1
        return children[index:end]

    def may_hold(self, element: int, child: "Node | str") -> bool:
        """Whether a child can stand somewhere in an element."""
        return self.tables.may_hold(element, "" if isinstance(child, str) else child.name)

    def around(self, name: str, run: "list[Node | str]") -> Node:
        """A new node around others."""
        node = Node(name, (), run)
        weigh(node)
        self.virtual.append(node)
        return node

    def apart(self, children: "list[Node | str]", index: int, state: int, setting: Setting) -> Iterator[_Option]:
        """The node's content without it, or nothing."""
        node = children[index]
        assert isinstance(node, Node)
        if node.children and node.name not in UNSEEN and (self.rows[state][TEXT] or node.weight or node.count > 1):
            line = self.without(node, state, setting)
            changes = (f"element {node.name} unwrapped", *line.changes)
            loss = line.loss + _ELEMENT
            yield _Option(line.cost + _ELEMENT, loss, loss, line.lost, tuple(line.made), line.state, changes, 1)
        lost = _CHARACTER * node.weight
        cost = lost + _ELEMENT * node.count
        yield _Option(cost, cost, cost, lost, (), state, (f"element {node.name} dropped",), 1)

    def without(self, node: Node, state: int, setting: Setting) -> Line:
        """A node's children laid where it stands itself."""
        key = (id(node), state, setting.number)
        if key not in self.unwrapped:
            self.work -= 1
            edge: list[Node | str] = [" "] if node.name in BLOCK else []
            self.unwrapped[key] = self.line([*edge, *node.children, *edge], state, setting)
        return self.unwrapped[key]


def _inline_run(children: "list[Node | str]", index: int) -> "list[Node | str]":
    end = index
    while end < len(children) and (isinstance(child := children[end], str) or child.inline):
        end += 1
    return children[index:end]


def _is_filled(made: "list[Made | str]", wanted: str) -> bool:
    return any(not is_blank(each) if isinstance(each, str) else wanted == "content" for each in made)


def _holds_any(made: "list[Made | str]") -> bool:
    return any(isinstance(each, Made) and _holds_text(each) for each in made)


def _holds_text(made: Made) -> bool:
    return any(not is_blank(each) if isinstance(each, str) else _holds_text(each) for each in made.content)


def _as_node(made: Made) -> Node:
    """What was made, to be laid anew."""
    node = Node(made.tag.name, made.tag.attributes, [each if isinstance(each, str) else _as_node(each) for each in made.content])
    weigh(node)
    return node


def _joined(children: "list[Node | str]", repair: ContentRepair) -> "list[Node | str]":
    repair.virtual.extend(each for each in children if isinstance(each, Node))
    return children


def _events(made: "list[Made | str]", changes: Counter[str]) -> Iterator[Event]:
    """The events of what was made, adjacent texts as one; what was done is counted."""
    texts: list[str] = []
    ahead: list[Made | str | EndTag] = list(reversed(made))
    while ahead:
        each = ahead.pop()
        if isinstance(each, str):
            texts.append(each)
            continue
        if texts:
            yield Text("".join(texts))
            texts = []
        if isinstance(each, EndTag):
            yield each
            continue
        changes.update(each.changes)
        yield each.tag
        if not each.void:
            ahead.append(EndTag(each.tag.name))
            ahead.extend(reversed(each.content))
    if texts:
        yield Text("".join(texts))
