"""The files that a source means: a file itself, the pages below a folder, what a glob matches.

Links to folders are not followed, so that no cycle of links is walked; name such a folder to have its pages. Folders are read one at a
time, so that memory does not grow with their number. What cannot be read is a value, so that the files after it still come.
"""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from fnmatch import fnmatchcase
from glob import has_magic
from pathlib import Path
from typing import Final

from htmlgen.errors import InputError
from htmlgen.evaluation.selecting import Paths

PAGE_SUFFIXES: Final = frozenset({".html", ".htm", ".xhtml"})


def paths_of(source: str, exclude: Paths | None = None) -> Iterator[Path | InputError]:
    """The files of a source, those of a folder in the order of their names. Errors are of what is missing, empty, or cannot be read.

    Args: exclude, what to leave out of folders and globs; a file that is named comes all the same.
    """
    path = Path(source)
    if path.is_dir():
        yield from _pages_under(path, exclude)
    elif path.exists():
        yield path
    elif has_magic(source):
        yield from _matches(source, exclude)
    else:
        yield InputError(f"no file or folder {source!r}; {_suggestion(path)}")


def _pages_under(folder: Path, exclude: Paths | None) -> Iterator[Path | InputError]:
    empty = True
    for found in _walk(folder, exclude):
        if isinstance(found, InputError) or found.suffix.lower() in PAGE_SUFFIXES:
            empty = False
            yield found
    if empty:
        yield InputError(f"the folder {folder} holds no page, no file named {_listing(PAGE_SUFFIXES)}; name its files, or use a glob")


def _walk(folder: Path, exclude: Paths | None) -> Iterator[Path | InputError]:
    """The files below a folder, in the order of their paths' parts."""
    stack = [_entries(folder)]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
        elif isinstance(found, InputError):
            yield found
        elif exclude and exclude.fit(found.path):
            continue
        elif found.is_dir(follow_symlinks=False):
            stack.append(_entries(Path(found.path)))
        elif _is_file(found):
            yield Path(found.path)


def _entries(folder: Path) -> Iterator[os.DirEntry[str] | InputError]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        return iter([InputError(f"the folder {folder} cannot be read: {error.strerror}; check its permissions, or exclude it")])
    return iter(entries)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether there are pages to expect: not in pipes and devices; in a broken link, so that it is told."""
    return entry.is_file() or (entry.is_symlink() and not Path(entry.path).exists())


def _matches(pattern: str, exclude: Paths | None) -> Iterator[Path | InputError]:
    """What a glob matches, in order; `**` is any number of folders, at its end any files below."""
    parts = Path(pattern).parts
    start = Path(parts[0]) if Path(pattern).is_absolute() else Path()
    found = sorted(set(_expanded(start, parts[1:] if Path(pattern).is_absolute() else parts)))
    if not found:
        yield InputError(f"nothing matches {pattern!r}; quote it if the shell expands it, and use ** to go into folders")
    for path in found:
        if exclude and exclude.fit(path):
            continue
        if path.is_dir():
            yield from (each for each in _walk(path, exclude) if isinstance(each, InputError) or each.suffix.lower() in PAGE_SUFFIXES)
        else:
            yield path


def _expanded(folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    if not parts:
        yield folder
    elif parts == ("**",):
        yield from (path for path in _walk(folder, None) if isinstance(path, Path) and not _hidden(path, folder))
    elif parts[0] == "**":
        for inner in _folders(folder):
            yield from _expanded(inner, parts[1:])
    elif not has_magic(parts[0]):
        if os.path.lexists(folder / parts[0]):
            yield from _expanded(folder / parts[0], parts[1:])
    else:
        for entry in _listed(folder):
            if fnmatchcase(entry.name, parts[0]) and (parts[0].startswith(".") or not entry.name.startswith(".")):
                yield from _expanded(folder / entry.name, parts[1:])


def _folders(folder: Path) -> Iterator[Path]:
    """A folder and those below it, without hidden ones and links."""
    waiting = [folder]
    while waiting:
        yield (here := waiting.pop())
        waiting += (here / entry.name for entry in _listed(here) if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."))


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    return [entry for entry in _entries(folder) if not isinstance(entry, InputError)]


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _suggestion(path: Path) -> str:
    names = [sibling.name for sibling in path.parent.iterdir()] if path.parent.is_dir() else []
    if close := get_close_matches(path.name, names, n=1):
        return f"did you mean {str(path.parent / close[0])!r}?"
    return "give files, folders, globs, or - for standard input"


def _listing(suffixes: frozenset[str]) -> str:
    return ", ".join(f"*{suffix}" for suffix in sorted(suffixes))
