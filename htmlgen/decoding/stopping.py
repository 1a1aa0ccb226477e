"""Where a continuation ends that an editor would offer: at the end of what is being written.

| what is being written        | ends                                                                                       |
|------------------------------|--------------------------------------------------------------------------------------------|
| a tag                        | with the tag                                                                               |
| text                         | with the end tag of its element, or before an element that is a block                     |
| nothing yet                  | with the next element, the end tag of the open one, the doctype, or as text does            |
| a whole page                 | with the page                                                                              |

The start tags of `html`, `head` and `body` count as elements: nobody waits for the end of these.
"""

from enum import Enum
from typing import Final, NamedTuple

from htmlgen.markup.elements import BLOCK, VOID_IN_PARSER
from htmlgen.tokens.vocabulary import Kind, Token

_TEXT: Final = (Kind.TEXT, Kind.REFERENCE, Kind.BYTE)
_TAG_ENDS: Final = (Kind.START, Kind.CLOSE, Kind.QUOTE_CLOSE, Kind.END, Kind.DOCTYPE)
_FRAMES: Final = ("html", "head", "body")


class Goal(Enum):
    """What is to be written to its end."""

    TAG = "tag"
    CONTENT = "content"
    PAGE = "page"


class Progress(NamedTuple):
    """How far a continuation is: elements opened and not ended, whether it is in text, the start tag that is open."""

    depth: int = 0
    text: bool = False
    tag: str = ""


class Verdict(Enum):
    """What a token means: it goes on, it is the last, or the end came before it."""

    ON = 0
    LAST = 1
    BEFORE = 2


def moved(goal: Goal, at: Progress, token: Token) -> tuple[Progress, Verdict]:
    """What a token does to a continuation."""
    if token.kind is Kind.CONTROL:
        return at, Verdict.BEFORE
    if goal is Goal.PAGE:
        return at, Verdict.ON
    if goal is Goal.TAG:
        return at, Verdict.LAST if token.kind in _TAG_ENDS else Verdict.ON
    return _in_content(at, token)


def _in_content(at: Progress, token: Token) -> tuple[Progress, Verdict]:
    found = at, Verdict.ON
    match token.kind:
        case Kind.DOCTYPE:
            found = at, Verdict.LAST
        case Kind.START | Kind.OPEN if at.text and at.depth == 0 and token.name in BLOCK:
            found = at, Verdict.BEFORE
        case Kind.OPEN:
            found = at._replace(tag=token.name), Verdict.ON
        case Kind.START:
            found = _started(at, token.name)
        case Kind.CLOSE | Kind.QUOTE_CLOSE:
            found = _started(at._replace(tag=""), at.tag)
        case Kind.END:
            found = _ended(at._replace(depth=at.depth - 1))
        case kind if kind in _TEXT and not at.tag and at.depth == 0:
            found = at._replace(text=True), Verdict.ON
    return found


def _started(at: Progress, name: str) -> tuple[Progress, Verdict]:
    """After a start tag."""
    if name in _FRAMES:
        return at, Verdict.LAST
    return _ended(at) if name in VOID_IN_PARSER else (at._replace(depth=at.depth + 1), Verdict.ON)


def _ended(at: Progress) -> tuple[Progress, Verdict]:
    """After the end of an element."""
    return at, Verdict.LAST if at.depth < 0 or (at.depth == 0 and not at.text) else Verdict.ON
