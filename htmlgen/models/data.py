"""EVENTS → BATCHES: pages as one array of ids, cut into lanes that a model reads side by side, state carried from batch to batch."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import BundleCorruptError, InputError
from htmlgen.markup.events import Event
from htmlgen.runtime.files import write_atomically
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Vocabulary

Ids = NDArray[np.int32]


@dataclass(frozen=True)
class TokenPages:
    """Pages as ids, each from BOS to EOS, one after the other."""

    ids: Ids  #: (tokens,)
    starts: NDArray[np.int64]  #: (pages + 1,), where each page starts, and the end
    bytes: int  #: UTF-8 bytes of the canonical pages

    def save(self, path: Path) -> None:
        """Writes the pages, whole or not at all."""
        with write_atomically(path) as stream:
            np.savez_compressed(stream, ids=self.ids, starts=self.starts, bytes=np.int64(self.bytes))

    @classmethod
    def load(cls, path: Path) -> "TokenPages":
        """Raises: BundleCorruptError."""
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
                return cls(archive["ids"], archive["starts"], int(archive["bytes"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise BundleCorruptError(f"{path}: not the pages of a training run: {error}; start anew without --resume") from error

    @classmethod
    def encode(cls, pages: Iterable[tuple[Sequence[Event], int]], tokenizer: Tokenizer) -> "TokenPages":
        """Args: pages, the events of each and the UTF-8 bytes of its canonical text. Raises: InputError, if no page has any content."""
        vocabulary = tokenizer.vocabulary
        arrays, size = [], 0
        for events, count in pages:
            if events:
                arrays.append(np.array([vocabulary.bos, *tokenizer.encode(events), vocabulary.eos], dtype=np.int32))
                size += count
        if not arrays:
            raise InputError("none of the pages has any content left after cleaning")
        starts = np.cumsum([0, *(len(array) for array in arrays)], dtype=np.int64)
        return cls(np.concatenate(arrays), starts, size)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def select(self, order: Sequence[int] | NDArray[Any]) -> Ids:
        """The ids of the pages of that order."""
        return np.concatenate([self.ids[self.starts[page] : self.starts[page + 1]] for page in order])


def lanes(ids: Ids, batch: int) -> Ids:
    """(batch, ids // batch): the stream cut into equally long lanes; what is left over is dropped."""
    if len(ids) < 2 * batch:
        batch_ids = np.tile(ids, -(-2 * batch // len(ids)))  # fewer tokens than lanes: the pages are repeated
        return lanes(batch_ids, batch)
    length = len(ids) // batch
    return ids[: length * batch].reshape(batch, length)


def windows(rows: Ids, length: int) -> Iterator[Ids]:
    """Windows of `length` + 1 columns, each starting at the last column of the one before."""
    for start in range(0, rows.shape[1] - 1, length):
        yield rows[:, start : start + length + 1]


def shuffled(pages: TokenPages, seed: int, epoch: int) -> Ids:
    """The pages of one epoch, in an order drawn from seed and epoch."""
    return pages.select(np.random.default_rng((seed, epoch)).permutation(len(pages)))


def byte_lengths(vocabulary: Vocabulary) -> NDArray[np.float32]:
    """(vocab,): the UTF-8 bytes that each token spells; none for control tokens."""
    return np.array([1 if token.byte >= 0 else len(token.text.encode()) for token in vocabulary], dtype=np.float32)
