"""Rules of single elements and what they hold, which a grammar of content models cannot say."""

from collections.abc import Iterator
from typing import Final

from htmlgen.evaluation.conformance.obsolete import OBSOLETE_ELEMENTS
from htmlgen.evaluation.conformance.outline import Found, Outline

_LABELABLE: Final = ("button", "input", "meter", "output", "progress", "select", "textarea")
_NEEDLESS: Final = {
    "style": frozenset(("text/css",)),
    "script": frozenset(("text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript")),
}


def media_sources(page: Outline) -> Iterator[Found]:
    """4.8.8 and 4.8.9: a media element has src, or source elements; 4.8.10: one track at most is the default."""
    for index in page.all("video", "audio"):
        name = page.tag(index).name
        children = [(each, page.tag(each)) for each in page.children(index)]
        if page.get(index, "src") is not None:
            for each in [each for each, tag in children if tag.name == "source"][:1]:
                yield Found("content/source-beside-src", each, f"<source> in a <{name}> with 'src'")
        defaults = [each for each, tag in children if tag.name == "track" and tag.get("default") is not None]
        for each in defaults[1:]:
            yield Found("content/track-default", each, f"another <track> of the <{name}> is the default")


def server_side_map(page: Outline) -> Iterator[Found]:
    """4.8.3: ismap needs a link around the image."""
    mapped = page.having.get("ismap", ())
    links = page.nearest({each for each in page.all("a") if page.get(each, "href") is not None}) if mapped else ()
    for index in mapped:
        if page.tag(index).name == "img" and links[index] < 0:
            yield Found("content/ismap-outside-link", index, "<img ismap> must stand in an <a> with 'href'")


def term_once(page: Outline) -> Iterator[Found]:
    """4.4.9: in a list of descriptions, each name stands once."""
    for index in page.all("dl"):
        met: set[str] = set()
        for each in _terms(page, index):
            name = " ".join(page.text(each).split())
            if name in met:
                yield Found("content/dt-twice", each, f"the term {name[:60]!r} stands twice in its <dl>", "warning")
            if name:
                met.add(name)


def _terms(page: Outline, index: int) -> Iterator[int]:
    for child in page.children(index):
        name = page.tag(child).name
        for each in page.children(child) if name == "div" else (child,):
            if page.tag(each).name == "dt":
                yield each


def labelled(page: Outline) -> Iterator[Found]:
    """4.10.4: a label with `for` holds no other control than the one it names."""
    targets = {index: target for index in page.all("label") if (target := page.get(index, "for")) is not None}
    around = page.nearest(targets) if targets else []
    for index in page.all(*_LABELABLE) if targets else ():
        target = targets.get(around[index])
        if target is not None and page.get(index, "id") != target and (page.get(index, "type") or "").lower() != "hidden":
            message = f"<{page.tag(index).name}> in a label for '{target[:60]}' does not have that id"
            yield Found("reference/label-for", index, message)


def select_buttons(page: Outline) -> Iterator[Found]:
    """4.10.7: only a drop-down box, with neither `multiple` nor a size above 1, has a button of its own."""
    for index in page.all("select"):
        size = (page.get(index, "size") or ("1" if page.get(index, "multiple") is None else "4")).strip()
        for each in page.children(index) if size != "1" else ():
            if page.tag(each).name == "button":
                yield Found("content/select-button", each, "<button> in a <select> that is no drop-down box")


def column_spans(page: Outline) -> Iterator[Found]:
    """4.9.3: a colgroup with col elements has no span."""
    for index in page.all("colgroup"):
        if page.get(index, "span") is not None and any(page.tag(each).name == "col" for each in page.children(index)):
            yield Found("content/colgroup-span", index, "<colgroup> has 'span' and <col> elements: the span is ignored", "warning")


def obsolete_ruby(page: Outline) -> Iterator[Found]:
    """16.2: bases of ruby stand in the ruby element itself."""
    for index in page.all("rb", "rtc"):
        name = page.tag(index).name
        yield Found("obsolete/ruby", index, f"<{name}> is obsolete: {OBSOLETE_ELEMENTS[name]}", "warning")


def needless_types(page: Outline) -> Iterator[Found]:
    """4.12.1 and 4.2.6: the types of JavaScript and CSS are left out."""
    for index in page.all("script", "style"):
        name, value = page.tag(index).name, (page.get(index, "type") or "").strip().lower()
        if value in _NEEDLESS[name]:
            yield Found("obsolete/type", index, f'type="{value}" of <{name}> says what is so anyway: leave it out', "warning")
