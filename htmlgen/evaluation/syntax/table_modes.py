"""Rules of tables and templates (HTML Standard 13.2.6.4.9 to 13.2.6.4.16)."""

from collections.abc import Callable
from typing import Final

from htmlgen.evaluation.syntax.body_mode import is_hidden
from htmlgen.evaluation.syntax.construction import Construction, Mode
from htmlgen.evaluation.syntax.head_modes import end_template
from htmlgen.evaluation.syntax.modes import (
    IN_BODY,
    IN_CAPTION,
    IN_CELL,
    IN_COLUMN_GROUP,
    IN_HEAD,
    IN_ROW,
    IN_TABLE,
    IN_TABLE_BODY,
    IN_TEMPLATE,
    for_names,
    ignore_end_tag,
    reset_mode,
    split_space,
)
from htmlgen.evaluation.syntax.tables import TABLE_PARTS
from htmlgen.evaluation.syntax.tokens import SPACE, Tag

_SECTIONS: Final = ("tbody", "tfoot", "thead")
_CELLS: Final = ("td", "th")
_METADATA: Final = ("base", "basefont", "bgsound", "link", "meta", "noframes", "script", "style", "template", "title")
_OUTSIDE: Final = ("body", "caption", "col", "colgroup", "html")
_PARTS_OF_A_TABLE: Final = ("caption", "col", "colgroup", *_SECTIONS, "td", "th", "tr")


def _again(at: Construction, tag: Tag) -> None:
    at.mode.start_tag(at, tag)


def _foster(at: Construction, detail: str, rule: Callable[[], None]) -> None:
    """Take a token as in the body, with what it inserts moved out of the table."""
    at.error("content-in-table", detail)
    at.fostering = True
    rule()
    at.fostering = False


# In table, 13.2.6.4.9 and 13.2.6.4.10


def _table_text(at: Construction, data: str) -> None:
    if at.current.name in TABLE_PARTS or at.current.name == "template":
        data = data.replace("\0", "")
        if not data.strip(SPACE):
            if data:
                at.insert_text(data)
            return
    _foster(at, "text", lambda: IN_BODY.text(at, data))


def _table_other_start(at: Construction, tag: Tag) -> None:
    _foster(at, f"<{tag.name}>", lambda: IN_BODY.start_tag(at, tag))


def _table_other_end(at: Construction, name: str) -> None:
    _foster(at, f"</{name}>", lambda: IN_BODY.end_tag(at, name))


def _body_end_of_page(at: Construction) -> None:
    IN_BODY.end_of_page(at)


for _mode in (IN_TABLE, IN_TABLE_BODY, IN_ROW):
    _mode.text, _mode.other_start, _mode.other_end = _table_text, IN_TABLE.start_tag, IN_TABLE.end_tag
    _mode.end_of_page = _body_end_of_page
IN_TABLE.other_start, IN_TABLE.other_end = _table_other_start, _table_other_end


def _caption(at: Construction, tag: Tag) -> None:
    at.clear_back_to(("table",))
    at.mark()
    at.insert(tag)
    at.mode = IN_CAPTION


def _colgroup(at: Construction, tag: Tag) -> None:
    at.clear_back_to(("table",))
    at.insert(tag)
    at.mode = IN_COLUMN_GROUP


def _col(at: Construction, tag: Tag) -> None:
    _colgroup(at, Tag("colgroup", {}))
    _again(at, tag)


def _section(at: Construction, tag: Tag) -> None:
    at.clear_back_to(("table",))
    at.insert(tag)
    at.mode = IN_TABLE_BODY


def _row_of_table(at: Construction, tag: Tag) -> None:
    _section(at, Tag("tbody", {}))
    _again(at, tag)


def _table_in_table(at: Construction, tag: Tag) -> None:
    at.error("nested-element", "table")
    if at.has_in_table_scope("table"):
        at.pop_until("table")
        reset_mode(at)
        _again(at, tag)


def _end_table(at: Construction, name: str) -> None:
    if at.has_in_table_scope("table"):
        at.pop_until("table")
        reset_mode(at)
    else:
        at.error("stray-end-tag", name)


def _input_in_table(at: Construction, tag: Tag) -> None:
    if is_hidden(tag):
        at.error("content-in-table", "<input>")
        at.insert_void(tag)
    else:
        _table_other_start(at, tag)


def _form_in_table(at: Construction, tag: Tag) -> None:
    at.error("content-in-table", "<form>")
    in_template = bool(at.places["template"])
    if at.form is not None and not in_template:
        return
    form = at.insert(tag)
    if not in_template:
        at.form = form
    at.pop()


