"""EVENTS → EVENTS with other words, each for what its place is for.

Laws: markup stays; text that is blank, a mark, or code stays; the words are about as many as they were.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from htmlgen.dressing.words import Faked, Lorem, Shaped, Words
from htmlgen.markup.elements import BLOCK, VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text

STYLES: Final = ("model", "lorem", "faker", "keep-shape")

#: What the text of an element is for; of others what that of the element around is for, in the end a sentence.
_PURPOSES: Final = {
    **dict.fromkeys("title h1".split(), "headline"),
    **dict.fromkeys("h2 h3 h4 h5 h6 legend summary caption figcaption th td a button option label dt output cite".split(), "label"),
    **dict.fromkeys("p li dd blockquote small textarea".split(), "sentence"),
    **dict.fromkeys("pre code kbd samp var svg".split(), "code"),
    "address": "address",
    "time": "time",
    "i": "icon",
}
#: Words in a class that say more than the element does.
_CLASSES: Final = (("author", "name"), ("username", "name"), ("person", "name"), ("price", "price"), ("phone", "phone"), ("email", "email"))
#: What attributes are for; the last column are the types of `input` that have it so.
_ATTRIBUTES: Final = {
    "alt": "label",
    "title": "label",
    "placeholder": "label",
    "aria-label": "label",
    "label": "label",
    "abbr": "label",
}
_TYPED: Final = {
    **{"email": "email", "tel": "phone", "text": "label", "search": "label"},
    **dict.fromkeys(("submit", "button", "reset"), "action"),
}
_METAS: Final = {"description": "sentence", "author": "name", "keywords": "label", "og:title": "headline", "og:description": "sentence"}
_ACTIONS: Final = "Save Send Search Subscribe Continue Cancel Close Next Back Apply Add Remove Start Reset Register Order".split()
_SYMBOLS: Final = "★●◆▲✓→☰✎"
_MARKS: Final = re.compile(r"[,;:.!?)\]\s]+(?=[\w])")
_LETTER: Final = re.compile(r"[^\W\d_]")
_ALONE: Final = frozenset(("button", "label", "option"))  # these begin anew, wherever they stand
_LONG: Final = 14  # words of a sentence
_MOST: Final = 5  # words of a label


@dataclass(slots=True)
class _Open:
    """An open element: what its text is for, and whether it has said something already."""

    tag: StartTag
    purpose: str
    said: bool = False
    glued: bool = False  #: an element in it has just ended


def spoken(events: Sequence[Event], style: str, seed: int, *, kept: int = 0) -> list[Event]:
    """The same events, in other words.

    Args: style, one of `STYLES`; kept, how many events at the beginning stay as they are.
    Raises: MissingExtraError, where Faker is asked for and missing.
    """
    if style == "model":
        return list(events)
    language = next((event.get("lang") or "" for event in events if isinstance(event, StartTag) and event.name == "html"), "")
    return list(_Speaker(style, seed, language).spoken(events, kept))


class _Speaker:
    """Goes through a page and says everything anew."""

    def __init__(self, style: str, seed: int, language: str) -> None:
        self._shape = Shaped(seed)
        self._keeps_shape = style == "keep-shape"
        self._words: Words = Faked(seed, language) if style == "faker" else Lorem(seed)
        self._picks = Lorem(seed).random
        self._around = [_Open(StartTag(""), "sentence")]

    def spoken(self, events: Sequence[Event], kept: int) -> Iterator[Event]:
        """The events, from that number on in other words."""
        for number, (event, after) in enumerate(zip(events, [*events[1:], EndTag("html")], strict=False)):
            if isinstance(event, Text):
                words = self._text(event.data, after)
                yield event if number < kept else Text(words)
            elif isinstance(event, StartTag):
                yield event if number < kept else self._tag(event)
                if event.name not in VOID_IN_PARSER:
                    self._around.append(_Open(event, self._purpose(event)))
            else:
                if isinstance(event, EndTag) and len(self._around) > 1:
                    self._around.pop()
                    self._around[-1].glued = event.name not in BLOCK
                yield event

    def _purpose(self, tag: StartTag) -> str:
        classes, href = (tag.get("class") or "").lower(), tag.get("href") or ""
        around = self._around[-1].purpose
        if around in ("code", "address"):
            return around
        if href.startswith(("mailto:", "tel:")):
            return "email" if href.startswith("mailto:") else "phone"
        said = next((purpose for word, purpose in _CLASSES if word in classes), "") if tag.name in _SAYING else ""
        return said or (around if tag.name == "i" and "icon" not in classes else _PURPOSES.get(tag.name, around))

    # Texts ----------------------------------------------------------------------------------------------------------------------

    def _text(self, data: str, after: Event) -> str:
        block = next((each for each in reversed(self._around) if each.tag.name in BLOCK or not each.tag.name), self._around[0])
        here = self._around[-1]
        purpose, start = here.purpose, not block.said or (here.tag.name in _ALONE and not here.said)
        core = data.strip(" \t\n\f\r\u00a0")
        block.said, here.said = block.said or bool(core), True
        if self._keeps_shape:
            return self._shape.shaped(data)
        if not core or purpose == "code":
            return data
        if not _LETTER.search(core):
            return self._shape.shaped(data)
        place = data.index(core)
        lead, trail = data[:place], data[place + len(core) :]
        if marks := _MARKS.match(core):
            lead, core = lead + marks[0], core[marks.end() :]
        if not lead and not start and here.glued:
            lead = " "  # the words before it are whole
        ends = isinstance(after, StartTag | EndTag) and after.name in BLOCK
        return lead + self._said(core, purpose, start=start, ends=ends) + trail

    def _said(self, core: str, purpose: str, *, start: bool, ends: bool) -> str:
        """What is said in the place of a text."""
        count, words = len(core.split()), self._words
        if purpose in ("label", "address") and not start:
            purpose = "sentence"
        said: dict[str, Callable[[], str]] = {
            "label": lambda: words.label(min(count, _MOST)) + (core[-1] if core[-1] in ":?!" else ""),
            "headline": lambda: words.headline(count),
            "name": words.name,
            "address": words.address,
            "phone": words.phone,
            "email": lambda: f"{_plain(words.running(1)[0])}@example.com",
            "price": lambda: f"${self._picks.randint(5, 199)}.00",
            "time": lambda: self._time(core),
            "icon": lambda: self._picks.choice(_SYMBOLS),
            "action": lambda: self._picks.choice(_ACTIONS),
        }
        return said[purpose]() if purpose in said else self._sentences(count, core, start=start, ends=ends)

    def _sentences(self, count: int, core: str, *, start: bool, ends: bool) -> str:
        """Running text of so many words; a block that ends with several words ends with a full stop."""
        parts: list[str] = []
        while count > 0:
            some = count if count <= _LONG + 4 else self._picks.randint(7, _LONG)
            words = " ".join(self._words.running(some))
            parts.append(words[:1].upper() + words[1:] if parts or start else words)
            count -= some
        stop = core[-1] if core[-1] in ".!?:,;" else "." if ends and len(core.split()) > 3 else ""
        return ". ".join(parts) + stop

    def _time(self, core: str) -> str:
        """A date, as the value of `datetime` says it, if it says one."""
        value = self._around[-1].tag.get("datetime") or ""
        try:
            told = date.fromisoformat(value[:10])
        except ValueError:
            return value or core
        return f"{told.day} {told:%B %Y}"

    # Attributes -----------------------------------------------------------------------------------------------------------------

    def _tag(self, tag: StartTag) -> StartTag:
        if not tag.attributes:
            return tag
        return StartTag(tag.name, tuple((name, self._value(tag, name, value)) for name, value in tag.attributes))

    def _value(self, tag: StartTag, name: str, value: str) -> str:
        purpose = self._meant(tag, name)
        if not purpose or not value.strip():
            return value
        if self._keeps_shape:
            return self._shape.shaped(value)
        return self._said(value.strip(), purpose, start=True, ends=False)

    def _meant(self, tag: StartTag, name: str) -> str:
        """What an attribute's words are for, '' where they are none."""
        kind = tag.get("type") or "text"
        if name == "content" and tag.name == "meta":
            return _METAS.get(tag.get("name") or tag.get("property") or "", "")
        if name == "value":
            return _TYPED.get(kind, "") if tag.name == "input" else ""
        if name == "placeholder" and kind in ("email", "tel"):
            return _TYPED[kind]
        return "" if name == "title" and tag.name == "link" else _ATTRIBUTES.get(name, "")


def _plain(word: str) -> str:
    """The word as the local part of an address."""
    return "".join(each for each in word.lower() if each.isascii() and each.isalnum()) or "name"


_SAYING: Final = frozenset("span div p a strong em b small td dd li h2 h3 h4 h5 h6 cite".split())
