"""What a snippet shall be: of a kind, like an example, or on a skeleton; each becomes the automaton of such snippets.

A kind is a grammar in `grammars/kinds/snippet`; a skeleton and an example narrow a grammar at hand to one tree (`relaxng.fixing`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from htmlgen.errors import ConfigError
from htmlgen.relaxng.sources import packaged
from htmlgen.relaxng.spelling import did_you_mean

if TYPE_CHECKING:
    from htmlgen.relaxng import Automaton
    from htmlgen.relaxng.fixing import Opening

# A snippet is short, and its parts stand side by side: what is copied word by word, or goes on and on, is seen at once.
MOST_TEXT: Final = 16  #: tokens of text in a row, after which no word begins
LEAST_MATCH: Final = 12  #: tokens that match before a word is copied


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What snippets shall be; one of the three, or none of them for whatever the grammar begins with."""

    kind: str = ""  #: one of `snippet_kinds`
    like: str = ""  #: HTML: the same elements, classes and choices, other texts and values
    skeleton: str = ""  #: an Emmet abbreviation: the elements, and what is fixed of them

    def __post_init__(self) -> None:
        given = [name for name in ("kind", "like", "skeleton") if getattr(self, name)]
        if len(given) > 1:
            raise ConfigError(f"{' and '.join(given)} exclude one another: each says what a snippet is; give one")

    @property
    def fixes(self) -> bool:
        """Whether a tree is fixed, so that the grammar at hand matters."""
        return bool(self.like or self.skeleton)

    def automaton(self, base: "Automaton", opening: "Opening | None" = None) -> "Automaton":
        """The automaton of such snippets.

        Args: base, the grammar that a skeleton and an example are held to; opening, where on its pages they stand, None for anywhere.
        Raises: ConfigError, for a kind that is none; SkeletonError, where the grammar has no such snippet.
        """
        if not self.fixes:
            return kind_automaton(self.kind)
        from htmlgen.markup.abbreviations import read_abbreviation
        from htmlgen.relaxng.examples import read_example
        from htmlgen.relaxng.fixing import fixed

        skeleton = read_abbreviation(self.skeleton) if self.skeleton else read_example(self.like, base, opening)
        return fixed(base, skeleton, opening)


def snippet_kinds() -> tuple[str, ...]:
    """The names of all kinds of snippets."""
    files = (packaged() / "kinds" / "snippet").iterdir()
    return tuple(sorted(file.name.removesuffix(".rnc") for file in files if file.name.endswith(".rnc")))


def kind_automaton(name: str) -> "Automaton":
    """The grammar of a kind. Raises: ConfigError, naming the kinds that there are."""
    from htmlgen.relaxng import load_automaton

    if name not in (known := snippet_kinds()):
        raise ConfigError(f"no kind {name!r} of snippets among {', '.join(known)}{did_you_mean(name, known)}")
    return load_automaton((packaged() / "kinds" / "snippet" / f"{name}.rnc").read_text(encoding="utf-8"))
