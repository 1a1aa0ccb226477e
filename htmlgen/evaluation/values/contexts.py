"""Attributes that hang on other elements: the sources of a picture, the options of a select, data in scripts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from htmlgen.evaluation.values.script_data import import_map_problem, speculation_rules_problem
from htmlgen.evaluation.values.value_finding import ValueFinding
from htmlgen.markup.events import EndTag, StartTag, Text

_SCRIPTS: Final = {"importmap": import_map_problem, "speculationrules": speculation_rules_problem}
_SPACE: Final = " \t\n\f\r"
_WIDTH: Final = re.compile(r"\s[0-9]+w\s*(?:,|$)")
_WATCHED: Final = frozenset(("picture", "select", "script"))


@dataclass(slots=True)
class _Option:
    """An option of a select: its event, its tag, its text, and whether a group is around it."""

    index: int
    tag: StartTag
    grouped: bool
    text: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Open:
    """An open element that is asked about when it ends, and what it holds, in order."""

    index: int
    tag: StartTag
    images: list[tuple[int, StartTag]] = field(default_factory=list)
    options: list[_Option] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    groups: int = 0  #: open optgroup elements in it
    buttons: list[int] = field(default_factory=list)  #: events of what opens it


@dataclass(slots=True)
class Contexts:
    """The walk over a page: `start`, `text` and `end` as the events come."""

    open: list[_Open] = field(default_factory=list)

    def start(self, index: int, tag: StartTag) -> None:
        if self.open:
            holder = self.open[-1]
            if tag.name in ("source", "img"):
                holder.images.append((index, tag))
            elif tag.name == "option":
                holder.options.append(_Option(index, tag, holder.groups > 0))
            elif tag.name == "button":
                holder.buttons.append(index)
            holder.groups += tag.name == "optgroup"
        if tag.name in _WATCHED:
            self.open.append(_Open(index, tag))

    def text(self, text: Text) -> None:
        if self.open:
            holder = self.open[-1]
            (holder.options[-1].text if holder.options else holder.text).append(text.data)

    def end(self, tag: EndTag) -> Iterator[ValueFinding]:
        if self.open and tag.name == "optgroup":
            self.open[-1].groups -= 1
        if self.open and self.open[-1].tag.name == tag.name:
            yield from _ENDS[tag.name](self.open.pop())


def _picture(ended: _Open) -> Iterator[ValueFinding]:
    """HTML Standard 4.8.2: a source that always matches hides those after it."""
    for place, (index, tag) in enumerate(ended.images):
        follows = any(other.name == "source" or other.get("srcset") is not None for _, other in ended.images[place + 1 : place + 2])
        media = (tag.get("media") or "").strip(_SPACE).lower()
        if tag.name != "source" or not follows or tag.get("type") is not None or media not in ("", "all"):
            continue
        shown = f'media="{tag.get("media")}" matches always' if tag.get("media") is not None else "it has neither media nor type"
        message = f"<source> hides the images after it, as {shown}; give it a media condition or a type"
        yield ValueFinding(index, "attribute/source-condition", message, "media")
    yield from _source_sizes(ended.images)


def _source_sizes(images: list[tuple[int, StartTag]]) -> Iterator[ValueFinding]:
    """HTML Standard 4.8.2: widths need sizes, unless the img is loaded lazily, which makes them `auto`."""
    shown = next((tag for _, tag in images if tag.name == "img"), StartTag("img"))
    lazy = (shown.get("loading") or "").lower() == "lazy" and (shown.get("sizes") or "auto").strip(_SPACE).lower().startswith("auto")
    for index, tag in images:
        if tag.name == "source" and tag.get("sizes") is None and not lazy and _WIDTH.search(tag.get("srcset") or ""):
            message = "<source> has images with widths (480w), so that it needs sizes"
            yield ValueFinding(index, "attribute/source-sizes", message, "sizes")


def _select(ended: _Open) -> Iterator[ValueFinding]:
    """HTML Standard 4.10.7: one selected option, and a placeholder where something must be chosen."""
    size = (ended.tag.get("size") or "").strip(_SPACE)
    if ended.buttons and (size not in ("", "1") or (ended.tag.get("multiple") is not None and size != "1")):
        message = "a <button> opens a <select> that drops down; this one shows several options, so that it needs none"
        yield ValueFinding(ended.buttons[0], "attribute/select-button", message)
    if ended.tag.get("multiple") is not None:
        return
    selected = [option for option in ended.options if option.tag.get("selected") is not None]
    for option in selected[1:]:
        message = "another option of this <select> is selected, too; it takes several only with the attribute multiple"
        yield ValueFinding(option.index, "attribute/one-selected", message, "selected")
    if ended.tag.get("required") is not None and size in ("", "1"):
        yield from _placeholder(ended)


def _placeholder(ended: _Open) -> Iterator[ValueFinding]:
    if not ended.options:
        message = "a required <select> needs an option, the first one with an empty value"
        yield ValueFinding(ended.index, "attribute/placeholder-option", message, "required")
        return
    first = ended.options[0]
    value = first.tag.get("value")
    shown = "".join(first.text).strip(_SPACE) if value is None else value
    if shown or first.grouped:
        where = "in no group and with an empty value" if first.grouped else "with an empty value"
        message = f'the first option of a required <select> is a placeholder, {where}: <option value="">Choose …</option>'
        yield ValueFinding(first.index, "attribute/placeholder-option", message, "value")


def _script(ended: _Open) -> Iterator[ValueFinding]:
    judge = _SCRIPTS.get((ended.tag.get("type") or "").strip(_SPACE).lower())
    if judge and ended.tag.get("src") is None and (wrong := judge("".join(ended.text))):
        yield ValueFinding(ended.index, "value/script-data", wrong)


_ENDS: Final = {"picture": _picture, "select": _select, "script": _script}
