"""Can a classifier tell pages from real ones? A two-sample test (Lopez-Paz and Oquab 2017, arXiv:1610.06545).

Gradient boosting on counts of structure is trained on some pages of either kind and asked about others. AUC, the area under the ROC
curve, is the probability that it finds a page less real than a real page: 0.5 where nothing can be told, 1 where everything can.
Sites are never split: a page is told by a classifier that saw no page of its site. Needs the extra `eval`.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import InputError, MissingExtraError
from htmlgen.evaluation.likeness.structure import Structure

FOLDS: Final = 5
_COUNTED: Final = {"tags": 80, "attributes": 60}  # how many features of an aspect are counted, those of most pages


def auc(pages: Sequence[Structure], real: Sequence[Structure], *, seed: int = 0) -> float:
    """The cross-validated AUC, in [0, 1], of as many pages of either kind.

    Raises: InputError, for fewer than 50 pages or `FOLDS` sites of a kind; MissingExtraError, without scikit-learn.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.metrics import roc_auc_score
        from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise MissingExtraError("the two-sample test needs scikit-learn: pip install 'htmlgen[eval]'") from error
    rng = np.random.default_rng(seed)
    size = min(len(pages), len(real))
    chosen = [*_sample(pages, size, rng), *_sample(real, size, rng)]
    labels = np.repeat([1, 0], size)
    groups = _groups(chosen, size)
    model = HistGradientBoostingClassifier(max_iter=150, learning_rate=0.08, random_state=seed)
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    with threadpool_limits(1):  # tables this small gain nothing by threads, which wait for each other on a busy machine
        guessed = cross_val_predict(model, features(chosen), labels, groups=groups, cv=folds, method="predict_proba")
    return float(roc_auc_score(labels, guessed[:, 1]))


def _sample(pages: Sequence[Structure], size: int, rng: np.random.Generator) -> list[Structure]:
    return [pages[place] for place in rng.permutation(len(pages))[:size]]


def _groups(pages: Sequence[Structure], size: int) -> NDArray[np.int64]:
    """A number for each site, other ones for either kind; a page without a site is one by itself."""
    names = [(place < size, page.site or str(place)) for place, page in enumerate(pages)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    if size < 50 or min(Counter(kind for kind, _ in numbers).values()) < FOLDS:
        raise InputError(f"{size} pages of either kind, of {len(numbers)} sites; the test needs 50, of {FOLDS} sites at least")
    return np.array([numbers[name] for name in names])


def features(pages: Sequence[Structure]) -> NDArray[np.float64]:
    """Counts of the commonest tags and attributes, and sums (pages, features): no text, no value, no order."""
    columns = [
        [page.counts[aspect][name] for page in pages]
        for aspect, count in _COUNTED.items()
        for name, _ in Counter(name for page in pages for name in page.counts[aspect]).most_common(count)
    ]
    sums = [_sums(page) for page in pages]
    return np.column_stack([np.array(columns, dtype=np.float64).T, np.array(sums)])


def _sums(page: Structure) -> tuple[float, ...]:
    """Elements, kinds of elements, tokens of structure, words, deepest and mean depth, most and mean children."""
    depths, children = (Counter({int(value): count for value, count in page.counts[aspect].items()}) for aspect in ("depths", "fan-outs"))
    means = [sum(value * count for value, count in counts.items()) / max(1, counts.total()) for counts in (depths, children)]
    most = [max(counts, default=0) for counts in (depths, children)]
    return page.elements, len(page.counts["tags"]), len(page.shape), len(page.words), *most, *means
