"""The vocabulary: every id, what it spells, and what part of markup that is.

Laws: the spellings of a page's tokens, joined, are its canonical text (raw text elements aside, which are spelled escaped).
A text piece never holds `<`, `>`, `"` or a bare `&`: text cannot end early or open a tag by accident.

| kind        | spelled          | meaning                                                       |
|-------------|------------------|---------------------------------------------------------------|
| CONTROL     | `[BOS]` …        | never part of a page                                          |
| BYTE        | one byte         | a character that has no piece, as UTF-8                       |
| DOCTYPE     | `<!DOCTYPE html>`| the one doctype that today's pages have                       |
| START       | `<p>`            | a whole start tag without attributes                          |
| OPEN        | `<p`             | a start tag; attributes follow, then CLOSE or QUOTE_CLOSE      |
| ATTRIBUTE   | ` class="`       | an attribute; its value follows, then QUOTE or QUOTE_CLOSE     |
| PAIR        | ` type="text"`   | an attribute with its whole value                             |
| QUOTE       | `"`              | ends a value; the tag goes on                                 |
| CLOSE       | `>`              | ends a tag after a PAIR or an OPEN, or a spelled end tag       |
| QUOTE_CLOSE | `">`             | ends a value and its tag                                      |
| END         | `</p>`           | an end tag                                                    |
| SPELL_START | `<`              | a start tag whose name follows in text pieces, up to the next structure token or space |
| SPELL_END   | `</`             | an end tag whose name follows in text pieces, then CLOSE       |
| SPELL_VALUE | `="`             | ends a spelled attribute name (which began with the piece ` `), its value follows |
| SPELL_DOCTYPE | `<!DOCTYPE `   | any other doctype: name and identifiers as text, then CLOSE     |
| REFERENCE   | `&lt;`           | an escaped character, in text and values                      |
| TEXT        | ` the`           | a text piece                                                  |
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from functools import cached_property
from typing import Final, NamedTuple, overload

import numpy as np

from htmlgen.errors import VocabularyError
from htmlgen.markup.elements import VOID_IN_PARSER

CONTROLS: Final = ("[PAD]", "[UNK]", "[BOS]", "[EOS]")
REFERENCES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": "\u00a0"}


class Kind(IntEnum):
    """What part of markup a token is; see the table above."""

    CONTROL = 0
    BYTE = 1
    DOCTYPE = 2
    START = 3
    OPEN = 4
    ATTRIBUTE = 5
    PAIR = 6
    QUOTE = 7
    CLOSE = 8
    QUOTE_CLOSE = 9
    END = 10
    SPELL_START = 11
    SPELL_END = 12
    SPELL_VALUE = 13
    SPELL_DOCTYPE = 14
    REFERENCE = 15
    TEXT = 16


_FIXED: Final = {
    "<!DOCTYPE html>": Kind.DOCTYPE,
    '"': Kind.QUOTE,
    ">": Kind.CLOSE,
    '">': Kind.QUOTE_CLOSE,
    "<": Kind.SPELL_START,
    "</": Kind.SPELL_END,
    '="': Kind.SPELL_VALUE,
    "<!DOCTYPE ": Kind.SPELL_DOCTYPE,
}

# Structure tokens that every vocabulary has, whatever it was learned from.
REQUIRED: Final = (*_FIXED, *REFERENCES)


class Token(NamedTuple):
    """One entry of a vocabulary.

    `text` is what it spells ('' for controls and bytes); `name` the element or attribute it names, `value` the value of a PAIR,
    `byte` the byte of a BYTE, else -1.
    """

    id: int
    kind: Kind
    text: str
    name: str = ""
    value: str = ""
    byte: int = -1

    @property
    def is_void(self) -> bool:
        """True for the start tags of void elements."""
        return self.name in VOID_IN_PARSER


# What the other tokens look like, the first that fits; pieces stand here with plain spaces.
_SHAPES: Final = tuple(
    (kind, re.compile(shape))
    for kind, shape in (
        (Kind.ATTRIBUTE, r' (?P<name>[^<>"&=]+)="'),
        (Kind.PAIR, r' (?P<name>[^<>"&=]+)="(?P<value>[^<>"&]*)"'),
        (Kind.END, r'</(?P<name>[^<>"& ]+)>'),
        (Kind.START, r'<(?P<name>[^<>"&/ ]+)>'),
        (Kind.OPEN, r'<(?P<name>[^<>"&/ ]+)'),
    )
)
_BYTE: Final = re.compile("<0x([0-9A-F]{2})>")
_MARKUP: Final = re.compile('[<>"&]')  # what no text piece holds


def token_of(index: int, piece: str) -> Token:
    """The token that a SentencePiece piece spells, `piece` with plain spaces. Raises: VocabularyError, for `<x y>` and the like."""
    if piece in CONTROLS:
        return Token(index, Kind.CONTROL, "")
    if piece and not _MARKUP.search(piece):
        return Token(index, Kind.TEXT, piece)
    if byte := _BYTE.fullmatch(piece):
        return Token(index, Kind.BYTE, "", byte=int(byte[1], 16))
    if (fixed := _FIXED.get(piece, Kind.REFERENCE if piece in REFERENCES else None)) is not None:
        return Token(index, fixed, piece)
    for kind, shape in _SHAPES:
        if found := shape.fullmatch(piece):
            parts = found.groupdict()
            return Token(index, kind, piece, parts.get("name", ""), parts.get("value", ""))
    raise VocabularyError(f"token {index} spells {piece!r}, which is neither markup that htmlgen knows nor a text piece")


class Vocabulary(Sequence[Token]):
    """All tokens by id. Built from the spelling of each piece, so that the tokenizer's one model file holds everything."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._tokens = tuple(token_of(index, piece) for index, piece in enumerate(pieces))
        self._ids = {token.text: token.id for token in self._tokens if token.text}
        if missing := [text for text in (*REQUIRED, " ", "\n") if text not in self._ids]:
            raise VocabularyError(f"the tokenizer model lacks {missing[0]!r} and cannot spell every page; learn one with htmlgen train")
        self._bytes = {token.byte: token.id for token in self._tokens if token.kind is Kind.BYTE}
        if len(self._bytes) != 256:
            raise VocabularyError(f"the tokenizer model has {len(self._bytes)} of 256 byte tokens; learn it with byte fallback")
        self.pad, self.unk, self.bos, self.eos = range(4)

    def __len__(self) -> int:
        return len(self._tokens)

    def __iter__(self) -> Iterator[Token]:
        return iter(self._tokens)

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Token]: ...
    def __getitem__(self, index: int | slice) -> Token | Sequence[Token]:
        return self._tokens[index]

    def find(self, text: str) -> int | None:
        """The id of the token that spells `text`, None where there is none."""
        return self._ids.get(text)

    def id(self, text: str) -> int:
        """The id of a token that must be there. Raises: VocabularyError."""
        if (found := self._ids.get(text)) is None:
            raise VocabularyError(f"no token spells {text!r}")
        return found

    def byte(self, value: int) -> int:
        """The id of the token of one byte, 0 to 255."""
        return self._bytes[value]

    @cached_property
    def kinds(self) -> np.ndarray:
        """(vocab,) int8: the kind of each token."""
        return np.array([token.kind for token in self._tokens], dtype=np.int8)
