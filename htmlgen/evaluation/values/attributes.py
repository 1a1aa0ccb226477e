"""Attributes and their values: what a grammar cannot say, because it is no regular language, or takes a table of thousands of words.

`value_findings` reads the events of a page once. Start tags are judged by themselves (`tag_problems`), and by
what stands around them (`Roles`, `Contexts`, `item_findings`).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from htmlgen.evaluation.values.aria import Facts, Roles, facts_of
from htmlgen.evaluation.values.contexts import Contexts
from htmlgen.evaluation.values.items import item_findings
from htmlgen.evaluation.values.tag_values import Problem, tag_problems
from htmlgen.evaluation.values.value_finding import ValueFinding
from htmlgen.markup.events import EndTag, Event, StartTag, Text

__all__ = ["ValueFinding", "value_findings"]

_LONG: Final = 512  # characters of a start tag's values above which it is not remembered


class _Note(NamedTuple):
    """What is known of a start tag by itself."""

    problems: tuple[Problem, ...]
    facts: Facts
    property: bool  #: whether it has itemprop


def value_findings(events: Sequence[Event], *, fragment: bool = False) -> Iterator[ValueFinding]:
    """What is wrong with attributes and values, some of it only found at the end.

    Args: events, well-formed; fragment, whether other elements may stand around them, so that nothing is asked of those.
    """
    roles, contexts, properties = Roles(whole=not fragment), Contexts(), False
    for index, event in enumerate(events):
        if isinstance(event, StartTag):
            note = _note(event)
            for rule, message, attribute in note.problems:
                yield ValueFinding(index, rule, message, attribute)
            if note.facts.watched:
                yield from roles.watched(index, event, note.facts)
            roles.start(index, event, note.facts)
            contexts.start(index, event)
            properties = properties or note.property
        elif isinstance(event, EndTag):
            roles.end(event)
            if contexts.open:
                yield from contexts.end(event)
        elif isinstance(event, Text):
            contexts.text(event)
    yield from roles.finish()
    if properties and not fragment:
        yield from item_findings(events)


def _note(tag: StartTag) -> _Note:
    long = tag.attributes and sum([len(value) for _, value in tag.attributes]) > _LONG
    return _noted(tag) if long else _remembered(tag)


@lru_cache(maxsize=8192)
def _remembered(tag: StartTag) -> _Note:
    return _noted(tag)


def _noted(tag: StartTag) -> _Note:
    return _Note(tag_problems(tag), facts_of(tag), tag.get("itemprop") is not None)
