"""Where two pages differ, for people: their trees as outlines, a node a line, and the lines that one side alone has."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff
from typing import Final

from htmlgen.evaluation.pairs import Side
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text

_DEEPEST: Final = 40  # levels that are indented
_CONTEXT: Final = 2  # lines that are shown around a difference


def outline(events: Iterable[Event]) -> Iterator[str]:
    """A line for each node: `<p class="a">` or text in quotation marks, indented by its depth; end tags are left out."""
    depth = 0
    for event in events:
        margin = "  " * min(depth, _DEEPEST)
        match event:
            case StartTag(name, attributes):
                yield margin + "<" + " ".join([name, *(f'{attribute}="{value}"' for attribute, value in attributes)]) + ">"
                depth += name not in VOID_IN_PARSER
            case EndTag(name):
                depth -= name not in VOID_IN_PARSER
            case Text(data):
                yield f'{margin}"{data}"'
            case Doctype(name, public_id, system_id):
                yield margin + "<!" + " ".join(filter(None, (name, public_id, system_id))) + ">"


def difference(reference: Side, candidate: Side) -> Sequence[str]:
    """The outlines' differences: `-` before what the reference alone has, `+` before what the candidate alone has, `@@` between places."""
    left, right = (list(outline(side.events)) for side in (reference, candidate))
    return list(unified_diff(left, right, lineterm="", n=_CONTEXT))[2:]  # two lines name the files
