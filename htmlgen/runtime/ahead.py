"""A value that a thread makes while its user goes on with something else."""

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """What a function returns, which is begun at once. It pays where most of the time is spent outside of Python."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._found, self._error = make, list[T](), list[BaseException]()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._found.append(self._make())
        except BaseException as error:  # whoever asks for the value gets it
            self._error.append(error)

    def result(self) -> T:
        """Waits for the value. Raises: what the function raised."""
        self._thread.join()
        if self._error:
            raise self._error[0]
        return self._found[0]
