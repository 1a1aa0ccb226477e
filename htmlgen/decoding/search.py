"""The decoding loop: a model, a guide and seeds → pages' ids. The model is a function; nothing here knows what is behind it.

Laws: a request's ids depend on its seed, prompt and budget alone, not on the batch it runs in; every result is what the guide
calls finished, within its budget; one uniform number is drawn for each token that is chosen, none for one that is forced.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.guide import Guide
from htmlgen.decoding.predictions import Logits, Prediction
from htmlgen.decoding.sampling import Choices, Mask, Sampler, SamplingConfig, Tokens
from htmlgen.decoding.temperatures import ClassTempering
from htmlgen.errors import BudgetError, ConfigError, DeadEndError, PromptError

Arrays = tuple[NDArray[Any], ...]
#: ids (batch,) int64, the latest token of each row; state, arrays with the batch first → logits (batch, vocab) float; the state after.
Step = Callable[[NDArray[np.int64], Arrays], tuple[NDArray[np.floating], Arrays]]
#: The same, with a prediction in the place of logits.
Predict = Callable[[NDArray[np.int64], Arrays], tuple[Prediction, Arrays]]
#: batch → the model's state before any token
Initial = Callable[[int], Arrays]
S = TypeVar("S")
_AHEAD: Final = 64  # uniform numbers that a row has at hand
_FREE: Final = -1  # in the place of a token: one is to be drawn


@dataclass(frozen=True, kw_only=True)
class Request:
    """One page to be written."""

    seed: int  #: repeats the page exactly
    max_tokens: int = 1024  #: prompt included, BOS and EOS not
    prompt: tuple[int, ...] = ()  #: the page's first ids, without BOS
    given: Arrays = field(default=(), compare=False)  #: what the model is given with it, a row of each array that follows its initial ones

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise ConfigError(f"seed must be a whole number from 0, got {self.seed}")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One written page: `ids` with the prompt, without BOS and EOS."""

    ids: tuple[int, ...]
    logprob: float  #: of what follows the prompt, EOS included, under the masked distribution at temperature 1, in nats
    seed: int


@dataclass(slots=True)
class _Row(Generic[S]):
    """A page under way."""

    place: int  # in the order of requests
    request: Request
    state: S
    ids: list[int]
    uniforms: Iterator[float]
    budget: int  # tokens that may still come
    prompt: Iterator[int]  # what of the prompt the model has yet to be given
    logprob: float = 0.0


class _Batch(Generic[S]):
    """Rows that are stepped together."""

    def __init__(self, rows: list[_Row[S]], bos: int, initial: Initial) -> None:
        self.rows: list[_Row[S]] = []
        self.tokens = np.zeros(0, dtype=np.int64)
        self.arrays: Arrays = ()
        self._bos, self._initial = bos, initial
        self.enter(rows)

    def enter(self, rows: list[_Row[S]]) -> None:
        """Rows that begin."""
        if rows:
            given = zip(*(row.request.given for row in rows), strict=True)
            arrays = (*self._initial(len(rows)), *map(np.stack, given))
            self.arrays = tuple(np.concatenate(pair) for pair in zip(self.arrays, arrays, strict=True)) if self.rows else arrays
            self.rows = self.rows + rows
            self.tokens = np.concatenate([self.tokens, np.full(len(rows), self._bos)])

    def leave(self, going: NDArray[np.bool_]) -> list[_Row[S]]:
        """Keeps the rows that go on. Returns: the others."""
        left = [row for row, goes in zip(self.rows, going, strict=True) if not goes]
        self.rows = [row for row, goes in zip(self.rows, going, strict=True) if goes]
        self.tokens, self.arrays = self.tokens[going], tuple(array[going] for array in self.arrays)
        return left


@dataclass(frozen=True)
class Search(Generic[S]):
    """How pages are written: a model's `step` and `initial`, a guide, a way to draw, and the rows that run at a time."""

    step: Step | Predict
    initial: Initial
    guide: Guide[S]
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    batch: int = 64  #: rows at most that run at a time
    lock: AbstractContextManager[Any] = field(default_factory=nullcontext)  #: held while the guide is asked, for guides that threads share

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ConfigError(f"batch must be at least 1, got {self.batch}")

    def finishing(self, requests: Iterable[Request]) -> Iterator[tuple[int, Result]]:
        """Results as they are finished, each with its place among the requests; the next request takes the place of a finished one.

        Raises: BudgetError, PromptError, when a request that cannot be met is taken up.
        """
        waiting = (self._row(place, request) for place, request in enumerate(requests))
        batch = _Batch(list(islice(waiting, self.batch)), self.guide.vocabulary.bos, self.initial)
        run = _Run(self)
        while batch.rows:
            finished = run.moved(batch)
            batch.enter(list(islice(waiting, len(finished))))
            yield from ((row.place, _result(row)) for row in finished)

    def tokens(self, request: Request) -> Iterator[int]:
        """The ids of one page, its prompt first, each as soon as it is chosen. Raises: as `finishing`."""
        row = self._row(0, request)
        yield from row.ids
        batch, run, given = _Batch([row], self.guide.vocabulary.bos, self.initial), _Run(self), len(row.ids)
        while batch.rows:
            run.moved(batch)
            yield from row.ids[given:]
            given = len(row.ids)

    def stream(self, requests: Iterable[Request]) -> Iterator[Result]:
        """Results in the order of requests, each as soon as those before it are finished. Raises: as `finishing`."""
        waiting: dict[int, Result] = {}
        turn = 0
        for place, result in self.finishing(requests):
            waiting[place] = result
            while turn in waiting:
                yield waiting.pop(turn)
                turn += 1

    def _row(self, place: int, request: Request) -> _Row[S]:
        with self.lock:
            state = self._prompted(place, request)
            least = len(request.prompt) + self.guide.least_cost(state)
        if request.max_tokens < least:
            told = f" after its prompt of {len(request.prompt)}" if request.prompt else ""
            raise BudgetError(f"request {place} asks for at most {request.max_tokens} tokens, but a page needs {least}{told}; ask for more")
        ids = list(request.prompt)
        return _Row(place, request, state, ids, _uniforms(request.seed), request.max_tokens - len(ids), iter(request.prompt))

    def _prompted(self, place: int, request: Request) -> S:
        """The guide's state after a prompt."""
        state = self.guide.start()
        for position, token in enumerate(request.prompt):
            try:
                state = self.guide.advance(state, token)
            except PromptError as error:
                raise PromptError(f"request {place}, prompt token {position}: {error}") from error
        return state


