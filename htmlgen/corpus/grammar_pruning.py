"""Patterns without what pages do not use.

A pattern is pruned for the names of the elements around it: a list item keeps other children than a section, though both say
`flow.model`. Laws: what is accepted after pruning was accepted before; what was accepted, and uses no more than the pages do, still is.
Parts of attributes' values are pruned where they are literals; `class` keeps the names that pages use.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from htmlgen.corpus.grammar_usage import TOP, Usage
from htmlgen.corpus.grammar_writing import write
from htmlgen.relaxng.annotations import attribute_notes, element_notes
from htmlgen.relaxng.datatypes import Datatypes
from htmlgen.relaxng.grammar import Grammar
from htmlgen.relaxng.limits import Place
from htmlgen.relaxng.name_classes import name_tests
from htmlgen.relaxng.names import NameTest
from htmlgen.relaxng.parser import START
from htmlgen.relaxng.syntax import (
    ANNOTATIONS,
    Annotation,
    AnyName,
    Atom,
    Attribute,
    Combined,
    Data,
    Element,
    Name,
    NameChoice,
    NameClass,
    Node,
    Ref,
    Repeat,
    Value,
    Wrapped,
    all_parts,
    beside,
    named_parts,
)

#: The names of the elements that a pattern stands in; None prunes nothing but what is gone from the whole grammar.
Around = frozenset[str] | None

_NOWHERE: Final = Place("", 1, 1)
EMPTY: Final = Atom("empty", _NOWHERE)
NOT_ALLOWED: Final = Atom("notAllowed", _NOWHERE)
_GONE: Final = ("empty", "notAllowed")
_MOST_CLASSES: Final = 400  # names; an element with more keeps the values of the base


@dataclass(slots=True)
class Pruning:
    """The definitions of a grammar, pruned to what is used."""

    grammar: Grammar
    usage: Usage
    around: dict[str, frozenset[str]] = field(default_factory=dict)
    _datatypes: Datatypes = field(init=False)
    _notes: dict[int, tuple[Annotation, ...]] = field(default_factory=dict)
    _known: dict[tuple[str, Around], Node] = field(default_factory=dict)
    _hollow: set[int] = field(default_factory=set)
    _known_tests: dict[int, list[NameTest]] = field(default_factory=dict)
    _narrow: dict[tuple[int, tuple[str, ...]], Element] = field(default_factory=dict)
    _explicit: dict[str, frozenset[str]] = field(default_factory=dict)
    _spoken: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()  #: definitions that values of attributes are made of, which stay as they are

    def __post_init__(self) -> None:
        self._datatypes = Datatypes(self.grammar)
        self._read_notes()
        self._read_names()
        self.around = self._contexts()
        self._explicit = self._explicit_names()
        while self._find_hollow():
            self._known.clear()

    # Where definitions are used -----------------------------------------------------------------------------------------------------

    def _read_notes(self) -> None:
        """Annotations before a definition speak of the elements and attributes directly in it."""
        for definition in self.grammar.definitions.values():
            for part in definition.parts:
                own = tuple(each for each in part.annotations if each.namespace == ANNOTATIONS)
                self._notes.update((id(node), own) for node in named_parts(part.pattern) if own)

    def _read_names(self) -> None:
        """The elements that the grammar names, and the definitions that attributes' contents use."""
        nodes = [node for each in self.grammar.definitions.values() for node in all_parts(each.pattern)]
        tests = (test for node in nodes if isinstance(node, Element) for test in self._tests(node))
        self._spoken = frozenset(test.name for test in tests)
        ahead = [part for node in nodes if isinstance(node, Attribute) for part in all_parts(node.content)]
        found: set[str] = set()
        while ahead:
            node = ahead.pop()
            if isinstance(node, Ref) and node.name not in found:
                found.add(node.name)
                ahead.extend(all_parts(self.grammar.definitions[node.name].pattern))
        self.values = frozenset(found)

    def annotations(self, node: Element | Attribute) -> tuple[Annotation, ...]:
        """The annotations of an element or attribute, those before its definition included."""
        own = tuple(each for each in node.annotations if each.namespace == ANNOTATIONS)
        return (*self._notes.get(id(node), ()), *own)

    def _contexts(self) -> dict[str, frozenset[str]]:
        """For each definition that is reached the used elements in whose start tag or content it stands."""
        found: dict[str, frozenset[str]] = {}
        ahead = [(START, frozenset((TOP,)))]
        while ahead:
            name, names = ahead.pop()
            if names <= found.get(name, frozenset()) and name in found:
                continue
            found[name] = found.get(name, frozenset()) | names
            ahead.extend(self._reached(self.grammar.definitions[name].pattern, found[name]))
        return found

    def _reached(self, pattern: Node, names: frozenset[str]) -> Iterable[tuple[str, frozenset[str]]]:
        ahead = [(pattern, names)]
        while ahead:
            node, names = ahead.pop()
            if isinstance(node, Ref):
                yield node.name, names
            elif isinstance(node, Element):
                if inside := self.names(node):
                    ahead.append((node.content, inside))
            else:
                ahead.extend((part, names) for part in beside(node))

    def names(self, node: Element) -> frozenset[str]:
        """The names that pages use of an element pattern."""
        tests = self._tests(node)
        named = frozenset(test.name for test in tests if test.name in self.usage.elements)
        wild = [test for test in tests if not test.name]
        others = [name for name in self.usage.elements if name not in self._spoken] if wild else []
        return named | frozenset(name for name in others if any(test.accepts(name) for test in wild))

    def _tests(self, node: Element | Attribute) -> list[NameTest]:
        if id(node.names) not in self._known_tests:
            notes = self.annotations(node)
            custom = isinstance(node, Element) and element_notes(notes).custom
            prefix = attribute_notes(notes).prefix if isinstance(node, Attribute) else ""
            self._known_tests[id(node.names)] = name_tests(node.names, prefix, custom)
        return self._known_tests[id(node.names)]

    def _explicit_names(self) -> dict[str, frozenset[str]]:
        """For each element the attributes that the grammar names on it, and the beginnings of names that have their own wildcard."""
        found: dict[str, set[str]] = {}
        for name, around in self.around.items():
            for node, bearers in self._attributes(self.grammar.definitions[name].pattern, around):
                for element in bearers:
                    found.setdefault(element, set()).update(test.name or test.prefix or "" for test in self._tests(node))
        return {name: frozenset(each - {""}) for name, each in found.items()}

    def _attributes(self, pattern: Node, names: frozenset[str]) -> Iterable[tuple[Attribute, frozenset[str]]]:
        ahead = [(pattern, names)]
        while ahead:
            node, names = ahead.pop()
            if isinstance(node, Attribute):
                yield node, names
            elif isinstance(node, Element):
                ahead.append((node.content, self.names(node)))
            else:
                ahead.extend((part, names) for part in beside(node))

    # Pruning ------------------------------------------------------------------------------------------------------------------------

    def definition(self, name: str) -> Node:
        """A definition pruned for all elements that it is used in; elements in it are whole."""
        return self._defined(name, None if name in self.values else self.around[name])

    def _defined(self, name: str, around: Around) -> Node:
        if (name, around) not in self._known:
            self._known[name, around] = self.pruned(self.grammar.definitions[name].pattern, around)
        return self._known[name, around]

    def pruned(self, node: Node, around: Around) -> Node:
        """A pattern without what the elements around it do not use; elements in it are whole."""
        return _PRUNERS[type(node)](self, node, around)

    def _ref(self, node: Ref, around: Around) -> Node:
        if node.name not in self.around:
            return NOT_ALLOWED
        whole = self.definition(node.name)
        here = whole if around is None else self._defined(node.name, around)
        if isinstance(here, Atom) and here.keyword in _GONE:
            return here
        return node if here is whole or write(here) == write(whole) else here

    def _atom(self, node: Atom, around: Around) -> Node:
        if node.keyword != "text":
            return EMPTY if node.keyword == "empty" else NOT_ALLOWED
        return node if around is None or self.usage.has_text(around) else EMPTY

    def _as_it_is(self, node: Value | Data, around: Around) -> Node:
        return node

    def _wrapped(self, node: Wrapped, around: Around) -> Node:
        if node.keyword == "list":
            return node
        body = self.pruned(node.body, around)
        used = around is None or self.usage.has_text(around)
        return body if not used or body is NOT_ALLOWED else replace(node, body=body)

    def _combined(self, node: Combined, around: Around) -> Node:
        return combined(node.operator, [self.pruned(part, around) for part in node.parts])

    def _repeat(self, node: Repeat, around: Around) -> Node:
        if isinstance(node.body, Attribute) and around is not None and isinstance(node.body.names, AnyName):
            kept = [self._named(node.body, name) for name in self._wild_names(node.body, around)]
            return combined("&", [repeated("?", each) for each in kept])
        return repeated(node.operator, self.pruned(node.body, around))

    def _element(self, node: Element, around: Around) -> Node:
        if id(node) in self._hollow:
            return NOT_ALLOWED
        if around is None:
            return node
        kept = sorted(name for name in self.names(node) if self.usage.has_child(around, name))
        return self._narrowed(node, kept)

    def _narrowed(self, node: Element, kept: list[str]) -> Node:
        tests = self._tests(node)
        if not kept:
            return NOT_ALLOWED
        if {test.name for test in tests} == set(kept):
            return node
        key = (id(node), tuple(kept))
        if key not in self._narrow:
            notes = tuple(each for each in self.annotations(node) if each.name != "custom")
            self._narrow[key] = Element(_name_class(kept, namespaces(node.names)), node.content, notes, node.place)
        return NOT_ALLOWED if id(self._narrow[key]) in self._hollow else self._narrow[key]

    def _attribute(self, node: Attribute, around: Around) -> Node:
        if around is None:
            return node
        kept = [self._valued(node, name, around) for name in self._wild_names(node, around)]
        own = [test.name for test in self._tests(node) if test.name and self.usage.has_attribute(around, test.name)]
        return combined("|", [*kept, *(self._valued(node, name, around) for name in own)])

    def _wild_names(self, node: Attribute, around: frozenset[str]) -> list[str]:
        """The names that a wildcard stands for on the elements around: none that something else there speaks of."""
        wild = [test for test in self._tests(node) if not test.name]
        if not wild:
            return []
        explicit = frozenset().union(*(self._explicit.get(name, frozenset()) for name in around))
        begun = tuple(name for name in explicit - {test.prefix for test in wild} if name.endswith(("-", ":")))
        names = (name for name in self.usage.attribute_names(around) if name not in explicit and not name.startswith(begun))
        return [name for name in names if any(test.accepts(name) for test in wild)]

    def _named(self, node: Attribute, name: str) -> Attribute:
        notes = tuple(each for each in self.annotations(node) if each.name != "prefix")
        return Attribute(Name(name, node.place), node.content, notes, node.place)

    # Values -------------------------------------------------------------------------------------------------------------------------

    def _valued(self, node: Attribute, name: str, around: frozenset[str]) -> Node:
        """An attribute of one name, with the literals that are used."""
        if name == "class" and self._is_free(node.content):
            content = self._class_names(node, around)
        else:
            content = self._values(node.content, name, around)
        if content is NOT_ALLOWED:
            return NOT_ALLOWED
        same = content is node.content and isinstance(node.names, Name)
        return node if same else replace(self._named(node, name), content=content)

    def _is_free(self, content: Node) -> bool:
        """Whether a value may be something other than a literal."""
        if isinstance(content, Ref):
            return self._is_free(self.grammar.definitions[content.name].pattern)
        if isinstance(content, Combined):
            return any(map(self._is_free, content.parts))
        return not isinstance(content, Value)

    def _class_names(self, node: Attribute, around: frozenset[str]) -> Node:
        """The class names that are used, as far as the base accepts them."""
        accepts = self._datatypes.automata[self._datatypes.number(node.content)].accepts
        names = [name for name in self.usage.class_names(around) if name and accepts(name)]
        if len(names) > _MOST_CLASSES:
            return node.content
        empty = [Value("string", "", node.place)] if "" in self.usage.class_names(around) and accepts("") else []
        words = combined("|", [Value("token", name, node.place) for name in names])
        if names and accepts(f"{names[0]} {names[-1]}"):
            return Wrapped("list", Repeat("*" if empty else "+", words, node.place), node.place)
        return combined("|", [words, *empty])

    def _values(self, content: Node, name: str, around: frozenset[str]) -> Node:
        if isinstance(content, Value):
            return content if self.usage.has_value(around, name, content.text) else NOT_ALLOWED
        if isinstance(content, Combined) and content.operator == "|":
            parts = [self._values(part, name, around) for part in content.parts]
            same = all(new is old for new, old in zip(parts, content.parts, strict=True))
            return content if same else combined("|", parts)
        if isinstance(content, Ref):
            whole = self.grammar.definitions[content.name].pattern
            here = self._values(whole, name, around)
            return content if here is whole else here
        return content

    # What is left of definitions ----------------------------------------------------------------------------------------------------

    def _find_hollow(self) -> bool:
        """Notice elements whose content, pruned, allows nothing. Returns whether there are new ones."""
        before = len(self._hollow)
        for name in self.around:
            for node in all_parts(self.definition(name)):
                if isinstance(node, Element) and self.pruned(node.content, self.names(node)) is NOT_ALLOWED:
                    self._hollow.add(id(node))
        return len(self._hollow) > before

    def final(self, name: str) -> Node:
        """A definition as it will stand: elements in it pruned too."""
        return self._completed(self.definition(name), self.names)

    def unpruned(self, name: str) -> Node:
        """A definition as it stands in the base, less what is gone from the whole grammar."""
        return self._completed(self._defined(name, None), lambda _: None)

    def _completed(self, node: Node, around: Callable[[Element], Around]) -> Node:
        if isinstance(node, Element):
            content = self._completed(self.pruned(node.content, around(node)), around)
            return replace(node, content=content, annotations=self.annotations(node))
        if isinstance(node, Attribute):
            return replace(node, annotations=self.annotations(node))
        if isinstance(node, Combined):
            return replace(node, parts=tuple(self._completed(part, around) for part in node.parts))
        if isinstance(node, Repeat | Wrapped):
            return replace(node, body=self._completed(node.body, around))
        return node


