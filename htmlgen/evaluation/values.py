"""Attributes and their values: what a grammar cannot say, because it is no regular language, or takes a table of thousands of words.

`value_findings` reads the events of a page once. Start tags are judged by themselves (`tag_problems`), and by
what stands around them (`Roles`, `Contexts`, `Items`).
"""

from collections.abc import Iterable, Iterator

from htmlgen.evaluation.aria import Roles
from htmlgen.evaluation.contexts import Contexts
from htmlgen.evaluation.items import Items
from htmlgen.evaluation.tag_values import tag_problems
from htmlgen.evaluation.value_finding import ValueFinding
from htmlgen.markup.events import EndTag, Event, StartTag, Text

__all__ = ["ValueFinding", "value_findings"]


def value_findings(events: Iterable[Event], *, fragment: bool = False) -> Iterator[ValueFinding]:
    """What is wrong with attributes and values, some of it only found at the end.

    Args: events, well-formed; fragment, whether other elements may stand around them, so that nothing is asked of those.
    """
    roles, contexts, items = Roles(whole=not fragment), Contexts(), Items()
    for index, event in enumerate(events):
        if isinstance(event, StartTag):
            for rule, message, attribute in tag_problems(event):
                yield ValueFinding(index, rule, message, attribute)
            yield from roles.start(index, event)
            contexts.start(index, event)
            items.start(index, event)
        elif isinstance(event, EndTag):
            roles.end(event)
            items.end()
            yield from contexts.end(event)
        elif isinstance(event, Text):
            contexts.text(event)
    yield from roles.finish()
    if not fragment:
        yield from items.finish()
