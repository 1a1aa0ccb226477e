"""The pq-gram distance of ordered labelled trees: near to the edit distance, in linear time.

A pq-gram is a node with p - 1 of its ancestors and q of its children side by side; where there are none, `*` stands (Augsten, Böhlen and
Gamper 2005, "Approximate Matching of Hierarchical Data Using pq-Grams", VLDB). Of the bags A and B of all pq-grams of two trees the
distance is

    (|A| + |B| - 2 |A ∩ B|) / (|A| + |B| - |A ∩ B|)

the normalised one of the same authors (2010, doi:10.1145/1670243.1670247): in [0, 1], symmetric, with the triangle inequality, 0 for equal
trees. Different trees may have equal bags, so that 0 does not mean equal.
"""

from collections import Counter
from collections.abc import Iterator

from htmlgen.errors import ConfigError
from htmlgen.evaluation.pairs.labelled_trees import LabelledTree

_NONE = "*"  # no name of an element, as no tag can begin with it


def pq_gram_distance(left: LabelledTree, right: LabelledTree, *, p: int = 2, q: int = 3) -> float:
    """The normalised pq-gram distance, in [0, 1]. Raises: ConfigError, for p or q below 1."""
    if p < 1 or q < 1:
        raise ConfigError(f"p and q of pq-grams must be whole numbers from 1, got {p} and {q}")
    one, other = (Counter(_pq_grams(tree, p, q)) for tree in (left, right))
    shared = (one & other).total()
    together = one.total() + other.total()
    return (together - 2 * shared) / (together - shared)


def _pq_grams(tree: LabelledTree, p: int, q: int) -> Iterator[tuple[str, ...]]:
    """All pq-grams, parents before their children: of a leaf one, of k children k + q - 1."""
    labels = tree.labels
    stems: list[tuple[str, ...]] = [(_NONE,) * (p - 1) + labels[:1], *([()] * tree.size)]  # each node's p last ancestors, itself included
    edge = (_NONE,) * (q - 1)
    for node, children in enumerate(tree.children):
        stem = stems[node]
        stems[node] = ()
        for child in children:
            stems[child] = (*stem[1:], labels[child])
        base = (*edge, *(labels[child] for child in children), *edge) if children else (_NONE,) * q
        for place in range(len(base) - q + 1):
            yield stem + base[place : place + q]