_PRUNERS: Final[dict[type, Callable[..., Node]]] = {
    Ref: Pruning._ref,
    Atom: Pruning._atom,
    Value: Pruning._as_it_is,
    Data: Pruning._as_it_is,
    Wrapped: Pruning._wrapped,
    Combined: Pruning._combined,
    Repeat: Pruning._repeat,
    Element: Pruning._element,
    Attribute: Pruning._attribute,
}


# Patterns, simplified -----------------------------------------------------------------------------------------------------------------


def combined(operator: str, parts: Iterable[Node]) -> Node:
    """Parts joined, those of the same operator flattened, without what adds nothing."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Combined) and part.operator == operator else (part,))
    if operator == "|":
        return _choice(flat)
    if any(_is_atom(part, "notAllowed") for part in flat):
        return NOT_ALLOWED
    flat = [part for part in flat if not _is_atom(part, "empty")]
    if len(flat) < 2:
        return flat[0] if flat else EMPTY
    return Combined(operator, tuple(flat), flat[0].place)


def _choice(parts: list[Node]) -> Node:
    kept = list({write(part): part for part in parts if not _is_atom(part, "notAllowed")}.values())
    rest = [part for part in kept if not _is_atom(part, "empty")]
    if not rest:
        return EMPTY if kept else NOT_ALLOWED
    whole = rest[0] if len(rest) == 1 else Combined("|", tuple(rest), rest[0].place)
    return whole if len(rest) == len(kept) else repeated("?", whole)


def repeated(operator: str, body: Node) -> Node:
    """A part repeated."""
    if _is_atom(body, "notAllowed"):
        return NOT_ALLOWED if operator == "+" else EMPTY
    if _is_atom(body, "empty"):
        return EMPTY
    if isinstance(body, Repeat) and "+" not in (operator, body.operator):
        return Repeat("*" if "*" in (operator, body.operator) else "?", body.body, body.place)
    if isinstance(body, Repeat) and body.operator == "?" and operator == "+":
        return Repeat("*", body.body, body.place)
    return Repeat(operator, body, body.place)


def _is_atom(node: Node, keyword: str) -> bool:
    return isinstance(node, Atom) and node.keyword == keyword


def namespaces(names: NameClass) -> dict[str, str]:
    """The namespaces of elements by their names, that of a wildcard by an empty one."""
    if isinstance(names, NameChoice):
        return {name: uri for part in names.parts for name, uri in namespaces(part).items()}
    return {names.name if isinstance(names, Name) else "": names.namespace}


def _name_class(names: list[str], known: dict[str, str]) -> Name | NameChoice:
    found = tuple(Name(name, _NOWHERE, known.get(name, known.get("", ""))) for name in names)
    return found[0] if len(found) == 1 else NameChoice(found, _NOWHERE)
