"""What a snippet shall be: of a kind, like an example, or on a skeleton; each becomes the automaton of such snippets.

A kind is a grammar in `grammars/kinds/snippet`; a skeleton and an example narrow a grammar at hand to one tree (`relaxng.fixing`).
"""

from dataclasses import dataclass
from functools import lru_cache

from htmlgen.errors import ConfigError, SkeletonError
from htmlgen.markup.abbreviations import read_abbreviation
from htmlgen.markup.skeletons import Element, Part, Skeleton, from_events
from htmlgen.relaxng import Automaton, load_automaton
from htmlgen.relaxng.sources import packaged
from htmlgen.relaxng.spelling import did_you_mean


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

    def automaton(self, base: Automaton) -> Automaton:
        """The automaton of such snippets. Args: base, the grammar that a skeleton and an example are held to.

        Raises: ConfigError, for a kind that is none; SkeletonError, where the grammar has no such snippet.
        """
        from htmlgen.relaxng.fixing import fixed

        if self.skeleton:
            return fixed(base, read_abbreviation(self.skeleton))
        return fixed(base, _example(self.like, base)) if self.like else kind_automaton(self.kind)


def snippet_kinds() -> tuple[str, ...]:
    """The names of all kinds of snippets."""
    files = (packaged() / "kinds" / "snippet").iterdir()
    return tuple(sorted(file.name.removesuffix(".rnc") for file in files if file.name.endswith(".rnc")))


def kind_automaton(name: str) -> Automaton:
    """The grammar of a kind. Raises: ConfigError, naming the kinds that there are."""
    if name not in (known := snippet_kinds()):
        raise ConfigError(f"no kind {name!r} of snippets among {', '.join(known)}{did_you_mean(name, known)}")
    return load_automaton((packaged() / "kinds" / "snippet" / f"{name}.rnc").read_text(encoding="utf-8"))


def _example(html: str, base: Automaton) -> Skeleton:
    """The skeleton of an example, repaired into a grammar."""
    from htmlgen.markup.reader import read
    from htmlgen.relaxng.fixing import home
    from htmlgen.relaxng.repair import repair

    events = read(html, fragment=True).events
    asked = next((part.name for part in from_events(events) if isinstance(part, Element)), "")
    roots = tuple(_opened(part, base) for part in from_events(repair(events, home(base)).events) if isinstance(part, Element))
    if not roots or roots[0].name != asked:
        raise SkeletonError(f"the example holds no element that can stand by itself: {html[:60]!r}; begin with ul, section, table …")
    return roots


def _opened(part: Element, base: Automaton) -> Element:
    """An element of an example, its values open but for classes and choices from a list; without ids and what refers to them."""
    found = [(name, _kept(part.name, name, value or "", base)) for name, value in part.attributes if not _bound(part.name, name, base)]
    children: tuple[Part, ...] = tuple(_opened(child, base) if isinstance(child, Element) else child for child in part.children)
    return Element(part.name, tuple(found), children)


def _kept(element: str, name: str, value: str, base: Automaton) -> str | None:
    if name == "class":
        return value
    kinds = (base.datatypes[use] for use in _datatypes(element, name, base))
    return value if any(kind.accepts(value) and kind.strings(100) is not None for kind in kinds) else None


def _datatypes(element: str, name: str, base: Automaton) -> set[int]:
    uses = (use for number in base.named(element) for form in base.elements[number].forms for use in base.attributes[form.attributes].uses)
    return {use.datatype for use in uses if use.names.accepts(name)}


@lru_cache(maxsize=512)
def _bound(element: str, name: str, base: Automaton) -> bool:
    """Whether an attribute is an id, or refers to one."""
    uses = (use for number in base.named(element) for form in base.elements[number].forms for use in base.attributes[form.attributes].uses)
    return any(use.notes.id or use.notes.ref for use in uses if use.names.accepts(name))
