"""Roles, states and properties in their context: what must stand around a role, what must not, and what refers to it.

Which roles and states an element may bear by itself is said by the grammar (`aria.rnc`). Here is what hangs on other elements, from
WAI-ARIA 1.3 and from "ARIA in HTML". What an element is inside of is a set of bits that its children inherit, so that a page takes time in
proportion to its tags, however deep they are nested.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from htmlgen.evaluation.values.value_finding import ValueFinding
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, StartTag

#: WAI-ARIA 1.3, 5.2.8: the roles of which one must be around a role, or own it by `aria-owns`.
PARENTS: Final = {
    role: frozenset(parents.split())
    for role, parents in {
        "cell": "row", "columnheader": "row", "gridcell": "row", "listitem": "directory group list", "menuitem": "group menu menubar",
        "menuitemcheckbox": "group menu menubar", "menuitemradio": "group menu menubar", "option": "group listbox",
        "row": "grid rowgroup table treegrid", "rowheader": "row", "rowgroup": "grid table treegrid", "tab": "tablist",
        "treeitem": "group tree",
    }.items()
}  # fmt: skip
#: "ARIA in HTML", 4: the roles that elements have without an attribute, as far as others need them around themselves.
_IMPLICIT: Final = {
    "ul": "list", "ol": "list", "menu": "list", "table": "table", "tr": "row", "fieldset": "group", "optgroup": "group",
    "tbody": "rowgroup", "thead": "rowgroup", "tfoot": "rowgroup", "details": "group",
}  # fmt: skip
#: Roles with the content of an interactive element: not in a link or a button (HTML Standard 4.5.1, 4.10.6).
_INTERACTIVE: Final = frozenset(
    """button checkbox combobox grid gridcell listbox menu menubar menuitem menuitemcheckbox menuitemradio option radio scrollbar
    searchbox slider spinbutton switch tab textbox treeitem""".split()
)
#: Roles of which a heading cannot be made: those of landmarks in motion, of windows and of widgets that hold others.
_NOT_IN_HEADINGS: Final = frozenset(
    "alert alertdialog application dialog directory document feed listbox log marquee math note status tabpanel timer toolbar".split()
)
#: WAI-ARIA 1.3, 5.2.9: roles whose children are presentational, so that nothing in them can be operated.
_FLAT: Final = frozenset(
    """button checkbox img link menuitem menuitemcheckbox menuitemradio option progressbar radio separator slider switch tab
    math meter scrollbar""".split()
)
#: What a group may hold, in the roles that group has around itself.
_GROUPED: Final = {
    "menu": frozenset("menuitem menuitemcheckbox menuitemradio none presentation".split()),
    "menubar": frozenset("menuitem menuitemcheckbox menuitemradio none presentation".split()),
    "tree": frozenset(("treeitem", "none", "presentation")),
}
#: Of li by the list around it ("ARIA in HTML", li).
_ITEMS: Final = {
    "tablist": frozenset(("tab", "none", "presentation")),
    "tree": frozenset(("treeitem", "none", "presentation", "group")),
    "listbox": frozenset(("group", "option", "none", "presentation")),
    "menu": frozenset("group menuitem menuitemcheckbox menuitemradio separator none presentation".split()),
    "menubar": frozenset("group menuitem menuitemcheckbox menuitemradio separator none presentation".split()),
}
#: Elements that are a part of their parent, and how the attributes begin that they do not bear.
_NATIVE_PARTS: Final = {
    ("details", "summary"): ("role", "aria-expanded", "aria-pressed"),
    ("select", "button"): ("role", "aria-"),
}
_HEADINGS: Final = frozenset("h1 h2 h3 h4 h5 h6".split())
_CONTROLS: Final = frozenset("label".split())
_LABELABLE: Final = frozenset("button input meter output progress select textarea".split())
_TABLE_PARTS: Final = frozenset("td th tr".split())
_TABLE_ROLES: Final = frozenset(("", "table", "grid", "treegrid"))

_PLACES: Final = tuple(
    dict.fromkeys((*(parent for parents in PARENTS.values() for parent in sorted(parents)), *sorted(_FLAT), *_ITEMS, *_GROUPED))
)
_BITS: Final = {name: 1 << i for i, name in enumerate((*_PLACES, "<heading>", "<a>", "<button>", "<label>", "<select>", "<table>"))}


def _bits(names: frozenset[str] | set[str]) -> int:
    return sum(_BITS[name] for name in names)


_PARENT_BITS: Final = {role: _bits(parents) for role, parents in PARENTS.items()}
_FLAT_BITS: Final = _bits(set(_FLAT))


class Facts(NamedTuple):
    """What is known of a start tag by itself."""

    id: str  #: empty, if there is none
    role: str  #: the first role that is written, lower-case; empty, if there is none
    around: int  #: what its children are in, as bits
    aria: tuple[str, ...]  #: its ARIA attributes
    watched: bool  #: whether a rule may ask for its place


def facts_of(tag: StartTag) -> Facts:
    attributes = dict(tag.attributes)
    role = (attributes.get("role", "").lower().split() or [""])[0]
    aria = tuple(name for name in attributes if name.startswith("aria-"))
    meant = role or _IMPLICIT.get(tag.name, "")
    around = _BITS.get(meant, 0) | _element_bits(tag.name, role)
    watched = bool(role or aria) or tag.name in _CONTROLS or tag.name in _LABELABLE
    return Facts(attributes.get("id", ""), role, around, aria, watched)


def _element_bits(name: str, role: str) -> int:
    if name in _HEADINGS:
        return _BITS["<heading>"]
    if name == "table":
        return _BITS["<table>"] if role in _TABLE_ROLES else 0
    return _BITS.get(f"<{name}>", 0)


@dataclass(slots=True)
class _Frame:
    name: str
    role: str
    around: int


@dataclass(slots=True)
class Roles:
    """The walk over a page: `watched`, `start` and `end` as the events come, `finish` at last."""

    whole: bool = True  #: whether the page is all there is, so that what a role needs must be in it
    stack: list[_Frame] = field(default_factory=lambda: [_Frame("", "", 0)])
    roles: dict[str, str] = field(default_factory=dict)  #: of elements, by their id
    labelable: set[str] = field(default_factory=set)  #: ids of what a label can be of
    owners: dict[str, int] = field(default_factory=dict)  #: what owns an id, as bits
    orphans: list[tuple[int, str, str]] = field(default_factory=list)  #: event, role and id of what lacks a parent
    tabs: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)  #: event, id and what it controls
    panels: set[str] = field(default_factory=set)  #: ids that label a tab panel
    labels: list[tuple[int, StartTag, str]] = field(default_factory=list)  #: labels by `for` that bear a role or ARIA
    open_labels: list[tuple[int, StartTag]] = field(default_factory=list)

    def watched(self, index: int, tag: StartTag, facts: Facts) -> Iterator[ValueFinding]:
        """What is wrong with a start tag that a rule asks about. Comes before `start`."""
        self._remember(index, tag, facts)
        yield from self._placed(index, tag, facts, self.stack[-1])

    def start(self, index: int, tag: StartTag, facts: Facts) -> None:
        if facts.id:
            self.roles.setdefault(facts.id, facts.role)
        if tag.name not in VOID_IN_PARSER:
            around = self.stack[-1].around | facts.around
            if tag.name == "table" and not facts.around & _BITS["<table>"]:
                around &= ~_BITS["<table>"]
            self.stack.append(_Frame(tag.name, facts.role, around))
            if tag.name == "label":
                self.open_labels.append((index, tag))

    def end(self, tag: EndTag) -> None:
        if len(self.stack) > 1:
            self.stack.pop()
        if tag.name == "label" and self.open_labels:
            self.open_labels.pop()

    def finish(self) -> Iterator[ValueFinding]:
        for index, tag, id in self.labels:
            if id in self.labelable:
                yield from _label_findings(index, tag)
        if self.whole:
            yield from self._missing()

    def _missing(self) -> Iterator[ValueFinding]:
        """What the page would have to hold."""
        for index, role, id in self.orphans:
            if not self.owners.get(id, 0) & _PARENT_BITS[role]:
                yield _orphan(index, role)
        for index, id, controlled in self.tabs:
            if id not in self.panels and not any(self.roles.get(each) == "tabpanel" for each in controlled):
                message = "the selected tab has no panel: let aria-controls refer to an element with role=tabpanel"
                yield ValueFinding(index, "aria/tab-panel", message, "role")

    def _remember(self, index: int, tag: StartTag, facts: Facts) -> None:
        """Keep what other elements may refer to."""
        if facts.id and tag.name in _LABELABLE and (tag.get("type") or "").lower() != "hidden":
            self.labelable.add(facts.id)
        for owned in (tag.get("aria-owns") or "").split():
            self.owners[owned] = self.owners.get(owned, 0) | facts.around
        if facts.role == "tabpanel":
            self.panels.update((tag.get("aria-labelledby") or "").split())
        if facts.role == "tab" and (tag.get("aria-selected") or "").lower() == "true":
            self.tabs.append((index, facts.id, tuple((tag.get("aria-controls") or "").split())))

    def _placed(self, index: int, tag: StartTag, facts: Facts, parent: _Frame) -> Iterator[ValueFinding]:
        role, inside = facts.role, parent.around
        if role in PARENTS and not inside & _PARENT_BITS[role]:
            self.orphans.append((index, role, tag.get("id") or ""))
        yield from _excluded(index, tag, facts, inside)
        if tag.name == "label" and (role or facts.aria) and (target := tag.get("for")):
            self.labels.append((index, tag, target))
        if self.open_labels and tag.name in _LABELABLE and (tag.get("type") or "").lower() != "hidden":
            yield from _label_findings(*self.open_labels[-1])
        if role and tag.name in _TABLE_PARTS and inside & _BITS["<table>"]:
            message = f"<{tag.name}> is a part of a table and has its role from it; leave out role, or give the table another"
            yield ValueFinding(index, "aria/table-part", message, "role")
        yield from _child_findings(index, tag, role, parent)


def _orphan(index: int, role: str) -> ValueFinding:
    parents = " or ".join(sorted(PARENTS[role]))
    return ValueFinding(index, "aria/parent-role", f"role={role} needs an element of role {parents} around it, or one that owns it", "role")


def _label_findings(index: int, tag: StartTag) -> Iterator[ValueFinding]:
    """A label of a control has no role, state or property: it would take the label's place ("ARIA in HTML", label)."""
    name = next((name for name, _ in tag.attributes if name == "role" or name.startswith("aria-")), None)
    if name:
        message = f"<label> labels a control, so that {name} cannot stand on it; put it on the control, or on an element in the label"
        yield ValueFinding(index, "aria/label", message, name)


