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

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.tokens.vocabulary import Kind, Vocabulary

#: Runs of tokens that are looked up, shortest first; a longer one is the better prophet.
ORDERS: Final = (1, 2, 3, 5, 8)
_KNOWN: Final = [sum(order <= above for order in ORDERS) for above in range(ORDERS[-1])]
_DIGIT: Final = 21  # bits of a token, plus one, in the number of a run
_ONE, _TWO, _THREE, _FIVE, _EIGHT = ((1 << _DIGIT * order) - 1 for order in ORDERS)
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
    """The tokens of a page so far, and where each short run of them was last followed by something.

    A run is known by its number: its tokens, each plus one, as the digits of one whole number. It has no more digits than tokens, so that
    runs of all lengths share one table; those that would begin before the page come just once.
    """

    __slots__ = ("_ends", "_last", "ids")

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._ends = (0,) * len(ORDERS)  # the runs at the end, shortest first
        self._last: dict[int, int] = {}

    def append(self, token: int) -> None:
        """Adds a token, which thereby follows the runs before it."""
        ids, last = self.ids, self._last
        one, two, three, five, eight = self._ends
        last[one] = last[two] = last[three] = last[five] = last[eight] = len(ids)
        ids.append(token)
        eight = (eight << _DIGIT | token + 1) & _EIGHT
        five = eight & _FIVE
        three = five & _THREE
        self._ends = three & _ONE, three & _TWO, three, five, eight

    def until(self, count: int) -> "_Trail":
        """A trail of its own of the first tokens."""
        trail = _Trail()
        for token in self.ids[:count]:
            trail.append(token)
        return trail

    def find(self, above: int) -> tuple[int, int]:
        """Where the longest run at the end, longer than `above`, was last followed by a token, and its length; (0, 0) where none was.

        Args: above, shorter than the longest of the runs that are looked up.
        """
        last, place, length = self._last, 0, 0
        known = _KNOWN[above]
        for order, run in zip(ORDERS[known:], self._ends[known:], strict=True):
            found = last.get(run)
            if found is None:  # nor is a longer run that ends so
                break
            place, length = found, order
        return (place, self._length(place, length)) if length else (0, 0)

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
        names = [token.name for token in vocabulary]
        self.elements = [numbers.get(name, _OTHER) for name in names]
        self.attributes = [others.get(name, _OTHER) for name in names]
        self.voids = [name in VOID_IN_PARSER for name in names]
        self.moves = [_MOVES.get(token.kind) for token in vocabulary]
        self.moves[vocabulary.id(" ")] = _space
        self.sizes = reading_sizes(len(elements), len(attributes))

    @cached_property
    def start(self) -> "Context":
        """The context before a page's first token, BOS."""
        where = _Where(_Frame(_NONE, None, 0, 0))
        return Context(self, _Trail(), 0, where, where.features(), (0, 0, 0, 0))

    @cached_property
    def outset(self) -> "Spot":
        """The spot before a page's first token, BOS."""
        return Spot(self, _Where(_Frame(_NONE, None, 0, 0)))

    def places(self, ids: Iterable[int]) -> NDArray[np.int16]:
        """(tokens, places): the features of where each of a page's tokens, from BOS on, leaves one."""
        spot, rows = self.outset, []
        for token in ids:
            spot = spot.after(token)
            rows.append(spot.features())
        return np.array(rows, dtype=np.int16).reshape(-1, len(FEATURES) - 2)

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


class Spot(NamedTuple):
    """A place on a page, alone: a context without match and candidate."""

    reading: Reading
    where: _Where

    def features(self) -> tuple[int, ...]:
        """(6,) the features of the table above but the last two."""
        return self.where.features()

    def after(self, token: int) -> "Spot":
        """The spot after a token, whatever it is."""
        move = self.reading.moves[token]
        return self if move is None else Spot(self.reading, move(self.reading, self.where, token))


class Context:
    """A place on a page, and what the page has in common with an earlier place on it."""

    __slots__ = ("_count", "_looped", "_match", "_place", "_reading", "_source", "_trail", "_where", "copied")

    def __init__(
        self, reading: Reading, trail: _Trail, count: int, where: _Where, place: tuple[int, ...], copy: tuple[int, int, int, int]
    ) -> None:
        """Args: count, tokens of the trail that this page has; place, the features of where it stands; copy, what is said below."""
        self._reading, self._trail, self._count, self._where, self._place = reading, trail, count, where, place
        self._source: int  #: where the token stands that comes next, if the page goes on as it did before
        self._match: int  #: the length of what stands before both places
        self.copied: int  #: how many tokens in a row were the candidates of their places
        self._looped: int  #: of these, the latest that all came from as far back as the next one would
        self._source, self._match, self.copied, self._looped = copy

    def features(self) -> tuple[int, ...]:
        """(8,) the features of the table above; the candidate is 0 where there is none."""
        match = self._match
        if not match:
            return *self._place, 0, 0
        source = self._source
        return *self._place, _CLASS_OF_MATCH[match] + _CLASS_OF_LAPS[match // (self._count - source)], self._trail.ids[source]

    @property
    def repeats(self) -> int:
        """How many times over, up to here, tokens were copied from right before themselves."""
        return self._looped // (self._count - self._source) if self._match else 0

    def after(self, token: int) -> "Context":
        """The context after a token, whatever it is."""
        trail, count, source = self._trail, self._count, self._source
        match = copied = looped = 0
        if not count or len(trail.ids) != count:
            # Another branch went on with the trail; and that of the first context, all pages and threads share.
            trail = trail.until(count)
        if self._match and trail.ids[source] == token:
            source, match, copied, looped = source + 1, min(self._match + 1, _LONGEST), self.copied + 1, self._looped + 1
        trail.append(token)
        if match < ORDERS[-1]:
            found, length = trail.find(match)
            if length > match:
                looped = looped if source == found else min(copied, 1)
                source, match = found, length
        reading, where, place = self._reading, self._where, self._place
        move = reading.moves[token]
        if move is not None:
            where = move(reading, where, token)
            place = where.features()
        return Context(reading, trail, count + 1, where, place, (source, match, copied, looped))


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
