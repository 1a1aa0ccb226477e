"""PAGES → SNIPPETS: whole elements of pages that are small enough to be seen at once, each with what it is.

A snippet is an element that stands by itself (`snippet_kinds`), with all that is in it, cut out of a page that was cleaned as for
training; classes and URLs stay. Elements within snippets are snippets, too. Laws: a snippet is read as a fragment into the events that it
was cut from; of two near-duplicates one is left, of one page the one of the kind that says more, of several pages the first.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from heapq import heappush, heappushpop
from itertools import accumulate
from typing import Final

from htmlgen.corpus.near_duplicates import NearDuplicates
from htmlgen.corpus.pages import Page, read_pages
from htmlgen.corpus.preparation import PreparedPage, prepare_into, prepare_page
from htmlgen.corpus.processes import in_order
from htmlgen.corpus.snippet_kinds import KINDS, kind_of
from htmlgen.decoding.likeness import Signature, signature
from htmlgen.errors import ConfigError
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.runtime.bundle import load
from htmlgen.tokens.tokenizer import Tokenizer

LEAST_TOKENS: Final = 8
MOST_TOKENS: Final = 128


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a page."""

    html: str  #: canonical
    kind: str
    tokens: int  #: of the bundle's tokenizer, BOS and EOS not counted
    page: str  #: the page's name
    site: str
    path: str  #: of its element in the canonical page, in XPath: `/html[1]/body[1]/div[2]`


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutting:
    """How pages are cut."""

    bundle: str | None = None  #: folder of the bundle whose tokenizer counts, None for the one that ships
    least: int = LEAST_TOKENS
    most: int = MOST_TOKENS
    grammar: str | None = None  #: what pages are repaired into first, as for training; None keeps them as they are

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise ConfigError(f"snippets have at least 1 token, and no fewer at most than at least; got {self.least} to {self.most}")


#: A snippet, and the MinHash signature of its tokens.
Signed = tuple[Snippet, Signature]


def read_snippets(sources: Sequence[str], cutting: Cutting, *, threshold: float = 0.8, jobs: int = 1) -> Iterator[Snippet]:
    """All snippets of a corpus without near-duplicates, page after page, as they are found.

    Args: threshold, the Jaccard index of runs of five tokens from which on two are near-duplicates, [0.7, 1]; jobs, processes.
    Memory grows by about 2 KB with each. Raises: InputError, BundleError, GrammarError, ConfigError.
    """
    load(cutting.bundle)  # what is wrong with it is said here, once
    unlike = NearDuplicates(threshold)
    for found in in_order(partial(_page_snippets, cutting=cutting), read_pages(sources), jobs=jobs):
        yield from (snippet for snippet, signed in found if unlike.add(signed))


def balanced(snippets: Iterable[Snippet], most: int) -> list[Snippet]:
    """At most so many of each kind, those of the least hashes: a random sample that does not depend on the order of pages."""
    kept: dict[str, list[tuple[int, str, Snippet]]] = {}
    for snippet in snippets:
        heap = kept.setdefault(snippet.kind, [])
        number = int.from_bytes(hashlib.blake2b(snippet.html.encode(), digest_size=8).digest())
        entry = (-number, snippet.html, snippet)  # no two have equal HTML, as those are near-duplicates
        if len(heap) < most:
            heappush(heap, entry)
        else:
            heappushpop(heap, entry)
    return [snippet for kind in KINDS for _, _, snippet in sorted(kept.get(kind, ()), key=lambda entry: (entry[2].page, entry[2].path))]


def cut(page: PreparedPage, tokenizer: Tokenizer, *, least: int = LEAST_TOKENS, most: int = MOST_TOKENS) -> list[Signed]:
    """The snippets of one page, those of kinds that say most first, near-duplicates among them too."""
    found = [(snippet, signature(ids)) for snippet, ids in cut_in_order(page, tokenizer, least=least, most=most)]
    return sorted(found, key=lambda each: KINDS.index(each[0].kind))


def cut_in_order(page: PreparedPage, tokenizer: Tokenizer, *, least: int, most: int) -> Iterator[tuple[Snippet, list[int]]]:
    """The snippets of one page with their ids, inner ones before the one around them."""
    ids = [tokenizer.encode([event]) for event in page.events]
    before = list(accumulate((len(part) for part in ids), initial=0))
    for start, end, path in _elements(page.events):
        tag = page.events[start]
        tokens = before[end] - before[start]
        if not least <= tokens <= most or not isinstance(tag, StartTag) or (kind := kind_of(tag)) is None:
            continue
        events = page.events[start:end]
        html = write(events)
        if read(html, fragment=True).events == events:
            yield Snippet(html, kind, tokens, page.name, page.site, path), [number for part in ids[start:end] for number in part]


def _elements(events: Sequence[Event]) -> Iterator[tuple[int, int, str]]:
    """Where each element that is not void starts and ends, and its path, inner ones first. Time is linear but for the paths."""
    starts: list[tuple[int, str]] = [(0, "")]
    counts: list[Counter[str]] = [Counter()]
    for index, event in enumerate(events):
        match event:
            case StartTag(name):
                counts[-1][name] += 1
                if name not in VOID_IN_PARSER:
                    starts.append((index, f"{starts[-1][1]}/{name}[{counts[-1][name]}]"))
                    counts.append(Counter())
            case EndTag(name) if name not in VOID_IN_PARSER:
                counts.pop()
                start, path = starts.pop()
                yield start, index + 1, path


def _page_snippets(page: Page, cutting: Cutting) -> list[Signed]:
    prepared = prepare_page(page) if cutting.grammar is None else prepare_into(page, cutting.grammar)
    return cut(prepared, _tokenizer(cutting.bundle), least=cutting.least, most=cutting.most)


@lru_cache(maxsize=1)
def _tokenizer(bundle: str | None) -> Tokenizer:
    return load(bundle).tokenizer
