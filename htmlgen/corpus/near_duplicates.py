"""Near-duplicates among many: MinHash signatures in bands, so that each is held to few others (locality-sensitive hashing).

Two signatures whose sets have a Jaccard index j share one of 16 bands of 8 places with the probability 1 - (1 - j^8)^16: 6 % at 0.5, 61 %
at 0.7, 95 % at 0.8, more than 99.9 % at 0.9. Those that share one are held to the threshold by the share of their equal places. Source:
Leskovec, Rajaraman and Ullman 2014, Mining of Massive Datasets, section 3.4.
"""

from typing import Final

import numpy as np

from htmlgen.decoding.likeness import Signature
from htmlgen.errors import ConfigError

_BANDS: Final = 16
_LEAST: Final = 0.7  # below, bands would miss too many


class NearDuplicates:
    """Remembers what is unlike all before it: about 2 KB each."""

    def __init__(self, threshold: float = 0.8) -> None:
        """Args: threshold, the estimated Jaccard index from which on two are near-duplicates, [0.7, 1]. Raises: ConfigError."""
        if not _LEAST <= threshold <= 1:
            raise ConfigError(f"the threshold of near-duplicates must be from {_LEAST} to 1, got {threshold}")
        self._threshold = threshold
        self._kept: list[Signature] = []
        self._buckets: dict[tuple[int, bytes], list[int]] = {}

    def add(self, signature: Signature) -> bool:
        """True, and it is remembered, if it is no near-duplicate of one that is."""
        bands = [(number, band.tobytes()) for number, band in enumerate(signature.reshape(_BANDS, -1))]
        near = {place for band in bands for place in self._buckets.get(band, ())}
        if any(np.mean(self._kept[place] == signature) >= self._threshold for place in near):
            return False
        for band in bands:
            self._buckets.setdefault(band, []).append(len(self._kept))
        self._kept.append(signature)
        return True
