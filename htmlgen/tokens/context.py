"""What a model sees beside the last token: where on the page it stands, and what came when the page last read like this.

Laws: a context is a function of the tokens before it; contexts are immutable, so that keeping one is a checkpoint and taking two
tokens from one is a branch. The same code prepares pages for training and follows pages that are being written.

| feature   | what it tells                                                                                       |
|-----------|-----------------------------------------------------------------------------------------------------|
| place     | content, a start tag, a value, or a part of a name that is spelled                                   |
| element   | the innermost open element, or the one whose start tag is being written                              |
| parent    | the element around that one                                                                         |
| attribute | the attribute whose value is being written                                                          |
| depth     | open elements                                                                                       |
| sibling   | the children that the innermost open element has so far                                              |
| match     | how many of the last tokens stood side by side on this page before, the latest time they did, and       |
|           | how often in a row: class of the length + len(MATCHES) × class of the laps                            |
| candidate | the token that followed them then                                                                    |
"""

from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from htmlgen.tokens.vocabulary import Kind, Vocabulary

#: Runs of tokens that are looked up, longest first: a longer one is the better prophet.
ORDERS: Final = (8, 5, 3, 2, 1)
_LONGEST: Final = 32  # matches are not measured further
_DEEPEST: Final = 31
_SIBLINGS: Final = 15
#: Lengths of matches that are told apart: the place of the largest that is not above a length is its class.
MATCHES: Final = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 28, 32)
#: How often in a row the same tokens came that are told apart, in the same way: of `<br><br><br>` the third is the second lap.
LAPS: Final = (0, 1, 2, 3, 5)
_CLASS_OF_MATCH: Final = [sum(least <= length for least in MATCHES) - 1 for length in range(_LONGEST + 1)]
_CLASS_OF_LAPS: Final = [len(MATCHES) * (sum(least <= laps for least in LAPS) - 1) for laps in range(_LONGEST + 1)]
FEATURES: Final = ("place", "element", "parent", "attribute", "depth", "sibling", "match", "candidate")
_NONE, _OTHER = 0, 1  # among elements and attributes: none at all, and one without a token


class Place(IntEnum):
    """Where in the markup the next token stands."""

    CONTENT = 0
    TAG = 1
    VALUE = 2
    NAME = 3  #: of a start tag that is spelled
    ATTRIBUTE = 4  #: the spelled name of an attribute
    END = 5  #: the spelled name of an end tag
    DOCTYPE = 6


class _Frame(NamedTuple):
    """An open element: what it is, what is around it, how deep it lies, and how many children it has so far."""

    element: int
    up: "_Frame | None"
    depth: int
    children: int


class _Where(NamedTuple):
    """A place in the markup."""

    frame: _Frame  #: the innermost open element
    place: int = Place.CONTENT
    opened: int = _NONE  #: the element whose start tag is being written
    void: bool = False  #: whether that one has no content
    attribute: int = _NONE  #: the attribute whose value is being written

    def entered(self, element: int, void: bool) -> "_Where":
        """Behind a start tag."""
        frame = self.frame
        around = _Frame(frame.element, frame.up, frame.depth, frame.children + 1)
        return _Where(around if void else _Frame(element, around, frame.depth + 1, 0))

    def left(self) -> "_Where":
        """Behind an end tag."""
        return _Where(self.frame.up or self.frame)

    def closed(self) -> "_Where":
        """Behind `>`, of whatever was begun."""
        if self.opened:
            return self.entered(self.opened, self.void)
        return self.left() if self.place == Place.END else _Where(self.frame)

    def features(self) -> tuple[int, ...]:
        """(6,) all features but the match and its candidate."""
        frame = self.frame
        if self.opened:
            element, parent = self.opened, frame.element
        else:
            element, parent = frame.element, frame.up.element if frame.up is not None else _NONE
        return self.place, element, parent, self.attribute, min(frame.depth, _DEEPEST), min(frame.children, _SIBLINGS)


class _Trail:
    """The tokens of a page so far, and where each short run of them was last followed by something."""

    __slots__ = ("_ends", "_last", "ids")

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._ends: list[tuple[int, ...]] = []  # the runs at the end, longest first
        self._last: dict[tuple[int, ...], int] = {}

    def append(self, token: int) -> None:
        """Adds a token, which thereby follows the runs before it."""
        ids, last = self.ids, self._last
        place = len(ids)
        for run in self._ends:
            last[run] = place
        ids.append(token)
        end = tuple(ids[-ORDERS[0] :])
        self._ends = [end[-order:] for order in ORDERS if order <= place + 1]

    def until(self, count: int) -> "_Trail":
        """A trail of its own of the first tokens."""
        trail = _Trail()
        for token in self.ids[:count]:
            trail.append(token)
        return trail

    def find(self, above: int) -> tuple[int, int]:
        """Where the longest run at the end, longer than `above`, was last followed by a token, and its length; (0, 0) where none was."""
        for run in self._ends:
            if len(run) <= above:
                break
            if (place := self._last.get(run)) is not None:
                return place, self._length(place, len(run))
        return 0, 0

    def _length(self, place: int, length: int) -> int:
        ids, count = self.ids, len(self.ids)
        while length < _LONGEST and length < place and ids[place - length - 1] == ids[count - length - 1]:
            length += 1
        return length


