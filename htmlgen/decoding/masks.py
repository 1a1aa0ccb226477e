"""Rows: what every token of a vocabulary costs in one situation, and the masks that follow.

Law: `row.mask(slack)` marks the tokens whose cost is at most `slack`; it never changes, so it may be shared.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

FORBIDDEN: Final = np.iinfo(np.int16).max
FREE: Final = np.iinfo(np.int16).min  # allowed whatever the budget: EOS
INFINITE: Final = 1 << 12  # more tokens than completing any content takes


class Row:
    """The extra tokens that each token commits to, relative to the open element's cost; FORBIDDEN where it may not come."""

    def __init__(self, costs: NDArray[np.int16]) -> None:
        self._costs = costs
        self._most = int(costs[costs < FORBIDDEN].max(initial=FREE))
        self._masks: dict[int, NDArray[np.bool_]] = {}

    def mask(self, slack: int) -> NDArray[np.bool_]:
        """(vocab,) bool, read-only: the tokens that `slack` tokens more than the element's own cost suffice for."""
        slack = min(slack, self._most)
        found = self._masks.get(slack)
        return self._made(slack) if found is None else found

    def _made(self, slack: int) -> NDArray[np.bool_]:
        mask: NDArray[np.bool_] = self._costs <= max(slack, int(FREE))
        mask.setflags(write=False)
        self._masks[slack] = mask
        return mask
