"""Files, folders, globs and standard input, read as pages. What a file holds is told by its content:

- JSON lines: the first line that is not blank is a JSON object (or the file is called `*.jsonl` or `*.ndjson`); the page is its key
  `html`, or else `page`;
- one page a line: at least two lines are not blank, and each of those, or the first 64, begins a page, with `<!doctype` or `<html`, and
  goes on after its doctype; lines of fragments are pages only if asked for;
- one page: everything else.

What cannot be read is a value, `UnreadablePage`, not an exception: the pages after it still come. Lines are read one at a time, so that
memory does not grow with their number, nor with what is above the limit.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Final, TypeAlias

from htmlgen.errors import InputError
from htmlgen.evaluation.encoding import decode
from htmlgen.evaluation.findings import Finding
from htmlgen.evaluation.running.walking import paths_of
from htmlgen.evaluation.selecting import Paths
from htmlgen.evaluation.sizes import PAGE_LIMIT, size_of

_JSON_SUFFIXES: Final = (".jsonl", ".ndjson")
_JSON_KEYS: Final = ("html", "page")
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_SNIFFED: Final = 8192  # bytes looked at to tell text from a binary file
_SNIFFED_LINES: Final = 64  # that are not blank, looked at to tell pages from lines of one page
_UNMARKED_UTF16: Final = re.compile(rb"(?:[\t\n\f\r ]\0)*<\0|(?:\0[\t\n\f\r ])*\0<")

_BEGINS_A_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html)[\s>]", re.IGNORECASE)
_ONLY_A_DOCTYPE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<!doctype[^>]*>?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedPage:
    """A page and where it comes from: its file, or `file:line`."""

    name: str
    text: str
    size: int  #: bytes as stored; of a page out of JSON, bytes in UTF-8
    path: str  #: of its file; `stdin` for standard input
    encoding: tuple[Finding, ...] = ()  #: what is wrong with its bytes


@dataclass(frozen=True, slots=True)
class UnreadablePage:
    """What stands in for pages that could not be read."""

    name: str
    error: InputError


Read: TypeAlias = NamedPage | UnreadablePage


def read_pages(
    sources: Sequence[str],
    *,
    lines: bool = False,
    stdin: IO[bytes] | None = None,
    limit: int = PAGE_LIMIT,
    exclude: Paths | None = None,
) -> Iterator[Read]:
    """The pages of files, folders (recursively), globs, and `-` for standard input, one after another.

    Args: lines, take every line that is not blank for a page, whatever it begins with; stdin, read for `-`, None for the process's own;
    limit, bytes above which a page is refused; exclude, what to leave out of folders and globs.
    Never raises for a source: see `UnreadablePage`.
    """
    for source in sources:
        if source == "-":
            yield from _guarded("stdin", stdin or sys.stdin.buffer, lines, limit)
            continue
        try:
            for path in paths_of(source, exclude):
                yield from [UnreadablePage(source, path)] if isinstance(path, InputError) else _file(path, lines, limit)
        except (OSError, ValueError) as error:  # a name that no file can have
            yield UnreadablePage(source, _unreadable(source, error))


def _file(path: Path, lines: bool, limit: int) -> Iterator[Read]:
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        yield UnreadablePage(str(path), _unreadable(str(path), error))
        return
    with file:
        yield from _guarded(str(path), file, lines, limit)


def _guarded(name: str, file: IO[bytes], lines: bool, limit: int) -> Iterator[Read]:
    """The pages of a file, and what goes wrong with it as a value."""
    try:
        yield from _content(name, _Stream(file), lines, limit)
    except InputError as error:
        yield UnreadablePage(name, error)
    except (OSError, ValueError) as error:
        yield UnreadablePage(name, _unreadable(name, error))


def _unreadable(name: str, error: Exception) -> InputError:
    return InputError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}; check the name and its permissions")


class _Stream:
    """A file that may be read twice, as far as it was read until `settle`, even if it cannot seek, as a pipe."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._begun: BytesIO | None = BytesIO()  # what was read and is to be read again
        self._settled = False

    def read(self, size: int) -> bytes:
        """At most so many bytes; fewer at the end alone."""
        begun = self._begun.read(size) if self._begun else b""
        return begun + self._more(self._file.read(size - len(begun)) if len(begun) < size else b"")

    def readline(self, size: int) -> bytes:
        """A line with its end, or its first bytes."""
        begun = self._begun.readline(size) if self._begun else b""
        whole = len(begun) == size or begun.endswith(b"\n")
        return begun + self._more(b"" if whole else self._file.readline(size - len(begun)))

    def _more(self, read: bytes) -> bytes:
        if self._begun and read:
            if self._settled:
                self._begun = None
            else:
                self._begun.write(read)
        return read

    def rewind(self) -> None:
        assert self._begun is not None
        self._begun.seek(0)

    def settle(self) -> None:
        """Back to the beginning, for the last time."""
        self.rewind()
        self._settled = True


def _content(name: str, file: _Stream, lines: bool, limit: int) -> Iterator[Read]:
    """The pages of one file."""
    head = file.read(_SNIFFED)
    file.rewind()
    if head.startswith(_UTF16_MARKS):
        yield from _utf16(name, _at_most(file, limit, name), lines, limit)
        return
    _check(name, head)
    reader = _page_a_line if lines else _reader(name, file, limit)
    file.settle()
    yield from reader(name, file, limit)


