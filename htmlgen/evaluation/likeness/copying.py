"""The longest run of tokens that a page shares with other pages: exactly, from a suffix array of all of them.

Suffixes are sorted by prefix doubling (Manber and Myers 1993, doi:10.1137/0222058), ranks of 2h tokens from those of h. In their order
the longest match of a suffix with any of the source's is that with the nearest of them before or after it. A page ends in a token of its
own, so that no run goes across pages. Of n tokens in all, p at most in a page: O(n log n log p) time, about 60 bytes a token at the peak.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def longest_copies(pages: Sequence[Sequence[int]], source: Iterable[Sequence[int]]) -> Ids:
    """The length of the longest run of tokens of each page that stands in a page of the source too (pages,).

    Args: pages, source, ids from 0, each page's.
    """
    before = list(source)
    return longest_runs([*before, *pages], [len(before)])[0]


def longest_runs(pages: Sequence[Sequence[int]], splits: Sequence[int]) -> list[Ids]:
    """For each split, the longest run of each page from there on that stands in a page before it too: one sorting for all splits.

    Args: pages, ids from 0, each page's; splits, numbers of pages.
    Returns: for each split s, (pages - s,).
    """
    if min(splits) >= len(pages):
        return [np.zeros(0, dtype=np.int64) for _ in splits]
    text, ends = _joined(pages)
    order = _suffixes(text, max(map(len, pages[min(splits) :])))
    return [_longest(text, order, ends, split) for split in splits]


def _longest(text: Ids, order: Ids, ends: Ids, split: int) -> Ids:
    if split == len(ends):
        return np.zeros(0, dtype=np.int64)
    starts = np.concatenate([[0], ends[:-1] + 1])[split:]
    return np.maximum.reduceat(_matches(text, order, int(starts[0])), starts - starts[0])


def _joined(pages: Iterable[Sequence[int]]) -> tuple[Ids, Ids]:
    """All pages one after another, each followed by a token of its own, and where these lie."""
    parts = [np.asarray(page, dtype=np.int64) for page in pages]
    ends = np.cumsum([len(part) + 1 for part in parts]) - 1
    text = np.empty(ends[-1] + 1, dtype=np.int64)
    text[ends] = 1 + max((int(part.max()) for part in parts if len(part)), default=0) + np.arange(len(parts))
    inside = np.ones(len(text), dtype=bool)
    inside[ends] = False
    text[inside] = np.concatenate(parts)
    return text, ends


def _suffixes(text: Ids, depth: int) -> Ids:
    """The places of all suffixes, in the order of their first `depth` tokens."""
    order = np.argsort(text)
    ranks = _ranks(text, order)
    length = 1
    while length < depth and ranks[order[-1]] < len(text) - 1:
        keys = ranks * len(text)
        keys[:-length] += ranks[length:]
        order = np.argsort(keys)
        ranks = _ranks(keys, order)
        length *= 2
    return order


def _ranks(keys: Ids, order: Ids) -> Ids:
    """For each place, how many different keys are below its own."""
    ranks = np.empty(len(keys), dtype=np.int64)
    ordered = keys[order]
    ranks[order] = np.concatenate([[0], np.cumsum(ordered[1:] != ordered[:-1])])
    return ranks


def _matches(text: Ids, order: Ids, first: int) -> Ids:
    """For each place from `first` on, the tokens that it shares with the nearest suffixes of those before `first`, the more of both."""
    is_source = order < first
    places = np.flatnonzero(~is_source)
    numbers = np.arange(len(order))
    below = np.maximum.accumulate(np.where(is_source, numbers, -1))[places]
    above = np.minimum.accumulate(np.where(is_source, numbers, len(order))[::-1])[::-1][places]
    found = np.zeros(len(text) - first, dtype=np.int64)
    for neighbours in (below, above):
        known = (neighbours >= 0) & (neighbours < len(order))
        mine = order[places[known]]
        shared = _shared(text, mine, order[neighbours[known]])
        found[mine - first] = np.maximum(found[mine - first], shared)
    return found


def _shared(text: Ids, left: Ids, right: Ids) -> Ids:
    """How many tokens are the same from each pair of places on; the last token of the text is unlike all others."""
    shared = np.zeros(len(left), dtype=np.int64)
    going = np.arange(len(left))
    length = 0
    while len(going):
        going = going[text[left[going] + length] == text[right[going] + length]]
        length += 1
        shared[going] = length
    return shared
