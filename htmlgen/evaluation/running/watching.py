"""When pages change: their files' names, sizes and times are looked at, twice a second.

Looking needs no library, and sees changes on any file system; 5,000 files take some 20 ms.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from htmlgen.errors import InputError
from htmlgen.evaluation.running.walking import paths_of
from htmlgen.evaluation.selecting import Paths

_EVERY: Final = 0.5  # seconds


def changes(sources: Sequence[str], exclude: Paths | None = None, *, wait: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Once at once, and once after each change, for ever. What changes while the caller is busy is seen afterwards."""
    seen = _state(sources, exclude)
    yield
    while True:
        wait(_EVERY)
        if (now := _state(sources, exclude)) != seen:
            seen = now
            yield


def _state(sources: Sequence[str], exclude: Paths | None) -> dict[str, tuple[int, int]]:
    """Size and time of each file; of a source that is not there, nothing."""
    found: dict[str, tuple[int, int]] = {}
    for source in sources:
        try:
            for path in paths_of(source, exclude):
                if not isinstance(path, InputError):
                    state = path.stat()
                    found[str(path)] = state.st_size, state.st_mtime_ns
        except OSError:  # gone since its folder was read
            continue
    return found
