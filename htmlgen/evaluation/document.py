"""A page as the HTML Standard's parser sees it: the events of its tree, each with its place, and the parse errors."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from htmlgen.bounded import EnoughError
from htmlgen.evaluation.findings import MOST, Finding, Lines
from htmlgen.evaluation.fragments import fragment_container, is_fragment
from htmlgen.evaluation.syntax.construction import TangledPageError
from htmlgen.evaluation.syntax.messages import message_of
from htmlgen.evaluation.syntax.parser import Parser
from htmlgen.evaluation.syntax.tokens import ParseError
from htmlgen.evaluation.syntax.tree import Element, events_of
from htmlgen.markup.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed page.

    container: the element that a fragment was parsed in, None for a document; it has no event.
    events: of the tree, so with the tags that are implied, without comments and without end tags of void elements; well-formed.
    offsets: as long as events; where in the page the tag or text stands that made an event, of an implied tag where it was
        implied, of the end tag of what the page ends in the length of the page. Text that is moved or mended keeps its place, so
        offsets of trees with errors need not ascend.
    errors: parse errors, `syntax/` and the Standard's code (13.2.2), each where it was noticed, in the order of the page. Errors of tree
        construction, which have no codes there, have codes of ours. `input/parser-failure` or `input/too-many-errors`, if the page was
        given up.
    depth: of the deepest element; moved: elements that were cloned, moved or looked for in vain, to make a tree of what is none.
    """

    page: str = field(repr=False)
    container: str | None
    events: tuple[Event, ...] = field(repr=False)
    offsets: tuple[int, ...] = field(repr=False)
    errors: tuple[Finding, ...]
    depth: int
    moved: int

    @property
    def fragment(self) -> bool:
        return self.container is not None


def parse_document(page: str, *, fragment: bool | None = None, lines: Lines | None = None) -> Document:
    """Parse a page. Never raises for what a page holds.

    Args: fragment, whether it is a fragment, None to tell by its content; lines, those of the page, None to look for them.
    """
    fragment = is_fragment(page) if fragment is None else fragment
    container = fragment_container(page) if fragment else None
    unix = page.replace("\r\n", "\n").replace("\r", "\n") if "\r" in page else page
    parser = Parser(unix)
    try:
        root = parser.parse_document() if container is None else parser.parse_fragment(Element(container, "html", {}, 0, 0))
    except (TangledPageError, EnoughError) as given_up:
        root = parser.document
        reason = _TANGLED if isinstance(given_up, TangledPageError) else _TOO_MANY
        place = max([parser.offset, *(error.offset for error in parser.errors)])
        parser.errors[MOST - 1 :] = [ParseError(reason, place)]
    events, offsets = events_of(root)
    errors: list[ParseError] = parser.errors
    if len(unix) < len(page):
        pairs = _pairs(page)
        offsets = [offset + bisect_left(pairs, offset) for offset in offsets]
        errors = [_with_pairs(error, pairs) for error in errors]
    findings = _findings(errors, page, lines or Lines(page)) if errors else ()
    return Document(
        page=page,
        container=container,
        events=tuple(events),
        offsets=tuple(offsets),
        errors=tuple(findings),
        depth=parser.depth,
        moved=parser.moved,
    )


_TANGLED: Final = "input/parser-failure"
_TOO_MANY: Final = "input/too-many-errors"
_GIVEN_UP: Final = {
    _TANGLED: "this page is so tangled that it was given up here; close its elements",
    _TOO_MANY: f"this page has more than {MOST:,} parse errors, and was given up here; what follows is not known",
}


def _pairs(page: str) -> list[int]:
    """Where the page has CR LF, as offsets in the page with LF alone."""
    found: list[int] = []
    pair = page.find("\r\n")
    while pair >= 0:
        found.append(pair - len(found))
        pair = page.find("\r\n", pair + 2)
    return found


def _with_pairs(error: ParseError, pairs: list[int]) -> ParseError:
    """An error of the page with LF alone, in the page with CR LF."""
    start = error.start + bisect_left(pairs, error.start) if error.start >= 0 else -1
    return error._replace(offset=error.offset + bisect_left(pairs, error.offset), start=start)


def _findings(errors: Iterable[ParseError], page: str, lines: Lines) -> Iterable[Finding]:
    for error in sorted(errors, key=lambda error: error.offset):
        line, column = lines.locate(error.offset)
        if error.code in _GIVEN_UP:
            yield Finding(error.code, _GIVEN_UP[error.code], line, column, error.offset)
        else:
            written = 0 <= error.start < error.offset and page[error.start] == "<"  # not implied
            begins = f" (it begins in {lines.words(error.start)})" if written else ""
            yield Finding(f"syntax/{error.code}", message_of(error) + begins, line, column, error.offset)
