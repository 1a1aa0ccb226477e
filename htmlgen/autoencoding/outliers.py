"""Components that are far from all others: the distance to the k-th nearest neighbour.

The distance of two components is 1 - the cosine of their gists, [0, 2]; copies are neighbours at 0; what a component is within, and what
is within it, is none. So a component that a site has k more times or more, or nearly, has a low score, and one that nothing resembles a
high one. Source: Ramaswamy, Rastogi and Shim 2000, "Efficient algorithms for mining outliers from large data sets", SIGMOD.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.autoencoding.found import Found
from htmlgen.autoencoding.neighbours import blocks, kin, unit_vectors
from htmlgen.errors import ConfigError

NEIGHBOURS: Final = 3


@dataclass(frozen=True, slots=True)
class Outlier:
    """A component, and how far it is from others."""

    found: Found
    score: float  #: the distance to its k-th nearest neighbour

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"score": round(self.score, 4), **self.found.to_dict()}


def outliers_of(found: Iterable[Found], neighbours: int = NEIGHBOURS) -> list[Outlier]:
    """All components, the farthest from others first; no component that is within one farther out than itself, or as far.

    Args: neighbours, which nearest one counts; of fewer components than that the last. Time grows with the square of their number, memory
    with the number. Raises: ConfigError, for neighbours below 1.
    """
    if neighbours < 1:
        raise ConfigError(f"neighbours must be a whole number from 1, got {neighbours}")
    each = list(found)
    if not each:
        return []
    relatives = kin(each)
    scores = _scores(each, relatives, neighbours)
    alone = (place for place in range(len(each)) if not _told_by_another(place, each, relatives, scores))
    return sorted((Outlier(each[place], float(scores[place])) for place in alone), key=lambda outlier: -outlier.score)


def _scores(found: Sequence[Found], relatives: dict[int, list[int]], neighbours: int) -> NDArray[np.float32]:
    scores = np.zeros(len(found), dtype=np.float32)
    for start, _, cosines in blocks(unit_vectors(found)):
        for row, line in enumerate(cosines):
            line[[start + row, *relatives.get(start + row, ())]] = -np.inf
            there = min(neighbours, int(np.isfinite(line).sum()))
            if there:
                scores[start + row] = 1 - np.partition(line, -there)[-there]
    return np.maximum(scores, 0)


def _told_by_another(place: int, found: Sequence[Found], relatives: dict[int, list[int]], scores: NDArray[np.float32]) -> bool:
    """Whether what is around it is as far out, or farther."""
    around = (other for other in relatives.get(place, ()) if other > place and found[other].around(found[place]))
    return any(scores[other] >= scores[place] for other in around)
