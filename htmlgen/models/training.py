"""Training of the generator: truncated back-propagation through time with carried state, see loop.py."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from htmlgen.errors import ConfigError
from htmlgen.models.data import TokenPages, Window, byte_lengths, lanes, shuffled, windows
from htmlgen.models.generator import GeneratorModel
from htmlgen.models.loop import Batch, Loop, Schedule, Variables
from htmlgen.models.losses import token_nats, training_loss, unpacked
from htmlgen.tokens.vocabulary import Vocabulary

Array = Any


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(Schedule):
    """How a generator is trained."""

    batch: int = 32  #: lanes read side by side
    length: int = 128  #: tokens back-propagated through
    drawn_share: float = 0.5  #: how much of the loss takes tokens as if none could be copied, so that logits are good alone, [0, 1]

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("batch", "length"):
            if not (value := getattr(self, name)) > 0:
                raise ConfigError(f"{name} must be above 0, got {value}")
        if not 0 <= self.drawn_share <= 1:
            raise ConfigError(f"drawn_share must be in [0, 1], got {self.drawn_share}")


class Trainer(Loop[GeneratorModel, TrainingConfig]):
    """A run of the generator: pages in an order of each epoch's own, in lanes side by side, with carried state."""

    def __init__(self, model: GeneratorModel, pages: TokenPages, vocabulary: Vocabulary, config: TrainingConfig, folder: Path) -> None:
        super().__init__(model, config, folder, state=[part for pair in model.empty_state(config.batch) for part in pair])
        self._pages = pages
        self._byte_lengths = byte_lengths(vocabulary)
        self._table = (jnp.asarray(pages.allowed),) if config.grammar_share and len(pages.allowed) > 1 else ()

    def batches(self) -> Iterator[Batch]:
        """Windows of lanes, epoch after epoch."""
        while True:
            rows = lanes(shuffled(self._pages, self.config.seed, self.epoch), self.config.batch)
            for index, places in enumerate(windows(rows, self.config.length)):
                if index < self.window or places.shape[1] <= self.config.length:
                    continue  # read before a resume, or the short end of the lanes
                window = Window.of(self._pages, places)
                self.window = index + 1
                yield Batch((*window.arrays(), *self._table), window.targets.size, float(self._byte_lengths[window.targets].sum()))
            self._next_epoch(rows)

    def _next_epoch(self, rows: Array) -> None:
        if rows.shape[1] <= self.config.length:
            raise ConfigError(
                f"the pages have {rows.size:,} tokens, too few for {self.config.batch} lanes of {self.config.length}; "
                "give more pages, or a smaller batch or length"
            )
        self.epoch, self.window = self.epoch + 1, 0
        self._variables["state"] = [jnp.zeros_like(part) for part in self._variables["state"]]

    def loss(self, trainable: list[Array], variables: Variables, arrays: tuple[Array, ...]) -> tuple[Array, tuple[Array, Variables]]:
        """The mean loss of a token; the nats of all are among what is allowed."""
        ids, features, targets, masks, *table = arrays
        features = features.astype(jnp.int32)
        state = _paired(variables["state"])
        said, other = self.model.stateless_call(trainable, variables["other"], ids, features, state, training=True)
        allowed = unpacked(table[0], masks, self.model.config.vocab_size) if table else None
        shares = {"grammar_share": self.config.grammar_share, "drawn_share": self.config.drawn_share}
        loss, nats = training_loss(said, features[..., -1], targets, allowed, **shares)
        return loss, (nats, {"other": other, "state": [part for pair in said.state for part in pair]})


def _paired(parts: list[Array]) -> tuple[tuple[Array, Array], ...]:
    return tuple(zip(parts[::2], parts[1::2], strict=True))


def bits_per_byte(
    model: GeneratorModel, pages: TokenPages, *, masked: bool = False, batch: int = 32, length: int = 256, tokens: int = 0
) -> float:
    """Bits that the model needs for a byte of canonical HTML, each page read alone, its end included.

    Args: masked, whether tokens are chosen among what the pages' masks allow; tokens, 0 for all pages, else pages spread evenly over the
    set until they have about so many tokens.
    """
    stride = max(1, len(pages.ids) // tokens) if tokens else 1
    order = np.arange(0, len(pages), stride)
    places = [np.arange(pages.starts[page], pages.starts[page + 1]) for page in order]
    count = sum(len(page) for page in places)
    size = pages.bytes * count / len(pages.ids) if tokens else pages.bytes
    rows, owed = _dealt(places, batch)
    return _nats(model, pages, rows, owed, masked, length) / math.log(2) / size


def _dealt(pages: list[Array], batch: int) -> tuple[Array, Array]:
    """The places of whole pages dealt to lanes, longest first to the shortest lane; `owed` is 1 where a token counts: all but BOS and
    padding."""
    pages = sorted(pages, key=len, reverse=True)
    dealt: list[list[Array]] = [[] for _ in range(min(batch, len(pages)))]
    sizes = np.zeros(len(dealt), dtype=np.int64)
    for page in pages:
        lane = int(sizes.argmin())
        dealt[lane].append(page)
        sizes[lane] += len(page)
    rows = np.zeros((len(dealt), int(sizes.max()) + 1), dtype=np.int64)
    owed = np.zeros(rows.shape, dtype=np.float32)
    for row, mark, lane_pages in zip(rows, owed, dealt, strict=True):
        at = 0
        for page in lane_pages:
            row[at : at + len(page)], mark[at + 1 : at + len(page)] = page, 1
            at += len(page)
    return rows, owed


def _nats(model: GeneratorModel, pages: TokenPages, rows: Array, owed: Array, masked: bool, length: int) -> float:
    table = jnp.asarray(pages.allowed) if masked else None

    @jax.jit
    def score(trainable: Any, other: Any, window: tuple[Array, ...], marks: Array, state: Any) -> tuple[Array, Any]:
        ids, features, targets, masks = window
        features = features.astype(jnp.int32)
        said, _ = model.stateless_call(trainable, other, ids, features, state, training=False)
        allowed = None if table is None else unpacked(table, masks, model.config.vocab_size)
        return (token_nats(said, features[..., -1], targets, allowed)[1] * marks).sum(), said.state

    trainable = [variable.value for variable in model.trainable_variables]
    other = [variable.value for variable in model.non_trainable_variables]
    state = model.empty_state(len(rows))
    pad = -(rows.shape[1] - 1) % length
    rows, owed = np.pad(rows, ((0, 0), (0, pad))), np.pad(owed, ((0, 0), (0, pad)))
    total = 0.0
    for places, marks in zip(windows(rows, length), windows(owed, length), strict=True):
        window = tuple(map(jnp.asarray, Window.of(pages, places).arrays()))
        nats, state = score(trainable, other, window, jnp.asarray(marks[:, 1:]), state)
        total += float(nats)
    return total
