"""Pages held against others: against those that were kept before, and against what was trained on.

Source: MinHash, Broder 1997, doi:10.1109/SEQUEN.1997.666900: of random orders of all shingles, the share in which two sets have the
same first one estimates their Jaccard similarity, with a standard error of 0.04 at most for 128 orders.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import ConfigError

Hashes = NDArray[np.uint64]
Signature = NDArray[np.uint32]

SHINGLE: Final = 5  #: tokens
REMEMBERED: Final = 1 << 16  #: pages, the latest; half a kilobyte each
_ORDERS: Final = 128
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)


def windows(ids: Sequence[int], length: int) -> Hashes:
    """(windows,) a hash of each run of `length` tokens side by side, none where there are fewer tokens."""
    tokens = _mixed(np.asarray(ids, dtype=np.uint64) + np.uint64(1))
    count = len(tokens) - length + 1
    hashes = np.zeros(max(0, count), dtype=np.uint64)
    for place in range(length):
        hashes = _mixed(hashes * _GOLDEN + tokens[place : place + len(hashes)])
    return hashes


def _mixed(values: Hashes) -> Hashes:
    """The finaliser of splitmix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195): a bijection that scatters bits."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = values ^ (values >> np.uint64(31))
    return mixed


_SALTS: Final = _mixed(np.arange(1, _ORDERS + 1, dtype=np.uint64) * _GOLDEN)


def signature(ids: Sequence[int], length: int = SHINGLE) -> Signature:
    """(128,) a page's MinHash signature: the share of equal places of two of them estimates the Jaccard index of their sets of shingles.

    Args: ids, tokens from 0; length, of a shingle, and a page of fewer tokens is one shingle; all pages without a token are alike.
    """
    shingles = windows(ids, min(length, len(ids))) if len(ids) else np.zeros(1, dtype=np.uint64)
    least: Signature = (_mixed(shingles ^ _SALTS[:, None]).min(axis=1) >> np.uint64(32)).astype(np.uint32)
    return least


class Distinct:
    """Remembers pages, and refuses those too much like one of them."""

    def __init__(self, threshold: float) -> None:
        """Args: threshold, the Jaccard similarity of the sets of shingles from which on two pages are alike, (0, 1].

        Raises: ConfigError.
        """
        if not 0 < threshold <= 1:
            raise ConfigError(f"unique must be above 0 and at most 1, got {threshold}")
        self._threshold = threshold
        self._kept = np.zeros((64, _ORDERS), dtype=np.uint32)
        self._count = 0

    def add(self, ids: Sequence[int]) -> bool:
        """True, and the page is remembered, if it is unlike all that are; two pages without a token are alike."""
        found = signature(ids)
        known = self._kept[: min(self._count, REMEMBERED)]
        if len(known) and (known == found).mean(axis=1).max() >= self._threshold:
            return False
        if self._count == len(self._kept) < REMEMBERED:
            self._kept = np.concatenate([self._kept, np.zeros_like(self._kept)])
        self._kept[self._count % REMEMBERED] = found
        self._count += 1
        return True


class Known:
    """All runs of some length of known pages: 8 bytes a token of them."""

    def __init__(self, pages: Iterable[Sequence[int]], most: int) -> None:
        """Args: pages, ids of each; most, tokens in a row that may be of one of them.

        Raises: ConfigError.
        """
        if most < 1:
            raise ConfigError(f"novelty must be a whole number from 1, got {most}")
        self._length = most + 1
        found = [windows(ids, self._length) for ids in pages]
        self._hashes = np.unique(np.concatenate([*found, np.zeros(0, dtype=np.uint64)]))

    def holds(self, ids: Sequence[int]) -> bool:
        """True if more than `most` tokens in a row stand side by side on a known page too."""
        asked = windows(ids, self._length)
        if not len(self._hashes):
            return False
        places = np.minimum(np.searchsorted(self._hashes, asked), len(self._hashes) - 1)
        return bool((self._hashes[places] == asked).any())
