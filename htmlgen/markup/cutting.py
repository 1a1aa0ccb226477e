"""PAGE'S BEGINNING → where it breaks off: between two constructs, or inside of a tag, a value, a doctype or a character reference.

Laws: `text[:place]` ends where a construct ends; what follows it is one construct that is not ended, or nothing; nothing is parsed
twice, so a text is cut in time linear in its length.
Source: HTML Standard 13.2.5, tokenization, as far as ends of tags, comments and raw text go.
"""

import html
import html.entities
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from htmlgen.errors import PromptError
from htmlgen.markup.elements import ESCAPABLE_RAW_TEXT, RAW_TEXT

_CONSTRUCT: Final = re.compile(
    r"""<!--(?:-?>|.*?--!?>)            # a comment
    | <!(?!--)[^>]*> | <\?[^>]*> | </(?![a-zA-Z])[^>]+> | </>  # a doctype, or what is read as a comment
    | </[a-zA-Z][^>]*>                  # an end tag
    | <(?P<name>[a-zA-Z][^\s/>]*)(?:[^>"'=]|=\s*(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*|(?=>))|["'])*+>  # a start tag
    | [^<]+ | <(?![a-zA-Z/!?]|\Z)       # text""",
    re.DOTALL | re.VERBOSE,
)
_REFERENCE: Final = re.compile(r"&(?:#(?:[xX][0-9a-fA-F]*|[0-9]*)|[A-Za-z][A-Za-z0-9]*)?\Z")
_NAME: Final = re.compile(r"</?([^\s/>]*)")
_ATTRIBUTE: Final = re.compile(
    r"""(?P<gap>[\s/]*)(?P<name>=?[^\s/>=]*)
    (?:(?P<equals>\s*=\s*)(?:"(?P<double>[^"]*)(?P<double_end>"?)|'(?P<single>[^']*)(?P<single_end>'?)|(?P<bare>[^\s>"'][^\s>]*)|))?""",
    re.VERBOSE,
)
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
DOCTYPE: Final = "<!DOCTYPE html>"


class Inside(Enum):
    """What a beginning breaks off in."""

    CONTENT = "content"  # between two constructs, or in a text
    START = "a start tag"
    END = "an end tag"
    DOCTYPE = "a doctype"


@dataclass(frozen=True, slots=True)
class StartCut:
    """A start tag that is not ended."""

    name: str  #: as far as it goes, in lower case
    whole_name: bool  #: something follows the name
    attributes: tuple[tuple[str, str], ...] = ()  #: those that are ended
    begun: str | None = None  #: the name of an attribute that is not ended
    equals: bool = False  #: an equals sign follows that name
    quote: str | None = None  #: `"`, `'` or `` (unquoted), where its value has begun
    value: str = ""  #: as far as it goes, as it is spelled
    gap: bool = False  #: white space follows what is ended
    slash: bool = False  #: it ends in `/`: only `>` can follow


@dataclass(frozen=True, slots=True)
class Cut:
    """A beginning, cut where its last construct begins."""

    text: str
    place: int  #: where what is not ended begins; the text's length where everything is
    inside: Inside = Inside.CONTENT
    start: StartCut | None = None

    @property
    def whole(self) -> str:
        """What is ended, and the text before a character reference that is not."""
        return self.text[: self.place]

    @property
    def rest(self) -> str:
        """What is not ended."""
        return self.text[self.place :]


def cut(text: str) -> Cut:
    """Where a page's beginning breaks off.

    Raises: PromptError, for what is no Unicode, inside of a comment, of raw text, or of what is neither tag nor doctype.
    """
    if found := _SURROGATES.search(text):
        raise PromptError(f"{position(text, found.start())}: {text[found.start()]!r} is not valid Unicode; give the text as UTF-8")
    place, raw = _last(text)
    rest = text[place:]
    if raw in RAW_TEXT:
        raise PromptError(f"{position(text, place)}: the text ends inside of <{raw}>, which is never written; add </{raw}>")
    if rest.startswith("</") or (raw and rest):
        return Cut(text, place, Inside.END)
    if rest.startswith("<!"):
        if not DOCTYPE.lower().startswith(re.sub(r"\s+", " ", rest).lower()):
            raise PromptError(f"{position(text, place)}: the text ends inside of a comment or declaration; end it with '>'")
        return Cut(text, place, Inside.DOCTYPE)
    if rest:
        return Cut(text, place, Inside.START, _start(rest))
    reference = _REFERENCE.search(text)
    return Cut(text, reference.start() if reference else len(text))


def borders(text: str) -> list[int]:
    """Where the constructs of a text end."""
    return [end for end, _ in _constructs(text)]


def position(text: str, place: int) -> str:
    """A place in words: line and column, from 1."""
    line = text.count("\n", 0, place)
    return f"line {line + 1}, column {place - (text.rfind(chr(10), 0, place) + 1) + 1}"


def _last(text: str) -> tuple[int, str]:
    """Where the construct that is not ended begins, and the element whose text is no markup that it stands in."""
    place, raw = 0, ""
    for place, raw in _constructs(text):  # noqa: B007
        pass
    return place, raw


