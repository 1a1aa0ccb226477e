"""How like a set of reference pages a set of pages is: figures of their structure, each beside that of real pages in their place.

Every figure depends on the size of the samples that it is taken of: two samples of the same pages differ, the more the smaller they are.
So all are taken of samples of the same number of elements, in many draws. A draw splits the reference at random in two halves, A and B,
and draws pages, without replacement, until they have as many elements as a half (or half of what there is). Then

- value: of the pages against A;
- floor: of B, real pages, against A, at the same size. Nothing can be expected to be nearer than that.

The reference is split page by page, so that B has pages of the very sites that A has pages of, and for `site_floor` site by site: then
B is what a generator is, at its best, that never saw these sites.

Pages of one site are alike. Where the pages to compare are of four sites or more, whole sites are drawn, so that the interval says what
other sites would have given. Intervals hold 95 % of the draws. A draw is a half-sample: its variance about the whole is that of a
bootstrap sample's, and it has no page twice, which would look like a difference (Politis, Romano and Wolf 1999, Subsampling).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import InputError
from htmlgen.evaluation.likeness import diversity
from htmlgen.evaluation.likeness.divergence import conditional_distance, distance
from htmlgen.evaluation.likeness.mauve import cluster, features, mauve
from htmlgen.evaluation.likeness.structure import ASPECTS, Structure
from htmlgen.evaluation.likeness.tables import Indices, Table, table

#: Pages of a sample and of another one → a figure.
Measure = Callable[[Indices, Indices], float]
DISTANCES: Final = ASPECTS
_BETTER: Final = {"mauve": "higher", "novelty": "real", "distinct": "real", "similarity": "real"}
_INTERVAL: Final = (2.5, 97.5)  # percent
_PAGES_A_CLUSTER: Final = 10
_MOST_CLUSTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: of pages, and of real pages in their place, means over draws."""

    name: str
    value: float
    low: float
    high: float
    floor: float
    floor_low: float
    floor_high: float
    site_value: float | None = None  #: of pages, at the sizes of `site_floor`
    site_floor: float | None = None  #: None where the reference is of fewer than four sites

    @property
    def ratio(self) -> float | None:
        """The value over its floor: 1 is what real pages of the same sites have."""
        return self.value / self.floor if self.floor else None

    @property
    def site_ratio(self) -> float | None:
        """The same with whole sites apart: 1 is what real pages of other sites have."""
        return self.site_value / self.site_floor if self.site_value is not None and self.site_floor else None

    @property
    def better(self) -> str:
        """`lower`, `higher`, or `real` for what should be as it is of real pages."""
        return "lower" if self.name in DISTANCES else _BETTER[self.name]

    @property
    def verdict(self) -> str:
        """`as real` within the 95 % of real pages, or nearer; else `as other sites`, if as near as those; else `above` or `below`."""
        low, high = self.floor_low, self.floor_high
        if (self.better == "higher" or self.value <= high) and (self.better == "lower" or self.value >= low):
            return "as real"
        if self.better == "lower" and self.site_ratio is not None and self.site_ratio <= 1:
            return "as other sites"
        return "above" if self.value > high else "below"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "ratio": self.ratio, "site_ratio": self.site_ratio, "better": self.better, "verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class Likeness:
    """The figures of a comparison.

    Jensen-Shannon distances in [0, 1] of the aspects that `structure` names, `mauve`, and of `diversity` the shares `novelty`, `distinct`
    and `similarity`.
    """

    pages: int
    reference_pages: int
    sample_elements: float  #: of a sample, the mean over draws
    figures: tuple[Figure, ...]

    def __getitem__(self, name: str) -> Figure:
        return next(figure for figure in self.figures if figure.name == name)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        figures = {figure.name: figure.to_dict() for figure in self.figures}
        sizes = {name: getattr(self, name) for name in ("pages", "reference_pages", "sample_elements")}
        return {**sizes, "figures": figures}


