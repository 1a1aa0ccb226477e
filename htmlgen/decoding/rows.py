"""What every token costs, situation by situation: in content, in a tag, in an attribute's value.

Laws: a cost is what `least_cost` says after the token, less the cost of the open element before it; canonical white space: no text
begins with a space after a block's tag or another space, none ends with one before a block's tag.
Source: DESIGN.md, canonical page; CSS Text 3, section 4.1.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.characters import BETWEEN
from htmlgen.decoding.masks import FORBIDDEN, FREE, Row
from htmlgen.decoding.pieces import Ids, Pieces
from htmlgen.decoding.places import Place, Position
from htmlgen.decoding.spaces import Space
from htmlgen.markup.elements import BLOCK
from htmlgen.tokens.vocabulary import Kind

Costs = NDArray[np.int16]


TAG_CLOSE: Final = 1  # `>`
ATTRIBUTE_AND_CLOSE: Final = 2  # ` hidden=""` and `>`, or ` class="` and `">`


def owed(place: Place, space: Space) -> int:
    """The tokens of text that must still come: a block's text does not end in a space."""
    return 1 if space is Space.TRAILING and place.is_block else 0


def after_text(place: Place, takes_text: bool, trailing: bool) -> Space:
    """What stands before the next token, once text has come."""
    if place.context.keeps_space or not trailing:
        return Space.NONE
    return Space.TRAILING if takes_text else Space.EDGE


def content_row(position: Position, space: Space, character: int) -> Row:
    """Costs in the content of an element."""
    pieces = position.place.pieces
    costs = np.full(len(pieces.kinds), FORBIDDEN, dtype=np.int16)
    if character != BETWEEN:
        ids, needs = pieces.characters(character)
        costs[ids] = needs
        return Row(costs)
    _add_text(costs, position, space)
    _add_children(costs, position, space)
    _add_end(costs, position, space)
    return Row(costs)


def _add_text(costs: Costs, position: Position, space: Space) -> None:
    place, pieces, text = position.place, position.place.pieces, position.text
    if text is None:
        return
    change = text.need - position.need
    costs[_text_ids(place, space)] = change
    ids, needs = pieces.characters(BETWEEN)
    costs[ids] = change + needs
    if place.is_block:
        costs[(costs < FORBIDDEN) & pieces.ends_in_space] += 1


def _text_ids(place: Place, space: Space) -> Ids:
    if place.context.keeps_space:
        return place.pieces.kept
    return place.pieces.collapsed if space is Space.NONE else place.pieces.unspaced


def _add_children(costs: Costs, position: Position, space: Space) -> None:
    place, pieces = position.place, position.place.pieces
    if (after := position.doctype) is not None:
        costs[pieces.doctype] = after.need - position.need
    for name, after in position.children.items():
        if space is Space.TRAILING and name in BLOCK:
            continue
        inside = 0 if place.is_void(name) else place.child(name).start.need + 1
        cost = after.need - position.need + inside
        if name in pieces.start:
            costs[pieces.start[name]] = cost
        if name in pieces.open and (pieces.attributes or name not in pieces.start):
            costs[pieces.open[name]] = cost + (ATTRIBUTE_AND_CLOSE if name in pieces.start else TAG_CLOSE)


def _add_end(costs: Costs, position: Position, space: Space) -> None:
    place, pieces = position.place, position.place.pieces
    if not position.may_end or owed(place, space):
        return
    if place.name:
        costs[pieces.end.get(place.name, pieces.spell_end)] = -position.need - 1
    else:
        costs[pieces.vocabulary.eos] = FREE


def tag_row(pieces: Pieces, closable: bool) -> Row:
    """Costs in a start tag; `closable` if it may end here."""
    costs = np.full(len(pieces.kinds), FORBIDDEN, dtype=np.int16)
    pairs = [index for index in pieces.attribute_ids if pieces.kinds[index] is Kind.PAIR]
    costs[pieces.attribute_ids] = 1
    costs[pairs] = TAG_CLOSE
    if closable:
        costs[pieces.close] = 0
    return Row(costs)


def value_row(pieces: Pieces, character: int, last: bool) -> Row:
    """Costs in an attribute's value; `last` if no other attribute can come."""
    costs = np.full(len(pieces.kinds), FORBIDDEN, dtype=np.int16)
    ids, needs = pieces.characters(character)
    costs[ids] = 1 + needs
    if character == BETWEEN:
        costs[pieces.value] = 1
        costs[pieces.vocabulary.id('">')] = 0
        if not last:
            costs[pieces.vocabulary.id('"')] = ATTRIBUTE_AND_CLOSE
    return Row(costs)
