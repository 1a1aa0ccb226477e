"""White space that no reader of the page can see, removed: one rule for pages that are read and for pages that are made.

Laws: idempotent; nothing but ASCII white space changes; nothing inside `pre`, `textarea` or raw text changes.
Source: HTML Standard 15.3 and CSS Text 3, section 4.1: runs of white space collapse, and vanish at the edges of blocks.
"""

import re
from collections.abc import Iterable
from typing import Final

from htmlgen.markup.elements import BLOCK, KEEPS_SPACE, NO_TEXT, VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text

_SPACES: Final = re.compile(r"[ \t\n\f\r]+")
_ASCII_SPACE: Final = " \t\n\f\r"


def collapse(events: Iterable[Event]) -> list[Event]:
    """The same events with texts merged, white space collapsed, and left out where it is not rendered.

    Runs become one space, except in `pre`, `textarea` and raw text; a text loses white space at the edge of a block element, and
    vanishes where only elements are allowed.
    """
    result: list[Event] = []
    keeping = 0  # open elements that keep white space
    parents: list[str] = [""]
    for event in _merged(events):
        match event:
            case Text(data):
                if keeping == 0 and not (data := _collapsed(data, parents[-1], result)):
                    continue
                result.append(Text(data))
                continue
            case StartTag(name):
                _trim(result, name, keeping)
                if name not in VOID_IN_PARSER:
                    parents.append(name)
                    keeping += name in KEEPS_SPACE
            case EndTag(name):
                _trim(result, name, keeping)
                if name not in VOID_IN_PARSER and len(parents) > 1:
                    parents.pop()
                    keeping -= name in KEEPS_SPACE
        result.append(event)
    _trim(result, "html", keeping)
    return result


def _merged(events: Iterable[Event]) -> Iterable[Event]:
    texts: list[str] = []
    for event in events:
        if isinstance(event, Text):
            texts.append(event.data)
            continue
        if texts:
            yield Text("".join(texts))
            texts.clear()
        yield event
    if texts:
        yield Text("".join(texts))


def _collapsed(data: str, parent: str, before: list[Event]) -> str:
    data = _SPACES.sub(" ", data)
    if data == " " and parent in NO_TEXT:
        return ""
    return data.lstrip(" ") if _at_block_edge(before) else data


def _at_block_edge(before: list[Event]) -> bool:
    return not before or (not isinstance(last := before[-1], Text) and getattr(last, "name", "html") in BLOCK)


def _trim(result: list[Event], name: str, keeping: int) -> None:
    """Takes white space off the end of a text that a block boundary follows."""
    if keeping or name not in BLOCK or not result or not isinstance(last := result[-1], Text):
        return
    if data := last.data.rstrip(_ASCII_SPACE):
        result[-1] = Text(data)
    else:
        result.pop()
