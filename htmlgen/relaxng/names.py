"""Which names an element or attribute pattern stands for: one name, or all that a wildcard means."""

import re
from dataclasses import dataclass
from typing import Final

# HTML Standard 4.13.3, valid custom element names
_CUSTOM: Final = re.compile(r"[a-z][^\0\t\n\f\r />A-Z]*-[^\0\t\n\f\r />A-Z]*")
_RESERVED_NAMES: Final = (
    "annotation-xml color-profile font-face font-face-src font-face-uri font-face-format font-face-name missing-glyph"
)
_RESERVED: Final = frozenset(_RESERVED_NAMES.split())


@dataclass(frozen=True, slots=True)
class NameTest:
    """One name, or where `name` is empty a wildcard: names that begin with `prefix`, less the excluded ones.

    `prefix` None means every name, empty those without a colon. `custom` keeps to valid names of custom elements.
    """

    name: str = ""
    prefix: str | None = None
    excluded: tuple[str, ...] = ()
    excluded_prefixes: tuple[str, ...] = ()
    custom: bool = False

    def accepts(self, name: str) -> bool:
        """Whether the pattern stands for a name."""
        if self.name:
            return name == self.name
        if name in self.excluded or name.startswith(self.excluded_prefixes or ("\0",)):
            return False
        if self.custom and (not _CUSTOM.fullmatch(name) or name in _RESERVED):
            return False
        return self.prefix is None or (name.startswith(self.prefix) if self.prefix else ":" not in name)

    def __str__(self) -> str:
        return self.name or f"{self.prefix or ''}*"
