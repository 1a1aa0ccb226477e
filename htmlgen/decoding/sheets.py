"""Sheets: what every token of a vocabulary costs in a position, and the masks that follow. Positions that agree share them.

Laws: sheets that are equal are the same object as long as they are kept; masks are never written to.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.masks import FORBIDDEN, FREE

Row: TypeAlias = NDArray[np.int16]
Mask: TypeAlias = NDArray[np.bool_]


class Sheet(NamedTuple):
    """What each token costs in some positions."""

    row: Row  #: (vocab,) FORBIDDEN where a token may not come
    mask: Mask  #: (vocab,) read-only, the tokens that may come if the budget is ample
    most: int  #: the slack from which it is


class Sheets:
    """Rows of costs: those that are equal are kept once."""

    def __init__(self) -> None:
        self._kept: dict[int, Sheet] = {}
        self._masks: dict[int, Mask] = {}
        self.bytes = 0  #: that all together take

    def clear(self) -> None:
        """Forget all; those in use live on."""
        self._kept.clear()
        self._masks.clear()
        self.bytes = 0

    def sheet(self, row: Row) -> Sheet:
        """The one sheet of a row."""
        key = hash(row.tobytes())
        found = self._kept.get(key)
        if found is None or not np.array_equal(found.row, row):
            found = self._kept[key] = Sheet(row, self.mask(row), int(row[row < FORBIDDEN].max(initial=FREE)))
            self.bytes += row.nbytes
        return found

    def mask(self, row: Row) -> Mask:
        """The tokens of a row that may come; masks that are equal are one."""
        mask: Mask = row < FORBIDDEN
        key = hash(mask.tobytes())
        found = self._masks.get(key)
        if found is None or not np.array_equal(found, mask):
            mask.setflags(write=False)
            self._masks[key] = found = mask
            self.bytes += mask.nbytes
        return found
