"""Logits → one token a row: masked, tempered, truncated, drawn.

Laws: everything is a function of its arguments, row by row, bit for bit, so that a row's token and its log-probability do not depend on
the other rows; a token that is not allowed is never drawn; with temperature 0 the likeliest token is taken, the lowest id of equals.
Source: top-k, Fan et al. 2018, arXiv:1805.04833; top-p, Holtzman et al. 2020, arXiv:1904.09751; min-p,
Nguyen et al. 2024, arXiv:2407.01082.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.temperatures import ClassTempering, Temperatures
from htmlgen.errors import ConfigError, DeadEndError

Floats = NDArray[np.floating]
Mask = NDArray[np.bool_]
Tokens = NDArray[np.int64]

_COLDEST: Final = 1e-6  # temperatures below, 0 aside, are no colder: their quotients would overflow
_DEEPEST: Final = -10.0  # top-k and top-p sort the tokens within e^10 of the likeliest, as long as these are enough
_ROWS: Final = 16  # drawn at a time: as many as a core's cache holds, with a large vocabulary
_KEPT: Final = 256  # shared masks whose choices are kept at a time
_NO_PENALTIES: Final = np.zeros(0, dtype=np.float32)


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
    penalties: NDArray[np.float32]  #: (vocab,) what to add to logits: 0, or -inf where a token is not allowed; empty if there is no choice


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
    size = int(np.count_nonzero(mask))
    penalties = np.where(mask, np.float32(0), np.float32(-np.inf)) if size > 1 else _NO_PENALTIES
    return Choice(size, int(mask.argmax()), penalties)


class Sampler:
    """Draws tokens. It keeps room for its sums, so that it is for one thread at a time."""

    def __init__(
        self, config: SamplingConfig, vocabulary: int, dtype: type[np.floating] = np.float32, tempering: ClassTempering | None = None
    ) -> None:
        """Args: vocabulary, tokens; dtype, of the logits; tempering, where each class of tokens has a temperature of its own."""
        self._tempering = tempering
        self._config = config = config if tempering is None else replace(config, temperature=1.0)
        self._scores: Floats = np.empty((_ROWS, vocabulary), dtype=dtype)
        self._odds: Floats = np.empty_like(self._scores)
        self._temperature = self._scores.dtype.type(max(config.temperature, _COLDEST))
        least = self._temperature * np.log(config.min_p) if config.min_p > 0 else -np.inf
        self._least = max(float(least), float(np.finfo(dtype).min))  # of scores that are kept; -inf is none

    def draw(
        self, logits: Sequence[Floats], choices: Sequence[Choice], uniforms: Sequence[float], in_tag: Sequence[bool] = ()
    ) -> tuple[list[int], list[float]]:
        """One token a row, by inverting the cumulative distribution, as the configuration says.

        Args: logits, rows of (vocab,), finite; choices, one a row, of at least two tokens; uniforms, one a row, in [0, 1);
        in_tag, where classes have temperatures: for each row whether it stands in a tag.
        Returns: the first tokens below which, themselves included, more than `uniform` lies; their log-probabilities among the allowed
        tokens, at temperature 1 and before any truncation, in nats.
        """
        tokens: list[int] = []
        logprobs: list[float] = []
        for start in range(0, len(logits), _ROWS):
            rows = slice(start, start + _ROWS)
            some, their = self._drawn(logits[rows], choices[rows], uniforms[rows], in_tag[rows])
            tokens += some.tolist()
            logprobs += their.tolist()
        return tokens, logprobs

    def _drawn(
        self, logits: Sequence[Floats], choices: Sequence[Choice], uniforms: Sequence[float], in_tag: Sequence[bool]
    ) -> tuple[Tokens, Floats]:
        count = len(logits)
        scores, rows = self._scores[:count], np.arange(count)
        for score, row, choice in zip(scores, logits, choices, strict=True):
            np.add(row, choice.penalties, out=score)
        likeliest = scores.argmax(axis=1)
        scores -= scores[rows, likeliest][:, None]  # finite: a token is allowed
        totals = np.exp(scores, out=self._odds[:count]).sum(axis=1)  # along rows, so that the order of its sums is each row's own
        if self._tempering is None:
            tokens = self._chosen(scores, likeliest, uniforms)
        else:
            tempered = self._tempering(scores, in_tag)
            tokens = self._chosen(tempered, tempered.argmax(axis=1), uniforms)
        return tokens, scores[rows, tokens] - np.log(totals)

    def _chosen(self, scores: Floats, likeliest: Tokens, uniforms: Sequence[float]) -> Tokens:
        """Args: scores (rows, vocab), the likeliest token's 0, -inf where not allowed."""
        if self._config.temperature == 0:
            return likeliest
        if self._config.top_k or self._config.top_p < 1:
            tempered = scores / self._temperature
            kept = [truncated(row, self._config) for row in tempered]
            picked = [tokens[_picked(np.exp(row[tokens]), uniform)] for row, tokens, uniform in zip(tempered, kept, uniforms, strict=True)]
            return np.array(picked, dtype=np.int64)
        return self._above(scores, likeliest, uniforms)

    def _above(self, scores: Floats, likeliest: Tokens, uniforms: Sequence[float]) -> Tokens:
        """One token a row of those whose score is high enough: where that is the likeliest alone, as mostly, it needs no sums."""
        kept = np.flatnonzero(scores >= self._least)
        ends = kept.searchsorted(np.arange(len(scores) + 1) * scores.shape[1]).tolist()
        weights = np.exp(scores.ravel()[kept] / self._temperature)
        tokens = likeliest.copy()
        for row, (start, end) in enumerate(pairwise(ends)):
            if end > start + 1:
                tokens[row] = kept[start + _picked(weights[start:end], uniforms[row])] - row * scores.shape[1]
        return tokens


def _picked(weights: Floats, uniform: float) -> int:
    """The place of the first weight below which, itself included, more than `uniform` of the sum lies."""
    cumulative = weights.cumsum(dtype=np.float64)
    return min(int(cumulative.searchsorted(uniform * cumulative[-1], side="right")), len(weights) - 1)


def truncated(scores: Floats, config: SamplingConfig) -> Tokens:
    """The tokens of one row that top-k, top-p and min-p leave, in rising order; `scores` (vocab,) tempered, with the likeliest at 0."""
    tokens = _best(scores, config, _DEEPEST)
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
