"""Does a grammar keep to another one's elements, attributes and values? Then its pages do no harm that those of the other would not.

Laws: where nothing is found, each element on a page of the first is one of the second by name, each of its attributes too, and each value
is one that the second accepts of that attribute on some element of that name; but names of classes, which do nothing, are any. Which
element may stand in which is not compared, nor which attributes stand together.
"""

from collections import defaultdict
from typing import Final

from htmlgen.relaxng.automaton import Automaton, ElementType
from htmlgen.relaxng.dfa import Dfa
from htmlgen.relaxng.dfa_building import within
from htmlgen.relaxng.names import NameTest

_STATES: Final = 20_000  # met when values are compared; what takes more counts as wider
_HARMLESS: Final = "class"


def beyond(automaton: Automaton, base: Automaton) -> str | None:
    """What a grammar has, and another has not, in words, the first that is found; None where there is nothing."""
    known = {(element.names, element.notes.content) for element in base.elements}
    values = _values(base)
    compared: set[tuple[NameTest, NameTest, int]] = set()
    for element in automaton.elements:
        if (element.names, element.notes.content) not in known:
            return f"element {element.names}"
        for name, datatype in _attributes(automaton, element):
            if (key := (element.names, name, datatype)) in compared:
                continue
            compared.add(key)
            if not (others := values[element.names, name]):
                return f"attribute {name} of {element.names}"
            if str(name) != _HARMLESS and not _held(automaton.datatypes[datatype], others):
                return f"attribute {name} of {element.names} with other values, {automaton.words[datatype]}"
    return None


def _held(value: Dfa, others: dict[bytes, Dfa]) -> bool:
    return value.key in others or within(value, list(others.values()), _STATES)


def _values(automaton: Automaton) -> defaultdict[tuple[NameTest, NameTest], dict[bytes, Dfa]]:
    """What each attribute of each element may be, by the names of both."""
    found: defaultdict[tuple[NameTest, NameTest], dict[bytes, Dfa]] = defaultdict(dict)
    for element in automaton.elements:
        for name, datatype in _attributes(automaton, element):
            value = automaton.datatypes[datatype]
            found[element.names, name][value.key] = value
    return found


def _attributes(automaton: Automaton, element: ElementType) -> set[tuple[NameTest, int]]:
    return {(use.names, use.datatype) for form in element.forms for use in automaton.attributes[form.attributes].uses}
