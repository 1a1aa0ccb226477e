"""Events against a grammar: what stood there, and what could have stood there.

The reader keeps every element pattern that agrees with what was read (`subsets.Subset`), so that a grammar may be ambiguous. After an
error it goes on: a child that cannot stand is read as any element of its name and its parent's state stays. That its parent or itself is
incomplete then is not said, nor that what it holds cannot stand there. An element whose name the grammar does not know is passed over
with all that it holds. White space alone is passed over where no text may be.
"""

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

from htmlgen.bounded import Bounded, EnoughError
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.relaxng.automaton import Automaton
from htmlgen.relaxng.constraints import Constraints
from htmlgen.relaxng.readings import Bearer, Problem, Reading, short
from htmlgen.relaxng.spelling import close_names
from htmlgen.relaxng.subsets import Around, Entry, Opening, Subset, subsets_of
from htmlgen.relaxng.violations import Violation, shown_path

_SPACE = " \t\n\r\f"
_SPELLED = 100   # unknown names for which similar ones are looked up

# What an open element has had: text, a child, something that cannot stand there; and whether it cannot stand itself.
_TEXT, _CHILD, _DISTURBED, _MISPLACED = 1, 2, 4, 8


def validate(
    events: Iterable[Event], automaton: Automaton, *, inside: Sequence[str] | None = None, most: int = sys.maxsize
) -> list[Violation]:
    """All violations of a grammar and of its annotations, in the order of the events that show them; no more than the first `most`.

    Args: events, a well-formed list (`htmlgen.markup.events`); end tags that match nothing are reported too. inside, names of elements
    that the events may be the content of, for what is no whole document; it need not be complete, and a name of no element counts not.
    """
    walk = _Walk(automaton, inside, most)
    with suppress(EnoughError):
        walk.read(events)
    return sorted(walk.violations, key=lambda each: each.index)


