"""Token healing: a text that ends inside of a token → the tokens that may lie across its end.

What a text ends with is spelled by many sequences of tokens. All that matter are kept: each spells the text up to a border before or
at its end, and the next token must cover what is left, and more.
Laws: the starts of one beginning stand for disjoint sets of token sequences; the tokenizer's own sequence is among them, so a text that
the guide takes up can be continued; probabilities are those of the model among all that the guide allows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.guide import Guide
from htmlgen.decoding.sampling import allowed_log_probs
from htmlgen.decoding.search import Arrays, Initial, Step
from htmlgen.errors import PromptError
from htmlgen.markup.elements import DROPS_FIRST_LINE_FEED
from htmlgen.tokens.vocabulary import Kind, Vocabulary

S = TypeVar("S")
AMPLE: Final = 1 << 14  # tokens: a budget that forbids nothing
_KEPT: Final = 3  # sequences that spell a text up to the same border, the likeliest ones
_TEXT: Final = (Kind.TEXT, Kind.REFERENCE, Kind.BYTE)
_ENDS_START: Final = (Kind.CLOSE, Kind.QUOTE_CLOSE)
_NEVER_BARE: Final = frozenset(b" \t\n\f\r\"'=<>`")  # HTML Standard 13.1.2.3, unquoted attribute values


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a text was read as: settled tokens, and what those that follow must spell first."""

    ids: tuple[int, ...]  #: settled, without BOS
    residue: bytes = b""  #: the canonical spelling that the tokens after `ids` begin with
    path: tuple[int, ...] = ()  #: the tokenizer's tokens of the residue, as far as they are sure
    said: int = 0  #: bytes of the residue that stand in the text already
    lead: str = ""  #: what the text lacks before all else: the end of a character reference
    supplied: bytes = b""  #: end tags of elements that the text leaves to be understood: they are not written
    fresh: bool = False  #: the text ends in the start tag of a `pre`, whose first line feed is dropped
    bare: bool = False  #: the text ends in an unquoted value

    def written(self, spelled: bytes) -> bytes:
        """What is to be appended to the text, by what the tokens after `ids` spell."""
        text = self.lead.encode() + spelled[self.said :]
        tags = self.supplied.removesuffix(b">").split(b">") if self.supplied else []
        for end in range(len(tags), 0, -1):
            shown = b">".join([*tags[:end], b""])
            if text.endswith(shown):
                return text.removesuffix(shown)
        return text

    @property
    def unsaid(self) -> int:
        """Bytes of the residue that do not stand in the text: what must come next."""
        return len(self.residue) - self.said


@dataclass(slots=True)
class Start(Generic[S]):
    """A sequence of tokens that spells a residue up to a border."""

    beginning: Beginning
    state: S
    ids: tuple[int, ...]  #: after the beginning's
    owed: bytes  #: what the next token must spell, and go beyond what stands in the text of it
    score: float  #: log-probability of `ids`, in nats
    reading: "Reading"  #: the model's, after `ids`


#: logits (1, vocab), and the model's state with a batch of one
Reading = tuple[NDArray[np.floating], Arrays]


