"""Rules of whole documents and of sectioning, which no grammar says: HTML Standard 4.2, 4.3 and 6.7."""

from collections.abc import Iterator
from typing import Final

from htmlgen.evaluation.conformance.outline import Found, Outline
from htmlgen.markup.elements import HEADING

_LEVELS: Final = tuple(sorted(HEADING))
_SAYING: Final = ("img", "svg", "math", "input", "slot", "object", "video", "canvas")  # what may say something without text


def base_first(page: Outline) -> Iterator[Found]:
    """4.2.3: a base element comes before what has URLs."""
    earlier = page.all("link", "script")[:1]
    for index in page.all("base"):
        if earlier and earlier[0] < index:
            name = page.tag(earlier[0]).name
            yield Found("document/base-late", index, f"<base> comes after a <{name}>: it must stand before what it applies to")


def encoding_once(page: Outline) -> Iterator[Found]:
    """4.2.5.4: the encoding is declared once, in one of the two ways."""
    metas = page.all("meta")
    declared = [each for each in metas if page.get(each, "charset") is not None]
    pragmas = [each for each in metas if (page.get(each, "http-equiv") or "").lower() == "content-type"]
    if declared and pragmas:
        yield Found("document/charset-twice", max(declared[0], pragmas[0]), "the encoding is declared with charset and with http-equiv")


def description_once(page: Outline) -> Iterator[Found]:
    """4.2.5.1: there is one description (of each language or medium)."""
    named = [each for each in page.all("meta") if (page.get(each, "name") or "").lower() == "description"]
    for index in named[1:]:
        yield Found("document/description-twice", index, 'the document has more than one <meta name="description">')


def language(page: Outline) -> Iterator[Found]:
    """3.2.6.2: a document says its language on its root."""
    for index in () if page.fragment else page.all("html")[:1]:
        if page.get(index, "lang") is None:
            yield Found("document/lang-missing", index, "<html> has no attribute 'lang': say the language of the document", "warning")


def autofocus_once(page: Outline) -> Iterator[Found]:
    """6.6.7: one element takes the focus, in the document and in each dialog and popover."""
    borne = page.having.get("autofocus", ())
    if len(borne) < 2:
        return
    scopes = page.nearest({*page.all("dialog"), *page.having.get("popover", ())})
    met: set[int] = set()
    for index in borne:
        if scopes[index] in met:
            yield Found("document/autofocus-twice", index, "another element with 'autofocus' has the same scope")
        met.add(scopes[index])


def headings(page: Outline) -> Iterator[Found]:
    """4.3.6 and 4.3.11: headings say something, and sections have one."""
    for index in page.all(*_LEVELS):
        if page.blank(index) and not page.holds(index, *_SAYING):
            yield Found("document/heading-empty", index, f"<{page.tag(index).name}> is empty", "warning")
    for index in page.all("section", "article"):
        if not page.holds(index, *_LEVELS) and not any(page.get(index, name) for name in ("aria-label", "aria-labelledby")):
            name = page.tag(index).name
            yield Found("document/section-without-heading", index, f"<{name}> has no heading; give it one, or use a <div>", "warning")


def heading_levels(page: Outline) -> Iterator[Found]:
    """4.3.11.2: each heading is at most one level deeper than the one before, offsets counted."""
    offsets = _offsets(page)
    before = 0
    for index in page.all(*_LEVELS):
        level = min(int(page.tag(index).name[1]) + offsets[index], 9)
        if before and level > before + 1:
            message = f"<{page.tag(index).name}> is a heading of level {level} after one of level {before}"
            yield Found("document/heading-skipped", index, message)
        before = level


def _offsets(page: Outline) -> list[int]:
    """4.3.11.1, for every event: the sum of the offsets around, from the last element on that resets."""
    own = {index: _number(page.get(index, "headingoffset")) for index in page.having.get("headingoffset", ())}
    resets = set(page.having.get("headingreset", ()))
    found: list[int] = []
    for index, parent in enumerate(page.parents):
        around = found[parent] if parent >= 0 and index not in resets else 0
        found.append(around + own.get(index, 0))
    return found


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 3 else 0
