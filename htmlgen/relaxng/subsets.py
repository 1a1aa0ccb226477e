"""A grammar determinised as far as pages meet it (Rabin and Scott 1959, lazily): one object for all that an open element may be.

An ambiguous grammar gives an open element several patterns, each in several states; who reads keeps them all. Such subsets are few, and
so are the sets of words around an element that annotations speak of. Both are kept with the moves between them, from page to page:
a start tag costs two look-ups, an end tag one. Laws: equal subsets are one object; a move, once made, does not change.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.relaxng.automaton import DEAD, TEXT, Automaton
from htmlgen.relaxng.readings import Bearer, Reading, TagReader

#: The states that an open element may be in, by the number of its element pattern.
States = dict[int, frozenset[int]]

_LIMIT: Final = 50_000  # names and subsets that are remembered


class Subset:
    """What an open element may be. `ended` are the patterns whose content may end here; `blank` stays None until it is asked for."""

    __slots__ = ("blank", "children", "ended", "expected", "moves", "states", "text", "textual")

    def __init__(self, states: States, ended: tuple[int, ...], textual: bool) -> None:
        self.states = states
        self.ended = ended
        self.textual = textual  #: whether it depends on the text what comes after it
        self.children: dict[str, Opening] = {}
        self.moves: dict[tuple[int, ...], Subset] = {}
        self.text: Subset | None = None
        self.blank: Subset | None = None
        self.expected: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Opening:
    """A start tag's name, met in a subset."""

    reader: TagReader
    void: bool
    misplaced: bool
    known: bool  #: whether the grammar has an element of that name


class Around:
    """The words of the elements around, of those that annotations speak of, and the words that they exclude."""

    __slots__ = ("entered", "excluded", "words")

    def __init__(self, excluded: frozenset[str], words: frozenset[str]) -> None:
        self.excluded = excluded
        self.words = words
        self.entered: dict[Reading, Entry] = {}


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """A start tag's reading, met among elements around: what its element may be (None: anything), less what those exclude.

    `plain` says that annotations have nothing to say of it but by what stands around: no id, no reference, nothing to count, no fault.
    """

    reading: Reading
    subset: Subset | None
    around: Around
    bearer: Bearer
    chosen: int  #: of the forms of the reading
    fits: bool  #: whether no element around excludes it, and one that it needs is there
    plain: bool


