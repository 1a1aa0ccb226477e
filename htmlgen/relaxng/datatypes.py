"""What an attribute, or an element without markup, may hold: value patterns → one automaton over characters each.

Choices of literals, `xsd:string` and `xsd:token` with `pattern`, lists and `text` are regular, so there is no library of datatypes:
dates, colours and URLs are definitions in the grammar, and any RELAX NG validator reads the same file.
In one thing this is stricter than RELAX NG: a literal, and a token with a pattern, must stand as it is, without white space around
it, as HTML wants it. What is accepted here, RELAX NG accepts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from htmlgen.relaxng import charsets, dfa_building, regex
from htmlgen.relaxng.dfa import Dfa
from htmlgen.relaxng.dfa_building import TooLargeError
from htmlgen.relaxng.grammar import Grammar
from htmlgen.relaxng.limits import Place
from htmlgen.relaxng.regex import Chars, Machine, Regex, RegexError, Sequence, Times
from htmlgen.relaxng.syntax import Atom, Combined, Data, Node, Ref, Repeat, Value, Wrapped, fold

_ATOMS: Final[dict[str, Regex]] = {"text": regex.ANYTHING, "empty": regex.EMPTY, "notAllowed": regex.NOTHING}
_TIMES: Final[dict[str, tuple[int, int | None]]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}
_WORD: Final[Regex] = Times(Chars(charsets.complement(regex.SPACE.chars)), 1, None)
_SPACES: Final[Regex] = Times(regex.SPACE, 1, None)
_SPACED: Final[Regex] = Times(Sequence((_WORD, Times(Sequence((regex.literal(" "), _WORD)), 0, None))), 0, 1)
_SHOWN_LENGTH: Final = 300


@dataclass(slots=True)
class Datatypes:
    """The datatypes of a grammar: automata by number, equal ones once, with a few words on what each accepts."""

    grammar: Grammar
    automata: list[Dfa] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    _by_key: dict[bytes, int] = field(default_factory=dict)
    _by_node: dict[tuple[int, bool], int] = field(default_factory=dict)
    _values: dict[int, Regex] = field(default_factory=dict)
    _items: dict[int, Regex] = field(default_factory=dict)
    _words: dict[int, str] = field(default_factory=dict)

    def number(self, node: Node, *, insensitive: bool = False) -> int:
        """The number of a value pattern's datatype; `insensitive` accepts ASCII letters in either case.

        Raises: GrammarError, where the pattern is no value pattern, or its automaton would be too large.
        """
        key = (id(self._resolved(node)), insensitive)
        if key not in self._by_node:
            self._by_node[key] = self._add(node, insensitive)
        return self._by_node[key]

    def _resolved(self, node: Node) -> Node:
        while isinstance(node, Ref):
            node = self.grammar.definitions[node.name].pattern
        return node

    def _add(self, node: Node, insensitive: bool) -> int:
        tree = fold(node, self._below, self._value, self._values)
        automaton = self._guarded(node, lambda limit: dfa_building.build(tree, limit, insensitive=insensitive))
        if automaton.key not in self._by_key:
            self._by_key[automaton.key] = len(self.automata)
            self.automata.append(automaton)
            self.words.append(fold(node, self.grammar.below, _described, self._words))
        return self._by_key[automaton.key]

    def _guarded(self, node: Node, make: Callable[[int], Dfa]) -> Dfa:
        try:
            return make(self.grammar.limits.datatype_states)
        except TooLargeError as error:
            raise node.place.error(f"the values allowed here cannot be tabulated: {error}") from None

    def _below(self, node: Node) -> tuple[Node, ...]:
        """The parts of a value pattern; a list's content is of another kind (`_item`)."""
        return () if isinstance(node, Wrapped) else self.grammar.below(node)

    def _value(self, node: Node, parts: list[Regex]) -> Regex:
        """The tree of a value pattern, of the trees of its parts."""
        if isinstance(node, Ref):
            return parts[0]
        if isinstance(node, Combined) and node.operator == "|":
            return regex.either(parts)
        if isinstance(node, Repeat) and node.operator == "?":
            return regex.either([parts[0], regex.EMPTY])
        if isinstance(node, Wrapped) and node.keyword == "list":
            return self._list(node)
        if isinstance(node, Value | Data | Atom):
            return self._leaf(node, parts)
        raise node.place.error("expected one value here: a string, a datatype, a choice, text or list { … }")

    def _leaf(self, node: Value | Data | Atom, parts: list[Regex]) -> Regex:
        if isinstance(node, Value):
            return regex.literal(node.text if node.datatype == "string" else " ".join(node.text.split()))
        if isinstance(node, Data):
            return self._data(node, parts)
        return _ATOMS[node.keyword]

    def _data(self, node: Data, excluded: list[Regex]) -> Regex:
        if not node.patterns and not excluded:
            return regex.ANYTHING
        if node.datatype == "string" and len(node.patterns) == 1 and not excluded:
            return _parsed(*node.patterns[0])
        return Machine(self._guarded(node, lambda limit: _facets(node, excluded, limit)))

    def _list(self, node: Wrapped) -> Regex:
        """Items, each after white space: what is left of that language after one space, white space at the end."""
        body = fold(node.body, self.grammar.below, self._item, self._items)
        items = Sequence((body, Times(regex.SPACE, 0, None)))
        return Machine(self._guarded(node, lambda limit: dfa_building.after(dfa_building.build(items, limit), " ")))

    def _item(self, node: Node, parts: list[Regex]) -> Regex:
        """The tree of a part of a list, white space before each of its items."""
        if isinstance(node, Ref):
            return parts[0]
        if isinstance(node, Combined) and node.operator != "&":
            return regex.either(parts) if node.operator == "|" else regex.sequence(parts)
        if isinstance(node, Repeat):
            return Times(parts[0], *_TIMES[node.operator])
        if isinstance(node, Value):
            word = node.text if node.datatype == "string" else node.text.strip()
            return Sequence((_SPACES, regex.literal(word))) if _is_word(word) else regex.NOTHING
        if isinstance(node, Data):
            return self._one_item(node)
        if isinstance(node, Atom) and node.keyword != "text":
            return _ATOMS[node.keyword]
        raise node.place.error("expected strings, datatypes, ',', '|', '?', '*' or '+' in a list")

    def _one_item(self, node: Data) -> Regex:
        tree = fold(node, self._below, self._value, self._values)

        def word(limit: int) -> Dfa:
            items, words = dfa_building.build(tree, limit), dfa_building.build(_WORD, limit)
            return dfa_building.product(items, words, lambda one, two: one and two, limit)

        return Sequence((_SPACES, Machine(self._guarded(node, word))))


