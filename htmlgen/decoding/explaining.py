"""What may follow a page's beginning, and why the rest may not: a grammar's answers in words, by `relaxng.validate` alone.

Law: an element that is said to be allowed shows no violation where it starts; the reason of one that is not is a violation there.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from htmlgen.errors import PromptError
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.markup.prefix import read_prefix
from htmlgen.relaxng.attributes import AttributeClass, AttributeState, bits
from htmlgen.relaxng.automaton import Automaton
from htmlgen.relaxng.validation import validate

#: Violations that forbid a start tag, an end tag or text; others speak of attributes that are still to come.
_FORBID: Final = ("element", "element-unknown", "excluded", "ancestor", "once", "unique", "heading", "text", "content", "empty", "balance")
_OPEN_TAG: Final = re.compile(r"<([A-Za-z][^\s<>/]*)((?:\s+[^\s=<>/]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?)*)\s*\Z")
_ATTRIBUTE: Final = re.compile(r"([^\s=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+)))?")
_WHOLE_PAGE: Final = re.compile(r"<(!doctype|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A page's beginning: events, their last elements left open, and perhaps a start tag that is not closed yet."""

    events: tuple[Event, ...]
    tag: StartTag | None = None

    @property
    def open_elements(self) -> tuple[str, ...]:
        """The names of the elements that are open, outermost first."""
        names: list[str] = []
        for event in self.events:
            if isinstance(event, StartTag) and event.name not in VOID_IN_PARSER:
                names.append(event.name)
            elif isinstance(event, EndTag):
                names.pop()
        return tuple(names)


@dataclass(frozen=True, slots=True)
class Answer:
    """What may come, and for what may not a reason; `where` says where that is."""

    where: str
    allowed: tuple[str, ...]
    forbidden: tuple[tuple[str, str], ...]


def read_beginning(text: str, automaton: Automaton, least: Sequence[Event] = ()) -> Beginning:
    """A page's beginning, which may end inside of a start tag.

    Args: least, a page of the grammar whose head is taken where a grammar of documents is asked for what stands in a body.
    Raises: PromptError, where the text could not be kept as it is.
    """
    match = _OPEN_TAG.search(text)
    tag = StartTag(match[1].lower(), _attributes(match[2])) if match else None
    events = read_prefix(text[: match.start()] if match else text)
    documents = any(automaton.elements[each - 1].names.name == "html" for each in automaton.live(automaton.start))
    if documents and not _WHOLE_PAGE.search(text):
        events = [*_before_body(least), *_in_body(events)] if least and (events or tag) else events
    elif not documents:
        events = _in_body(events)
    if tag and tag.name in ("html", "head", "body"):
        raise PromptError(f"<{tag.name}> cannot be explained before it is closed; end it with '>'")
    return Beginning(tuple(events), tag)


def _attributes(text: str) -> tuple[tuple[str, str], ...]:
    found = (match.groups(default="") for match in _ATTRIBUTE.finditer(text))
    return tuple((name.lower(), html.unescape(double or single or bare)) for name, double, single, bare in found)


def _before_body(events: Sequence[Event]) -> list[Event]:
    body = next(place for place, event in enumerate(events) if isinstance(event, StartTag) and event.name == "body")
    return list(events[: body + 1])


def _in_body(events: Sequence[Event]) -> list[Event]:
    bodies = [place for place, event in enumerate(events) if isinstance(event, StartTag) and event.name == "body"]
    return list(events[bodies[0] + 1 :]) if bodies else []


# In content -------------------------------------------------------------------------------------------------------------------------


