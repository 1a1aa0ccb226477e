"""The tree edit distance: the least number of nodes to insert, delete and rename that makes one ordered tree of another.

Source: Zhang and Shasha 1989, doi:10.1137/0218082. A deleted node's children take its place. Of all pairs of keyroots (nodes with a sibling
before them) the distances of the forests below them are tabled, smaller ones first. Two things are added: pairs of a leaf and a tree need
no table (all but one node is inserted, and that one is renamed unless it has the leaf's label), and where it is cheaper both trees are
mirrored, which changes no distance.

Laws: a metric on trees: 0 only for equal labelled trees, symmetric, with the triangle inequality; at least the difference of the sizes,
at most their sum. Time grows with the fourth power of the size at worst, with its square on trees that are flat.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from htmlgen.evaluation.pairs.labelled_trees import LabelledTree

Distances = list[list[int]]


@dataclass(frozen=True, slots=True)
class _Ordered:
    """A tree in postorder: node i comes after all that is below it."""

    labels: list[str]
    first: list[int]  #: the first leaf below each node, itself for a leaf

    @property
    def inner_keyroots(self) -> list[int]:
        """The last node above each first leaf, ascending, leaves left out."""
        last = {leaf: node for node, leaf in enumerate(self.first)}
        return sorted(node for leaf, node in last.items() if node != leaf)

    @property
    def work(self) -> int:
        """The nodes of all forests to be tabled."""
        return sum(node - self.first[node] + 1 for node in self.inner_keyroots)


def edit_distance(left: LabelledTree, right: LabelledTree) -> int:
    """The tree edit distance, each insertion, deletion and renaming costing 1."""
    if left == right:
        return 0
    plain, mirrored = ([_postorder(tree, mirror) for tree in (left, right)] for mirror in (False, True))
    one, other = min(plain, mirrored, key=lambda pair: pair[0].work * pair[1].work)
    distances = _leaf_distances(one, other)
    roots = other.inner_keyroots
    for upper in one.inner_keyroots:
        for lower in roots:
            _fill(one, other, upper, lower, distances)
    return distances[-1][-1]


def _postorder(tree: LabelledTree, mirror: bool) -> _Ordered:
    """Document order read backwards is the postorder of the mirrored tree, so a stack gives either."""
    order: list[int] = []  # a node before its children, these from the last to the first
    pending = [0]
    while pending:
        node = pending.pop()
        order.append(node)
        pending.extend(reversed(tree.children[node]) if mirror else tree.children[node])
    order.reverse()
    places = {node: place for place, node in enumerate(order)}
    first = list(range(len(order)))
    for place, node in enumerate(order):
        if below := tree.children[node]:
            first[place] = first[places[below[-1 if mirror else 0]]]
    return _Ordered([tree.labels[node] for node in order], first)


def _leaf_distances(one: _Ordered, other: _Ordered) -> Distances:
    """(nodes, nodes): of the trees below two nodes, wherever one of them is a leaf; 0 elsewhere."""
    distances = [[0] * len(other.labels) for _ in one.labels]
    for label, leaves in _leaves(one).items():
        row = _from_leaf(label, other)
        for leaf in leaves:
            distances[leaf] = row[:]
    for label, leaves in _leaves(other).items():
        for place, distance in enumerate(_from_leaf(label, one)):
            for leaf in leaves:
                distances[place][leaf] = distance
    return distances


def _leaves(tree: _Ordered) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for node, leaf in enumerate(tree.first):
        if node == leaf:
            found.setdefault(tree.labels[node], []).append(node)
    return found


def _from_leaf(label: str, tree: _Ordered) -> list[int]:
    """The distance of one node of that label to the tree below each node."""
    seen = -1  # where the label came last
    distances = []
    for node, (name, first) in enumerate(zip(tree.labels, tree.first, strict=True)):
        seen = node if name == label else seen
        distances.append(node - first + (seen < first))
    return distances


def _fill(one: _Ordered, other: _Ordered, upper: int, lower: int, distances: Distances) -> None:
    """The distances of all trees on the first branches below two keyroots.

    A row is of the forest from the first leaf below `upper` to a node, a column of that below `lower`, both from the empty forest on.
    """
    start, begin = one.first[upper], other.first[lower]
    firsts, labels = other.first[begin : lower + 1], other.labels[begin : lower + 1]
    rows = [list(range(lower - begin + 2))]
    for node in range(start, upper + 1):
        below = rows[one.first[node] - start]  # the forest without the tree of this node
        table = distances[node]
        if one.first[node] == start:
            row = _row_of_tree(rows[-1], below, table, (one.labels[node], labels, firsts, begin))
        else:
            row = _row_of_forest(rows[-1], below, table, firsts, begin)
        rows.append(row)


def _row_of_forest(above: Sequence[int], below: Sequence[int], table: Sequence[int], firsts: Sequence[int], begin: int) -> list[int]:
    """The node is deleted, the column's node is inserted, or their trees, whose distance is known, are matched."""
    last = above[0] + 1
    row = [last]
    for column, first in enumerate(firsts):
        matched = below[first - begin] + table[begin + column]
        deleted = above[column + 1] + 1
        last = min(matched, deleted, last + 1)
        row.append(last)
    return row


def _row_of_tree(
    above: Sequence[int], below: Sequence[int], table: list[int], columns: tuple[str, Sequence[str], Sequence[int], int]
) -> list[int]:
    """The same of a node on the first branch: where the column's is on its own, this is a distance of trees, and both may be matched."""
    name, labels, firsts, begin = columns
    last = above[0] + 1
    row = [last]
    for column, (label, first) in enumerate(zip(labels, firsts, strict=True)):
        if first == begin:
            last = min(above[column] + (name != label), above[column + 1] + 1, last + 1)
            table[begin + column] = last
        else:
            last = min(below[first - begin] + table[begin + column], above[column + 1] + 1, last + 1)
        row.append(last)
    return row
