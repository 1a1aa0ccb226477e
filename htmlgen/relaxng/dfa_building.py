"""How automata over characters are made: from trees, from one another; minimal, in one order.

Source: subset construction (Rabin and Scott 1959), minimisation by refinement (Moore 1956).
"""

from collections import deque
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Several
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from htmlgen.relaxng import charsets
from htmlgen.relaxng.charsets import Charset
from htmlgen.relaxng.dfa import Dfa
from htmlgen.relaxng.regex import Chars, Either, Machine, Regex, Sequence, Times

if TYPE_CHECKING:
    from htmlgen.relaxng.arrays import Bools, Ints

_EDGES_PER_STATE: Final = 40
_MAX_DEPTH: Final = 300   # two Python frames each


class TooLargeError(ValueError):
    """An automaton would be beyond its limit."""


def build(tree: Regex, limit: int, *, insensitive: bool = False) -> Dfa:
    """The automaton of a tree, with at most `limit` states; `insensitive` accepts ASCII letters in either case.

    Raises: TooLargeError.
    """
    _check_size(tree, limit * _EDGES_PER_STATE)
    nfa = _Nfa(insensitive)
    end = nfa.add(tree, nfa.new())
    return _determinised(nfa, end, limit)


def product(one: Dfa, two: Dfa, accept: Callable[[bool, bool], bool], limit: int) -> Dfa:
    """The automaton of the strings for which `accept` holds of both verdicts. Raises: TooLargeError."""
    bounds, pairs = _classes_of_both(one, two)
    steps = list(dict.fromkeys(pairs))
    numbers = {(one.start, two.start): 1}
    rows = [[0] * len(steps)]
    ahead = [(one.start, two.start)]
    while ahead:
        here = ahead.pop(0)
        row = []
        for a, b in steps:
            target = (int(one.table[here[0], a]), int(two.table[here[1], b]))
            if target not in numbers:
                numbers[target] = len(numbers) + 1
                ahead.append(target)
            row.append(numbers[target])
        rows.append(row)
        if len(numbers) > limit:
            raise TooLargeError(f"more than {limit:,} states")
    accepting = [False, *(accept(bool(one.accepting[a]), bool(two.accepting[b])) for a, b in numbers)]
    return _canonical(_Raw(bounds, [steps.index(pair) for pair in pairs], rows, accepting))


def disjoint(one: Dfa, two: Dfa, limit: int) -> bool:
    """Whether no string is accepted by both; False too where there are more pairs of states than the limit."""
    steps = list(dict.fromkeys(_classes_of_both(one, two)[1]))
    met = {(one.start, two.start): None}
    ahead = list(met)
    for here in ahead:   # grows meanwhile
        if one.accepting[here[0]] and two.accepting[here[1]]:
            return False
        first, second = one.table[here[0]].tolist(), two.table[here[1]].tolist()
        new = [pair for pair in ((first[a], second[b]) for a, b in steps) if all(pair) and pair not in met]
        met.update(dict.fromkeys(new))
        ahead.extend(dict.fromkeys(new))
        if len(met) > limit:
            return False
    return True


def within(one: Dfa, others: Several[Dfa], limit: int) -> bool:
    """Whether each string that is accepted is accepted by one of the others; False too where more than `limit` places are met."""
    steps = list(dict.fromkeys(_shared_classes(one, *others)[1]))
    rows = [each.table.tolist() for each in (one, *others)]
    accepting = [each.accepting.tolist() for each in (one, *others)]
    met = {tuple(each.start for each in (one, *others)): None}
    ahead = list(met)
    for here in ahead:   # grows meanwhile
        own, *rest = (ends[state] for ends, state in zip(accepting, here, strict=True))
        if own and not any(rest):
            return False
        now = [row[state] for row, state in zip(rows, here, strict=True)]
        moved = (tuple(row[each] for row, each in zip(now, step, strict=True)) for step in steps)
        new = dict.fromkeys(each for each in moved if each[0] and each not in met)
        met.update(new)
        ahead.extend(new)
        if len(met) > limit:
            return False
    return True


def _classes_of_both(one: Dfa, two: Dfa) -> tuple[list[int], list[tuple[int, int]]]:
    """Where ranges begin that lie within one class of each automaton, with these classes."""
    bounds, classes = _shared_classes(one, two)
    return bounds, [(first, second) for first, second in classes]


def _shared_classes(*several: Dfa) -> tuple[list[int], list[tuple[int, ...]]]:
    """Where ranges begin that lie within one class of each of several automata, with these classes."""
    bounds = sorted({bound for each in several for bound in each.bounds.tolist()})
    classes = (each.classes[np.searchsorted(each.bounds, bounds, side="right") - 1].tolist() for each in several)
    return bounds, list(zip(*classes, strict=True))


