"""Pages in pairs: two files page by page, or two folders by the files' relative names."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

from htmlgen.errors import InputError
from htmlgen.evaluation.running.inputs import NamedPage, UnreadablePage, read_pages
from htmlgen.evaluation.running.walking import PAGE_SUFFIXES

_SUFFIXES: Final = PAGE_SUFFIXES | {".jsonl", ".ndjson"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A page and what it is held to."""

    name: str
    reference: str
    candidate: str


@dataclass(frozen=True, slots=True)
class Unpaired:
    """A page that one side alone has, or that cannot be read; the message says which."""

    name: str
    message: str
    unreadable: bool = False


def read_pairs(reference: str, candidate: str) -> Iterator[Pair | Unpaired]:
    """The pages of two files, in their order, or of two folders, by relative names, in the order of names.

    A file of JSON lines, or of a page a line, holds as many pages as `htmlgen eval` sees in it. A side may be `-`, standard input.
    Raises: InputError, for a side that is missing, a folder beside a file, or folders without a page.
    """
    sides = reference, candidate
    for side in sides:
        if side != "-" and not Path(side).exists():
            raise InputError(f"no file or folder {side!r}; give two files, or two folders with files of the same names")
    if sides == ("-", "-"):
        raise InputError("both sides are standard input; give one of them as a file")
    folders = [side for side in sides if Path(side).is_dir()]
    if len(folders) == 1:
        raise InputError(f"{folders[0]} is a folder and the other side is a file; give two files, or two folders")
    yield from _of_folders(Path(reference), Path(candidate)) if folders else _of_files("", reference, candidate)


def _of_folders(reference: Path, candidate: Path) -> Iterator[Pair | Unpaired]:
    names = [_names_under(folder) for folder in (reference, candidate)]
    for folder, found in zip((reference, candidate), names, strict=True):
        if not found:
            raise InputError(f"the folder {folder} holds no page, no file named {', '.join(f'*{end}' for end in sorted(_SUFFIXES))}")
    for name in sorted(names[0] | names[1]):
        if name not in names[1]:
            yield Unpaired(name, f"{name}: only in {reference}")
        elif name not in names[0]:
            yield Unpaired(name, f"{name}: only in {candidate}")
        else:
            yield from _of_files(name, str(reference / name), str(candidate / name))


def _names_under(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


def _of_files(name: str, reference: str, candidate: str) -> Iterator[Pair | Unpaired]:
    """The pages of two files side by side."""
    for one, other in zip_longest(read_pages([reference]), read_pages([candidate])):
        for page in (one, other):
            if isinstance(page, UnreadablePage):
                yield Unpaired(page.name, str(page.error), unreadable=True)
        if one is None or other is None:
            alone = (one or other).name
            yield Unpaired(alone, f"{alone}: {candidate if other is None else reference} has no page for it")
        elif isinstance(one, NamedPage) and isinstance(other, NamedPage):
            yield Pair((name or reference) + one.name[len(reference) :], one.text, other.text)