def _excluded(index: int, tag: StartTag, facts: Facts, inside: int) -> Iterator[ValueFinding]:
    """What must not stand inside of headings, links, buttons and roles that are operated as a whole."""
    role = facts.role
    if inside & _BITS["<heading>"] and role in _NOT_IN_HEADINGS:
        yield ValueFinding(index, "aria/in-heading", f"role={role} cannot stand in a heading", "role")
    if role in _INTERACTIVE and inside & (_BITS["<a>"] | _BITS["<button>"]):
        outer = "a" if inside & _BITS["<a>"] else "button"
        yield ValueFinding(index, "aria/in-interactive", f"role={role} is interactive, and cannot stand in <{outer}>", "role")


def _child_findings(index: int, tag: StartTag, role: str, parent: _Frame) -> Iterator[ValueFinding]:
    """What an element does not take as its children."""
    if wrong := _child_role(tag.name, role, parent):
        yield ValueFinding(index, "aria/child-role", wrong, "role")
    names = _NATIVE_PARTS.get((parent.name, tag.name), ())
    if tag.name == "selectedcontent" and parent.around & _BITS["<select>"]:
        names = ("role", "aria-")
    for name, _ in tag.attributes if names else ():
        if name.startswith(names):
            message = f"<{tag.name}> is a part of <{parent.name}>, whose role and states are known; leave out {name}"
            yield ValueFinding(index, "aria/native-part", message, name)


def _child_role(name: str, role: str, parent: _Frame) -> str | None:
    """Why an element of this role cannot be a child; None, if it can."""
    wrong = None
    if parent.role == "list" and role == "group":
        wrong = "role=group cannot be a child of role=list; role=listitem can"
    elif parent.role == "group" and (around := _grouping(role, parent)):
        wrong = f"a group in role={around} holds {' or '.join(sorted(_GROUPED[around]))}, not role={role}"
    elif name == "li" and role and parent.role in _ITEMS and role not in _ITEMS[parent.role]:
        wrong = f"<li> in role={parent.role} is {' or '.join(sorted(_ITEMS[parent.role]))}, not role={role}"
    elif name == "li" and role not in ("", "listitem") and parent.name in ("ul", "ol", "menu") and parent.role in ("", "list"):
        wrong = f"<li> in a list is role=listitem, not role={role}; give <{parent.name}> another role, too"
    return wrong


def _grouping(role: str, group: _Frame) -> str | None:
    """The role around a group that keeps it from holding this one."""
    return next((around for around, allowed in _GROUPED.items() if role and group.around & _BITS[around] and role not in allowed), None)
