"""A place on a page that stands already → where in a grammar its content begins, and what is imposed on it.

Real pages are seldom documents of a grammar. So what is around a place is read as far as the grammar knows it: elements that it does
not have are passed over, those that stand where it has none are taken as they are anywhere. What stands before the place is stepped
through, what stands after it must be able to follow whatever is written.
Laws: the exclusions of all open elements that the grammar knows hold; content is begun only where, at each of its possible ends, what
follows on the page may follow.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from htmlgen.decoding.constraints import Bounds, Rules
from htmlgen.errors import HoleError
from htmlgen.markup.elements import KEEPS_SPACE, NO_TEXT, RAW_TEXT
from htmlgen.markup.events import StartTag
from htmlgen.relaxng.attributes import AttributeClass, bits
from htmlgen.relaxng.automaton import TEXT, Automaton

#: What stands for text among the names of children.
TEXT_CHILD: Final = "#text"
_LEVEL: Final = 7  # bits of a context that are the level of the last heading
_DEEPEST: Final = 6
_NEVER: Final = NO_TEXT | RAW_TEXT | {"head", "html", "math"}  # in these nothing is written, unless the grammar has them
_IN_TABLES: Final = frozenset("table thead tbody tfoot tr".split())
# Where one more child of any name may change what all are.
_STRICT: Final = frozenset(("tr", "table"))
_ONCE: Final = frozenset("figcaption legend summary caption thead tfoot colgroup".split())


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What stands around, before and after a place."""

    ancestors: tuple[StartTag, ...]  #: the open elements, outermost first; what is written goes into the last
    inside: tuple[frozenset[str], ...]  #: for each of them the names of the elements in it that stand elsewhere
    before: tuple[str, ...] = ()  #: children of the last one before the place, by name; `#text` is text
    after: tuple[str, ...] = ()  #: those after it
    ids: frozenset[str] = frozenset()  #: of all elements of the page
    heading: int = 0  #: level of the last heading before the place, 0 for none
    heading_after: int = 0  #: of the first after it
    columns: int | None = 0  #: of the table around the place; 0 for none yet, None where its rows differ

    @property
    def parent(self) -> str:
        """The name of the element that is written into."""
        return self.ancestors[-1].name if self.ancestors else "body"


class Entrance(NamedTuple):
    """Where in a grammar content begins."""

    name: str  #: of the element whose content it is, as the grammar has it
    states: tuple[tuple[int, int], ...]  #: element patterns, each with the state of its content
    bounds: Bounds
    excluded: frozenset[str]  #: the words of what may not be inside, for other grammars
    context: int
    banned: frozenset[str]  #: names of children that may not come here, though the grammar has them
    lowest: int  #: of the levels that headings may have


def entrance_of(automaton: Automaton, rules: Rules, place: Surroundings) -> Entrance:
    """Raises: HoleError, where nothing that the grammar has may be written."""
    return _Descent(automaton, rules, place).entrance()


