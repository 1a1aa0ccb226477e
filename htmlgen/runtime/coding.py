"""The two graphs of an autoencoder, run by ONNX Runtime: snippets to codes, and one step of the way back."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.predictions import Logits
from htmlgen.errors import BundleCorruptError
from htmlgen.runtime.architecture import AutoencoderConfig
from htmlgen.runtime.codes import joined, read_codes
from htmlgen.runtime.session import Arrays, loaded, name_of, shapes_of
from htmlgen.tokens.context import Reading

Codes = NDArray[np.float32]
Shapes = Mapping[str, Sequence[str | int]]
_PADDED = 16  # batches are padded to a multiple of so many tokens


class Encoder:
    """Snippets' tokens → codes; safe to call from several threads."""

    def __init__(self, model: Path | bytes, architecture: AutoencoderConfig, reading: Reading, *, threads: int = 1) -> None:
        """Args: threads, among which the snippets of a call are dealt out, as a recurrence has no use for several.

        Raises: BundleCorruptError, if the graph does not load, or is not of that architecture.
        """
        self.architecture, self.threads, self._reading = architecture, threads, reading
        self._session = loaded(model)
        takes: Shapes = {"ids": ["batch", "time"], "features": ["batch", "time", len(architecture.places)], "lengths": ["batch"]}
        gives: Shapes = {"gists": ["batch", architecture.gist], "squeezed": ["batch", "time", architecture.slot_width]}
        _check(self._session, model, takes, gives)

    def __call__(self, snippets: Sequence[Sequence[int]], hidden: Sequence[Collection[int]] | None = None) -> Codes:
        """(batch, dim) codes of snippets' ids, each of 1 to `longest` tokens, without BOS and EOS.

        Args: hidden, places of each snippet's tokens that are kept from the encoder, as some are in training; None for none.
        """
        hidden = [()] * len(snippets) if hidden is None else hidden
        parts = [list(zip(snippets, hidden, strict=True))[number :: self.threads] for number in range(min(self.threads, len(snippets)))]
        if len(parts) == 1:
            return self._encoded(parts[0])
        codes = np.empty((len(snippets), self.architecture.dim), dtype=np.float32)
        with ThreadPoolExecutor(len(parts), thread_name_prefix="encode") as pool:
            for number, found in enumerate(pool.map(self._encoded, parts)):
                codes[number :: self.threads] = found
        return codes

    def _encoded(self, snippets: Sequence[tuple[Sequence[int], Collection[int]]]) -> Codes:
        config, bos = self.architecture, self._reading.vocabulary.bos
        lengths = np.array([len(snippet) for snippet, _ in snippets], dtype=np.int32)
        time = -(-int(lengths.max()) // _PADDED) * _PADDED
        ids = np.zeros((len(snippets), time), dtype=np.int64)
        features = np.zeros((len(snippets), time, len(config.places)), dtype=np.int64)
        for row, (snippet, hidden) in enumerate(snippets):
            ids[row, : len(snippet)] = snippet
            ids[row, list(hidden)] = self._reading.vocabulary.pad
            features[row, : len(snippet)] = self._reading.places([bos, *snippet])[1:]
        gists, squeezed = self._session.run(None, {"ids": ids, "features": features, "lengths": lengths})
        codes: Codes = joined(config, gists, squeezed, lengths)
        return codes


class CodeStep:
    """One step of the decoder, as the decoding loop calls it: `predict(ids, arrays) -> prediction, arrays`.

    The arrays are the model's state, each row's context, the tokens that it has written, and the code that it is written from, which
    comes with its request.
    """

    def __init__(self, model: Path | bytes, architecture: AutoencoderConfig, reading: Reading, *, threads: int = 1) -> None:
        """Args: threads, of one call. Raises: BundleCorruptError, if the graph does not load, or is not of that architecture."""
        self.architecture, self._reading = architecture, reading
        self._session = loaded(model, threads)
        places, state = len(architecture.places), architecture.state_size
        takes: Shapes = {"ids": ["batch"], "features": ["batch", places], "seen": ["batch", architecture.seen], "state": ["batch", state]}
        _check(self._session, model, takes, {"logits": ["batch", architecture.vocab_size], "state_after": ["batch", state]})

    def initial(self, batch: int) -> Arrays:
        """The arrays before a snippet, the codes aside."""
        contexts = np.empty(batch, dtype=object)
        contexts[:] = [self._reading.outset] * batch
        return np.zeros((batch, self.architecture.state_size), dtype=np.float32), contexts, np.zeros(batch, dtype=np.int64)

    def predict(self, ids: NDArray[np.int64], arrays: Arrays) -> tuple[Logits, Arrays]:
        """Args: ids (batch,) the latest tokens; arrays, as returned before, or `initial`'s and codes (batch, dim)."""
        state, before, steps, codes = arrays
        contexts = np.empty(len(ids), dtype=object)
        contexts[:] = after = [place.after(token) for place, token in zip(before, ids.tolist(), strict=True)]
        features = np.array([place.features() for place in after], dtype=np.int64)
        seen = read_codes(self.architecture, codes, steps[:, None])[:, 0]
        logits, state = self._session.run(None, {"ids": ids, "features": features, "seen": seen, "state": state})
        return Logits(logits), (state, contexts, steps + 1, codes)


def _check(session: Any, model: Path | bytes, takes: Shapes, gives: Shapes) -> None:
    found = shapes_of(session)
    if found != (takes, gives):
        raise BundleCorruptError(
            f"{name_of(model)}: takes {found[0]} and gives {found[1]}, not {takes} and {gives} as config.json says; copy the bundle again"
        )
