"""Rules before the body (HTML Standard 13.2.6.4.1 to 13.2.6.4.6), and of text (13.2.6.4.8)."""

from collections.abc import Callable
from typing import Final

from htmlgen.evaluation.syntax.construction import Construction, Mode
from htmlgen.evaluation.syntax.modes import (
    AFTER_HEAD,
    BEFORE_HEAD,
    BEFORE_HTML,
    IN_BODY,
    IN_FRAMESET,
    IN_HEAD,
    IN_HEAD_NOSCRIPT,
    IN_TEMPLATE,
    INITIAL,
    TEXT,
    for_names,
    ignore_end_tag,
    ignore_start_tag,
    raw_text,
    reset_mode,
    split_space,
)
from htmlgen.evaluation.syntax.tokens import Tag
from htmlgen.evaluation.syntax.tree import Element

_METADATA: Final = ("base", "basefont", "bgsound", "link", "meta", "noframes", "script", "style", "template", "title")
_IN_NOSCRIPT: Final = ("basefont", "bgsound", "link", "meta", "noframes", "style")
_END_BODY_OR_HTML: Final = ("body", "html", "br")


def _leaves(mode: Mode, leave: Callable[[Construction], None], *, keeps_space: bool, lenient: bool) -> None:
    """Enter the rules of a mode that whatever it does not know leaves: text, tags, the end of the page.

    Args: leave, brings about the next mode; keeps_space, whether white space is inserted, or dropped; lenient, whether only end tags
    of `body`, `html`, `br` leave it.
    """

    def text(at: Construction, data: str) -> None:
        space, rest = split_space(at, data)
        if space and keeps_space:
            at.insert_text(space)
        if rest:
            leave(at)
            at.mode.text(at, rest)

    def start(at: Construction, tag: Tag) -> None:
        leave(at)
        at.mode.start_tag(at, tag)

    def end(at: Construction, name: str) -> None:
        leave(at)
        at.mode.end_tag(at, name)

    def end_of_page(at: Construction) -> None:
        leave(at)
        at.mode.end_of_page(at)

    mode.text, mode.other_start, mode.end_of_page = text, start, end_of_page
    mode.other_end = ignore_end_tag if lenient else end
    if lenient:
        for_names(mode.end, _END_BODY_OR_HTML, end)


def _leave_initial(at: Construction) -> None:
    if at.context is None:
        at.error("missing-doctype")
        at.quirks = True
    at.mode = BEFORE_HTML


def _leave_before_html(at: Construction) -> None:
    _open_html(at, Tag("html", {}))


def _open_html(at: Construction, tag: Tag) -> None:
    element = Element("html", "html", tag.attributes, at.offset, at.length)
    at.document.adopt(element)
    at.push(element)
    at.mode = BEFORE_HEAD


def _leave_before_head(at: Construction) -> None:
    _open_head(at, Tag("head", {}))


def _open_head(at: Construction, tag: Tag) -> None:
    at.head = at.insert(tag)
    at.mode = IN_HEAD


def _leave_head(at: Construction) -> None:
    at.pop()
    at.mode = AFTER_HEAD


def _leave_noscript(at: Construction) -> None:
    at.error("misplaced-content", "noscript")
    at.pop()
    at.mode = IN_HEAD


def _leave_after_head(at: Construction) -> None:
    at.insert_implied("body")
    at.mode = IN_BODY


_leaves(INITIAL, _leave_initial, keeps_space=False, lenient=False)
_leaves(BEFORE_HTML, _leave_before_html, keeps_space=False, lenient=True)
_leaves(BEFORE_HEAD, _leave_before_head, keeps_space=False, lenient=True)
_leaves(IN_HEAD, _leave_head, keeps_space=True, lenient=True)
_leaves(IN_HEAD_NOSCRIPT, _leave_noscript, keeps_space=True, lenient=True)
_leaves(AFTER_HEAD, _leave_after_head, keeps_space=True, lenient=True)


def _end_of(mode: Mode, name: str, leave: Callable[[Construction], None]) -> None:
    def end(at: Construction, _: str) -> None:
        leave(at)

    mode.end[name] = end


