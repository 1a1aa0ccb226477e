"""Pages as `htmlgen generate --out` writes them: numbered files in a folder, or one file; and how far they are, on stderr."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

import click

from htmlgen.cli_console import tell
from htmlgen.errors import OutputError

if TYPE_CHECKING:
    from htmlgen.jobs import Order
    from htmlgen.page_files import PageFile
    from htmlgen.pages import Page
    from htmlgen.runtime.interrupts import Interrupts

_LINE_SECONDS: Final = 60.0


def shown(page: "Page", pretty: bool, jsonl: bool) -> str:
    """A page as it is printed."""
    if jsonl:
        return json.dumps(page.to_dict(), ensure_ascii=False)
    return page.pretty.rstrip("\n") if pretty else page.html


def write_folder(pages: Iterable["Page"], count: int, out: Path, *, force: bool, pretty: bool, jsonl: bool) -> None:
    """Numbered files; refuses before the first page is made if one is there.

    Raises: OutputError, for that, for a file where the folder is to be, and for what cannot be written.
    """
    if out.is_file():
        raise OutputError(f"{out}: is a file; choose a folder, or a file whose name ends in .parquet or .jsonl")
    if not force and (there := next((name for name in _names(out, count, jsonl) if name.exists()), None)):
        raise OutputError(f"{there}: is there already; choose another --out, or --force to write over it")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with WritingBar(count) as bar:
            for name, page in zip(_names(out, count, jsonl), pages, strict=True):
                name.write_text(shown(page, pretty, jsonl) + "\n", encoding="utf-8")
                bar.add(page.tokens)
    except OSError as error:
        raise OutputError(f"{out}: cannot write there: {error}") from error
    tell(f"wrote {_pages(count)} to {out}")


def _names(out: Path, count: int, jsonl: bool) -> Iterator[Path]:
    width = max(3, len(str(count)))
    return (out / f"{number:0{width}}.{'json' if jsonl else 'html'}" for number in range(1, count + 1))


def write_file(order: "Order", count: int, out: Path, *, seed: int | None, jobs: int | None, resume: bool) -> None:
    """A file of pages, `.parquet` or `.jsonl`; Ctrl-C keeps those that are written.

    Args: count, pages of the whole run; seed, None to draw one, or to go on with the run's; jobs, see `jobs.pages`.
    Raises: OutputError, if the file is of another run or cannot be written; MissingExtraError, if pyarrow is missing.
    """
    from htmlgen import __version__
    from htmlgen.page_files import Run, page_file, run_of
    from htmlgen.pages import draw_seed
    from htmlgen.runtime import bundle
    from htmlgen.runtime.interrupts import Interrupts

    with Interrupts() as interrupts:
        first = seed if seed is not None else run_of(out).seed if resume and out.exists() else draw_seed()
        run = Run.of(first, order, bundle.load(order.bundle), __version__)
        if count:
            next(order.generator(threads=1).pages_of([first], **order.options))  # what cannot be written is told before a file is touched
        if seed is None:
            tell(f"seed {first}")
        with page_file(out, run, resume=resume) as file:
            interrupts.deferred = True
            _add_pages(file, order, range(first + file.pages, first + count), jobs, interrupts)
        tell(f"{'wrote' if file.pages >= count else 'interrupted: kept'} {_pages(file.pages)} to {out}")
    if file.pages < count:
        tell("go on with the same command and --resume")
        click.get_current_context().exit(130)


def _add_pages(file: "PageFile", order: "Order", seeds: range, jobs: int | None, interrupts: "Interrupts") -> None:
    """Adds the pages of these seeds, until all are written or Ctrl-C asks for an end."""
    from htmlgen.jobs import pages

    with closing(pages(order, seeds, jobs=jobs)) as written, WritingBar(file.pages + len(seeds), file.pages) as bar:
        for page in written:
            file.write(page)
            bar.add(page.tokens)
            if interrupts.asked:
                return


class WritingBar:
    """Pages, pages and tokens a second, and time left: a bar on a terminal, a line a minute elsewhere."""

    def __init__(self, count: int, done: int = 0) -> None:
        """Args: count, pages of the whole; done, those that are there already."""
        from rich.console import Console  # here, as it takes longer to import than all that pages on standard output need
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        columns = (TextColumn("pages"), MofNCompleteColumn(), BarColumn(), TextColumn("{task.fields[speed]}"), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task = self._progress.add_task("pages", total=count, completed=done, speed="")
        self._count, self._before, self._pages, self._tokens = count, done, done, 0
        self._begun = time.monotonic()
        self._line_due = self._begun + _LINE_SECONDS

    def __enter__(self) -> "WritingBar":
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def add(self, tokens: int) -> None:
        """One page more, of so many tokens."""
        self._pages += 1
        self._tokens += tokens
        if not self._progress.disable:
            self._progress.update(self._task, completed=self._pages, speed=self._speed())
        elif time.monotonic() >= self._line_due:
            self._line_due += _LINE_SECONDS
            tell(f"{self._pages:,} of {self._count:,} pages, {self._speed()}")

    def _speed(self) -> str:
        seconds = max(time.monotonic() - self._begun, 1e-3)
        return f"{(self._pages - self._before) / seconds:,.1f} pages/s, {self._tokens / seconds:,.0f} tokens/s"


def _pages(count: int) -> str:
    return f"{count:,} {'page' if count == 1 else 'pages'}"
