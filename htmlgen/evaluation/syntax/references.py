"""Character references (HTML Standard 13.2.5.72 to 13.2.5.80), and characters that may not stand in a page (13.2.3.5)."""

import re
from collections.abc import Iterator
from html.entities import html5 as NAMED  # noqa: N812
from typing import Final

from htmlgen.evaluation.syntax.tokens import REPLACEMENT, ParseError

_NAMED: Final = re.compile("[A-Za-z][A-Za-z0-9]*+;?+")
_NUMERIC: Final = re.compile("#(?:([xX])([0-9A-Fa-f]*+)|([0-9]*+))(;?+)")
_LONGEST: Final = max(map(len, NAMED))
_SHORTEST: Final = min(map(len, NAMED))
_TOO_LARGE: Final = 0x110000
_TOO_LONG: Final = 12  # digits; `int` refuses numbers of very many

# 13.2.5.80: what references to C1 controls stand for, by Windows-1252.
_WINDOWS: Final = {
    number: character
    for number in range(0x80, 0xA0)
    if (character := bytes([number]).decode("cp1252", "ignore"))
}

_PLANES: Final = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_NONCHARACTER: Final = f"\ufdd0-\ufdef{_PLANES}"
_CONTROL: Final = "\x01-\x08\x0b\x0e-\x1f\x7f-\x9f"
_NOT_ALLOWED: Final = re.compile(f"[{_CONTROL}{_NONCHARACTER}\ud800-\udfff]")
_ALLOWED_ASCII: Final = bytes([0, *b"\t\n\f\r", *range(0x20, 0x7F)])
_IS_CONTROL: Final = re.compile(f"[{_CONTROL}\r]")
_IS_NONCHARACTER: Final = re.compile(f"[{_NONCHARACTER}]")


def all_may_stand(page: str) -> bool:
    """Whether all characters may stand in a page. Deleting those that may is by far faster than looking for those that may not."""
    rest = page.encode("utf-8", "surrogatepass").translate(None, _ALLOWED_ASCII)
    return not rest or not _NOT_ALLOWED.search(rest.decode("utf-8", "surrogatepass"))


def stream_errors(page: str) -> Iterator[ParseError]:
    """The characters of a page that may not stand in it: controls, noncharacters, halves of surrogate pairs. NUL is the tokenizer's."""
    if all_may_stand(page):
        return
    for match in _NOT_ALLOWED.finditer(page):
        character = match[0]
        if _IS_CONTROL.match(character):
            code = "control-character-in-input-stream"
        elif _IS_NONCHARACTER.match(character):
            code = "noncharacter-in-input-stream"
        else:
            code = "surrogate-in-input-stream"
        yield ParseError(code, match.start(), f"U+{ord(character):04X}")


def decode(page: str, start: int, end: int, errors: list[ParseError], *, in_attribute: bool = False) -> str:
    """The characters that page[start:end] stands for, its references decoded; what is wrong with them goes into `errors`."""
    parts = []
    while (ampersand := page.find("&", start, end)) >= 0:
        parts.append(page[start:ampersand])
        characters, start = _reference(page, ampersand, end, errors, in_attribute)
        parts.append(characters)
    parts.append(page[start:end])
    return "".join(parts)


def _reference(page: str, ampersand: int, end: int, errors: list[ParseError], in_attribute: bool) -> tuple[str, int]:
    """What an ampersand begins: its characters, and where they end in the page."""
    if match := _NUMERIC.match(page, ampersand + 1, end):
        return _numeric(match, errors)
    if match := _NAMED.match(page, ampersand + 1, end):
        return _named(page, match, errors, in_attribute)
    return "&", ampersand + 1


def _named(page: str, match: re.Match[str], errors: list[ParseError], in_attribute: bool) -> tuple[str, int]:
    written = match[0]
    for length in range(min(len(written), _LONGEST), _SHORTEST - 1, -1):
        if (characters := NAMED.get(written[:length])) is not None:
            return _found(page, match.start(), length, characters, errors, in_attribute)
    if written.endswith(";"):
        errors.append(ParseError("unknown-named-character-reference", match.end() - 1, f"&{written}"))
    return f"&{written}", match.end()


def _found(
    page: str, start: int, length: int, characters: str, errors: list[ParseError], in_attribute: bool
) -> tuple[str, int]:
    end = start + length
    if page[end - 1] != ";":
        following = page[end : end + 1]
        if in_attribute and (following == "=" or (following.isascii() and following.isalnum())):
            return f"&{page[start:end]}", end  # 13.2.5.73, for historical reasons
        errors.append(ParseError("missing-semicolon-after-character-reference", end, f"&{page[start:end]}"))
    return characters, end


def _numeric(match: re.Match[str], errors: list[ParseError]) -> tuple[str, int]:
    digits = match[2] if match[1] else match[3]
    written = f"&{match[0]}"
    if not digits:
        where = match.start() + (2 if match[1] else 1)
        errors.append(ParseError("absence-of-digits-in-numeric-character-reference", where, written))
        return written, match.end()
    if not match[4]:
        errors.append(ParseError("missing-semicolon-after-character-reference", match.end(), written))
    significant = digits.lstrip("0") or "0"
    number = int(significant, 16 if match[1] else 10) if len(significant) < _TOO_LONG else _TOO_LARGE
    characters, code = _character(number)
    if code:
        errors.append(ParseError(code, match.end(), written))
    return characters, match.end()


def _character(number: int) -> tuple[str, str]:
    """13.2.5.80: the character of a number, and the error that it makes, if any."""
    if number == 0:
        return REPLACEMENT, "null-character-reference"
    if number > 0x10FFFF:
        return REPLACEMENT, "character-reference-outside-unicode-range"
    if 0xD800 <= number <= 0xDFFF:
        return REPLACEMENT, "surrogate-character-reference"
    character = chr(number)
    if _IS_NONCHARACTER.match(character):
        return character, "noncharacter-character-reference"
    if _IS_CONTROL.match(character):
        return _WINDOWS.get(number, character), "control-character-reference"
    return character, ""
