"""How likely a bundle's generator finds pages: the measure that everything else is chosen by."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from htmlgen.runtime.session import PageStep


def page_nats(step: PageStep, pages: Sequence[Sequence[int]], *, bos: int, eos: int, batch: int = 64) -> NDArray[np.float64]:
    """(pages,): nats of each page, read alone, its end included.

    Args: pages, token ids without BOS and EOS; batch, how many are read side by side.
    """
    nats = np.zeros(len(pages))
    order = sorted(range(len(pages)), key=lambda page: len(pages[page]), reverse=True)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        nats[rows] = _group_nats(step, [np.array([bos, *pages[row], eos], dtype=np.int64) for row in rows])
    return nats


def _group_nats(step: PageStep, pages: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Pages longest first, so that those that are still read are always the first rows."""
    total = np.zeros(len(pages))
    arrays = step.initial(len(pages))
    for position in range(len(pages[0]) - 1):
        active = sum(len(page) > position + 1 for page in pages)
        ids = np.array([page[position] for page in pages[:active]])
        targets = np.array([page[position + 1] for page in pages[:active]])
        logits, arrays = step(ids, tuple(array[:active] for array in arrays))
        largest = logits.max(axis=1)
        total[:active] += np.log(np.exp(logits - largest[:, None]).sum(axis=1)) + largest - logits[np.arange(active), targets]
    return total


def bits_per_byte(nats: float, size: int) -> float:
    """Bits for each of `size` bytes."""
    return nats / math.log(2) / size
