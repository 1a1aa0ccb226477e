"""Lists that cannot fill the memory, whatever is put into them."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


class EnoughError(Exception):
    """A list is as long as it may be."""


class Bounded(list[T]):
    """A list of at most so many values. What would be one more raises EnoughError, and is left out."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def append(self, value: T, /) -> None:
        if len(self) >= self.most:
            raise EnoughError
        super().append(value)

    def extend(self, values: Iterable[T], /) -> None:
        for value in values:
            self.append(value)
