"""The decoding loop: a model, a guide and seeds → pages' ids. The model is a function; nothing here knows what is behind it.

Laws: a request's ids depend on its seed, prompt and budget alone, not on the batch it runs in; every result is what the guide calls
finished, within its budget; one uniform number is drawn for each token that is chosen, none for one that is forced.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.guide import Guide, gathered
from htmlgen.decoding.sampling import SamplingConfig, allowed_log_probs, sample
from htmlgen.errors import BudgetError, ConfigError, DeadEndError, PromptError

Arrays = tuple[NDArray[Any], ...]
#: ids (batch,) int64, the latest token of each row; state, arrays with the batch first → logits (batch, vocab) float; the state after
Step = Callable[[NDArray[np.int64], Arrays], tuple[NDArray[np.floating], Arrays]]
#: batch → the model's state before any token
Initial = Callable[[int], Arrays]
S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class Request:
    """One page to be written."""

    seed: int  #: repeats the page exactly
    max_tokens: int = 1024  #: prompt included, BOS and EOS not
    prompt: tuple[int, ...] = ()  #: the page's first ids, without BOS

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
    generator: np.random.Generator
    logprob: float = 0.0


@dataclass(frozen=True)
class Search(Generic[S]):
    """How pages are written: a model's `step` and `initial`, a guide, a way to draw, and the rows that run at a time."""

    step: Step
    initial: Initial
    guide: Guide[S]
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    batch: int = 64  #: rows at most that the model is stepped with

    def __post_init__(self) -> None:
        if self.batch < 1:
            raise ConfigError(f"batch must be at least 1, got {self.batch}")

    def finishing(self, requests: Iterable[Request]) -> Iterator[tuple[int, Result]]:
        """Results as they are finished, each with its place among the requests, which are taken up a batch at a time.

        Raises: BudgetError, PromptError, when the batch with a request that cannot be met is taken up.
        """
        numbered = enumerate(requests)
        while rows := [self._row(place, request) for place, request in islice(numbered, self.batch)]:
            yield from self._run(rows)

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
        state = self.guide.start()
        for position, token in enumerate(request.prompt):
            try:
                state = self.guide.advance(state, token)
            except PromptError as error:
                raise PromptError(f"request {place}, prompt token {position}: {error}") from error
        least = len(request.prompt) + self.guide.least_cost(state)
        if request.max_tokens < least:
            told = f" after its prompt of {len(request.prompt)}" if request.prompt else ""
            raise BudgetError(f"request {place} asks for at most {request.max_tokens} tokens, but a page needs {least}{told}; ask for more")
        return _Row(place, request, state, list(request.prompt), np.random.Generator(np.random.PCG64(request.seed)))

    def _run(self, rows: list[_Row[S]]) -> Iterator[tuple[int, Result]]:
        """Writes a batch of pages; rows that are finished leave it."""
        vocabulary = self.guide.vocabulary
        logits, arrays = self._prompted(rows)
        while rows:
            tokens = self._chosen(rows, logits)
            going = tokens != vocabulary.eos
            yield from ((row.place, _result(row)) for row, goes in zip(rows, going, strict=True) if not goes)
            rows = [row for row, goes in zip(rows, going, strict=True) if goes]
            tokens, arrays = tokens[going], tuple(array[going] for array in arrays)
            for row, token in zip(rows, tokens.tolist(), strict=True):
                row.state = self.guide.advance(row.state, token)
                row.ids.append(token)
            if rows:
                logits, arrays = self.step(tokens, arrays)

    def _prompted(self, rows: list[_Row[S]]) -> tuple[NDArray[np.floating], Arrays]:
        """Logits and state of each row after BOS and its prompt; rows with shorter prompts keep theirs while others are read."""
        logits, arrays = self.step(np.full(len(rows), self.guide.vocabulary.bos, dtype=np.int64), self.initial(len(rows)))
        for position in range(max(len(row.ids) for row in rows)):
            reading = np.array([index for index, row in enumerate(rows) if position < len(row.ids)])
            tokens = np.array([rows[index].ids[position] for index in reading], dtype=np.int64)
            new_logits, new_arrays = self.step(tokens, tuple(array[reading] for array in arrays))
            logits = _replaced(logits, reading, new_logits)
            arrays = tuple(_replaced(array, reading, new) for array, new in zip(arrays, new_arrays, strict=True))
        return logits, arrays

    def _chosen(self, rows: list[_Row[S]], logits: NDArray[np.floating]) -> NDArray[np.int64]:
        """(batch,) the next token of each row; adds to the rows' log-probabilities."""
        allowed = gathered(self.guide, [row.state for row in rows], (row.request.max_tokens - len(row.ids) for row in rows))
        counts = allowed.sum(axis=-1)
        if not counts.all():
            row = rows[int(counts.argmin())]
            raise DeadEndError(f"request {row.place} allows no token after {len(row.ids)}: the guide breaks its law")
        tokens: NDArray[np.int64] = allowed.argmax(axis=-1)  # right where a token is forced
        free = np.flatnonzero(counts > 1)
        if len(free):
            log_probs = allowed_log_probs(logits[free], allowed[free])
            uniforms = np.array([rows[index].generator.random() for index in free])
            tokens[free] = sample(log_probs, self.sampling, uniforms)
            for index, logprob in zip(free, log_probs[np.arange(len(free)), tokens[free]], strict=True):
                rows[index].logprob += float(logprob)
        return tokens


def _replaced(array: NDArray[Any], rows: NDArray[np.intp], new: NDArray[Any]) -> NDArray[Any]:
    if len(rows) == len(array):
        return new
    array = array.copy()
    array[rows] = new
    return array


def _result(row: _Row[Any]) -> Result:
    return Result(ids=tuple(row.ids), logprob=row.logprob, seed=row.request.seed)


def generate(
    step: Step,
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
