"""How far two distributions are apart: the Jensen-Shannon distance, from counts.

The divergence of P and Q, with M = (P + Q) / 2, is D(P, Q) = (KL(P | M) + KL(Q | M)) / 2 with logarithms of base 2, in [0, 1] (Lin 1991,
doi:10.1109/18.61115). The distance is its square root, a metric in [0, 1] (Endres and Schindelin 2003, doi:10.1109/TIT.2003.813506): 0
for equal distributions, 1 for those that have nothing in common.

Of two samples of one distribution the distance is not 0: it falls with the square root of their sizes, and rises with the number of
features. So it is read beside that of real pages at the same sizes, see `likeness`.
"""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


def divergence(left: Counts, right: Counts) -> float:
    """Jensen-Shannon divergence in bits, in [0, 1].

    Args: left, right, counts (features,) of the same features, each with a sum above 0.
    """
    p, q = left / left.sum(), right / right.sum()
    middle = (p + q) / 2
    return max(0.0, (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2)  # rounding alone gives less than 0


def _relative_entropy(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """KL(p | q) in bits; q is above 0 wherever p is."""
    some = p > 0
    return float((p[some] * np.log2(p[some] / q[some])).sum())


def distance(left: Counts, right: Counts) -> float:
    """Jensen-Shannon distance, the square root of the divergence in bits, in [0, 1]; see `divergence`."""
    return float(np.sqrt(divergence(left, right)))


def conditional_distance(left: Counts, right: Counts, groups: NDArray[np.int64]) -> float:
    """The distance of distributions within groups, the distribution of the groups themselves left aside, in [0, 1].

    By the chain rule of relative entropy the divergence of (group, feature) is that of the groups plus the expected one within them; the
    square root of the latter is given.
    Args: left, right, counts (features,); groups (features,), the group of each feature, from 0.
    """
    whole = divergence(left, right)
    between = divergence(*(np.bincount(groups, counts).astype(np.int64) for counts in (left, right)))
    return float(np.sqrt(max(0.0, whole - between)))
