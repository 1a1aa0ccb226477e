"""What the tokens of a vocabulary cost in a position, and the masks that follow, so that many positions can be kept.

The costs of text and values are thousands, and nearly the same in many places: they are a *base* that positions share, and an offset.
The costs of markup are few: each position has its own. Masks are shared too, and made again when they were forgotten.
Laws: bases and masks that are equal are the same object as long as they are kept; none is ever written to.
"""

from hashlib import sha256
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.facts import Facts
from htmlgen.decoding.masks import FORBIDDEN, FREE
from htmlgen.decoding.pieces import Ids

Row: TypeAlias = NDArray[np.int16]
Mask: TypeAlias = NDArray[np.bool_]

_MASK_BYTES: Final = 8_000_000  # kept at a time
NEVER: Final = 1 << 60  #: more than any slack
NO_ROW: Final[Row] = np.zeros(0, np.int16)
UNMASKED: Final[Mask] = np.zeros(0, bool)  #: the mask of a position that has none yet, or no more
_NO_IDS: Final = np.zeros(0, np.uint16)


class Priced:
    """A position with the costs of its tokens, once it is filled."""

    __slots__ = ("ample", "base", "costs", "ids", "mask", "most", "offset")

    def __init__(self) -> None:
        self.base: Row = NO_ROW  #: (vocab,) costs less the offset, FORBIDDEN where a token may not come
        self.offset = 0
        self.ids: NDArray[np.unsignedinteger] = _NO_IDS  #: tokens that have other costs than the base says
        self.costs: Row = NO_ROW  #: what these cost
        self.most = 0  #: the greatest cost
        self.mask = UNMASKED  #: the tokens that may come, whatever they cost
        self.ample = NEVER  #: the slack from which the mask is the answer; NEVER where it is none by itself

    @property
    def filled(self) -> bool:
        """Whether the costs are known."""
        return self.base is not NO_ROW

    def row(self) -> Row:
        """(vocab,) what each token costs, FORBIDDEN where it may not come."""
        row: Row = np.where(self.base < FORBIDDEN, self.base + np.int16(self.offset), np.int16(FORBIDDEN))
        row[self.ids] = self.costs
        return row

    def within(self, slack: int) -> Mask:
        """(vocab,) bool, the tokens that cost at most `slack`."""
        mask: Mask = self.base <= min(slack - self.offset, FORBIDDEN - 1)
        mask[self.ids] = self.costs <= min(slack, FORBIDDEN - 1)
        return mask


class Base(NamedTuple):
    """What positions share."""

    row: Row  #: (vocab,) costs, the least 0; FORBIDDEN where a token may not come
    most: int  #: the greatest of them, FREE where there is none
    offset: int = 0  #: what a position adds


class Sheets:
    """The bases and masks of all positions of a guide."""

    def __init__(self, vocabulary: int, facts: Facts) -> None:
        self._bases: dict[bytes, Base] = facts.table("bases")
        self._masks: dict[bytes, Mask] = {}
        self._masked: list[Priced] = []
        self._ids = np.uint16 if vocabulary <= 1 << 16 else np.uint32
        nothing: dict[int, Base] = facts.table("nothing")
        #: where only markup may come
        self.none = nothing.setdefault(vocabulary, self._base(np.full(vocabulary, FORBIDDEN, np.int16)))

    @property
    def bytes(self) -> int:
        """What all bases take."""
        return len(self._bases) * self.none.row.nbytes

    def clear(self) -> None:
        """Forget all; those in use live on."""
        self._bases.clear()
        self._masks.clear()
        self._masked.clear()

    def base(self, row: Row) -> Base:
        """The one base of a row of costs."""
        offset = int(row.min())
        if offset == FORBIDDEN:
            return self.none
        relative: Row = np.where(row < FORBIDDEN, row - np.int16(offset), np.int16(FORBIDDEN))
        key = sha256(relative.tobytes()).digest()
        if (found := self._bases.get(key)) is None:
            found = self._bases[key] = self._base(relative)
        return found._replace(offset=offset)

    def _base(self, row: Row) -> Base:
        row.setflags(write=False)
        return Base(row, int(row[row < FORBIDDEN].max(initial=FREE)))

    def fill(self, position: Priced, base: Base, ids: Ids, costs: Row) -> None:
        """Give a position its costs. Args: ids, each once, and their costs, FORBIDDEN for none."""
        position.base, position.offset = base.row, base.offset
        position.ids, position.costs = ids.astype(self._ids), costs
        position.most = max(base.most + base.offset, int(costs[costs < FORBIDDEN].max(initial=FREE)))

    def mask(self, position: Priced, *, alone: bool) -> None:
        """Give a filled position its mask; `alone` if it is the answer wherever the budget is ample."""
        if len(self._masks) * self.none.row.size > _MASK_BYTES:
            self._unmask()
        marks = position.within(position.most).tobytes()
        if (found := self._masks.get(marks)) is None:
            found = self._masks[marks] = np.frombuffer(marks, bool)  # which cannot be written to
        position.mask = found
        position.ample = position.most if alone else NEVER
        self._masked.append(position)

    def _unmask(self) -> None:
        """Forget all masks, but not what tokens cost."""
        for position in self._masked:
            position.mask, position.ample = UNMASKED, NEVER
        self._masks.clear()
        self._masked.clear()
