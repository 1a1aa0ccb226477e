"""An automaton as a grammar for llguidance and XGrammar: Lark-like text over the bytes of canonical pages.

What it accepts is a superset of what the guide writes: left out are ids and references, exclusions and the other annotations, choices
between sets of attributes, at most one attribute of a name, the canonical spaces, and the budget. Kept are content models, the
attributes of each element in any order, those that it must have, and the values of attributes, but for datatypes whose regular
expression would be too long: of these only the escapes are asked for.

It is written so that there is little to choose from at a byte, which is what the time of both goes into: no text follows a text, elements
that may stand in one place share their `<`, and a start tag is one expression unless it must have attributes.
Source: https://github.com/guidance-ai/llguidance/blob/main/docs/syntax.md
"""

import re
from collections.abc import Iterator
from itertools import permutations
from typing import Final

import numpy as np

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.relaxng.attributes import AttributeClass, bits
from htmlgen.relaxng.automaton import TEXT, Automaton
from htmlgen.relaxng.dfa import Dfa
from htmlgen.relaxng.notes import ElementNotes
from htmlgen.tokens.vocabulary import REFERENCES

LONGEST: Final = 4_000  # characters of a datatype's expression
_ORDERED: Final = 3  # required attributes of which every order is written out
_ESCAPED: Final = "|".join(REFERENCES)
ANY: Final = rf'([^<>&"\x00-\x08\x0b-\x1f\x7f-\xa0]|{_ESCAPED})'
_NEVER: Final = '"\\u0001"'  # no page holds it: for content that only raw text could complete
_ALONE: Final = sorted(ord(character) for character in REFERENCES.values())
_SPELLED: Final = {ord(character): reference for reference, character in REFERENCES.items()}


class LarkGrammar:
    """The text of a grammar, and how many of its datatypes are exact."""

    def __init__(self, automaton: Automaton, *, exact: bool = True) -> None:
        """Args: exact, whether values are the grammar's own, or any escaped text."""
        self._automaton = automaton
        self._expressions = [expression(dfa) if exact else None for dfa in automaton.datatypes]
        self.exact, self.datatypes = sum(each is not None for each in self._expressions), len(self._expressions)
        made = [number for number, each in enumerate(automaton.elements) if each.names.name and each.notes.content != "raw"]
        lines = [f"start: {_doctype(automaton)}s{automaton.start}", f"TEXT: /{ANY}+/"]
        lines += [line for number in made for line in self._element(number)]
        lines += [line for number in range(len(automaton.attributes)) for line in self._tag(number)]
        lines += [line for state in range(1, len(automaton.next)) for line in self._state(state, frozenset(made))]
        self.text = "\n".join(lines) + "\n"

    def _element(self, number: int) -> Iterator[str]:
        """An element without the `<` that it begins with."""
        element = self._automaton.elements[number]
        name = element.names.name
        forms = (
            f'"{name}" t{form.attributes} ' + ("" if _void(name, element.notes) else f's{form.start} "</{name}>"')
            for form in element.forms
        )
        yield f"e{number}: " + " | ".join(forms)

    def _state(self, state: int, made: frozenset[int]) -> Iterator[str]:
        """A state's content, as `s`, and as `n` where text has just been: what leads back to it, then what leads on."""
        loops, ways, others = list[str](), list[str](), ['""'] if self._automaton.nullable[state] else []
        text = 0
        for column in self._automaton.live(state):
            element, after = self._automaton.element_of(column), self._automaton.rows[state][column]
            if column == TEXT:
                text = after
            elif element is None:
                others.append(f"{self._data(column)} s{after}")
            elif element in made:
                (loops if after == state else ways).append(f"e{element}" if after == state else f"e{element} s{after}")
        on = " | ".join([*_opened(ways), *others] or [_NEVER])
        again = "".join(_opened(loops))
        yield f"s{state}: {_after_text(state, text)}n{state}"
        if text in (0, state) or not again:
            yield f"n{state}: " + (f"({again}{' TEXT?' if text else ''})* " if again else "") + f"({on})"
        else:
            yield f"n{state}: ({again})* ({on}) | ({again})+ TEXT n{text}"

    def _data(self, column: int) -> str:
        datatype = self._automaton.datatype_of(column)
        assert datatype is not None
        return f"/{self._value(datatype)}/"

    def _tag(self, number: int) -> Iterator[str]:
        """The attributes of a class, with the end of the start tag."""
        kind = self._automaton.attributes[number]
        uses = [f' {_name(kind, use)}="({self._value(each.datatype)})"' for use, each in enumerate(kind.uses)]
        needed = list(bits(kind.choices[0][0].required))
        if not needed or len(needed) > _ORDERED:
            yield f"t{number}: /({'|'.join(uses)})*>/" if uses else f't{number}: ">"'
            return
        yield from (f"A{number}_{use}: /{text}/" for use, text in enumerate(uses))  # apart, since lexers take the longest
        others = " | ".join(f"A{number}_{use}" for use in range(len(uses)) if use not in needed)
        loop = f" ({others})*" if others else ""
        orders = (f"{loop} ".join(["", *(f"A{number}_{use}" for use in order), '">"']) for order in permutations(needed))
        yield f"t{number}:{' |'.join(orders)}"

    def _value(self, datatype: int) -> str:
        found = self._expressions[datatype]
        return f"{ANY}*" if found is None else found


