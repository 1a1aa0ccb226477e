"""An n-gram model of ids, interpolated as Witten & Bell 1991, doi:10.1109/18.87000: what counting alone knows of pages."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.search import Arrays
from htmlgen.models.data import TokenPages


class NGram:
    """Counts of what followed each run of up to `order` − 1 ids.

    Law: p(w | h) = (c(hw) + t(h) p(w | h′)) / (c(h) + t(h)), where t(h) is how many different ids followed h, h′ is h without its first,
    and nothing is known of the empty h′ but that there are `vocab` ids.
    """

    def __init__(self, order: int, vocab: int) -> None:
        self._order, self._vocab = order, vocab
        self._followed: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)

    def count(self, pages: TokenPages) -> None:
        """Reads pages, each from BOS to EOS."""
        for start, end in zip(pages.starts[:-1], pages.starts[1:], strict=True):
            ids = pages.ids[start:end].tolist()
            for place in range(1, len(ids)):
                for length in range(min(self._order, place + 1)):
                    self._followed[tuple(ids[place - length : place])][ids[place]] += 1

    def probabilities(self, before: Sequence[int]) -> NDArray[np.float64]:
        """(vocab,) of the id after some others, the last `order` − 1 of which count."""
        found = np.full(self._vocab, 1 / self._vocab)
        for length in range(min(self._order, len(before) + 1)):
            followed = self._followed.get(tuple(before[len(before) - length :]))
            if followed is None:
                break
            found *= len(followed)
            found[list(followed)] += list(followed.values())
            found /= followed.total() + len(followed)
        return found

    def step(self, ids: NDArray[np.int64], arrays: Arrays) -> tuple[NDArray[np.floating], Arrays]:
        """As `search.Step`; the state is the last ids, -1 where there is none."""
        recent = np.concatenate([arrays[0], ids[:, None]], axis=1)[:, 1:]
        known = ([token for token in row if token >= 0] for row in recent.tolist())
        return np.log(np.stack([self.probabilities(row) for row in known])), (recent,)

    def initial(self, batch: int) -> Arrays:
        """The state before any token."""
        return (np.full((batch, self._order - 1), -1, dtype=np.int64),)


def nats(model: NGram | None, pages: TokenPages, order: int) -> tuple[float, float]:
    """Of all pages, among all ids, and among what the pages' masks allow. Args: model, None for one to which all ids are alike."""
    rows: dict[int, NDArray[Any]] = {}
    plain = within = 0.0
    vocab = pages.allowed.shape[1] * 8
    for start, end in zip(pages.starts[:-1], pages.starts[1:], strict=True):
        ids = pages.ids[start:end].tolist()
        for place in range(1, len(ids)):
            number = int(pages.masks[start + place - 1])
            allowed = rows.setdefault(number, np.unpackbits(pages.allowed[number]).astype(bool))
            found = np.ones(vocab) if model is None else model.probabilities(ids[max(0, place - order + 1) : place])
            inside = found[allowed[: len(found)]].sum() if allowed[ids[place]] else found.sum()
            plain -= float(np.log(found[ids[place]] / found.sum()))
            within -= float(np.log(found[ids[place]] / inside))
    return plain, within