class Spellings:
    """What tokens spell, as bytes."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.texts = [bytes((token.byte,)) if token.byte >= 0 else token.text.encode("utf-8", "surrogatepass") for token in vocabulary]
        self._ids: dict[bytes, list[int]] = {}
        for index, text in enumerate(self.texts):
            self._ids.setdefault(text, []).append(index)
        self._covers: dict[tuple[bytes, int], NDArray[np.bool_]] = {(b"", 0): np.ones(len(self.texts), bool)}
        kinds = vocabulary.kinds
        special = np.array([bool(_NEVER_BARE & set(text)) for text in self.texts])
        self.never_bare = special & np.isin(kinds, _TEXT)

    def covers(self, owed: bytes, unsaid: int) -> NDArray[np.bool_]:
        """(vocab,) the tokens that spell `owed` and go beyond what stands in the text; `unsaid` bytes of it do not stand there."""
        key = (owed, unsaid)
        if key not in self._covers:
            said = len(owed) - unsaid
            self._covers[key] = np.array([len(text) > said and text.startswith(owed) for text in self.texts])
        return self._covers[key]

    def parts(self, owed: bytes) -> list[int]:
        """The tokens that spell the beginning of `owed`, or all of it."""
        return [index for end in range(1, len(owed) + 1) for index in self._ids.get(owed[:end], ())]

    def spelled(self, ids: tuple[int, ...], *, fresh: bool = False) -> bytes:
        """What tokens spell together. The line feed that begins a `pre` is written twice, as the parser drops the first."""
        found = bytearray()
        opened = ""
        for index in ids:
            token = self.vocabulary[index]
            if fresh and self.texts[index].startswith(b"\n"):
                found += b"\n"
            found += self.texts[index]
            if token.kind is Kind.OPEN:
                opened = token.name
            name = token.name if token.kind is Kind.START else opened if token.kind in _ENDS_START else ""
            fresh = name in DROPS_FIRST_LINE_FEED
        return bytes(found)


class Healer(Generic[S]):
    """A model and a guide, read up to where a text ends."""

    def __init__(self, step: Step, initial: Initial, guide: Guide[S], spellings: Spellings) -> None:
        self._step, self._initial, self._guide, self._spellings = step, initial, guide, spellings

    def starts(self, beginnings: list[Beginning]) -> list[Start[S]]:
        """All starts of all beginnings that the guide takes up. Raises: PromptError, the first beginning's, if it takes up none."""
        states = [self._replayed(beginning) for beginning in beginnings]
        if refusals := [state for state in states if isinstance(state, PromptError)]:
            if len(refusals) == len(states):
                raise refusals[0]
            kept = [index for index, state in enumerate(states) if not isinstance(state, PromptError)]
            beginnings, states = [beginnings[index] for index in kept], [states[index] for index in kept]
        readings = self._readings(beginnings)
        found: list[Start[S]] = []
        for beginning, state, reading in zip(beginnings, states, readings, strict=True):
            assert not isinstance(state, PromptError)
            found += self._healed(Start(beginning, state, (), beginning.residue, 0.0, reading))
        return found

    def _replayed(self, beginning: Beginning) -> S | PromptError:
        try:
            state = self._guide.start()
            for token in beginning.ids:
                state = self._guide.advance(state, token)
        except PromptError as error:
            return error
        return state

    def _readings(self, beginnings: list[Beginning]) -> list[Reading]:
        """What the model says after each; what they have in common is read once."""
        bos = self._guide.vocabulary.bos
        known: dict[tuple[int, ...], Reading] = {(): self._step(np.array([bos]), self._initial(1))}
        shared = _common([beginning.ids for beginning in beginnings])
        for beginning in beginnings:
            self._read(beginning.ids, shared, known)
        return [known[beginning.ids] for beginning in beginnings]

    def _read(self, ids: tuple[int, ...], shared: int, known: dict[tuple[int, ...], Reading]) -> None:
        """Reads ids, and remembers each reading from the shared ids on."""
        done = max(length for length in {0, *range(shared, len(ids) + 1)} if ids[:length] in known)
        reading = known[ids[:done]]
        for length in range(done + 1, len(ids) + 1):
            reading = self._after(reading, ids[length - 1])
            if length >= shared:
                known[ids[:length]] = reading

    def _after(self, reading: Reading, token: int) -> Reading:
        return self._step(np.array([token]), reading[1])

    def _healed(self, first: Start[S]) -> list[Start[S]]:
        """The starts of one beginning, the longest owed first."""
        found: list[Start[S]] = []
        waiting: dict[int, list[tuple[float, bool, tuple[int, ...], Callable[[], Start[S] | None]]]] = {}
        waiting[len(first.owed)] = [(0.0, True, (), lambda: first)]
        for length in range(len(first.owed), -1, -1):
            level = sorted(waiting.pop(length, []), key=lambda each: (not each[1], -each[0], each[2]))
            for score, own, _, made in level[:_KEPT]:
                start = made()
                if start is None:
                    continue
                found.append(start)
                for token, after in self._parts(start, own).items():
                    rest = len(start.owed) - len(self._spellings.texts[token])
                    along = own and (*start.ids, token) == first.beginning.path[: len(start.ids) + 1]
                    waiting.setdefault(rest, []).append((score + after, along, (*start.ids, token), self._later(start, token, after)))
        return found

    def _parts(self, start: Start[S], own: bool) -> dict[int, float]:
        """The tokens that spell a part of what is owed, with their log-probabilities; the tokenizer's own, be it allowed or not."""
        allowed = self._guide.allowed(start.state, AMPLE)
        path = start.beginning.path
        tokens = [token for token in self._spellings.parts(start.owed[: len(start.owed) - start.beginning.unsaid]) if allowed[token]]
        if own and len(start.ids) < len(path) and path[len(start.ids)] not in tokens:
            tokens.append(path[len(start.ids)])
            allowed = allowed.copy()
            allowed[tokens[-1]] = True
        if not tokens:
            return {}
        log_probs = allowed_log_probs(start.reading[0], allowed[None])[0]
        return {token: float(log_probs[token]) for token in tokens}

    def _later(self, start: Start[S], token: int, after: float) -> Callable[[], Start[S] | None]:
        def made() -> Start[S] | None:
            try:
                state = self._guide.advance(start.state, token)
            except PromptError:
                return None
            owed = start.owed[len(self._spellings.texts[token]) :]
            return Start(start.beginning, state, (*start.ids, token), owed, start.score + after, self._after(start.reading, token))

        return made


def _common(sequences: list[tuple[int, ...]]) -> int:
    """How many ids all sequences begin with alike."""
    first, last = min(sequences), max(sequences)
    return next((place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), min(len(first), len(last)))


def first_mask(guide: Guide[Any], spellings: Spellings, start: Start[Any], budget: int) -> NDArray[np.bool_]:
    """(vocab,) the tokens that may come next: allowed within a budget, and covering what is owed."""
    mask: NDArray[np.bool_] = guide.allowed(start.state, budget) & spellings.covers(start.owed, start.beginning.unsaid)
    return mask
