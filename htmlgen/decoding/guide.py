"""A guide says which tokens may follow: the one interface between a set of rules and a search.

Laws, for every state that a guide gives: a token that `allowed` marks can be advanced by, and leaves a state whose least cost, plus one,
is within the budget; a state whose least cost is within the budget allows a token, or the end. So whoever takes only allowed tokens
ends within the budget he began with, and never stands in a dead end. States are immutable: keeping one is a checkpoint, taking
two tokens from one is a branch.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from htmlgen.tokens.vocabulary import Vocabulary

State = TypeVar("State")


class Guide(Protocol[State]):
    """Rules met with a vocabulary."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary whose ids the guide speaks of."""

    def start(self) -> State:
        """The state before a page's first token."""

    def allowed(self, state: State, budget: int) -> NDArray[np.bool_]:
        """(vocab,) bool, not to be written to: the tokens that may come next.

        They and all that must follow them fit into `budget` tokens; EOS, which like BOS costs nothing, is marked iff the page may end.
        """

    def advance(self, state: State, token: int) -> State:
        """The state after a token, be it one that is only ever met in prompts. Raises: PromptError, where the rules forbid it."""

    def finished(self, state: State) -> bool:
        """True if the page may end here."""

    def least_cost(self, state: State) -> int:
        """The fewest tokens with which the page can end."""


def gathered(guide: Guide[State], states: Sequence[State], budgets: Iterable[int]) -> NDArray[np.bool_]:
    """(batch, vocab) bool, writable: `allowed` of each state under its budget."""
    masks = np.empty((len(states), len(guide.vocabulary)), bool)
    for row, state, budget in zip(masks, states, budgets, strict=True):
        row[:] = guide.allowed(state, budget)
    return masks