class _Walk:
    """The open elements, as lists from outside in: names, what they may be, what stands around their content, what they have had."""

    def __init__(self, automaton: Automaton, inside: Sequence[str] | None, most: int) -> None:
        self.automaton = automaton
        self.complete = inside is None
        self.known = subsets_of(automaton)
        self.violations: list[Violation] = Bounded(most)
        start = self.known.start(inside)
        outside = Entry(Reading("", (), (), False), start, self.known.top, Bearer("", frozenset()), 0, True, True)
        self.names = [""]
        self.subsets: list[Subset | None] = [start]
        self.arounds: list[Around] = [self.known.top]
        self.entries = [outside]
        self.starts = [-1]
        self.had = [0]
        self.constraints = Constraints(self.violations, self.names, self.starts)
        self.spelled: dict[str, tuple[str, ...]] = {}

    def report(self, index: int, problem: Problem) -> None:
        path = shown_path(self.names)
        self.violations.append(Violation(index, path, problem.rule, problem.message, problem.found, problem.expected))

    def read(self, events: Iterable[Event]) -> None:
        """Read all events. Most cost a look-up or two: what is not known yet, or not right, is left to the functions below."""
        subsets, had, names = self.subsets, self.had, self.names
        index = -1
        for index, event in enumerate(events):
            kind = type(event)
            if kind is StartTag:
                self.start_tag(index, event)  # type: ignore[arg-type]
            elif kind is EndTag:
                if names[-1] == event.name:  # type: ignore[union-attr]
                    self.leave(index)
                else:
                    self.end_tag(index, event)  # type: ignore[arg-type]
            elif kind is Text:
                data: str = event.data  # type: ignore[union-attr]
                here = subsets[-1]
                if data.strip(_SPACE):
                    had[-1] |= _TEXT
                    if here is not None and here.text is not here:
                        self.text(index, here, data)
                elif here is not None and here.blank is not here:
                    subsets[-1] = here.blank or self.known.blank(here, data)
        self.end(index + 1)

    def end(self, index: int) -> None:
        while len(self.names) > 1:
            name = self.names[-1]
            self.report(index, Problem("balance", f"<{name}> is not closed", "the end", (f"</{name}>",)))
            self.leave(index)
        if self.complete:
            self.check_end(index)
        self.constraints.end()

    # Start tags -----------------------------------------------------------------------------------------------------------------

    def start_tag(self, index: int, tag: StartTag) -> None:
        subset, around = self.subsets[-1], self.arounds[-1]
        self.had[-1] |= _CHILD
        opening = subset.children.get(tag.name) if subset is not None else None
        if opening is None:
            opening = self.known.opening(subset, tag.name)
        if opening.misplaced:
            self.had[-1] |= _DISTURBED
            if not opening.known or not self.had[-1] & _MISPLACED:
                self.misplaced(index, tag, opening)
        reader = opening.reader
        reading = reader.read(tag) if tag.attributes else reader.plain
        entry = around.entered.get(reading) or self.known.entry(around, reading)
        if self.constraints.choosy or not entry.plain:
            self.noted(index, tag, opening, entry)
        self.names.append(tag.name)
        self.subsets.append(entry.subset)
        self.arounds.append(entry.around)
        self.entries.append(entry)
        self.starts.append(index)
        self.had.append(_MISPLACED | _DISTURBED if opening.misplaced else 0)
        if opening.void:
            self.leave(index)

    def misplaced(self, index: int, tag: StartTag, opening: Opening) -> None:
        if opening.known:
            where = f"inside <{self.names[-1]}>" if len(self.names) > 1 else "at the top"
            message = f"<{tag.name}> cannot stand here {where}"
        else:
            close = self.close(tag.name)
            message = f"<{short(tag.name)}> is no element of this grammar" + (f"; <{close[0]}> is" if close else "")
        expected = self.known.expected(self.subsets[-1], self.names[-1])
        self.report(index, Problem("element" if opening.known else "element-unknown", message, f"<{tag.name}>", expected))

    def noted(self, index: int, tag: StartTag, opening: Opening, entry: Entry) -> None:
        """What attributes and annotations have against a start tag, before its element is entered."""
        self.names.append(tag.name)
        if entry.reading.faulty:
            for problem in opening.reader.problems(tag, entry.reading.forms[entry.chosen]):
                self.report(index, problem)
        self.constraints.open(index, tag, entry, self.entries)
        self.names.pop()

    def close(self, name: str) -> tuple[str, ...]:
        """Names that are spelled much alike, for the first hundred unknown names of a document."""
        if name not in self.spelled and len(self.spelled) < _SPELLED:
            self.spelled[name] = close_names(name, self.automaton.names, 3)
        return self.spelled.get(name, ())

    # End tags and text ----------------------------------------------------------------------------------------------------------

    def end_tag(self, index: int, tag: EndTag) -> None:
        """An end tag that is not of the innermost element."""
        if tag.name not in self.names[1:]:
            self.report(index, Problem("balance", f"</{tag.name}> closes nothing", f"</{tag.name}>"))
            return
        while self.names[-1] != tag.name:
            name = self.names[-1]
            self.report(index, Problem("balance", f"<{name}> is not closed", f"</{tag.name}>", (f"</{name}>",)))
            self.leave(index)
        self.leave(index)

    def leave(self, index: int) -> None:
        """Take the innermost element off the stack, and its parent's state beyond it."""
        subset = self.subsets[-1]
        ended = subset.ended if subset is not None else None
        if ended == ():
            ended = self.check_end(index)
        entry = self.entries.pop()
        had = self.had.pop()
        if not entry.plain:
            self.constraints.close(index, entry.bearer, text=bool(had & _TEXT), content=bool(had & (_TEXT | _CHILD)))
        self.names.pop()
        self.subsets.pop()
        self.arounds.pop()
        self.starts.pop()
        parent = self.subsets[-1]
        if parent is not None and ended is not None and not had & _MISPLACED:
            self.subsets[-1] = parent.moves.get(ended) or self.known.child(parent, ended)

    def check_end(self, index: int) -> tuple[int, ...] | None:
        """The element patterns whose content may end here; all of them, and a violation, where there is none."""
        subset = self.subsets[-1]
        if subset is None:
            return None
        if not subset.ended and not self.had[-1] & _DISTURBED:
            name = self.names[-1]
            shown, end = (f"<{name}>", f"</{name}>") if name else ("the document", "the end")
            expected = self.known.expected(subset, name)
            lacking = self.known.lacking(subset)
            said = f"{shown} lacks {lacking}" if lacking else f"{shown} ends too early: still expected {_listed(expected)}"
            self.report(index, Problem("content", said, end, expected))
        return subset.ended or tuple(subset.states)

    def text(self, index: int, subset: Subset, data: str) -> None:
        after = subset.text or self.known.text(subset, data)
        if after is not None:
            self.subsets[-1] = after
            return
        self.had[-1] |= _DISTURBED
        if self.had[-1] & _MISPLACED:
            return
        name = self.names[-1]
        message = f"text cannot stand here inside <{name}>" if name else "text cannot stand here at the top"
        self.report(index, Problem("text", message, short(data.strip()), self.known.expected(subset, name)))


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words[:10]) + (", …" if len(words) > 10 else "")
