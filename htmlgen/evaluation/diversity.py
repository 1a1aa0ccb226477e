"""How varied pages are among themselves, and how new beside others: from runs of their structure tokens.

A shingle is a run of `LENGTH` structure tokens (tags without attributes, and text as such). Of a set of pages, *distinct* is the share of
its shingles that differ, *similarity* the mean Jaccard index of two pages' sets of shingles, estimated by MinHash (Broder 1997,
doi:10.1109/SEQUEN.1997.666900), and *novelty* the share of shingles that other pages lack. All three depend on the size of the sets.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.evaluation.tables import Indices, Table

LENGTH: Final = 6  # structure tokens of a shingle
HASHES: Final = 128  # of a signature: the error of a Jaccard index j is sqrt(j (1 - j) / 128) for a pair
_PRIME: Final = (1 << 31) - 1  # so that products of two residues fit 64 bits


def shingles(tokens: Sequence[str], length: int = LENGTH) -> Counter[tuple[str, ...]]:
    """The runs of `length` tokens, counted; a shorter page is one shingle."""
    runs = max(1, len(tokens) - length + 1) if tokens else 0
    return Counter(tuple(tokens[start : start + length]) for start in range(runs))


def distinct(counts: Indices) -> float:
    """The share of shingles that differ, in (0, 1]; `counts` (features,) are those of a set of pages."""
    return float(np.count_nonzero(counts) / counts.sum())


def novelty(counts: Indices, others: Indices) -> float:
    """The share of shingles, repeated ones repeatedly, that other pages lack, in [0, 1]."""
    return float(counts[others == 0].sum() / counts.sum())


def signatures(pages: Table, rng: np.random.Generator) -> NDArray[np.int64]:
    """MinHash signatures (pages, HASHES): the share of equal places of two of them estimates the Jaccard index of two pages' sets.

    Args: pages, each with a feature at least.
    """
    codes = rng.integers(0, _PRIME, len(pages.features))  # numbers in a row would not be hashed evenly by sums and products
    factors, terms = rng.integers(1, _PRIME, HASHES), rng.integers(0, _PRIME, HASHES)
    found = np.empty((len(pages.starts) - 1, HASHES), dtype=np.int64)
    for place, (factor, term) in enumerate(zip(factors, terms, strict=True)):
        hashes = (factor * codes[pages.columns] + term) % _PRIME
        found[:, place] = np.minimum.reduceat(hashes, pages.starts[:-1])
    return found


def similarity(signed: NDArray[np.int64]) -> float:
    """The mean Jaccard index of each page and the next, which in random order are random pairs; `signed` (pages, HASHES)."""
    return float((signed == np.roll(signed, 1, axis=0)).mean())
