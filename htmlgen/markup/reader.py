"""PAGE → EVENTS, through html5lib's tree: any string reads, as in a browser.

Laws: `read(write(read(page).events)).events == read(page).events`; what a browser's tree holds and HTML cannot spell (a form in a
form, `plaintext`, a script that never ends) is named in `losses`, never hidden. Comments are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final
from xml.etree.ElementTree import Element

from htmlgen.errors import InputError
from htmlgen.markup.canonical import collapse
from htmlgen.markup.elements import RAW_TEXT, VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text, end_of
from htmlgen.markup.parser import parse
from htmlgen.markup.writer import write

MAX_CHARACTERS: Final = 20_000_000
_TURNS: Final = 20  # readings of what was written, until the page is given up
_PATIENCE: Final = 4  # of these, the readings that just may go on changing

_DOCUMENT: Final = re.compile(r"<(?:!doctype|html|head|body)(?=[ \t\n\f\r/>])", re.IGNORECASE)
_FIRST_TAG: Final = re.compile(r"(?>[ \t\n\f\r]|<!--.*?-->)*+<([a-zA-Z]+)(?=[ \t\n\f\r/>])", re.DOTALL)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")

# Elements that close an open one of their kind (13.2.6.4.7): nested only where a parser moved them.
_NEVER_NESTED: Final = ("a", "button", "form", "nobr")

# The element that a fragment is parsed in, by its first tag, where `div` would drop that tag (HTML Standard 13.2.6.4).
_CONTAINERS: Final = {
    **dict.fromkeys(("td", "th"), "tr"),
    **dict.fromkeys(("tr",), "tbody"),
    **dict.fromkeys(("caption", "colgroup", "tbody", "tfoot", "thead"), "table"),
    "col": "colgroup",
}

_PREFIXES: Final = {
    "{http://www.w3.org/1999/xlink}": "xlink:",
    "{http://www.w3.org/XML/1998/namespace}": "xml:",
    "{http://www.w3.org/2000/xmlns/}": "xmlns:",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a page's tree that its canonical page does not have: `cause` is a fixed word, `place` says which elements."""

    cause: str
    place: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page was read as: well-formed, canonical events; whether it is a fragment; what could not be kept."""

    events: tuple[Event, ...]
    fragment: bool
    losses: tuple[Loss, ...] = ()


def is_fragment(page: str) -> bool:
    """True if a page has neither doctype nor `html`, `head` or `body` tag."""
    return _DOCUMENT.search(page) is None


def read(page: str, *, fragment: bool | None = None) -> Reading:
    """Reads any string as HTML.

    Args: page, at most `MAX_CHARACTERS`; fragment, None to see from the page (`is_fragment`).
    Raises: InputError, for a longer page.
    """
    if len(page) > MAX_CHARACTERS:
        raise InputError(f"a page has {len(page):,} characters, more than {MAX_CHARACTERS:,}; split it, or leave it out")
    losses: list[Loss] = []
    if _SURROGATES.search(page):
        page = _SURROGATES.sub("\ufffd", page)
        losses.append(Loss("lone-surrogate", "text"))
    fragment = is_fragment(page) if fragment is None else fragment
    return _settled(_tree_events(page, fragment, losses), fragment, losses)


def _settled(events: list[Event], fragment: bool, losses: list[Loss]) -> Reading:
    """Reads and writes until nothing changes any more; what changed is named."""
    for turn in range(_TURNS):
        again = _tree_events(write(events), fragment, losses)
        if again == events:
            return Reading(tuple(events), fragment, tuple(losses))
        place = next(index for index, (old, new) in enumerate(zip_longest(events, again)) if old != new)
        losses.append(_difference(events, place))
        if losses[-1].cause == "unclosed-raw-text":
            events = _tree_events(write([*events[:place], *events[place + 1 :]]), fragment, losses)
        elif turn < _PATIENCE:
            events = again
        else:
            name, kept = _unwrapped(events, place)
            losses.append(Loss("unwrapped", name))
            events = _tree_events(write(kept), fragment, losses)
    losses.append(Loss("unspellable", "the whole page: its text alone is kept"))
    return Reading(tuple(_text_alone(events, fragment)), fragment, tuple(losses))


def _unwrapped(events: list[Event], place: int) -> tuple[str, list[Event]]:
    """The name of the element that starts at `place`, or else is open there, and the events without its tags."""
    start = place if place < len(events) and isinstance(events[place], StartTag) else (_open_at(events, place) or [0])[-1]
    left_out = {start, end_of(events, start)}
    return getattr(events[start], "name", "text"), [event for index, event in enumerate(events) if index not in left_out]


def _text_alone(events: list[Event], fragment: bool) -> list[Event]:
    texts: list[str] = []
    raw = 0  # open elements whose text no reader sees
    for event in events:
        match event:
            case StartTag("script" | "style"):
                raw += 1
            case EndTag("script" | "style"):
                raw -= 1
            case Text(data) if raw == 0:
                texts.append(data)
    return _tree_events(write([Text(" ".join(texts))]), fragment, [])


def _open_at(events: list[Event], place: int) -> list[int]:
    """The indices of the start tags of the elements that are open at `place`, outermost first."""
    opened: list[int] = []
    for index, event in enumerate(events[:place]):
        match event:
            case StartTag(name) if name not in VOID_IN_PARSER:
                opened.append(index)
            case EndTag(name) if name not in VOID_IN_PARSER:
                opened.pop()
    return opened


def _difference(events: list[Event], place: int) -> Loss:
    """Names the event at `place`, the first that reading the written page does not give again."""
    around = [getattr(events[index], "name", "") for index in _open_at(events, place)]
    parent = around[-1] if around else "the page"
    match events[place] if place < len(events) else None:
        case StartTag(name) if name in around:
            return Loss(f"nested-{name}" if name in _NEVER_NESTED else "misnested", f"{name} in {name}")
        case StartTag(name):
            return Loss("misplaced-element", f"{name} in {parent}")
        case Text() if parent in RAW_TEXT:
            return Loss("unclosed-raw-text", parent)
        case Text():
            return Loss("misplaced-text", f"text in {parent}")
        case _:
            return Loss("misplaced-element", f"after {' > '.join(around[-3:]) or 'the page'}")


def _tree_events(page: str, fragment: bool, losses: list[Loss]) -> list[Event]:
    page = page.lstrip("\ufeff")
    root = parse(page, container_of(page) if fragment else None)
    for element in list(root.iter("plaintext")):
        element.tag = "pre"
        losses.append(Loss("plaintext", "no end tag closes it: kept as pre"))
    return collapse(_walk(root))


def container_of(page: str) -> str:
    """The element that a fragment is parsed in: a cell needs a row around it, a row a table body."""
    first = _FIRST_TAG.match(page)
    return _CONTAINERS.get(first[1].lower(), "div") if first else "div"


def _walk(root: Element) -> Iterator[Event]:
    """Events of an ElementTree document or fragment, iteratively: pages may be deeper than Python's stack."""
    pending: list[Element | Event] = list(reversed(_children(root)))
    while pending:
        node = pending.pop()
        if isinstance(node, Doctype | EndTag | StartTag | Text):
            yield node
            continue
        foreign = node.tag.startswith("{")
        name = node.tag.partition("}")[2] if foreign else node.tag
        yield StartTag(name, tuple((_attribute(key), value) for key, value in node.attrib.items()))
        if foreign or name not in VOID_IN_PARSER:
            pending.append(EndTag(name))
            pending.extend(reversed(_children(node)))


def _children(node: Any) -> list[Any]:
    """Child elements as they are, texts and doctype as events; comments are left out."""
    children: list[Any] = []
    if node.text and isinstance(node.tag, str):
        children.append(Text(node.text))
    for child in node:
        if child.tag == "<!DOCTYPE>":
            children.append(Doctype(child.text or "", child.get("publicId") or "", child.get("systemId") or ""))
        elif isinstance(child.tag, str):
            children.append(child)
        if child.tail:
            children.append(Text(child.tail))
    return children


def _attribute(key: str) -> str:
    for namespace, prefix in _PREFIXES.items():
        if key.startswith(namespace):
            local = key[len(namespace) :]
            return "xmlns" if (prefix, local) == ("xmlns:", "xmlns") else prefix + local
    return key
