"""What a grammar asks of a whole page, mended in its events: ids, references, headings, what stands once.

Each rule takes something away or calls it otherwise, where `validate` finds fault, so that repeating it comes to an end.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from htmlgen.markup.events import EndTag, Event, StartTag, Text, end_of
from htmlgen.relaxng.attributes import AttributeUse
from htmlgen.relaxng.automaton import Automaton
from htmlgen.relaxng.violations import Violation

#: What stands once, by what the next one may be called.
_INSTEAD: Final = {"main": "div"}


@dataclass
class DocumentRepair:
    """The events of one page, of which some are replaced or left out."""

    automaton: Automaton
    events: Sequence[Event]
    changes: Counter[str]
    replaced: dict[int, Event | None] = field(default_factory=dict)

    def result(self, violations: Iterable[Violation]) -> list[Event]:
        """The events without what the violations name, and with headings in order."""
        levels = False
        for violation in violations:
            levels = levels or violation.rule == "heading"
            if violation.index not in self.replaced and violation.index < len(self.events):
                self.mend(violation)
        if levels:
            self.headings()
        kept = (self.replaced.get(index, event) for index, event in enumerate(self.events))
        return [event for event in kept if event is not None]

    def mend(self, violation: Violation) -> None:
        """Take away what one violation names."""
        event = self.events[violation.index]
        if violation.rule == "heading":
            return
        if isinstance(event, StartTag):
            self.mend_tag(violation, event)
        elif isinstance(event, EndTag):
            self.remove(self.start_of(violation.index))
        else:
            self.replaced[violation.index] = None
            self.changes["text dropped"] += isinstance(event, Text)

    def mend_tag(self, violation: Violation, tag: StartTag) -> None:
        """Take away an attribute, a name, or the tags."""
        rule, index = violation.rule, violation.index
        if rule == "id" and self.without(index, tag, {name for name, _ in tag.attributes if self.uses(tag.name, name, "id")}):
            return
        if rule == "reference" and self.without(index, tag, self.unresolved(tag)):
            return
        if rule == "unique" and self.without(index, tag, {name for name, _ in tag.attributes if self.uses(tag.name, name, "unique")}):
            return
        if rule == "once" and (outer := self.choosy(index)) is not None:
            self.unwrap(outer)
        elif rule == "unique" and tag.name in _INSTEAD and self.automaton.named(_INSTEAD[tag.name]):
            self.rename(index, _INSTEAD[tag.name])
        else:
            self.unwrap(index)

    # Attributes -----------------------------------------------------------------------------------------------------------------

    def without(self, index: int, tag: StartTag, names: set[str]) -> bool:
        """Leave attributes out; False where there are none."""
        if names:
            self.replaced[index] = StartTag(tag.name, tuple(each for each in tag.attributes if each[0] not in names))
            self.changes.update(f"value of {name} dropped" for name in names)
        return bool(names)

    def uses(self, element: str, attribute: str, note: str) -> list[AttributeUse]:
        """The uses of an attribute that bear a note."""
        numbers = {form.attributes for each in self.automaton.named(element) for form in self.automaton.elements[each].forms}
        uses = (use for number in numbers for use in self.automaton.attributes[number].uses)
        return [use for use in uses if getattr(use.notes, note) and use.names.accepts(attribute)]

    def unresolved(self, tag: StartTag) -> set[str]:
        """The references of a tag that name no element, or all of them where each names one."""
        found = {name: value for name, value in tag.attributes if self.uses(tag.name, name, "ref")}
        missing = {name for name, value in found.items() if any(token not in self.ids for token in value.split())}
        return missing or set(found)

    @cached_property
    def ids(self) -> set[str]:
        return {value for event in self.events if isinstance(event, StartTag) for name, value in event.attributes if name == "id"}

    # Elements -------------------------------------------------------------------------------------------------------------------

    def unwrap(self, index: int) -> None:
        """Leave the tags of an element out."""
        tag = self.events[index]
        assert isinstance(tag, StartTag)
        end = end_of(self.events, index)
        self.replaced[index] = self.replaced[end] = None
        self.changes[f"element {tag.name} {'dropped' if end == index else 'unwrapped'}"] += 1

    def rename(self, index: int, name: str) -> None:
        """Call an element otherwise."""
        tag = self.events[index]
        assert isinstance(tag, StartTag)
        self.replaced[index] = StartTag(name, tag.attributes)
        if (end := end_of(self.events, index)) != index:
            self.replaced[end] = EndTag(name)
        self.changes[f"element {tag.name} renamed {name}"] += 1

    def remove(self, index: int) -> None:
        """Leave an element out with all that it holds."""
        tag = self.events[index]
        assert isinstance(tag, StartTag)
        for each in range(index, end_of(self.events, index) + 1):
            self.replaced[each] = None
        self.changes[f"element {tag.name} dropped"] += 1

    def start_of(self, end: int) -> int:
        """The index of the start tag that an end tag belongs to."""
        tag, inner = self.events[end], 0
        for index in range(end - 1, -1, -1):
            event = self.events[index]
            if isinstance(event, StartTag | EndTag) and isinstance(tag, EndTag) and event.name == tag.name:
                if isinstance(event, StartTag) and not inner:
                    return index
                inner += 1 if isinstance(event, EndTag) else -1
        return end

    def choosy(self, index: int) -> int | None:
        """The innermost element around that may hold one of a kind only."""
        for start in range(index - 1, -1, -1):
            event = self.events[start]
            if isinstance(event, StartTag) and any(self.automaton.elements[each].notes.once for each in self.automaton.named(event.name)):
                if start in self.replaced:
                    return start if self.replaced[start] is None else None
                if end_of(self.events, start) > index:
                    return start
        return None

    def headings(self) -> None:
        """No heading is more than one level deeper than the one before."""
        levels = _levels(self.automaton)
        names = {level: name for name, level in levels.items()}
        before = 0
        for index, event in enumerate(self.events):
            if isinstance(event, StartTag) and (level := levels.get(event.name, 0)):
                if before and level > before + 1 and index not in self.replaced:
                    level = max((each for each in names if each <= before + 1), default=level)
                    if names[level] != event.name:
                        self.rename(index, names[level])
                before = level


def _levels(automaton: Automaton) -> dict[str, int]:
    return {each.names.name: each.notes.heading for each in automaton.elements if each.notes.heading and each.names.name}
