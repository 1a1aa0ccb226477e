"""Text of a grammar file → lexemes, each with its offset; and the one way to say that a file is not what it should be.

Law: the lexemes, comments and white space of a file, joined, are the file.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final, NoReturn

from htmlgen.errors import GrammarSyntaxError
from htmlgen.relaxng.limits import Place

_KEYWORDS: Final = (
    "attribute default datatypes div element empty external grammar include inherit list mixed namespace notAllowed parent "
    "start string text token"
)
KEYWORDS: Final = frozenset(_KEYWORDS.split())

_NCNAME = r"[A-Za-z_\u00c0-\uffff][\w.\-\u00b7]*"
_LEXEME = re.compile(
    rf"""(?P<space>[ \t\r\n]+)
    | (?P<doc>\#\#[^\n]*)
    | (?P<comment>\#[^\n]*)
    | (?P<literal>\"\"\"(?:\"\"?(?!\")|[^\"])*\"\"\" | '''(?:''?(?!')|[^'])*''' | "[^"\n]*" | '[^'\n]*')
    | (?P<anyname>{_NCNAME}:\*)
    | (?P<cname>{_NCNAME}:{_NCNAME})
    | (?P<quoted>\\{_NCNAME})
    | (?P<name>{_NCNAME})
    | (?P<operator>\|=|&=|>>|[={{}}\[\]()|,&?*+~\-])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\x+\{([0-9A-Fa-f]{1,6})\}")
_DESCRIPTION: Final = {"end": "the end of the file", "doc": "a ## comment"}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a file. `kind` is `keyword`, `name`, `quoted`, `cname`, `anyname`, `literal`, `doc`, `operator` or `end`.

    `text` is what is meant: a literal without its quotes, a name without its backslash, escapes replaced.
    """

    kind: str
    text: str
    start: int

    def __str__(self) -> str:
        if self.kind in ("end", "doc"):
            return _DESCRIPTION[self.kind]
        if self.kind == "literal":
            return f'the string "{self.text}"' if len(self.text) <= 40 else f'the string "{self.text[:40]}…"'
        return f"'{self.text}'"


@dataclass(slots=True)
class FileText:
    """A file's name and text, which turns offsets into places."""

    name: str
    text: str
    line_starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, offset: int) -> Place:
        """The line and column of an offset, from 1."""
        line = bisect_right(self.line_starts, offset)
        return Place(self.name, line, offset - self.line_starts[line - 1] + 1)

    def fail(self, offset: int, message: str) -> NoReturn:
        """Raise a `GrammarSyntaxError` with place, message, source line and caret."""
        place = self.place(offset)
        line = self.text[self.line_starts[place.line - 1] :].split("\n", 1)[0].rstrip("\r")
        left = max(0, place.column - 100)
        shown = line[left : left + 140].replace("\t", " ")
        raise GrammarSyntaxError(f"{place}: {message}\n    {shown}\n    {' ' * (place.column - 1 - left)}^")


def lex(file: FileText) -> tuple[list[Lexeme], list[tuple[Place, str]]]:
    """The lexemes of a file, ended by one of kind `end`; and its plain comments with their places.

    Raises: GrammarSyntaxError, where no lexeme begins.
    """
    lexemes: list[Lexeme] = []
    comments: list[tuple[Place, str]] = []
    position = 0
    while position < len(file.text):
        match = _LEXEME.match(file.text, position)
        if match is None:
            _refuse(file, position)
        kind = str(match.lastgroup)
        if kind == "comment":
            comments.append((file.place(position), match.group().lstrip("# ").rstrip()))
        elif kind != "space":
            lexemes.append(_lexeme(file, kind, match.group(), position))
        position = match.end()
    lexemes.append(Lexeme("end", "", len(file.text)))
    return lexemes, comments


def _lexeme(file: FileText, kind: str, text: str, start: int) -> Lexeme:
    if kind == "literal":
        quotes = 3 if text[:3] in ('"""', "'''") else 1
        return Lexeme(kind, _unescape(file, text[quotes:-quotes], start), start)
    if kind == "quoted":
        return Lexeme(kind, text[1:], start)
    if kind == "doc":
        return Lexeme(kind, text.lstrip("#").strip(), start)
    return Lexeme("keyword" if text in KEYWORDS else kind, text, start)


def _unescape(file: FileText, text: str, start: int) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match.group(1), 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000 or code == 0:
            file.fail(start, f"expected a character, found {match.group()}")
        return chr(code)

    return _ESCAPE.sub(character, text)


def _refuse(file: FileText, position: int) -> NoReturn:
    found = file.text[position]
    if found in "\"'":
        file.fail(position, f"expected a closing {found}, found the end of the {'line' if chr(10) in file.text[position:] else 'file'}")
    file.fail(position, f"expected a name, a string or an operator, found {found!r}")