def _opened(elements: list[str]) -> list[str]:
    """A choice of elements, their `<` written once."""
    return [f'"<" ({" | ".join(elements)})'] if elements else []


def _after_text(state: int, text: int) -> str:
    """What a state may begin with before it goes on as one that has had its text."""
    if not text:
        return ""
    return "TEXT? " if text == state else f"TEXT n{text} | "


def _doctype(automaton: Automaton) -> str:
    names = (
        automaton.elements[column - 1].names.name for column in automaton.live(automaton.start) if automaton.element_of(column) is not None
    )
    return '"<!DOCTYPE html>" ' if "html" in names else ""


def _void(name: str, notes: ElementNotes) -> bool:
    return notes.content == "void" or name in VOID_IN_PARSER


def _name(kind: AttributeClass, use: int) -> str:
    names = kind.uses[use].names
    return re.escape(names.name) if names.name else re.escape(names.prefix or "") + r"[a-z][a-z0-9_.\-]*"


# Automata as expressions --------------------------------------------------------------------------------------------------------


def expression(dfa: Dfa) -> str | None:
    """A regular expression of the escaped spellings of what an automaton accepts, None where it would be too long.

    Source: state elimination, Brzozowski and McCluskey 1963.
    """
    edges = _edges(dfa)
    inner = list(range(1, len(dfa.table)))
    while inner:
        state = min(inner, key=lambda each: _weight(edges, each))
        inner.remove(state)
        _eliminate(edges, state)
        if max(map(len, edges.values()), default=0) > LONGEST:
            return None
    return edges.get((_BEGIN, _END), "")


_BEGIN: Final = -1
_END: Final = -2
_Edges = dict[tuple[int, int], str]


def _edges(dfa: Dfa) -> _Edges:
    found: _Edges = {(_BEGIN, dfa.start): ""}
    for state in range(1, len(dfa.table)):
        for target in sorted(set(dfa.table[state].tolist()) - {0}):
            if characters := _characters(dfa, np.flatnonzero(dfa.table[state] == target)):
                found[state, target] = characters
        if dfa.accepting[state]:
            found[state, _END] = ""
    return found


def _characters(dfa: Dfa, classes: np.ndarray) -> str:
    """One character of some classes, escaped as pages have it; empty where pages have none."""
    ranges = [span for number in classes.tolist() for span in dfa.chars_of(number)]
    plain = "".join(_range(low, high) for span in ranges for low, high in _cut(*span))
    apart = [_SPELLED[code] for code in _ALONE if any(low <= code <= high for low, high in ranges)]
    ways = [*([f"[{plain}]"] if plain else []), *apart]
    return f"({'|'.join(ways)})" if len(ways) > 1 else "".join(ways)


def _cut(low: int, high: int) -> Iterator[tuple[int, int]]:
    """A range without the characters that are escaped, controls and surrogates."""
    low = max(low, 0x20)
    for first, last in (*((code, code) for code in _ALONE if code < 0x7F), (0x7F, 0xA0), (0xD800, 0xDFFF)):
        if low < first:
            yield low, min(high, first - 1)
        low = max(low, last + 1)
        if low > high:
            return
    yield low, high


def _range(low: int, high: int) -> str:
    return _char(low) if low == high else f"{_char(low)}-{_char(high)}"


def _char(code: int) -> str:
    return chr(code) if chr(code).isascii() and chr(code).isalnum() else f"\\u{{{code:X}}}"


def _weight(edges: _Edges, state: int) -> int:
    """How long eliminating a state makes what is left."""
    into = [text for (_, target), text in edges.items() if target == state]
    out = [text for (source, _), text in edges.items() if source == state]
    return len(out) * sum(map(len, into)) + len(into) * sum(map(len, out))


def _eliminate(edges: _Edges, state: int) -> None:
    loop = edges.pop((state, state), None)
    around = f"({loop})*" if loop else ""
    into = [(source, edges.pop((source, target))) for source, target in list(edges) if target == state]
    out = [(target, edges.pop((source, target))) for source, target in list(edges) if source == state]
    for source, before in into:
        for target, after in out:
            way = f"{_grouped(before)}{around}{_grouped(after)}"
            known = edges.get((source, target))
            edges[source, target] = way if known is None else _either(known, way)


def _grouped(text: str) -> str:
    return f"({text})" if "|" in text else text


def _either(one: str, two: str) -> str:
    if not one or not two:
        return f"({one or two})?"
    return one if one == two else f"{one}|{two}"
