"""One step of a component of which some texts are hidden: what is seen is told by its code, what is hidden is worded anew.

A hidden text is a run of text tokens, and becomes another such run, of whatever length; the markup around it stays where it is. Words
are told by the generator that ships with the package, which has learned how pages are worded, where it has the same vocabulary; by the
decoder where it has not. Laws: where nothing is hidden, the step is the decoder's; a row's step does not depend on the other rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.predictions import Logits
from htmlgen.decoding.search import Arrays
from htmlgen.errors import BundleError
from htmlgen.markup.reader import read
from htmlgen.runtime import bundle as bundles
from htmlgen.runtime.coding import CodeStep
from htmlgen.runtime.session import Copying, PageStep, Session
from htmlgen.tokens.context import Reading
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Kind

TEXTS: Final = (Kind.TEXT, Kind.BYTE, Kind.REFERENCE)
_BEFORE: Final = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Welcome</title></head><body>'
_COPYING: Final = Copying(least=12, repeats=3)
_FAR: Final = np.float32(40)  # in logits: what is not meant to come, unless the grammar leaves nothing else


class Run(NamedTuple):
    """A hidden text: tokens from `start` on, before `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Speaker:
    """A generator that words what is hidden, and what it has read before the component: the beginning of a page."""

    step: PageStep
    begun: Arrays  #: of one row
    last: int  #: the token that the component follows

    @classmethod
    def load(cls, tokenizer: Tokenizer, threads: int = 1) -> "Speaker | None":
        """The one that ships with the package; None, where it has another vocabulary. Raises: BundleCorruptError."""
        try:
            bundle = bundles.load()
        except BundleError:
            return None
        if bundle.tokenizer.model != tokenizer.model or not bundle.architecture.context:
            return None
        session = Session(bundle.step_path, bundle.architecture, threads=threads)
        step = PageStep(session, Reading(tokenizer.vocabulary), _COPYING)
        page = [tokenizer.vocabulary.bos, *tokenizer.encode(read(_BEFORE).events)[:-2]]  # without the ends of body and html
        begun = step.initial(1)
        for token in page[:-1]:
            _, begun = step.predict(np.array([token]), begun)
        return cls(step, begun, page[-1])

    def initial(self, batch: int) -> Arrays:
        """Its arrays before a component."""
        return tuple(np.repeat(array, batch, axis=0) for array in self.begun)


class Wording:
    """A decoder's step and initial arrays, as the decoding loop calls them, in which hidden texts are worded anew.

    Each request brings its code and its plan (`plan_of`). The arrays are the speaker's, the decoder's, the plan, and for each row the
    tokens of the hidden text under way, 0 outside of one.
    """

    def __init__(self, decoder: CodeStep, reading: Reading, speaker: Speaker | None) -> None:
        self._decoder, self._speaker = decoder, speaker
        self._bos = reading.vocabulary.bos
        self._text = np.isin(reading.vocabulary.kinds, TEXTS)
        self._spoken = len(speaker.begun) if speaker else 0
        self._own = len(decoder.initial(0))

    def initial(self, batch: int) -> Arrays:
        """The arrays before a component: code and plan follow."""
        spoken = self._speaker.initial(batch) if self._speaker else ()
        return (*spoken, *self._decoder.initial(batch), np.zeros(batch, dtype=np.int64))

    def predict(self, ids: NDArray[np.int64], arrays: Arrays) -> tuple[Logits, Arrays]:
        """Args: ids (batch,) the latest tokens; arrays, as returned before, or `initial`'s, codes (batch, dim) and plans (batch, n, 2)."""
        spoken, rest = arrays[: self._spoken], arrays[self._spoken :]
        (state, contexts, steps), written, codes, plans = rest[: self._own], rest[self._own], rest[-2], rest[-1]
        steps, written = self._moved(ids, steps, written, plans)
        said, (state, contexts, _, _) = self._decoder.predict(ids, (state, contexts, steps, codes))
        logits = np.array(said.logits())
        worded = logits
        if self._speaker is not None:
            prediction, spoken = self._speaker.step.predict(np.where(ids == self._bos, self._speaker.last, ids), spoken)
            worded = prediction.logits()
        ends, after = _planned(plans, steps)
        for row in np.flatnonzero(ends).tolist():
            logits[row] = self._wording(worded[row], int(written[row]), int(ends[row] - steps[row]), int(after[row]))
        return Logits(logits), (*spoken, state, contexts, steps, written, codes, plans)

    def _moved(self, ids: NDArray[np.int64], steps: NDArray[np.int64], written: NDArray[np.int64], plans: NDArray[np.int64]) -> Arrays:
        """Where each row stands in its source behind the latest token, and the tokens of its hidden text so far."""
        ends, _ = _planned(plans, steps)
        first, hidden = ids == self._bos, ends > 0
        inside = hidden & ~first & self._text[ids]
        ahead = np.where(first, steps, np.where(inside, steps, np.where(hidden, ends + 1, steps + 1)))
        return ahead, np.where(inside, written + 1, 0)

    def _wording(self, logits: NDArray[np.floating], written: int, length: int, after: int) -> NDArray[np.floating]:
        """(vocab,) text, or what follows the hidden text: not at once, and before it is more than twice as long as it was."""
        found = np.where(self._text, logits, logits.min() - _FAR)
        if written:
            found[after] = logits[after] + (_FAR if written > 2 * length else 0)
        return found


def plan_of(ids: Sequence[int], runs: Sequence[Run], longest: int) -> NDArray[np.int64]:
    """(longest + 1, 2) for each token where its hidden text ends, 0 where it is seen, and the token that follows that text."""
    plan = np.zeros((longest + 1, 2), dtype=np.int64)
    for start, end in runs:
        plan[start:end] = end, ids[end]
    return plan


def _planned(plans: NDArray[np.int64], steps: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(batch,) ends and tokens after, where rows stand."""
    found = plans[np.arange(len(steps)), np.minimum(steps, plans.shape[1] - 1)]
    return found[:, 0], found[:, 1]
