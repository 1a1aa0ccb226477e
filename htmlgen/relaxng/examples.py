"""EXAMPLE → SKELETON: the elements of a piece of HTML with what shall stay as it is; the rest is to be written."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from htmlgen.errors import SkeletonError
from htmlgen.markup.events import Event
from htmlgen.markup.reader import read
from htmlgen.markup.skeletons import Element, Part, Skeleton, from_events
from htmlgen.relaxng.automaton import Automaton
from htmlgen.relaxng.fixing import Opening, home
from htmlgen.relaxng.repair import repair


def read_example(html: str, base: Automaton, opening: Opening | None = None) -> Skeleton:
    """The skeleton of an example, repaired into a grammar.

    Args: opening, where its elements stand; None for where they stand by themselves.
    Raises: SkeletonError, where nothing is left that can stand there.
    """
    events = read(html, fragment=True).events
    asked = next((part.name for part in from_events(events) if isinstance(part, Element)), "")
    for state in (opening or home(base)).states:
        roots = _repaired(events, replace(base, start=state))
        if roots and roots[0].name == asked:
            return tuple(_opened(root, base) for root in roots)
    if opening and asked:
        raise SkeletonError(f"nothing of the example can stand in <{opening.inside}> there: {html[:60]!r}; give another, with content")
    raise SkeletonError(f"the example holds no element that can stand by itself: {html[:60]!r}; begin with ul, section, table …")


def _repaired(events: Sequence[Event], automaton: Automaton) -> Skeleton:
    return tuple(part for part in from_events(repair(events, automaton).events) if isinstance(part, Element))


def _opened(part: Element, base: Automaton) -> Element:
    """An element of an example, its values open but for classes and choices from a list; without ids and what refers to them."""
    found = [(name, _kept(part.name, name, value or "", base)) for name, value in part.attributes if not _bound(part.name, name, base)]
    children: tuple[Part, ...] = tuple(_opened(child, base) if isinstance(child, Element) else child for child in part.children)
    return Element(part.name, tuple(found), children)


def _kept(element: str, name: str, value: str, base: Automaton) -> str | None:
    if name == "class":
        return value
    kinds = (base.datatypes[use] for use in _datatypes(element, name, base))
    return value if any(kind.accepts(value) and kind.strings(100) is not None for kind in kinds) else None


def _datatypes(element: str, name: str, base: Automaton) -> set[int]:
    uses = (use for number in base.named(element) for form in base.elements[number].forms for use in base.attributes[form.attributes].uses)
    return {use.datatype for use in uses if use.names.accepts(name)}


@lru_cache(maxsize=512)
def _bound(element: str, name: str, base: Automaton) -> bool:
    """Whether an attribute is an id, or refers to one."""
    uses = (use for number in base.named(element) for form in base.elements[number].forms for use in base.attributes[form.attributes].uses)
    return any(use.notes.id or use.notes.ref for use in uses if use.names.accepts(name))
