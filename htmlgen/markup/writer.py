"""EVENTS → PAGE: the canonical spelling.

Laws: one list of events has one spelling; every value is double-quoted; every end tag is written; html5lib reads the events back.
Source: HTML Standard 13.3, serializing HTML fragments; `>` and `"` are escaped everywhere, so that a quote or an angle bracket in
a canonical page is always markup.
"""

from collections.abc import Iterable
from typing import Final

from htmlgen.markup.elements import DROPS_FIRST_LINE_FEED, RAW_TEXT, VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text

_ESCAPES: Final = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\u00a0": "&nbsp;",
        "\r": "&#13;",  # the parser turns a carriage return into a line feed
        "\ufeff": "&#xFEFF;",  # at the start it would be a byte order mark
    }
)

# 13.2.6, integration points: elements of SVG and MathML in which HTML starts again.
_INTEGRATION_POINTS: Final = frozenset(
    [*(("svg", name) for name in ("foreignObject", "desc", "title")), *(("math", name) for name in ("mi", "mo", "mn", "ms", "mtext"))]
)
_HTML_ENCODINGS: Final = ("text/html", "application/xhtml+xml")


def escape(text: str) -> str:
    """Text or an attribute value, with `& < > "`, U+00A0, carriage return and byte order mark as character references."""
    return text.translate(_ESCAPES)


def start_tag(event: StartTag) -> str:
    """A start tag as a canonical page spells it."""
    return "".join((f"<{event.name}", *(f' {name}="{escape(value)}"' for name, value in event.attributes), ">"))


def doctype(event: Doctype) -> str:
    """A doctype, with `PUBLIC` or `SYSTEM` identifiers where there are any."""
    identifiers = ""
    if event.public_id:
        identifiers = f" PUBLIC {_quoted(event.public_id)}" + (f" {_quoted(event.system_id)}" if event.system_id else "")
    elif event.system_id:
        identifiers = f" SYSTEM {_quoted(event.system_id)}"
    return f"<!DOCTYPE {event.name}{identifiers}>"


def _quoted(identifier: str) -> str:
    quote = "'" if '"' in identifier else '"'
    return f"{quote}{identifier}{quote}"


class Namespaces:
    """Whether the open element is HTML or foreign (SVG, MathML), followed tag by tag: it decides what is raw text."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, str]] = []  # of each open element: its name, and the namespace of what stands inside

    @property
    def foreign(self) -> bool:
        """True where child elements and text belong to SVG or MathML."""
        return bool(self._stack) and self._stack[-1][1] != "html"

    @property
    def raw(self) -> bool:
        """True where text stands as it is, without character references."""
        return bool(self._stack) and self._stack[-1] in _RAW_FRAMES

    def open(self, tag: StartTag) -> bool:
        """Enter an element; the answer tells whether the element itself is foreign."""
        parent, around = self._stack[-1] if self._stack else ("", "html")
        own = around
        if (tag.name in ("svg", "math") and around == "html") or (parent, tag.name) == ("annotation-xml", "svg"):
            own = tag.name
        self._stack.append((tag.name, "html" if _holds_html(own, tag) else own))
        return own != "html"

    def close(self) -> None:
        """Leave the open element."""
        if self._stack:
            self._stack.pop()


def _holds_html(namespace: str, tag: StartTag) -> bool:
    if (namespace, tag.name) == ("math", "annotation-xml"):
        return (tag.get("encoding") or "").lower() in _HTML_ENCODINGS
    return (namespace, tag.name) in _INTEGRATION_POINTS


_RAW_FRAMES: Final = frozenset((name, "html") for name in RAW_TEXT)


def write(events: Iterable[Event], *, one_line: bool = False) -> str:
    """The canonical page of well-formed events.

    With `one_line`, line feeds in text and values are spelled `&#10;`, so that a page without raw text elements is one line.
    """
    parts: list[str] = []
    spaces = Namespaces()
    fresh = ""  # the element whose start tag is the last event
    for event in events:
        part = ""
        opened = ""
        match event:
            case Text(data):
                lead = "\n" if fresh in DROPS_FIRST_LINE_FEED and data.startswith("\n") and not spaces.foreign else ""
                part = data if spaces.raw else escape(lead + data)
                if one_line and not spaces.raw:
                    part = part.replace("\n", "&#10;")
            case StartTag(name):
                part = start_tag(event) if not one_line else start_tag(event).replace("\n", "&#10;")
                if not spaces.open(event) and name in VOID_IN_PARSER:
                    spaces.close()
                opened = name
            case EndTag(name):
                part = f"</{name}>"
                spaces.close()
            case Doctype():
                part = doctype(event)
        fresh = opened
        parts.append(part)
    return "".join(parts)
