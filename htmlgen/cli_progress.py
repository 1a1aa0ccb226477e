"""How far a command is with pages whose number is not known: a line on stderr, on a terminal alone, once it takes a while."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from rich.status import Status

_SILENT: Final = 1.0  # seconds before anything is shown
_EVERY: Final = 0.2  # seconds between two looks of the line

Item = TypeVar("Item")


def counted(pages: Iterable[Item], *, quiet: bool) -> Iterator[Item]:
    """The pages as they are, counted on stderr meanwhile.

    Args: quiet, not where results go to a terminal: they are printed page by page, and say themselves how far it is.
    """
    if not sys.stderr.isatty() or (quiet and sys.stdout.isatty()):
        yield from pages
        return
    with ExitStack() as stack:
        begun = shown = time.monotonic()
        status: Status | None = None
        for number, page in enumerate(pages, start=1):
            yield page
            if (now := time.monotonic()) - shown >= (_EVERY if status else _SILENT):
                shown = now
                status = status or stack.enter_context(_status())
                status.update(f"{number:,} pages, {number / (now - begun):,.0f} a second")


def _status() -> "Status":
    from rich.console import Console

    return Console(stderr=True).status("")
