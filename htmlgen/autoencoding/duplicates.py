"""Clusters of near-duplicate components.

Two components are alike to t if the cosine of their gists, which tells what they hold, and the similarity of their trees' pq-grams (1 - the
distance, see `evaluation.pq_grams`), which tells how they are built, are t at least; and of prose, the similarity of their words, too: what
makes a card are its elements, what makes a paragraph its words. Clusters are what is connected by such pairs (single linkage), copies
included. Laws: no component of a cluster is within another one of it; a cluster whose components are all within those
of others is left out, as it tells nothing more; the order of pages makes no difference but for that of equals.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.autoencoding.found import Found
from htmlgen.autoencoding.neighbours import blocks, events_of, kin, unit_vectors
from htmlgen.errors import ConfigError
from htmlgen.evaluation.pairs.labelled_trees import LabelledTree, labelled_tree
from htmlgen.evaluation.pairs.pq_grams import pq_gram_distance
from htmlgen.evaluation.pairs.texts import text_similarity
from htmlgen.markup.events import Text

THRESHOLD: Final = 0.9
_PROSE: Final = 0.4  # of its characters are text
_ROUNDING: Final = 1e-6  # of a cosine


@dataclass(frozen=True, slots=True)
class Cluster:
    """Components that are near-duplicates of one another, in the order of their pages."""

    components: tuple[Found, ...]

    @property
    def spare(self) -> int:
        """Tokens that one of them, the longest, would not need: what clusters are ordered by."""
        tokens = [each.tokens for each in self.components]
        return sum(tokens) - max(tokens)

    @property
    def variants(self) -> int:
        """How many of them differ from one another."""
        return len({each.html for each in self.components})

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        components = [each.to_dict() for each in self.components]
        return {"components": components, "variants": self.variants, "spare": self.spare}


def clusters_of(found: Iterable[Found], threshold: float = THRESHOLD) -> list[Cluster]:
    """All clusters of two components or more, the worst first: those in which most tokens could be spared.

    Args: threshold, how alike two must be, (0, 1]. Time grows with the square of the components that differ, memory with their number.
    Raises: ConfigError, for the threshold.
    """
    check_threshold(threshold)
    each = list(found)
    copies: dict[str, list[int]] = {}
    for place, component in enumerate(each):
        copies.setdefault(component.html, []).append(place)
    firsts = [places[0] for places in copies.values()]
    groups = _Joining([each[place] for place in firsts], threshold).groups() if firsts else []
    members = [sorted(place for first in group for place in copies[each[firsts[first]].html]) for group in groups]
    return sorted(_telling(each, members), key=lambda cluster: -cluster.spare)


def check_threshold(threshold: float) -> None:
    """Raises: ConfigError, if it is not above 0 and at most 1."""
    if not 0 < threshold <= 1:
        raise ConfigError(f"threshold must be above 0 and at most 1, got {threshold}")


def _telling(found: Sequence[Found], groups: Iterable[Sequence[int]]) -> Iterator[Cluster]:
    """The clusters of groups of places that tell something of their own."""
    relatives = kin(found)
    outer = {place: {other for other in others if found[other].around(found[place])} for place, others in relatives.items()}
    kept = [[place for place in group if not outer.get(place, set()) & set(group)] for group in groups]
    kept = [group for group in kept if len(group) > 1]
    told = {place for group in kept for place in group}
    for group in kept:
        if not all(outer.get(place, set()) & told for place in group):
            yield Cluster(tuple(found[place] for place in group))


@dataclass(frozen=True, slots=True)
class _Build:
    """How a component is built, and what it says."""

    tree: LabelledTree
    words: tuple[str, ...]
    prose: bool

    @classmethod
    def of(cls, html: str) -> "_Build":
        events = events_of(html)
        texts = [event.data for event in events if isinstance(event, Text)]
        words = tuple(word for text in texts for word in text.split())
        return cls(labelled_tree(events), words, sum(map(len, texts)) >= _PROSE * len(html))


class _Joining:
    """Components that differ from one another, joined pair by pair."""

    def __init__(self, found: Sequence[Found], threshold: float) -> None:
        self._found, self._threshold = found, threshold
        self._parents = np.arange(len(found))
        self._builds: dict[int, _Build] = {}
        self._structures: dict[tuple[LabelledTree, LabelledTree], bool] = {}

    def groups(self) -> list[list[int]]:
        """All places, in groups of what is connected; one alone is a group, too."""
        for start, first, cosines in blocks(unit_vectors(self._found), upper=True):
            rows, columns = np.nonzero(cosines >= self._threshold - _ROUNDING)
            self._join(rows + start, columns + first)
        groups: dict[int, list[int]] = {}
        for place in range(len(self._found)):
            groups.setdefault(self._root(place), []).append(place)
        return list(groups.values())

    def _join(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> None:
        roots = np.array([self._root(place) for place in range(len(self._parents))])
        apart = (rows < columns) & (roots[rows] != roots[columns])
        for row, column in zip(rows[apart].tolist(), columns[apart].tolist(), strict=True):
            one, other = self._root(row), self._root(column)
            if one != other and not self._nested(row, column) and self._alike(self._build(row), self._build(column)):
                self._parents[max(one, other)] = min(one, other)

    def _root(self, place: int) -> int:
        while (parent := int(self._parents[place])) != place:
            self._parents[place] = self._parents[parent]
            place = parent
        return place

    def _nested(self, row: int, column: int) -> bool:
        one, other = self._found[row], self._found[column]
        return one.around(other) or other.around(one)

    def _alike(self, one: _Build, other: _Build) -> bool:
        if (one.prose or other.prose) and text_similarity(one.words, other.words) < self._threshold:
            return False
        if one.tree == other.tree:
            return True
        key = one.tree, other.tree
        if key not in self._structures:
            self._structures[key] = 1 - pq_gram_distance(*key) >= self._threshold
        return self._structures[key]

    def _build(self, place: int) -> _Build:
        if place not in self._builds:
            self._builds[place] = _Build.of(self._found[place].html)
        return self._builds[place]
