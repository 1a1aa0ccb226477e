"""Microdata: a property belongs to an item (HTML Standard 5.2.3 and 5.2.6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from htmlgen.evaluation.values.value_finding import ValueFinding
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag


@dataclass(slots=True)
class _Named:
    """An element with an id, the innermost one around it, and whether an item refers to it or to one around it."""

    id: str
    around: "_Named | None"
    referred: bool = False


def item_findings(events: Sequence[Event]) -> Iterator[ValueFinding]:
    """The properties of a page that belong to no item."""
    stack: list[tuple[bool, _Named | None]] = [(False, None)]  # in an item? in what that has an id?
    named: list[_Named] = []  # in the order of the page, so that what is around comes first
    homeless: list[tuple[int, StartTag, _Named | None]] = []
    references: set[str] = set()
    for index, event in enumerate(events):
        if isinstance(event, StartTag):
            in_item, around = stack[-1]
            if id := event.get("id"):
                around = _Named(id, around)
                named.append(around)
            if event.get("itemprop") is not None and not in_item:
                homeless.append((index, event, around))
            if event.get("itemscope") is not None:
                in_item = True
                references.update((event.get("itemref") or "").split())
            if event.name not in VOID_IN_PARSER:
                stack.append((in_item, around))
        elif isinstance(event, EndTag) and len(stack) > 1:
            stack.pop()
    for each in named if homeless else ():
        each.referred = each.id in references or (each.around is not None and each.around.referred)
    for index, tag, around in homeless:
        if around is None or not around.referred:
            message = f"the property of <{tag.name}> belongs to no item: no element around it has itemscope, and no itemref names it"
            yield ValueFinding(index, "attribute/itemprop", message, "itemprop")
