"""Pages by several processes, in order.

Laws: the pages of some seeds are the same for any number of jobs; page i comes from job i modulo jobs, so that no job waits for work;
a job that is ahead waits until its pages are taken, so that memory does not grow with the pages; no job outlives the iteration.
"""

import signal
import threading
from collections.abc import Generator as Iterating
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from htmlgen.errors import ConfigError, DecodingError, HtmlgenError
from htmlgen.pages import BATCH, CONTROL, Generator, Page
from htmlgen.runtime import bundle
from htmlgen.shapes import Shape

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

PAGES: Final = Shape()
Generated: TypeAlias = Iterating[Page, None, None]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be written, in words that another process understands."""

    bundle: str | None = None  #: a folder; None is the bundle that ships with the package
    grammar: str | None = None  #: a name or a file; None is the bundle's own, see `Generator`
    batch: int = BATCH  #: pages that a job writes at a time
    shape: Shape = PAGES  #: what is written: whole pages of the grammar, or snippets
    options: Mapping[str, Any] = field(default_factory=dict)  #: further arguments of `Generator.pages_of`

    def generator(self, threads: int | None) -> Generator:
        """Args: threads, as for `Generator`. Raises: BundleError, GrammarError, ConfigError."""
        generator = Generator.load(self.bundle, grammar=self.grammar, threads=threads, batch=self.batch)
        return generator.shaped(self.shape) if self.shape != PAGES else generator


def pages(order: Order, seeds: Sequence[int], *, jobs: int | None = None) -> Generated:
    """The pages of these seeds, in their order, each as soon as it is there.

    Args: seeds, a range, as a rule; jobs, processes with one thread each, 1 is this process alone; None is this process with as many
    threads as pay.
    Raises: BundleError, ConfigError, at once; as `Generator.load` and `Generator.pages`; DecodingError, if a job is ended from outside.
    A program that asks for more than one job does so below `if __name__ == "__main__":`, as each job imports it.
    """
    if jobs is not None and jobs < 1:
        raise ConfigError(f"jobs must be at least 1, got {jobs}")
    jobs = jobs if jobs is None else max(1, min(jobs, len(seeds)))
    if jobs is None or jobs == 1:
        return _here(order.generator(threads=jobs), order, seeds)
    bundle.load(order.bundle)  # what is wrong with it is told before a process is started
    return _elsewhere(order, seeds, jobs)


def chosen(order: Order, n: int, seed: int, *, jobs: int | None = None) -> Iterator[Page]:
    """n pages from a first seed on, chosen as the order's `control` says; see `pages`, and `Generator.pages`, which gives the same."""
    control = order.options.get("control", CONTROL)
    if not control.chooses:
        return pages(order, range(seed, seed + n), jobs=jobs)
    generator = order.generator(threads=jobs)
    write = partial(pages, order, jobs=jobs) if jobs is not None and jobs > 1 else partial(generator.pages_of, **order.options)
    return generator.choosing(order.options.get("prompt", ""), control).choose(n, seed, write)


def _here(generator: Generator, order: Order, seeds: Sequence[int]) -> Generated:
    yield from generator.pages_of(seeds, **order.options)


def _elsewhere(order: Order, seeds: Sequence[int], jobs: int) -> Generated:
    with _started(order, [seeds[number::jobs] for number in range(jobs)]) as connections:
        for place in range(len(seeds)):
            yield _received(connections[place % jobs], place % jobs)


@contextmanager
def _started(order: Order, parts: list[Sequence[int]]) -> "Iterator[list[Connection]]":
    """A process for each part, and where its pages come from."""
    from multiprocessing import get_context  # here, as one process needs none

    context = get_context("spawn")  # a fork would copy threads' locks
    processes: list[SpawnProcess] = []
    connections: list[Connection] = []
    try:
        with _no_interrupts():
            for part in parts:
                here, there = context.Pipe(duplex=False)
                connections.append(here)
                processes.append(context.Process(target=_work, args=(order, part, there), daemon=True))
                processes[-1].start()
                there.close()  # the job's end is the only one that is open, so that a job's death is seen
        yield connections
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()
        for connection in connections:
            connection.close()


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Processes that are started within ignore Ctrl-C, which reaches all processes of a terminal: theirs is to be ended by their parent."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(order: Order, seeds: Sequence[int], connection: "Connection") -> None:
    """A job: sends its pages, or the error that ends them."""
    with suppress(BrokenPipeError):  # nobody takes pages any more
        try:
            for page in order.generator(threads=1).pages_of(seeds, **order.options):
                connection.send(page)
        except HtmlgenError as error:
            connection.send(error)


def _received(connection: "Connection", job: int) -> Page:
    try:
        found = connection.recv()
    except (EOFError, ConnectionResetError) as error:
        raise DecodingError(f"job {job + 1} was ended from outside, perhaps for want of memory; use fewer --jobs") from error
    if isinstance(found, HtmlgenError):
        raise found
    assert isinstance(found, Page)
    return found
