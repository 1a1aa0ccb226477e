"""Logits → one token a row: masked, tempered, truncated, drawn.

Laws: everything is a function of its arguments, row by row, so that a row's token does not depend on the others; a token that is not
allowed is never drawn; with temperature 0 the likeliest token is taken, the lowest id of equals.
Source: top-k, Fan et al. 2018, arXiv:1805.04833; top-p, Holtzman et al. 2020, arXiv:1904.09751; min-p,
Nguyen et al. 2024, arXiv:2407.01082.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import ConfigError, DeadEndError

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


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
    masked = np.where(allowed, logits.astype(np.float64), -np.inf)  # (batch, vocab)
    return _normalised(masked)


def _normalised(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=-1, keepdims=True)  # the greatest is finite: a token is allowed
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs


def truncated_log_probs(log_probs: Floats, config: SamplingConfig) -> Floats:
    """Log-probabilities tempered and truncated, renormalised; the likeliest token always stays.

    Args: log_probs (batch, vocab), as `allowed_log_probs` gives them; config, of a temperature above 0.
    """
    with np.errstate(over="ignore"):  # next to 0, a temperature leaves the likeliest tokens, and -inf for others
        logs = _normalised((log_probs - log_probs.max(axis=-1, keepdims=True)) / config.temperature)
    if config.top_k == 0 and config.top_p == 1 and config.min_p == 0:
        return logs
    order = np.argsort(-logs, axis=-1, kind="stable")  # (batch, vocab), likeliest first, lower ids first among equals
    ranked = _ranked(np.take_along_axis(logs, order, axis=-1), config)
    kept = np.full_like(logs, -np.inf)
    np.put_along_axis(kept, order, ranked, axis=-1)
    return _normalised(kept)


def _ranked(ranked: Floats, config: SamplingConfig) -> Floats:
    """The truncations, on rows sorted from the likeliest token down."""
    if config.top_k:
        ranked[:, config.top_k :] = -np.inf
    if config.top_p < 1:
        probs = np.exp(_normalised(ranked))
        before = np.cumsum(probs, axis=-1) - probs  # what the likelier tokens have together
        ranked[before >= config.top_p] = -np.inf
    if config.min_p > 0:
        ranked[ranked < ranked[:, :1] + np.log(config.min_p)] = -np.inf
    return ranked


def draw(log_probs: Floats, uniforms: Floats) -> NDArray[np.int64]:
    """One token a row, by inverting the cumulative distribution.

    Args: log_probs (batch, vocab) normalised, in nats; uniforms (batch,), each in [0, 1).
    Returns: (batch,) int64, the first token below which, itself included, more than `uniform` lies.
    """
    cumulative = np.cumsum(np.exp(log_probs), axis=-1)  # (batch, vocab)
    targets = uniforms * cumulative[:, -1]  # sums are 1 but for rounding
    tokens = (cumulative <= targets[:, None]).sum(axis=-1)
    last = log_probs.shape[-1] - 1 - np.argmax(log_probs[:, ::-1] > -np.inf, axis=-1)
    drawn: NDArray[np.int64] = np.minimum(tokens, last)
    return drawn


def sample(log_probs: Floats, config: SamplingConfig, uniforms: Floats) -> NDArray[np.int64]:
    """One token a row, drawn as `config` says.

    Args: log_probs (batch, vocab), as `allowed_log_probs` gives them; uniforms (batch,), each in [0, 1), not used at temperature 0.
    """
    if config.temperature == 0:
        likeliest: NDArray[np.int64] = log_probs.argmax(axis=-1)
        return likeliest
    return draw(truncated_log_probs(log_probs, config), uniforms)
