"""What annotations ask of a whole page, as sets of bits that an open element hands down and a context that goes on.

`Bounds` are what the open elements together impose on what stands inside; a *context* is what has happened so far: the level of the last
heading, which unique elements stand, which elements that hold one of a kind hold it. Events change it at start tags.
Laws: a context is less than `Rules.contexts`; what is admitted here, `relaxng.constraints` does not report. Where several element
patterns of one name can stand in one place, they bear the same annotations, or a whole start tag says which it is.
Stricter than the grammar in two things: a hidden element counts where it may stand once, and only names and categories of the element
itself, not of its attributes, meet `h:in` and `h:once`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from htmlgen.errors import GrammarError
from htmlgen.relaxng.attributes import AttributeClass, AttributeUse
from htmlgen.relaxng.automaton import Automaton, ElementType
from htmlgen.relaxng.dfa_building import disjoint
from htmlgen.relaxng.notes import ElementNotes

ANY: Final = ("any",)
_LEVELS: Final = 8
_FLAGS: Final = 3  # bits of the level
_MOST_FLAGS: Final = 5  # above the level; costs are kept for every context

# HTML Standard 13.2.4.3, the Noah's Ark clause: of four formatting elements alike, one in the other, the parser forgets the outermost, and
# may then report an end tag. Nested in themselves these say nothing that HTML has a meaning for, so grammars need not forbid it.
_FORMATTING: Final = frozenset("b big code em font i nobr s small strike strong tt u".split())

TEXT_OWED: Final = 2
CONTENT_OWED: Final = 1
_PAIRS: Final = 10_000  # of states of two datatypes that are compared

_OWED: Final = {"": 0, "content": CONTENT_OWED, "text": TEXT_OWED}


class Bounds(NamedTuple):
    """What open elements impose: words that are excluded, words of those around, kinds of `h:once` that are open (bits)."""

    excluded: int = 0
    around: int = 0
    inside: int = 0


class Rules:
    """The annotations of an automaton as bits. A context is a heading's level and, above it, flags."""

    def __init__(self, automaton: Automaton) -> None:
        """Raises: GrammarError, where element patterns that cannot be told apart bear different annotations, or contexts are too many."""
        _check(automaton)
        notes = self._notes = [_parsed(str(element.names), element.notes) for element in automaton.elements]
        self._once = list(dict.fromkeys(each.once for each in notes if each.once))
        self._unique = list(dict.fromkeys(str(element.names) for element in automaton.elements if "document" in element.notes.unique))
        if (several := len(self._once) + len(self._unique)) > _MOST_FLAGS:
            raise GrammarError(
                f"{automaton.name}: {several} elements of h:unique and kinds of h:once, above the limit of {_MOST_FLAGS} with which pages "
                "can be generated; say it in the content of the elements around"
            )
        self.references = _references(automaton.attributes)
        self._bit = {word: 1 << number for number, word in enumerate(_words(notes, self.references))}
        self.contexts = _LEVELS << (len(self._once) + len(self._unique))
        self._kinds = [self.bits(words) for words in self._once]
        self.words = [self.bits((*element.notes.categories, str(element.names))) for element in automaton.elements]
        self._flags = [self._flag_of(str(element.names), element.notes) for element in automaton.elements]
        self.owed = [_OWED[each.filled] for each in notes]
        self.start = 0
        self.strict = Bounds(self.bits({word for each in notes for word in (*each.excluded, *each.once)}), 0, self._all_kinds)

    @property
    def _all_kinds(self) -> int:
        return (1 << len(self._once)) - 1

    def bits(self, words: Sequence[str] | set[str]) -> int:
        """Words as bits, without those that no annotation asks for."""
        return sum(self._bit.get(word, 0) for word in set(words)) if words else 0

    def words_of(self, found: int) -> set[str]:
        """The words that bits stand for."""
        return {word for word, bit in self._bit.items() if found & bit}

    def _flag_of(self, name: str, notes: ElementNotes) -> int:
        return 1 << (_FLAGS + self._unique.index(name)) if "document" in notes.unique else 0

    def _once_flag(self, kind: int) -> int:
        return 1 << (_FLAGS + len(self._unique) + kind)

    def _met(self, bounds: Bounds, context: int) -> int:
        """The words that may not come again."""
        return sum_bits(words for kind, words in enumerate(self._kinds) if bounds.inside >> kind & 1 and context & self._once_flag(kind))

    def hidden(self, bounds: Bounds) -> int:
        """The words that no attribute may add to an element."""
        return bounds.excluded | sum_bits(words for kind, words in enumerate(self._kinds) if bounds.inside >> kind & 1)

    def admits(self, element: int, bounds: Bounds, context: int) -> bool:
        """Whether an element may start."""
        notes = self._notes[element]
        if self.words[element] & (bounds.excluded | self._met(bounds, context)):
            return False
        if notes.within and not self.bits(notes.within) & bounds.around:
            return False
        level = context & (_LEVELS - 1)
        return not (context & self._flags[element] or (level and notes.heading > level + 1))

    def eventful(self, element: int) -> bool:
        """Whether the start of an element depends on, or changes, what is beyond strict bounds."""
        notes = self._notes[element]
        return bool(notes.heading or notes.within or self._flags[element] or self.words[element] & self.strict.excluded)

    def entered(self, element: int, bounds: Bounds, context: int) -> int:
        """The context after a start tag."""
        if heading := self._notes[element].heading:
            context = context & ~(_LEVELS - 1) | heading
        for kind, words in enumerate(self._kinds):
            if bounds.inside >> kind & 1 and words & self.words[element]:
                context |= self._once_flag(kind)
        return context | self._flags[element]

    def below(self, element: int, bounds: Bounds) -> Bounds:
        """The bounds of the content of an element."""
        notes = self._notes[element]
        inside = bounds.inside | (1 << self._once.index(notes.once) if notes.once else 0)
        return Bounds(bounds.excluded | self.bits(notes.excluded), bounds.around | self.words[element], inside)

    def left(self, context: int, bounds: Bounds) -> int:
        """The context after an end tag; `bounds` are those of the parent's content."""
        for kind in range(len(self._kinds)):
            if not bounds.inside >> kind & 1:
                context &= ~self._once_flag(kind)
        return context

    def use_words(self, use: AttributeUse) -> int:
        """The words that an attribute adds to its element."""
        return self.bits(use.notes.categories)


