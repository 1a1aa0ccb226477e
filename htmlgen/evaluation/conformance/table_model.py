"""Do the cells of a table form a table? HTML Standard 4.9.12, forming a table, and its table model errors."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from htmlgen.evaluation.conformance.outline import Found, Outline

_WORK: Final = 300_000   # cells looked at; a table that asks for more is judged no further
_COLUMNS: Final = 1000     # 4.9.11: the most that a cell or a column spans
_ROWS: Final = 65534


@dataclass(slots=True)
class _Span:
    """A cell that goes on in later rows: its columns, and how many more rows it covers; None for all of its group."""

    index: int
    start: int
    end: int
    rows: int | None


@dataclass(slots=True)
class _Table:
    """A table as far as it is read. `anchors` are the columns in which cells begin; `marked` how many columns markup says there are."""

    marked: int
    first: int | None = None
    width: int = 0
    widest: int = -1
    work: int = 0
    anchors: set[int] = field(default_factory=set)


def table_model(page: Outline) -> Iterator[Found]:
    """Cells that overlap or go beyond their row group; rows and columns in which no cell begins; rows of another width."""
    for index in page.all("table"):
        yield from _table(page, index)


def _table(page: Outline, index: int) -> Iterator[Found]:
    columns = list(_columns(page, index))
    table = _Table(sum(span for _, span in columns))
    for group in _groups(page, index):
        yield from _group(page, table, group)
    if table.work <= _WORK and table.first is not None:
        yield from _empty_columns(page, table, columns)


def _columns(page: Outline, table: int) -> Iterator[tuple[int, int]]:
    """What establishes columns: an element, and how many."""
    for group in page.children(table):
        if page.tag(group).name == "colgroup":
            cols = [each for each in page.children(group) if page.tag(each).name == "col"]
            for each in cols or ([group] if page.get(group, "span") else []):
                yield each, _number(page.get(each, "span"), 1, _COLUMNS)


def _groups(page: Outline, table: int) -> Iterator[list[int]]:
    """Rows, row group by row group."""
    loose: list[int] = []
    for child in page.children(table):
        name = page.tag(child).name
        if name == "tr":
            loose.append(child)
        elif name in ("thead", "tbody", "tfoot"):
            if loose:
                yield loose
                loose = []
            yield [each for each in page.children(child) if page.tag(each).name == "tr"]
    yield loose


def _group(page: Outline, table: _Table, rows: list[int]) -> Iterator[Found]:
    above: list[_Span] = []
    for number, row in enumerate(rows, 1):
        begun: list[_Span] = []
        yield from _row(page, table, row, above, begun)
        if table.work > _WORK:
            return
        if not begun:
            yield Found("content/table-row-empty", row, f"row {number} of its row group: no cell begins in it")
        width = max((span.end for span in (*above, *begun)), default=0)
        yield from _width(table, row, width)
        above = [_Span(span.index, span.start, span.end, None if span.rows is None else span.rows - 1) for span in (*above, *begun)]
        above = [span for span in above if span.rows is None or span.rows > 0]
    for span in above:
        if span.rows is not None:
            yield Found("content/table-span", span.index, f"the cell spans {span.rows} more rows than its row group has")


def _row(page: Outline, table: _Table, row: int, above: list[_Span], begun: list[_Span]) -> Iterator[Found]:
    """Place the cells of a row, each in the first column that is free."""
    covered = sorted((span.start, span.end) for span in above)
    column = at = 0
    table.work += len(above)
    for cell in page.children(row):
        if page.tag(cell).name not in ("td", "th"):
            continue
        table.work += 1
        while at < len(covered) and covered[at][0] <= column:
            column = max(column, covered[at][1])
            at += 1
        end = column + _number(page.get(cell, "colspan"), 1, _COLUMNS)
        if at < len(covered) and covered[at][0] < end:
            yield Found("content/table-overlap", cell, "the cell overlaps one that spans rows from above")
        rows = _number(page.get(cell, "rowspan"), 0, _ROWS)
        begun.append(_Span(cell, column, end, rows or None))
        table.anchors.add(column)
        if end > table.width:
            table.width, table.widest = end, cell
        column = end


def _width(table: _Table, row: int, width: int) -> Iterator[Found]:
    if table.first is None:
        table.first = width
    if table.marked and width != table.marked:
        message = f"the row is {width} columns wide, and the table's columns are {table.marked}"
        yield Found("content/table-row-width", row, message)
    elif not table.marked and width != table.first:
        yield Found("content/table-ragged", row, f"the row is {width} columns wide, and the first one {table.first}", "warning")


def _empty_columns(page: Outline, table: _Table, columns: list[tuple[int, int]]) -> Iterator[Found]:
    """Columns in which no cell begins, by what establishes them."""
    start = 0
    for index, span in columns:
        gap = next((each for each in range(start, start + span) if each not in table.anchors), None)
        if gap is not None:
            yield Found("content/table-column-empty", index, f"column {gap + 1} of the table: no cell begins in it")
        start += span
    for one, two in pairwise([*sorted(table.anchors), table.width]):
        if two > one + 1 > start:
            yield Found("content/table-column-empty", table.widest, f"column {one + 2} of the table: no cell begins in it")
            return


def _number(value: str | None, least: int, most: int) -> int:
    """A span as user agents read it: digits after white space, within its limits; 1 where there is none."""
    digits = (value or "").strip(" \t\n\r\f")
    return min(max(int(digits[:6]), least), most) if digits.isascii() and digits.isdigit() else 1
