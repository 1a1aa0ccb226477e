"""Events against a grammar: what stood there, and what could have stood there.

The reader keeps every element pattern that agrees with what was read (`Frame.states`), so that a grammar may be ambiguous. After an
error it goes on: a child that cannot stand is read as any element of its name and its parent's state stays; an element whose
name the grammar does not know is passed over with all that it holds. White space alone is passed over where no text may be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.relaxng.attributes import AttributeClass, AttributeState, bits
from htmlgen.relaxng.automaton import DEAD, TEXT, Automaton, Form
from htmlgen.relaxng.constraints import Bearer, Constraints
from htmlgen.relaxng.spelling import close_names
from htmlgen.relaxng.violations import Violation

_SPACE = " \t\n\r\f"
_SHOWN = 60          # characters of what stood there
_SHOWN_PATH = 16     # innermost elements of a path
_SPELLED = 100       # unknown names for which similar ones are looked up

States = dict[int, frozenset[int]]


def validate(events: Iterable[Event], automaton: Automaton, *, inside: Sequence[str] | None = None) -> list[Violation]:
    """All violations of a grammar and of its annotations, in the order of the events that show them.

    Args: events, a well-formed list (`htmlgen.markup.events`); end tags that match nothing are reported too. inside, names of elements
    that the events may be the content of, for what is no whole document; it need not be complete, and a name of no element counts not.
    """
    walk = _Walk(automaton, inside)
    index = -1
    for index, event in enumerate(events):
        walk.read(index, event)
    walk.end(index + 1)
    return sorted(walk.violations, key=lambda each: each.index)


@dataclass(slots=True)
class Frame:
    """An open element. `states` maps each element pattern it may be to the states its content may be in; None passes all over."""

    name: str
    states: States | None
    bearer: Bearer
    misplaced: bool = False
    text: bool = False
    children: int = 0


@dataclass(slots=True)
class _Problem:
    """Something wrong with one attribute of a start tag."""

    rule: str
    message: str
    found: str
    expected: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """A start tag read as one form of an element pattern."""

    element: int
    form: Form
    kind: AttributeClass
    state: AttributeState
    problems: list[_Problem]


@dataclass(slots=True)
class _Walk:
    automaton: Automaton
    inside: Sequence[str] | None = None
    violations: list[Violation] = field(default_factory=list)
    stack: list[Frame] = field(init=False)
    constraints: Constraints = field(init=False)
    known: dict[tuple[StartTag, tuple[int, ...]], list[_Reading]] = field(default_factory=dict)
    spelled: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        states: States = {-1: frozenset((self.automaton.start,))}
        if self.inside is not None:
            around = (number for name in self.inside for number in self.automaton.named(name))
            states = {each: frozenset(form.start for form in self.automaton.elements[each].forms) for each in around}
        self.stack = [Frame("", states, Bearer("", frozenset()))]
        self.constraints = Constraints(self.violations)

    @property
    def path(self) -> str:
        shown = " > ".join(frame.name for frame in self.stack[1:][-_SHOWN_PATH:])
        return shown if len(self.stack) <= _SHOWN_PATH + 1 else f"… > {shown}"

    def report(self, index: int, problem: _Problem) -> None:
        self.violations.append(Violation(index, self.path, problem.rule, problem.message, problem.found, problem.expected))

    def read(self, index: int, event: Event) -> None:
        if isinstance(event, StartTag):
            self.start_tag(index, event)
        elif isinstance(event, EndTag):
            self.end_tag(index, event)
        elif isinstance(event, Text):
            self.text(index, event)
        else:
            assert isinstance(event, Doctype)

    def end(self, index: int) -> None:
        while len(self.stack) > 1:
            frame = self.stack[-1]
            self.report(index, _Problem("balance", f"<{frame.name}> is not closed", "the end", (f"</{frame.name}>",)))
            self.leave(index)
        if self.inside is None:
            self.check_end(index)
        self.constraints.end()

    # Start tags -----------------------------------------------------------------------------------------------------------------

    def start_tag(self, index: int, tag: StartTag) -> None:
        parent = self.stack[-1]
        parent.children += 1
        known = self.automaton.named(tag.name)
        here = tuple(each for each in known if self.after(parent, each + 1)) if parent.states is not None else known
        if not here:
            self.misplaced(index, tag, known)
        readings = self.readings(tag, here or known)
        void = tag.name in VOID_IN_PARSER or (
            bool(readings) and all(self.automaton.elements[each.element].notes.content == "void" for each in readings)
        )
        self.open(index, tag, readings, not here)
        if void:
            self.leave(index)

    def misplaced(self, index: int, tag: StartTag, known: tuple[int, ...]) -> None:
        if known:
            where = f"inside <{self.stack[-1].name}>" if len(self.stack) > 1 else "at the top"
            message = f"<{tag.name}> cannot stand here {where}"
        else:
            close = self.close(tag.name, self.automaton.names)
            message = f"<{_short(tag.name)}> is no element of this grammar" + (f"; <{close[0]}> is" if close else "")
        self.report(index, _Problem("element" if known else "element-unknown", message, f"<{tag.name}>", self.expected()))

    def open(self, index: int, tag: StartTag, readings: list[_Reading], misplaced: bool) -> None:
        """Put the element on the stack: as all that it can be, less what the elements around it exclude."""
        bearers = [self.bearer(tag, reading) for reading in readings]
        free = [i for i, bearer in enumerate(bearers) if not self.constraints.excluded(bearer)]
        chosen = free or range(len(readings))
        bearer = bearers[chosen[0]] if readings else Bearer(tag.name, frozenset((tag.name,)))
        states: States = {}
        for i in chosen:
            reading = readings[i]
            states[reading.element] = states.get(reading.element, frozenset()) | {reading.form.start}
        self.stack.append(Frame(tag.name, states if readings else None, bearer, misplaced))
        for problem in readings[chosen[0]].problems if readings else ():
            self.report(index, problem)
        self.constraints.open(index, self.path, tag, bearer)

    def bearer(self, tag: StartTag, reading: _Reading) -> Bearer:
        notes = self.automaton.elements[reading.element].notes
        uses = tuple(reading.kind.uses[i] for i in bits(reading.state.held))
        categories = {category for use in uses for category in use.notes.categories}
        return Bearer(tag.name, frozenset({tag.name, *notes.categories, *categories}), notes, uses)

    def readings(self, tag: StartTag, elements: tuple[int, ...]) -> list[_Reading]:
        """The forms of some element patterns with which the attributes agree, or with which they have the fewest problems."""
        key = (tag, elements)
        if key not in self.known:
            found = [self.reading(tag, each, form) for each in elements for form in self.automaton.elements[each].forms]
            least = min((len(each.problems) for each in found), default=0)
            self.known[key] = [each for each in found if len(each.problems) == least]
        return self.known[key]

    def reading(self, tag: StartTag, element: int, form: Form) -> _Reading:
        kind = self.automaton.attributes[form.attributes]
        state, problems = kind.start(), []
        for name, value in tag.attributes:
            hits = kind.hits(name, value, lambda datatype, text: self.automaton.datatypes[datatype].accepts(text))
            after = kind.step(state, name, hits)
            if after is None:
                problems.append(self.refused(tag, kind, name, value, hits))
            else:
                state = after
        given = {name for name, _ in tag.attributes}
        for required in kind.missing(state):
            if any(kind.uses[i].names.name in given for i in bits(required)):
                continue   # it is there, and has been found wrong above
            names = " and ".join(dict.fromkeys(f"'{kind.uses[i].names}'" for i in bits(required)))
            problems.append(_Problem("attribute-missing", f"<{tag.name}> lacks the attribute {names}", f"<{tag.name}>", (names,)))
        return _Reading(element, form, kind, state, problems)

    def refused(self, tag: StartTag, kind: AttributeClass, name: str, value: str, hits: int) -> _Problem:
        """Why an attribute cannot stand: its name, its value, or the other attributes."""
        uses = [kind.uses[i] for i in bits(kind.named(name))]
        shown = f'{_short(name)}="{_short(value)}"'
        if not uses:
            return _Problem("attribute", f"<{tag.name}> has no attribute '{_short(name)}'", shown, self.close(name, kind.names))
        if not hits:
            expected = tuple(dict.fromkeys(self.automaton.words[use.datatype] for use in uses))
            message = f"attribute '{name}' of <{tag.name}> cannot be \"{_short(value)}\", but {' or '.join(expected)}"
            return _Problem("attribute-value", message, shown, expected)
        return _Problem("attribute-conflict", f"attribute {shown} of <{tag.name}> cannot stand beside the others", shown)

    # End tags and text ----------------------------------------------------------------------------------------------------------

    def end_tag(self, index: int, tag: EndTag) -> None:
        if not any(frame.name == tag.name for frame in reversed(self.stack)):
            self.report(index, _Problem("balance", f"</{tag.name}> closes nothing", f"</{tag.name}>"))
            return
        while self.stack[-1].name != tag.name:
            name = self.stack[-1].name
            self.report(index, _Problem("balance", f"<{name}> is not closed", f"</{tag.name}>", (f"</{name}>",)))
            self.leave(index)
        self.leave(index)

    def leave(self, index: int) -> None:
        """Take the innermost element off the stack, and its parent's state beyond it."""
        ended = self.check_end(index)
        frame = self.stack[-1]
        self.constraints.close(index, self.path, frame.bearer, text=frame.text, content=frame.text or frame.children > 0)
        self.stack.pop()
        parent = self.stack[-1]
        if not frame.misplaced and parent.states is not None and ended is not None:
            parent.states = self.union(self.after(parent, element + 1) for element in ended)

    def check_end(self, index: int) -> tuple[int, ...] | None:
        """The element patterns whose content may end here; all of them, and a violation, where there is none."""
        frame = self.stack[-1]
        if frame.states is None:
            return None
        nullable = self.automaton.nullable
        ended = tuple(element for element, states in frame.states.items() if any(nullable[state] for state in states))
        if not ended:
            name, end = (f"<{frame.name}>", f"</{frame.name}>") if frame.name else ("the document", "the end")
            expected = self.expected()
            self.report(index, _Problem("content", f"{name} ends too early: still expected {_listed(expected)}", end, expected))
        return ended or tuple(frame.states)

    def text(self, index: int, event: Text) -> None:
        frame = self.stack[-1]
        blank = not event.data.strip(_SPACE)
        frame.text = frame.text or not blank
        if frame.states is None:
            return
        moved = self.after_text(frame.states, event.data)
        if blank:
            frame.states = self.union((frame.states, moved))
        elif moved:
            frame.states = moved
        else:
            message = f"text cannot stand here inside <{frame.name}>" if frame.name else "text cannot stand here at the top"
            self.report(index, _Problem("text", message, _short(event.data.strip()), self.expected()))

    def close(self, name: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Names that are spelled much alike, for the first hundred unknown names of a document."""
        if (name, names) not in self.spelled and len(self.spelled) < _SPELLED:
            self.spelled[name, names] = close_names(name, names, 3)
        return self.spelled.get((name, names), ())

    # States ---------------------------------------------------------------------------------------------------------------------

    def after(self, frame: Frame, column: int) -> States:
        """The states after a child, without those that are dead."""
        rows = self.automaton.rows
        moved = {element: frozenset(rows[state][column] for state in states) - {DEAD} for element, states in (frame.states or {}).items()}
        return {element: states for element, states in moved.items() if states}

    def after_text(self, states: States, text: str) -> States:
        moved = {element: frozenset(self.text_moves(here, text)) - {DEAD} for element, here in states.items()}
        return {element: here for element, here in moved.items() if here}

    def text_moves(self, states: frozenset[int], text: str) -> Iterable[int]:
        for state in states:
            row = self.automaton.rows[state]
            yield row[TEXT]
            for column, datatype in enumerate(self.automaton.data, 1 + len(self.automaton.elements)):
                if row[column] and self.automaton.datatypes[datatype].accepts(text):
                    yield row[column]

    def union(self, several: Iterable[States]) -> States:
        found: States = {}
        for states in several:
            for element, here in states.items():
                found[element] = found.get(element, frozenset()) | here
        return found

    def expected(self) -> tuple[str, ...]:
        frame = self.stack[-1]
        states = sorted({state for here in (frame.states or {}).values() for state in here})
        found = dict.fromkeys(word for state in states for word in self.automaton.expected(state))
        if frame.name and any(self.automaton.nullable[state] for state in states):
            found[f"</{frame.name}>"] = None
        return tuple(found)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:10]) + (", …" if len(words) > 10 else "")
