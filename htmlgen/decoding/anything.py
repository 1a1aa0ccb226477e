"""The guide that asks for nothing: what a model writes by itself, cut off where its budget ends.

Laws: those of every guide (guide.py), since whatever stands there is a page to it; every token but controls may follow, or the end.
"""

import numpy as np
from numpy.typing import NDArray

from htmlgen.tokens.vocabulary import Kind, Vocabulary


class Anything:
    """No rules met with a vocabulary; there is one state, 0."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._all = np.array([token.kind is not Kind.CONTROL for token in vocabulary])
        self._all[vocabulary.eos] = True
        self._end = np.zeros(len(vocabulary), dtype=np.bool_)
        self._end[vocabulary.eos] = True
        for mask in (self._all, self._end):
            mask.setflags(write=False)

    def start(self) -> int:
        """The one state."""
        return 0

    def allowed(self, state: int, budget: int) -> NDArray[np.bool_]:
        """(vocab,) all but controls, or the end alone where the budget is spent."""
        return self._all if budget > 0 else self._end

    def advance(self, state: int, token: int) -> int:
        """The one state."""
        return state

    def finished(self, state: int) -> bool:
        """Always."""
        return True

    def least_cost(self, state: int) -> int:
        """Nothing."""
        return 0
