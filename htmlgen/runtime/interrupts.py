"""Ctrl-C between two steps of a training run, or two pages of a file, not within one; and never lost."""

import signal
import sys
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """While open, Ctrl-C interrupts as ever and sets `asked`, too: a library that swallows the exception, or makes another of
    it, does not hide it.

    Where `deferred` is set, the first Ctrl-C only sets `asked`, and the second interrupts: within a step of training, the weights are
    neither those before nor those after it, and nothing there could be saved; within the writing of a page, part of it may be written.
    """

    def __init__(self) -> None:
        self.asked = self.deferred = False
        self._before: Any = None
        self._hook: Any = None

    def __enter__(self) -> "Interrupts":
        self._before = signal.signal(signal.SIGINT, self._ask)
        self._hook, sys.unraisablehook = sys.unraisablehook, self._unraisable
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        signal.signal(signal.SIGINT, self._before)
        sys.unraisablehook = self._hook
        if self.asked and not self.deferred and isinstance(error, Exception):
            raise KeyboardInterrupt from error  # what a library made of it

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        first, self.asked = not self.asked, True
        if not (self.deferred and first):
            raise KeyboardInterrupt

    def _unraisable(self, unraisable: Any) -> None:
        """An interrupt within a callback of the garbage collector is not lost, and nothing to tell of: `asked` is set."""
        if unraisable.exc_type is not KeyboardInterrupt:
            self._hook(unraisable)
