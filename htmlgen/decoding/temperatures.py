"""A temperature for each class of tokens: structure, attributes, text.

Laws: each row by itself, so that its scores do not depend on the others; three equal temperatures are one; whether text or markup comes
is a matter of structure, which text comes of text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import ConfigError
from htmlgen.tokens.vocabulary import Kind, Vocabulary

Floats = NDArray[np.floating]

_COLDEST: Final = 1e-6  # temperatures below, 0 aside, are no colder: their quotients would overflow
_TEXT: Final = (Kind.TEXT, Kind.REFERENCE, Kind.BYTE)
_IN: Final = (Kind.OPEN, Kind.SPELL_START, Kind.SPELL_END, Kind.SPELL_DOCTYPE)
_OUT: Final = (Kind.CLOSE, Kind.QUOTE_CLOSE)


@dataclass(frozen=True, kw_only=True)
class Temperatures:
    """What divides the logits, by what is being written; 0 takes the likeliest of the class."""

    structure: float = 1.0  #: elements: which come, when they end, and when text comes instead
    attribute: float = 1.0  #: names and values, in start tags
    text: float = 1.0  #: between tags

    def __post_init__(self) -> None:
        for field in fields(self):
            if not 0 <= (value := getattr(self, field.name)) < float("inf"):
                raise ConfigError(f"temperature of {field.name} must be a number from 0, got {value}")


class ClassTempering:
    """Temperatures met with a vocabulary."""

    def __init__(self, temperatures: Temperatures, vocabulary: Vocabulary) -> None:
        self._temperatures = temperatures
        self._text = np.isin(vocabulary.kinds, _TEXT)
        kinds = vocabulary.kinds
        self._turns = (np.isin(kinds, _IN).astype(np.int8) - np.isin(kinds, _OUT)).tolist()

    def in_tag(self, ids: Sequence[int]) -> bool:
        """True if a page that begins with `ids` goes on in a tag."""
        return next((turn > 0 for token in reversed(ids) if (turn := self._turns[token])), False)

    def __call__(self, log_probs: Floats, in_tag: Sequence[bool]) -> Floats:
        """Scores, tempered, the greatest of each row 0.

        Args: log_probs (batch, vocab) up to a constant a row, -inf where not allowed; in_tag (batch,), see `in_tag`.
        """
        scores = np.empty_like(log_probs)
        for row, (logs, inside) in enumerate(zip(log_probs, in_tag, strict=True)):
            scores[row] = _cooled(logs, self._temperatures.attribute) if inside else self._content(logs)
        return scores

    def _content(self, log_probs: Floats) -> Floats:
        scores = _cooled(log_probs, self._temperatures.structure)
        text = scores[self._text]
        if text.max() == -np.inf:
            return scores
        among = _cooled(log_probs[self._text], self._temperatures.text)
        scores[self._text] = among + (_logsumexp(text) - _logsumexp(among))
        scores -= scores.max()
        return scores


def _cooled(log_probs: Floats, temperature: float) -> Floats:
    """(tokens,) scores at a temperature, the greatest 0."""
    if temperature:
        scores: Floats = (log_probs - log_probs.max()) / log_probs.dtype.type(max(temperature, _COLDEST))
        return scores
    first = np.full_like(log_probs, -np.inf)
    first[log_probs.argmax()] = 0
    return first


def _logsumexp(scores: Floats) -> np.floating:
    """Of scores of which one is finite."""
    greatest = scores.max()
    total: np.floating = greatest + np.log(np.exp(scores - greatest).sum())
    return total
