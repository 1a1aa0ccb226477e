"""SOURCES → EVENTS: pages read, canonicalised, cleaned and split, in all processes that are asked for."""

import hashlib
import multiprocessing
import signal
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from htmlgen.corpus.cleaning import clean
from htmlgen.corpus.pages import Page, read_pages
from htmlgen.errors import HtmlgenError, InputError
from htmlgen.markup.events import Event
from htmlgen.markup.reader import Loss, read
from htmlgen.markup.writer import write

_CHUNK: Final = 16  # pages handed to a process at a time


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
    dropped: Counter[str] = field(default_factory=Counter)
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
    return PreparedPage(
        page.name, page.site, second.events, size, len(source), digest, first.fragment, dropped, losses, page.licence
    )


def prepare(sources: Sequence[str], *, jobs: int = 1) -> Iterator[PreparedPage]:
    """All pages of the sources, prepared, in their order. Raises: InputError, for a source that is missing or holds no page."""
    pages = read_pages(sources)
    if jobs <= 1:
        yield from map(prepare_page, pages)
        return
    # Spawned, not forked: the parent may hold threads of JAX or Arrow.
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield from _prepared_by(pool, pages, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _prepared_by(pool: ProcessPoolExecutor, pages: Iterator[Page], jobs: int) -> Iterator[PreparedPage]:
    """In order; no more pages are read ahead than keep the processes busy."""
    ahead: deque[Future[list[PreparedPage]]] = deque()
    while chunk := list(islice(pages, _CHUNK)):
        with _interrupts_blocked():  # a task may start a process, which inherits what is blocked
            ahead.append(pool.submit(_prepare_chunk, chunk))
        if len(ahead) > 4 * jobs:
            yield from ahead.popleft().result()
    while ahead:
        yield from ahead.popleft().result()


def _prepare_chunk(pages: list[Page]) -> list[PreparedPage]:
    return [prepare_page(page) for page in pages]


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; the one that waits for the others is the one to act on it, a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def split_by_site(pages: Iterable[PreparedPage], fraction: float) -> tuple[list[PreparedPage], list[PreparedPage]]:
    """Training and validation pages, whole sites each: sites in the order of their names' hashes go to validation until it has
    `fraction` of the pages, and never the last site left.

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
