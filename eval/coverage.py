"""How much of a grammar pages have used: its elements, attributes and datatypes, and what none has used."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from htmlgen.markup.events import Event, StartTag, Text
from htmlgen.relaxng import Automaton
from htmlgen.relaxng.attributes import bits
from htmlgen.tokens.vocabulary import Kind, Vocabulary


class Use(NamedTuple):
    """A datatype in its place: of an attribute, or ("") of the whole content of an element."""

    element: str
    attribute: str
    datatype: int


class Coverage:
    """What valid pages of one grammar have used, `used`, of all that there is, `uses`; elements by name."""

    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton
        self.elements: dict[str, bool] = dict.fromkeys((str(each.names) for each in automaton.elements), False)
        self.uses: dict[Use, bool] = dict.fromkeys(self._all_uses(), False)
        self._unmet: dict[str, dict[str, set[Use]]] = {}
        for use in self.uses:
            self._unmet.setdefault(use.element, {}).setdefault(use.attribute, set()).add(use)

    def __getstate__(self) -> dict[str, object]:
        """What a process sends back is merged with others', which needs no automaton; its tables lie in memory that cannot be sent."""
        return {name: value for name, value in vars(self).items() if name != "_automaton"}

    def _all_uses(self) -> Iterator[Use]:
        for element in self._automaton.elements:
            for form in element.forms:
                for use in self._automaton.attributes[form.attributes].uses:
                    yield Use(str(element.names), str(use.names), use.datatype)
                for datatype in self._contents(form.start):
                    yield Use(str(element.names), "", datatype)

    def _contents(self, state: int) -> Iterator[int]:
        """The datatypes that the whole content may have."""
        for column in self._automaton.live(state):
            if (datatype := self._automaton.datatype_of(column)) is not None:
                yield datatype

    def add(self, events: Iterable[Event]) -> None:
        """Count the events of a valid page."""
        before: Event | None = None
        for event in events:
            if isinstance(event, StartTag):
                self.elements[event.name] = True
                if any(name in self._unmet.get(event.name, ()) for name, _ in event.attributes):
                    self._mark(self._met(event))
            elif isinstance(event, Text) and isinstance(before, StartTag) and "" in self._unmet.get(before.name, ()):
                self._mark(self._held(before.name, event.data))
            before = event

    def _mark(self, uses: Iterable[Use]) -> None:
        """Note uses; an attribute of which all uses are met is not looked at again."""
        for use in uses:
            self.uses[use] = True
            unmet = self._unmet[use.element]
            if use.attribute in unmet:
                unmet[use.attribute].discard(use)
                if not unmet[use.attribute]:
                    del unmet[use.attribute]

    def _met(self, tag: StartTag) -> Iterator[Use]:
        """The uses that the attributes of a start tag meet, in each form that the whole tag agrees with."""
        for number in self._automaton.named(tag.name):
            element = self._automaton.elements[number]
            for form in element.forms:
                kind = self._automaton.attributes[form.attributes]
                state = kind.start()
                for name, value in tag.attributes:
                    after = kind.step(state, name, kind.hits(name, value, self._accepts))
                    if after is None:
                        break
                    state = after
                else:
                    held = (kind.uses[each] for each in bits(state.held)) if kind.complete(state) else ()
                    yield from (Use(str(element.names), str(use.names), use.datatype) for use in held)

    def _accepts(self, datatype: int, value: str) -> bool:
        return self._automaton.datatypes[datatype].accepts(value)

    def _held(self, name: str, text: str) -> Iterator[Use]:
        for number in self._automaton.named(name):
            for form in self._automaton.elements[number].forms:
                yield from (Use(name, "", each) for each in self._contents(form.start) if self._accepts(each, text))

    def merge(self, other: "Coverage") -> None:
        """Add what another coverage of the same grammar has."""
        self.elements.update({name: True for name, met in other.elements.items() if met})
        self.uses.update({use: True for use, met in other.uses.items() if met})

    def report(self, vocabulary: Vocabulary) -> dict[str, Any]:
        """For each kind of thing how many there are, how many were met, and which were not, those aside that no token spells."""
        elements = {token.name for token in vocabulary if token.kind in (Kind.START, Kind.OPEN)}
        attributes = {token.name for token in vocabulary if token.kind is Kind.ATTRIBUTE}
        spelled = {use: use.element in elements and use.attribute in (*attributes, "") for use in self.uses}
        words = self._automaton.words
        return {
            "elements": _share(self.elements, {name: name in elements for name in self.elements}),
            "attributes": _share(*_by(self.uses, spelled, lambda use: use.attribute)),
            "attributes of elements": _share(*_by(self.uses, spelled, lambda use: use.attribute and f"{use.element}@{use.attribute}")),
            "datatypes": _share(*_by(self.uses, spelled, lambda use: f"{use.datatype} {words[use.datatype][:80]}")),
            "datatypes in their places": _share(
                *_by(self.uses, spelled, lambda use: f"{use.element}@{use.attribute or 'text'}: {words[use.datatype][:80]}")
            ),
        }


def _by(uses: Mapping[Use, bool], spelled: Mapping[Use, bool], key: Callable[[Use], str]) -> tuple[dict[str, bool], dict[str, bool]]:
    """Whether each key was met, and whether tokens spell it, in any of its uses."""
    met: dict[str, bool] = {}
    can: dict[str, bool] = {}
    for use in uses:
        if name := key(use):
            met[name] = met.get(name, False) or uses[use]
            can[name] = can.get(name, False) or spelled[use]
    return met, can


def _share(met: Mapping[str, bool], spelled: Mapping[str, bool]) -> dict[str, Any]:
    wanted = [name for name in met if spelled[name] or met[name]]
    return {
        "of": len(met),
        "met": sum(met.values()),
        "not_spelled": sorted(name for name in met if name not in wanted),
        "not_met": sorted(name for name in wanted if not met[name]),
    }
