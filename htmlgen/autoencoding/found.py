"""PAGES → their components, each with where it stands, what it is, and its gist, as a stream.

A page is cleaned and repaired into the grammar of pages, as pages are for training, and all its elements that can stand by themselves
are cut out, those within others, too. Laws: memory does not grow with the number of pages; components come page by page, inner ones first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from htmlgen.autoencoding.sources import NamedPage, Tell, said
from htmlgen.corpus.pages import Page
from htmlgen.corpus.preparation import prepare_into
from htmlgen.corpus.processes import in_order
from htmlgen.corpus.snippets import LEAST_TOKENS, Snippet, cut_in_order
from htmlgen.errors import InputError
from htmlgen.runtime.bundle import TOKENIZER
from htmlgen.tokens.tokenizer import Tokenizer

if TYPE_CHECKING:
    from htmlgen.autoencoding.autoencoder import Autoencoder

PAGE_GRAMMAR: Final = "page"
_TOGETHER: Final = 1024  # components that are encoded together


@dataclass(frozen=True, slots=True)
class Found:
    """A component of a page."""

    page: str
    path: str  #: of its element in the canonical page, in XPath
    kind: str  #: one of `corpus.snippet_kinds.KINDS`
    tokens: int
    html: str  #: canonical
    vector: NDArray[np.float32] = field(compare=False, repr=False)  #: (dim,) its gist

    def to_dict(self) -> dict[str, Any]:
        """For JSON, the vector left aside."""
        return {name: value for name, value in asdict(self).items() if name != "vector"}

    def around(self, other: "Found") -> bool:
        """Whether the other is within this one, on the same page, or is this one."""
        return self.page == other.page and (other.path + "/").startswith(self.path + "/")


class _Cut(NamedTuple):
    """What became of a page."""

    components: list[tuple[Snippet, list[int]]]
    problem: str  #: why there are none; empty, where there are


def found_in(autoencoder: "Autoencoder", pages: Iterable[NamedPage], *, jobs: int = 1, tell: Tell | None = None) -> Iterator[Found]:
    """All components of pages, of the shortest length of snippets to the longest of codes.

    Args: jobs, processes that read pages; tell, what is given a sentence for each page that has none, None to raise it.
    Raises: InputError, where there is nobody to tell.
    """
    tokenizer = str(autoencoder.bundle.folder / TOKENIZER)
    cut = partial(_cut, tokenizer=tokenizer, most=autoencoder.bundle.architecture.longest)
    waiting = _told(in_order(cut, pages, jobs=jobs), tell)
    while together := list(islice(waiting, _TOGETHER)):
        vectors = autoencoder.gists(autoencoder.codes([ids for _, ids in together]))
        for (snippet, _), vector in zip(together, vectors, strict=True):
            yield Found(snippet.page, snippet.path, snippet.kind, snippet.tokens, snippet.html, vector)


def whole_page(autoencoder: "Autoencoder", page: NamedPage) -> Found:
    """A page as one component of the kind `page`, its HTML as it came, its vector as `Autoencoder.embed` gives it.

    Raises: InputError, if nothing is in it.
    """
    components = autoencoder.cutter.components(page.html, page.name)
    tokens = sum(len(component.ids) for component in components)
    return Found(page.name, "/", "page", tokens, page.html, autoencoder.pooled([components])[0])


def _told(pages: Iterable[_Cut], tell: Tell | None) -> Iterator[tuple[Snippet, list[int]]]:
    for page in pages:
        if page.problem:
            said(InputError(page.problem), tell)
        yield from page.components


def _cut(page: NamedPage, *, tokenizer: str, most: int) -> _Cut:
    prepared = prepare_into(Page(page.html, page.name, page.name), PAGE_GRAMMAR)
    found = list(cut_in_order(prepared, _tokenizer(tokenizer), least=LEAST_TOKENS, most=most))
    if found:
        return _Cut(found, "")
    reasons = [name for name in prepared.dropped if name.startswith("page ")]
    reason = prepared.problem or ", ".join(reasons) or f"no element of {LEAST_TOKENS} to {most} tokens stands by itself in it"
    return _Cut([], f"{page.name}: {reason}")


@lru_cache(maxsize=1)
def _tokenizer(path: str) -> Tokenizer:
    return Tokenizer(Path(path).read_bytes())
