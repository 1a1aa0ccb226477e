"""One step of a bundle's generator, run by ONNX Runtime, and the same for pages whose contexts are followed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from htmlgen.decoding.predictions import Logits, Mixture, Prediction
from htmlgen.errors import BundleCorruptError
from htmlgen.runtime.architecture import NEVER, GeneratorConfig
from htmlgen.tokens.context import FEATURES, LAPS, MATCHES, Context, Reading
from htmlgen.tokens.vocabulary import Kind

Arrays = tuple[NDArray[Any], ...]

_WAIT: Final = 1000  # microseconds that a thread waits for the next call at work, as tokens are chosen in less; from ONNX Runtime 1.26 on


def loaded(model: Path | bytes, threads: int = 1) -> Any:
    """A graph, ready to run; threads, of one call, best with a core each. Raises: BundleCorruptError, if it does not load."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(_WAIT))
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # ONNX Runtime's errors have no common class of their own
        raise BundleCorruptError(f"{name_of(model)}: does not load: {error}; copy the bundle again") from error


def name_of(model: Path | bytes) -> str:
    """What errors call a graph."""
    return "the graph" if isinstance(model, bytes) else str(model)


def shapes_of(session: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a loaded graph takes and gives, by name."""
    takes, gives = ({node.name: node.shape for node in nodes} for nodes in (session.get_inputs(), session.get_outputs()))
    return takes, gives


class Session:
    """A loaded step; safe to call from several threads, as it keeps no state of its own."""

    def __init__(self, model: Path | bytes, architecture: GeneratorConfig, *, threads: int = 1) -> None:
        """Args: threads, of one call.

        Raises: BundleCorruptError, if the graph does not load, or is not of that architecture.
        """
        self._session = loaded(model, threads)
        self._check(name_of(model), architecture)
        self.architecture = architecture

    def _check(self, name: str, architecture: GeneratorConfig) -> None:
        batch, vocab, state = "batch", architecture.vocab_size, architecture.state_size
        inputs = {"ids": [batch], "features": [batch, len(FEATURES)], "state": [batch, state]}
        outputs = {"logits": [batch, vocab], "state_after": [batch, state]}
        more = {"probabilities": [batch, vocab]} | ({"odds": [batch, 1]} if architecture.matches else {})
        takes, gives = shapes_of(self._session)
        if takes != inputs or gives not in (outputs, outputs | more):
            raise BundleCorruptError(
                f"{name}: takes {takes} and gives {gives}, not {inputs} and {outputs | more} as config.json says; copy the bundle again"
            )
        self._gives = list(gives)

    def initial(self, batch: int) -> NDArray[np.float32]:
        """The state before a page: (batch, state_size) zeros."""
        return np.zeros((batch, self.architecture.state_size), dtype=np.float32)

    def __call__(
        self, ids: NDArray[np.int64], features: NDArray[np.int64], state: NDArray[np.float32]
    ) -> tuple[NDArray[np.floating], NDArray[np.float32]]:
        """Args: ids (batch,) int64; features (batch, features) int64, of the contexts after those ids; state, as returned before or from
        `initial`.

        Returns: logits (batch, vocab), in which the candidates have their share, and the state after.
        """
        prediction, after = self.predict(ids, features, state)
        return prediction.logits(), after

    def predict(
        self, ids: NDArray[np.int64], features: NDArray[np.int64], state: NDArray[np.float32]
    ) -> tuple[Logits | Mixture, NDArray[np.float32]]:
        """The same, with a prediction in the place of logits."""
        found = self._session.run(self._gives, {"ids": ids, "features": features, "state": state})
        given = dict(zip(self._gives, found, strict=True))
        if "probabilities" not in given:  # graphs of old have the candidates' shares in their logits
            return Logits(given["logits"]), given["state_after"]
        odds = given["odds"][:, 0] if "odds" in given else np.full(len(ids), NEVER, dtype=np.float32)
        return Mixture(given["logits"], given["probabilities"], odds, features[:, -1]), given["state_after"]


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
        laps, match = np.divmod(np.arange(len(MATCHES) * len(LAPS)), len(MATCHES))
        self._weak = (np.array(MATCHES)[match] < self._copying.least) | (laps > 0)  # classes of matches by which no word is suggested

    def limited(self, copying: Copying) -> "PageStep":
        """The same step, held to copying no more than that."""
        return PageStep(self.session, self._reading, copying)

    def initial(self, batch: int) -> Arrays:
        """The arrays before a page."""
        contexts = np.empty(batch, dtype=object)
        contexts[:] = [self._reading.start] * batch
        return self.session.initial(batch), contexts

    def __call__(self, ids: NDArray[np.int64], arrays: Arrays) -> tuple[NDArray[np.floating], Arrays]:
        """Args: ids (batch,) int64; arrays, as returned before or from `initial`. Returns: logits (batch, vocab) and the arrays after."""
        prediction, after = self.predict(ids, arrays)
        return prediction.logits(), after

    def predict(self, ids: NDArray[np.int64], arrays: Arrays) -> tuple[Prediction, Arrays]:
        """The same, with a prediction in the place of logits."""
        state, before = arrays
        contexts = np.empty(len(ids), dtype=object)
        contexts[:] = after = [context.after(token) for context, token in zip(before, ids.tolist(), strict=True)]
        features = np.array([context.features() for context in after], dtype=np.int64)
        looped = self._looped(after)
        repeated = features[looped, -1]
        self._limit(features, after, looped)
        prediction, state = self.session.predict(ids, features, state)
        if looped:
            prediction.without(looped, repeated)
        return prediction, (state, contexts)

    def _looped(self, contexts: list[Context]) -> list[int]:
        """The rows whose next token, if they went on as they do, would be one more of a run that came too often in a row."""
        repeats = self._copying.repeats
        if not repeats:
            return []
        return [row for row, context in enumerate(contexts) if context.copied >= repeats and context.repeats >= repeats]

    def _limit(self, features: NDArray[np.int64], contexts: list[Context], looped: list[int]) -> None:
        """Takes matches and candidates out of features where nothing may be copied."""
        most = self._copying.most
        if stopped := looped + [row for row, context in enumerate(contexts) if context.copied >= most > 0]:
            features[stopped, -2:] = 0
        if self._copying.least:
            features[self._words[features[:, -1]] & self._weak[features[:, -2]], -2:] = 0
