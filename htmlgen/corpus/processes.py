"""One function over many values, in several processes, in order, without reading ahead more than keeps them busy."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Final, TypeVar

_CHUNK: Final = 16  # values handed to a process at a time

Value = TypeVar("Value")
Made = TypeVar("Made")


def in_order(make: Callable[[Value], Made], values: Iterable[Value], *, jobs: int) -> Iterator[Made]:
    """`make` of each value, in order; in this process for one job. `make`, its values and its results must pickle otherwise."""
    if jobs <= 1:
        yield from map(make, values)
        return
    # Spawned, not forked: the parent may hold threads of JAX or Arrow.
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield from _made_by(pool, iter(values), jobs, make)
    finally:
        pool.shutdown(cancel_futures=True)


def _made_by(pool: ProcessPoolExecutor, values: Iterator[Value], jobs: int, make: Callable[[Value], Made]) -> Iterator[Made]:
    ahead: deque[Future[list[Made]]] = deque()
    while chunk := list(islice(values, _CHUNK)):
        with _interrupts_blocked():  # a task may start a process, which inherits what is blocked
            ahead.append(pool.submit(_made, make, chunk))
        if len(ahead) > 4 * jobs:
            yield from ahead.popleft().result()
    while ahead:
        yield from ahead.popleft().result()


def _made(make: Callable[[Value], Made], values: list[Value]) -> list[Made]:
    return [make(value) for value in values]


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; the one that waits for the others is the one to act on it, a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
