"""Where two pages differ, for people: their trees as outlines, a node a line, and the lines that one side alone has."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from operator import eq
from typing import Final

from htmlgen.evaluation.pairs.aspects import Side
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text

_DEEPEST: Final = 40  # levels that are indented
_CONTEXT: Final = 2  # lines that are shown around a difference
_COMPARED: Final = 300  # lines: time grows with the square of them


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
    """Where the outlines differ first, and what follows, as far as `_COMPARED` lines of either.

    `-` stands before what the reference alone has, `+` before what the candidate alone has, a space before what both have; `@@` before each
    place. No line, if both are equal.
    """
    left, right = (list(outline(side.events)) for side in (reference, candidate))
    same = sum(1 for _ in takewhile(bool, map(eq, left, right)))
    begin = max(0, same - _CONTEXT)
    left, right = left[begin : begin + _COMPARED], right[begin : begin + _COMPARED]
    return list(_unified(left, right))


def _unified(left: Sequence[str], right: Sequence[str]) -> Iterator[str]:
    """As difflib's `unified_diff`, which would take lines that are frequent for noise."""
    for places in SequenceMatcher(None, left, right, autojunk=False).get_grouped_opcodes(_CONTEXT):
        yield "@@"
        for what, start, end, begin, until in places:
            if what == "equal":
                yield from (f" {line}" for line in left[start:end])
            else:
                yield from (f"-{line}" for line in left[start:end])
                yield from (f"+{line}" for line in right[begin:until])
