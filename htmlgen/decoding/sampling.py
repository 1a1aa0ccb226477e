"""Predictions → one token a row: masked, tempered, truncated, drawn.

Laws: everything is a function of its arguments, row by row, bit for bit, so that a row's token and its log-probability do not depend on
the other rows; a token that is not allowed is never drawn; with temperature 0 the likeliest token is taken, the lowest id of equals.
What is drawn by inverting sums is summed up in whole numbers, where a row's sums are the same behind any other row's.
Source: top-k, Fan et al. 2018, arXiv:1805.04833; top-p, Holtzman et al. 2020, arXiv:1904.09751; min-p,
Nguyen et al. 2024, arXiv:2407.01082.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.predictions import Prediction
from htmlgen.decoding.temperatures import ClassTempering, Temperatures
from htmlgen.errors import ConfigError, DeadEndError

Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]
Tokens = NDArray[np.int64]

_COLDEST: Final = 1e-6  # temperatures below, 0 aside, are no colder: their quotients would overflow
_DEEPEST: Final = -10.0  # top-k and top-p sort the tokens within e^10 of the likeliest, as long as these are enough
_ROWS: Final = 64  # drawn at a time: their sums are whole numbers of 63 bits, with up to 2^21 tokens
_SCORED: Final = 16  # scored at a time: as many as a core's cache holds, with a large vocabulary
_WHOLE: Final = 2.0**36  # what the likeliest token's weight counts in sums: what is less than a 1 is never drawn
_TINY: Final = float(np.finfo(np.float32).tiny)  # weights below are not exact
_KEPT: Final = 1024  # shared masks whose choices are kept at a time


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """How a token is drawn. The truncations are taken in this order, each from what the one before left."""

    temperature: float = 1.0  #: divides the logits; 0 takes the likeliest token
    top_k: int = 0  #: tokens kept at most, the likeliest; 0 keeps all
    top_p: float = 1.0  #: least probability that the kept tokens have together, (0, 1]
    min_p: float = 0.0  #: least probability kept, relative to the likeliest token's, [0, 1)
    by_class: Temperatures | None = None  #: a temperature for each class of tokens, instead of the one above

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
    shifted = masked - masked.max(axis=-1, keepdims=True)  # the greatest is finite: a token is allowed
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs


class Choice(NamedTuple):
    """What a mask leaves to choose from."""

    size: int  #: tokens
    first: int  #: the lowest of them, if there is any


class Choices:
    """The choices of masks. Those of masks that cannot be written to, which guides share among positions, are made once and kept."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Mask, Choice]] = {}  # by the identity of the mask, which lives as long as it is kept

    def of(self, mask: Mask) -> Choice:
        """Args: mask (vocab,) bool, the tokens that are allowed."""
        found = self._kept.get(id(mask))
        return _choice(mask) if found is None and mask.flags.writeable else self._keep(mask) if found is None else found[1]

    def _keep(self, mask: Mask) -> Choice:
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        choice = _choice(mask)
        self._kept[id(mask)] = mask, choice
        return choice


def _choice(mask: Mask) -> Choice:
    return Choice(int(np.count_nonzero(mask)), int(mask.argmax()))


