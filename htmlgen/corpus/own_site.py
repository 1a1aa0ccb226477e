"""THE PAGES OF ONE SITE → pages to train on, pages kept back to measure with, and the grammar of the former.

Laws: every page is on one side, the same whatever the order of the sources; the grammar accepts every page that is trained on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from htmlgen.corpus.grammar_learning import LearnedGrammar, learn_grammar
from htmlgen.corpus.preparation import PreparedPage, prepare
from htmlgen.errors import InputError

BASE: Final = "page"
KEPT_BACK: Final = 0.2  # of the pages


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of a site, repaired into the grammar `page`."""

    train: list[PreparedPage]
    valid: list[PreparedPage]  #: kept back
    grammar: LearnedGrammar  #: of the pages to train on

    @property
    def train_bytes(self) -> int:
        """UTF-8 bytes of the canonical pages to train on."""
        return sum(page.bytes for page in self.train)


def read_site(sources: Sequence[str], *, fraction: float = KEPT_BACK, jobs: int = 1) -> Site:
    """The pages of one site. Args: fraction, of the pages, to keep back.

    Raises: InputError, for a source that is missing, or where fewer than two pages differ.
    """
    pages = prepare(sources, jobs=jobs, grammar=BASE)
    train, valid = split_by_page((page for page in pages if page.events), fraction)
    return Site(train, valid, learn_grammar((page.events for page in train), BASE, href=f"{BASE}.rnc"))


def split_by_page(pages: Iterable[PreparedPage], fraction: float) -> tuple[list[PreparedPage], list[PreparedPage]]:
    """Pages to train on and pages kept back, those that come first by the hash of their source; of pages that are the same, one.

    Raises: InputError, where fewer than two pages differ.
    """
    different = {page.sha256: page for page in pages}
    if len(different) < 2:
        raise InputError(f"{len(different)} of the pages can be used, and two that differ are the least; give more pages of the site")
    kept_back = set(sorted(different)[: max(1, round(fraction * len(different)))])
    train = [page for digest, page in different.items() if digest not in kept_back]
    return train, [page for digest, page in different.items() if digest in kept_back]