def _constructs(text: str) -> Iterator[tuple[int, str]]:
    """The end of each construct; and at the end, if it is in the text of such an element as `title`, that element."""
    place = 0
    while place < len(text) and (match := _CONSTRUCT.match(text, place)):
        place, name = match.end(), (match["name"] or "").lower()
        yield place, ""
        if name in RAW_TEXT or name in ESCAPABLE_RAW_TEXT:
            end = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, place)
            place = end.start() if end else _unended(text, place, name)
            yield place, "" if end else name
            if not end:
                return


def _unended(text: str, place: int, name: str) -> int:
    """Where the text of an element ends that no end tag ends: at its end, or where an end tag could begin."""
    begun = text.rfind("<", place)
    return begun if begun >= 0 and f"</{name}".startswith(text[begun:].lower()) else len(text)


def _start(rest: str) -> StartCut:
    """The parts of a start tag that is not ended."""
    name = _NAME.match(rest)
    assert name is not None
    found = StartCut(name[1].lower(), name.end() < len(rest))
    attributes: list[tuple[str, str]] = []
    place = name.end()
    while place < len(rest) and (match := _ATTRIBUTE.match(rest, place)):
        place = match.end()
        if place == len(rest):
            return _cut_in(found, attributes, match)
        attributes.append(_attribute(match))
    return found


def _attribute(match: re.Match[str]) -> tuple[str, str]:
    value = next((each for each in match.group("double", "single", "bare") if each is not None), "")
    return match["name"].lower(), html.unescape(value)


def _cut_in(tag: StartCut, attributes: list[tuple[str, str]], match: re.Match[str]) -> StartCut:
    """The tag breaks off in what was matched last."""
    ended = match["double_end"] or match["single_end"]
    if not match["name"] and not match["equals"]:
        return StartCut(tag.name, True, _once(attributes), gap=match["gap"][-1:].isspace(), slash=match["gap"].endswith("/"))
    if ended:
        return StartCut(tag.name, True, _once([*attributes, _attribute(match)]))
    quote = next((mark for mark, group in (('"', "double"), ("'", "single"), ("", "bare")) if match[group] is not None), None)
    value = match[{'"': "double", "'": "single", "": "bare"}[quote]] if quote is not None else ""
    return StartCut(tag.name, True, _once(attributes), match["name"].lower(), match["equals"] is not None, quote, value)


def _once(attributes: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The parser keeps the first of attributes of one name."""
    return tuple(dict(reversed(attributes)).items())[::-1]


def respelled(cut: Cut, text: str) -> str:
    """A continuation in canonical spelling, as it goes on with what the author has begun: quotes and capitals are theirs."""
    rest, tag = cut.rest, cut.start
    if cut.inside is Inside.DOCTYPE:
        end = text.find(">") + 1
        return text[:end].lower() + text[end:] if rest[2:].islower() else text
    if cut.inside is Inside.END or (tag is not None and not tag.whole_name):
        name = re.match(r"[^\s>]*", text) if rest.lstrip("</").isupper() else None
        return name[0].upper() + text[name.end() :] if name else text
    if tag is None or tag.quote is None or tag.quote == '"':
        return text
    value, quote, after = text.partition('"')
    special = _BARE if tag.quote == "" else _SINGLE
    return special.sub(lambda found: f"&#{ord(found[0])};", value) + (tag.quote if quote else "") + after


_BARE: Final = re.compile(r"[ \t\n\f\r'=`]")  # 13.1.2.3; the others are escaped already
_SINGLE: Final = re.compile("'")


# References -------------------------------------------------------------------------------------------------------------------------

_WRITTEN: Final = ("&amp;", "&lt;", "&gt;", "&quot;", "&nbsp;")
_NAMED: Final = 3  # references that are tried where a name is not ended
_SURE: Final = 3  # characters: shorter, `AT&T` is no reference


def reference_cut(text: str) -> tuple[str, str]:
    """A text or a value, parted before a character reference at its end that is not ended."""
    found = _REFERENCE.search(text)
    return (text[: found.start()], found[0]) if found else (text, "")


def referred(reference: str) -> list[tuple[str, str]]:
    """What a reference that is not ended can stand for: characters, and what is still to be written of it.

    Nothing, where it is the beginning of one that a canonical page has. Raises: PromptError, for a number without digits.
    """
    if not reference or any(each.startswith(reference) for each in _WRITTEN):
        return []
    if reference.startswith("&#"):
        character = html.unescape(f"{reference};")
        if character.startswith("&"):
            raise PromptError(f"the text ends inside of a character reference: {reference!r}; give its number")
        return [(character, ";")]
    if len(reference) <= _SURE:
        return [(reference, "")]
    names = sorted((name for name in html.entities.html5 if name.endswith(";") and name.startswith(reference[1:])), key=len)
    names = [name for name in names if name[:-1] in html.entities.name2codepoint][:_NAMED]
    return [*((html.entities.html5[name], name[len(reference) - 1 :]) for name in names), (reference, "")]
