"""One thing wrong with a page, and the arithmetic between offsets, lines and columns."""

import re
from bisect import bisect_right
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

#: Findings of one kind that are made of a page: parse errors, faults of balance, violations of the grammar.
MOST: Final = 10_000

_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a page. Lines and columns count from 1, the offset from 0, all in characters.

    The offset may be the length of the page: something is missing at its end.
    """

    rule: str  #: stable id, `family/name`: `syntax/unexpected-end-tag`, `balance/unclosed`, `input/too-large`
    message: str
    line: int
    column: int
    offset: int
    severity: Literal["error", "warning"] = "error"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Lines:
    """Where the lines of a page begin. A line ends with LF, CR or CR LF (HTML Standard 13.2.3.5)."""

    def __init__(self, page: str) -> None:
        self.starts = [0, *(end.end() for end in _LINE_END.finditer(page))]
        self.length = len(page)

    def locate(self, offset: int) -> tuple[int, int]:
        """The line and the column, both from 1, of an offset from 0."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def words(self, offset: int) -> str:
        """`line 2, column 7`: how messages speak of an offset."""
        line, column = self.locate(offset)
        return f"line {line}, column {column}"

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column: the inverse of `locate`, never past the end of the page."""
        return min(self.starts[line - 1] + column - 1, self.length)