class Reading:
    """The contexts of one vocabulary: numbers for elements and attributes, and the first context."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        elements = sorted({token.name for token in vocabulary if token.kind in (Kind.OPEN, Kind.START)})
        attributes = sorted({token.name for token in vocabulary if token.kind is Kind.ATTRIBUTE})
        numbers = {name: number for number, name in enumerate(elements, 2)}
        others = {name: number for number, name in enumerate(attributes, 2)}
        self.vocabulary = vocabulary
        self.elements = [numbers.get(token.name, _OTHER) for token in vocabulary]
        self.attributes = [others.get(token.name, _OTHER) for token in vocabulary]
        self.voids = [token.is_void for token in vocabulary]
        self.moves = [_space if token.text == " " else _MOVES.get(token.kind) for token in vocabulary]
        self.sizes = reading_sizes(len(elements), len(attributes))

    @cached_property
    def start(self) -> "Context":
        """The context before a page's first token, BOS."""
        where = _Where(_Frame(_NONE, None, 0, 0))
        return Context(self, _Trail(), 0, _Copy(), where, where.features())

    def features(self, ids: Iterable[int]) -> NDArray[np.int16]:
        """(tokens, features): what a model sees with each of a page's tokens, from BOS on, before it predicts the next."""
        context, rows = self.start, []
        for token in ids:
            context = context.after(token)
            rows.append(context.features())
        return np.array(rows, dtype=np.int16).reshape(-1, len(FEATURES))


def reading_sizes(elements: int, attributes: int) -> tuple[int, ...]:
    """How many values each feature but the candidate has."""
    return len(Place), elements + 2, elements + 2, attributes + 2, _DEEPEST + 1, _SIBLINGS + 1, len(MATCHES) * len(LAPS)


def offsets(sizes: Iterable[int]) -> NDArray[np.int64]:
    """Where the values of each feature start in one table of all."""
    return np.array([0, *accumulate(sizes)][:-1])


class _Copy(NamedTuple):
    """What a page has in common with an earlier place on it."""

    source: int = 0  #: the token that comes next, if the page goes on as it did before
    match: int = 0  #: the length of what stands before both places
    copied: int = 0  #: the tokens that came, one after another, as they were suggested
    looped: int = 0  #: of these, the latest that all came from as far back as the next one would


class Context:
    """A place on a page."""

    __slots__ = ("_copy", "_count", "_place", "_reading", "_trail", "_where")

    def __init__(self, reading: Reading, trail: _Trail, count: int, copy: _Copy, where: _Where, place: tuple[int, ...]) -> None:
        """Args: count, tokens of the trail that this page has; place, the features of where it stands."""
        self._reading, self._trail, self._count, self._copy = reading, trail, count, copy
        self._where, self._place = where, place

    def features(self) -> tuple[int, ...]:
        """(8,) the features of the table above; the candidate is 0 where there is none."""
        source, match, _, _ = self._copy
        if not match:
            return *self._place, 0, 0
        laps = match // (self._count - source)
        return *self._place, _CLASS_OF_MATCH[match] + _CLASS_OF_LAPS[laps], self._trail.ids[source]

    @property
    def copied(self) -> int:
        """How many tokens in a row were the candidates of their places."""
        return self._copy.copied

    @property
    def repeats(self) -> int:
        """How many times over, up to here, tokens were copied from right before themselves."""
        source, match, _, looped = self._copy
        return looped // (self._count - source) if match else 0

    def after(self, token: int) -> "Context":
        """The context after a token, whatever it is."""
        trail, (source, match, copied, looped) = self._trail, self._copy
        if len(trail.ids) != self._count or not trail.ids:
            # Another branch went on with the trail; and that of the first context, all pages and threads share.
            trail = trail.until(self._count)
        if match and trail.ids[source] == token:
            source, match, copied, looped = source + 1, min(match + 1, _LONGEST), copied + 1, looped + 1
        else:
            match = copied = looped = 0
        trail.append(token)
        if match < ORDERS[0]:
            found, length = trail.find(match)
            if length > match:
                looped = looped if source == found else min(copied, 1)
                source, match = found, length
        move = self._reading.moves[token]
        if move is None:
            where, place = self._where, self._place
        else:
            where = move(self._reading, self._where, token)
            place = where.features()
        return Context(self._reading, trail, self._count + 1, _Copy(source, match, copied, looped), where, place)


def _space(reading: Reading, where: _Where, token: int) -> _Where:
    """In a start tag a space begins the spelled name of an attribute."""
    return where._replace(place=Place.ATTRIBUTE, attribute=_OTHER) if where.place in (Place.TAG, Place.NAME) else where


_MOVES: Final[dict[Kind, Callable[[Reading, _Where, int], _Where]]] = {
    Kind.START: lambda reading, where, token: where.entered(reading.elements[token], reading.voids[token]),
    Kind.END: lambda reading, where, token: where.left(),
    Kind.OPEN: lambda reading, where, token: _Where(where.frame, Place.TAG, reading.elements[token], reading.voids[token]),
    Kind.ATTRIBUTE: lambda reading, where, token: where._replace(place=Place.VALUE, attribute=reading.attributes[token]),
    Kind.SPELL_VALUE: lambda reading, where, token: where._replace(place=Place.VALUE, attribute=_OTHER),
    Kind.PAIR: lambda reading, where, token: where._replace(place=Place.TAG, attribute=_NONE),
    Kind.QUOTE: lambda reading, where, token: where._replace(place=Place.TAG, attribute=_NONE),
    Kind.CLOSE: lambda reading, where, token: where.closed(),
    Kind.QUOTE_CLOSE: lambda reading, where, token: where.closed(),
    Kind.SPELL_START: lambda reading, where, token: _Where(where.frame, Place.NAME, _OTHER),
    Kind.SPELL_END: lambda reading, where, token: _Where(where.frame, Place.END),
    Kind.SPELL_DOCTYPE: lambda reading, where, token: _Where(where.frame, Place.DOCTYPE),
}
