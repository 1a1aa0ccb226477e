"""Microdata: a property belongs to an item (HTML Standard 5.2.3 and 5.2.6)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from htmlgen.evaluation.value_finding import ValueFinding
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import StartTag


@dataclass(slots=True)
class _Named:
    """An element with an id, the innermost one around it, and whether an item refers to it or to one around it."""

    id: str
    around: "_Named | None"
    referred: bool = False


@dataclass(slots=True)
class Items:
    """The walk over a page: `start` and `end` as the events come, `finish` at last."""

    stack: list[tuple[bool, _Named | None]] = field(default_factory=lambda: [(False, None)])  #: in an item? in what of an id?
    named: list[_Named] = field(default_factory=list)  #: in the order of the page, so that what is around comes first
    references: set[str] = field(default_factory=set)
    homeless: list[tuple[int, StartTag, _Named | None]] = field(default_factory=list)

    def start(self, index: int, tag: StartTag) -> None:
        in_item, around = self.stack[-1]
        if tag.attributes:
            if id := tag.get("id"):
                around = _Named(id, around)
                self.named.append(around)
            if tag.get("itemprop") is not None and not in_item:
                self.homeless.append((index, tag, around))
            if tag.get("itemscope") is not None:
                in_item = True
                self.references.update((tag.get("itemref") or "").split())
        if tag.name not in VOID_IN_PARSER:
            self.stack.append((in_item, around))

    def end(self) -> None:
        if len(self.stack) > 1:
            self.stack.pop()

    def finish(self) -> Iterator[ValueFinding]:
        for each in self.named if self.homeless else ():
            each.referred = each.id in self.references or (each.around is not None and each.around.referred)
        for index, tag, around in self.homeless:
            if around is None or not around.referred:
                message = f"the property of <{tag.name}> belongs to no item: no element around it has itemscope, and no itemref names it"
                yield ValueFinding(index, "attribute/itemprop", message, "itemprop")
