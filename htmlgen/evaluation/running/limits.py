"""A bound on the processor time that a page may take: another page, or another program, that takes its share of a machine costs it none."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class TimeUpError(BaseException):
    """The time is up. No `Exception`, so that nothing on its way takes it for a fault of the page."""


@contextlib.contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """Within, Python code is stopped after so many seconds of the process. Raises: TimeUpError.

    None is no bound. There is none either outside of a process's main thread, and where there are no interval timers (Windows).
    """
    if seconds is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _time_up)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _time_up(number: int, frame: FrameType | None) -> None:
    raise TimeUpError
