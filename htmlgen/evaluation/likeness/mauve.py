"""MAUVE: how far two sets of pages lie over one another, from the kinds of pages that each has.

Pages are clustered by their structure, both sides together, and the two distributions over the clusters are compared: with mixtures
R = w P + (1 - w) Q, the curve (exp(-c KL(Q | R)), exp(-c KL(P | R))) shows what either side has that the other lacks, and MAUVE is the area
below it (Pillutla et al. 2021, arXiv:2102.01454, with c = 5): 1 for equal distributions, 0.004 for those that have nothing in common.

The authors embed texts by a language model; here a page is the square roots of the shares of its tags and of its parent-child pairs, so
that the distance of two pages is Hellinger's, on the axes that hold most variance. MAUVE depends on the number of clusters and of pages,
so that it is read beside real pages in their place alone, never beside figures of other papers.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.evaluation.likeness.structure import Structure
from htmlgen.evaluation.likeness.tables import Indices

Points = NDArray[np.float64]

_SCALE: Final = 5.0  # c
_WEIGHTS: Final = np.linspace(0, 1, 102)[1:-1]
_ASPECTS: Final = ("tags", "children")
_FEATURES: Final = 150  # of an aspect, those of most pages
_VARIANCE: Final = 0.9  # that the axes hold
_ROUNDS: Final = 20


def mauve(left: Indices, right: Indices) -> float:
    """The area, in (0, 1]. Args: left, right, counts (clusters,) of pages, each with a sum above 0."""
    p, q = left / left.sum(), right / right.sum()
    mixtures = [weight * p + (1 - weight) * q for weight in _WEIGHTS]
    xs, ys = (np.exp([-_SCALE * _relative_entropy(side, mixture) for mixture in mixtures]) for side in (q, p))
    xs, ys = np.append(xs, [0, 1]), np.append(ys, [1, 0])
    order = np.lexsort((-ys, xs))
    return float(np.trapezoid(ys[order], xs[order]))


def _relative_entropy(p: Points, q: Points) -> float:
    """KL(p | q) in nats; q is above 0 wherever p is."""
    some = p > 0
    return float((p[some] * np.log(p[some] / q[some])).sum())


def features(pages: Sequence[Structure]) -> Points:
    """(pages, axes): pages as points, near where their structure is alike."""
    columns = []
    for aspect in _ASPECTS:
        common = Counter(name for page in pages for name in page.counts[aspect]).most_common(_FEATURES)
        counts = np.array([[page.counts[aspect][name] for name, _ in common] for page in pages], dtype=np.float64)
        columns.append(np.sqrt(counts / np.maximum(1, counts.sum(axis=1, keepdims=True))))
    points = np.column_stack(columns)
    points -= points.mean(axis=0)
    variances, axes = np.linalg.eigh(points.T @ points)  # ascending
    held = np.cumsum(variances[::-1]) <= _VARIANCE * variances.sum()
    projected: Points = points @ axes[:, ::-1][:, : int(held.sum()) + 1]
    return projected


def cluster(points: Points, count: int, rng: np.random.Generator) -> Indices:
    """(pages,): the cluster of each point, from 0, by k-means from k-means++ (Arthur and Vassilvitskii 2007); fewer for equal points."""
    centres = points[rng.integers(len(points))][None]
    for _ in range(min(count, len(points)) - 1):
        nearest = _squares(points, centres).min(axis=1)
        if nearest.sum() <= 1e-12:  # every point is a centre, but for rounding
            break
        centres = np.vstack([centres, points[rng.choice(len(points), p=nearest / nearest.sum())]])
    for _ in range(_ROUNDS):
        nearest_centre = _squares(points, centres).argmin(axis=1)
        for number in np.unique(nearest_centre):
            centres[number] = points[nearest_centre == number].mean(axis=0)
    numbers: Indices = _squares(points, centres).argmin(axis=1).astype(np.int64)
    return numbers


def _squares(points: Points, centres: Points) -> Points:
    """(points, centres) squares of distances."""
    squares: Points = (points**2).sum(axis=1)[:, None] - 2 * points @ centres.T + (centres**2).sum(axis=1)
    return np.maximum(squares, 0)
