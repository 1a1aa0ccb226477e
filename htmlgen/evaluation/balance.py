"""Which tags of a page have no partner, or cross another: from the tag stream alone, with no tree.

Laws. A start tag needs an end tag unless its element is void, closes itself in foreign content, or has an end tag that the HTML Standard
lets one omit where it is omitted (13.1.2.4). Every fault is charged to one tag, and no tag to two faults:

- unclosed: a start tag that needs an end tag and has none;
- stray: an end tag that ends nothing, since no element of its name is open (void elements never are), or none within its table cell or
  another border that end tags do not reach across (13.2.4.2, the stack of open elements: scopes);
- misnested: an end tag that comes after the end of an element that its own start tag stood in, as `</i>` in `<b><i></b></i>`.

Whether an element may stand where it does is not asked: that is conformance.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from htmlgen.evaluation.findings import MOST, Finding, Lines
from htmlgen.evaluation.result import Balance
from htmlgen.evaluation.tags import Tag, scan
from htmlgen.markup.elements import FLOW, METADATA, OPTIONAL_END, VOID_IN_PARSER


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENDS_A_P: Final = _names(
    """address article aside blockquote details dialog div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header
    hgroup hr main menu nav ol p pre search section table ul"""
)

# 13.1.2.4: an element whose end tag may be omitted, and the start tags before which it may. For `head`, `caption` and `colgroup` the
# Standard asks that no white space or comment follows; either would only be part of the element, so it is not asked here.
_ENDS_BEFORE: Final = {
    "head": (FLOW - METADATA) | _names("body frameset"),
    "li": _names("li"),
    "dt": _names("dt dd"),
    "dd": _names("dt dd"),
    "p": _ENDS_A_P,
    **dict.fromkeys(("rt", "rp", "rb"), _names("rt rp rb rtc")),  # rb and rtc are obsolete, and the parser closes them (13.2.6.3)
    "rtc": _names("rb rtc"),
    "optgroup": _names("optgroup hr"),
    "option": _names("option optgroup hr"),
    "caption": _names("colgroup col thead tbody tfoot tr"),
    "colgroup": _names("colgroup thead tbody tfoot tr"),
    "thead": _names("tbody tfoot"),
    "tbody": _names("tbody tfoot"),
    "tr": _names("tr"),
    "td": _names("td th"),
    "th": _names("td th"),
}
_ENDED_BY: Final = {
    start: frozenset(name for name, starts in _ENDS_BEFORE.items() if start in starts)
    for start in frozenset().union(*_ENDS_BEFORE.values())
}

# 13.1.2.4: these may not be left open at the end of their parent; `plaintext` cannot be closed at all (13.2.5.5).
_ENDS_WITH_PARENT: Final = (OPTIONAL_END - _names("dt thead")) | _names("plaintext rb rtc")
_KEEPS_ITS_P: Final = _names("a audio del ins map noscript video")

# 13.1.2.4: start tags that may be omitted inside a table, by what stands there instead.
_IMPLIED_IN_TABLE: Final = {"tr": "tbody", "col": "colgroup"}
_IMPLIED_IN_DOCUMENT: Final = _names("html head body")

# 13.2.4.2: borders that an end tag does not reach across.
_TABLE_SCOPE: Final = _names("html table template")
_SCOPE: Final = _TABLE_SCOPE | _names("applet caption td th marquee object foreignobject")
_SCOPES: Final = {
    **dict.fromkeys(_names("table caption colgroup thead tbody tfoot tr td th"), _TABLE_SCOPE),
    **dict.fromkeys(_names("html head body"), frozenset()),
    "template": _names("html"),
    "li": _SCOPE | _names("ol ul"),
    "p": _SCOPE | _names("button"),
}


def tag_balance(page: str, *, fragment: bool = False) -> Balance:
    """The balance of a page's tags. In a document the start tags of `html`, `head` and `body` may be omitted; in a fragment not."""
    return balance_of(scan(page), Lines(page), fragment=fragment)


def balance_of(tags: Iterable[Tag], lines: Lines, *, fragment: bool = False) -> Balance:
    """The balance of a tag stream; `lines` are those of its page. All faults count; the first `MOST` of each rule are findings."""
    walk = _Walk(lines, fragment)
    for tag in tags:
        walk.take(tag)
    walk.finish()
    count, findings = walk.count, sorted(walk.found, key=lambda finding: finding.offset)
    return Balance(walk.counted, count["unclosed"], count["stray"], count["misnested"], tuple(findings))


class _Open(NamedTuple):
    tag: Tag
    needs_end: bool  # if still open when its parent ends


