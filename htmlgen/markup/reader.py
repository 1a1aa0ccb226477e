"""PAGE → EVENTS, through html5lib's tree: any string reads, as in a browser.

Laws: `read(write(read(page).events)).events == read(page).events`; what a browser's tree holds and HTML cannot spell (a form in a
form, `plaintext`, a script that never ends) is named in `losses`, never hidden. Comments are left out.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import DataLossWarning

from htmlgen.errors import InputError
from htmlgen.markup.canonical import collapse
from htmlgen.markup.elements import RAW_TEXT, VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.markup.writer import Namespaces, write

MAX_CHARACTERS: Final = 20_000_000
_ROUNDS: Final = 4

_DOCUMENT: Final = re.compile(r"<(?:!doctype|html|head|body)(?=[\s/>])", re.IGNORECASE)
_FIRST_TAG: Final = re.compile(r"\s*<([a-zA-Z]+)(?=[\s/>])")
_SURROGATES: Final = re.compile("[\ud800-\udfff]")

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
    events = _unclosable_renamed(_tree_events(page, fragment), losses)
    return _settled(events, fragment, losses)


def _settled(events: list[Event], fragment: bool, losses: list[Loss]) -> Reading:
    """Reads and writes until nothing changes any more; what changed is named."""
    for _ in range(_ROUNDS):
        again = _tree_events(write(events), fragment)
        if again == events:
            return Reading(tuple(events), fragment, tuple(losses))
        losses.append(_difference(events, again))
        events = again
    losses.append(Loss("unspellable", "the whole page: its text alone is kept"))
    return Reading(tuple(_text_alone(events, fragment)), fragment, tuple(losses))


def _text_alone(events: list[Event], fragment: bool) -> list[Event]:
    raw = {"script", "style"}
    open_names: list[str] = []
    texts: list[str] = []
    for event in events:
        match event:
            case StartTag(name) if name not in VOID_IN_PARSER:
                open_names.append(name)
            case EndTag() if open_names:
                open_names.pop()
            case Text(data) if not raw.intersection(open_names):
                texts.append(data)
    return _tree_events(write([Text(" ".join(texts))]), fragment)


def _difference(before: list[Event], after: list[Event]) -> Loss:
    """Names the first event that reading the written page does not give again."""
    open_names: list[str] = []
    for old, new in zip_longest(before, after):
        if old != new:
            break
        match old:
            case StartTag(name) if name not in VOID_IN_PARSER:
                open_names.append(name)
            case EndTag() if open_names:
                open_names.pop()
    match old:
        case StartTag(name) if name in open_names:
            return Loss(f"nested-{name}" if name in ("form", "a", "nobr", "button") else "misnested", f"{name} in {name}")
        case StartTag(name):
            return Loss("misplaced-element", f"{name} in {open_names[-1] if open_names else 'the page'}")
        case Text():
            return Loss("misplaced-text", f"text in {open_names[-1] if open_names else 'the page'}")
        case EndTag(name) if name in RAW_TEXT:
            return Loss("unclosed-raw-text", name)
        case _:
            return Loss("misplaced-element", f"after {' > '.join(open_names[-3:]) or 'the page'}")


def _unclosable_renamed(events: list[Event], losses: list[Loss]) -> list[Event]:
    """`plaintext` has no end tag: its text is kept in a `pre`."""
    if not any(isinstance(event, StartTag) and event.name == "plaintext" for event in events):
        return events
    losses.append(Loss("plaintext", "plaintext, kept as pre"))
    renamed: list[Event] = []
    for event in events:
        match event:
            case StartTag("plaintext", attributes):
                renamed.append(StartTag("pre", attributes))
            case EndTag("plaintext"):
                renamed.append(EndTag("pre"))
            case _:
                renamed.append(event)
    return renamed


def _tree_events(page: str, fragment: bool) -> list[Event]:
    page = page.lstrip("\ufeff")
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree", fullTree=True), namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataLossWarning)
        root = parser.parseFragment(page, container=_container(page)) if fragment else parser.parse(page)
    return collapse(_walk(root))


def _container(page: str) -> str:
    first = _FIRST_TAG.match(page)
    return _CONTAINERS.get(first[1].lower(), "div") if first else "div"


def _walk(root: Any) -> Iterator[Event]:
    """Events of an ElementTree document or fragment, iteratively: pages may be deeper than Python's stack."""
    spaces = Namespaces()
    pending: list[Element | Event] = list(reversed(_children(root)))
    while pending:
        node = pending.pop()
        if isinstance(node, Doctype | EndTag | StartTag | Text):
            if isinstance(node, EndTag):
                spaces.close()
            yield node
            continue
        name = node.tag.rpartition("}")[2]
        yield StartTag(name, tuple((_attribute(key), value) for key, value in node.attrib.items()))
        foreign = spaces.open(name)
        if not foreign and name in VOID_IN_PARSER:
            spaces.close()
            continue
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
