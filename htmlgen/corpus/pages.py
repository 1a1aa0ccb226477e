"""Pages from wherever they lie: folders, globs, HTML files, Parquet and JSON lines, local or through fsspec."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any, Final

import fsspec

from htmlgen.errors import InputError
from htmlgen.runtime.parquet import arrow

_HTML_SUFFIXES: Final = (".html", ".htm", ".xhtml")
_SUFFIXES: Final = (*_HTML_SUFFIXES, ".parquet", ".jsonl", ".ndjson")
_SITE_COLUMNS: Final = ("site", "repo", "domain", "host")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a corpus: its HTML, a name to show, the site it is split by, and its licence where the source says."""

    html: str
    name: str
    site: str
    licence: str = ""
    kind: str = ""


def read_pages(sources: Sequence[str]) -> Iterator[Page]:
    """All pages of the sources, in a fixed order.

    A source is a folder (every HTML, Parquet and JSON lines file below it), a glob, or a file. Parquet and JSON lines hold a column
    `html` and, if they can, `site` or `repo`; a file's site is the first folder below the source, or the file itself.
    Raises: InputError, naming the source, if one is missing, holds no page, or cannot be read.
    """
    for source in sources:
        count = 0
        for filesystem, path, root in _files(source):
            for page in _file_pages(filesystem, path, root):
                count += 1
                yield page
        if count == 0:
            raise InputError(f"{source}: no pages in it; a corpus is a folder or glob of {', '.join(_SUFFIXES)} files")


def _files(source: str) -> Iterator[tuple[fsspec.AbstractFileSystem, str, str]]:
    try:
        filesystem, path = fsspec.core.url_to_fs(source)
    except (ValueError, ImportError) as error:  # no such protocol, or its library is not installed
        raise InputError(f"{source}: {error}") from error
    if filesystem.isdir(path):
        found = sorted(name for name in filesystem.find(path) if name.lower().endswith(_SUFFIXES))
    elif any(character in path for character in "*?["):
        found = sorted(name for name in filesystem.glob(path) if filesystem.isfile(name))
    elif filesystem.exists(path):
        found = [path]
    else:
        raise InputError(f"{source}: no such file or folder")
    root = path if filesystem.isdir(path) else ""
    yield from ((filesystem, name, root) for name in found)


def _file_pages(filesystem: fsspec.AbstractFileSystem, path: str, root: str) -> Iterator[Page]:
    suffix = PurePosixPath(path).suffix.lower()
    with filesystem.open(path, "rb") as stream:
        if suffix == ".parquet":
            yield from _parquet(stream, path)
        elif suffix in (".jsonl", ".ndjson"):
            yield from _json_lines(stream, path)
        else:
            yield _html(stream.read(), path, root)


def _html(data: bytes, path: str, root: str) -> Page:
    if b"\0" in data[:8192]:
        raise InputError(f"{path}: a binary file, not a page; leave it out")
    below = path.removeprefix(root).strip("/").split("/")
    site = below[0] if root else path
    return Page(data.decode("utf-8-sig", "replace"), path, site)


def _parquet(stream: IO[bytes], path: str) -> Iterator[Page]:
    pyarrow = arrow()
    try:
        table = pyarrow.parquet.ParquetFile(stream)
    except pyarrow.ArrowInvalid as error:
        raise InputError(f"{path}: not a Parquet file: {error}") from error
    names = [name for name in ("html", "path", "licence", "kind", *_SITE_COLUMNS) if name in table.schema_arrow.names]
    if "html" not in names:
        raise InputError(f"{path}: no column 'html' among {', '.join(table.schema_arrow.names)}")
    number = 0
    for batch in table.iter_batches(batch_size=256, columns=names):
        for row in batch.to_pylist():
            number += 1
            yield _row_page(row, f"{path}:{number}")


def _json_lines(stream: IO[bytes], path: str) -> Iterator[Page]:
    for number, line in enumerate(stream, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}:{number}: not JSON: {error}") from error
        yield _row_page(row, f"{path}:{number}")


def _row_page(row: Any, place: str) -> Page:
    if not isinstance(row, dict) or not isinstance(row.get("html"), str):
        raise InputError(f"{place}: not an object with the page, as text, under 'html'")
    site = next((str(row[name]) for name in _SITE_COLUMNS if row.get(name)), place)
    return Page(row["html"], str(row.get("path") or place), site, str(row.get("licence") or ""), str(row.get("kind") or ""))


def sites(pages: Iterable[Page]) -> set[str]:
    """The sites that pages come from."""
    return {page.site for page in pages}
