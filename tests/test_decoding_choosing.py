"""Are those pages kept that should be, in the order of their seeds?"""

from collections.abc import Callable, Iterator

import pytest

from htmlgen.decoding.choosing import Choosing
from htmlgen.decoding.search import Result
from htmlgen.errors import RefusedError


def results(seeds: range) -> Iterator[Result]:
    """The result of a seed has as many tokens as its last digit, and its log-probability is that of its last two."""
    return (Result(ids=(5,) * (seed % 10), logprob=-(seed % 100), seed=seed) for seed in seeds)


def chosen(n: int, *, best_of: int = 1, passes: Callable[[Result], bool] = lambda _: True) -> list[int]:
    choosing = Choosing[Result](best_of, lambda result: result.logprob, passes)
    return [result.seed for result in choosing.choose(n, 95, results)]


def test_what_passes_is_replaced_by_later_seeds() -> None:
    assert chosen(5) == [95, 96, 97, 98, 99]
    assert chosen(5, passes=lambda result: len(result.ids) % 2 == 0) == [96, 98, 100, 102, 104]
    assert chosen(0) == []


def test_the_likeliest_of_several_is_taken_and_the_first_of_equals() -> None:
    assert chosen(4, best_of=3) == [95, 100, 101, 104]
    flat = Choosing[Result](3, lambda _: 1.0, lambda _: True)
    assert [result.seed for result in flat.choose(3, 10, results)] == [10, 13, 16]


def test_no_more_is_written_than_is_missing() -> None:
    asked: list[range] = []

    def write(seeds: range) -> Iterator[Result]:
        asked.append(seeds)
        return results(seeds)

    list(Choosing[Result](2, lambda result: result.logprob, lambda result: result.seed > 3).choose(3, 0, write))
    assert asked == [range(6), range(6, 10)]


def test_where_nothing_passes_any_more_it_is_said_how_many_are_missing() -> None:
    with pytest.raises(RefusedError, match="100 pages in a row were too like others, 2 are still missing; ask for fewer"):
        chosen(7, passes=lambda result: result.seed < 100)
