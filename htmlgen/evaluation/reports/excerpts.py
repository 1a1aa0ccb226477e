"""The piece of source that a finding is about, safe to show."""

from dataclasses import dataclass
from typing import Final

from htmlgen.evaluation.findings import Finding, Lines

_WIDTH: Final = 72  # characters
_LONGEST: Final = 500  # characters


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of one line of a page, and the place within it that a finding is about; the place may be just behind the piece."""

    source: str
    place: int

    @property
    def caret(self) -> str:
        """What stands below the source on a terminal, and points at the place."""
        from rich.cells import cell_len  # here, as most reports have no carets

        return " " * cell_len(self.source[: self.place]) + "^"


def excerpt(page: str, lines: Lines, finding: Finding) -> Excerpt | None:
    """The source around a finding, within its line; None if the line is blank there."""
    start = lines.starts[finding.line - 1]
    end = lines.starts[finding.line] if finding.line < len(lines.starts) else len(page)
    first = max(start, finding.offset - _WIDTH // 2)
    source = visible(page[first : min(end, first + _WIDTH)].rstrip("\r\n"))
    return Excerpt(source, finding.offset - first) if source.strip() else None


def brief(message: str) -> str:
    """A message of at most `_LONGEST` characters: a page may have names of megabytes. What is left out becomes an ellipsis."""
    half = _LONGEST // 2
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST - half - 1]}…{message[-half:]}"


def visible(text: str) -> str:
    """Text with nothing in it that moves a terminal's cursor, changes its colours, or may not stand in XML; as many characters."""
    spaced = (" " if character.isspace() else character for character in text)
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in spaced)
