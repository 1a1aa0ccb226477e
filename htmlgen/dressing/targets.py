"""EVENTS → EVENTS whose links, pictures and forms lead nowhere that could harm.

What a link leads to has the host example.com, what is loaded comes from the page's own host, forms go to the page itself, by `get`. With a
gallery, what is loaded is there: pictures, sounds, subtitles; links stay on the page, and style sheets are left out.
Laws: no URL has another host than example.com or its like, nor another scheme than http, https, mailto and tel; what was a valid URL in
its place still is.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from htmlgen.markup.events import EndTag, Event, StartTag

if TYPE_CHECKING:
    from htmlgen.dressing.gallery import Gallery

_HOST: Final = "https://example.com"
_ABSOLUTE: Final = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{2,}([^/?#\\]*)|\s*([A-Za-z][A-Za-z0-9+.-]*):", re.ASCII)
_SAFE: Final = re.compile(r"https?://(?:[a-z0-9-]+\.)*example\.(?:com|org|net)(?=[/?#]|\Z)")
_DROPPED: Final = ("action", "formaction")  # without them a form is sent to the page that it stands on
_FOLLOWED: Final = ("href", "cite", "longdesc", "ping")
_LOADING_LINKS: Final = frozenset(("stylesheet", "icon", "preload", "modulepreload", "prefetch", "manifest", "apple-touch-icon"))
_MEDIA: Final = frozenset(("video", "audio"))
_METAS: Final = frozenset(("og:url", "og:image"))
_SIZES: Final = ((640, 360), (480, 320), (400, 400), (800, 450))
_CANDIDATE: Final = re.compile(r"\s*(\S+?)(,?)(?=\s|\Z)")


def harmless(events: Iterable[Event], gallery: "Gallery | None" = None) -> list[Event]:
    """The same events, with targets that harm nobody. Raises: OutputError, where the gallery cannot be written."""
    return list(led(events, gallery))


def led(events: Iterable[Event], gallery: "Gallery | None" = None) -> Iterator[Event]:
    """The same, event by event."""
    return _Targets(gallery).led(events)


class _Targets:
    def __init__(self, gallery: "Gallery | None") -> None:
        self._gallery = gallery
        self._pictures = 0
        self._around: list[str] = []  # the names of open media elements

    def led(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            if isinstance(event, EndTag) and self._around and event.name == self._around[-1]:
                self._around.pop()
            if not isinstance(event, StartTag):
                yield event
                continue
            if event.name in _MEDIA or event.name == "picture":
                self._around.append(event.name)
            if self._gallery is not None and event.name == "link" and "stylesheet" in (event.get("rel") or ""):
                continue
            yield self._tag(event) if event.attributes else event

    def _tag(self, tag: StartTag) -> StartTag:
        shown = self._shown(tag) if self._gallery is not None else ""
        kept = (pair for pair in tag.attributes if pair[0] not in _DROPPED)
        return StartTag(tag.name, tuple((name, self._value(tag, name, value, shown)) for name, value in kept))

    def _shown(self, tag: StartTag) -> str:
        """The URL of what an element shows or plays, from the gallery."""
        gallery = self._gallery
        assert gallery is not None
        if tag.name == "track":
            return gallery.subtitles()
        media = tag.name if tag.name in _MEDIA else self._around[-1] if self._around and tag.name == "source" else ""
        if media in _MEDIA:
            return gallery.sound()
        if tag.name in ("img", "source", "input", "link") and any(tag.get(name) for name in ("src", "srcset", "href")):
            self._pictures += 1
            return gallery.picture(*_size(tag, self._pictures), self._pictures)
        return ""

    def _value(self, tag: StartTag, name: str, value: str, shown: str) -> str:
        if _is_loaded(tag, name):
            return shown or _own(value)
        if name in ("srcset", "imagesrcset"):
            return _CANDIDATE.sub(lambda found: _candidate(found, shown), value)
        return self._other(tag, name, value, shown)

    def _other(self, tag: StartTag, name: str, value: str, shown: str) -> str:
        """What is neither loaded nor sent to."""
        if name == "poster":
            return self._gallery.picture(640, 360, len(value)) if self._gallery is not None else _own(value)
        if name in ("method", "formmethod"):
            return "get" if value.lower() == "post" else value
        if name == "type" and shown and tag.name in ("link", "source"):
            return "image/svg+xml" if value.startswith("image/") else value
        if self._gallery is not None and tag.name == "a" and name == "href" and not _ABSOLUTE.match(value):
            return "#"
        return _followed(value) if name in _FOLLOWED or _is_told(tag, name) else value


def _is_loaded(tag: StartTag, name: str) -> bool:
    """Whether an attribute's URL is loaded as the page is."""
    rel = frozenset((tag.get("rel") or "").lower().split())
    return name in ("src", "data", "background") or (name == "href" and tag.name == "link" and bool(rel & _LOADING_LINKS))


def _is_told(tag: StartTag, name: str) -> bool:
    """Whether an attribute that is no link holds a URL."""
    if tag.name == "meta":
        return name == "content" and tag.get("property") in _METAS
    return tag.name == "input" and name == "value" and tag.get("type") == "url"


def _followed(url: str) -> str:
    """A link, to example.com if it led to a host."""
    found = _ABSOLUTE.match(url)
    if found is None or _SAFE.match(url):
        return url
    if found[1] is None:
        return {"mailto": "mailto:name@example.com", "tel": "tel:+1-555-0100"}.get(found[2].lower(), "#")
    return _HOST + _path(url, found.end())


def _own(url: str) -> str:
    """What is loaded, from the page's own host."""
    found = _ABSOLUTE.match(url)
    if found is None:
        return url
    path = _path(url, found.end()).replace(":", "%3A")
    return path if path.startswith("/") else f"/{path}"


def _path(url: str, start: int) -> str:
    """What follows the host; never the beginning of another one."""
    rest = url[start:].lstrip("/\\")
    return rest if rest[:1] in ("?", "#") else f"/{rest}" if rest or url[start:] else ""


def _candidate(found: "re.Match[str]", shown: str) -> str:
    """One word of a list of image candidates: a URL, or how wide or dense it is."""
    word = found[1]
    if re.fullmatch(r"[0-9.]+[xwh]", word):
        return found[0]
    return found[0].replace(word, shown or _own(word))


def _size(tag: StartTag, number: int) -> tuple[int, int]:
    """The size of a picture, in pixels: what the element says, or one of a few."""
    if tag.name == "link":
        return 32, 32
    width, height = _pixels(tag, "width"), _pixels(tag, "height")
    if width and height:
        return width, height
    if width or height:
        return width or height * 4 // 3, height or max(1, width * 3 // 4)
    return _SIZES[number % len(_SIZES)]


def _pixels(tag: StartTag, name: str) -> int:
    value = tag.get(name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0
