"""Grammar → elements, each with its forms: pairs of an attribute formula and a content pattern.

A form is one way an element can be: `(attribute src { … }, empty) | source*` is two forms. What attributes allow and what content
allows is split apart here, and choices among attributes alone stay in one form's formula.
Law: an element matches its pattern if and only if it matches one of its forms.
"""

from dataclasses import dataclass, field

from htmlgen.relaxng import formulas
from htmlgen.relaxng.annotations import attribute_notes, element_notes
from htmlgen.relaxng.attributes import AttributeUse
from htmlgen.relaxng.datatypes import Datatypes
from htmlgen.relaxng.formulas import ALWAYS, Formula, Work
from htmlgen.relaxng.grammar import Grammar
from htmlgen.relaxng.limits import Place
from htmlgen.relaxng.name_classes import name_tests
from htmlgen.relaxng.names import NameTest
from htmlgen.relaxng.notes import ElementNotes
from htmlgen.relaxng.pattern import EMPTY, NOT_ALLOWED, TEXT, Patterns
from htmlgen.relaxng.syntax import (
    ANNOTATIONS,
    Annotation,
    Atom,
    Attribute,
    Combined,
    Data,
    Element,
    Node,
    Ref,
    Repeat,
    Wrapped,
    fold,
    named_parts,
)

#: The ways a pattern can be, each an attribute formula and a content pattern.
Forms = tuple[tuple[Formula, int], ...]


@dataclass(slots=True)
class Symbol:
    """An element pattern, for one of its names; its forms are found on demand."""

    names: NameTest
    notes: ElementNotes
    node: Element


