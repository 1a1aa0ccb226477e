"""Rules behind the body, and of framesets (HTML Standard 13.2.6.4.17 to 13.2.6.4.21)."""

from htmlgen.evaluation.syntax.construction import Construction, Mode
from htmlgen.evaluation.syntax.modes import (
    AFTER_AFTER_BODY,
    AFTER_AFTER_FRAMESET,
    AFTER_BODY,
    AFTER_FRAMESET,
    IN_BODY,
    IN_FRAMESET,
    IN_HEAD,
    ignore_end_tag,
    ignore_start_tag,
    split_space,
)
from htmlgen.evaluation.syntax.tokens import SPACE, Tag


def _stop(at: Construction) -> None:
    """The page may end here."""


# Behind the body: white space goes into it, and all else leads back to it.


def _late_text(at: Construction, data: str) -> None:
    space, rest = split_space(at, data)
    if space:
        IN_BODY.text(at, space)
    if rest:
        _back(at, "text")
        IN_BODY.text(at, rest)


def _late_start(at: Construction, tag: Tag) -> None:
    _back(at, f"<{tag.name}>")
    IN_BODY.start_tag(at, tag)


def _late_end(at: Construction, name: str) -> None:
    _back(at, f"</{name}>")
    IN_BODY.end_tag(at, name)


def _back(at: Construction, detail: str) -> None:
    at.error("content-after-body", detail)
    at.mode = IN_BODY


def _end_html_after_body(at: Construction, name: str) -> None:
    if at.context is not None:
        at.error("stray-end-tag", name)
    else:
        at.mode = AFTER_AFTER_BODY


for _mode in (AFTER_BODY, AFTER_AFTER_BODY):
    _mode.text, _mode.other_start, _mode.other_end, _mode.end_of_page = _late_text, _late_start, _late_end, _stop
    _mode.start["html"] = IN_BODY.start_tag
AFTER_BODY.end["html"] = _end_html_after_body


# Framesets


def _space_alone(at: Construction, data: str) -> None:
    space = "".join(character for character in data if character in SPACE)
    if space:
        at.insert_text(space)
    if len(space) < len(data):
        at.error("misplaced-content", "text")


def _nested_frameset(at: Construction, tag: Tag) -> None:
    at.insert(tag)


def _end_frameset(at: Construction, name: str) -> None:
    if len(at.stack) == 1:
        at.error("stray-end-tag", name)
        return
    at.pop()
    if at.context is None and at.current.name != "frameset":
        at.mode = AFTER_FRAMESET


def _frameset_end_of_page(at: Construction) -> None:
    if len(at.stack) > 1:
        at.fault("unclosed-element", at.current)


def _end_html_after_frameset(at: Construction, _: str) -> None:
    at.mode = AFTER_AFTER_FRAMESET


def _body_text_of_space(at: Construction, data: str) -> None:
    space = "".join(character for character in data if character in SPACE)
    if space:
        IN_BODY.text(at, space)
    if len(space) < len(data):
        at.error("misplaced-content", "text")


def _frames(mode: Mode) -> None:
    mode.text, mode.other_start, mode.other_end, mode.end_of_page = _space_alone, ignore_start_tag, ignore_end_tag, _stop
    mode.start |= {"html": IN_BODY.start_tag, "noframes": IN_HEAD.start_tag}


_frames(IN_FRAMESET)
IN_FRAMESET.start |= {"frameset": _nested_frameset, "frame": Construction.insert_void}
IN_FRAMESET.end["frameset"] = _end_frameset
IN_FRAMESET.end_of_page = _frameset_end_of_page
_frames(AFTER_FRAMESET)
AFTER_FRAMESET.end["html"] = _end_html_after_frameset
_frames(AFTER_AFTER_FRAMESET)
AFTER_AFTER_FRAMESET.text = _body_text_of_space
