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
    read: int = 0  # tokens that the model has been given, BOS aside
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
        """Results as they are finished, each with its place among the requests; the next request takes the place of a finished one.

        Raises: BudgetError, PromptError, when a request that cannot be met is taken up.
        """
        waiting = (self._row(place, request) for place, request in enumerate(requests))
        bos, eos = self.guide.vocabulary.bos, self.guide.vocabulary.eos
        rows, tokens, arrays = list[_Row[S]](), np.zeros(0, dtype=np.int64), self.initial(0)
        while True:
            if entering := list(islice(waiting, self.batch - len(rows))):
                rows += entering
                tokens = np.concatenate([tokens, np.full(len(entering), bos)])
                arrays = tuple(np.concatenate(pair) for pair in zip(arrays, self.initial(len(entering)), strict=True))
            if not rows:
                return
            logits, arrays = self.step(tokens, arrays)
            tokens = self._next(rows, logits)
            going = tokens != eos
            if not going.all():
                yield from ((row.place, _result(row)) for row, goes in zip(rows, going, strict=True) if not goes)
                rows = [row for row, goes in zip(rows, going, strict=True) if goes]
                tokens, arrays = tokens[going], tuple(array[going] for array in arrays)

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

    def _next(self, rows: list[_Row[S]], logits: NDArray[np.floating]) -> NDArray[np.int64]:
        """(batch,) the next token of each row: of its prompt, or one that is chosen, with which its guide moves on."""
        tokens = np.array([row.request.prompt[row.read] if row.read < len(row.request.prompt) else -1 for row in rows], dtype=np.int64)
        writing = np.flatnonzero(tokens < 0)
        for row in rows:
            row.read += 1
        if len(writing):
            authors = [rows[index] for index in writing]
            tokens[writing] = self._chosen(authors, logits if len(writing) == len(rows) else logits[writing])
            for row, token in zip(authors, tokens[writing].tolist(), strict=True):
                if token != self.guide.vocabulary.eos:
                    row.state = self.guide.advance(row.state, token)
                    row.ids.append(token)
        return tokens

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