def after(dfa: Dfa, text: str) -> Dfa:
    """The automaton of what may follow a text."""
    rows, accepting = dfa.table.tolist(), dfa.accepting.tolist()
    return _canonical(_Raw(dfa.bounds.tolist(), dfa.classes.tolist(), rows, accepting, dfa.run(text)))


def _check_size(tree: Regex, limit: int) -> None:
    """Refuse a tree that is too large or too deep, before anything is made of it; shared parts are measured once."""
    measured: dict[int, tuple[int, int]] = {}
    stack = [tree]
    while stack:
        here = stack[-1]
        if id(here) in measured:
            stack.pop()
            continue
        parts = [here.body] if isinstance(here, Times) else here.parts if isinstance(here, Sequence | Either) else ()
        missing = [part for part in parts if id(part) not in measured]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        inside = [measured[id(part)] for part in parts]
        deepest = max((depth for _, depth in inside), default=0)
        measured[id(here)] = _own_size(here) + sum(size for size, _ in inside) * _copies(here), 1 + deepest
    size, depth = measured[id(tree)]
    if size > limit:
        raise TooLargeError(f"would need {size:,} positions, the limit is {limit:,}" if size < 10**15 else "would need too many positions")
    if depth > _MAX_DEPTH:
        raise TooLargeError(f"parts within each other beyond the limit of {_MAX_DEPTH}")


def _own_size(tree: Regex) -> int:
    return int(np.count_nonzero(tree.dfa.table)) + 1 if isinstance(tree, Machine) else 1


def _copies(tree: Regex) -> int:
    return max(tree.low + (tree.high is None), tree.high or 0) if isinstance(tree, Times) else 1


@dataclass(slots=True)
class _Nfa:
    """Thompson's construction: `edges[state]` over characters, `free[state]` over nothing. No edge leads into a given start."""

    insensitive: bool
    edges: list[list[tuple[Charset, int]]] = field(default_factory=list)
    free: list[list[int]] = field(default_factory=list)

    def new(self) -> int:
        self.edges.append([])
        self.free.append([])
        return len(self.edges) - 1

    def add(self, tree: Regex, start: int) -> int:
        """Add a tree from a state; the state where it ends."""
        if isinstance(tree, Sequence):
            for part in tree.parts:
                start = self.add(part, start)
            return start
        if isinstance(tree, Times):
            return self.add_times(tree, start)
        end = self.new()
        if isinstance(tree, Chars):
            self.edges[start].append((self.cased(tree.chars), end))
        elif isinstance(tree, Either):
            for part in tree.parts:
                self.free[self.add(part, start)].append(end)
        else:
            self.add_machine(tree.dfa, start, end)
        return end

    def add_times(self, tree: Times, start: int) -> int:
        for _ in range(tree.low):
            start = self.add(tree.body, start)
        if tree.high is None:
            loop = self.new()
            self.free[start].append(loop)
            self.free[self.add(tree.body, loop)].append(loop)
            return loop
        end = self.new()
        self.free[start].append(end)
        for _ in range(tree.high - tree.low):
            start = self.add(tree.body, start)
            self.free[start].append(end)
        return end

    def add_machine(self, dfa: Dfa, start: int, end: int) -> None:
        states = [self.new() for _ in dfa.table]
        self.free[start].append(states[dfa.start])
        chars = [self.cased(dfa.chars_of(number)) for number in range(dfa.table.shape[1])]
        for state, row in enumerate(dfa.table.tolist()):
            self.edges[states[state]].extend((chars[step], states[target]) for step, target in enumerate(row) if target)
        for number in np.flatnonzero(dfa.accepting).tolist():
            self.free[states[number]].append(end)

    def cased(self, chars: Charset) -> Charset:
        return charsets.either_case(chars) if self.insensitive else chars

    def closure(self, states: frozenset[int]) -> frozenset[int]:
        found = set(states)
        ahead = list(states)
        while ahead:
            for target in self.free[ahead.pop()]:
                if target not in found:
                    found.add(target)
                    ahead.append(target)
        return frozenset(found)


@dataclass(slots=True)
class _Raw:
    """An automaton that is not minimal yet: state 0 is dead."""

    bounds: list[int]
    classes: list[int]
    rows: list[list[int]]
    accepting: list[bool]
    start: int = 1


