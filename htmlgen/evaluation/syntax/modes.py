"""The insertion modes (HTML Standard 13.2.4.1). Their rules are entered by `head_modes`, `body_mode`, `table_modes` and `late_modes`."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from htmlgen.evaluation.syntax.construction import Construction, Mode
from htmlgen.evaluation.syntax.tokenizer import Content
from htmlgen.evaluation.syntax.tokens import SPACE, Tag

INITIAL: Final = Mode("initial")
BEFORE_HTML: Final = Mode("before html")
BEFORE_HEAD: Final = Mode("before head")
IN_HEAD: Final = Mode("in head")
IN_HEAD_NOSCRIPT: Final = Mode("in head noscript")
AFTER_HEAD: Final = Mode("after head")
IN_BODY: Final = Mode("in body")
TEXT: Final = Mode("text")
IN_TABLE: Final = Mode("in table")
IN_CAPTION: Final = Mode("in caption")
IN_COLUMN_GROUP: Final = Mode("in column group")
IN_TABLE_BODY: Final = Mode("in table body")
IN_ROW: Final = Mode("in row")
IN_CELL: Final = Mode("in cell")
IN_TEMPLATE: Final = Mode("in template")
AFTER_BODY: Final = Mode("after body")
IN_FRAMESET: Final = Mode("in frameset")
AFTER_FRAMESET: Final = Mode("after frameset")
AFTER_AFTER_BODY: Final = Mode("after after body")
AFTER_AFTER_FRAMESET: Final = Mode("after after frameset")

# 13.2.4.1, reset the insertion mode appropriately.
_MODE_INSIDE: Final = {
    "tr": IN_ROW,
    "tbody": IN_TABLE_BODY,
    "thead": IN_TABLE_BODY,
    "tfoot": IN_TABLE_BODY,
    "caption": IN_CAPTION,
    "colgroup": IN_COLUMN_GROUP,
    "table": IN_TABLE,
    "body": IN_BODY,
    "frameset": IN_FRAMESET,
}
_MODE_INSIDE_BUT_OUTERMOST: Final = {"td": IN_CELL, "th": IN_CELL, "head": IN_HEAD}

Rule = TypeVar("Rule", bound=Callable[..., None])


def for_names(rules: dict[str, Rule], names: Iterable[str], rule: Rule) -> None:
    """Enter a rule for tags of these names."""
    rules.update(dict.fromkeys(names, rule))


def reset_mode(at: Construction) -> None:
    """Set the insertion mode that the open elements call for."""
    for element in reversed(at.stack):
        last = element is at.stack[0]
        node = at.context if last and at.context is not None else element
        at.count(1)
        if (mode := _mode_inside(at, node.name, last) if node.namespace == "html" else None) is not None:
            at.mode = mode
            return
    at.mode = IN_BODY


def _mode_inside(at: Construction, name: str, last: bool) -> Mode | None:
    if name == "template":
        return at.template_modes[-1]
    if name == "html":
        return BEFORE_HEAD if at.head is None else AFTER_HEAD
    return _MODE_INSIDE.get(name) or (None if last else _MODE_INSIDE_BUT_OUTERMOST.get(name))


def split_space(at: Construction, data: str) -> tuple[str, str]:
    """The white space that text begins with, and the rest, whose offset becomes the present one."""
    rest = data.lstrip(SPACE)
    space = data[: len(data) - len(rest)]
    if rest:
        at.offset = min(at.offset + len(space), at.token_end)
    return space, rest


def leave_to(mode: Mode) -> Callable[[Construction, Tag], None]:
    """A rule for start tags: as another mode has it."""
    return mode.start_tag


def ignore_end_tag(at: Construction, name: str) -> None:
    at.error("stray-end-tag", name)


def ignore_start_tag(at: Construction, tag: Tag) -> None:
    at.error("stray-start-tag", tag.name)


def raw_text(content: Content) -> Callable[[Construction, Tag], None]:
    """A rule for start tags of elements whose content is text of some kind (13.2.6.2)."""

    def rule(at: Construction, tag: Tag) -> None:
        at.insert(tag)
        at.content = content
        at.original_mode = at.mode
        at.mode = TEXT

    return rule