def sum_bits(parts: Iterable[int]) -> int:
    """The union of sets of bits."""
    found = 0
    for part in parts:
        found |= part
    return found


def _references(classes: Sequence[AttributeClass]) -> tuple[tuple[str, ...], ...]:
    """What references ask for, each once."""
    return tuple(sorted({use.notes.ref for kind in classes for use in kind.uses if use.notes.ref}))


def _words(notes: Sequence[ElementNotes], references: Sequence[tuple[str, ...]]) -> list[str]:
    asked = {word for each in notes for word in (*each.excluded, *each.once, *each.within)}
    return sorted(asked | {word for each in references if each != ANY for word in each})


def _parsed(name: str, notes: ElementNotes) -> ElementNotes:
    """The annotations of an element, with what the parser adds to them."""
    return replace(notes, excluded=(*notes.excluded, name)) if name in _FORMATTING else notes


def _check(automaton: Automaton) -> None:
    if own := next((each for each in automaton.elements if "parent" in each.notes.unique), None):
        raise GrammarError(f'{own.place}: pages cannot be generated with h:unique = "parent"; say it in the content of the parents')
    for one, two in sorted(_rivals(automaton)):
        first, second = automaton.elements[one], automaton.elements[two]
        if not _told_apart(automaton, first, second):
            raise GrammarError(
                f"<{first.names}> can be two patterns in one place, with other annotations: {first.place} and {second.place}; "
                "let one require an attribute, or a value, that the other does not have"
            )


def _rivals(automaton: Automaton) -> set[tuple[int, int]]:
    """Pairs of elements of one name with other annotations that can come in one state."""
    found: set[tuple[int, int]] = set()
    for state in range(len(automaton.next)):
        named: dict[str, list[int]] = {}
        for column in automaton.live(state):
            if (element := automaton.element_of(column)) is not None:
                named.setdefault(str(automaton.elements[element].names), []).append(element)
        for rivals in named.values():
            notes = [automaton.elements[each].notes for each in rivals]
            found |= {(rivals[one], rivals[two]) for two in range(len(rivals)) for one in range(two) if notes[one] != notes[two]}
    return found


def _told_apart(automaton: Automaton, one: ElementType, two: ElementType) -> bool:
    """Whether the attributes of a start tag tell two elements apart."""
    kinds = automaton.attributes

    def separate(first: int, second: int) -> bool:
        return disjoint(automaton.datatypes[first], automaton.datatypes[second], _PAIRS)

    return all(kinds[a.attributes].apart(kinds[b.attributes], separate) for a in one.forms for b in two.forms)
