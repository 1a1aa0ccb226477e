"""Is it known how varied pages are, how much of them is copied, and whether they can be told from others?"""

import sys

import numpy as np
import pytest

from htmlgen.errors import InputError, MissingExtraError
from htmlgen.evaluation.likeness.copying import longest_copies, longest_runs
from htmlgen.evaluation.likeness.diversity import distinct, novelty, shingles, signatures, similarity
from htmlgen.evaluation.likeness.separation import auc
from htmlgen.evaluation.likeness.structure import Structure, structure_of
from htmlgen.markup.reader import read

# copying


def longest_by_hand(page: list[int], source: list[list[int]]) -> int:
    runs = {tuple(other[start:end]) for other in source for start in range(len(other)) for end in range(start, len(other) + 1)}
    return max(
        (end - start for start in range(len(page)) for end in range(start, len(page) + 1) if tuple(page[start:end]) in runs), default=0
    )


def test_the_longest_run_that_is_copied() -> None:
    source = [[0, 1, 2, 3, 4], [3, 4, 5], [6, 7]]
    assert longest_copies([[1, 2, 3, 9], [7], [3, 4, 5, 6, 7], [8], []], source).tolist() == [3, 1, 3, 0, 0]


def test_runs_are_those_of_an_exhaustive_search() -> None:
    rng = np.random.default_rng(0)
    for _ in range(60):
        pages, source = ([rng.integers(0, 3, rng.integers(0, 14)).tolist() for _ in range(count)] for count in (4, 3))
        assert longest_copies(pages, source).tolist() == [longest_by_hand(page, source) for page in pages]


def test_a_whole_page_is_copied_whatever_its_length() -> None:
    page = np.random.default_rng(1).integers(0, 2, 1000).tolist()
    assert longest_copies([page, page[3:]], [[5], page]).tolist() == [1000, 997]


def test_pages_do_not_copy_one_another_and_no_source_has_nothing() -> None:
    assert longest_copies([[1, 2], [1, 2]], [[2, 1]]).tolist() == [1, 1]
    assert longest_copies([[1, 2]], []).tolist() == [0]
    assert longest_copies([], [[1]]).tolist() == []


def test_one_sorting_serves_several_splits() -> None:
    rng = np.random.default_rng(2)
    pages = [rng.integers(0, 3, rng.integers(0, 12)).tolist() for _ in range(9)]
    found = longest_runs(pages, [2, 5, 9])
    assert [runs.tolist() for runs in found] == [[longest_by_hand(page, pages[:split]) for page in pages[split:]] for split in (2, 5, 9)]


# diversity


def test_shingles_are_runs_of_tokens() -> None:
    assert shingles("abab", 2) == {("a", "b"): 2, ("b", "a"): 1}
    assert shingles("ab", 6) == {("a", "b"): 1}
    assert shingles("") == {}


def test_distinct_and_novel_shares() -> None:
    assert distinct(np.array([3, 1, 0])) == 2 / 4
    assert novelty(np.array([3, 1, 0]), np.array([0, 5, 5])) == 3 / 4


def test_similarity_estimates_the_jaccard_index() -> None:
    # 20 pairs: 35 and 35 runs of six, 25 of them shared, of 45 in all
    pairs = [[str(number) for number in range(start + first, start + first + 40)] for start in range(0, 2000, 100) for first in (0, 10)]
    signed = signatures(pairs)
    rows = [similarity(signed[place : place + 2]) for place in range(0, 40, 2)]
    assert np.mean(rows) == pytest.approx(25 / 45, abs=0.03)


# telling pages apart


def pages(items: int, count: int, seed: int) -> list[Structure]:
    rng = np.random.default_rng(seed)
    return [structure_of(read("<ul>" + "<li>x" * rng.integers(1, items) + "</ul>").events) for _ in range(count)]


def test_pages_of_another_kind_are_told_apart_and_those_of_one_are_not() -> None:
    pytest.importorskip("sklearn")
    assert auc(pages(9, 120, 1), pages(9, 120, 2)) == pytest.approx(0.5, abs=0.1)
    apart = [structure_of(read("<p>x</p>").events)] * 120
    assert auc(apart, pages(9, 120, 2)) == 1


def test_too_few_pages_are_not_told_apart() -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(InputError, match="30 pages of either kind"):
        auc(pages(9, 30, 1), pages(9, 90, 2))


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    with pytest.raises(MissingExtraError, match=r"htmlgen\[eval\]"):
        auc([], [])
