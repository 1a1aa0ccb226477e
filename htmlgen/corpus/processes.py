"""One function over many values, in several processes, in order, without reading ahead more than keeps them busy."""

import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import Final, Generic, TypeVar

_CHUNK: Final = 16  # values handed to a process at a time

Value = TypeVar("Value")
Made = TypeVar("Made")


def in_order(
    make: Callable[[Value], Made],
    values: Iterable[Value],
    *,
    jobs: int,
    known: Callable[[Value], Made | None] = lambda _: None,
    lost: Callable[[Value], Made] | None = None,
) -> Iterator[Made]:
    """`make` of each value, in order; in this process for one job. `make`, its values and its results must pickle otherwise.

    Args: known, what is had of a value without making it, None for nothing; lost, what stands in for a value whose process was ended from
    outside while it made that value alone, None to let that end the iteration. Both are asked in this process and need not pickle.
    Raises: BrokenProcessPool, if a process is ended and there is no `lost`.
    """
    if jobs <= 1:
        for value in values:
            found = known(value)
            yield make(value) if found is None else found
        return
    workers = _Workers(make, jobs)
    try:
        yield from _made_by(workers, iter(values), known, lost)
    finally:
        workers.end()


@dataclass(slots=True)
class _Chunk(Generic[Value, Made]):
    """Values on their way: what is known of each, and those that are being made, and by which processes."""

    found: list[Made | None]
    missing: list[Value]
    future: Future[list[Made]] | None = None
    pool: ProcessPoolExecutor | None = None

    def made(self) -> list[Made]:
        """What was missing. Raises: BrokenProcessPool, and whatever making it raised."""
        return self.future.result() if self.future else []


class _Workers(Generic[Value, Made]):
    """Processes that make values; others take their place once one has been ended from outside."""

    def __init__(self, make: Callable[[Value], Made], jobs: int) -> None:
        self.make = make
        self.jobs = jobs
        self.pool = _pool(jobs)

    def take(self, chunk: _Chunk[Value, Made]) -> _Chunk[Value, Made]:
        """Begin to make what is missing of a chunk."""
        if chunk.missing:
            with _interrupts_blocked():  # a task may start a process, which inherits what is blocked
                try:
                    chunk.future = self.pool.submit(_made, self.make, chunk.missing)
                except BrokenProcessPool:
                    self.end()
                    self.pool = _pool(self.jobs)
                    chunk.future = self.pool.submit(_made, self.make, chunk.missing)
            chunk.pool = self.pool
        return chunk

    def end(self) -> None:
        self.pool.shutdown(cancel_futures=True)

    def one_by_one(self, values: list[Value], lost: Callable[[Value], Made]) -> list[Made]:
        """Values made alone, so that it is known of which one a process dies."""
        made: list[Made] = []
        apart: _Workers[Value, Made] = _Workers(self.make, jobs=1)
        try:
            for value in values:
                try:
                    made += apart.take(_Chunk([None], [value])).made()
                except BrokenProcessPool:
                    made.append(lost(value))
        finally:
            apart.end()
        return made


def _pool(jobs: int) -> ProcessPoolExecutor:
    """Spawned, not forked: the parent may hold threads of JAX or Arrow."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def _made_by(
    workers: _Workers[Value, Made],
    values: Iterator[Value],
    known: Callable[[Value], Made | None],
    lost: Callable[[Value], Made] | None,
) -> Iterator[Made]:
    ahead: deque[_Chunk[Value, Made]] = deque()
    while chunk := list(islice(values, _CHUNK)):
        found = [known(value) for value in chunk]
        missing = [value for value, made in zip(chunk, found, strict=True) if made is None]
        ahead.append(workers.take(_Chunk(found, missing)))
        if len(ahead) > 4 * workers.jobs:
            yield from _joined(ahead, workers, lost)
    while ahead:
        yield from _joined(ahead, workers, lost)


def _joined(
    ahead: deque[_Chunk[Value, Made]], workers: _Workers[Value, Made], lost: Callable[[Value], Made] | None
) -> Iterator[Made]:
    """What was known of the next chunk, and in between what was made."""
    chunk = ahead.popleft()
    try:
        made = iter(chunk.made())
    except BrokenProcessPool:
        if lost is None:
            raise
        for other in ahead:  # what died with it is handed to other processes
            if other.future and other.pool is chunk.pool and isinstance(other.future.exception(), BrokenProcessPool):
                workers.take(other)
        made = iter(workers.one_by_one(chunk.missing, lost))
    return (next(made) if value is None else value for value in chunk.found)


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
