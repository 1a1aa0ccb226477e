"""Where grammar files come from: a folder, the grammars that ship with htmlgen, or text in hand. Files are read, and bounded, here."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from htmlgen.errors import GrammarError, UnknownGrammarError
from htmlgen.relaxng.limits import Limits, Place
from htmlgen.relaxng.spelling import did_you_mean

#: A file's path, a packaged grammar's name or a file's name, or a grammar's text (recognised by a brace).
Origin = str | Path

#: What an include asked for, the folder that it asked from, and the SHA-256 of the text that it got.
Request = tuple[str, tuple[str, ...], str]

TEXT_NAME: Final = "<text>"


@cache
def packaged() -> Path:
    """The folder of the grammars that ship with htmlgen: package data, or the repository's folder."""
    spec = find_spec("htmlgen.grammars")
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) if folders else Path(__file__).parents[2] / "grammars"


@cache
def packaged_names() -> tuple[str, ...]:
    """The names of the packaged grammars, without `.rnc`."""
    return tuple(sorted(file.name.removesuffix(".rnc") for file in packaged().iterdir() if file.name.endswith(".rnc")))


def is_packaged(source: Origin) -> bool:
    """Whether a source is the name of a packaged grammar, or of none: no text, no path, and no file that is there."""
    return isinstance(source, str) and "{" not in source and Path(source).name == source and not Path(source).is_file()


def text_hash(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Files:
    """Reads the files of one grammar, within limits, and keeps their texts by name.

    A folder is a tuple: of one path for a file's own folder, empty for what has none (packaged grammars and text in hand), which
    can include packaged grammars only.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.read: dict[str, str] = {}
        self.requests: list[Request] = []
        self.opened = 0

    def open(self, source: Origin) -> tuple[str, str, tuple[str, ...]]:
        """Name, text and folder of a grammar. Raises: UnknownGrammarError, GrammarError."""
        if isinstance(source, str) and "{" in source:
            self.read[TEXT_NAME] = source
            return TEXT_NAME, source, ()
        if isinstance(source, str) and is_packaged(source):
            return self._packaged(source, None)
        return self._file(Path(source), None)

    def include(self, href: str, folder: tuple[str, ...], place: Place) -> tuple[str, str, tuple[str, ...]]:
        """Name, text and folder of an included file: beside the file that includes it, else packaged."""
        name, text, where = self._included(href, folder, place)
        self.requests.append((href, folder, text_hash(text)))
        return name, text, where

    def _included(self, href: str, folder: tuple[str, ...], place: Place) -> tuple[str, str, tuple[str, ...]]:
        if "://" in href or Path(href).is_absolute():
            raise place.error(f'include "{href}": expected a file relative to this one, or a packaged grammar')
        if folder and (beside := Path(folder[0]) / href).is_file():
            return self._file(beside, place)
        if "/" in href or href.removesuffix(".rnc") not in packaged_names():
            where = f"in {folder[0]} or " if folder else ""
            raise place.error(f'include "{href}": no such file {where}among the packaged grammars ({", ".join(packaged_names())})')
        return self._packaged(href, place)

    def _packaged(self, name: str, place: Place | None) -> tuple[str, str, tuple[str, ...]]:
        name = name.removesuffix(".rnc")
        if name not in (names := packaged_names()):
            raise UnknownGrammarError(f"no grammar '{name}' among {', '.join(names) or 'none'}{did_you_mean(name, names)}")
        return f"{name}.rnc", self._bounded(f"{name}.rnc", (packaged() / f"{name}.rnc").read_bytes(), place), ()

    def _file(self, path: Path, place: Place | None) -> tuple[str, str, tuple[str, ...]]:
        if not path.is_file():
            raise UnknownGrammarError(f"no grammar file {path}; packaged are {', '.join(packaged_names()) or 'none'}")
        with path.open("rb") as file:
            content = file.read(self.limits.file_bytes + 1)
        return str(path), self._bounded(str(path), content, place), (str(path.parent),)

    def _bounded(self, name: str, content: bytes, place: Place | None) -> str:
        self.opened += 1
        if len(content) > self.limits.file_bytes:
            raise GrammarError(f"{name}: the file is larger than the limit of {self.limits.file_bytes:,} bytes")
        if self.opened > self.limits.files:
            raise GrammarError(f"{place or name}: more files than the limit of {self.limits.files}")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise GrammarError(f"{name}: the file is not UTF-8 (byte {error.start})") from None
        self.read[name] = text.replace("\r\n", "\n")
        return self.read[name]


def unchanged(requests: Iterable[Request], limits: Limits) -> bool:
    """Whether each include would get the same text again."""
    files = Files(limits)
    nowhere = Place(TEXT_NAME, 1, 1)
    try:
        return all(text_hash(files.include(href, tuple(folder), nowhere)[1]) == known for href, folder, known in requests)
    except (GrammarError, OSError):
        return False
