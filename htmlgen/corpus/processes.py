"""One function over many values, in several processes, in order, without reading ahead more than keeps them busy."""

import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from types import FrameType
from typing import Final, TypeVar

_CHUNK: Final = 16  # values handed to a process at a time

Value = TypeVar("Value")
Made = TypeVar("Made")


def in_order(
    make: Callable[[Value], Made], values: Iterable[Value], *, jobs: int, known: Callable[[Value], Made | None] = lambda _: None
) -> Iterator[Made]:
    """`make` of each value, in order; in this process for one job. `make`, its values and its results must pickle otherwise.

    Args: known, what is had of a value without making it, None for nothing; asked in this process, so that it need not pickle.
    """
    if jobs <= 1:
        for value in values:
            found = known(value)
            yield make(value) if found is None else found
        return
    # Spawned, not forked: the parent may hold threads of JAX or Arrow.
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield from _made_by(pool, iter(values), jobs, make, known)
    finally:
        pool.shutdown(cancel_futures=True)


def _made_by(
    pool: ProcessPoolExecutor,
    values: Iterator[Value],
    jobs: int,
    make: Callable[[Value], Made],
    known: Callable[[Value], Made | None],
) -> Iterator[Made]:
    ahead: deque[tuple[list[Made | None], Future[list[Made]] | None]] = deque()
    while chunk := list(islice(values, _CHUNK)):
        found = [known(value) for value in chunk]
        missing = [value for value, made in zip(chunk, found, strict=True) if made is None]
        ahead.append((found, _submitted(pool, make, missing) if missing else None))
        if len(ahead) > 4 * jobs:
            yield from _joined(*ahead.popleft())
    while ahead:
        yield from _joined(*ahead.popleft())


def _submitted(pool: ProcessPoolExecutor, make: Callable[[Value], Made], values: list[Value]) -> Future[list[Made]]:
    with _interrupts_blocked():  # a task may start a process, which inherits what is blocked
        return pool.submit(_made, make, values)


def _joined(found: list[Made | None], future: Future[list[Made]] | None) -> Iterator[Made]:
    """What was known, and in between what was made."""
    made = iter(future.result() if future else ())
    return (next(made) if value is None else value for value in found)


def _made(make: Callable[[Value], Made], values: list[Value]) -> list[Made]:
    return [make(value) for value in values]


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Ctrl-C reaches every process of a terminal; the one that waits for the others is the one to act on it, a moment later.

    Another thread may take a signal that this one blocks, and Python's handler runs here all the same: it waits, too.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    come: list[tuple[int, FrameType | None]] = []
    handler = signal.signal(signal.SIGINT, lambda number, frame: come.append((number, frame)))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler)
        if come and callable(handler):
            handler(*come[0])