def _determinised(nfa: _Nfa, end: int, limit: int) -> Dfa:
    bounds, classes, steps = _partition({chars for edges in nfa.edges for chars, _ in edges})
    count = max(classes) + 1
    first = nfa.closure(frozenset((0,)))
    numbers = {frozenset[int](): 0, first: 1}
    closures: dict[frozenset[int], frozenset[int]] = {}
    rows = [[0] * count]
    for here in _growing(numbers):
        moves: dict[int, set[int]] = {}
        for state in here:
            for chars, target in nfa.edges[state]:
                for step in steps[chars]:
                    moves.setdefault(step, set()).add(target)
        row = [0] * count
        for step, targets in moves.items():
            move = frozenset(targets)
            closed = closures.get(move) or closures.setdefault(move, nfa.closure(move))
            row[step] = numbers.setdefault(closed, len(numbers))
        rows.append(row)
        if len(numbers) > limit + 1:
            raise TooLargeError(f"more than {limit:,} states")
    return _canonical(_Raw(bounds, classes, rows, [end in states for states in numbers]))


def _growing(numbers: dict[frozenset[int], int]) -> Iterator[frozenset[int]]:
    """The sets numbered from 1 on, also those that are added meanwhile."""
    ordered = list(numbers)
    position = 1
    while position < len(numbers):
        if position >= len(ordered):
            ordered = list(numbers)
        yield ordered[position]
        position += 1


def _partition(sets: set[Charset]) -> tuple[list[int], list[int], dict[Charset, list[int]]]:
    """Ranges of characters that no set tells apart, the class of each range, and the classes of each set."""
    edges = {edge for chars in sets for low, high in chars for edge in (low, high + 1)}
    bounds = sorted((edges | {0}) - {charsets.LAST + 1})
    index = {bound: i for i, bound in enumerate(bounds)}
    index[charsets.LAST + 1] = len(bounds)
    signatures: list[list[int]] = [[] for _ in bounds]
    ordered = sorted(sets)
    for number, chars in enumerate(ordered):
        for low, high in chars:
            for i in range(index[low], index[high + 1]):
                signatures[i].append(number)
    numbers: dict[tuple[int, ...], int] = {}
    classes = [numbers.setdefault(tuple(signature), len(numbers)) for signature in signatures]
    steps: dict[Charset, list[int]] = {chars: [] for chars in ordered}
    for signature, number in numbers.items():
        for each in signature:
            steps[ordered[each]].append(number)
    return bounds, classes, steps


def _canonical(raw: _Raw) -> Dfa:
    """Minimal, in breadth-first order, with as few classes and ranges as there can be."""
    table = np.array(raw.rows, np.int32)
    merged = _merged_states(table, np.array(raw.accepting))
    small = np.zeros((merged.max() + 1, table.shape[1]), np.int32)
    small[merged] = merged[table]
    accepting = np.zeros(len(small), bool)
    accepting[merged] = raw.accepting
    bounds, classes, small = _merged_classes(raw, small)
    order = _breadth_first(small, int(merged[raw.start]), int(merged[0]))
    number = np.zeros(len(small), np.int32)
    number[order] = np.arange(len(order))
    return Dfa(bounds, classes, number[small[order]].astype(np.int32), accepting[order], int(number[merged[raw.start]]))


def _merged_states(table: "Ints", accepting: "Bools") -> "Ints":
    """The number of each state's class of equivalent states."""
    labels = accepting.astype(np.int32)
    count = 0
    while True:
        rows = np.column_stack([labels, labels[table]])
        numbers: dict[bytes, int] = {}
        labels = np.array([numbers.setdefault(row.tobytes(), len(numbers)) for row in rows], np.int32)
        if len(numbers) == count:
            return labels
        count = len(numbers)


def _merged_classes(raw: _Raw, table: "Ints") -> "tuple[Ints, Ints, Ints]":
    _, same = np.unique(table, axis=1, return_inverse=True)
    of_range = same.reshape(-1)[raw.classes]
    keep = np.concatenate([[True], of_range[1:] != of_range[:-1]])
    of_range = of_range[keep]
    numbers = {int(old): new for new, old in enumerate(dict.fromkeys(of_range.tolist()))}
    columns: list[int] = [int(np.flatnonzero(same.reshape(-1) == old)[0]) for old in numbers]
    classes = np.array([numbers[int(old)] for old in of_range], np.int32)
    return np.array(raw.bounds, np.int32)[keep], classes, table[:, columns]


def _breadth_first(table: "Ints", start: int, dead: int) -> list[int]:
    order = {dead: None, start: None}
    ahead = deque([start])
    while ahead:
        for target in table[ahead.popleft()].tolist():
            if target not in order:
                order[target] = None
                ahead.append(target)
    return list(order)
