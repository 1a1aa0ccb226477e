"""Grammar files → one grammar: includes resolved, overrides and combinations merged, and what cannot be meant refused.

Laws: after `load_grammar`, every name that is used is defined, and no definition uses itself without an element between.
An include with braces takes out of the included file each definition that the braces define, then adds theirs
(RELAX NG specification, 4.7); `|=` and `&=` join all definitions of a name (4.17).
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from htmlgen.errors import GrammarError
from htmlgen.relaxng.limits import Limits, Place
from htmlgen.relaxng.parser import START, parse
from htmlgen.relaxng.sources import Files, Origin, Request
from htmlgen.relaxng.spelling import did_you_mean
from htmlgen.relaxng.syntax import Atom, Attribute, Combined, Define, Element, Include, Node, Ref, Source, children


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """All that a grammar says under one name; the start pattern has the name `START`."""

    name: str
    pattern: Node
    parts: tuple[Define, ...]

    @property
    def place(self) -> Place:
        return self.parts[0].place


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """A loaded grammar.

    `definitions` holds the start pattern under `START`; `warnings` are lints that do not keep the grammar from being used;
    `requests` says which includes were asked for, and what text they got; `comments` are the plain `#` comments with their places.
    """

    name: str
    definitions: Mapping[str, Definition]
    warnings: tuple[str, ...]
    requests: tuple[Request, ...]
    comments: tuple[tuple[Place, str], ...]
    limits: Limits = field(default_factory=Limits)

    @property
    def start(self) -> Node:
        """The start pattern."""
        return self.definitions[START].pattern

    def below(self, node: Node) -> tuple[Node, ...]:
        """The parts of a pattern with names followed, down to (not into) elements and attributes."""
        if isinstance(node, Ref):
            return (self.definitions[node.name].pattern,)
        return () if isinstance(node, Element | Attribute) else children(node)


def load_grammar(source: Origin, limits: Limits | None = None) -> Grammar:
    """Read a grammar with all that it includes, and check it.

    Args: source is a file's `Path`, the name of a packaged grammar (`"html"`), a file's name, or, where it holds a brace, the
    grammar's text (which can include packaged grammars only).
    Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError.
    """
    limits = limits or Limits()
    files = Files(limits)
    name, text, folder = files.open(source)
    reading = _Reading(files, limits)
    parts = reading.flatten(parse(text, name, limits), (*folder, name))
    definitions = _merge(parts, name)
    _check_names(definitions)
    _check_loops(definitions)
    unused = tuple(_unused(definitions, name, reading.overridden))
    return Grammar(name, definitions, unused, tuple(files.requests), tuple(reading.comments), limits)


class _Reading:
    """The files being read: who includes whom, and what was found."""

    def __init__(self, files: Files, limits: Limits) -> None:
        self.files = files
        self.limits = limits
        self.open: list[str] = []
        self.comments: list[tuple[Place, str]] = []
        self.overridden: set[str] = set()
        self.count = 0

    def flatten(self, source: Source, key: tuple[str, ...]) -> list[Define]:
        """The definitions of a file and of its includes, in order. `key` is the file's folder, if it has one, and its name."""
        self.open.append("/".join(key))
        self.comments.extend(source.comments)
        found: list[Define] = []
        for item in source.items:
            found.extend(self.included(item, key[:-1]) if isinstance(item, Include) else (item,))
        self.count += sum(isinstance(item, Define) for item in source.items)
        if self.count > self.limits.definitions:
            raise GrammarError(f"{source.file}: more definitions than the limit of {self.limits.definitions:,}")
        self.open.pop()
        return found

    def included(self, include: Include, folder: tuple[str, ...]) -> list[Define]:
        name, text, where = self.files.include(include.href, folder, include.place)
        key = (*where, name)
        if "/".join(key) in self.open:
            chain = " → ".join(path.rpartition("/")[2] for path in (*self.open, "/".join(key)))
            raise include.place.error(f"files include each other: {chain}")
        if len(self.open) > self.limits.includes:
            raise include.place.error(f"includes within each other beyond the limit of {self.limits.includes}")
        parts = self.flatten(parse(text, name, self.limits), key)
        self.overridden.update(override.name for override in include.overrides)
        return _overridden(parts, include)


