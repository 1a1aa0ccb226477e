"""Cosines of all components with all, a block at a time, so that tens of thousands of them fit in memory and minutes."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.markup.events import EndTag, Event, StartTag, Text

if TYPE_CHECKING:
    from htmlgen.autoencoding.found import Found

_ROWS: Final = 1024  # of a block
_PIECES: Final = re.compile(r"<(/?)([^\s/>]+)[^>]*>|[^<]+")  # of canonical HTML, whose values have no > that is not escaped


def unit_vectors(found: "Sequence[Found]") -> NDArray[np.float32]:
    """(found, dim) vectors of length 1; those of no length stay."""
    vectors = np.stack([each.vector for each in found]).astype(np.float32)
    return unit_rows(vectors)


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same with rows of length 1; rows of zeros stay."""
    units = np.zeros_like(vectors)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, lengths, out=units, where=lengths > 0)
    return units


def blocks(vectors: NDArray[np.float32], *, upper: bool = False) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    """The first row of each block, its first column, and the cosines of its rows with all columns from there on.

    Args: vectors (n, dim) of length 1; upper, leave out columns before the first row.
    """
    for start in range(0, len(vectors), _ROWS):
        first = start if upper else 0
        yield start, first, vectors[start : start + _ROWS] @ vectors[first:].T


def kin(found: "Sequence[Found]") -> dict[int, list[int]]:
    """By place, the places of the components within that one or around it: those within stand right before it."""
    relatives: dict[int, list[int]] = {}
    for place, each in enumerate(found):
        inner = place - 1
        while inner >= 0 and each.around(found[inner]):
            relatives.setdefault(place, []).append(inner)
            relatives.setdefault(inner, []).append(place)
            inner -= 1
    return relatives


def events_of(html: str) -> list[Event]:
    """The events of canonical HTML but for attributes and references, without a parser's trouble."""
    return [_event(piece) for piece in _PIECES.finditer(html)]


def _event(piece: re.Match[str]) -> Event:
    if piece[2] is None:
        return Text(piece[0])
    return EndTag(piece[2]) if piece[1] else StartTag(piece[2])
