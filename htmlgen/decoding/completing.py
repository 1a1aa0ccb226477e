"""PAGE'S BEGINNING → its likeliest continuations, from wherever it breaks off.

Laws: the text stays as it is, a continuation is what is appended; the same text and settings give the same continuations; each is
one that the guide allows.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from htmlgen.decoding.beam import Beam, BeamConfig, Continuation
from htmlgen.decoding.beginnings import beginnings
from htmlgen.decoding.guide import Guide
from htmlgen.decoding.healing import AMPLE, Beginning, Healer, Spellings, Start, first_mask
from htmlgen.decoding.search import Initial, Step
from htmlgen.decoding.stopping import Goal
from htmlgen.errors import ConfigError, PromptError
from htmlgen.markup.cutting import DOCTYPE, Cut, Inside, borders, cut, position, respelled
from htmlgen.tokens.tokenizer import Tokenizer

_SHOWN: Final = 10  # tokens named in a refusal


@dataclass(frozen=True, slots=True)
class Completion:
    """A continuation: prefix + text is the page so far. `str(completion)` is the text."""

    text: str  #: what is to be appended to the prefix
    logprob: float  #: natural logarithm of its probability, given the prefix, as far as it was found, among all that the guide allows
    tokens: int  #: of the continuation
    finished: bool  #: False where the budget broke it off
    valid: bool  #: True if prefix and text, read again, are the beginning of a page that the guide takes up; if asked for, a whole page

    def __str__(self) -> str:
        return self.text

    @property
    def bits(self) -> float:
        """The information of the continuation."""
        return abs(self.logprob) / math.log(2)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        names = ("logprob", "bits", "tokens", "finished", "valid")
        return {"continuation": self.text, **{name: getattr(self, name) for name in names}}


class Completer:
    """A model and a guide that complete texts; keeps no state between calls but what it has computed."""

    def __init__(self, step: Step, initial: Initial, guide: Guide[Any], tokenizer: Tokenizer) -> None:
        self._step, self._initial, self._guide, self._tokenizer = step, initial, guide, tokenizer
        self._spellings = Spellings(guide.vocabulary)
        self._healer = Healer(step, initial, guide, self._spellings)
        self._documents = bool(guide.allowed(guide.start(), AMPLE)[guide.vocabulary.id(DOCTYPE)])

    def complete(self, text: str, n: int, *, whole: bool, max_tokens: int, config: BeamConfig) -> list[Completion]:
        """At most n continuations, the likeliest first; those that the budget breaks off come last.

        Args: text, a page's beginning; whole, True for continuations to the page's end, False for those to the end of what is being
        written; max_tokens, of a continuation.
        Raises: ConfigError; PromptError, if no page begins so; BudgetError, if a whole page needs more tokens.
        """
        for name, value in (("n", n), ("max_tokens", max_tokens)):
            if value < 1:
                raise ConfigError(f"{name} must be at least 1, got {value}")
        begun = cut(text)
        starts = self._starts(begun)
        goal = Goal.PAGE if whole else Goal.CONTENT if begun.inside is Inside.CONTENT else Goal.TAG
        found = Beam(self._step, self._guide, self._spellings, config).search(starts, n, goal, max_tokens)
        return [self._completion(begun, each, whole) for each in found]

    def _completion(self, begun: Cut, found: Continuation, whole: bool) -> Completion:
        text = respelled(begun, found.text.decode("utf-8", "strict" if found.finished else "ignore"))
        valid = self._is_valid(begun.text + text, whole and found.finished)
        return Completion(text, min(0.0, found.logprob), found.tokens, found.finished, valid)

    def _is_valid(self, text: str, whole: bool, *, forgiving: bool = False) -> bool:
        """Whether a text, read from its first character on, is taken up, and as a whole page if it is to be one."""
        try:
            again = cut(text)
            read = beginnings(again, self._tokenizer, self._spellings, documents=self._documents, forgiving=forgiving)
        except PromptError:
            return False
        return any(self._takes(beginning, again, whole) for beginning in read)

    def _takes(self, beginning: Beginning, begun: Cut, whole: bool) -> bool:
        """Whether the guide takes up a beginning, and what stands in it may be the whole page."""
        try:
            state = self._guide.start()
            for token in (*beginning.ids, *beginning.path):
                state = self._guide.advance(state, token)
        except PromptError:
            return False
        if not whole:
            return True
        for name in re.findall(r"</\w+>", beginning.supplied.decode()):
            state = self._guide.advance(state, self._guide.vocabulary.id(name))
        return begun.place == len(begun.text) and self._guide.finished(state)

    # Refusals -------------------------------------------------------------------------------------------------------------------

    def _starts(self, begun: Cut) -> list[Start[Any]]:
        """The starts that something may follow. Raises: PromptError, saying where and what could be there."""
        try:
            found = self._healed(begun, forgiving=False)
        except PromptError:
            try:
                found = self._healed(begun, forgiving=True)
            except PromptError as error:
                raise PromptError(f"{position(begun.text, self._refused(begun))}: {error}") from error
        usable = [start for start in found if first_mask(self._guide, self._spellings, start, AMPLE).any()]
        if not usable:
            raise PromptError(f"{position(begun.text, begun.place)}: {self._nothing(begun, found)}")
        return usable

    def _healed(self, begun: Cut, *, forgiving: bool) -> list[Start[Any]]:
        read = beginnings(begun, self._tokenizer, self._spellings, documents=self._documents, forgiving=forgiving)
        return self._healer.starts(read)

    def _refused(self, begun: Cut) -> int:
        """Where the first construct begins with which a text is refused."""
        ends = [0, *borders(begun.text)]
        first = bisect_left(range(len(ends)), True, key=lambda index: not self._is_valid(begun.text[: ends[index]], False, forgiving=True))
        return ends[max(0, first - 1)]

    def _nothing(self, begun: Cut, found: Sequence[Start[Any]]) -> str:
        """Why nothing covers what is owed: what could stand where it begins."""
        least = min(found, key=lambda start: len(start.ids) and len(start.owed))
        could = np.flatnonzero(self._guide.allowed(least.state, AMPLE))
        texts = [self._guide.vocabulary[int(index)].text for index in could]
        alike = re.compile(r"</" if begun.inside is Inside.END else r"<(?!/)" if begun.start and not begun.start.whole_name else r" .*=")
        texts = [text for text in texts if alike.match(text)] or texts
        examples = ", ".join(text.strip() for text in texts[:_SHOWN])
        return f"nothing that may stand here begins with {(begun.rest or begun.whole[-20:])!r}; what could: {examples or 'nothing'}"
