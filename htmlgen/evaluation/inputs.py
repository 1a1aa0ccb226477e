"""Files, folders, globs and standard input, read as pages. What a file holds is told by its content:

- JSON lines: the first line that is not blank is a JSON object (or the file is called `*.jsonl` or `*.ndjson`); the page is its key
  `html`, or else `page`;
- one page a line: at least two lines are not blank, and each of those begins a page, with `<!doctype` or `<html`, and goes on after its
  doctype; lines of fragments are pages only if asked for;
- one page: everything else.

What cannot be read is a value, `UnreadablePage`, not an exception: the pages after it still come.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from glob import glob, has_magic
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, Final, TypeAlias

from html5lib._inputstream import HTMLBinaryInputStream

from htmlgen.errors import InputError
from htmlgen.evaluation.parsing import PAGE_LIMIT, size_of

PAGE_SUFFIXES: Final = frozenset({".html", ".htm", ".xhtml"})
_JSON_SUFFIXES: Final = frozenset({".jsonl", ".ndjson"})
_JSON_KEYS: Final = ("html", "page")
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_SNIFFED: Final = 8192  # bytes looked at to tell text from a binary file

_BEGINS_A_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html)[\s>]", re.IGNORECASE)
_ONLY_A_DOCTYPE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<!doctype[^>]*>?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NamedPage:
    """A page and where it comes from: its file, or `file:line`."""

    name: str
    text: str
    size: int  #: bytes as stored; of a page out of JSON, bytes in UTF-8


@dataclass(frozen=True, slots=True)
class UnreadablePage:
    """What stands in for pages that could not be read."""

    name: str
    error: InputError


Read: TypeAlias = NamedPage | UnreadablePage


def read_pages(
    sources: Sequence[str], *, lines: bool = False, stdin: IO[bytes] | None = None, limit: int = PAGE_LIMIT
) -> Iterator[Read]:
    """The pages of files, folders (recursively), globs, and `-` for standard input, one after another.

    Args: lines, take every line that is not blank for a page, whatever it begins with; stdin, read for `-`, None for the process's own;
    limit, bytes above which a page is refused.
    Never raises for a source: see `UnreadablePage`.
    """
    for source in sources:
        if source == "-":
            yield from _guarded("stdin", _stdin, stdin or sys.stdin.buffer, lines, limit)
        else:
            yield from _guarded(source, _source, source, lines, limit)


def _guarded(name: str, read: Callable[..., Iterator[Read]], *arguments: Any) -> Iterator[Read]:
    """What `read` yields, and what it raises as a value."""
    try:
        yield from read(*arguments)
    except InputError as error:
        yield UnreadablePage(name, error)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        yield UnreadablePage(name, InputError(f"{name} cannot be read: {reason}; check the name and its permissions"))


def _source(source: str, lines: bool, limit: int) -> Iterator[Read]:
    for path in _paths(source):
        yield from _guarded(str(path), _file, path, lines, limit)


def _file(path: Path, lines: bool, limit: int) -> Iterator[Read]:
    with path.open("rb") as file:
        yield from _content(str(path), file, lines, limit)


def _stdin(stdin: IO[bytes], lines: bool, limit: int) -> Iterator[Read]:
    """Kept in a file, since content is read twice: once to tell what it is, once for its pages."""
    with TemporaryFile() as file:
        copyfileobj(stdin, file)
        file.seek(0)
        yield from _content("stdin", file, lines, limit)


def _paths(source: str) -> Iterator[Path]:
    path = Path(source)
    if path.is_dir():
        yield from _pages_under(path)
    elif path.exists():
        yield path
    elif has_magic(source):
        yield from _matches(source)
    else:
        raise InputError(f"no file or folder {source!r}; {_suggestion(path)}")


def _pages_under(folder: Path) -> Iterator[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PAGE_SUFFIXES and path.is_file())
    if not found:
        raise InputError(f"the folder {folder} holds no page, no file named {_listing(PAGE_SUFFIXES)}; name its files, or use a glob")
    yield from found


def _matches(pattern: str) -> Iterator[Path]:
    found = sorted(glob(pattern, recursive=True))  # noqa: PTH207 (Path.glob refuses absolute patterns)
    if not found:
        raise InputError(f"nothing matches {pattern!r}; quote it if the shell expands it, and use ** to go into folders")
    for match in map(Path, found):
        if match.is_dir():
            yield from (path for path in sorted(match.rglob("*")) if path.suffix.lower() in PAGE_SUFFIXES and path.is_file())
        else:
            yield match


def _suggestion(path: Path) -> str:
    names = [sibling.name for sibling in path.parent.iterdir()] if path.parent.is_dir() else []
    if close := get_close_matches(path.name, names, n=1):
        return f"did you mean {str(path.parent / close[0])!r}?"
    return "give files, folders, globs, or - for standard input"


def _listing(suffixes: frozenset[str]) -> str:
    return ", ".join(f"*{suffix}" for suffix in sorted(suffixes))


def _content(name: str, file: IO[bytes], lines: bool, limit: int) -> Iterator[Read]:
    """The pages of one file, which must be able to seek."""
    head = file.read(_SNIFFED)
    file.seek(0)
    if head.startswith(_UTF16_MARKS):
        file = BytesIO(_at_most(file, limit, name).decode("utf-16", "replace").encode("utf-8", "replace"))
    elif b"\0" in head:
        raise InputError(f"{name} is a binary file, not a page: it has NUL bytes; give HTML text")
    reader = _page_a_line if lines else _reader(name, file, limit)
    file.seek(0)
    yield from reader(name, file, limit)


def _reader(name: str, file: IO[bytes], limit: int) -> Callable[[str, IO[bytes], int], Iterator[Read]]:
    """Which of the three kinds a file is."""
    if Path(name).suffix.lower() in _JSON_SUFFIXES:
        return _json_lines
    seen = 0
    for _, line in _numbered_lines(file, limit):
        if not seen and _is_json_object(line):
            return _json_lines
        if not _BEGINS_A_PAGE.match(line) or _ONLY_A_DOCTYPE.fullmatch(line):
            return _one_page
        seen += 1
    return _page_a_line if seen > 1 else _one_page


def _numbered_lines(file: IO[bytes], limit: int) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, numbered from 1. A line above the limit is cut a byte above it."""
    number = 0
    while line := file.readline(limit + 2):
        number += 1
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(limit + 2)
        if line.removeprefix(_UTF8_MARK).strip():
            yield number, line.rstrip(b"\r\n")[: limit + 1]


