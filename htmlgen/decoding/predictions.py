"""What a model says of the next token of each row: as logits, or as weights that need no exponential any more.

Law: weights are exponentials of logits, up to a factor a row; those that are too small for their floats are 0.
"""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Tokens = NDArray[np.int64]
UNLIKELY: Final = np.float32(-1e4)  #: a logit: never drawn where anything else may come
_SURE: Final = np.float32(60)  # log-odds beyond which what is copied leaves nothing to anything else


class Prediction(Protocol):
    """Of one step."""

    def logits(self) -> Floats:
        """(batch, vocab) finite, not to be written to: natural logarithms of probabilities, up to a constant a row."""

    def weights(self) -> Floats:
        """(batch, vocab) from 0 on, not to be written to: probabilities, up to a factor a row; the greatest of a row is about 1 or less."""


class Mixture:
    """A prediction that came as logits with their probabilities, in which one candidate a row has a share of its own beside."""

    def __init__(self, logits: Floats, probabilities: Floats, odds: Floats, candidates: Tokens) -> None:
        """Args: logits, probabilities (batch, vocab), which become this prediction's own; odds (batch,) of the candidates against all
        else, as logarithms; candidates (batch,).
        """
        self._logits, self._weights, self._odds, self._candidates = logits, probabilities, odds, candidates
        self._rows = np.arange(len(candidates))
        self._own = probabilities[self._rows, candidates]
        self._weights[self._rows, candidates] = self._own + np.exp(np.minimum(odds, _SURE))
        self._mixed = False

    def without(self, rows: Sequence[int], tokens: Sequence[int] | Tokens) -> None:
        """Makes tokens of some rows unlikely, which must not be candidates with odds: never drawn where anything else may come."""
        self._logits[rows, tokens] = UNLIKELY
        self._weights[rows, tokens] = 0

    def weights(self) -> Floats:
        """The probabilities; in a row with a candidate their sum is more than 1."""
        return self._weights

    def logits(self) -> Floats:
        """With the candidates' shares."""
        if not self._mixed:
            self._mixed, rows, candidates = True, self._rows, self._candidates
            likeliest = self._logits.argmax(axis=1)
            shares = np.where(likeliest == candidates, self._own, self._weights[rows, likeliest])
            totals = self._logits[rows, likeliest] - np.log(shares)  # logarithms of the sums of all exponentials
            self._logits[rows, candidates] = np.logaddexp(self._logits[rows, candidates], totals + self._odds)
        return self._logits


class Logits:
    """A prediction that came as logits."""

    def __init__(self, logits: Floats) -> None:
        """Args: logits (batch, vocab), finite."""
        self._logits = logits
        self._weights: Floats | None = None

    def without(self, rows: Sequence[int], tokens: Sequence[int] | Tokens) -> None:
        """Makes tokens of some rows unlikely: never drawn where anything else may come."""
        self._logits[rows, tokens] = UNLIKELY
        self._weights = None

    def logits(self) -> Floats:
        """As they came."""
        return self._logits

    def weights(self) -> Floats:
        """(batch, vocab), the greatest of each row 1."""
        if self._weights is None:
            self._weights = self._logits - self._logits.max(axis=1, keepdims=True)
            np.exp(self._weights, out=self._weights)
        return self._weights