def _pop_to_head(at: Construction) -> None:
    at.pop()
    at.mode = IN_HEAD


def _open_head_then_end(at: Construction, name: str) -> None:
    _leave_before_head(at)
    at.mode.end_tag(at, name)


def _open_html_then_end(at: Construction, name: str) -> None:
    _leave_before_html(at)
    at.mode.end_tag(at, name)


BEFORE_HTML.start["html"] = _open_html
BEFORE_HTML.end["head"] = _open_html_then_end
BEFORE_HEAD.start["head"] = _open_head
BEFORE_HEAD.end["head"] = _open_head_then_end
_end_of(IN_HEAD, "head", _leave_head)
_end_of(IN_HEAD_NOSCRIPT, "noscript", _pop_to_head)
IN_HEAD_NOSCRIPT.end.pop("body"), IN_HEAD_NOSCRIPT.end.pop("html")


def _open_noscript(at: Construction, tag: Tag) -> None:
    at.insert(tag)
    at.mode = IN_HEAD_NOSCRIPT


def _start_template(at: Construction, tag: Tag) -> None:
    at.insert(tag)
    at.mark()
    at.frameset_ok = False
    at.mode = IN_TEMPLATE
    at.template_modes.append(IN_TEMPLATE)


def end_template(at: Construction, name: str) -> None:
    if not at.places["template"]:
        at.error("stray-end-tag", name)
        return
    at.imply_end_tags_thoroughly()
    at.expect("template")
    at.pop_until("template")
    at.clear_to_mark()
    at.template_modes.pop()
    reset_mode(at)


for_names(IN_HEAD.start, ("base", "basefont", "bgsound", "link", "meta"), Construction.insert_void)
IN_HEAD.start |= {
    "title": raw_text("rcdata"),
    "noframes": raw_text("rawtext"),
    "style": raw_text("rawtext"),
    "script": raw_text("script"),
    "noscript": _open_noscript,
    "template": _start_template,
    "head": ignore_start_tag,
}
IN_HEAD.end["template"] = end_template

for_names(IN_HEAD_NOSCRIPT.start, _IN_NOSCRIPT, IN_HEAD.start_tag)
for_names(IN_HEAD_NOSCRIPT.start, ("head", "noscript"), ignore_start_tag)


def _open_body(at: Construction, tag: Tag) -> None:
    at.insert(tag)
    at.frameset_ok = False
    at.mode = IN_BODY


def _open_frameset(at: Construction, tag: Tag) -> None:
    at.insert(tag)
    at.mode = IN_FRAMESET


def _metadata_after_head(at: Construction, tag: Tag) -> None:
    """13.2.6.4.6: it goes into the head after all."""
    at.error("metadata-after-head", tag.name)
    assert at.head is not None
    at.push(at.head)
    IN_HEAD.start_tag(at, tag)
    _forget_head(at, at.head)


def _forget_head(at: Construction, head: Element) -> None:
    """Take the head off the stack, which may have an element above it."""
    end = head.end
    at.remove_from_stack(head)
    head.end = end


AFTER_HEAD.start |= {"body": _open_body, "frameset": _open_frameset, "head": ignore_start_tag}
AFTER_HEAD.end["template"] = end_template
for_names(AFTER_HEAD.start, _METADATA, _metadata_after_head)
for _mode in (BEFORE_HEAD, IN_HEAD, IN_HEAD_NOSCRIPT, AFTER_HEAD):
    _mode.start["html"] = IN_BODY.start_tag


def _text(at: Construction, data: str) -> None:
    at.insert_text(data)


def _end_text(at: Construction, _: str) -> None:
    at.pop()
    at.mode = at.original_mode


def _page_ends_in_text(at: Construction) -> None:
    at.fault("unclosed-element", at.current)
    at.pop()
    at.mode = at.original_mode
    at.mode.end_of_page(at)


TEXT.text, TEXT.other_start, TEXT.other_end, TEXT.end_of_page = _text, ignore_start_tag, _end_text, _page_ends_in_text
