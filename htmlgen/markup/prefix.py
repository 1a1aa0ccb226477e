"""PAGE'S BEGINNING → EVENTS: what has been written so far, its open elements left open."""

import warnings
from collections.abc import Iterator
from typing import Any, Final

import html5lib
from html5lib.constants import DataLossWarning

from htmlgen.errors import PromptError
from htmlgen.markup.canonical import collapse
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text

# A comment stays where it is written, in tables and selects too; text would be moved.
_MARK: Final = "\ue000htmlgen\ue000"


def read_prefix(text: str) -> list[Event]:
    """The events of a document's beginning, up to where the text ends; a missing doctype, `html` and `head` are supplied.

    The events are well-formed but for the end tags that are still to come. White space at the very end is dropped.
    Raises: PromptError, where the text ends inside of a tag or a comment.
    """
    if not text.strip():
        return []
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree", fullTree=True), namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataLossWarning)
        root = parser.parse(f"{text}<!--{_MARK}-->")
    events = list(_until_mark(root))
    if not events or events[-1] is not None:
        raise PromptError(f"the beginning of a page ends inside of a tag or comment: {text[-40:]!r}; end it with '>'")
    found = collapse(event for event in events if event is not None)
    return found if isinstance(found[0], Doctype) else [Doctype(), *found]


def _until_mark(node: Any) -> Iterator[Event | None]:
    """Events in page order; None, and no more, where the mark stands."""
    stack: list[tuple[Any, int]] = [(node, -1)]
    while stack:
        element, place = stack.pop()
        text = element.text if place < 0 else element[place].tail
        if text and isinstance(element.tag, str):
            before, mark, _ = text.partition(f"<!--{_MARK}-->")
            if before:
                yield Text(before)
            if mark:
                yield None
                return
        if place + 1 == len(element):
            name = _name(element)
            if name and name not in VOID_IN_PARSER and stack:
                yield EndTag(name)
            continue
        child = element[place + 1]
        stack.append((element, place + 1))
        if child.tag == "<!DOCTYPE>":
            yield Doctype(child.text or "", child.get("publicId") or "", child.get("systemId") or "")
        elif isinstance(child.tag, str):
            yield StartTag(_name(child), tuple(child.attrib.items()))
            stack.append((child, -1))
        elif child.text == _MARK:
            yield None
            return


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