class _Descent:
    """The way down from a page's body to a place."""

    def __init__(self, automaton: Automaton, rules: Rules, place: Surroundings) -> None:
        self._automaton, self._rules, self._place = automaton, rules, place
        self._reached: dict[tuple[int, frozenset[str]], frozenset[int]] = {}
        self._current = automaton.named("body") or automaton.named("div")
        self._bounds, self._context = Bounds(), 0
        self._is_parent = True  # the elements of `_current` are the place's parent, and no element around it

    def entrance(self) -> Entrance:
        place = self._place
        if not self._current:
            raise HoleError(f"grammar {self._automaton.name} has no body and no div, so it says nothing of what may stand in a layout")
        self._count_unique()
        for tag, inside in zip(place.ancestors, place.inside, strict=True):
            self._enter(tag, inside)
        if place.parent in ("html", "head") or self._refuses_table():
            raise HoleError(f"nothing is written into <{place.parent}>{_rows(place)}")
        states, banned = self._resumed()
        context = self._context | min(place.heading, _DEEPEST)
        name = str(self._automaton.elements[self._current[0]].names)
        excluded = frozenset(self._rules.words_of(self._bounds.excluded))
        return Entrance(name, states, self._bounds, excluded, context, banned, _lowest(place))

    def _refuses_table(self) -> bool:
        return self._is_parent and self._place.parent in _IN_TABLES and self._place.columns is None

    # Around the place -----------------------------------------------------------------------------------------------------------

    def _count_unique(self) -> None:
        """What may stand once in a document, and does."""
        names = {name for inside in self._place.inside for name in inside} | {tag.name for tag in self._place.ancestors}
        self._met(names, Bounds())

    def _met(self, names: Iterable[str], bounds: Bounds) -> None:
        for name in names:
            for element in self._automaton.named(name):
                self._context |= self._rules.entered(element, bounds, 0) & ~_LEVEL

    def _enter(self, tag: StartTag, inside: frozenset[str]) -> None:
        if tag.name in ("html", "body"):
            return
        found = self._here(tag) or self._elsewhere(tag)
        self._is_parent = bool(found)
        if not found:
            if tag.name in _NEVER:
                raise HoleError(f"nothing is written into <{tag.name}>")
            if not self._takes(self._current, TEXT_CHILD):
                self._current = self._automaton.named("div")
            return
        self._current = found
        before = self._bounds.inside
        for element in found:
            below = self._rules.below(element, self._bounds)
            self._bounds = Bounds(*(one | other for one, other in zip(self._bounds, below, strict=True)))
        if fresh := self._bounds.inside & ~before:
            self._met(inside, Bounds(inside=fresh))

    def _here(self, tag: StartTag) -> tuple[int, ...]:
        """The patterns that a start tag may be where it stands."""
        named = set(self._automaton.named(tag.name))
        columns = {column for state in self._states(self._current) for column in self._automaton.live(state)}
        return self._fitting(tag, sorted(named & {column - 1 for column in columns if column != TEXT}))

    def _elsewhere(self, tag: StartTag) -> tuple[int, ...]:
        """The patterns that a start tag may be anywhere: of those that take what is around, if there are any."""
        found = self._fitting(tag, self._automaton.named(tag.name))
        flow = self._takes(self._current, "div")
        alike = tuple(element for element in found if self._takes((element,), "div") == flow)
        return alike or found

    def _fitting(self, tag: StartTag, elements: Sequence[int]) -> tuple[int, ...]:
        """Those patterns whose attributes say most of a start tag's; of tables those with as many columns."""
        fits = {element: self._fit(element, tag) for element in elements}
        best = [element for element, fit in fits.items() if fit == max(fits.values())]
        if tag.name == "table" and self._place.columns:
            best = [element for element in best if self._columns(element) == self._place.columns]
        return tuple(best)

    def _fit(self, element: int, tag: StartTag) -> int:
        names = {name for name, _ in tag.attributes}
        return max(_fit(self._automaton.attributes[form.attributes], names) for form in self._automaton.elements[element].forms)

    def _columns(self, table: int) -> int:
        """The cells of a table's rows, which are equally long."""
        rows = [element for element in self._below(table) if str(self._automaton.elements[element].names) == "tr"]
        return min((self._cells(form.start) for row in rows for form in self._automaton.elements[row].forms), default=0)

    def _below(self, element: int) -> set[int]:
        """Elements that may be children and grandchildren of one."""
        found: set[int] = set()
        for _ in range(2):
            states = [state for one in {element, *found} for state in self._states((one,))]
            found |= {column - 1 for state in states for column in self._automaton.live(state) if self._is_part(column)}
        return found

    def _is_part(self, column: int) -> bool:
        element = self._automaton.element_of(column)
        return element is not None and str(self._automaton.elements[element].names) in _IN_TABLES

    def _cells(self, state: int) -> int:
        """The fewest children with which content may end."""
        states, count = {state}, 0
        while not any(self._automaton.nullable[each] for each in states):
            states = {self._automaton.rows[each][column] for each in states for column in self._automaton.live(each)}
            count += 1
        return count

    # Beside the place -----------------------------------------------------------------------------------------------------------

    def _resumed(self) -> tuple[tuple[tuple[int, int], ...], frozenset[str]]:
        """Where content goes on behind what stands before, and what is banned lest what stands after cannot follow."""
        place = self._place
        before, after = (place.before, place.after) if self._is_parent else ((), ())
        alphabet = self._alphabet(self._current)
        starts = [(element, form.start) for element in self._current for form in self._automaton.elements[element].forms]
        stepped = dict.fromkeys((element, state) for element, start in starts for state in self._behind(start, before, alphabet))
        once = _ONCE & alphabet
        for banned in (frozenset[str](), once.intersection(after), once | alphabet.intersection(after), *_each(alphabet)):
            if fits := tuple(each for each in stepped if self._may_follow(each[1], after, alphabet, banned)):
                return fits, banned
        where = f" before {_shown(after[0])}" if after else f" after {_shown(before[-1])}" if before else ""
        raise HoleError(f"nothing may be written into <{place.parent}>{where}")

    def _behind(self, start: int, names: Sequence[str], alphabet: frozenset[str]) -> set[int]:
        """The states after children; those that cannot stand so are passed over, where that changes nothing."""
        states = {start}
        for name in names:
            if name in alphabet and ((moved := self._stepped(states, name)) or self._place.parent in _STRICT):
                states = moved
        return states

    def _may_follow(self, state: int, names: Sequence[str], alphabet: frozenset[str], banned: frozenset[str]) -> bool:
        """Whether children may follow wherever content that begins in a state may end."""
        reached = self._reach(state, banned)
        ends = {each for each in reached if self._automaton.nullable[each]}
        if not ends or not any(self._automaton.live(each) for each in reached):
            return False
        if banned and not all(ends & self._reach(each, banned) for each in reached):
            return False
        return all(self._follow({end}, names, alphabet) for end in ends)

    def _follow(self, states: set[int], names: Sequence[str], alphabet: frozenset[str]) -> bool:
        for name in names:
            states = self._stepped(states, name) if name in alphabet else states
        return bool(states)

    def _stepped(self, states: set[int], name: str) -> set[int]:
        columns = [TEXT] if name == TEXT_CHILD else [element + 1 for element in self._automaton.named(name)]
        return {after for state in states for column in columns if (after := self._automaton.rows[state][column])}

    def _reach(self, state: int, banned: frozenset[str] = frozenset()) -> frozenset[int]:
        """The states that content may come to, this one included."""
        key = (state, banned)
        if key not in self._reached:
            found, todo = {state}, [state]
            while todo:
                row = self._automaton.rows[here := todo.pop()]
                fresh = {row[column] for column in self._automaton.live(here) if self._name(column) not in banned} - found
                found |= fresh
                todo += fresh
            self._reached[key] = frozenset(found)
        return self._reached[key]

    def _states(self, elements: Iterable[int]) -> Iterator[int]:
        """All states of the content of some elements."""
        for element in elements:
            for form in self._automaton.elements[element].forms:
                yield from self._reach(form.start)

    def _name(self, column: int) -> str:
        element = self._automaton.element_of(column)
        return TEXT_CHILD if element is None else str(self._automaton.elements[element].names)

    def _alphabet(self, elements: Iterable[int]) -> frozenset[str]:
        """The names of all children that some elements may have."""
        return frozenset(self._name(column) for state in self._states(elements) for column in self._automaton.live(state))

    def _takes(self, elements: Iterable[int], name: str) -> bool:
        return name in self._alphabet(elements)


def keeps_space(place: Surroundings) -> bool:
    """Whether white space is content at a place."""
    return any(tag.name in KEEPS_SPACE for tag in place.ancestors)


def _fit(kind: AttributeClass, names: set[str]) -> int:
    """How many of the attributes that start tags of a class must have are among some names, -1 where one is not."""
    count = 0
    for choice in kind.choices:
        required = [{str(kind.uses[use].names) for use in bits(each.required)} for each in choice]
        best = max((len(each) for each in required if each <= names), default=-1)
        if best < 0:
            return -1
        count += best
    return count


def _lowest(place: Surroundings) -> int:
    """The lowest level of headings: 2 behind another, and none after which the next one on the page skips a level that it does not skip."""
    skips = place.heading and place.heading_after > place.heading + 1
    return max(2 if place.heading else 1, 1 if skips else place.heading_after - 1)


def _each(names: Iterable[str]) -> list[frozenset[str]]:
    return [frozenset((name,)) for name in sorted(names)]


def _rows(place: Surroundings) -> str:
    return " of a table whose rows differ" if place.parent in _IN_TABLES else "; a hole stands in the body"


def _shown(name: str) -> str:
    return "text" if name == TEXT_CHILD else f"<{name}>"
