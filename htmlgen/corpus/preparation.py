"""SOURCES → EVENTS: pages read, canonicalised, cleaned, repaired into a grammar and split, in all processes that are asked for."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Final, Protocol, TypeVar

from htmlgen.corpus.cleaning import clean
from htmlgen.corpus.pages import Page, read_pages
from htmlgen.corpus.processes import in_order
from htmlgen.errors import HtmlgenError, InputError
from htmlgen.markup.events import Doctype, Event, Text
from htmlgen.markup.reader import Loss, read
from htmlgen.markup.writer import write
from htmlgen.relaxng import Automaton, load_automaton
from htmlgen.relaxng.repair import Repaired, repair

_TURNS: Final = 4  # repairs of what was read again, until a page is given up
_LEAST_KEPT: Final = 0.5  # of a page's text

#: Why a page is left out: each is counted among what is dropped.
NO_TEXT: Final = "page without text left out"
TOO_FAR: Final = "page far from the grammar left out"


@dataclass(frozen=True, slots=True)
class PreparedPage:
    """A page as a model sees it: clean canonical events; what was dropped or lost on the way."""

    name: str
    site: str
    events: tuple[Event, ...]
    bytes: int  #: UTF-8 bytes of the canonical page
    source_bytes: int  #: UTF-8 bytes of the page as it came
    sha256: str  #: of the page as it came
    fragment: bool = False
    dropped: Counter[str] = field(default_factory=Counter)  #: by cleaning, and what repair did
    losses: tuple[Loss, ...] = ()
    licence: str = ""  #: where the source says
    problem: str = ""  #: why the page could not be read; then it has no events


def prepare_page(page: Page) -> PreparedPage:
    """Reads, cleans and reads again, so that the clean page is canonical too."""
    source = page.html.encode("utf-8", "replace")
    digest = hashlib.sha256(source).hexdigest()
    try:
        first = read(page.html)
        kept, dropped = clean(first.events)
        second = read(write(kept), fragment=first.fragment)
    except HtmlgenError as error:
        return PreparedPage(page.name, page.site, (), 0, len(source), digest, licence=page.licence, problem=str(error))
    losses = (*first.losses, *second.losses)
    size = len(write(second.events).encode())
    return PreparedPage(page.name, page.site, second.events, size, len(source), digest, first.fragment, dropped, losses, page.licence)


def prepare_into(page: Page, grammar: str) -> PreparedPage:
    """Prepares a page and repairs it into a grammar (see `prepare`).

    A page without text, and one that would keep less than half of its text, is left out: it has no events, and is counted in `dropped`.
    """
    prepared = prepare_page(page)
    return _into(prepared, _automaton(grammar)) if prepared.events else prepared


def _into(page: PreparedPage, automaton: Automaton) -> PreparedPage:
    before = _text_bytes(page.events)
    repaired, fragment = _canonical(page.events, automaton) if before else (Repaired(()), page.fragment)
    if not before or _text_bytes(repaired.events) < _LEAST_KEPT * before:
        left_out = Counter({TOO_FAR if before else NO_TEXT: 1})
        return replace(page, events=(), bytes=0, dropped=page.dropped + left_out)
    size = len(write(repaired.events).encode())
    return replace(page, events=repaired.events, bytes=size, fragment=fragment, dropped=page.dropped + repaired.changes)


def _canonical(events: Sequence[Event], automaton: Automaton) -> tuple[Repaired, bool]:
    """Events that a grammar accepts and that read back as they are, whether they are a fragment; no events, where there are none such."""
    changes: Counter[str] = Counter()
    for _ in range(_TURNS):
        repaired = repair(events, automaton)
        changes.update(repaired.changes)
        fragment = not any(isinstance(event, Doctype) for event in repaired.events)
        events = read(write(repaired.events), fragment=fragment).events
        if events == repaired.events:
            return Repaired(events, changes), fragment
    return Repaired((), changes), fragment


def _text_bytes(events: Iterable[Event]) -> int:
    """UTF-8 bytes of text, white space left aside."""
    return sum(len("".join(event.data.split()).encode()) for event in events if isinstance(event, Text))


@lru_cache(maxsize=2)
def _automaton(grammar: str) -> Automaton:
    return load_automaton(grammar)


def prepare(sources: Sequence[str], *, jobs: int = 1, grammar: str | None = None) -> Iterator[PreparedPage]:
    """All pages of the sources, prepared, in their order.

    Args: grammar, the name of one that ships with the package, or a `.rnc` file: pages are repaired into it, so that a model learns what
    it may write under it; None keeps them as they are.
    Raises: InputError, for a source that is missing or holds no page; GrammarError, for a grammar that cannot be used.
    """
    pages = read_pages(sources)
    if grammar is not None:
        _automaton(grammar)
    make = prepare_page if grammar is None else partial(prepare_into, grammar=grammar)
    yield from in_order(make, pages, jobs=jobs)


class OfSite(Protocol):
    """What came from a site."""

    @property
    def site(self) -> str: ...


Sited = TypeVar("Sited", bound=OfSite)


def split_by_site(pages: Iterable[Sited], fraction: float) -> tuple[list[Sited], list[Sited]]:
    """Training and validation pages, or pieces of pages, whole sites each: sites in the order of their names' hashes go to validation until
    it has `fraction` of the pages, and never the last site left.

    Raises: InputError, if all pages are of one site: name a validation corpus then.
    """
    pages = list(pages)
    counts = Counter(page.site for page in pages)
    if len(counts) < 2:
        raise InputError(f"all {len(pages)} pages are of one site; give a validation corpus with --valid, or pages of several sites")
    held: set[str] = set()
    taken = 0
    for site in sorted(counts, key=lambda name: hashlib.sha256(name.encode()).digest())[:-1]:
        if held and taken + counts[site] > fraction * len(pages):
            continue
        held.add(site)
        taken += counts[site]
        if taken >= fraction * len(pages):
            break
    return [page for page in pages if page.site not in held], [page for page in pages if page.site in held]


def corpus_sha256(pages: Iterable[PreparedPage]) -> str:
    """One hash for all pages as they came, whatever their order."""
    return hashlib.sha256("\n".join(sorted(page.sha256 for page in pages)).encode()).hexdigest()
