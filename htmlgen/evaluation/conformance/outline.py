"""The elements of a page by name, with their parents and ends, so that a rule looks at no more than it speaks of.

Every question is answered in time that does not grow with the depth of the tree.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text

#: 13.2.6.5 and 13.1.3: foreign elements whose content is HTML again.
_INTEGRATION: Final = frozenset("foreignObject desc title annotation-xml mi mo mn ms mtext".split())
_FOREIGN_ROOTS: Final = frozenset(("svg", "math"))
_SPACE: Final = " \t\n\r\f"
_LONG: Final = 500  # events of which the text is read


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule has found: its id, the number of the event that shows it, and what is wrong."""

    rule: str
    index: int
    message: str
    severity: Literal["error", "warning"] = "error"


class Outline:
    """The elements of a page. Elements go by the number of their start tag.

    `parents[i]` is the element around event `i`, -1 at the top; `ends[i]` the number of the end tag of element `i`, `i` itself where it
    has none; `named` the HTML elements of each name, in order, with `svg` and `math`; `foreign` says of every element of SVG or
    MathML which of the two it is of.
    """

    def __init__(self, events: Sequence[Event], *, fragment: bool) -> None:
        self.events = events
        self.fragment = fragment
        self.parents = [-1] * len(events)
        self.ends = list(range(len(events)))
        self.named: dict[str, list[int]] = {}
        self.foreign: dict[int, str] = {}
        self._several: dict[tuple[str, ...], list[int]] = {}
        self._read()

    def _read(self) -> None:
        around, spaces = [-1], [""]  # the open elements, and of which namespace their content is
        parents, ends, named = self.parents, self.ends, self.named
        for index, event in enumerate(self.events):
            parents[index] = around[-1]
            kind = type(event)
            if kind is StartTag:
                name = event.name  # type: ignore[union-attr]
                root = name in _FOREIGN_ROOTS
                space = name if root else spaces[-1]
                if space:
                    self.foreign[index] = space
                if root or not space:
                    if name in named:
                        named[name].append(index)
                    else:
                        named[name] = [index]
                if name not in VOID_IN_PARSER:
                    around.append(index)
                    spaces.append("" if space and name in _INTEGRATION else space)
            elif kind is EndTag and len(around) > 1:
                ends[around.pop()] = index
                spaces.pop()

    def tag(self, index: int) -> StartTag:
        tag = self.events[index]
        assert isinstance(tag, StartTag)
        return tag

    def get(self, index: int, attribute: str) -> str | None:
        """The value of an element's attribute, None where it is absent."""
        return self.tag(index).get(attribute)

    def all(self, *names: str) -> list[int]:
        """The HTML elements of some names, in order."""
        if len(names) == 1:
            return self.named.get(names[0], [])
        if names not in self._several:
            self._several[names] = sorted(index for name in names for index in self.named.get(name, ()))
        return self._several[names]

    def children(self, index: int) -> Iterator[int]:
        """The child elements of an element, HTML or not."""
        at, end = index + 1, self.ends[index]
        while at < end:
            if type(self.events[at]) is StartTag:
                yield at
                at = self.ends[at]
            at += 1

    def inside(self, index: int, *names: str) -> list[int]:
        """The HTML elements of some names inside an element."""
        found = self.all(*names)
        return found[bisect_right(found, index) : bisect_left(found, self.ends[index])]

    def holds(self, index: int, *names: str) -> bool:
        """Whether an HTML element of some names is inside an element."""
        found = self.all(*names)
        at = bisect_right(found, index)
        return at < len(found) and found[at] < self.ends[index]

    def nearest(self, wanted: Container[int]) -> list[int]:
        """For every event the innermost of some elements that it is, or is inside of; -1 for none."""
        found: list[int] = []
        for index, parent in enumerate(self.parents):
            found.append(index if index in wanted else found[parent] if parent >= 0 else -1)
        return found

    def text(self, index: int) -> str:
        """The text inside an element, of its first 500 events."""
        events = self.events[index + 1 : min(self.ends[index], index + _LONG)]
        return "".join(event.data for event in events if isinstance(event, Text))

    def blank(self, index: int) -> bool:
        """Whether an element holds no text but white space."""
        at = bisect_right(self._words, index)
        return at == len(self._words) or self._words[at] > self.ends[index]

    @cached_property
    def _words(self) -> list[int]:
        """The texts that are not white space."""
        return [index for index, event in enumerate(self.events) if isinstance(event, Text) and event.data.strip(_SPACE)]

    @cached_property
    def ids(self) -> dict[str, int]:
        """The first element of each id, HTML or not."""
        found: dict[str, int] = {}
        for index in self.having.get("id", ()):
            found.setdefault(self.get(index, "id") or "", index)
        return found

    @cached_property
    def having(self) -> dict[str, list[int]]:
        """The elements that bear an attribute of a name, HTML or not."""
        found: dict[str, list[int]] = {}
        for index, event in enumerate(self.events):
            if type(event) is StartTag:
                for name, _ in event.attributes:
                    if name in found:
                        found[name].append(index)
                    else:
                        found[name] = [index]
        return found
