"""Beam search: the likeliest continuations of a text, or as many drawn without replacement.

Laws: the same starts and settings give the same continuations; each is one that the guide allows; those that are written alike are one,
of their probabilities together; none takes more tokens than asked for.
Source: beams that are drawn, Kool et al. 2019, arXiv:1903.06059: the best of scores with Gumbel noise are a sample without replacement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.guide import Guide
from htmlgen.decoding.healing import AMPLE, Beginning, Spellings, Start, first_mask
from htmlgen.decoding.sampling import allowed_log_probs
from htmlgen.decoding.search import Step
from htmlgen.decoding.stopping import Goal, Progress, Verdict, moved
from htmlgen.errors import BudgetError, ConfigError, DeadEndError
from htmlgen.tokens.vocabulary import Kind

S = TypeVar("S")
Floats = NDArray[np.floating]
_SLACK: Final = 8  # tokens more than the fewest, where a continuation heads for the end
_ENDERS: Final = (Kind.END, Kind.CLOSE, Kind.QUOTE, Kind.QUOTE_CLOSE)


@dataclass(frozen=True, kw_only=True)
class BeamConfig:
    """How continuations are searched for."""

    width: int = 8  #: continuations that are followed at a time; as many again of those that have just ended a tag or a value
    temperature: float = 0.0  #: 0 takes the likeliest; above, they are drawn, the wilder the higher
    seed: int = 0  #: of what is drawn

    def __post_init__(self) -> None:
        for name, fits, range_ in (
            ("width", self.width >= 1, "at least 1"),
            ("temperature", 0 <= self.temperature < float("inf"), "a number from 0"),
            ("seed", self.seed >= 0, "a whole number from 0"),
        ):
            if not fits:
                raise ConfigError(f"{name} must be {range_}, got {getattr(self, name)}")


@dataclass(slots=True)
class Continuation:
    """What is to be appended to a text."""

    beginning: Beginning
    ids: tuple[int, ...]  #: after the beginning's
    tokens: int  #: those that were chosen, after the end of the text
    text: bytes  #: in canonical spelling; perhaps with a character broken off, if it is not finished
    logprob: float  #: given the text, in nats
    finished: bool


@dataclass(slots=True)
class _Row(Generic[S]):
    """A continuation under way."""

    beginning: Beginning
    state: S
    ids: tuple[int, ...]
    score: float  # log-probability in nats
    tempered: float  # the same at the temperature
    key: float  # what rows are ranked by
    room: int  # tokens that may still be taken
    budget: int  # tokens in which the page must be able to end
    progress: Progress = field(default_factory=Progress)
    bare: bool = False  # in an unquoted value


@dataclass
class _Found:
    """Continuations by what they write."""

    by_text: dict[bytes, Continuation] = field(default_factory=dict)
    keys: dict[bytes, float] = field(default_factory=dict)

    def add(self, one: Continuation, key: float) -> None:
        other = self.by_text.get(one.text)
        if other is None:
            self.by_text[one.text], self.keys[one.text] = one, key
            return
        other.logprob = float(np.logaddexp(other.logprob, one.logprob))
        self.keys[one.text] = max(self.keys[one.text], key)

    def best(self, n: int) -> list[Continuation]:
        """The n of the best keys, the likeliest first."""
        kept = sorted(self.by_text, key=lambda text: (-self.keys[text], text))[:n]
        return sorted((self.by_text[text] for text in kept), key=lambda one: (-one.logprob, one.text))

    def enough(self, n: int, best: float) -> bool:
        """True if no row of a key up to `best` can come among the n best."""
        keys = sorted(self.keys.values(), reverse=True)
        return len(keys) >= n and keys[n - 1] >= best


class Beam(Generic[S]):
    """A model's step, a guide, and how to search."""

    def __init__(self, step: Step, guide: Guide[S], spellings: Spellings, config: BeamConfig) -> None:
        self._step, self._guide, self._spellings, self._config = step, guide, spellings, config
        self._ends = np.isin(guide.vocabulary.kinds, _ENDERS)
        self._enders = np.append(np.flatnonzero(self._ends), guide.vocabulary.eos)
        self._noise = np.random.Generator(np.random.PCG64(config.seed))

    def search(self, starts: Sequence[Start[S]], n: int, goal: Goal, max_tokens: int) -> list[Continuation]:
        """At most n continuations, the likeliest first: those that reach their goal before those that the budget breaks off.

        Where none reaches its goal, those are searched that head for the page's end: a model that repeats itself does not get there.
        Raises: BudgetError, if a page is asked for that needs more tokens; DeadEndError, if nothing covers what is owed.
        """
        if goal is Goal.PAGE:
            return self._searched(starts, n, goal, [max_tokens] * len(starts), max_tokens)[0]
        found, broken = self._searched(starts, n, goal, [AMPLE] * len(starts), max_tokens)
        if not found:
            hasty = [start for start in starts if first_mask(self._guide, self._spellings, start, self._hasty(start)).any()]
            found = self._searched(hasty, n, goal, list(map(self._hasty, hasty)), max_tokens)[0] if hasty else []
        return [*found, *broken[: n - len(found)]]

    def _hasty(self, start: Start[S]) -> int:
        return self._guide.least_cost(start.state) + _SLACK

    def _searched(
        self, starts: Sequence[Start[S]], n: int, goal: Goal, budgets: Sequence[int], max_tokens: int
    ) -> tuple[list[Continuation], list[Continuation]]:
        """Continuations that reach their goal, and that do not."""
        logits = np.concatenate([start.reading[0] for start in starts])
        pairs = zip(starts, budgets, strict=True)
        masks = np.stack([first_mask(self._guide, self._spellings, start, budget) for start, budget in pairs])
        self._check(starts, masks, goal, max_tokens)
        rows = [
            _Row(each.beginning, each.state, each.ids, each.score, each.score, 0.0, max_tokens, budget)
            for each, budget in zip(starts, budgets, strict=True)
        ]
        arrays = tuple(np.concatenate(parts) for parts in zip(*(start.reading[1] for start in starts), strict=True))
        log_probs = self._first(rows, logits, masks)
        ended, broken = _Found(), _Found()
        while True:
            rows, parents = self._extended(rows, log_probs, goal, (ended, broken), n, max_tokens)
            if not rows or ended.enough(n, max(row.key for row in rows)):
                return ended.best(n), broken.best(n)
            logits, arrays = self._step(np.array([row.ids[-1] for row in rows]), tuple(array[parents] for array in arrays))
            log_probs = allowed_log_probs(logits, np.stack([self._mask(row) for row in rows]))

    def _check(self, starts: Sequence[Start[S]], masks: NDArray[np.bool_], goal: Goal, max_tokens: int) -> None:
        if masks.any():
            return
        ample = [(start, np.flatnonzero(first_mask(self._guide, self._spellings, start, AMPLE))) for start in starts]
        if goal is not Goal.PAGE or not any(len(tokens) for _, tokens in ample):
            raise DeadEndError("nothing that may come here continues the text")
        least = min(1 + self._guide.least_cost(self._guide.advance(start.state, int(token))) for start, tokens in ample for token in tokens)
        raise BudgetError(f"the page needs at least {least} tokens more, and may have {max_tokens}; ask for more")

    def _first(self, rows: list[_Row[S]], logits: Floats, masks: NDArray[np.bool_]) -> Floats:
        """Log-probabilities of the first tokens, given that the text is as it is."""
        guided = np.stack([self._guide.allowed(row.state, AMPLE) for row in rows])
        log_probs = np.where(masks, allowed_log_probs(logits, guided | masks), -np.inf)
        each = np.array([row.score for row in rows]) + np.logaddexp.reduce(log_probs, axis=1)
        whole = float(np.logaddexp.reduce(each))
        for row, noise in zip(rows, self._gumbel(len(rows)), strict=True):
            row.score -= whole
            row.tempered = row.score / self._config.temperature if self._config.temperature else row.score
            row.key, row.bare = row.tempered + noise, row.beginning.bare
        return log_probs

    def _gumbel(self, count: int) -> Floats:
        return self._noise.gumbel(size=count) if self._config.temperature else np.zeros(count)

    def _mask(self, row: _Row[S]) -> NDArray[np.bool_]:
        mask = self._guide.allowed(row.state, row.budget)
        if row.bare and (plain := mask & ~self._spellings.never_bare).any():
            return plain
        return mask

    def _extended(
        self, rows: list[_Row[S]], log_probs: Floats, goal: Goal, found: tuple[_Found, _Found], n: int, max_tokens: int
    ) -> tuple[list[_Row[S]], list[int]]:
        """The best rows that are longer by a token, and the places of those that they extend; what ends is added to `found`."""
        ended, broken = found
        tempered, keys = self._keys(rows, log_probs)
        width = max(self._config.width, n)
        free = {False: width, True: width}  # what has just ended a construct has places of its own, or none would survive
        kept: list[_Row[S]] = []
        parents: list[int] = []
        for place, token in self._candidates(keys, 2 * width):
            row = self._longer(rows[place], token, float(log_probs[place, token]))
            row.tempered, row.key = float(tempered[place, token]), float(keys[place, token])
            progress, verdict = moved(goal, row.progress, self._guide.vocabulary[token])
            row.progress = progress
            if verdict is Verdict.BEFORE:
                row.ids, row.room = row.ids[:-1], row.room + 1
            if verdict is not Verdict.ON:
                done = self._continuation(row, max_tokens, finished=True)
                (ended if done.text or goal is Goal.PAGE else broken).add(done, row.key)  # an editor has no use for nothing
            elif row.room == 0 and goal is not Goal.PAGE:
                broken.add(self._continuation(row, max_tokens, finished=False), row.key)
            elif free[ends := bool(self._ends[token])]:
                free[ends] -= 1
                row.state = self._guide.advance(row.state, token)
                kept.append(row)
                parents.append(place)
        return kept, parents

    def _candidates(self, keys: Floats, count: int) -> list[tuple[int, int]]:
        """(row, token) of the best keys, best first, and of all that may end a row: few would be among the best of so many."""
        flat = keys.ravel()
        best = np.argpartition(-flat, count)[:count] if count < len(flat) else np.arange(len(flat))
        ends = np.flatnonzero(keys[:, self._enders] > -np.inf)
        ends = ends // len(self._enders) * keys.shape[1] + self._enders[ends % len(self._enders)]
        chosen = np.union1d(best, ends)
        chosen = chosen[np.lexsort((chosen, -flat[chosen]))]  # lower rows and tokens first among equals
        return [divmod(int(index), keys.shape[1]) for index in chosen if flat[index] > -np.inf]

    def _longer(self, row: _Row[S], token: int, logprob: float) -> _Row[S]:
        bare = row.bare and b'"' not in self._spellings.texts[token]
        ids = (*row.ids, token)
        return _Row(row.beginning, row.state, ids, row.score + logprob, 0.0, 0.0, row.room - 1, row.budget - 1, row.progress, bare)

    def _keys(self, rows: list[_Row[S]], log_probs: Floats) -> tuple[Floats, Floats]:
        """(rows, vocab) tempered log-probabilities and keys: with Gumbel noise, the largest of a row's is the row's own key."""
        before = np.array([row.tempered for row in rows])[:, None]
        if not self._config.temperature:
            tempered = before + log_probs
            return tempered, tempered
        scaled = log_probs / self._config.temperature
        tempered = before + scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        noisy = tempered + self._noise.gumbel(size=tempered.shape)
        largest = noisy.max(axis=1, keepdims=True)
        limit = np.array([row.key for row in rows])[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = limit - noisy + np.log1p(-np.exp(noisy - largest))
            keys = limit - np.maximum(0, gap) - np.log1p(np.exp(-np.abs(gap)))
        return tempered, np.where(np.isfinite(log_probs), np.where(noisy == largest, limit, keys), -np.inf)

    def _continuation(self, row: _Row[S], max_tokens: int, *, finished: bool) -> Continuation:
        spelled = self._spellings.spelled(row.ids, fresh=row.beginning.fresh)
        return Continuation(row.beginning, row.ids, max_tokens - row.room, row.beginning.written(spelled), row.score, finished)
