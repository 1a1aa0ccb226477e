"""What a page loses before a model learns from it: code, style, handlers, comments, data, and markup that is mere bulk."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from htmlgen.markup.elements import BOOLEAN_ATTRIBUTES
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text, end_of

_DROPPED_ELEMENTS: Final = frozenset("script style noscript template math object embed applet frameset noframes xmp iframe".split())
_DROPPED_ATTRIBUTES: Final = frozenset("style nonce integrity srcdoc ping".split())
_DROPPED_SCHEMES: Final = ("javascript:", "data:", "vbscript:")
# URL Standard 4.4: what a URL parser strips from the start, and tabs and line breaks anywhere.
_UNSEEN: Final = re.compile(r"\A[\0-\x20]+|[\t\n\r]+")
_TOKEN_LISTS: Final = frozenset("class rel headers itemprop sizes srcset d points transform viewBox".split())

MAX_VALUE: Final = 400  # characters of an attribute value
MAX_SVG: Final = 24  # events of an inline SVG


def clean(events: Iterable[Event]) -> tuple[list[Event], Counter[str]]:
    """Events without what a model should not learn, and how much of each was dropped.

    Dropped: elements that run or style (`script`, `style`, `noscript`, `template` …) with their content, inline SVG of more than
    `MAX_SVG` events, event handlers, `style` attributes, `data:` and `javascript:` URLs, values longer than `MAX_VALUE`. Doctypes
    become today's; boolean attributes lose their value; white space in token lists collapses.
    """
    dropped: Counter[str] = Counter()
    return list(_kept(list(events), dropped)), dropped


def _kept(events: list[Event], dropped: Counter[str]) -> Iterator[Event]:
    index = 0
    while index < len(events):
        event = events[index]
        match event:
            case StartTag(name) if name in _DROPPED_ELEMENTS:
                dropped[name] += 1
                index = end_of(events, index) + 1
                continue
            case StartTag("svg") if end_of(events, index) - index >= MAX_SVG:
                dropped["large svg"] += 1
                index = end_of(events, index) + 1
                continue
            case StartTag(name, attributes):
                yield StartTag(name, tuple(_attributes(attributes, dropped)))
            case Doctype():
                yield Doctype()
            case Text() | EndTag():
                yield event
        index += 1


def _attributes(attributes: Iterable[tuple[str, str]], dropped: Counter[str]) -> Iterator[tuple[str, str]]:
    for name, value in attributes:
        reason = _reason_to_drop(name, value)
        if reason:
            dropped[reason] += 1
        elif name in BOOLEAN_ATTRIBUTES:
            yield name, ""
        elif name in _TOKEN_LISTS:
            yield name, " ".join(value.split())
        else:
            yield name, value.strip(" \t\n\f\r").replace("\n", " ").replace("\t", " ")


def _reason_to_drop(name: str, value: str) -> str:
    if name in _DROPPED_ATTRIBUTES:
        return f"{name} attribute"
    if name.startswith("on"):
        return "event handler"
    if _UNSEEN.sub("", value).lower().startswith(_DROPPED_SCHEMES):
        return "data or script URL"
    return "long value" if len(value) > MAX_VALUE else ""
