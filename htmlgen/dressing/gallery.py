"""A folder beside pages: the pictures, sounds and style sheets that they show, each written once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from htmlgen.dressing.pictures import SUBTITLES, VARIETIES, picture, silence
from htmlgen.errors import OutputError


@dataclass(frozen=True)
class Gallery:
    """A folder, and how pages refer to it."""

    folder: Path
    url: str  #: relative to the pages

    def picture(self, width: int, height: int, variety: int) -> str:
        """The URL of a picture. Raises: OutputError."""
        variety %= VARIETIES
        return self._file(f"picture-{width}x{height}-{variety}.svg", lambda: picture(width, height, variety).encode())

    def sound(self) -> str:
        """The URL of a sound, which video elements play as well. Raises: OutputError."""
        return self._file("silence.wav", silence)

    def subtitles(self) -> str:
        """The URL of subtitles that say nothing. Raises: OutputError."""
        return self._file("subtitles.vtt", SUBTITLES.encode)

    def style(self, name: str, css: str) -> str:
        """The URL of a style sheet. Raises: OutputError."""
        return self._file(name, css.encode)

    def _file(self, name: str, content: Callable[[], bytes]) -> str:
        path = self.folder / name
        try:
            if not path.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content())
        except OSError as error:
            raise OutputError(f"{path}: cannot write there: {error.strerror or error}; choose another folder for assets") from error
        return f"{self.url.rstrip('/')}/{name}"
