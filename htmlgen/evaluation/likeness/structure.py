"""EVENTS → STRUCTURE: what a page is built of, counted in one pass, so that sets of pages can be compared.

aspect      what is counted                                                      example of a feature
tags        elements, by name                                                    `p`
children    elements, by parent and name; the page's own parent is empty         `ul>li`
attributes  attributes, by element and name; an element without any counts once  `a[href]`, `p[]`
depths      elements, by the number of elements that are open, its own included  `7`
fan-outs    elements that can have children, by how many elements they have      `0`
elements    the page, by its number of elements, in half doublings               `9`
text        the page, by the characters of its text, in half doublings           `21`
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log2
from typing import Final

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text

ASPECTS: Final = ("tags", "children", "attributes", "depths", "fan-outs", "elements", "text")


@dataclass(frozen=True, slots=True)
class Structure:
    """One page's counts, and its sequences."""

    counts: Mapping[str, Counter[str]]  #: of features, by aspect
    shape: tuple[str, ...]  #: its tags without attributes, and `#` for text: `<p`, `#`, `</p`
    words: tuple[str, ...]  #: its tags' names, attributes and words of text: `<p`, ` class="a"`, `tea`, `</p`
    site: str = ""

    @property
    def elements(self) -> int:
        """How many elements the page has."""
        return self.counts["tags"].total()


def structure_of(events: Iterable[Event], *, site: str = "") -> Structure:
    """The structure of well-formed events."""
    events = tuple(events)
    counts: dict[str, Counter[str]] = {aspect: Counter() for aspect in ASPECTS}
    _count_elements(events, counts)
    characters = sum(len(event.data) for event in events if isinstance(event, Text))
    counts["elements"][_half_doublings(counts["tags"].total())] = 1
    counts["text"][_half_doublings(characters)] = 1
    return Structure(counts, tuple(_shape(events)), tuple(_words(events)), site)


def _count_elements(events: Iterable[Event], counts: Mapping[str, Counter[str]]) -> None:
    around = [""]
    children = [0]
    for event in events:
        match event:
            case StartTag(name, attributes):
                counts["tags"][name] += 1
                counts["children"][f"{around[-1]}>{name}"] += 1
                counts["attributes"].update([f"{name}[{attribute}]" for attribute, _ in attributes] or [f"{name}[]"])
                counts["depths"][str(len(around))] += 1
                children[-1] += 1
                if name not in VOID_IN_PARSER:
                    around.append(name)
                    children.append(0)
            case EndTag(name) if name not in VOID_IN_PARSER:
                around.pop()
                counts["fan-outs"][str(children.pop())] += 1


def _half_doublings(number: int) -> str:
    """0 for nothing, 2 for one, 4 for three, 6 for seven: numbers in one class differ by less than half."""
    return str(round(2 * log2(1 + number)))


def _shape(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        match event:
            case StartTag(name):
                yield f"<{name}"
            case EndTag(name):
                yield f"</{name}"
            case Text():
                yield "#"


def _words(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        match event:
            case StartTag(name, attributes):
                yield f"<{name}"
                yield from (f' {attribute}="{value}"' for attribute, value in attributes)
            case EndTag(name):
                yield f"</{name}"
            case Text(data):
                yield from data.split()
            case Doctype(name):
                yield f"<!{name}"