@dataclass(slots=True)
class Expansion:
    """All symbols, uses of attributes and content patterns that a grammar has come to, by number.

    Symbols of elements have even numbers from 2 on, those of datatypes of whole contents odd ones: 2 * n, 2 * datatype + 1.
    """

    grammar: Grammar
    datatypes: Datatypes
    patterns: Patterns
    work: Work
    symbols: list[Symbol] = field(default_factory=list)
    uses: list[AttributeUse] = field(default_factory=list)
    _notes: dict[int, tuple[Annotation, ...]] = field(default_factory=dict)
    _use_numbers: dict[AttributeUse, int] = field(default_factory=dict)
    _forms: dict[int, Forms] = field(default_factory=dict)

    @classmethod
    def of(cls, grammar: Grammar) -> "Expansion":
        """The beginning of a grammar's expansion."""
        expansion = cls(grammar, Datatypes(grammar), Patterns(grammar.limits.pattern_size), Work(grammar.limits.alternatives))
        expansion._read_definition_notes()
        return expansion

    def forms(self, node: Node) -> Forms:
        """The forms of a pattern. Raises: GrammarError."""
        return fold(node, self._below, self._combine, self._forms)

    # Annotations before definitions ---------------------------------------------------------------------------------------------

    def _read_definition_notes(self) -> None:
        for definition in self.grammar.definitions.values():
            for part in definition.parts:
                own = tuple(each for each in part.annotations if each.namespace == ANNOTATIONS)
                direct = named_parts(part.pattern) if own else []
                if own and not direct:
                    raise own[0].place.error(f"annotation '{own[0].name}' stands before a definition without an element or attribute")
                self._notes.update((id(node), own) for node in direct)

    def _annotations(self, node: Element | Attribute) -> tuple[Annotation, ...]:
        return (*self._notes.get(id(node), ()), *node.annotations)

    # Forms ----------------------------------------------------------------------------------------------------------------------

    def _below(self, node: Node) -> tuple[Node, ...]:
        return () if isinstance(node, Data) or (isinstance(node, Wrapped) and node.keyword == "list") else self.grammar.below(node)

    def _combine(self, node: Node, parts: list[Forms]) -> Forms:
        try:
            return self._leaf(node) if not parts else self._inner(node, parts)
        except ValueError as error:
            raise node.place.error(str(error)) from None

    def _leaf(self, node: Node) -> Forms:
        if isinstance(node, Element):
            return ((ALWAYS, self._element(node)),)
        if isinstance(node, Attribute):
            return self._attribute(node)
        if isinstance(node, Atom):
            pattern = {"text": TEXT, "empty": EMPTY, "notAllowed": NOT_ALLOWED}[node.keyword]
            return () if pattern == NOT_ALLOWED else ((ALWAYS, pattern),)
        datatype = self.datatypes.number(node)
        nullable = self.datatypes.automata[datatype].accepts("")
        return ((ALWAYS, self.patterns.symbol(2 * datatype + 1, nullable)),)

    def _inner(self, node: Node, parts: list[Forms]) -> Forms:
        if isinstance(node, Ref):
            return parts[0]
        if isinstance(node, Repeat):
            return self._repeat(node, parts[0])
        if isinstance(node, Wrapped):
            return self._product("&", [parts[0], ((ALWAYS, TEXT),)], node.place)
        if isinstance(node, Combined) and node.operator == "|":
            return self._union([form for part in parts for form in part])
        assert isinstance(node, Combined)
        return self._product(node.operator, parts, node.place)

    def _element(self, node: Element) -> int:
        notes = element_notes(self._annotations(node))
        found = []
        for names in name_tests(node.names, custom=notes.custom):
            self.symbols.append(Symbol(names, notes, node))
            found.append(self.patterns.symbol(2 * len(self.symbols)))
        return self.patterns.choice(found)

    def _attribute(self, node: Attribute) -> Forms:
        notes = attribute_notes(self._annotations(node))
        datatype = self.datatypes.number(node.content, insensitive=notes.insensitive)
        if self.datatypes.automata[datatype].start == 0:
            return ()
        tests = name_tests(node.names, prefix=notes.prefix)
        either = [formulas.single(1 << self._use(AttributeUse(test, datatype, notes)), test.name) for test in tests]
        return ((formulas.either(either, self.work), EMPTY),)

    def _use(self, use: AttributeUse) -> int:
        if use not in self._use_numbers:
            self._use_numbers[use] = len(self.uses)
            self.uses.append(use)
        return self._use_numbers[use]

    def _repeat(self, node: Repeat, part: Forms) -> Forms:
        if node.operator != "?":
            part = tuple(self._repeated(form, node.place) for form in part)
            if len(part) > 1 and any(formula != ALWAYS for formula, _ in part):
                raise node.place.error("a repeated pattern cannot choose between attributes and content")
        return part if node.operator == "+" else self._union([*part, (ALWAYS, EMPTY)])

    def _repeated(self, form: tuple[Formula, int], place: Place) -> tuple[Formula, int]:
        formula, content = form
        if formula == ALWAYS:
            return ALWAYS, self.patterns.one_or_more(content)
        if content != EMPTY:
            raise place.error("a repeated pattern cannot hold attributes beside content")
        return formulas.any_of(formula, self.work), EMPTY

    def _union(self, forms: list[tuple[Formula, int]]) -> Forms:
        """A choice: forms of equal content join their formulas, then forms of equal formula their contents."""
        by_content: dict[int, list[Formula]] = {}
        for formula, content in forms:
            by_content.setdefault(content, []).append(formula)
        by_formula: dict[Formula, list[int]] = {}
        for content, found in by_content.items():
            by_formula.setdefault(formulas.either(found, self.work), []).append(content)
        return tuple((formula, self.patterns.choice(contents)) for formula, contents in by_formula.items())

    def _product(self, operator: str, parts: list[Forms], place: Place) -> Forms:
        """A group or interleave: each form of one part with each of the others."""
        self._check_data(parts, place)
        combine = self.patterns.group if operator == "," else self.patterns.interleave
        contents: list[tuple[Formula, list[int]]] = [(ALWAYS, [])]
        for part in parts:
            if len(contents) * len(part) > self.grammar.limits.alternatives:
                raise place.error(f"attributes and content combine in more ways than the limit of {self.grammar.limits.alternatives:,}")
            contents = [(self._both(one, two, place), [*before, after]) for one, before in contents for two, after in part]
        forms: Forms = tuple((formula, combine(each)) for formula, each in contents)
        return self._union(list(forms)) if len(forms) > 1 else forms

    def _both(self, one: Formula, two: Formula, place: Place) -> Formula:
        if twice := one.names & two.names:
            raise place.error(f"attribute '{min(twice)}' stands twice")
        return formulas.both((one, two))

    def _check_data(self, parts: list[Forms], place: Place) -> None:
        contents = [content for part in parts for content in {content for _, content in part} if content != EMPTY]
        if len(contents) > 1 and any(self._has_data(content) for content in contents):
            raise place.error("a datatype is the whole content of an element: it cannot stand beside other content")

    def _has_data(self, pattern: int) -> bool:
        own = self.patterns.below(pattern) or (pattern,)
        return any(self.patterns.kinds[part] == "symbol" and self.patterns.parts[part][0] % 2 for part in own)
