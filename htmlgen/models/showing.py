"""Training as people watch it, on stderr: a bar on a terminal, a line a minute elsewhere."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Column

from htmlgen.models import loop

_SMOOTHING = 0.05
_LINE_SECONDS = 60.0


class TrainingBar:
    """Step, share of the budget, bits per byte (smoothed), tokens a second, and time left."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        step, figures = (
            TextColumn(f"{{task.fields[{name}]}}", style="none", table_column=Column(no_wrap=True)) for name in ("step", "figures")
        )
        bar = BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=4))
        self._progress = Progress(step, bar, figures, console=console, expand=True, disable=not console.is_terminal)
        self._task = self._progress.add_task("train", total=1.0, step="compiling", figures="")
        self._bits: float | None = None
        self._speed: float | None = None
        self._line_due = 0.0

    def __enter__(self) -> "TrainingBar":
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._progress.stop()

    def update(self, progress: loop.Progress) -> None:
        """Shows where the run stands."""
        self._bits = _smoothed(self._bits, progress.bits_per_byte)
        self._speed = _smoothed(self._speed, progress.tokens_per_second)
        left = progress.seconds * (1 / progress.done - 1) if progress.done else 0.0
        step = f"step {progress.step:,}"
        figures = f"{progress.done:.0%}, {self._bits:.3f} bits/byte, {self._speed:,.0f} tokens/s, {_clock(left)} left"
        self._progress.update(self._task, completed=progress.done, step=step, figures=figures)
        if self._progress.disable and (progress.done >= 1 or time.monotonic() >= self._line_due):
            self._line_due = time.monotonic() + _LINE_SECONDS
            self.say(f"{step}, {figures}")

    def say(self, text: str) -> None:
        """Prints text above the bar."""
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)


def _smoothed(before: float | None, value: float) -> float:
    return value if before is None else before + _SMOOTHING * (value - before)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
