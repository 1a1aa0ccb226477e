"""The adoption agency algorithm (HTML Standard 13.2.6.4.7), for end tags of formatting elements that cross other elements."""

from htmlgen.evaluation.syntax.construction import Active, Construction
from htmlgen.evaluation.syntax.tables import SPECIAL
from htmlgen.evaluation.syntax.tree import Element

_ROUNDS = 8
_ACTIVE_ROUNDS = 3


def adopt(at: Construction, name: str) -> bool:
    """Run the algorithm for a tag's name; False if there is no such formatting element, and the tag is as any other."""
    current = at.current
    last = at.formatting[-1] if at.formatting else None
    if last is not None and last.element is current and current.name == name:  # the usual case of what follows
        at.pop()
        at.formatting.pop()
        return True
    if current.name == name and current.namespace == "html" and not _is_active(at, current):
        at.pop()
        return True
    for _ in range(_ROUNDS):
        entry = at.active(name)
        if entry is None:
            return False
        if not _round(at, entry):
            break
    return True


def _is_active(at: Construction, element: Element) -> bool:
    for passed, entry in enumerate(reversed(at.formatting)):
        if entry is not None and entry.element is element:
            return True
        at.count(passed)
    return False


def _round(at: Construction, entry: Active) -> bool:
    """One round for a formatting element; whether another may be needed."""
    element = entry.element
    if element.place < 0:
        at.fault("misnested-tags", element)
        at.formatting.remove(entry)
        return False
    if not at.has_element(element):
        at.fault("misnested-tags", element)
        return False
    if element is not at.current:
        at.fault("misnested-tags", element)
    place = element.place
    at.count(len(at.stack) - place)
    block = next((below for below in range(place + 1, len(at.stack)) if _is_special(at.stack[below])), None)
    if block is None:
        at.pop_to(place)
        at.formatting.remove(entry)
        return False
    _move(at, entry, place, block)
    return True


def _is_special(element: Element) -> bool:
    return element.name in SPECIAL[element.namespace]


def _move(at: Construction, entry: Active, place: int, block: int) -> None:
    """Steps 9 to 21: the formatting element goes into its furthest block, and elements between are cloned."""
    furthest, ancestor = at.stack[block], at.stack[place - 1]
    above, below = at.stack[place + 1 : block], at.stack[block + 1 :]
    at.take_off(place)
    entry.element.end = at.offset
    last, clones = furthest, list[Element]()
    bookmark: Active | None = None
    for round_number, node in enumerate(reversed(above), 1):
        active = next((each for each in at.formatting if each is not None and each.element is node), None)
        if active is not None and round_number > _ACTIVE_ROUNDS:
            at.formatting.remove(active)
            active = None
        if active is None:
            node.end = at.offset
            continue
        node.end = at.offset
        clone = Element(active.tag.name, "html", active.tag.attributes, at.offset, at.length)
        active.element = clone
        bookmark = bookmark or active
        last.leave()
        clone.adopt(last)
        clones.append(clone)
        last = clone
    last.leave()
    at.place(last, *at.insertion_place(ancestor))
    copy = Element(entry.tag.name, "html", entry.tag.attributes, at.offset, at.length)
    _take_children(furthest, copy)
    furthest.adopt(copy)
    _replace(at, entry, Active(copy, entry.tag), bookmark)
    at.put_back([*reversed(clones), furthest, copy, *below])


def _take_children(giver: Element, taker: Element) -> None:
    taker.children, giver.children = giver.children, []
    for child in taker.children:
        if isinstance(child, Element):
            child.parent = taker


def _replace(at: Construction, old: Active, new: Active, bookmark: Active | None) -> None:
    """Put the new entry behind the bookmark, or in the old one's place, and take the old one away."""
    formatting = at.formatting
    mark = next(place for place, entry in enumerate(formatting) if entry is (bookmark or old))
    formatting.insert(mark + 1, new)
    formatting.remove(old)
