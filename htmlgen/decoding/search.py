"""The decoding loop: a model, a guide and seeds → pages' ids. The model is a function; nothing here knows what is behind it.

Laws: a request's ids depend on its seed, prompt and budget alone, not on the batch it runs in, nor on the lanes; every result is what
the guide calls finished, within its budget; one uniform number is drawn for each token that is chosen, none for one that is forced.

Rows run in lanes: while the model steps one lane in a thread of its own, the tokens of another are chosen. Guide and sampler are only
ever used by the thread that asks for results.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.guide import Guide
from htmlgen.decoding.sampling import Choice, Choices, Sampler, SamplingConfig
from htmlgen.decoding.temperatures import ClassTempering
from htmlgen.errors import BudgetError, ConfigError, DeadEndError, PromptError

Arrays = tuple[NDArray[Any], ...]
#: ids (batch,) int64, the latest token of each row; state, arrays with the batch first → logits (batch, vocab) float; the state after.
#: With more than one lane it is called from several threads at a time.
Step = Callable[[NDArray[np.int64], Arrays], tuple[NDArray[np.floating], Arrays]]
#: batch → the model's state before any token
Initial = Callable[[int], Arrays]
S = TypeVar("S")
_FEWEST: Final = 4  # rows of a lane: with fewer, a step of all rows at once is cheaper


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


class _Lane(Generic[S]):
    """Rows that are stepped together, and the step that is under way."""

    def __init__(self, rows: list[_Row[S]], bos: int, initial: Initial) -> None:
        self.rows: list[_Row[S]] = []
        self.tokens = np.zeros(0, dtype=np.int64)
        self.arrays = initial(0)
        self.stepped: Callable[[], tuple[NDArray[np.floating], Arrays]]  # waits for the step under way
        self._bos, self._initial = bos, initial
        self.enter(rows)

    def enter(self, rows: list[_Row[S]]) -> None:
        """Rows that begin."""
        if rows:
            self.rows = self.rows + rows
            self.tokens = np.concatenate([self.tokens, np.full(len(rows), self._bos)])
            self.arrays = tuple(np.concatenate(pair) for pair in zip(self.arrays, self._initial(len(rows)), strict=True))

    def leave(self, going: NDArray[np.bool_]) -> list[_Row[S]]:
        """Keeps the rows that go on. Returns: the others."""
        left = [row for row, goes in zip(self.rows, going, strict=True) if not goes]
        self.rows = [row for row, goes in zip(self.rows, going, strict=True) if goes]
        self.tokens, self.arrays = self.tokens[going], tuple(array[going] for array in self.arrays)
        return left


@dataclass(frozen=True)
class Search(Generic[S]):
    """How pages are written: a model's `step` and `initial`, a guide, a way to draw, and the rows that run at a time."""

    step: Step
    initial: Initial
    guide: Guide[S]
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    batch: int = 64  #: rows at most that run at a time, in all lanes together
    lanes: int = 1  #: steps at most that are under way at a time, each in a thread; where it is 1, no thread is started

    def __post_init__(self) -> None:
        for name in ("batch", "lanes"):
            if (value := getattr(self, name)) < 1:
                raise ConfigError(f"{name} must be at least 1, got {value}")

    def finishing(self, requests: Iterable[Request]) -> Iterator[tuple[int, Result]]:
        """Results as they are finished, each with its place among the requests; the next request takes the place of a finished one.

        Raises: BudgetError, PromptError, when a request that cannot be met is taken up.
        """
        waiting = (self._row(place, request) for place, request in enumerate(requests))
        first = list(islice(waiting, self.batch))
        count = max(1, min(self.lanes, len(first) // _FEWEST))
        lanes = [_Lane(first[number::count], self.guide.vocabulary.bos, self.initial) for number in range(count)]
        run = _Run(self.guide, self.sampling)
        with ThreadPoolExecutor(count, thread_name_prefix="step") as pool:  # starts a thread when it is given work
            begin = partial(_begin, self.step, pool if count > 1 else None)
            for lane in lanes:
                begin(lane)
            while lanes := [lane for lane in lanes if lane.rows]:
                for lane in lanes:
                    finished = run.moved(lane)
                    lane.enter(list(islice(waiting, len(finished))))
                    begin(lane)
                    yield from ((row.place, _result(row)) for row in finished)

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


def _begin(step: Step, pool: ThreadPoolExecutor | None, lane: _Lane[Any]) -> None:
    """Begins a lane's next step; without a pool it is made when it is waited for."""
    if lane.rows:
        lane.stepped = partial(step, lane.tokens, lane.arrays) if pool is None else pool.submit(step, lane.tokens, lane.arrays).result


class _Run(Generic[S]):
    """What one run of a search chooses tokens with."""

    def __init__(self, guide: Guide[S], sampling: SamplingConfig) -> None:
        self._guide, self._sampling = guide, sampling
        self._choices = Choices()
        self._sampler: Sampler | None = None
        self._tempering = ClassTempering(sampling.by_class, guide.vocabulary) if sampling.by_class is not None else None

    def moved(self, lane: _Lane[S]) -> list[_Row[S]]:
        """Waits for the lane's step and gives each row its next token. Returns: the rows that are finished, which leave the lane."""
        logits, lane.arrays = lane.stepped()
        lane.tokens = self._next(lane.rows, logits)
        going = lane.tokens != self._guide.vocabulary.eos
        return [] if going.all() else lane.leave(going)

    def _next(self, rows: list[_Row[S]], logits: NDArray[np.floating]) -> NDArray[np.int64]:
        """(batch,) the next token of each row: of its prompt, forced, or drawn; its guide moves on with it."""
        tokens = [row.request.prompt[row.read] if row.read < len(row.request.prompt) else -1 for row in rows]
        writing = [place for place, token in enumerate(tokens) if token < 0]
        choices = [self._choice(rows[place]) for place in writing]
        free = [place for place, choice in zip(writing, choices, strict=True) if choice.size > 1]
        for place, choice in zip(writing, choices, strict=True):
            tokens[place] = choice.first
        if free:
            drawn, logprobs = self._draw([rows[place] for place in free], [logits[place] for place in free], choices)
            for place, token, logprob in zip(free, drawn, logprobs, strict=True):
                tokens[place] = token
                rows[place].logprob += logprob
        for row in rows:
            row.read += 1
        for place in writing:
            self._move(rows[place], tokens[place])
        return np.array(tokens, dtype=np.int64)

    def _choice(self, row: _Row[S]) -> Choice:
        choice = self._choices.of(self._guide.allowed(row.state, row.request.max_tokens - len(row.ids)))
        if not choice.size:
            raise DeadEndError(f"request {row.place} allows no token after {len(row.ids)}: the guide breaks its law")
        return choice

    def _draw(self, rows: list[_Row[S]], logits: list[NDArray[np.floating]], choices: list[Choice]) -> tuple[list[int], list[float]]:
        if self._sampler is None:
            self._sampler = Sampler(self._sampling, len(logits[0]), logits[0].dtype.type, self._tempering)
        in_tag = [self._tempering.in_tag(row.ids) for row in rows] if self._tempering is not None else []
        uniforms = [row.generator.random() for row in rows]
        return self._sampler.draw(logits, [choice for choice in choices if choice.size > 1], uniforms, in_tag)

    def _move(self, row: _Row[S], token: int) -> None:
        if token != self._guide.vocabulary.eos:
            row.state = self._guide.advance(row.state, token)
            row.ids.append(token)


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
