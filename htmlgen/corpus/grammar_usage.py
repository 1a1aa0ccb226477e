"""What pages use: which elements within which, which attributes, values and class names on which, each with the pages that have it."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text

#: The parent of a page's outermost element.
TOP: Final = ""

Names = Collection[str]
Key = TypeVar("Key")


@dataclass(slots=True)
class Usage:
    """Numbers of pages. Keys begin with the name of an element: the parent of children, the bearer of attributes."""

    pages: int = 0
    elements: Counter[str] = field(default_factory=Counter)
    children: Counter[tuple[str, str]] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    attributes: Counter[tuple[str, str]] = field(default_factory=Counter)
    values: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    classes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, events: Iterable[Event], literals: Collection[str]) -> None:
        """Count a page; of values those that are, in lower case, among `literals`."""
        page = _Page(literals)
        page.read(events)
        self.pages += 1
        self.elements.update({child for _, child in page.children})
        self.children.update(page.children)
        self.texts.update(page.texts)
        self.attributes.update(page.attributes)
        self.values.update(page.values)
        self.classes.update(page.classes)

    def at_least(self, support: int) -> "Usage":
        """What at least `support` pages have."""
        return Usage(
            self.pages,
            _frequent(self.elements, support),
            _frequent(self.children, support),
            _frequent(self.texts, support),
            _frequent(self.attributes, support),
            _frequent(self.values, support),
            _frequent(self.classes, support),
        )

    def has_child(self, parents: Names, name: str) -> bool:
        """Whether an element stands in one of the parents."""
        return any((parent, name) in self.children for parent in parents)

    def has_text(self, names: Names) -> bool:
        """Whether one of the elements has text of its own."""
        return any(name in self.texts for name in names)

    def has_attribute(self, names: Names, attribute: str) -> bool:
        """Whether one of the elements bears an attribute."""
        return any((name, attribute) in self.attributes for name in names)

    def has_value(self, names: Names, attribute: str, value: str) -> bool:
        """Whether the attribute has that value on one of the elements, letters' case aside."""
        return any((name, attribute, value.lower()) in self.values for name in names)

    def class_names(self, names: Names) -> list[str]:
        """The class names on one of the elements, sorted; an empty one stands for an empty attribute."""
        return sorted({word for name, word in self.classes if name in names})

    def attribute_names(self, names: Names) -> list[str]:
        """The attributes that one of the elements bears, sorted."""
        return sorted({attribute for name, attribute in self.attributes if name in names})


def _frequent(counter: Counter[Key], support: int) -> Counter[Key]:
    return Counter({key: count for key, count in counter.items() if count >= support})


@dataclass(slots=True)
class _Page:
    """What one page has."""

    literals: Collection[str]
    children: set[tuple[str, str]] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    attributes: set[tuple[str, str]] = field(default_factory=set)
    values: set[tuple[str, str, str]] = field(default_factory=set)
    classes: set[tuple[str, str]] = field(default_factory=set)

    def read(self, events: Iterable[Event]) -> None:
        around = [TOP]
        for event in events:
            match event:
                case StartTag(name, attributes):
                    self.children.add((around[-1], name))
                    self._bear(name, attributes)
                    if name not in VOID_IN_PARSER:
                        around.append(name)
                case EndTag(name) if name not in VOID_IN_PARSER and len(around) > 1:
                    around.pop()
                case Text():
                    self.texts.add(around[-1])

    def _bear(self, name: str, attributes: Sequence[tuple[str, str]]) -> None:
        for attribute, value in attributes:
            self.attributes.add((name, attribute))
            if value.lower() in self.literals:
                self.values.add((name, attribute, value.lower()))
            if attribute == "class":
                self.classes.update((name, word) for word in value.split() or [""])
