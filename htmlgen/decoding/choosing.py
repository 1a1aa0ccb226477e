"""Which of the pages that are written are kept: the likeliest of several, and only those that pass.

Laws: pages come in the order of their seeds, from the first seed on, each seed once; a page that is not kept is replaced by one of a
later seed, so that the same first seed and settings keep the same pages.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, TypeVar

from htmlgen.errors import RefusedError

T = TypeVar("T")

_PATIENCE: Final = 100  # choices in a row that may be refused


@dataclass(frozen=True)
class Choosing(Generic[T]):
    """How pages are chosen."""

    best_of: int  #: pages written for each that may be kept
    score: Callable[[T], float]  #: of those the greatest is taken, the first of equals
    passes: Callable[[T], bool]  #: asked once for each that is taken, in their order

    def choose(self, n: int, seed: int, write: Callable[[range], Iterator[T]]) -> Iterator[T]:
        """n pages.

        Args: seed, the first; write, seeds → their pages, in order.
        Raises: RefusedError, where 100 in a row do not pass.
        """
        refused = 0
        while n:
            seeds = range(seed, seed + n * self.best_of)
            seed = seeds.stop
            for best in self._bests(write(seeds)):
                if self.passes(best):
                    n, refused = n - 1, 0
                    yield best
                elif (refused := refused + 1) == _PATIENCE:
                    raise RefusedError(
                        f"{refused} pages in a row were too like others, {n} are still missing; ask for fewer, wilder or longer pages, "
                        "or allow more likeness"
                    )

    def _bests(self, pages: Iterator[T]) -> Iterator[T]:
        while group := list(islice(pages, self.best_of)):
            yield max(group, key=self.score)
