"""What was found in pages that have been judged before, on disk: one SQLite file in the user's cache folder.

An entry's key is a hash of the page's text, of how it is judged, and of all that judges it: htmlgen's own code and grammars, html5lib
and Python. So nothing in it grows stale; what is no longer asked for is dropped, oldest first, when the file grows above its limit.
A cache can be lost, never wrong: entries are checked when read, a file that is no cache is made anew, and where it cannot be read
or written, because it is locked or the disk is full, it is done without.
"""

import contextlib
import sqlite3
import sys
import zlib
from collections.abc import Callable
from functools import cache as once
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from htmlgen.files import listed

_JUDGES: Final = ("htmlgen", "htmlgen.grammars", "html5lib")
_FORMAT: Final = 1
_LIMIT: Final = 256_000_000  # bytes of the file
_BUFFERED: Final = 256  # entries that are written at a time
_AHEAD: Final = 64  # entries that are read at a time
_NEXT: Final = "SELECT rowid, key, value FROM entries WHERE rowid > ? ORDER BY rowid LIMIT ?"
_PATIENCE: Final = 1.0  # seconds to wait for others who write

Result = TypeVar("Result")


def user_cache() -> Path:
    """The file that is used where none is named."""
    from platformdirs import user_cache_path

    return user_cache_path("htmlgen", appauthor=False) / "evaluations.sqlite3"


class Cache:
    """Entries by key. To be closed, or used as a context, so that all is written."""

    def __init__(self, file: Path, *, limit: int = _LIMIT) -> None:
        """Never raises for the file: a cache that cannot be used holds nothing. Args: limit, bytes of the file."""
        self.limit = limit
        self._new: dict[bytes, bytes] = {}
        self._ahead: dict[bytes, bytes] = {}  # compressed; what is asked for next, if it is asked for in the order in which it was put
        self._last_row = 0  # that was read
        self._connection = _opened(file)

    def __enter__(self) -> "Cache":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def get(self, key: bytes) -> bytes | None:
        """What was put there, None for nothing, or nothing of use."""
        if key in self._new:
            return self._new[key]
        found = self._ahead[key] if key in self._ahead else self._read(key)
        with contextlib.suppress(zlib.error, TypeError):  # what zlib unpacks carries a checksum
            return None if found is None else zlib.decompress(found)
        return None

    def _read(self, key: bytes) -> bytes | None:
        """An entry of the file, and those behind it, if it stands behind the last one: a query costs as much as ten entries."""
        row = self._do(lambda connection: connection.execute("SELECT rowid, value FROM entries WHERE key = ?", (key,)).fetchone())
        if row is None:
            return None
        number, found = row
        if number == self._last_row + 1:
            rows = self._do(lambda connection: connection.execute(_NEXT, (number, _AHEAD)).fetchall()) or []
            self._ahead = {each: value for _, each, value in rows}
            number = rows[-1][0] if rows else number
        self._last_row = number
        return found  # type: ignore[no-any-return]

    def put(self, key: bytes, value: bytes) -> None:
        """Keep a value; it is written with others, or when the cache is closed."""
        self._new[key] = value
        if len(self._new) >= _BUFFERED:
            self._write()

    def close(self) -> None:
        """Write what is not written yet."""
        self._write()
        self._do(lambda connection: connection.close())
        self._connection = None

    def _write(self) -> None:
        rows = [(key, zlib.compress(value, 1)) for key, value in self._new.items()]
        self._new = {}
        if rows:
            self._do(lambda connection: _insert(connection, rows, self.limit))

    def _do(self, action: Callable[[sqlite3.Connection], Result]) -> Result | None:
        """An action on the file; one that goes wrong is the last one."""
        if self._connection is None:
            return None
        try:
            return action(self._connection)
        except sqlite3.Error:
            self._connection = None
            return None


def _insert(connection: sqlite3.Connection, rows: list[tuple[bytes, bytes]], limit: int) -> None:
    with connection:
        connection.executemany("INSERT OR REPLACE INTO entries (key, value) VALUES (?, ?)", rows)
        while _used(connection) > limit:  # rows are numbered as they come, so the lowest quarter is the oldest
            connection.execute("DELETE FROM entries WHERE rowid <= (SELECT min(rowid) + (max(rowid) - min(rowid)) / 4 FROM entries)")


def _used(connection: sqlite3.Connection) -> int:
    """Bytes of the file that hold something; none where there is no entry."""
    (bytes_used,) = connection.execute(
        """SELECT (page_count - freelist_count) * page_size * EXISTS (SELECT 1 FROM entries)
        FROM pragma_page_count, pragma_freelist_count, pragma_page_size"""
    ).fetchone()
    return int(bytes_used)


def _opened(file: Path) -> sqlite3.Connection | None:
    """A file, made where there is none, and made anew where it is no cache; None where that cannot be."""
    for again in (True, False):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(file, timeout=_PATIENCE)
            connection.execute("CREATE TABLE IF NOT EXISTS entries (key BLOB UNIQUE NOT NULL, value BLOB NOT NULL)")
            connection.execute("SELECT key, value FROM entries LIMIT 1")
            return connection
        except sqlite3.OperationalError:  # locked, or no way to write there
            return None
        except (sqlite3.DatabaseError, OSError):
            if not again or not file.is_file():
                return None
            with contextlib.suppress(OSError):
                file.unlink()
    return None


def key_of(text: str, how: str) -> bytes:
    """The key of a page's text, judged in a way that `how` says in full."""
    digest = sha256(_judges())
    digest.update(how.encode() + b"\0")
    digest.update(text.encode("utf-8", "surrogatepass"))
    return digest.digest()


@once
def _judges() -> bytes:
    """A hash of all that judges a page beside its text: files by size and time, as reading them all takes longer than a page."""
    digest = sha256(f"{_FORMAT} {sys.version}".encode())
    for package in _JUDGES:
        spec = find_spec(package)
        for folder in spec.submodule_search_locations or () if spec else ():
            digest.update(f"{package}\n".encode())
            for line in listed(folder):
                digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.digest()
