"""AUTOMATON + SKELETON → the automaton of the grammar's pages that have that tree.

Each element of the skeleton becomes elements of its own, one for each of the grammar's that it can be, whose content is the grammar's
at that place less all but the next child. So whatever holds of an automaton holds of this one: what cannot end is never begun.
Laws: a page that it accepts is one that the grammar accepts in that place; its elements are those of the skeleton, in that order, with
the values and texts that are fixed; attributes besides are those that the grammar requires. An element without children holds a line of
text, or, where it cannot hold text alone, whatever the grammar lets it hold.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, NoReturn, TypeAlias

import numpy as np

from htmlgen.errors import SkeletonError
from htmlgen.markup.elements import KEEPS_SPACE, VOID_IN_PARSER
from htmlgen.markup.skeletons import Element, Part, Skeleton, Words, elements, to_events
from htmlgen.relaxng.attributes import AttributeClass, bits
from htmlgen.relaxng.automaton import DEAD, TEXT, Automaton, ElementType, Form
from htmlgen.relaxng.names import NameTest
from htmlgen.relaxng.narrowing import Narrowing
from htmlgen.relaxng.validation import validate

HOME: Final = "div"  #: a skeleton stands where such an element's content does, if a page cannot begin so
_MOST_CHARACTERS: Final = 1000  # of a fixed value or text
_ANNOTATED: Final = frozenset("excluded ancestor once unique heading".split())

#: A state: of content between the children of a skeleton's element (its number, the next child, the grammar's state, whether text came),
#: of the grammar itself (-1, state), or after a fixed text (-2).
_State: TypeAlias = tuple[int, ...]
_AFTER_DATA: Final[_State] = (-2,)


class Opening(NamedTuple):
    """Where a skeleton's roots stand: in an element, '' for a page of their own, at one of these states of its content."""

    inside: str
    states: tuple[int, ...]


def fixed(automaton: Automaton, skeleton: Skeleton, opening: Opening | None = None) -> Automaton:
    """The automaton of a skeleton's pages, be they sequences of elements.

    Args: opening, where they stand; None for a page, or what `div` may hold.
    Raises: SkeletonError, where the grammar has no such page, saying which element, and what could stand there.
    """
    for element in elements(skeleton):
        for name, value in element.attributes:
            if value is not None and len(value) > _MOST_CHARACTERS:
                _fail(element, f"the attribute {name} is longer than {_MOST_CHARACTERS} characters; leave it to be written")
    fixing = _Fixing(automaton, skeleton, [opening] if opening else [Opening("", (automaton.start,)), home(automaton)])
    made = fixing.automaton()
    _check_annotations(automaton, skeleton, fixing.inside)
    return made


def home(automaton: Automaton) -> Opening:
    """The content of `div`; pages, where there is no `div`."""
    found = next(iter(automaton.named(HOME)), None)
    return Opening("", (automaton.start,)) if found is None else Opening(HOME, (automaton.elements[found].forms[0].start,))


def _fail(element: Element, message: str) -> NoReturn:
    raise SkeletonError(f"{element.place or f'<{element.name}>'}: {message}")


def _check_annotations(automaton: Automaton, skeleton: Skeleton, inside: Sequence[str]) -> None:
    """Raises: SkeletonError, where an annotation forbids what the content alone would not."""
    found = validate(list(to_events(skeleton)), automaton, inside=inside)
    if violation := next((each for each in found if each.rule in _ANNOTATED), None):
        raise SkeletonError(f"{_origin(skeleton)}: {violation.message} ({violation.path or 'at the top'})")


def _origin(skeleton: Skeleton) -> str:
    return skeleton[0].place.partition(", column")[0] or "the example"