def explain_content(automaton: Automaton, beginning: Beginning) -> Answer:
    """Which start tags, text and end tag may come after some events."""
    around = beginning.open_elements
    events: list[tuple[str, Event]] = [(f"<{name}>", StartTag(name)) for name in automaton.names]
    events += [("text", Text("x"))]
    events += [(f"</{around[-1]}>", EndTag(around[-1]))] if around else []
    reasons = {name: _reason(automaton, beginning.events, event) for name, event in events}
    allowed = tuple(name for name, reason in reasons.items() if not reason)
    where = f"inside {' > '.join(around)}" if around else "at the top"
    forbidden = [(name, reason) for name, reason in reasons.items() if reason]
    for name in (name for name in automaton.names if not reasons[f"<{name}>"]):
        excluded = _excluded_attributes(automaton, beginning.events, StartTag(name))
        forbidden += [(f"<{name} {attribute}>", reason) for attribute, reason in excluded.items()]
    return Answer(where, allowed, tuple(forbidden))


def _excluded_attributes(automaton: Automaton, events: tuple[Event, ...], tag: StartTag) -> dict[str, str]:
    """The attributes that put an element into a category which those around exclude, with the reasons."""
    found: dict[str, str] = {}
    numbers = {form.attributes for each in automaton.named(tag.name) for form in automaton.elements[each].forms}
    for use in (use for number in sorted(numbers) for use in automaton.attributes[number].uses):
        name, value = use.names.name, automaton.datatypes[use.datatype].shortest()
        if use.notes.categories and name and value is not None and tag.get(name) is None:
            bearing = StartTag(tag.name, (*tag.attributes, (name, value)))
            if reason := _reason(automaton, events, bearing):
                found[name] = reason.replace(f"<{tag.name}>", f"<{tag.name} {name}>", 1)
    return found


def _reason(automaton: Automaton, events: tuple[Event, ...], event: Event) -> str:
    """Why an event cannot come, empty where it can."""
    here = len(events)
    found = (each for each in validate([*events, event], automaton) if each.index == here and each.rule in _FORBID)
    first = next(found, None)
    if first is None:
        return ""
    return "not in the content model here" if first.rule == "element" else first.message


# In a start tag ---------------------------------------------------------------------------------------------------------------------


def explain_tag(automaton: Automaton, beginning: Beginning) -> Answer:
    """Which attributes may come in a start tag that is not closed, and whether it may end."""
    tag = beginning.tag
    assert tag is not None
    if reason := _reason(automaton, beginning.events, StartTag(tag.name)):
        return Answer(f"in <{tag.name}", (), ((f"<{tag.name}>", reason),))
    numbers = {form.attributes for each in automaton.named(tag.name) for form in automaton.elements[each].forms}
    kinds = [automaton.attributes[number] for number in sorted(numbers)]
    read = [(kind, state) for kind in kinds if (state := _state(automaton, kind, tag)) is not None]
    if not read:
        return Answer(f"in <{tag.name}", (), (("its attributes", "no form of the element has these together"),))
    excluded = _excluded_attributes(automaton, beginning.events, tag)
    open_names = {str(kind.uses[use].names) for kind, state in read for use in bits(kind.open(state))} - excluded.keys()
    allowed = tuple(sorted(open_names)) + ((">",) if any(kind.complete(state) for kind, state in read) else ())
    known = dict.fromkeys(name for kind in kinds for name in kind.names)
    forbidden = [(name, excluded.get(name) or _attribute_reason(name, tag)) for name in sorted(known) if name not in open_names]
    missing = {_missing(kind, state) for kind, state in read} - {""}
    forbidden += [(">", f"still required: {min(missing, key=len)}")] if ">" not in allowed else []
    return Answer(f"in <{tag.name}", allowed, tuple(forbidden))


def _state(automaton: Automaton, kind: AttributeClass, tag: StartTag) -> AttributeState | None:
    state: AttributeState | None = kind.start()
    for name, value in tag.attributes:
        if state is not None:
            hits = kind.hits(name, value, lambda datatype, text: automaton.datatypes[datatype].accepts(text))
            state = kind.step(state, name, hits)
    return state


def _attribute_reason(name: str, tag: StartTag) -> str:
    return "already there" if tag.get(name) is not None else "cannot stand beside the others"


def _missing(kind: AttributeClass, state: AttributeState) -> str:
    return ", ".join(str(kind.uses[use].names) for missing in kind.missing(state) for use in bits(missing))