def compare(pages: Iterable[Structure], reference: Iterable[Structure], *, draws: int = 200, seed: int = 0) -> Likeness:
    """Compare pages with real ones. Pages without an element are left out.

    Args: draws, of samples; seed, of the draws.
    Raises: InputError, if either side has fewer than four pages with an element.
    """
    kept = [[page for page in side if page.elements] for side in (pages, reference)]
    for side, name in zip(kept, ("pages to compare", "reference pages"), strict=True):
        if len(side) < 4:
            raise InputError(f"{len(side)} {name} with an element; likeness needs four at least")
    rng = np.random.default_rng(seed)
    every = [*kept[0], *kept[1]]
    measures = _measures(every, rng, min(len(kept[0]), len(kept[1]) // 2) // _PAGES_A_CLUSTER)
    sides = _Sides(np.array([page.elements for page in every]), site_numbers(kept[0]))
    by_page = [_measured(draw, measures) for draw in _draws(sides, np.arange(len(kept[1])), rng, draws)]
    by_site = [_measured(draw, measures) for draw in _draws(sides, site_numbers(kept[1]), rng, draws)] if has_sites(kept[1]) else []
    elements = np.mean([draw[1] for draw in by_page])
    figures = _figures(list(measures), *(np.array([draw[0] for draw in found]) for found in (by_page, by_site)))
    return Likeness(len(kept[0]), len(kept[1]), float(elements), tuple(figures))


def site_numbers(pages: Sequence[Structure]) -> Indices:
    """The number of each page's site, from 0; each page has one of its own where there are too few sites."""
    if not has_sites(pages):
        return np.arange(len(pages))
    return np.unique([page.site for page in pages], return_inverse=True)[1].astype(np.int64)


def has_sites(pages: Sequence[Structure]) -> bool:
    """Whether the pages are of four sites at least, so that whole sites can be drawn."""
    return len({page.site for page in pages}) >= 4


def _figures(names: Sequence[str], by_page: NDArray[np.float64], by_site: NDArray[np.float64]) -> Iterator[Figure]:
    """Args: by_page, by_site, (draws, measures, 2): of pages, and of real ones; by_site may be empty."""
    (low, floor_low), (high, floor_high) = (np.percentile(by_page, share, axis=0).T for share in _INTERVAL)
    value, floor = by_page.mean(axis=0).T
    for place, name in enumerate(names):
        figures = (values[place].item() for values in (value, low, high, floor, floor_low, floor_high))
        apart = by_site[:, place].mean(axis=0).tolist() if len(by_site) else ()
        yield Figure(name, *figures, *apart)


# Samples ----------------------------------------------------------------------------------------------------------------------------

Draw = tuple[Indices, Indices, Indices, int]


@dataclass(frozen=True, slots=True)
class _Sides:
    """The pages of both sides, candidates first, and what keeps them together."""

    sizes: Indices  #: (pages,), elements
    sites: Indices  #: (candidates,), from 0: sites of candidates; every page by itself where they are fewer than four

    @property
    def candidates(self) -> Indices:
        return np.arange(len(self.sites))

    @property
    def real(self) -> Indices:
        return np.arange(len(self.sites), len(self.sizes))


def _draws(sides: _Sides, groups: Indices, rng: np.random.Generator, count: int) -> Iterator[Draw]:
    """Samples of candidates, of one half of the real pages and of the other, and how many elements each has at most.

    Args: groups (real,), what is not split, numbers from 0.
    """
    sizes, candidates, real = sides.sizes, sides.candidates, sides.real
    for _ in range(count):
        one, other = (real[half] for half in halves(sizes[real], groups, rng))
        size = min(sizes[one].sum(), sizes[other].sum(), sizes[candidates].sum() // 2)
        drawn = candidates[np.argsort(rng.permutation(sides.sites.max() + 1)[sides.sites], kind="stable")]
        first, second, third = (first_pages(pages, sizes, size) for pages in (drawn, rng.permutation(one), rng.permutation(other)))
        yield first, second, third, int(size)


def halves(sizes: Indices, groups: Indices, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """The places of whole groups, in two parts, at random, as nearly of one size as the order drawn allows.

    Args: sizes (pages,); groups (pages,), from 0, two at least.
    """
    ranks = rng.permutation(groups.max() + 1)[groups]
    order = np.argsort(ranks, kind="stable")
    ends = np.flatnonzero(np.diff(ranks[order])) + 1  # where a group begins, but the first
    before = sizes[order].cumsum()
    middle = ends[np.abs(2 * before[ends - 1] - before[-1]).argmin()]
    return order[:middle], order[middle:]


def first_pages(pages: Indices, sizes: Indices, size: int) -> Indices:
    """As many pages, from the first on, as have no more than `size` elements together; one at least."""
    return pages[: max(1, np.searchsorted(sizes[pages].cumsum(), size, side="right"))]


# Measures ---------------------------------------------------------------------------------------------------------------------------


def _measured(draw: Draw, measures: Mapping[str, Measure]) -> tuple[list[tuple[float, float]], int]:
    candidates, one, other, size = draw
    return [(measure(candidates, one), measure(other, one)) for measure in measures.values()], size


def _measures(pages: Sequence[Structure], rng: np.random.Generator, clusters: int) -> dict[str, Measure]:
    """The measures over all pages, by name. Args: clusters, that MAUVE is asked for, bounds aside."""
    tables = {aspect: table(page.counts[aspect] for page in pages) for aspect in ASPECTS}
    found: dict[str, Measure] = {aspect: partial(_distance, tables[aspect]) for aspect in ASPECTS}
    found["attributes"] = partial(_conditional, tables["attributes"], _groups(tables["attributes"]))
    runs = table(diversity.shingles(page.shape) for page in pages)
    signed = diversity.signatures(page.shape for page in pages)
    groups = table({str(group): 1} for group in cluster(features(pages), min(max(2, clusters), _MOST_CLUSTERS), rng))
    found["mauve"] = lambda one, other: mauve(groups.sums(one), groups.sums(other))
    found["novelty"] = lambda one, other: diversity.novelty(runs.sums(one), runs.sums(other))
    found["distinct"] = lambda one, _: diversity.distinct(runs.sums(one))
    found["similarity"] = lambda one, _: diversity.similarity(signed[one])
    return found


def _distance(counts: Table, one: Indices, other: Indices) -> float:
    return distance(counts.sums(one), counts.sums(other))


def _conditional(counts: Table, groups: Indices, one: Indices, other: Indices) -> float:
    return conditional_distance(counts.sums(one), counts.sums(other), groups)


def _groups(attributes: Table) -> Indices:
    """The number of each attribute's element (features,)."""
    names = [str(feature).partition("[")[0] for feature in attributes.features]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
