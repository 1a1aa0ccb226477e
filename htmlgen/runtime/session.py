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
        """Args: threads, of one call; more than one pays only in large batches. Raises: BundleCorruptError, if the graph does not load."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's errors have no common class of their own
            raise BundleCorruptError(f"{'the graph' if isinstance(model, bytes) else model}: does not load: {error}") from error
        self.architecture = architecture

    def initial(self, batch: int) -> State:
        """The state before a page: ((batch, state_size) zeros,)."""
        return (np.zeros((batch, self.architecture.state_size), dtype=np.float32),)

    def __call__(self, ids: NDArray[np.int64], state: State) -> tuple[NDArray[np.float32], State]:
        """Args: ids (batch,) int64; state, as returned before or from `initial`. Returns: logits (batch, vocab) and the state after."""
        logits, after = self._session.run(None, {"ids": ids, "state": state[0]})
        return logits, (after,)
