"""EVENTS → BATCHES: pages as one array of ids, cut into lanes that a model reads side by side, state carried from batch to batch."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.guide import Guide
from htmlgen.errors import BundleCorruptError, InputError, PromptError
from htmlgen.files import write_atomically
from htmlgen.markup.events import Event
from htmlgen.tokens.context import Reading
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Vocabulary

Ids = NDArray[np.int32]
_ENDLESS: Final = 1 << 20  # a budget that forbids nothing
_KNOWN: Final = 4096  # masks that are recognised by being the very same array


@dataclass(frozen=True)
class TokenPages:
    """Pages as ids, each from BOS to EOS, one after the other, with what a model sees beside each id, and what may follow it."""

    ids: Ids  #: (tokens,)
    starts: NDArray[np.int64]  #: (pages + 1,), where each page starts, and the end
    bytes: int  #: UTF-8 bytes of the canonical pages
    features: NDArray[np.int16]  #: (tokens, features), the context after each id
    masks: NDArray[np.int32]  #: (tokens,) which row of `allowed` says what may come after each id
    allowed: NDArray[np.uint8]  #: (masks, ceil(vocab / 8)) bits of the tokens that may come, as numpy.packbits packs them; row 0 is all

    def save(self, path: Path) -> None:
        """Writes the pages, whole or not at all."""
        arrays = {"ids": self.ids, "starts": self.starts, "features": self.features, "masks": self.masks, "allowed": self.allowed}
        with write_atomically(path) as stream:
            np.savez_compressed(stream, bytes=np.int64(self.bytes), **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> "TokenPages":
        """Raises: BundleCorruptError."""
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in ("ids", "starts", "features", "masks", "allowed")}
                return cls(bytes=int(archive["bytes"]), **arrays)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise BundleCorruptError(f"{path}: not the pages of a training run: {error}; start anew without --resume") from error

    @classmethod
    def encode(cls, pages: Iterable[tuple[Sequence[Event], int]], tokenizer: Tokenizer, guide: Guide[Any] | None = None) -> "TokenPages":
        """Args: pages, the events of each and the UTF-8 bytes of its canonical text; guide, the rules that say what may follow; from a
        token that they refuse to its page's end, and without a guide, anything may.

        Raises: InputError, if no page has any content.
        """
        vocabulary, reading = tokenizer.vocabulary, Reading(tokenizer.vocabulary)
        masks = _Masks(len(vocabulary))
        ids, features, allowed, size = list[Ids](), list[NDArray[np.int16]](), list[Ids](), 0
        for events, count in pages:
            if events:
                page = [vocabulary.bos, *tokenizer.encode(events), vocabulary.eos]
                ids.append(np.array(page, dtype=np.int32))
                features.append(reading.features(page))
                allowed.append(masks.along(guide, page))
                size += count
        if not ids:
            raise InputError("none of the pages has any content left after cleaning")
        starts = np.cumsum([0, *(len(array) for array in ids)], dtype=np.int64)
        return cls(np.concatenate(ids), starts, size, np.concatenate(features), np.concatenate(allowed), masks.table())

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rows(self) -> list[list[int]]:
        """The ids of each page, without BOS and EOS."""
        return [self.ids[start + 1 : end - 1].tolist() for start, end in zip(self.starts[:-1], self.starts[1:], strict=True)]

    def places(self, order: Sequence[int] | NDArray[Any]) -> NDArray[np.int64]:
        """Where the tokens of those pages are, page after page."""
        return np.concatenate([np.arange(self.starts[page], self.starts[page + 1]) for page in order])


class _Masks:
    """Masks met so far, each once."""

    def __init__(self, size: int) -> None:
        self._rows = {np.packbits(np.ones(size, dtype=bool)).tobytes(): 0}
        self._known: dict[int, tuple[NDArray[np.bool_], int]] = {}

    def along(self, guide: Guide[Any] | None, page: Sequence[int]) -> Ids:
        """(tokens,) the number of the mask after each token."""
        numbers = np.zeros(len(page), dtype=np.int32)
        if guide is None:
            return numbers
        state = guide.start()
        try:
            for place, token in enumerate(page[1:]):
                mask = guide.allowed(state, _ENDLESS)
                if not mask[token]:
                    break
                numbers[place] = self._number(mask)
                if token != guide.vocabulary.eos:
                    state = guide.advance(state, token)
        except PromptError:
            pass  # the rules refuse what comes next: from here on, anything may
        return numbers

    def _number(self, mask: NDArray[np.bool_]) -> int:
        if (known := self._known.get(id(mask))) is not None and known[0] is mask:
            return known[1]
        if len(self._known) >= _KNOWN:
            self._known.clear()
        number = self._rows.setdefault(np.packbits(mask).tobytes(), len(self._rows))
        self._known[id(mask)] = (mask, number)
        return number

    def table(self) -> NDArray[np.uint8]:
        """(masks, ceil(vocab / 8)) all masks as bits."""
        return np.frombuffer(b"".join(self._rows), dtype=np.uint8).reshape(len(self._rows), -1)


def lanes(places: NDArray[Any], batch: int) -> NDArray[Any]:
    """(batch, places // batch): the stream cut into equally long lanes; what is left over is dropped."""
    if len(places) < 2 * batch:
        return lanes(np.tile(places, -(-2 * batch // len(places))), batch)  # fewer tokens than lanes: the pages are repeated
    length = len(places) // batch
    return places[: length * batch].reshape(batch, length)


def windows(rows: NDArray[Any], length: int) -> Iterator[NDArray[Any]]:
    """Windows of `length` + 1 columns, each starting at the last column of the one before."""
    for start in range(0, rows.shape[1] - 1, length):
        yield rows[:, start : start + length + 1]


@dataclass(frozen=True)
class Window:
    """What a model reads at once, and what it has to say."""

    ids: Ids  #: (batch, time)
    features: NDArray[np.int16]  #: (batch, time, features)
    targets: Ids  #: (batch, time), the next ids
    masks: Ids  #: (batch, time), which row of `TokenPages.allowed` says what may come next

    @classmethod
    def of(cls, pages: TokenPages, places: NDArray[Any]) -> "Window":
        """The window of (batch, time + 1) places."""
        seen = places[:, :-1]
        return cls(pages.ids[seen], pages.features[seen], pages.ids[places[:, 1:]], pages.masks[seen])

    def arrays(self) -> tuple[Any, ...]:
        """All four."""
        return self.ids, self.features, self.targets, self.masks


def shuffled(pages: TokenPages, seed: int, epoch: int) -> NDArray[np.int64]:
    """The places of all tokens, the pages of one epoch in an order drawn from seed and epoch."""
    return pages.places(np.random.default_rng((seed, epoch)).permutation(len(pages)))


def byte_lengths(vocabulary: Vocabulary) -> NDArray[np.float32]:
    """(vocab,): the UTF-8 bytes that each token spells; none for control tokens."""
    return np.array([1 if token.byte >= 0 else len(token.text.encode()) for token in vocabulary], dtype=np.float32)
