"""What the tokenizer hands to tree construction, and what both report. Offsets count characters from 0."""

from string import ascii_lowercase, ascii_uppercase
from typing import Final, NamedTuple

SPACE: Final = "\t\n\f "  #: ASCII white space; CR became LF before
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)


class ParseError(NamedTuple):
    """A parse error, where it was noticed; `detail` is what its message speaks of, a tag's name mostly.

    `start` is where the element begins that it is about, -1 if that is where it was noticed, or if it is about none.
    """

    code: str
    offset: int
    detail: str = ""
    start: int = -1


class Tag:
    """A start tag as written. Tags that are spelled alike may share one object, so nothing changes it."""

    __slots__ = ("attributes", "name", "self_closing")

    def __init__(self, name: str, attributes: dict[str, str], self_closing: bool = False) -> None:
        self.name = name
        self.attributes = attributes
        self.self_closing = self_closing


class DoctypeToken(NamedTuple):
    """A doctype; what is missing is None."""

    name: str | None
    public_id: str | None = None
    system_id: str | None = None
    force_quirks: bool = False


def lower(name: str) -> str:
    """A name in ASCII lower case."""
    return name.lower() if name.isascii() else name.translate(_LOWER)
