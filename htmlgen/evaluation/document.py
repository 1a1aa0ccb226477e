"""A page as its parser sees it: the events of its tree, each with its place, and the errors."""

from dataclasses import dataclass, field

from htmlgen.evaluation.building import Parser, Whole
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.parsing import fragment_container, is_fragment, parse_errors
from htmlgen.evaluation.trees import placed_events
from htmlgen.markup.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed page.

    events: of the tree, so with the tags that are implied, without comments and without end tags of void elements; well-formed.
    offsets: as long as events; where in the page the tag or text stands that made an event, of an implied tag where it was
        implied, of the end tag of what the page ends in the length of the page. Text that is moved or mended keeps its place, so
        offsets of trees with errors need not ascend.
    container: the element that a fragment was parsed in, None for a document; it has no event.
    """

    page: str = field(repr=False)
    container: str | None
    events: tuple[Event, ...] = field(repr=False)
    offsets: tuple[int, ...] = field(repr=False)
    errors: tuple[Finding, ...]

    @property
    def fragment(self) -> bool:
        return self.container is not None


def parse_document(page: str, *, fragment: bool | None = None) -> Document:
    """Parse a page. Args: fragment, whether it is a fragment, None to tell by its content. Never raises for what a page holds."""
    if is_fragment(page) if fragment is None else fragment:
        container: str | None = fragment_container(page)
    else:
        container = None
    unix = page.replace("\r\n", "\n").replace("\r", "\n")
    events, offsets = _placed(unix, container)
    if "\r" in page:
        read, written = Lines(unix), Lines(page)
        offsets = [written.offset(*read.locate(offset)) for offset in offsets]
    errors = parse_errors(page, fragment=container is not None)
    return Document(page=page, container=container, events=tuple(events), offsets=tuple(offsets), errors=errors)


def _placed(unix: str, container: str | None) -> tuple[list[Event], list[int]]:
    parser = Parser(unix, len(unix))
    try:
        root = parser.parse(Whole(unix)) if container is None else parser.parseFragment(Whole(unix), container=container)
    except Exception:  # html5lib runs into assertions and recursion limits on some pages; `parse_errors` says so
        root = parser.tree.document
    placed = list(placed_events(root.own))
    return [event for event, _ in placed], [offset for _, offset in placed]
