"""EVENTS → the nearest events that a grammar accepts.

Laws: `validate(repair(events, automaton).events, automaton) == []` for all events, of a grammar that accepts something; what is valid comes
back as it is, so repairing is idempotent; it is deterministic. Text is kept before structure, structure before attributes. Time is
proportional to the page, and depth is bounded (`trees.MAX_DEPTH`) where something has to be mended.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from htmlgen.markup.events import Doctype, Event, StartTag, Text
from htmlgen.relaxng.automaton import Automaton
from htmlgen.relaxng.completion import UNTITLED
from htmlgen.relaxng.content_repair import ContentRepair, tables
from htmlgen.relaxng.document_repair import DocumentRepair
from htmlgen.relaxng.trees import Node, grow
from htmlgen.relaxng.validation import validate

_ROUNDS: Final = 8
_TITLE: Final = 60  # characters


@dataclass(frozen=True, slots=True)
class Repaired:
    """The nearest events, and what was done, by kind and name: `element font unwrapped`, `attribute lang added`, `text dropped` …"""

    events: tuple[Event, ...]
    changes: Counter[str] = field(default_factory=Counter)


def repair(events: Iterable[Event], automaton: Automaton) -> Repaired:
    """The nearest events that a grammar accepts.

    Args: events, any: they need not be balanced. A document gets a doctype where it has none.
    """
    page = tuple(events)
    if not validate(page, automaton):
        return Repaired(_with_doctype(page, automaton), Counter())
    changes: Counter[str] = Counter()
    current: Sequence[Event] = page
    for _ in range(_ROUNDS):
        current = _laid(current, automaton, changes)
        violations = validate(current, automaton)
        if not violations:
            return Repaired(_with_doctype(current, automaton), changes)
        current = DocumentRepair(automaton, current, changes).result(violations)
    return _text_alone(page, automaton, changes)


def _laid(events: Sequence[Event], automaton: Automaton, changes: Counter[str]) -> list[Event]:
    root = grow(events, automaton, changes)
    return ContentRepair(tables(automaton), root, _title(root), _language(events)).result(changes)


def _text_alone(events: Sequence[Event], automaton: Automaton, changes: Counter[str]) -> Repaired:
    """The text of a page whose structure resists, or the least page."""
    changes["structure given up"] += 1
    text = Text(" ".join(event.data for event in events if isinstance(event, Text)) or UNTITLED)
    for kept in ([text], []):
        found = _laid(kept, automaton, Counter())
        if not validate(found, automaton):
            break
    return Repaired(_with_doctype(found, automaton), changes)


def _with_doctype(events: Sequence[Event], automaton: Automaton) -> tuple[Event, ...]:
    """A document begins with today's doctype; a fragment, and what is no HTML, has none."""
    document = automaton.expected(automaton.start) == ("<html>",)
    if document and events[:1] == (Doctype(),):
        return tuple(events)
    kept = tuple(event for event in events if not isinstance(event, Doctype))
    return (Doctype(), *kept) if document else kept


def _language(events: Sequence[Event]) -> str:
    return next((tag.get("lang") or "" for tag in events if isinstance(tag, StartTag) and tag.get("lang")), "")


def _title(root: Node) -> str:
    """The text of the first heading, or else the first words of the page, on one line."""
    words = ""
    ahead: list[Node | str] = [root]
    while ahead:
        node = ahead.pop()
        if isinstance(node, str):
            words = words or _line(node)
        elif node.name in ("h1", "h2", "h3") and node.weight:
            return _line(_text(node))
        else:
            ahead.extend(reversed(node.children))
    return words


def _line(text: str) -> str:
    """So much of a text as a title holds, whole words where there are any."""
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[:_TITLE].rpartition(" ")[0] or line[:_TITLE]


def _text(node: Node) -> str:
    return "".join(child if isinstance(child, str) else _text(child) for child in node.children)