IN_TABLE.start |= {
    "caption": _caption,
    "colgroup": _colgroup,
    "col": _col,
    "table": _table_in_table,
    "input": _input_in_table,
    "form": _form_in_table,
}
for_names(IN_TABLE.start, _SECTIONS, _section)
for_names(IN_TABLE.start, ("td", "th", "tr"), _row_of_table)
for_names(IN_TABLE.start, ("style", "script", "template"), IN_HEAD.start_tag)
for_names(IN_TABLE.end, (*_OUTSIDE, *_SECTIONS, "td", "th", "tr"), ignore_end_tag)
IN_TABLE.end |= {"table": _end_table, "template": end_template}


# In caption, 13.2.6.4.11


def _leave_caption(at: Construction, name: str) -> bool:
    """End the caption, if there is one in scope."""
    if not at.has_in_table_scope("caption"):
        at.error("stray-end-tag" if name == "caption" else "misplaced-content", name)
        return False
    at.imply_end_tags()
    at.expect("caption")
    at.pop_until("caption")
    at.clear_to_mark()
    at.mode = IN_TABLE
    return True


def _end_caption(at: Construction, name: str) -> None:
    _leave_caption(at, name)


def _caption_then_start(at: Construction, tag: Tag) -> None:
    if _leave_caption(at, tag.name):
        _again(at, tag)


def _caption_then_end(at: Construction, name: str) -> None:
    if _leave_caption(at, name):
        at.mode.end_tag(at, name)


def _as_in_body(mode: Mode) -> None:
    """Enter the body's rules for all that a mode does not know."""
    mode.text, mode.end_of_page = _body_text, _body_end_of_page
    mode.other_start, mode.other_end = IN_BODY.start_tag, IN_BODY.end_tag


def _body_text(at: Construction, data: str) -> None:
    IN_BODY.text(at, data)


_as_in_body(IN_CAPTION)
for_names(IN_CAPTION.start, _PARTS_OF_A_TABLE, _caption_then_start)
for_names(IN_CAPTION.end, ("body", "col", "colgroup", "html", *_SECTIONS, "td", "th", "tr"), ignore_end_tag)
IN_CAPTION.end |= {"caption": _end_caption, "table": _caption_then_end}


# In column group, 13.2.6.4.12


def _leave_column_group(at: Construction, name: str) -> bool:
    if at.current.name != "colgroup":
        at.error("misplaced-content", name)
        return False
    at.pop()
    at.mode = IN_TABLE
    return True


def _column_text(at: Construction, data: str) -> None:
    space, rest = split_space(at, data)
    if space:
        at.insert_text(space)
    if rest and _leave_column_group(at, "text"):
        at.mode.text(at, rest)


def _column_other_start(at: Construction, tag: Tag) -> None:
    if _leave_column_group(at, tag.name):
        _again(at, tag)


def _column_other_end(at: Construction, name: str) -> None:
    if _leave_column_group(at, name):
        at.mode.end_tag(at, name)


def _end_colgroup(at: Construction, name: str) -> None:
    _leave_column_group(at, name)


IN_COLUMN_GROUP.text, IN_COLUMN_GROUP.end_of_page = _column_text, _body_end_of_page
IN_COLUMN_GROUP.other_start, IN_COLUMN_GROUP.other_end = _column_other_start, _column_other_end
IN_COLUMN_GROUP.start |= {"html": IN_BODY.start_tag, "col": Construction.insert_void, "template": IN_HEAD.start_tag}
IN_COLUMN_GROUP.end |= {"colgroup": _end_colgroup, "col": ignore_end_tag, "template": end_template}


# In table body, 13.2.6.4.13


def _row(at: Construction, tag: Tag) -> None:
    at.clear_back_to(_SECTIONS)
    at.insert(tag)
    at.mode = IN_ROW


def _cell_without_row(at: Construction, tag: Tag) -> None:
    at.error("missing-row", tag.name)
    _row(at, Tag("tr", {}))
    _again(at, tag)


def _leave_section(at: Construction, name: str) -> bool:
    if not at.has_in_table_scope(*_SECTIONS):
        at.error("misplaced-content", name)
        return False
    at.clear_back_to(_SECTIONS)
    at.pop()
    at.mode = IN_TABLE
    return True


def _section_then_start(at: Construction, tag: Tag) -> None:
    if _leave_section(at, tag.name):
        _again(at, tag)


def _section_then_end(at: Construction, name: str) -> None:
    if _leave_section(at, name):
        at.mode.end_tag(at, name)


def _end_section(at: Construction, name: str) -> None:
    if at.has_in_table_scope(name):
        _leave_section(at, name)
    else:
        at.error("stray-end-tag", name)