class Subsets:
    """All that has been met of one grammar."""

    def __init__(self, automaton: Automaton) -> None:
        self.automaton = automaton
        self.size = 0
        notes = [element.notes for element in automaton.elements]
        self._spoken = frozenset(word for each in notes for word in (*each.excluded, *each.within))
        self._subsets: dict[tuple[tuple[int, frozenset[int]], ...], Subset] = {}
        self._readers: dict[tuple[str, tuple[int, ...]], TagReader] = {}
        self._arounds: dict[tuple[frozenset[str], frozenset[str]], Around] = {}
        self.top = self._around(frozenset(), frozenset())

    def subset(self, states: States) -> Subset:
        """The one object for some states."""
        key = tuple(sorted(states.items()))
        found = self._subsets.get(key)
        if found is None:
            ends, rows = self.automaton.ends, self.automaton.rows
            ended = tuple(element for element, here in states.items() if any(ends[state] for state in here))
            first = 1 + len(self.automaton.elements)
            textual = any(any(rows[state][first:]) for here in states.values() for state in here)
            found = self._subsets[key] = Subset(states, ended, textual)
            self.size += 1
        return found

    def start(self, inside: Iterable[str] | None) -> Subset:
        """Before the root; or inside any of the elements of some names."""
        if inside is None:
            return self.subset({-1: frozenset((self.automaton.start,))})
        around = (number for name in inside for number in self.automaton.named(name))
        return self.subset({each: frozenset(form.start for form in self.automaton.elements[each].forms) for each in around})

    def opening(self, subset: Subset | None, name: str) -> Opening:
        """A name met in a subset, None for what is passed over; remembered."""
        known = self.automaton.named(name)
        here = known if subset is None else tuple(each for each in known if self._after(subset.states, each + 1))
        reader = self._reader(name, here or known)
        opening = Opening(reader, name in VOID_IN_PARSER or reader.void, not here, bool(known))
        if subset is not None:
            subset.children[name] = opening
            self.size += 1
        return opening

    def _reader(self, name: str, elements: tuple[int, ...]) -> TagReader:
        key = (name, elements)
        if key not in self._readers:
            self._readers[key] = TagReader(self.automaton, name, elements)
            self.size += 1
        return self._readers[key]

    def child(self, subset: Subset, ended: tuple[int, ...]) -> Subset:
        """The subset after a child that was one of some element patterns; remembered."""
        found = subset.moves[ended] = self.subset(_union(self._after(subset.states, element + 1) for element in ended))
        return found

    def text(self, subset: Subset, text: str) -> Subset | None:
        """The subset after a text, None where none can stand; remembered, if it does not depend on the text."""
        moved = {element: frozenset(self._text_moves(here, text)) - {DEAD} for element, here in subset.states.items()}
        left = {element: here for element, here in moved.items() if here}
        found = self.subset(left) if left else None
        if not subset.textual:
            subset.text = found
        return found

    def blank(self, subset: Subset, text: str) -> Subset:
        """The subset after white space: as text, or passed over; remembered, as for text."""
        after = self.text(subset, text)
        found = subset if after is None else self.subset(_union((subset.states, after.states)))
        if not subset.textual:
            subset.blank = found
        return found

    def expected(self, subset: Subset | None, name: str) -> tuple[str, ...]:
        """What may stand in a subset, in words; its end tag too, where it has one."""
        if subset is None:
            return ()
        if subset.expected is None:
            states = sorted({state for here in subset.states.values() for state in here})
            subset.expected = tuple(dict.fromkeys(word for state in states for word in self.automaton.expected(state)))
        return (*subset.expected, f"</{name}>") if name and subset.ended else subset.expected

    def lacking(self, subset: Subset) -> str | None:
        """The one thing that content lacks; None where it lacks several, or one of several."""
        states = {state for here in subset.states.values() for state in here}
        words = {word for state in states for word in self.automaton.lacking(state)}
        return words.pop() if len(words) == 1 else None

    def entry(self, around: Around, reading: Reading) -> Entry:
        """A reading met among elements around; remembered."""
        free = [i for i, bearer in enumerate(reading.bearers) if around.excluded.isdisjoint(bearer.words)]
        chosen = free or range(len(reading.forms))
        states: States = {}
        for i in chosen:
            element, form = reading.forms[i]
            states[element] = states.get(element, frozenset()) | {form.start}
        bearer = reading.bearers[chosen[0]] if reading.forms else Bearer(reading.name, frozenset((reading.name,)))
        notes = bearer.notes
        within = not notes.within or not around.words.isdisjoint(notes.within)
        fits = around.excluded.isdisjoint(bearer.words) and within
        noted = notes.once or notes.unique or notes.heading or notes.filled
        asked = any(use.notes.id or use.notes.ref or use.notes.unique for use in bearer.uses)
        inside = self._around(around.excluded.union(notes.excluded), around.words | (bearer.words & self._spoken))
        entry = around.entered[reading] = Entry(
            reading, self.subset(states) if reading.forms else None, inside, bearer, chosen[0] if reading.forms else 0, fits,
            fits and not (noted or asked or reading.faulty),
        )  # fmt: skip
        self.size += 1
        return entry

    def _around(self, excluded: frozenset[str], words: frozenset[str]) -> Around:
        return self._arounds.setdefault((excluded, words), Around(excluded, words))

    def _after(self, states: States, column: int) -> States:
        """The states after a child, without those that are dead."""
        rows = self.automaton.rows
        moved = {element: frozenset(rows[state][column] for state in here) - {DEAD} for element, here in states.items()}
        return {element: here for element, here in moved.items() if here}

    def _text_moves(self, states: frozenset[int], text: str) -> Iterable[int]:
        for state in states:
            row = self.automaton.rows[state]
            yield row[TEXT]
            for column, datatype in enumerate(self.automaton.data, 1 + len(self.automaton.elements)):
                if row[column] and self.automaton.datatypes[datatype].accepts(text):
                    yield row[column]


def _union(several: Iterable[States]) -> States:
    found: States = {}
    for states in several:
        for element, here in states.items():
            found[element] = found.get(element, frozenset()) | here
    return found


_KNOWN: WeakKeyDictionary[Automaton, Subsets] = WeakKeyDictionary()


def subsets_of(automaton: Automaton) -> Subsets:
    """What has been met of a grammar; begun anew when pages with too many names have filled it."""
    found = _KNOWN.get(automaton)
    if found is None or found.size > _LIMIT:
        found = _KNOWN[automaton] = Subsets(automaton)
    return found
