"""The components that are most like another: cosines of gists, the best kept while the others pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

from htmlgen.autoencoding.found import Found
from htmlgen.errors import ConfigError


@dataclass(slots=True)
class Match:
    """A component, and how like the query it is."""

    found: Found  #: the first of its copies
    score: float  #: the cosine of both gists, [-1, 1]
    copies: int = 1  #: components with this very HTML

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"score": round(self.score, 4), "copies": self.copies, **self.found.to_dict()}


def most_similar(query: NDArray[np.float32], found: Iterable[Found], k: int) -> list[Match]:
    """The k best, best first, of equal ones those that came first; copies count as one. Memory does not grow with what is found.

    Args: query (dim,). Raises: ConfigError, for k below 1.
    """
    if k < 1:
        raise ConfigError(f"k must be a whole number from 1, got {k}")
    kept: dict[str, Match] = {}
    heap: list[tuple[float, int, str]] = []  # the worst at its top; what left it is worse than all that is in it, and so never comes back
    for number, each in enumerate(found):
        if (match := kept.get(each.html)) is not None:
            match.copies += 1
            continue
        score = cosine(query, each.vector)
        if len(heap) == k and score <= heap[0][0]:
            continue
        kept[each.html] = Match(each, score)
        heappush(heap, (score, -number, each.html))
        if len(heap) > k:
            del kept[heappop(heap)[2]]
    return [kept[html] for _, _, html in sorted(heap, reverse=True)]


def cosine(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    """Of two vectors; 0 where one has no length."""
    lengths = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / lengths if lengths else 0.0
