"""EVENTS → PAGE, for people: block elements on lines of their own, indented by two spaces.

Laws: `collapse` takes back every space that is added, so `read(pretty(events)).events == events` for canonical events; inside `pre`,
`textarea`, raw text, SVG and MathML nothing is added. Lines are broken at the edges of blocks alone, where white space is not
rendered (HTML Standard 15.3; CSS Text 3, section 4.1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from htmlgen.markup.elements import BLOCK, KEEPS_SPACE, VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.markup.writer import Namespaces, write

_INDENT: Final = "  "
_KEEPING: Final = KEEPS_SPACE | {"svg", "math"}
_END: Final = Text("")


@dataclass(slots=True)
class _Element:
    """An element to be laid out."""

    block: bool  # its tags stand at the edge of a block
    keeping: bool  # nothing may be added in it
    broken: bool = False  # it holds blocks, so it takes more than one line


@dataclass(frozen=True, slots=True)
class _Mark:
    """What an event is to the layout; text belongs to no element, a void element opens and closes at once."""

    event: Event
    element: _Element | None = None
    opens: bool = False
    closes: bool = False

    @property
    def breaks_before(self) -> bool:
        """True if a line ends before the event."""
        return self.element is not None and self.element.block and (self.opens or self.element.broken)

    @property
    def breaks_after(self) -> bool:
        """True if a line ends after the event."""
        if self.element is None:
            return isinstance(self.event, Doctype)
        return self.element.block and (self.closes or self.element.broken)

    @property
    def depth(self) -> int:
        """By how much the lines that follow are further in."""
        return 0 if self.element is None or not self.element.broken else self.opens - self.closes


def pretty(events: Sequence[Event]) -> str:
    """A page with line breaks and indentation, from well-formed events. It ends without a line feed."""
    return write(_broken(_marks(events)))


def _marks(events: Sequence[Event]) -> list[_Mark]:
    marks: list[_Mark] = []
    elements: list[_Element] = []
    spaces = Namespaces()
    for event in events:
        match event:
            case StartTag(name):
                element = _element(name, elements)
                void = not spaces.open(event) and name in VOID_IN_PARSER
                marks.append(_Mark(event, element, opens=True, closes=void))
                if void:
                    spaces.close()
                else:
                    elements.append(element)
            case EndTag() if elements:
                spaces.close()
                marks.append(_Mark(event, elements.pop(), closes=True))
            case _:
                marks.append(_Mark(event))
    return marks


def _element(name: str, around: list[_Element]) -> _Element:
    """A new element; a block breaks those around it, of which the outer ones of a broken one are broken already."""
    keeping = bool(around) and around[-1].keeping
    element = _Element(block=name in BLOCK and not keeping, keeping=keeping or name in _KEEPING)
    for outer in reversed(around) if element.block else ():
        if outer.broken:
            break
        outer.broken = True
    return element


def _broken(marks: list[_Mark]) -> Iterator[Event]:
    """The events, with a text of white space wherever a line ends."""
    depth = 0
    keeping = 0
    for mark, following in pairwise([*marks, _Mark(_END)]):
        yield mark.event
        depth += mark.depth
        if mark.element is not None and mark.element.keeping:
            keeping += mark.opens - mark.closes
        if following.event is not _END and keeping == 0 and (mark.breaks_after or following.breaks_before):
            yield Text("\n" + _INDENT * (depth + min(0, following.depth)))
