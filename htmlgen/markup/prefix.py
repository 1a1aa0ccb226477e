"""PAGE'S BEGINNING → EVENTS: what has been written so far, its open elements left open.

Laws: with the end tags that are still to come, the events are what `read` gives for the whole; a beginning that could not be kept so is
refused, never changed.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from htmlgen.errors import PromptError
from htmlgen.markup.canonical import collapse
from htmlgen.markup.elements import RAW_TEXT, VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text, end_of
from htmlgen.markup.parser import parse
from htmlgen.markup.reader import is_fragment, read

# A comment stays where it is written, in tables and selects too; text would be moved.
_MARK: Final = "\ue000htmlgen\ue000"
_DOCTYPE: Final = re.compile(r"(?>\s|<!--.*?-->)*+<!doctype", re.IGNORECASE | re.DOTALL)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_SHELL: Final = "<!DOCTYPE html><html><head><title>x</title></head><body>"  # what a fragment is read in
_TITLE_LENGTH: Final = 60  # characters
_WRITTEN: Final = re.compile(r"<(?:html|head)(?=[\s/>])", re.IGNORECASE)
# What authors put at the start of every head.
_UNDERSTOOD: Final = (
    StartTag("meta", (("charset", "utf-8"),)),
    StartTag("meta", (("name", "viewport"), ("content", "width=device-width, initial-scale=1"))),
)


def read_prefix(text: str) -> list[Event]:
    """The events of a document's beginning, up to where the text ends.

    A missing doctype, `html` (in English), `head` (with charset and viewport) and `body` are supplied; a head that is left behind without
    a title gets the first words of the text. The events are well-formed but for the end tags that are still to come. White space at the
    very end is dropped.
    Raises: PromptError, where the text ends inside of a tag, a comment or a script, or could not be kept as it is.
    """
    if not text.strip():
        return []
    if _SURROGATES.search(text):
        raise PromptError(f"the beginning of a page is not valid Unicode: {_end(text)}; give it as UTF-8")
    text = text.lstrip("\ufeff")
    page = text if _DOCTYPE.match(text) else f"<!DOCTYPE html>{text}"  # without one, the parser would go by other rules
    reached = list(_until_mark(parse(f"{page}<!--{_MARK}-->", None)))
    if not reached or reached[-1] is not None:
        raise PromptError(f"the beginning of a page ends inside of a tag or comment: {_end(text)}; end it with '>'")
    found = collapse(event for event in reached if event is not None)
    events = _as_read(page, found)
    if inside := next((name for name in open_elements(events) if name in RAW_TEXT), None):
        raise PromptError(f"the beginning of a page ends inside of <{inside}>, which is never written: {_end(text)}; add </{inside}>")
    return _headed(_titled(events), text)


def read_fragment_prefix(text: str) -> list[Event]:
    """The events of a fragment's beginning: of what stands in a body, up to where the text ends.

    Raises: PromptError, as `read_prefix`, and where the text is the beginning of a document.
    """
    if not is_fragment(text):
        raise PromptError(f"a fragment has no doctype, html, head or body: {text[:40]!r}; leave them out, or take a grammar of documents")
    events = read_prefix(f"{_SHELL}{text.lstrip(chr(0xFEFF))}")
    return events[events.index(StartTag("body")) + 1 :]


def _end(text: str) -> str:
    return repr(text[-40:])


def _until_mark(node: Any) -> Iterator[Event | None]:
    """Events in page order, attributes left out; None, and no more, where the mark stands."""
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
            if name not in VOID_IN_PARSER and stack:
                yield EndTag(name)
            continue
        child = element[place + 1]
        stack.append((element, place + 1))
        if child.tag == "<!DOCTYPE>":
            yield Doctype(child.text or "")
        elif isinstance(child.tag, str):
            yield StartTag(_name(child))
            stack.append((child, -1))
        elif child.text == _MARK:
            yield None
            return


def _name(element: Any) -> str:
    tag = str(element.tag)
    return tag.partition("}")[2] if tag.startswith("{") else tag


def _as_read(page: str, found: list[Event]) -> list[Event]:
    """The first events of the whole page, as many as were found before the mark."""
    reading = read(page, fragment=False)
    if reading.losses:
        loss = reading.losses[0]
        raise PromptError(f"the beginning of a page could not be kept as it is: {loss.cause} ({loss.place}); mend that place")
    events = list(reading.events[: len(found)])
    if found and isinstance(found[-1], Text):
        events[-1] = found[-1]  # it has no white space at its end
    if [_shape(event) for event in events] != [_shape(event) for event in found]:
        raise PromptError(f"the beginning of a page could not be kept as it is: {_end(page)}; close its elements in order")
    return events


def _shape(event: Event) -> tuple[type, str]:
    return type(event), event.data if isinstance(event, Text) else event.name


def open_elements(events: Iterable[Event]) -> list[str]:
    """The names of the elements that events leave open, outermost first."""
    names: list[str] = []
    for event in events:
        if isinstance(event, StartTag) and event.name not in VOID_IN_PARSER:
            names.append(event.name)
        elif isinstance(event, EndTag) and names:
            names.pop()
    return names


def _titled(events: list[Event]) -> list[Event]:
    """A page without a title would not conform (HTML Standard 4.2.1)."""
    end = _place(events, EndTag("head"))
    if end is None or any(isinstance(event, StartTag) and event.name == "title" for event in events[:end]):
        return events
    words = " ".join(event.data for event in events if isinstance(event, Text)).split()
    title = " ".join(words)[: _TITLE_LENGTH + 1]
    title = title if len(title) <= _TITLE_LENGTH else title.rpartition(" ")[0] or title[:_TITLE_LENGTH]
    return [*events[:end], StartTag("title"), Text(title or "Page"), EndTag("title"), *events[end:]]


def _headed(events: list[Event], text: str) -> list[Event]:
    """What a text without `html` and `head` tags leaves to be understood."""
    made = [event for event in _UNDERSTOOD if not any(_same_purpose(event, other) for other in events)]
    html, head = _place(events, StartTag("html")), _place(events, StartTag("head"))
    if html is None or head is None or _WRITTEN.search(text):
        return events
    return [*events[:html], StartTag("html", (("lang", "en"),)), *events[html + 1 : head + 1], *made, *events[head + 1 :]]


def _same_purpose(meta: StartTag, other: Event) -> bool:
    if not isinstance(other, StartTag) or other.name != "meta":
        return False
    return other.get("charset") is not None if meta.get("charset") else other.get("name") == meta.get("name")


def _place(events: list[Event], wanted: Event) -> int | None:
    return events.index(wanted) if wanted in events else None


def with_lang(events: list[Event], lang: str) -> list[Event]:
    """A document's beginning in a language; without events, one that ends after its `html` tag."""
    events = events or [Doctype("html"), StartTag("html")]
    return [
        StartTag("html", (("lang", lang), *(pair for pair in event.attributes if pair[0] != "lang")))
        if isinstance(event, StartTag) and event.name == "html"
        else event
        for event in events
    ]


def with_title(events: list[Event], title: str) -> list[Event]:
    """A document's beginning with a title, in the place of the one that it has; without one, it ends after the title."""
    wanted: list[Event] = [StartTag("title"), Text(title), EndTag("title")]
    body = _place(events, StartTag("body"))
    start = _place(events[:body], StartTag("title"))
    if start is not None:
        return [*events[:start], *wanted, *events[end_of(events, start) + 1 if EndTag("title") in events else len(events) :]]
    if StartTag("head") in events:
        return [*events, *wanted]
    begun = events or [Doctype("html"), StartTag("html", (("lang", "en"),))]
    return [*begun, StartTag("head"), *_UNDERSTOOD, *wanted]
