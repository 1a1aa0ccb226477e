"""Are pages that are alike, or copied, found, and no others?"""

import numpy as np
import pytest

from htmlgen.decoding.likeness import REMEMBERED, SHINGLE, Distinct, Known, windows
from htmlgen.errors import ConfigError


def pages(count: int, length: int = 300, seed: int = 0) -> list[list[int]]:
    return np.random.default_rng(seed).integers(0, 8192, (count, length)).tolist()  # type: ignore[no-any-return]


def jaccard(one: list[int], other: list[int]) -> float:
    first, second = ({tuple(ids[at : at + SHINGLE]) for at in range(len(ids) - SHINGLE + 1)} for ids in (one, other))
    return len(first & second) / len(first | second)


def test_windows_are_equal_where_their_tokens_are() -> None:
    ids = [1, 2, 3, 1, 2, 3, 2, 1, 3]
    hashes = windows(ids, 3).tolist()
    runs = [tuple(ids[at : at + 3]) for at in range(7)]
    assert [[one == other for other in hashes] for one in hashes] == [[one == other for other in runs] for one in runs]
    assert len(windows(ids, 9)) == 1
    assert len(windows(ids, 10)) == 0


@pytest.mark.parametrize("changed", [0, 2, 5, 12, 30])
def test_pages_are_alike_where_their_jaccard_similarity_is_high(changed: int) -> None:
    """Estimates lie within 4 standard errors of 0.044."""
    (page,) = pages(1)
    other = list(page)
    for place in range(changed):
        other[place * 300 // max(1, changed)] = 9000 + place
    similarity = jaccard(page, other)
    for threshold, alike in ((min(1.0, similarity + 0.18), changed == 0), (max(0.01, similarity - 0.18), True)):
        distinct = Distinct(threshold)
        assert distinct.add(page)
        assert distinct.add(other) is not alike


def test_pages_that_have_nothing_in_common_are_all_kept() -> None:
    distinct = Distinct(0.3)
    assert all(distinct.add(page) for page in pages(200))
    assert not any(distinct.add(page) for page in pages(200))


def test_short_pages_are_told_apart() -> None:
    distinct = Distinct(0.9)
    assert [distinct.add(ids) for ids in ([], [7], [7, 8], [8, 7], [7], [])] == [True, True, True, True, False, False]


def test_memory_is_bounded_and_the_oldest_pages_are_forgotten() -> None:
    distinct = Distinct(0.5)
    distinct._count = REMEMBERED  # as after so many pages
    distinct._kept = np.zeros((REMEMBERED, distinct._kept.shape[1]), dtype=np.uint32)
    first, second = pages(2)
    assert distinct.add(first)
    assert distinct.add(second)
    assert not distinct.add(first)
    assert distinct._kept.shape[0] == REMEMBERED
    distinct._count = 2 * REMEMBERED  # a round later
    assert distinct.add([1, 2, 3])
    assert distinct.add(first)


@pytest.mark.parametrize("threshold", [0, -0.5, 1.1, float("nan")])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(ConfigError, match="unique must be above 0 and at most 1"):
        Distinct(threshold)


def test_a_run_is_copied_from_its_length_on() -> None:
    known = Known(pages(50), 20)
    (page,), (other,) = pages(1, seed=1), pages(50)[7:8]
    assert not known.holds(page)
    assert not known.holds([*page[:90], *other[40:60], *page[90:]])
    assert known.holds([*page[:90], *other[40:61], *page[90:]])
    assert known.holds(other)


def test_runs_do_not_go_over_the_end_of_a_page() -> None:
    one, other = pages(2, length=10)
    assert not Known([one, other], 9).holds([*one[5:], *other[:5]])
    assert Known([one, other], 9).holds(one)


def test_nothing_is_copied_from_no_pages() -> None:
    assert not Known([], 3).holds([1, 2, 3, 4, 5])
    assert not Known([[1, 2]], 3).holds([1, 2])
    with pytest.raises(ConfigError, match="novelty must be a whole number from 1, got 0"):
        Known([], 0)