def _utf16(name: str, content: bytes, lines: bool, limit: int) -> Iterator[Read]:
    """The pages of bytes in UTF-16, which are read as if they were UTF-8; of one page it is told."""
    text, encoding = decode(content)
    file = _Stream(BytesIO(text.encode("utf-8", "replace")))
    reader = _page_a_line if lines else _reader(name, file, limit)
    file.settle()
    for page in reader(name, file, limit):
        whole = reader is _one_page and isinstance(page, NamedPage)
        yield NamedPage(name, text, len(content), name, encoding) if whole else page


def _check(name: str, head: bytes) -> None:
    """Raises: InputError, for a file that is no text. NULs in what begins as HTML does are the page's own faults."""
    if _UNMARKED_UTF16.match(head):
        raise InputError(f"{name} looks like UTF-16 without its byte order mark, so no parser reads it; save it as UTF-8, or with the mark")
    if b"\0" in head and not (head.lstrip().startswith(b"<") and head.count(b"\0") < len(head) / 4):
        raise InputError(f"{name} is a binary file, not a page: it has NUL bytes; give HTML text")


def _reader(name: str, file: _Stream, limit: int) -> "Callable[[str, _Stream, int], Iterator[Read]]":
    """Which of the three kinds a file is."""
    if name.lower().endswith(_JSON_SUFFIXES):
        return _json_lines
    seen = size = 0
    for _, line in _numbered_lines(file, limit):
        if not seen and _is_json_object(line):
            return _json_lines
        if not _BEGINS_A_PAGE.match(line) or _ONLY_A_DOCTYPE.fullmatch(line):
            return _one_page
        seen, size = seen + 1, size + len(line)
        if seen == _SNIFFED_LINES or size > limit:
            break
    return _page_a_line if seen > 1 else _one_page


def _numbered_lines(file: _Stream, limit: int) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, numbered from 1. A line above the limit is cut a byte above it."""
    number = 0
    while line := file.readline(limit + 2):
        number += 1
        whole = line.endswith(b"\n")
        if line.removeprefix(_UTF8_MARK).strip():
            yield number, line.rstrip(b"\r\n")[: limit + 1]
        while not whole and (rest := file.readline(_SNIFFED)):
            whole = rest.endswith(b"\n")


def _one_page(name: str, file: _Stream, limit: int) -> Iterator[Read]:
    content = _at_most(file, limit, name)
    if not content.removeprefix(_UTF8_MARK).strip():
        raise InputError(f"{name} is empty: {'it has only white space' if content else 'no bytes'}; give a file with HTML in it")
    text, encoding = decode(content)
    yield NamedPage(name, text, len(content), name, encoding)


def _page_a_line(name: str, file: _Stream, limit: int) -> Iterator[Read]:
    number = 0
    for number, line in _numbered_lines(file, limit):
        place = f"{name}:{number}"
        if len(line) > limit:
            yield UnreadablePage(place, _too_large(place, limit))
        else:
            text, encoding = decode(line)
            yield NamedPage(place, text, len(line), name, encoding)
    if not number:
        raise InputError(f"{name} is empty: it has no line to read; give a file with a page on each line")


def _json_lines(name: str, file: _Stream, limit: int) -> Iterator[Read]:
    number = 0
    for number, line in _numbered_lines(file, limit):
        place = f"{name}:{number}"
        try:
            text = _page_of_json(line, name, number)
            yield NamedPage(place, text, size_of(text), name)
        except InputError as error:
            yield UnreadablePage(place, _too_large(place, limit) if len(line) > limit else error)
    if not number:
        raise InputError(f"{name} is empty: it has no JSON line; give one object a line, as {{\"html\": \"<p>...\"}}")


def _page_of_json(line: bytes, name: str, number: int) -> str:
    where = f"{name}, line {number}:"
    try:
        found = json.loads(line.removeprefix(_UTF8_MARK).decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deep")
        raise InputError(f"{where} malformed JSON ({reason}); write one JSON object a line") from None
    if not isinstance(found, dict):
        raise InputError(f"{where} not a JSON object; write one a line, with the page as its key 'html'")
    for key in _JSON_KEYS:
        if isinstance(page := found.get(key), str):
            return page
    keys = ", ".join(map(str, list(found)[:8])) or "no keys"
    raise InputError(f"{where} the object has no text under 'html' or 'page', only {keys}; write the page as its key 'html'")


def _is_json_object(line: bytes) -> bool:
    if not line.removeprefix(_UTF8_MARK).lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(line.removeprefix(_UTF8_MARK).decode("utf-8", "replace")), dict)
    except (ValueError, RecursionError):
        return False


def _at_most(file: _Stream, limit: int, name: str) -> bytes:
    content = file.read(limit + 1)
    if len(content) > limit:
        raise _too_large(name, limit)
    return content


def _too_large(name: str, limit: int) -> InputError:
    return InputError(f"{name} is above the limit of {limit:,} bytes a page; split it, or raise the limit")
