"""One step of a bundle's generator, run by ONNX Runtime, and the same for pages whose contexts are followed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from htmlgen.errors import BundleCorruptError
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.tokens.context import FEATURES, MATCHES, Reading
from htmlgen.tokens.vocabulary import Kind

Arrays = tuple[NDArray[Any], ...]

_UNLIKELY: Final = np.float32(-1e4)  # a logit: never drawn where anything else may come
_LENGTHS: Final = np.array(MATCHES)


class Session:
    """A loaded step; safe to call from several threads, as it keeps no state of its own."""

    def __init__(self, model: Path | bytes, architecture: GeneratorConfig, *, threads: int = 1) -> None:
        """Args: threads, of one call; more than one pays only in large batches.

        Raises: BundleCorruptError, if the graph does not load, or is not of that architecture.
        """
        name = "the graph" if isinstance(model, bytes) else str(model)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's errors have no common class of their own
            raise BundleCorruptError(f"{name}: does not load: {error}; copy the bundle again") from error
        self._check(name, architecture)
        self.architecture = architecture

    def _check(self, name: str, architecture: GeneratorConfig) -> None:
        inputs = {"ids": ["batch"], "features": ["batch", len(FEATURES)], "state": ["batch", architecture.state_size]}
        outputs = {"logits": ["batch", architecture.vocab_size], "state_after": ["batch", architecture.state_size]}
        there = ({node.name: node.shape for node in nodes} for nodes in (self._session.get_inputs(), self._session.get_outputs()))
        for expected, found in zip((inputs, outputs), there, strict=True):
            if found != expected:
                raise BundleCorruptError(f"{name}: takes and gives {found}, not {expected} as config.json says; copy the bundle again")

    def initial(self, batch: int) -> NDArray[np.float32]:
        """The state before a page: (batch, state_size) zeros."""
        return np.zeros((batch, self.architecture.state_size), dtype=np.float32)

    def __call__(
        self, ids: NDArray[np.int64], features: NDArray[np.int64], state: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Args: ids (batch,) int64; features (batch, features) int64, of the contexts after those ids; state, as returned before or from
        `initial`.

        Returns: logits (batch, vocab) and the state after.
        """
        logits, after = self._session.run(None, {"ids": ids, "features": features, "state": state})
        return logits, after


@dataclass(frozen=True, kw_only=True)
class Copying:
    """How far the model may copy from the page that it writes. Real pages seldom repeat a run of tokens more than three times."""

    most: int = 0  #: tokens in a row, after which the page suggests none until what is copied breaks; 0 for any number
    least: int = 0  #: tokens that must match before the page suggests a word, which it never does twice in a row then; 0 for any number
    repeats: int = 0  #: times in a row that the same run of tokens may come again, before its next token is made unlikely; 0 for any number


class PageStep:
    """A session that follows the pages that it steps through: `step(ids, arrays) -> logits, arrays`, as the decoding loop calls it.

    The arrays are the model's state and each row's context, whose features it computes.
    """

    def __init__(self, session: Session, reading: Reading, copying: Copying | None = None) -> None:
        self.session, self._reading, self._copying = session, reading, copying or Copying()
        self._words = np.isin(reading.vocabulary.kinds, (Kind.TEXT, Kind.BYTE, Kind.REFERENCE))

    def limited(self, copying: Copying) -> "PageStep":
        """The same step, held to copying no more than that."""
        return PageStep(self.session, self._reading, copying)

    def initial(self, batch: int) -> Arrays:
        """The arrays before a page."""
        contexts = np.empty(batch, dtype=object)
        contexts[:] = [self._reading.start] * batch
        return self.session.initial(batch), contexts

    def __call__(self, ids: NDArray[np.int64], arrays: Arrays) -> tuple[NDArray[np.float32], Arrays]:
        """Args: ids (batch,) int64; arrays, as returned before or from `initial`. Returns: logits (batch, vocab) and the arrays after."""
        state, before = arrays
        after = [context.after(token) for context, token in zip(before, ids.tolist(), strict=True)]
        features = np.array([context.features() for context in after], dtype=np.int64)
        most, repeats = self._copying.most, self._copying.repeats
        copied = [row for row, context in enumerate(after) if context.copied >= most] if most else []
        looped = [row for row, context in enumerate(after) if context.copied >= repeats and context.repeats >= repeats] if repeats else []
        candidates = features[looped, -1]
        features[copied, -2:] = 0
        if self._copying.least:
            laps, match = np.divmod(features[:, -2], len(MATCHES))
            features[self._words[features[:, -1]] & ((_LENGTHS[match] < self._copying.least) | (laps > 0)), -2:] = 0
        logits, state = self.session(ids, features, state)
        logits[looped, candidates] = _UNLIKELY
        contexts = np.empty(len(ids), dtype=object)
        contexts[:] = after
        return logits, (state, contexts)
