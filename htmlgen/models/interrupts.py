"""Ctrl-C between two steps of a training run, not within one."""

import signal
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """While open, the first Ctrl-C only sets `asked`; the second interrupts at once, as Ctrl-C does.

    Within a step the weights are neither those before nor those after it: nothing there could be saved.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> "Interrupts":
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
