"""Start tags read as element patterns: with which forms their attributes agree, and what is wrong where they agree with none.

What a start tag is read as depends on its attributes' names and on which datatypes accept their values. These make its *signature*, a
number an attribute; a signature is read once, so that most tags cost a look into a table for each attribute.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from htmlgen.markup.events import StartTag
from htmlgen.relaxng.attributes import AttributeClass, AttributeState, AttributeUse, bits
from htmlgen.relaxng.automaton import Automaton, Form
from htmlgen.relaxng.notes import ElementNotes
from htmlgen.relaxng.spelling import close_names

_SHOWN = 60          # characters of what stood there
_LONG = 200          # characters: a longer value is not remembered
_REMEMBERED = 4_096  # values of an attribute, signatures of a tag
_MANY = 64           # attributes: a tag with more is not remembered
_SPELLED = 100       # unknown names for which similar ones are looked up


@dataclass(slots=True)
class Problem:
    """Something wrong with one attribute of a start tag."""

    rule: str
    message: str
    found: str
    expected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bearer:
    """An element as annotations see it: its words are its name and its categories, `uses` the attributes that it bears."""

    name: str
    words: frozenset[str]
    notes: ElementNotes = field(default_factory=ElementNotes)
    uses: tuple[AttributeUse, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """What start tags of one signature are: the element patterns and forms with the fewest problems, and a bearer for each."""

    name: str
    forms: tuple[tuple[int, Form], ...]
    bearers: tuple[Bearer, ...]
    faulty: bool  #: whether even these have problems


@dataclass(slots=True)
class _Met:
    """A start tag read as one form of an element pattern."""

    element: int
    form: Form
    kind: AttributeClass
    state: AttributeState
    problems: list[Problem]


@dataclass(slots=True)
class _Sign:
    """What an attribute of one name says of a start tag: the same whatever its value (`fixed`), or by the datatypes of its values."""

    uses: tuple[int, ...]  #: of each attribute class, as bits; names that meet the same ones say the same
    datatypes: tuple[int, ...]
    fixed: int = 0
    values: dict[str, int] = field(default_factory=dict)


class TagReader:
    """Start tags of one name that may be some element patterns; a law: tags of one signature have one reading."""

    def __init__(self, automaton: Automaton, name: str, elements: Sequence[int]) -> None:
        self.automaton = automaton
        self.name = name
        self.elements = tuple(elements)
        self.void = bool(elements) and all(automaton.elements[each].notes.content == "void" for each in elements)
        self._signs: dict[str, _Sign] = {}
        self._numbers: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        self._known: dict[tuple[int, ...], Reading] = {}
        self.spelled: dict[str, tuple[str, ...]] = {}

    @cached_property
    def plain(self) -> Reading:
        """The reading of a tag without attributes."""
        return self._reading(StartTag(self.name))

    def read(self, tag: StartTag) -> Reading:
        """The reading of a start tag of this name."""
        signs, signature = self._signs, []
        for name, value in tag.attributes:
            sign = signs.get(name) or self._sign(name)
            signature.append(sign.fixed or sign.values.get(value) or self._by_value(sign, value))
        if len(signature) > _MANY:
            return self._reading(tag)
        key = tuple(signature)
        return self._known.get(key) or self._remembered(key, tag)

    def _remembered(self, key: tuple[int, ...], tag: StartTag) -> Reading:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        return self._known.setdefault(key, self._reading(tag))

    def _sign(self, name: str) -> _Sign:
        classes = sorted({form.attributes for each in self.elements for form in self.automaton.elements[each].forms})
        kinds = [self.automaton.attributes[each] for each in classes]
        datatypes = {kind.uses[i].datatype for kind in kinds for i in bits(kind.named(name))}
        asked = tuple(sorted(each for each in datatypes if not self.automaton.datatypes[each].accepts_all))
        sign = _Sign(tuple(kind.named(name) for kind in kinds), asked)
        if not asked:
            sign.fixed = self._number(sign, ())
        if len(self._signs) >= _REMEMBERED:
            self._signs.clear()
        self._signs[name] = sign
        return sign

    def _by_value(self, sign: _Sign, value: str) -> int:
        accepted = tuple(each for each in sign.datatypes if self.automaton.datatypes[each].accepts(value))
        number = self._number(sign, accepted)
        if len(value) <= _LONG:
            if len(sign.values) >= _REMEMBERED:
                sign.values.clear()
            sign.values[value] = number
        return number

    def _number(self, sign: _Sign, accepted: tuple[int, ...]) -> int:
        return self._numbers.setdefault((sign.uses, accepted), len(self._numbers) + 1)

    def _reading(self, tag: StartTag) -> Reading:
        best = self._best(tag)
        bearers = tuple(self._bearer(met) for met in best)
        return Reading(self.name, tuple((met.element, met.form) for met in best), bearers, bool(best and best[0].problems))

    def problems(self, tag: StartTag, form: tuple[int, Form]) -> list[Problem]:
        """What is wrong with the attributes of a start tag, read as one of the forms of its reading."""
        return self._met(tag, *form).problems

    def _best(self, tag: StartTag) -> list[_Met]:
        """The forms of the element patterns with which the attributes agree, or with which they have the fewest problems."""
        met = [self._met(tag, each, form) for each in self.elements for form in self.automaton.elements[each].forms]
        least = min((len(each.problems) for each in met), default=0)
        return [each for each in met if len(each.problems) == least]

    def _met(self, tag: StartTag, element: int, form: Form) -> _Met:
        kind = self.automaton.attributes[form.attributes]
        held, alive, problems = 0, kind.start().alive, list[Problem]()
        stand: set[str] = set()  # in one tag, which grows: a state for each attribute would take the square of their number
        for name, value in _attributes(tag):
            hits = kind.hits(name, value, lambda datatype, text: self.automaton.datatypes[datatype].accepts(text))
            after = kind.alive_beside(alive, hits, kind.named(name)) if hits and name not in stand else None
            if after is None:
                problems.append(self._refused(tag, kind, name, value, hits))
            else:
                stand.add(name)
                held, alive = held | hits, after
        state = AttributeState(frozenset(stand), held, alive)
        given = {name for name, _ in tag.attributes}
        for required in kind.missing(state):
            if any(kind.uses[i].names.name in given for i in bits(required)):
                continue   # it is there, and has been found wrong above
            names = " and ".join(dict.fromkeys(f"'{kind.uses[i].names}'" for i in bits(required)))
            problems.append(Problem("attribute-missing", f"<{tag.name}> lacks the attribute {names}", f"<{tag.name}>", (names,)))
        return _Met(element, form, kind, state, problems)

    def _bearer(self, met: _Met) -> Bearer:
        notes = self.automaton.elements[met.element].notes
        uses = tuple(met.kind.uses[i] for i in bits(met.state.held))
        categories = {category for use in uses for category in use.notes.categories}
        return Bearer(self.name, frozenset({self.name, *notes.categories, *categories}), notes, uses)

    def _refused(self, tag: StartTag, kind: AttributeClass, name: str, value: str, hits: int) -> Problem:
        """Why an attribute cannot stand: its name, its value, or the other attributes."""
        uses = [kind.uses[i] for i in bits(kind.named(name))]
        shown = f'{short(name)}="{short(value)}"'
        if not uses:
            return Problem("attribute", f"<{tag.name}> has no attribute '{short(name)}'", shown, self._close(name, kind.names))
        if not hits:
            expected = tuple(dict.fromkeys(self.automaton.words[use.datatype] for use in uses))
            message = f"attribute '{name}' of <{tag.name}> cannot be \"{short(value)}\", but {' or '.join(expected)}"
            return Problem("attribute-value", message, shown, expected)
        return Problem("attribute-conflict", f"attribute {shown} of <{tag.name}> cannot stand beside the others", shown)

    def _close(self, name: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Names that are spelled much alike, for the first unknown ones."""
        if name not in self.spelled and len(self.spelled) < _SPELLED:
            self.spelled[name] = close_names(name, names, 3)
        return self.spelled.get(name, ())


def _attributes(tag: StartTag) -> Iterable[tuple[str, str]]:
    """Without namespace declarations, which are no attributes to RELAX NG (Namespaces in XML 3)."""
    return (each for each in tag.attributes if each[0] != "xmlns" and not each[0].startswith("xmlns:"))


def short(text: str) -> str:
    """The beginning of what stood there, to be shown."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
