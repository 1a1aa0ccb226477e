"""Style sheets of the user's choice: the one that ships with the package, `classless`, or a file."""

import re
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from htmlgen.errors import ConfigError

CLASSLESS: Final = "classless"
_SPACES: Final = re.compile(r"\s*\n\s*")


@lru_cache(maxsize=8)
def style_sheet(chosen: str) -> tuple[str, str]:
    """The name of a style sheet's file, and its text.

    Raises: ConfigError, for a file that is missing, that is no text, or that a style element cannot hold.
    """
    if chosen == CLASSLESS:
        return "classless.css", resources.files("htmlgen.dressing").joinpath("classless.css").read_text(encoding="utf-8")
    path = Path(chosen)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError(f"css must be {CLASSLESS} or a file of CSS, got {chosen!r}: {reason}") from error
    if "</style" in text.lower() or "<!--" in text:
        raise ConfigError(f"css {chosen!r} holds </style or <!--, which no style element can hold; take it out")
    return path.name if path.suffix == ".css" else f"{path.name}.css", text


def on_one_line(css: str) -> str:
    """A style sheet without line breaks, which are white space in CSS."""
    return _SPACES.sub(" ", css).strip()
