"""How varied pages are among themselves, and how new beside others: from runs of their structure tokens.

A shingle is a run of `LENGTH` structure tokens (tags without attributes, and text as such). Of a set of pages, *distinct* is the share of
its shingles that differ, *similarity* the mean Jaccard index of two pages' sets of shingles, estimated by MinHash (see
`decoding.likeness`), and *novelty* the share of shingles that other pages lack. All three depend on the size of the sets.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.likeness import signature
from htmlgen.evaluation.likeness.tables import Indices

LENGTH: Final = 6  # structure tokens of a shingle


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


def signatures(pages: Iterable[Sequence[str]]) -> NDArray[np.uint32]:
    """The MinHash signatures (pages, 128) of pages' structure tokens; one page at least."""
    numbers: dict[str, int] = {}
    return np.stack([signature([numbers.setdefault(token, len(numbers)) for token in page], LENGTH) for page in pages])


def similarity(signed: NDArray[np.uint32]) -> float:
    """The mean Jaccard index of each page and the next, which in random order are random pairs; `signed` (pages, 128)."""
    return float((signed == np.roll(signed, 1, axis=0)).mean())
