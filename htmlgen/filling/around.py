"""PAGE, PLACE → what stands around the place, and what of it a model is shown."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from htmlgen.decoding.surroundings import TEXT_CHILD, Surroundings
from htmlgen.errors import HoleError
from htmlgen.evaluation.document import Document, parse_document
from htmlgen.evaluation.tags import scan
from htmlgen.markup.canonical import collapse
from htmlgen.markup.elements import HEADING, METADATA, RAW_TEXT, VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text

_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")  # those that a grammar of pages may write
_OF_HEADS: Final = METADATA - {"noscript", "script", "template"}  # these stand in heads alone, by and large
_FOREIGN: Final = ("svg", "math")
_SHOWN: Final = 160  # events before the place
_UNSHOWN_ATTRIBUTES: Final = re.compile(r"on|style$|data-|xmlns|xml:|xlink:|srcset$|integrity$")


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of a place."""

    place: Surroundings
    language: str  #: of the document
    shown: tuple[Event, ...]  #: the beginning of a page in which the same elements are open, for a model to go on from


@dataclass(slots=True)
class _Open:
    """An open element, the number of its event, and the children that it has so far."""

    tag: StartTag
    index: int
    children: list[str]


def around(page: str, offset: int, end: int) -> Around:
    """What stands around `page[offset:end]`, which is to be replaced.

    Raises: HoleError, where that is within SVG or MathML, or no element is open.
    """
    if any(tag.kind == "end" and tag.offset < offset for tag in scan(page) if tag.name in ("body", "html")):
        raise HoleError("nothing is written behind the end of the body")
    blanked = page[:offset] + " " * (end - offset) + page[end:]
    document = parse_document(blanked)
    open_elements = _open_at(document, offset)
    if not open_elements or any(each.tag.name in _FOREIGN for each in open_elements):
        raise HoleError("nothing is written there: a hole stands in the body, outside of SVG and MathML")
    beside = (*open_elements[-1].children, *_after(document, offset))
    if document.container and len(open_elements) == 1 and METADATA.issuperset(beside) and _OF_HEADS.intersection(beside):
        raise HoleError("nothing is written there: this is a fragment of a head")
    tags = tuple(each.tag for each in open_elements)
    headings = [(place >= offset, int(event.name[1])) for event, place in _starts(document) if event.name in HEADING]
    place = Surroundings(
        ancestors=tags,
        inside=tuple(_inside(document, each, {other.index for other in open_elements}) for each in open_elements),
        before=tuple(open_elements[-1].children),
        after=tuple(_after(document, offset)),
        ids=frozenset(value for event, _ in _starts(document) if _ID.fullmatch(value := event.get("id") or "")),
        heading=next((level for later, level in reversed(headings) if not later), 0),
        heading_after=next((level for later, level in headings if later), 0),
        columns=_columns(document, open_elements),
    )
    language = next((event.get("lang") or "" for event, _ in _starts(document) if event.name == "html"), "")
    return Around(place, language, _shown(document, offset))


def _starts(document: Document) -> Iterable[tuple[StartTag, int]]:
    pairs = zip(document.events, document.offsets, strict=True)
    return ((event, place) for event, place in pairs if isinstance(event, StartTag))


def _open_at(document: Document, offset: int) -> list[_Open]:
    """The elements that are open at an offset, outermost first."""
    found = [] if document.container is None else [_Open(StartTag(document.container), -1, [])]
    for index, (event, place) in enumerate(zip(document.events, document.offsets, strict=True)):
        if place >= offset:
            break
        if isinstance(event, EndTag):
            found.pop()
        elif isinstance(event, Text) and found and event.data.strip():
            found[-1].children.append(TEXT_CHILD)
        elif isinstance(event, StartTag):
            if found:
                found[-1].children.append(event.name)
            if event.name not in VOID_IN_PARSER:
                found.append(_Open(event, index, []))
    return found