IN_TABLE_BODY.start["tr"] = _row
for_names(IN_TABLE_BODY.start, _CELLS, _cell_without_row)
for_names(IN_TABLE_BODY.start, ("caption", "col", "colgroup", *_SECTIONS), _section_then_start)
for_names(IN_TABLE_BODY.end, _SECTIONS, _end_section)
for_names(IN_TABLE_BODY.end, (*_OUTSIDE, "td", "th", "tr"), ignore_end_tag)
IN_TABLE_BODY.end["table"] = _section_then_end


# In row, 13.2.6.4.14


def _cell(at: Construction, tag: Tag) -> None:
    at.clear_back_to(("tr",))
    at.insert(tag)
    at.mode = IN_CELL
    at.mark()


def _leave_row(at: Construction, name: str) -> bool:
    if not at.has_in_table_scope("tr"):
        at.error("stray-end-tag" if name == "tr" else "misplaced-content", name)
        return False
    at.clear_back_to(("tr",))
    at.pop()
    at.mode = IN_TABLE_BODY
    return True


def _end_row(at: Construction, name: str) -> None:
    _leave_row(at, name)


def _row_then_start(at: Construction, tag: Tag) -> None:
    if _leave_row(at, tag.name):
        _again(at, tag)


def _row_then_end(at: Construction, name: str) -> None:
    if _leave_row(at, name):
        at.mode.end_tag(at, name)


def _row_then_end_section(at: Construction, name: str) -> None:
    if not at.has_in_table_scope(name):
        at.error("stray-end-tag", name)
    elif at.has_in_table_scope("tr"):
        _row_then_end(at, name)


for_names(IN_ROW.start, _CELLS, _cell)
for_names(IN_ROW.start, ("caption", "col", "colgroup", *_SECTIONS, "tr"), _row_then_start)
for_names(IN_ROW.end, _SECTIONS, _row_then_end_section)
for_names(IN_ROW.end, (*_OUTSIDE, "td", "th"), ignore_end_tag)
IN_ROW.end |= {"tr": _end_row, "table": _row_then_end}


# In cell, 13.2.6.4.15


def _close_cell(at: Construction) -> None:
    at.imply_end_tags()
    at.expect(*_CELLS)
    at.pop_to(at.innermost(_CELLS))
    at.clear_to_mark()
    at.mode = IN_ROW


def _end_cell(at: Construction, name: str) -> None:
    if not at.has_in_table_scope(name):
        at.error("stray-end-tag", name)
        return
    at.close(name)
    at.clear_to_mark()
    at.mode = IN_ROW


def _cell_then_start(at: Construction, tag: Tag) -> None:
    if not at.has_in_table_scope(*_CELLS):
        at.error("misplaced-content", tag.name)
        return
    _close_cell(at)
    _again(at, tag)


def _cell_then_end(at: Construction, name: str) -> None:
    if not at.has_in_table_scope(name):
        at.error("stray-end-tag", name)
        return
    _close_cell(at)
    at.mode.end_tag(at, name)


_as_in_body(IN_CELL)
for_names(IN_CELL.start, _PARTS_OF_A_TABLE, _cell_then_start)
for_names(IN_CELL.end, _CELLS, _end_cell)
for_names(IN_CELL.end, _OUTSIDE, ignore_end_tag)
for_names(IN_CELL.end, ("table", *_SECTIONS, "tr"), _cell_then_end)


# In template, 13.2.6.4.16


def _in_template(mode: Mode) -> Callable[[Construction, Tag], None]:
    """A rule: a template that holds such a start tag is read in another mode."""

    def start(at: Construction, tag: Tag) -> None:
        at.template_modes[-1] = mode
        at.mode = mode
        _again(at, tag)

    return start


def _page_ends_in_template(at: Construction) -> None:
    if not at.places["template"]:
        return
    while at.places["template"]:
        at.fault("unclosed-element", at.stack[at.places["template"][-1]])
        at.pop_until("template")
        at.clear_to_mark()
        at.template_modes.pop()
    reset_mode(at)
    at.mode.end_of_page(at)


_as_in_body(IN_TEMPLATE)
IN_TEMPLATE.other_start, IN_TEMPLATE.other_end = _in_template(IN_BODY), ignore_end_tag
IN_TEMPLATE.end_of_page = _page_ends_in_template
for_names(IN_TEMPLATE.start, _METADATA, IN_HEAD.start_tag)
for_names(IN_TEMPLATE.start, ("caption", "colgroup", *_SECTIONS), _in_template(IN_TABLE))
for_names(IN_TEMPLATE.start, ("td", "th"), _in_template(IN_ROW))
IN_TEMPLATE.start |= {"col": _in_template(IN_COLUMN_GROUP), "tr": _in_template(IN_TABLE_BODY)}
IN_TEMPLATE.end["template"] = end_template