class Sampler:
    """Draws tokens as a configuration says. It keeps room for what it compares, so that it is for one thread at a time."""

    def __init__(self, config: SamplingConfig, tempering: ClassTempering | None = None) -> None:
        """Args: tempering, where each class of tokens has a temperature of its own."""
        self._tempering = tempering
        self._config = config = config if tempering is None else replace(config, temperature=1.0)
        self._by_weights = tempering is None and config.temperature > 0 and not config.top_k and config.top_p == 1
        self._temperature = max(config.temperature, _COLDEST)
        self._least = max(config.min_p, 1 / _WHOLE) ** self._temperature  # weight that may be drawn, relative to the likeliest token's
        self._room = np.empty((2, 0, 0), dtype=np.bool_)

    def draw(
        self, prediction: Prediction, masks: Sequence[Mask], uniforms: Sequence[float], in_tag: Sequence[bool] = ()
    ) -> tuple[Tokens, Floats]:
        """One token a row, by inverting the cumulative distribution, as the configuration says.

        Args: masks, one a row, (vocab,) bool, each of one token at least; uniforms, one a row, in [0, 1); in_tag, where classes have
        temperatures: for each row whether it stands in a tag.
        Returns: (batch,) the first tokens below which, themselves included, more than `uniform` lies; (batch,) their log-probabilities
        among the allowed tokens, at temperature 1 and before any truncation, in nats.
        """
        size = _ROWS if self._by_weights else _SCORED
        some = [slice(start, start + size) for start in range(0, len(masks), size)]
        drawn = [self._drawn(prediction, rows, self._gathered(masks[rows]), np.array(uniforms[rows]), in_tag[rows]) for rows in some]
        if len(drawn) == 1:
            return drawn[0]
        tokens, logprobs = (np.concatenate(each) for each in zip(*drawn, strict=True))
        return tokens, logprobs

    def _gathered(self, masks: Sequence[Mask]) -> Mask:
        """(rows, vocab) the masks, in room that is used again."""
        if self._room.shape[1] < len(masks):
            self._room = np.empty((2, len(masks), len(masks[0])), dtype=np.bool_)
        allowed: Mask = self._room[0, : len(masks)]
        np.concatenate(masks, out=allowed.reshape(-1))
        return allowed

    # By weights ---------------------------------------------------------------------------------------------------------------

    def _drawn(
        self, prediction: Prediction, rows: slice, allowed: Mask, uniforms: Floats, in_tag: Sequence[bool]
    ) -> tuple[Tokens, Floats]:
        """By weights, where these can be; by logits in rows whose weights are too small for their floats."""
        if not self._by_weights:
            return self._scored(prediction.logits()[rows], allowed, uniforms, in_tag)
        weights = prediction.weights()[rows]
        best = _best_weights(weights, allowed)
        if best.min() * self._least >= _TINY:
            return self._weighed(weights, allowed, best, uniforms)
        faint = best * self._least < _TINY
        tokens, logprobs, sound = np.empty(len(best), dtype=np.int64), np.empty_like(best), ~faint
        tokens[faint], logprobs[faint] = self._scored(prediction.logits()[rows][faint], allowed[faint], uniforms[faint], ())
        if sound.any():
            tokens[sound], logprobs[sound] = self._weighed(weights[sound], allowed[sound], best[sound], uniforms[sound])
        return tokens, logprobs

    def _weighed(self, weights: Floats, allowed: Mask, best: Floats, uniforms: Floats) -> tuple[Tokens, Floats]:
        """Args: weights (rows, vocab); best (rows,), the greatest that is allowed, far from the least that floats hold."""
        keep = self._room[1, : len(weights)]
        np.greater_equal(weights, (best * weights.dtype.type(self._least))[:, None], out=keep)
        keep &= allowed
        kept = np.flatnonzero(keep)
        starts = kept.searchsorted(np.arange(0, weights.size + 1, weights.shape[1]))
        relative = weights.take(kept) / best.repeat(starts[1:] - starts[:-1])
        if self._temperature != 1:
            relative **= 1 / self._temperature
        places = kept[_picked(relative, starts, uniforms)]
        tokens: Tokens = places % weights.shape[1]
        return tokens, np.log(weights.take(places) / np.vecdot(weights, allowed))

    # By logits ----------------------------------------------------------------------------------------------------------------

    def _scored(self, logits: Floats, allowed: Mask, uniforms: Floats, in_tag: Sequence[bool]) -> tuple[Tokens, Floats]:
        scores, rows = np.where(allowed, logits, logits.dtype.type(-np.inf)), np.arange(len(logits))
        scores -= scores.max(axis=1, keepdims=True)  # finite: a token is allowed
        totals = np.exp(scores).sum(axis=1)  # along rows, so that the order of its sums is each row's own
        tempered = scores if self._tempering is None else self._tempering(scores, in_tag)
        tokens = tempered.argmax(axis=1) if self._config.temperature == 0 else self._truncated(tempered, uniforms)
        return tokens, scores[rows, tokens] - np.log(totals)

    def _truncated(self, scores: Floats, uniforms: Floats) -> Tokens:
        """Args: scores (rows, vocab), the likeliest token's 0, -inf where not allowed."""
        scores = scores / scores.dtype.type(self._temperature)
        kept = [truncated(row, self._config) for row in scores]
        weights = np.exp(np.concatenate([row[tokens] for row, tokens in zip(scores, kept, strict=True)]))
        places = _picked(weights, np.cumsum([0, *map(len, kept)]), uniforms)
        return np.concatenate(kept)[places]


def _best_weights(weights: Floats, allowed: Mask) -> Floats:
    """(rows,) the greatest weights that are allowed. Mostly these are the greatest of all."""
    rows, likeliest = np.arange(len(weights)), weights.argmax(axis=1)
    best: Floats = weights[rows, likeliest]
    for row in np.flatnonzero(~allowed[rows, likeliest]).tolist():
        best[row] = np.multiply(weights[row], allowed[row]).max()
    return best


def _picked(weights: Floats, starts: Tokens, uniforms: Floats) -> Tokens:
    """(rows,) the place of the first weight of each row below which, itself included, more than `uniform` of the row's sum lies.

    Args: weights (kept,) in [0, 1], of one row after another, in each a 1; starts (rows + 1,), where rows start in them, and the end.
    """
    sums = np.zeros(len(weights) + 1, dtype=np.int64)
    (weights * weights.dtype.type(_WHOLE)).astype(np.int64).cumsum(out=sums[1:])
    edges = sums[starts]
    totals = edges[1:] - edges[:-1]
    sought = edges[:-1] + np.minimum((uniforms * totals).astype(np.int64), totals - 1)
    places: Tokens = sums[1:].searchsorted(sought, side="right")
    return places


def truncated(scores: Floats, config: SamplingConfig) -> Tokens:
    """The tokens of one row that top-k, top-p and min-p leave, in rising order; `scores` (vocab,) tempered, with the likeliest at 0."""
    tokens = _best(scores, config, _DEEPEST) if config.top_k or config.top_p < 1 else np.flatnonzero(scores > -np.inf)
    return tokens[scores[tokens] >= np.log(config.min_p)] if config.min_p > 0 else tokens


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
