"""One step of a bundle's generator, run by ONNX Runtime: `step(ids, state) -> logits, state`."""

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from htmlgen.errors import BundleCorruptError
from htmlgen.runtime.architecture import GeneratorConfig

State = tuple[NDArray[np.float32], ...]


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
        inputs = {"ids": ["batch"], "state": ["batch", architecture.state_size]}
        outputs = {"logits": ["batch", architecture.vocab_size], "state_after": ["batch", architecture.state_size]}
        there = ({node.name: node.shape for node in nodes} for nodes in (self._session.get_inputs(), self._session.get_outputs()))
        for expected, found in zip((inputs, outputs), there, strict=True):
            if found != expected:
                raise BundleCorruptError(f"{name}: takes and gives {found}, not {expected} as config.json says; copy the bundle again")

    def initial(self, batch: int) -> State:
        """The state before a page: ((batch, state_size) zeros,)."""
        return (np.zeros((batch, self.architecture.state_size), dtype=np.float32),)

    def __call__(self, ids: NDArray[np.int64], state: State) -> tuple[NDArray[np.float32], State]:
        """Args: ids (batch,) int64; state, as returned before or from `initial`. Returns: logits (batch, vocab) and the state after."""
        logits, after = self._session.run(None, {"ids": ids, "state": state[0]})
        return logits, (after,)
