"""UTF-8, byte by byte: which byte may come next so that a character ends that html5lib accepts.

Laws: the accepted sequences are exactly the UTF-8 of U+0021 to U+10FFFF without `"`, `&`, `<`, `>` (which have tokens of their own),
U+007F to U+00A0 (controls, and the space that is always a reference), surrogates, U+FFFD and noncharacters; from every state as many
bytes lead to a character as the state says.
Source: RFC 3629, section 4; HTML Standard 13.2.3.5 for the characters.
"""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ranges = tuple[frozenset[int], ...]


def _bytes(text: str) -> frozenset[int]:
    spans = (span.partition("-") for span in text.split(","))
    return frozenset(value for low, _, high in spans for value in range(int(low, 16), int(high or low, 16) + 1))


_ANY: Final = "80-BF"
_ROWS: Final = (
    ("21,23-25,27-3B,3D,3F-7E",),
    ("C2", "A1-BF"),
    ("C3-DF", _ANY),
    ("E0", "A0-BF", _ANY),
    ("E1-EC,EE", _ANY, _ANY),
    ("ED", "80-9F", _ANY),
    ("EF", "80-B6,B8-BE", _ANY),
    ("EF", "B7", "80-8F,B0-BF"),  # U+FDD0 to U+FDEF are noncharacters
    ("EF", "BF", "80-BC"),  # U+FFFD to U+FFFF
    ("F0", "90-9E,A0-AE,B0-BE", _ANY, _ANY),
    ("F0", "9F,AF,BF", "80-BE", _ANY),
    ("F0", "9F,AF,BF", "BF", "80-BD"),  # the last two characters of each plane are noncharacters
    ("F1-F3", "80-8E,90-9E,A0-AE,B0-BE", _ANY, _ANY),
    ("F1-F3", "8F,9F,AF,BF", "80-BE", _ANY),
    ("F1-F3", "8F,9F,AF,BF", "BF", "80-BD"),
    ("F4", "80-8E", _ANY, _ANY),
    ("F4", "8F", "80-BE", _ANY),
    ("F4", "8F", "BF", "80-BD"),
)

# What no text piece may hold: the characters left out above, carriage return and form feed.
UNCLEAN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)

BETWEEN: Final = 0  # the state between characters


def _automaton() -> tuple[NDArray[np.int8], tuple[int, ...]]:
    """(states, 256) int8: the next state, -1 where there is none; and the bytes that each state still needs."""
    rows: list[Ranges] = [tuple(map(_bytes, row)) for row in _ROWS]
    states: list[frozenset[Ranges]] = [frozenset(rows)]
    table: list[list[int]] = []
    for state in states:  # grows as new states are met
        here = tuple(state)
        marks = [0] * 256  # for each byte the rows that it begins, as bits
        for place, row in enumerate(here):
            for byte in row[0]:
                marks[byte] |= 1 << place
        after: dict[int, int] = {}
        for mark in dict.fromkeys(marks):
            rest = frozenset(row[1:] for place, row in enumerate(here) if mark >> place & 1)
            if any(rest) and rest not in states:
                states.append(rest)
            after[mark] = states.index(rest) if any(rest) else BETWEEN if rest else -1
        table.append([after[mark] for mark in marks])
    needs = tuple(len(next(iter(state))) if index else 0 for index, state in enumerate(states))
    return np.array(table, dtype=np.int8), needs


NEXT, NEEDS = _automaton()
_STEPS: Final[list[list[int]]] = NEXT.tolist()


def step(state: int, byte: int) -> int | None:
    """The state after a byte; None where no UTF-8 has it.

    What is UTF-8, but not a character that is ever made, is stepped through: a prompt may hold it.
    """
    if (after := _STEPS[state][byte]) >= 0:
        return after
    if state == BETWEEN:
        return BETWEEN if byte < 0x80 else None
    return BETWEEN if NEEDS[state] == 1 and 0x80 <= byte < 0xC0 else None


def completed(text: bytes) -> bytes | None:
    """Bytes with the last character brought to its end, by the least bytes that do; None if they are not UTF-8."""
    state = BETWEEN
    for byte in text:
        if (after := step(state, byte)) is None:
            return None
        state = after
    while state:
        byte = next(byte for byte, after in enumerate(_STEPS[state]) if after >= 0)
        text, state = text + bytes((byte,)), _STEPS[state][byte]
    return text