def _after(document: Document, offset: int) -> Iterable[str]:
    """The children of the element around an offset that come after it, by name."""
    depth = 0
    for event, place in zip(document.events, document.offsets, strict=True):
        if place < offset:
            continue
        if isinstance(event, EndTag):
            depth -= 1
            if depth < 0:
                return
        elif depth == 0 and isinstance(event, Text) and event.data.strip():
            yield TEXT_CHILD
        elif isinstance(event, StartTag):
            if depth == 0:
                yield event.name
            depth += event.name not in VOID_IN_PARSER


def _inside(document: Document, opened: _Open, skipped: Collection[int]) -> frozenset[str]:
    """The names of elements inside an open one, less those that are open too."""
    return frozenset(tag.name for index, _, tag in _tags_inside(document, opened) if index not in skipped)


def _tags_inside(document: Document, opened: _Open) -> Iterator[tuple[int, int, StartTag]]:
    """The index of each start tag inside an open element, how deep it lies there, and the tag."""
    depth = 0
    for index, event in enumerate(document.events[opened.index + 1 :], opened.index + 1):
        if isinstance(event, EndTag):
            depth -= 1
            if depth < 0:
                return
        elif isinstance(event, StartTag):
            yield index, depth, event
            depth += event.name not in VOID_IN_PARSER


def _columns(document: Document, open_elements: Sequence[_Open]) -> int | None:
    """The cells of each row of the innermost table that is open; 0 without one, or without rows; None where they differ."""
    table = next((each for each in reversed(open_elements) if each.tag.name == "table"), None)
    if table is None:
        return 0
    around_row = next((each.index for each in reversed(open_elements) if each.tag.name == "tr"), -2)
    rows, current = list[int](), -1
    for index, depth, tag in _tags_inside(document, table):
        if depth == 1 and tag.name == "tr":
            current = index
            if index != around_row:
                rows.append(0)
        elif depth == 2 and tag.name in ("td", "th"):
            if tag.get("rowspan") not in (None, "1"):
                return None
            if current != around_row:
                rows[-1] += _span(tag)
    return rows[0] if rows and len(set(rows)) == 1 else None if rows else 0


def _span(cell: StartTag) -> int:
    value = cell.get("colspan") or "1"
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 1


# What a model is shown --------------------------------------------------------------------------------------------------------------


def _shown(document: Document, offset: int) -> tuple[Event, ...]:
    """The beginning of a page: its open elements, and the last events before the place."""
    before = [
        Text(event.data[: offset - place] or " ") if isinstance(event, Text) else event
        for event, place in zip(document.events, document.offsets, strict=True)
        if place < offset
    ]
    events = list(collapse(_plain(before)))
    if document.container is not None:
        events = [Doctype(), StartTag("html", (("lang", "en"),)), StartTag("body"), *events]
    return tuple(_cut(events))


def _plain(events: Iterable[Event]) -> Iterable[Event]:
    """Events without what models are not trained on: scripts, style sheets, handlers."""
    skipped = 0
    for event in events:
        raw = isinstance(event, StartTag | EndTag) and (event.name in RAW_TEXT or event.name in ("svg", "template", "noscript"))
        if raw:
            skipped += 1 if isinstance(event, StartTag) else -1
        elif not skipped:
            yield _tag(event) if isinstance(event, StartTag) else event


def _tag(tag: StartTag) -> StartTag:
    return StartTag(tag.name, tuple(pair for pair in tag.attributes if not _UNSHOWN_ATTRIBUTES.match(pair[0])))


def _cut(events: list[Event]) -> list[Event]:
    """The last events, behind the start tags of the elements that are open before them."""
    if len(events) <= _SHOWN:
        return events
    opened: list[Event] = []
    for event in events[:-_SHOWN]:
        if isinstance(event, StartTag) and event.name not in VOID_IN_PARSER:
            opened.append(event)
        elif isinstance(event, EndTag) and opened:
            opened.pop()
    return [Doctype(), *opened, *events[-_SHOWN:]]