def _overridden(parts: list[Define], include: Include) -> list[Define]:
    known = {part.name for part in parts}
    for override in include.overrides:
        if override.name not in known:
            meant = did_you_mean(override.name, known - {START})
            raise override.place.error(f"'{override.name}' overrides nothing in {include.href}{meant}")
    replaced = {override.name for override in include.overrides}
    return [part for part in parts if part.name not in replaced] + list(include.overrides)


def _merge(parts: Iterable[Define], file: str) -> dict[str, Definition]:
    grouped: dict[str, list[Define]] = {}
    for part in parts:
        grouped.setdefault(part.name, []).append(part)
    if START not in grouped:
        raise GrammarError(f"{file}: no start pattern; write 'start = …'")
    return {name: _combined(name, group) for name, group in grouped.items()}


def _combined(name: str, parts: list[Define]) -> Definition:
    plain = [part for part in parts if part.operator == "="]
    if len(plain) > 1:
        raise plain[1].place.error(f"'{name}' is defined twice, first at {plain[0].place}; join them by '|=' or '&='")
    joined = [part for part in parts if part.operator != "="]
    if clash := next((part for part in joined if part.operator != joined[0].operator), None):
        raise clash.place.error(f"'{name}' is joined by '{clash.operator}' here, by '{joined[0].operator}' at {joined[0].place}")
    if len(parts) == 1:
        return Definition(name, parts[0].pattern, tuple(parts))
    pattern = Combined(joined[0].operator[0], tuple(part.pattern for part in parts), parts[0].place)
    return Definition(name, pattern, tuple(parts))


# Lints --------------------------------------------------------------------------------------------------------------------------


def _walk(node: Node, into_elements: bool) -> Iterator[Node]:
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        if into_elements or not isinstance(node, Element):
            stack.extend(reversed(children(node)))


def _uses(definition: Definition, into_elements: bool) -> list[Ref]:
    return [node for node in _walk(definition.pattern, into_elements) if isinstance(node, Ref)]


def _check_names(definitions: Mapping[str, Definition]) -> None:
    for definition in definitions.values():
        for ref in _uses(definition, into_elements=True):
            if ref.name not in definitions:
                meant = did_you_mean(ref.name, definitions.keys() - {START})
                raise ref.place.error(f"'{ref.name}' is not defined{meant}")


def _check_loops(definitions: Mapping[str, Definition]) -> None:
    """Refuse definitions that come back to themselves without an element between (RELAX NG specification, 4.19)."""
    uses = {name: _uses(definition, into_elements=False) for name, definition in definitions.items()}
    done: set[str] = set()
    for name in definitions:
        path: dict[str, Iterator[Ref]] = {} if name in done else {name: iter(uses[name])}
        while path:
            top = next(reversed(path))
            ref = next(path[top], None)
            if ref is None:
                done.add(top)
                del path[top]
            elif ref.name in path:
                loop = [*path][[*path].index(ref.name) :]
                raise ref.place.error(f"definitions use each other without an element between: {' → '.join([*loop, ref.name])}")
            elif ref.name not in done:
                path[ref.name] = iter(uses[ref.name])


def _unused(definitions: Mapping[str, Definition], file: str, overridden: Set[str]) -> list[str]:
    """Definitions of the grammar's own file that are not used.

    An included file is a library, of which one uses what one needs; what is not allowed, or overridden by nothing, has been taken out on
    purpose.
    """
    reached, ahead = {START}, [START]
    while ahead:
        for ref in _uses(definitions[ahead.pop()], into_elements=True):
            if ref.name not in reached:
                reached.add(ref.name)
                ahead.append(ref.name)
    own = [each for each in definitions.values() if each.place.file == file and each.name not in reached]
    return [f"{each.place}: '{each.name}' is not used" for each in own if not _taken_out(each, overridden)]


def _taken_out(definition: Definition, overridden: Set[str]) -> bool:
    keyword = definition.pattern.keyword if isinstance(definition.pattern, Atom) else ""
    return keyword == "notAllowed" or (keyword == "empty" and definition.name in overridden)