def _uniforms(seed: int) -> Iterator[float]:
    """The numbers that a page is drawn with, without end."""
    generator = np.random.Generator(np.random.PCG64(seed))
    while True:
        yield from generator.random(_AHEAD).tolist()


class _Run(Generic[S]):
    """What one run of a search chooses tokens with."""

    def __init__(self, search: Search[S]) -> None:
        guide, sampling = search.guide, search.sampling
        self._step, self._guide, self._choices, self._lock = search.step, guide, Choices(), search.lock
        self._eos = guide.vocabulary.eos
        self._any = np.ones(len(guide.vocabulary), dtype=np.bool_)
        self._any.setflags(write=False)
        self._tempering = ClassTempering(sampling.by_class, guide.vocabulary) if sampling.by_class is not None else None
        self._sampler = Sampler(sampling, self._tempering)

    def moved(self, batch: _Batch[S]) -> list[_Row[S]]:
        """Steps a batch and gives each row its next token. Returns: the rows that are finished, which leave the batch."""
        predicted, batch.arrays = self._step(batch.tokens, batch.arrays)
        with self._lock:
            batch.tokens = self._next(batch.rows, predicted)
        going = batch.tokens != self._eos
        return [] if going.all() else batch.leave(going)

    def _next(self, rows: list[_Row[S]], predicted: NDArray[np.floating] | Prediction) -> Tokens:
        """(batch,) the next token of each row: of its prompt, forced, or drawn; its guide moves on with it."""
        told = [next(row.prompt, _FREE) for row in rows]
        masks, fixed = self._settled(rows, told)
        tokens = self._drawn(rows, predicted, masks, fixed) if _FREE in fixed else np.array(fixed)
        advance, eos = self._guide.advance, self._eos
        for row, before, token in zip(rows, told, tokens.tolist(), strict=True):
            if before == _FREE and token != eos:
                row.state = advance(row.state, token)
                row.ids.append(token)
                row.budget -= 1
        return tokens

    def _settled(self, rows: list[_Row[S]], told: list[int]) -> tuple[list[Mask], list[int]]:
        """For each row what may come next, and the token that must come, of its prompt or because it is the only one."""
        allowed, choice_of = self._guide.allowed, self._choices.of
        masks, fixed = [], []
        for row, token in zip(rows, told, strict=True):
            mask = allowed(row.state, row.budget) if token == _FREE else self._any
            size, first = choice_of(mask)
            if not size:
                raise DeadEndError(f"request {row.place} allows no token after {len(row.ids)}: the guide breaks its law")
            masks.append(mask)
            fixed.append(first if size == 1 else token)
        return masks, fixed

    def _drawn(
        self, rows: list[_Row[S]], predicted: NDArray[np.floating] | Prediction, masks: list[Mask], fixed: list[int]
    ) -> Tokens:
        """(batch,) the fixed tokens, and drawn ones where there is none; rows count the probability of what is drawn."""
        prediction = Logits(predicted) if isinstance(predicted, np.ndarray) else predicted
        uniforms = [next(row.uniforms) if token == _FREE else 0.0 for row, token in zip(rows, fixed, strict=True)]
        in_tag = [self._tempering.in_tag(row.ids) for row in rows] if self._tempering is not None else []
        drawn, logprobs = self._sampler.draw(prediction, masks, uniforms, in_tag)
        for row, token, logprob in zip(rows, fixed, logprobs.tolist(), strict=True):
            if token == _FREE:
                row.logprob += logprob
        given = np.array(fixed)
        return np.where(given == _FREE, drawn, given)


def _result(row: _Row[Any]) -> Result:
    return Result(ids=tuple(row.ids), logprob=row.logprob, seed=row.request.seed)


def generate(
    step: Step | Predict,
    initial: Initial,
    *,
    guide: Guide[Any],
    requests: Sequence[Request],
    sampling: SamplingConfig | None = None,
    batch: int = 64,
) -> list[Result]:
    """All results, in the order of requests.

    Args: step, the model (see `Step`); initial, its state before any token; guide, the rules; requests, one a page; sampling, how
    tokens are drawn; batch, rows at most that the model is stepped with.
    Raises: BudgetError, PromptError, before anything is written, if a request cannot be met.
    """
    search = Search(step, initial, guide, sampling or SamplingConfig(), batch)
    for place, request in enumerate(requests):
        search._row(place, request)
    return list(search.stream(requests))