class _Stack:
    """Open elements, outermost first. Finding the last of a name takes no search, so a page takes linear time however deep it is."""

    def __init__(self) -> None:
        self.elements: list[_Open] = []
        self.places: defaultdict[str, list[int]] = defaultdict(list)
        self.needing: list[int] = []  # the places of elements that need an end tag

    def push(self, element: _Open) -> None:
        place = len(self.elements)
        self.places[element.tag.name].append(place)
        if element.needs_end:
            self.needing.append(place)
        self.elements.append(element)

    def pop(self) -> _Open:
        element = self.elements.pop()
        self.places[element.tag.name].pop()
        if element.needs_end:
            self.needing.pop()
        return element

    def last(self, names: Iterable[str]) -> int:
        """The place of the innermost open element with one of these names; -1 if there is none."""
        return max((places[-1] for name in names if (places := self.places.get(name))), default=-1)

    def last_needing(self) -> int:
        return self.needing[-1] if self.needing else -1

    def parent(self) -> str:
        return self.elements[-1].tag.name if self.elements else ""


class _Walk:
    """One pass over the tags."""

    def __init__(self, lines: Lines, fragment: bool) -> None:
        self.lines = lines
        self.stack = _Stack()
        self.outliving: defaultdict[str, list[Tag]] = defaultdict(list)  # start tags whose parent has ended, by name
        self.implied = frozenset() if fragment else _IMPLIED_IN_DOCUMENT
        self.started: set[str] = set()
        self.counted = 0
        self.count: Counter[str] = Counter()
        self.found: list[Finding] = []

    def take(self, tag: Tag) -> None:
        if tag.kind == "start":
            self._start(tag)
        elif tag.kind == "end":
            self._end(tag)

    def finish(self) -> None:
        self._close(0)
        for tags in self.outliving.values():
            for tag in tags:
                self._report("unclosed", tag, f"<{tag.name}> is never closed; write </{tag.name}>")

    def _start(self, tag: Tag) -> None:
        name, foreign = tag.name, tag.foreign
        self.started.add(name)
        if not foreign:
            if name in _ENDED_BY:
                self._end_before(name)
            if name in _IMPLIED_IN_TABLE:
                self._imply_parent(tag)
        if tag.closes_itself or (name in VOID_IN_PARSER and not foreign):
            return
        self.counted += 1
        needs_end = foreign or name not in _ENDS_WITH_PARENT or not self._may_end_with_parent(name)
        self.stack.push(_Open(tag, needs_end))

    def _may_end_with_parent(self, name: str) -> bool:
        parent = self.stack.parent()
        return name in _ENDS_WITH_PARENT and not (name == "p" and (parent in _KEEPS_ITS_P or "-" in parent))

    def _end_before(self, name: str) -> None:
        """Close what a start tag ends, with all that may end with it."""
        ended = _ENDED_BY[name]
        while (place := self.stack.last(ended)) >= max(self.stack.last_needing(), 0):
            self._close(place + 1)
            self.stack.pop()

    def _imply_parent(self, tag: Tag) -> None:
        if self.stack.parent() == "table" and (parent := _IMPLIED_IN_TABLE.get(tag.name)):
            self.stack.push(_Open(tag._replace(name=parent), needs_end=False))

    def _end(self, tag: Tag) -> None:
        self.counted += 1
        elements = self.stack.elements
        if elements and elements[-1].tag.name == tag.name:
            self.stack.pop()
        elif (place := self._match(tag)) >= 0:
            self._close(place + 1)
            self.stack.pop()
        elif self.outliving[tag.name]:
            self._misnested(tag, self.outliving[tag.name].pop())
        elif self._start_was_implied(tag.name):
            self._close(1 if tag.name != "html" and self.stack.last(["html"]) == 0 else 0)
        else:
            self._stray(tag)
        self.started.add(tag.name)

    def _match(self, tag: Tag) -> int:
        """The place of the element that an end tag ends; -1 if there is none."""
        place = self.stack.last([tag.name])
        return place if place >= self.stack.last(_SCOPES.get(tag.name, _SCOPE)) else -1

    def _start_was_implied(self, name: str) -> bool:
        if name == "head" and not self.started <= METADATA | {"html"}:
            return False
        return name in self.implied and name not in self.started

    def _close(self, place: int) -> None:
        """End all open elements from a place on; those that need an end tag of their own wait for it."""
        while len(self.stack.elements) > place:
            element = self.stack.pop()
            if element.needs_end:
                self.outliving[element.tag.name].append(element.tag)

    def _misnested(self, tag: Tag, start: Tag) -> None:
        place = self.lines.words(start.offset)
        message = f"</{tag.name}> comes after the end of an element that its <{tag.name}> ({place}) stands in"
        self._report("misnested", tag, message)

    def _stray(self, tag: Tag) -> None:
        void = not tag.foreign and tag.name in VOID_IN_PARSER
        why = f"{tag.name} elements are void, they have no end tag" if void else f"no <{tag.name}> is open here"
        self._report("stray", tag, f"</{tag.name}> closes nothing: {why}")

    def _report(self, rule: str, tag: Tag, message: str) -> None:
        self.count[rule] += 1
        if self.count[rule] <= MOST:
            line, column = self.lines.locate(tag.offset)
            self.found.append(Finding(f"balance/{rule}", message, line, column, tag.offset))
