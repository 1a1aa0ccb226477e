"""The tag stream of a page: start tags, end tags and doctypes, in the order they are written, without building a tree.

It follows the tokenizer of the HTML Standard (13.2.5): comments, quoted attribute values and raw text hide what looks like a tag. What the
Standard's tokenizer learns from the tree builder is learned here from the tags alone: raw text follows its start tag, and foreign content
(SVG, MathML) lasts from its root's start tag to its end tag, less its integration points. Time is linear in the length of the page.
"""

import re
from collections import Counter
from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase
from typing import Final, Literal, NamedTuple

from htmlgen.markup.elements import ESCAPABLE_RAW_TEXT, RAW_TEXT


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SPACE: Final = r"\t\n\f\r "
_VALUE: Final = rf""""[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^{_SPACE}>"'][^{_SPACE}>]*+|(?=>)"""
_ATTRIBUTE: Final = rf"[^{_SPACE}/>][^{_SPACE}/>=]*+(?:[{_SPACE}]*+=[{_SPACE}]*+(?:{_VALUE}))?"
# Each attribute is atomic: without that, a tag that never ends would be tried in exponentially many ways.
_TAG: Final = re.compile(rf"<(/?)([A-Za-z][^{_SPACE}/>]*+)(?>{_ATTRIBUTE}|[{_SPACE}]++|/(?!>))*(/?)>")
_TAG_OPENS: Final = re.compile(r"</?[A-Za-z]")
_COMMENT: Final = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
_DOCTYPE: Final = re.compile(r"<!doctype", re.IGNORECASE)
_BOGUS_COMMENT_OPENS: Final = ("<!", "<?", "</")
_SCRIPT_TURN: Final = re.compile(rf"<!--|-->|</?script(?=[{_SPACE}/>])", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<(?=[A-Za-z/!?])")  # what any other character follows is text
_LOWER: Final = str.maketrans(ascii_uppercase + "\0", ascii_lowercase + "\N{REPLACEMENT CHARACTER}")

# 13.2.5.4 and on, script data: what each turn does in each state; the end tag that ends the script is not in the table.
_SCRIPT_STATES: Final = {
    ("data", "<!--"): "escaped",
    ("escaped", "-->"): "data",
    ("escaped", "<script"): "double escaped",
    ("double escaped", "-->"): "data",
    ("double escaped", "</script"): "escaped",
}

_TEXT_ELEMENTS: Final = RAW_TEXT | ESCAPABLE_RAW_TEXT

# 13.2.6: roots of foreign content, and where HTML goes on inside of it.
_FOREIGN_ROOTS: Final = frozenset({"svg", "math"})
_INTEGRATION_POINTS: Final = _names("foreignobject desc title mi mo mn ms mtext")

# 13.2.6.5: HTML elements that end foreign content.
_BREAKOUT: Final = _names(
    """b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p
    pre ruby s small span strong strike sub sup table tt u ul var"""
)


class Tag(NamedTuple):
    """A tag as written. A doctype has no name."""

    kind: Literal["start", "end", "doctype"]
    name: str  #: ASCII lower case
    offset: int  #: of its `<`
    foreign: bool = False  #: in SVG or MathML
    closes_itself: bool = False  #: `/>` where it counts, in foreign content


class _ForeignContent:
    """Whether the tags read so far leave us in SVG or MathML."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.count: Counter[str] = Counter()

    def ignores(self, name: str) -> bool:
        """Whether a tag neither is foreign nor makes anything so."""
        return not self.open and name not in _FOREIGN_ROOTS

    @property
    def inside(self) -> bool:
        return bool(self.open) and self.open[-1] in _FOREIGN_ROOTS

    def start(self, name: str, closes_itself: bool) -> bool:
        """Take a start tag; whether its element is foreign."""
        if self.inside and name in _BREAKOUT:
            while self.inside:
                self._pop()
        foreign = self.inside or name in _FOREIGN_ROOTS
        if not closes_itself and (name in _FOREIGN_ROOTS or (foreign and name in _INTEGRATION_POINTS)):
            self.open.append(name)
            self.count[name] += 1
        return foreign

    def end(self, name: str) -> bool:
        """Take an end tag; whether it stands in foreign content, or ends it."""
        foreign = self.inside
        if self.count[name]:
            while self._pop() != name:
                pass
            return True
        return foreign

    def _pop(self) -> str:
        name = self.open.pop()
        self.count[name] -= 1
        return name


def scan(page: str) -> Iterator[Tag]:
    """The tags and doctypes of a page, in the order they are written. A tag that the page ends in is none (13.2.5, eof-in-tag)."""
    foreign = _ForeignContent()
    position = 0
    lower: dict[str, str] = {}  # names as they are written
    while found := _MARKUP.search(page, position):
        opening = found.start()
        if match := _TAG.match(page, opening):
            slash, written, solidus = match.groups()
            name = lower.get(written) or lower.setdefault(written, written.translate(_LOWER))
            tag = Tag("end" if slash else "start", name, opening) if foreign.ignores(name) else _tag(opening, slash, name, solidus, foreign)
            yield tag
            position = match.end()
            if name in _TEXT_ELEMENTS and not slash:
                position = _after(page, position, tag)
        elif _TAG_OPENS.match(page, opening):
            return
        else:
            if _DOCTYPE.match(page, opening):
                yield Tag("doctype", "", opening)
            position = _skip(page, opening, foreign.inside)


def end_of_tag(page: str, offset: int) -> int:
    """Where the tag ends that begins at an offset: behind its `>`."""
    match = _TAG.match(page, offset)
    return match.end() if match else offset


def _tag(offset: int, slash: str, name: str, solidus: str, foreign: _ForeignContent) -> Tag:
    if slash:
        return Tag("end", name, offset, foreign.end(name))
    is_foreign = foreign.start(name, bool(solidus))
    return Tag("start", name, offset, is_foreign, is_foreign and bool(solidus))


def _after(page: str, position: int, tag: Tag) -> int:
    """Where markup goes on after the start tag of an element whose content is text: where that ends; right there in foreign content."""
    if tag.foreign:
        return position
    if tag.name == "plaintext":
        return len(page)
    if tag.name == "script":
        return _script_end(page, position)
    end = re.compile(rf"</{tag.name}(?=[{_SPACE}/>])", re.IGNORECASE | re.ASCII).search(page, position)
    return end.start() if end else len(page)


def _script_end(page: str, position: int) -> int:
    """The offset of the end tag that ends a script, which `<!-- <script>` inside of it can put off; the page's length if none does."""
    state = "data"
    while turn := _SCRIPT_TURN.search(page, position):
        kind = turn[0].translate(_LOWER)
        if kind == "</script" and state != "double escaped":
            return turn.start()
        state = _SCRIPT_STATES.get((state, kind), state)
        position = turn.end() - 2 if kind == "<!--" else turn.end()  # `<!-->` both opens and closes
    return len(page)


def _skip(page: str, opening: int, foreign: bool) -> int:
    """Where markup goes on after a `<` that opens no tag."""
    if page.startswith("<!--", opening):
        comment = _COMMENT.match(page, opening)
        return comment.end() if comment else len(page)
    if foreign and page.startswith("<![CDATA[", opening):
        return _behind(page, "]]>", opening)
    if page.startswith(_BOGUS_COMMENT_OPENS, opening):
        return _behind(page, ">", opening)
    return opening + 1


def _behind(page: str, closing: str, position: int) -> int:
    found = page.find(closing, position)
    return found + len(closing) if found >= 0 else len(page)
