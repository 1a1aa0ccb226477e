"""Do several processes write the pages that one writes, in order, and does none outlive its work?"""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest

from htmlgen.control import Control
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.errors import BudgetError, ConfigError, DecodingError
from htmlgen.jobs import Order, chosen, pages
from htmlgen.pages import Generator, Page

TEMPERED = SamplingConfig(temperature=1.2, top_p=0.9)
OPTIONS = {"max_tokens": 40, "prompt": "<h1>A", "sampling": TEMPERED}


@pytest.fixture
def order(tiny_bundle: Path) -> Order:
    return Order(bundle=str(tiny_bundle), grammar="tags", batch=5, options=OPTIONS)


@pytest.fixture(autouse=True)
def no_job_is_left() -> Iterator[None]:
    yield
    assert multiprocessing.active_children() == []


@pytest.fixture
def expected(tiny_bundle: Path) -> list[Page]:
    generator = Generator.load(tiny_bundle, grammar="tags", threads=1, batch=64)
    return list(generator.pages(21, seed=3, max_tokens=40, prompt="<h1>A", sampling=SamplingConfig(temperature=1.2, top_p=0.9)))


@pytest.mark.parametrize("jobs", [None, 1, 2, 3])
def test_pages_are_the_same_for_any_number_of_jobs(order: Order, expected: list[Page], jobs: int | None) -> None:
    assert list(pages(order, range(3, 24), jobs=jobs)) == expected


def test_there_are_no_more_jobs_than_pages(order: Order, expected: list[Page]) -> None:
    assert list(pages(order, range(3, 4), jobs=9)) == expected[:1]
    assert list(pages(order, range(0), jobs=2)) == []


def test_who_has_seen_enough_ends_the_jobs(order: Order, expected: list[Page]) -> None:
    written = pages(order, range(3, 10**9), jobs=2)
    assert [next(written) for _ in range(21)] == expected
    assert len(multiprocessing.active_children()) == 2
    written.close()


def test_the_error_of_a_job_is_raised(tiny_bundle: Path) -> None:
    with pytest.raises(BudgetError, match="at most 5 tokens, but a page needs"):
        list(pages(Order(bundle=str(tiny_bundle), grammar="tags", options={"max_tokens": 5}), range(10), jobs=2))


def test_a_job_that_is_ended_from_outside_is_named(order: Order) -> None:
    written = pages(order, range(10**9), jobs=2)
    next(written)
    min(multiprocessing.active_children(), key=lambda job: job.pid or 0).kill()
    with pytest.raises(DecodingError, match=r"job [12] was ended from outside"):
        for _ in written:
            pass


def test_a_number_of_jobs_below_one_is_refused(order: Order) -> None:
    with pytest.raises(ConfigError, match="jobs must be at least 1, got 0"):
        pages(order, range(3), jobs=0)


@pytest.mark.parametrize("jobs", [None, 1, 2])
def test_pages_are_chosen_alike_for_any_number_of_jobs(tiny_bundle: Path, jobs: int | None) -> None:
    control = Control(best_of=3, unique=0.9)
    order = Order(bundle=str(tiny_bundle), grammar="tags", options={**OPTIONS, "control": control})
    written = Generator.load(tiny_bundle, grammar="tags").pages(
        4, seed=3, max_tokens=40, prompt="<h1>A", sampling=TEMPERED, control=control
    )
    assert list(chosen(order, 4, 3, jobs=jobs)) == list(written)
