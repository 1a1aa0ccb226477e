"""Files that are there whole or not at all, and what tells one state of a file from another."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def write_atomically(path: Path, *, lasting: bool = True) -> Iterator[IO[bytes]]:
    """A stream whose content takes the place of `path` when the block ends without an error.

    Args: lasting, for what others may read, and not even a power cut may take; without it, for what can be made anew, the file is its
    user's alone, and nothing waits until it lies on the disk.
    """
    import tempfile  # here, as what writes no file starts sooner

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            if lasting:
                stream.flush()
                os.fsync(stream.fileno())
        if lasting:
            Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def listed(folder: str | os.PathLike[str], inside: str = "") -> Iterator[str]:
    """The files of a package and of those in it, a line each: path, size, time. Reading them would take longer."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_file():
            seen = entry.stat()
            yield f"{inside}{entry.name} {seen.st_size} {seen.st_mtime_ns}\n"
        elif Path(entry.path, "__init__.py").exists():
            yield from listed(entry.path, f"{inside}{entry.name}/")
