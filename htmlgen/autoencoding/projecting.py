"""VECTORS → points in the plane, deterministically: by their principal components, or by t-SNE, which keeps neighbours together."""

from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import MissingExtraError

Projection: TypeAlias = Literal["pca", "tsne"]
Points = NDArray[np.float64]
_PERPLEXITY: Final = 30.0  # neighbours, about
_FEWEST: Final = 5  # vectors of which t-SNE makes sense


def projected(vectors: NDArray[np.float32], projection: Projection) -> Points:
    """(n, 2) points, centred. Args: vectors (n, dim), n from 1. Raises: MissingExtraError, for t-SNE without scikit-learn."""
    return _tsne(vectors) if projection == "tsne" else principal_components(vectors)


def principal_components(vectors: NDArray[np.float32]) -> Points:
    """(n, 2) along the two directions of greatest variance, the greatest entry of each positive; zeros where there is no second one."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)  # in rising order
    axes = directions[:, ::-1][:, :2]
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    points: Points = np.zeros((len(vectors), 2))
    points[:, : axes.shape[1]] = centred @ (axes * signs)
    return points


def _tsne(vectors: NDArray[np.float32]) -> Points:
    """Source: van der Maaten and Hinton 2008, "Visualizing data using t-SNE", JMLR 9; begun at the principal components."""
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise MissingExtraError(
            "--map tsne needs scikit-learn, which the plain install leaves out; type: pip install 'htmlgen[eval]', or use --map pca"
        ) from error
    if len(vectors) < _FEWEST:
        return principal_components(vectors)
    begun = principal_components(vectors)
    small = (1e-4 / (begun[:, 0].std() or 1.0) * begun).astype(np.float32)
    perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
    found = TSNE(metric="cosine", perplexity=perplexity, init=small, random_state=0).fit_transform(vectors)
    points: Points = np.asarray(found - found.mean(axis=0), dtype=np.float64)
    return points
