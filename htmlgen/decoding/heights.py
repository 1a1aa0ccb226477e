"""How deep what must be nests: for each element, the fewest elements that are open at a time in it, itself included.

A least fixed point over the automaton, as for costs (budget.py). What annotations exclude in some contexts is not looked at, so that a
height can be too low there, never too high.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.masks import INFINITE
from htmlgen.relaxng.automaton import DEAD, Automaton

Heights = NDArray[np.int64]


def least_heights(automaton: Automaton, makeable: Sequence[bool]) -> dict[str, int]:
    """Heights by name; '' is the whole page. Elements that cannot be made are left out.

    Args: makeable, which of the automaton's elements have tags in the vocabulary.
    """
    columns = np.zeros(automaton.next.shape[1], np.int64)
    columns[1 : 1 + len(makeable)] = INFINITE
    while True:
        states = _states(automaton, columns)
        found = columns.copy()
        found[1 : 1 + len(makeable)] = [
            _element(automaton, number, columns, states) if made else INFINITE for number, made in enumerate(makeable)
        ]
        if (found == columns).all():
            return _by_name(automaton, columns, states)
        columns = found


def _states(automaton: Automaton, columns: Heights) -> Heights:
    """(states,) heights of what content must still hold, for heights of elements."""
    heights = np.where(automaton.nullable, 0, INFINITE)
    while True:
        lower = np.minimum(heights, np.maximum(columns, _after(automaton, heights)).min(axis=1))
        if (lower == heights).all():
            return heights
        heights = lower


def _after(automaton: Automaton, heights: Heights) -> Heights:
    """(states, columns) heights behind each column; INFINITE where there is no such."""
    after: Heights = np.where(automaton.next == DEAD, INFINITE, heights[automaton.next])
    return after


def _element(automaton: Automaton, number: int, columns: Heights, states: Heights) -> int:
    element = automaton.elements[number]
    if element.notes.content == "void":
        return 0
    starts = [form.start for form in element.forms]
    if element.notes.filled:  # even where the pattern would let it be empty
        return 1 + int(np.maximum(columns, _after(automaton, states)[starts]).min())
    return 1 + int(states[starts].min())


def _by_name(automaton: Automaton, columns: Heights, states: Heights) -> dict[str, int]:
    """The least of each name, of the elements that bear it."""
    heights = {"": int(states[automaton.start])}
    for element, height in zip(automaton.elements, columns[1:].tolist(), strict=False):
        name = element.names.name
        if name and height < INFINITE:
            heights[name] = min(height, heights.get(name, height))
    return heights
