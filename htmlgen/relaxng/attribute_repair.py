"""The attributes of one start tag, made such as one form of an element takes them: as many kept as can stand together."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from htmlgen.relaxng.attributes import AttributeClass, AttributeState, bits
from htmlgen.relaxng.automaton import Automaton
from htmlgen.relaxng.completion import KNOWN_VALUE, MADE_UP_VALUE, Completion
from htmlgen.relaxng.formulas import Alternative

Attributes = tuple[tuple[str, str], ...]

_DROPPED: Final = 2  #: what an attribute that goes costs
_SPELLED: Final = 1  #: what a value that is spelled anew costs
_FOREIGN: Final = 40  #: what it costs to make an element say what it did not

#: Attributes that say what an element is: they outweigh others.
_KEYS: Final = frozenset("type rel name property http-equiv charset href src".split())
#: Attributes that may be added to an element, or changed, without making it another.
_HARMLESS: Final = frozenset("alt aria-hidden controls dir lang type".split())
_LANGUAGES: Final = frozenset("lang hreflang srclang".split())
_URLS: Final = frozenset("href src action cite poster formaction".split())
_URL_CHARACTERS: Final = "/._~!$&'()*+,;=:@?#%-"


@dataclass(frozen=True, slots=True)
class Kept:
    """Attributes that a form takes: `cost` for what went, `loss` for what had to be made up, `categories` that they bring."""

    attributes: Attributes
    cost: int
    loss: int
    changes: tuple[str, ...]
    categories: frozenset[str]


@dataclass(slots=True)
class _Given:
    name: str
    value: str
    hits: int
    named: int


@dataclass(slots=True)
class AttributeRepair:
    """Attributes of one page; `language` is the page's."""

    automaton: Automaton
    completion: Completion
    language: str = ""
    accepted: dict[tuple[int, str], bool] = field(default_factory=dict)
    known: dict[tuple[str, Attributes, int, frozenset[str]], Kept | None] = field(default_factory=dict)

    def fit(self, element: str, attributes: Attributes, number: int, excluded: frozenset[str]) -> Kept | None:
        """Attributes for a class, none of which puts the element into an excluded category; None where that cannot be."""
        kind = self.automaton.attributes[number]
        key = (element, attributes, number, frozenset(word for use in kind.uses for word in use.notes.categories if word in excluded))
        if key not in self.known:
            self.known[key] = self._fit(element, attributes, kind, excluded)
        return self.known[key]

    def _fit(self, element: str, attributes: Attributes, kind: AttributeClass, excluded: frozenset[str]) -> Kept | None:
        barred = sum(1 << i for i, use in enumerate(kind.uses) if not excluded.isdisjoint(use.notes.categories))
        changes: list[str] = []
        given = list(self._given(element, attributes, kind, barred, changes))
        chosen = [max(choice, key=lambda each: self._score(kind, given, choice, each)) for choice in kind.choices]
        scopes = [_allowed(choice) for choice in kind.choices]
        state = kind.start()
        kept: list[tuple[str, str]] = []
        for each in given:
            hits = each.hits
            stands = all(hits & scope & one.allowed for scope, one in zip(scopes, chosen, strict=True) if each.named & scope)
            after = kind.step(state, each.name, hits) if stands else None
            if after is None:
                changes.append(f"attribute {each.name} on {element} dropped")
            else:
                state = after
                kept.append((each.name, each.value))
        cost = sum(_SPELLED if change.endswith("respelled") else _DROPPED for change in changes)
        required = 0
        for alternative in chosen:
            required |= alternative.required
        return self._completed(element, kind, state, _Draft(kept, changes, cost, required & ~state.held, barred, attributes))

    def _given(self, element: str, attributes: Attributes, kind: AttributeClass, barred: int, changes: list[str]) -> Iterator[_Given]:
        seen: set[str] = set()
        for name, value in attributes:
            named = kind.named(name)
            if not named or name in seen:
                changes.append(f"attribute {name} on {element} dropped")
                continue
            seen.add(name)
            hits, spelled = self._hits(kind, name, value, named & ~barred)
            if not hits:
                changes.append(f"value of {name} dropped")
                continue
            if spelled != value:
                changes.append(f"value of {name} respelled")
            yield _Given(name, spelled, hits, named)

    def _hits(self, kind: AttributeClass, name: str, value: str, uses: int) -> tuple[int, str]:
        """The uses that a value meets, and how it is spelled then."""
        hits = sum(1 << i for i in bits(uses) if self.accepts(kind.uses[i].datatype, value))
        if hits or not uses:
            return hits, value
        for spelled in _spellings(name, value):
            hits = sum(1 << i for i in bits(uses) if self.accepts(kind.uses[i].datatype, spelled))
            if hits:
                return hits, spelled
        for i in bits(uses):
            if spelled := self._some_words(kind.uses[i].datatype, value):
                return 1 << i, spelled
        return 0, value

    def _some_words(self, datatype: int, value: str) -> str:
        """The words of a list that can stand, one after the other."""
        kept = ""
        for word in value.split()[:50]:
            longer = f"{kept} {word}" if kept else word
            if self.accepts(datatype, longer):
                kept = longer
        return kept if " " in value.strip() else ""

    def accepts(self, datatype: int, value: str) -> bool:
        """Whether a datatype accepts a value, asked once."""
        key = (datatype, value)
        if key not in self.accepted:
            self.accepted[key] = self.automaton.datatypes[datatype].accepts(value)
        return self.accepted[key]

    def _score(self, kind: AttributeClass, given: list[_Given], choice: tuple[Alternative, ...], each: Alternative) -> int:
        """How much of what is given an alternative keeps, less what it lacks."""
        if len(choice) == 1:
            return 0
        scope = _allowed(choice)
        kept = sum(5 if one.name in _KEYS else 2 for one in given if one.named & scope and one.hits & each.allowed)
        held = 0
        for one in given:
            held |= one.hits
        return kept - sum(self._price(kind, i) for i in bits(each.required & ~held))

    def _price(self, kind: AttributeClass, use: int) -> int:
        names = kind.uses[use].names
        return KNOWN_VALUE if names.name in _HARMLESS and self.value(kind, use)[1] == KNOWN_VALUE else MADE_UP_VALUE

    def value(self, kind: AttributeClass, number: int) -> tuple[str, int]:
        """A value for an attribute that is missing, and its cost."""
        use = kind.uses[number]
        if use.names.name == "lang" and self.language and self.accepts(use.datatype, self.language):
            return self.language, KNOWN_VALUE
        return self.completion.value(use.names.name, use.datatype)

    def _completed(self, element: str, kind: AttributeClass, state: AttributeState, draft: "_Draft") -> Kept | None:
        """With what is missing added."""
        loss = 0
        for i in bits(draft.missing):
            use = kind.uses[i]
            value, price = self.value(kind, i)
            after = None if draft.barred >> i & 1 or not use.names.name else self._stepped(kind, state, use.names.name, value)
            if after is None:
                return None
            state = after
            draft.kept.append((use.names.name, value))
            draft.changes.append(f"attribute {use.names.name} added")
            loss += price if use.names.name in _HARMLESS and price == KNOWN_VALUE else _FOREIGN
        if not kind.complete(state):
            return None
        categories = frozenset(word for i in bits(state.held) for word in kind.uses[i].notes.categories)
        return Kept(tuple(draft.kept), draft.cost, loss, tuple(draft.changes), categories)

    def _stepped(self, kind: AttributeClass, state: AttributeState, name: str, value: str) -> AttributeState | None:
        return kind.step(state, name, kind.hits(name, value, self.accepts))


@dataclass(slots=True)
class _Draft:
    """Attributes on their way: those kept, what was done, what it cost, the uses that are missing and those that may not be used."""

    kept: list[tuple[str, str]]
    changes: list[str]
    cost: int
    missing: int
    barred: int
    given: Attributes


def _allowed(choice: tuple[Alternative, ...]) -> int:
    allowed = 0
    for each in choice:
        allowed |= each.allowed
    return allowed


def _spellings(name: str, value: str) -> Iterator[str]:
    """Other spellings of what a value means."""
    tidy = " ".join(value.split())
    yield tidy
    yield tidy.lower()
    if name in _LANGUAGES:
        language, _, region = tidy.replace("_", "-").partition("-")
        yield f"{language.lower()}-{region.upper()}"
        yield language.lower()
    if name in _URLS:
        yield quote(tidy, safe=_URL_CHARACTERS)
        yield quote(tidy.removeprefix("./"), safe=_URL_CHARACTERS)
