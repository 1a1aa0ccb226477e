"""What a template or a document asks for, and the snippets for it: what all plugins that write have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self
from zlib import crc32

from htmlgen.errors import ConfigError
from htmlgen.relaxng.spelling import did_you_mean

if TYPE_CHECKING:
    from htmlgen.pages import Generator


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Snippets that are asked for; see docs/snippets.md."""

    kind: str = ""
    like: str = ""
    skeleton: str = ""
    n: int = 1
    seed: int | None = None  #: of the first snippet; None for one that stays the same as long as the place does
    tokens: int | None = None  #: of a snippet, at most

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Reads options, whose numbers may be words. Raises: ConfigError, naming what there is."""
        known = {field.name: field for field in fields(cls)}
        read: dict[str, Any] = {}
        for given, value in options.items():
            name = given.replace("-", "_")
            if name not in known:
                raise ConfigError(f"no option {given!r} among {', '.join(known)}{did_you_mean(name, known)}")
            read[name] = str(value) if known[name].type is str else _number(given, value)
        return cls(**read)

    def at(self, place: str) -> Self:
        """The same, with a seed that follows from the place, where none was given."""
        return self if self.seed is not None else replace(self, seed=crc32(place.encode()))

    def html(self, bundle: str | None = None) -> str:
        """The snippets, one a line. Raises: HtmlgenError."""
        writer, what = generator(bundle), {"like": self.like, "skeleton": self.skeleton}
        return "\n".join(map(str, writer.snippets(self.n, self.kind, **what, seed=self.seed, max_tokens=self.tokens)))


def _number(name: str, value: Any) -> int | None:
    if value is None:
        return None
    try:
        return int(str(value))
    except ValueError:
        raise ConfigError(f"{name} must be a whole number, got {value!r}") from None


@lru_cache(maxsize=4)
def generator(bundle: str | None = None) -> "Generator":
    """The generator of a bundle, loaded once. Args: bundle, a folder; None is the one that ships with the package."""
    from htmlgen.pages import Generator

    return Generator.load(bundle or None, threads=1)  # builds may run side by side