def _one_page(name: str, file: IO[bytes], limit: int) -> Iterator[Read]:
    content = _at_most(file, limit, name)
    if not content.removeprefix(_UTF8_MARK).strip():
        raise InputError(f"{name} is empty: {'it has only white space' if content else 'no bytes'}; give a file with HTML in it")
    yield NamedPage(name, decode(content), len(content))


def _page_a_line(name: str, file: IO[bytes], limit: int) -> Iterator[Read]:
    number = 0
    for number, line in _numbered_lines(file, limit):
        place = f"{name}:{number}"
        if len(line) > limit:
            yield UnreadablePage(place, _too_large(place, limit))
        else:
            yield NamedPage(place, decode(line), len(line))
    if not number:
        raise InputError(f"{name} is empty: it has no line to read; give a file with a page on each line")


def _json_lines(name: str, file: IO[bytes], limit: int) -> Iterator[Read]:
    number = 0
    for number, line in _numbered_lines(file, limit):
        place = f"{name}:{number}"
        try:
            text = _page_of_json(line, name, number)
            yield NamedPage(place, text, size_of(text))
        except InputError as error:
            yield UnreadablePage(place, _too_large(place, limit) if len(line) > limit else error)
    if not number:
        raise InputError(f"{name} is empty: it has no JSON line; give one object a line, as {{\"html\": \"<p>...\"}}")


def _page_of_json(line: bytes, name: str, number: int) -> str:
    where = f"{name}, line {number}:"
    try:
        found = json.loads(decode(line))
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
    try:
        return isinstance(json.loads(decode(line)), dict)
    except (ValueError, RecursionError):
        return False


def _at_most(file: IO[bytes], limit: int, name: str) -> bytes:
    content = file.read(limit + 1)
    if len(content) > limit:
        raise _too_large(name, limit)
    return content


def _too_large(name: str, limit: int) -> InputError:
    return InputError(f"{name} is above the limit of {limit:,} bytes a page; split it, or raise the limit")


def decode(content: bytes) -> str:
    """A page's text: UTF-8, with or without a byte order mark; if it is not, in the encoding that html5lib sniffs. Never fails."""
    try:
        return content.removeprefix(_UTF8_MARK).decode("utf-8")
    except UnicodeDecodeError:
        encoding, _ = HTMLBinaryInputStream(content, useChardet=False).charEncoding
        return encoding.codec_info.decode(content, "replace")[0].removeprefix("\ufeff")