def _is_word(text: str) -> bool:
    """Whether a list can hold it: its items are what stands between white space."""
    return bool(text) and not any(char in " \t\n\r" for char in text)


def _parsed(pattern: str, place: Place) -> Regex:
    try:
        return regex.parse_regex(pattern)
    except RegexError as error:
        raise place.error(str(error)) from None


def _facets(node: Data, excluded: list[Regex], limit: int) -> Dfa:
    machines = [dfa_building.build(_parsed(pattern, place), limit) for pattern, place in node.patterns]
    if node.datatype == "token" and machines:
        machines.append(dfa_building.build(_SPACED, limit))
    whole = machines[0] if machines else dfa_building.build(regex.ANYTHING, limit)
    for machine in machines[1:]:
        whole = dfa_building.product(whole, machine, lambda one, two: one and two, limit)
    for tree in excluded:
        whole = dfa_building.product(whole, dfa_building.build(tree, limit), lambda one, two: one and not two, limit)
    return whole


def _described(node: Node, parts: list[str]) -> str:
    """A few words on a value pattern, for messages: literals as they stand, datatypes by their definitions' names."""
    if isinstance(node, Ref):
        return parts[0] if parts[0].startswith(('"', "any text")) else node.name
    if isinstance(node, Value):
        return f'"{node.text}"'
    if isinstance(node, Data):
        return f"text of the form {node.patterns[0][0]}" if node.patterns else "any text"
    if isinstance(node, Wrapped):
        return f"a list of {parts[0]}"
    if isinstance(node, Atom):
        return {"text": "any text", "empty": '""'}.get(node.keyword, "nothing")
    return _shortened(" or ".join(part for part in dict.fromkeys(parts) if part))


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]} …"