class _Fixing:
    """The states, elements and attribute classes that are met, numbered as they are found."""

    def __init__(self, automaton: Automaton, skeleton: Skeleton, openings: Sequence[Opening]) -> None:
        self.base, self.skeleton, self.openings = automaton, skeleton, openings
        self.nodes: list[Element] = [Element("", children=skeleton), *elements(skeleton)]
        self.numbers = {id(node): number for number, node in enumerate(self.nodes)}
        self.states: dict[_State, int] = {(): DEAD}
        self.elements: dict[tuple[int, int], None] = {}  # a skeleton's element, or -1, and one of the grammar's
        self.types: list[ElementType] = []
        self.classes: dict[AttributeClass, int] = {}
        self.data: dict[int, None] = {}
        self.values = Narrowing(automaton)
        self.possible: dict[tuple[int, int], bool] = {}
        self.inside: tuple[str, ...] = ()  #: the element whose content the roots are; none where they are a page

    def automaton(self) -> Automaton:
        """Raises: SkeletonError."""
        first = self._first()
        start = self._state((0, 0, first, 0))
        rows = self._explored()
        columns: dict[Hashable, int] = {TEXT: TEXT}
        columns |= {key: place + 1 for place, key in enumerate(self.elements)}
        columns |= {datatype: 1 + len(self.elements) + place for place, datatype in enumerate(("data", each) for each in self.data)}
        table = np.zeros((len(self.states), len(columns)), np.int32)
        for state, row in enumerate(rows):
            for symbol, target in row.items():
                table[state, columns[symbol]] = target
        return Automaton(
            name=self.base.name,
            moves=table,
            endings=np.array([self._nullable(state) for state in self.states]),
            start=start,
            elements=tuple(self.types),
            data=tuple(self.data),
            attributes=tuple(self.classes),
            datatypes=tuple(self.values.datatypes),
            words=tuple(self.values.words),
            warnings=(),
        )

    def _first(self) -> int:
        """The grammar's state that the roots stand in."""
        places = ((opening.inside, state) for opening in self.openings for state in opening.states)
        found = next(((inside, state) for inside, state in places if self._completable(0, state)), None)
        if found is None:
            self._explain(0, self.openings[-1].states[0])
        inside, first = found
        self.inside = (inside,) if inside else ()
        return first

    # States -----------------------------------------------------------------------------------------------------------------------

    def _state(self, key: _State) -> int:
        return self.states.setdefault(key, len(self.states))

    def _explored(self) -> list[dict[Hashable, int]]:
        """For each state where each symbol leads, the states and symbols met on the way included."""
        rows: list[dict[Hashable, int]] = []
        while len(rows) < len(self.states):
            state = list(self.states)[len(rows)]
            row: dict[Hashable, int] = {}
            for symbol, target in self._moves(state):
                row[symbol] = self._state(target)
            rows.append(row)
        return rows

    def _moves(self, state: _State) -> Iterator[tuple[Hashable, _State]]:
        if len(state) == 2:
            yield from self._free_moves(state[1])
        elif len(state) == 4:
            number, place, own, had = state
            children = self._children(number)
            if place < len(children) and isinstance(words := children[place], Words):
                yield from self._text_moves(words, state) if self.nodes[number].children or self._keeps(number) else self._line_moves(state)
                place += bool(had)
            if place < len(children) and isinstance(child := children[place], Element):
                for element, after in self._stands(child, own):
                    yield self._element((self.numbers[id(child)], element)), (number, place + 1, after, 0)

    def _text_moves(self, words: Words, state: _State) -> Iterator[tuple[Hashable, _State]]:
        number, place, own, had = state
        after = self.base.rows[own][TEXT]
        if words.text is not None:
            yield self._data(self.values.literal(words.text)), _AFTER_DATA
            return
        if after:
            yield TEXT, (number, place, after, 1)
        if not had:
            for column in self.base.live(own):
                if (datatype := self.base.datatype_of(column)) is not None:
                    yield self._data(datatype), (number, place, self.base.rows[own][column], 1)

    def _line_moves(self, state: _State) -> Iterator[tuple[Hashable, _State]]:
        """The text of an element without children: one line, with no space at its ends."""
        number, place, own, had = state
        if had:
            return
        if after := self.base.rows[own][TEXT]:
            yield self._data(self.values.line), (number, place, after, 1)
        else:
            yield from self._text_moves(Words(), state)

    def _keeps(self, number: int) -> bool:
        return self.nodes[number].name in KEEPS_SPACE

    def _free_moves(self, own: int) -> Iterator[tuple[Hashable, _State]]:
        for column in self.base.live(own):
            target = (-1, self.base.rows[own][column])
            if (element := self.base.element_of(column)) is not None:
                yield self._element((-1, element)), target
            else:
                datatype = self.base.datatype_of(column)
                yield (TEXT if datatype is None else self._data(datatype)), target

    def _children(self, number: int) -> Sequence[Part]:
        """The children of an element; of one that has none, the text that it holds."""
        return self.nodes[number].children or (Words(),)

    def _nullable(self, state: _State) -> bool:
        if len(state) == 2:
            return bool(self.base.nullable[state[1]])
        if len(state) == 4:
            number, place, own, had = state
            return place + had >= len(self._children(number)) and bool(self.base.nullable[own])
        return state == _AFTER_DATA

    def _data(self, datatype: int) -> Hashable:
        self.data.setdefault(datatype)
        return "data", datatype

    # Elements ---------------------------------------------------------------------------------------------------------------------

    def _element(self, key: tuple[int, int]) -> Hashable:
        if key not in self.elements:
            self.elements[key] = None
            number, own = key
            kind = self.base.elements[own]
            self.types.append(kind)  # its place is taken before its content is looked at
            place = len(self.types) - 1
            self.types[place] = self._free(kind) if number < 0 else self._fixed(number, kind)
        return key

    def _free(self, kind: ElementType) -> ElementType:
        forms = (Form(self._class(self.base.attributes[form.attributes]), self._state((-1, form.start))) for form in kind.forms)
        return replace(kind, forms=tuple(forms))

    def _fixed(self, number: int, kind: ElementType) -> ElementType:
        node = self.nodes[number]
        forms, told = [], False
        for form in kind.forms:
            attributes = self._narrowed(node, form)
            if attributes is None or not self._holds(number, form.start):
                continue
            free = self._is_free(node, form.start)
            told = told or not (free or node.children)
            forms.append(Form(self._class(attributes), self._state((-1, form.start) if free else (number, 0, form.start, 0))))
        notes = replace(kind.notes, filled="text") if told else kind.notes
        return replace(kind, names=NameTest(node.name), notes=notes, forms=tuple(forms))

    def _class(self, attributes: AttributeClass) -> int:
        return self.classes.setdefault(attributes, len(self.classes))

    def _is_free(self, node: Element, start: int) -> bool:
        """Whether an element holds whatever the grammar lets it hold."""
        return not node.children and (node.name in VOID_IN_PARSER or not self._tells(start))

    def _tells(self, state: int) -> bool:
        """Whether text alone can be the content that begins in a state."""
        after = self.base.rows[state][TEXT]
        if after and self.base.nullable[after]:
            return True
        targets = (self.base.rows[state][column] for column in self.base.live(state) if self.base.datatype_of(column) is not None)
        return any(self.base.nullable[target] for target in targets)

    def _narrowed(self, node: Element, form: Form) -> AttributeClass | None:
        return self.values.narrowed(self.base.attributes[form.attributes], node.attributes)

    # What is possible ---------------------------------------------------------------------------------------------------------------

    def _stands(self, child: Element, state: int) -> Iterator[tuple[int, int]]:
        """The grammar's elements that a child can be in a state, with the state after it."""
        for element in self.base.named(child.name):
            after = self.base.rows[state][element + 1]
            if after and self._can_be(self.numbers[id(child)], element):
                yield element, after

    def _can_be(self, number: int, element: int) -> bool:
        key = (number, element)
        if key not in self.possible:
            node = self.nodes[number]
            forms = self.base.elements[element].forms
            self.possible[key] = any(self._narrowed(node, form) is not None and self._holds(number, form.start) for form in forms)
        return self.possible[key]

    def _holds(self, number: int, start: int) -> bool:
        """Whether the content that begins in a state can be what the skeleton asks for."""
        return self._is_free(self.nodes[number], start) or self._completable(number, start)

    def _completable(self, number: int, start: int) -> bool:
        return any(self.base.nullable[state] for state in self._walked(number, start)[-1])

    def _walked(self, number: int, start: int) -> list[set[int]]:
        """The states before each child, and after the last; it breaks off, with an empty set, at one that cannot stand there."""
        found = [{start}]
        for child in self._children(number):
            found.append(set(self._after(child, found[-1], alone=len(self._children(number)) == 1)))
            if not found[-1]:
                break
        return found

    def _after(self, child: Part, states: Iterable[int], *, alone: bool) -> Iterator[int]:
        for state in states:
            if isinstance(child, Element):
                yield from (after for _, after in self._stands(child, state))
            elif child.text is None or alone:
                yield from self._after_text(child, state)

    def _after_text(self, words: Words, state: int) -> Iterator[int]:
        if after := self.base.rows[state][TEXT]:
            yield after
        for column in self.base.live(state):
            datatype = self.base.datatype_of(column)
            if datatype is not None and (words.text is None or self.base.datatypes[datatype].accepts(words.text)):
                yield self.base.rows[state][column]

    # Why not ----------------------------------------------------------------------------------------------------------------------

    def _explain(self, number: int, start: int) -> NoReturn:
        """Raises: SkeletonError, for the first place at which the grammar has no such content."""
        children, walked = self._children(number), self._walked(number, start)
        states = walked[-1] or walked[-2]
        could = ", ".join(dict.fromkeys(word for state in sorted(states) for word in self.base.expected(state)[:12])) or "nothing"
        here = self.nodes[number]
        if walked[-1] and not here.name:
            raise SkeletonError(f"{_origin(self.skeleton)}: ends too early; what could follow: {could}")
        if walked[-1]:
            _fail(here, f"<{here.name}> ends too early; what could follow: {could}")
        child = children[len(walked) - 2]
        if isinstance(child, Words):
            if len(children) > 1 and child.text is not None:
                _fail(here, "text cannot be fixed beside elements; put an element around it")
            _fail(here, f"text cannot stand here, what could: {could}")
        standing = [element for state in states for element in self.base.named(child.name) if self.base.rows[state][element + 1]]
        if not standing:
            _fail(child, f"<{child.name}> cannot stand {f'in <{here.name}>' if here.name else 'here'}; what could: {could}")
        for form in (form for element in standing for form in self.base.elements[element].forms):
            if self._narrowed(child, form) is not None:
                self._explain(self.numbers[id(child)], form.start)
        self._explain_attributes(child, standing)

    def _explain_attributes(self, node: Element, standing: Sequence[int]) -> NoReturn:
        kinds = [self.base.attributes[form.attributes] for element in standing for form in self.base.elements[element].forms]
        for name, value in node.attributes:
            uses = [kind.uses[use] for kind in kinds for use in bits(kind.named(name))]
            if not uses:
                known = ", ".join(dict.fromkeys(each for kind in kinds for each in kind.names))
                _fail(node, f"<{node.name}> has no attribute {name}; it has {known}")
            if value is not None and not any(self.values.accepts(use, value) for use in uses):
                words = dict.fromkeys(self.values.words[use.datatype] for use in uses)
                _fail(node, f'the attribute {name} of <{node.name}> cannot be "{value}", but {" or ".join(words)}')
        _fail(node, f"the attributes of <{node.name}> exclude one another: {', '.join(name for name, _ in node.attributes)}")
