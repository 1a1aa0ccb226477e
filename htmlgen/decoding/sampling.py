"""Logits → one token a row: masked, tempered, truncated, drawn.

Laws: everything is a function of its arguments, row by row, so that a row's token does not depend on the others; a token that is not
allowed is never drawn; with temperature 0 the likeliest token is taken, the lowest id of equals.
Source: top-k, Fan et al. 2018, arXiv:1805.04833; top-p, Holtzman et al. 2020, arXiv:1904.09751; min-p,
Nguyen et al. 2024, arXiv:2407.01082.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import ConfigError, DeadEndError

Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]
Tokens = NDArray[np.int64]

_COLDEST: Final = 1e-6  # temperatures below, 0 aside, are no colder: their quotients would overflow
_DEEPEST: Final = -10.0  # top-k and top-p sort the tokens within e^10 of the likeliest, as long as these are enough


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How a token is drawn. The truncations are taken in this order, each from what the one before left."""

    temperature: float = 1.0  #: divides the logits; 0 takes the likeliest token
    top_k: int = 0  #: tokens kept at most, the likeliest; 0 keeps all
    top_p: float = 1.0  #: least probability that the kept tokens have together, (0, 1]
    min_p: float = 0.0  #: least probability kept, relative to the likeliest token's, [0, 1)

    def __post_init__(self) -> None:
        for name, fits, range_ in (
            ("temperature", 0 <= self.temperature < float("inf"), "a number from 0"),
            ("top_k", self.top_k >= 0 and self.top_k == int(self.top_k), "a whole number from 0, where 0 keeps all tokens"),
            ("top_p", 0 < self.top_p <= 1, "above 0 and at most 1"),
            ("min_p", 0 <= self.min_p < 1, "at least 0 and below 1"),
        ):
            if not fits:
                raise ConfigError(f"{name} must be {range_}, got {getattr(self, name)}")


def allowed_log_probs(logits: NDArray[np.floating], allowed: Mask) -> Floats:
    """Next-token log-probabilities, renormalised over the tokens that are allowed.

    Args: logits (batch, vocab) float, finite; allowed (batch, vocab) bool.
    Returns: (batch, vocab), in nats; -inf where not allowed; exp of each row sums to 1.
    Raises: DeadEndError, if a row allows no token.
    Source: shifted log-sum-exp, Blanchard et al. 2021, doi:10.1093/imanum/draa038.
    """
    if (dead := ~allowed.any(axis=-1)).any():
        raise DeadEndError(f"row {dead.argmax()} of {len(allowed)} allows no token")
    masked = np.where(allowed, logits, logits.dtype.type(-np.inf))  # (batch, vocab)
    return _normalised(masked)


def _normalised(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=-1, keepdims=True)  # the greatest is finite: a token is allowed
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs


def truncated_log_probs(log_probs: Floats, config: SamplingConfig) -> Floats:
    """Log-probabilities tempered and truncated, renormalised; the likeliest token always stays.

    Args: log_probs (batch, vocab), as `allowed_log_probs` gives them; config, of a temperature above 0.
    """
    kept = np.full_like(log_probs, -np.inf)
    for row, scores in zip(kept, _tempered(log_probs, config), strict=True):
        tokens = _truncated(scores, config)
        row[tokens] = scores[tokens]
    return _normalised(kept)


def _tempered(log_probs: Floats, config: SamplingConfig) -> Floats:
    """Scores up to a constant a row: the likeliest token's is 0."""
    scores: Floats = (log_probs - log_probs.max(axis=-1, keepdims=True)) / log_probs.dtype.type(max(config.temperature, _COLDEST))
    return scores


def _truncated(scores: Floats, config: SamplingConfig) -> Tokens:
    """The tokens of one row that may be drawn, in rising order; `scores` (vocab,) with the likeliest at 0."""
    if config.top_k or config.top_p < 1:
        tokens = _best(scores, config, _DEEPEST)
        return tokens[scores[tokens] >= np.log(config.min_p)] if config.min_p > 0 else tokens
    return np.flatnonzero(scores >= np.log(config.min_p) if config.min_p > 0 else scores > -np.inf)


def _best(scores: Floats, config: SamplingConfig, deepest: float) -> Tokens:
    """Top-k and top-p of one row. Tokens below `deepest` are not sorted, as long as the others are enough."""
    tokens = np.flatnonzero(scores > deepest)
    order = tokens[np.argsort(-scores[tokens], kind="stable")]  # likeliest first, lower ids first among equals
    enough = len(order) >= config.top_k
    if config.top_k:
        order = order[: config.top_k]
    if config.top_p < 1:
        cumulative = np.exp(scores[order].astype(np.float64)).cumsum()
        total = cumulative[-1] if config.top_k else np.exp(scores, dtype=np.float64).sum()
        last = int(np.searchsorted(cumulative, config.top_p * total))  # the first that brings the sum there
        enough &= last < len(order)
        order = order[: last + 1]
    if not enough and deepest > -np.inf:
        return _best(scores, config, -np.inf)
    return np.sort(order)


def draw(log_probs: Floats, uniforms: Floats) -> Tokens:
    """One token a row, by inverting the cumulative distribution.

    Args: log_probs (batch, vocab), in nats, up to a constant a row; uniforms (batch,), each in [0, 1).
    Returns: (batch,) int64, the first token below which, itself included, more than `uniform` lies.
    """
    rows = zip(log_probs, uniforms, strict=True)
    return np.array([_drawn(row, np.flatnonzero(row > -np.inf), uniform) for row, uniform in rows], dtype=np.int64)


def _drawn(scores: Floats, tokens: Tokens, uniform: float) -> int:
    cumulative = np.exp(scores[tokens]).cumsum(dtype=np.float64)
    place = cumulative.searchsorted(uniform * cumulative[-1], side="right")
    return int(tokens[min(int(place), len(tokens) - 1)])


def sample(log_probs: Floats, config: SamplingConfig, uniforms: Floats) -> Tokens:
    """One token a row, drawn as `config` says.

    Args: log_probs (batch, vocab), as `allowed_log_probs` gives them; uniforms (batch,), each in [0, 1), not used at temperature 0.
    """
    if config.temperature == 0:
        likeliest: Tokens = log_probs.argmax(axis=-1)
        return likeliest
    # Row by row: truncated rows hold few tokens, and a sum over all rows would not be the same in another batch.
    rows = zip(_tempered(log_probs, config), uniforms, strict=True)
    return np.array([_drawn(scores, _truncated(scores, config), uniform) for scores, uniform in rows], dtype=np.int64)
