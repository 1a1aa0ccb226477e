"""Training: truncated back-propagation through time with carried state, Adam, a cosine schedule, checkpoints.

Laws: a run is a function of its data, its settings and its seed, as long as its budget is in tokens; a run that was killed and
resumed ends with the weights of an unbroken run. With a budget in minutes the schedule follows the clock.
"""

import json
import math
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from htmlgen import config as configs
from htmlgen.errors import BundleCorruptError, ConfigError
from htmlgen.models.data import TokenPages, Window, byte_lengths, lanes, shuffled, windows
from htmlgen.models.generator import GeneratorModel
from htmlgen.models.losses import token_nats, training_loss, unpacked
from htmlgen.runtime.files import write_atomically
from htmlgen.tokens.vocabulary import Vocabulary

Array = Any


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How a generator is trained. One of `minutes` and `tokens` ends it, whichever comes first."""

    minutes: float | None = None  #: wall-clock budget, all parts of a resumed run together
    tokens: int | None = None  #: budget in training tokens
    batch: int = 32  #: lanes read side by side
    length: int = 128  #: tokens back-propagated through
    learning_rate: float = 3e-3  #: highest, after the warm-up
    warmup: float = 0.03  #: fraction of the budget in which the learning rate rises
    floor: float = 0.03  #: last learning rate as a fraction of the highest
    clip_norm: float = 1.0  #: largest norm of all gradients together
    grammar: str | None = None  #: whose rules say what may come next, for pages that keep to them
    grammar_share: float = 0.9  #: how much of the loss is among the tokens that the grammar allows, the rest among all, [0, 1]
    drawn_share: float = 0.5  #: how much of the loss takes tokens as if none could be copied, so that logits are good alone, [0, 1]
    seed: int = 0  #: of weights, dropout and order of pages, below 2**31
    checkpoint_seconds: float = 120.0  #: between checkpoints
    checkpoint_steps: int = 0  #: between checkpoints, if not 0

    def __post_init__(self) -> None:
        if self.minutes is None and self.tokens is None:
            raise ConfigError("training needs an end: give minutes or tokens")
        for name in ("minutes", "tokens", "batch", "length", "learning_rate", "clip_norm", "checkpoint_seconds"):
            if (value := getattr(self, name)) is not None and not value > 0:
                raise ConfigError(f"{name} must be above 0, got {value}")
        for name in ("warmup", "floor"):
            if not 0 <= (value := getattr(self, name)) < 1:
                raise ConfigError(f"{name} must be in [0, 1), got {value}")
        for name in ("grammar_share", "drawn_share"):
            if not 0 <= (value := getattr(self, name)) <= 1:
                raise ConfigError(f"{name} must be in [0, 1], got {value}")
        if not 0 <= self.seed < 1 << 31:
            raise ConfigError(f"seed must be a whole number from 0 to {(1 << 31) - 1}, got {self.seed}")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training run stands after a step."""

    step: int
    tokens: int
    done: float  #: share of the budget, 0 to 1
    seconds: float  #: trained so far, all parts of a resumed run together
    bits_per_byte: float  #: of the step's batch, with dropout
    tokens_per_second: float  #: of this step


def learning_rate(config: TrainingConfig, done: float) -> float:
    """Linear warm-up, then a half cosine down to the floor; `done` is the share of the budget, 0 to 1."""
    if done < config.warmup:
        return config.learning_rate * (done / config.warmup if config.warmup else 1) + 1e-8
    along = min(1.0, (done - config.warmup) / (1 - config.warmup))
    return config.learning_rate * (config.floor + (1 - config.floor) * 0.5 * (1 + math.cos(math.pi * along)))


class Trainer:
    """One run: weights, optimizer and place in the data; `run` goes on until the budget is spent."""

    def __init__(self, model: GeneratorModel, pages: TokenPages, vocabulary: Vocabulary, config: TrainingConfig, folder: Path) -> None:
        self.model, self.config, self.folder = model, config, folder
        self._pages = pages
        self._byte_lengths = byte_lengths(vocabulary)
        self._allowed = jnp.asarray(pages.allowed) if config.grammar_share and len(pages.allowed) > 1 else None
        self._optimizer = keras.optimizers.Adam(config.learning_rate, beta_2=0.99, global_clipnorm=config.clip_norm)
        self._optimizer.build(model.trainable_variables)
        self._variables = {
            "trainable": [variable.value for variable in model.trainable_variables],
            "other": [variable.value for variable in model.non_trainable_variables],
            "optimizer": [variable.value for variable in self._optimizer.variables],
            "state": [part for pair in model.empty_state(config.batch) for part in pair],
        }
        self.step = self.tokens = self.epoch = self.window = 0
        self.seconds = 0.0

    @cached_property
    def _rate_index(self) -> int:
        path = self._optimizer.learning_rate.path
        return next(index for index, variable in enumerate(self._optimizer.variables) if variable.path == path)

    @property
    def done(self) -> float:
        """Share of the budget that is spent."""
        by_tokens = self.tokens / self.config.tokens if self.config.tokens else 0.0
        by_time = self.seconds / (60 * self.config.minutes) if self.config.minutes else 0.0
        return min(1.0, max(by_tokens, by_time))

    def run(self) -> Iterator[Progress]:
        """Trains, yielding after each step; checkpoints on the way and at the end; leaves the weights in the model."""
        saved_at, saved_step = time.monotonic(), self.step
        while self.done < 1:
            rows = lanes(shuffled(self._pages, self.config.seed, self.epoch), self.config.batch)
            for index, places in enumerate(windows(rows, self.config.length)):
                if index < self.window or places.shape[1] <= self.config.length:
                    continue  # read before a resume, or the short end of the lanes
                progress = self._train_on(Window.of(self._pages, places))
                self.window = index + 1
                due = self.config.checkpoint_steps and self.step - saved_step >= self.config.checkpoint_steps
                if due or time.monotonic() - saved_at > self.config.checkpoint_seconds:
                    self.save()
                    saved_at, saved_step = time.monotonic(), self.step
                yield progress
                if self.done >= 1:
                    break
            else:
                self._next_epoch(rows)
        self.save()
        self.assign()

    def _next_epoch(self, rows: Array) -> None:
        if rows.shape[1] <= self.config.length:
            raise ConfigError(
                f"the pages have {rows.size:,} tokens, too few for {self.config.batch} lanes of {self.config.length}; "
                "give more pages, or a smaller batch or length"
            )
        self.epoch, self.window = self.epoch + 1, 0
        self._variables["state"] = [jnp.zeros_like(part) for part in self._variables["state"]]

    def _train_on(self, window: Window) -> Progress:
        started = time.monotonic()
        self._variables["optimizer"][self._rate_index] = jnp.float32(learning_rate(self.config, self.done))
        self._variables, nats = self._compiled(self._variables, tuple(map(jnp.asarray, window.arrays())), self._allowed)
        total = float(nats)
        elapsed = time.monotonic() - started
        count = window.targets.size
        self.step, self.tokens, self.seconds = self.step + 1, self.tokens + count, self.seconds + elapsed
        size = float(self._byte_lengths[window.targets].sum())
        bits = total / math.log(2) / max(size, 1.0)
        return Progress(self.step, self.tokens, self.done, self.seconds, bits, count / elapsed)

    @cached_property
    def _compiled(self) -> Callable[..., tuple[dict[str, Any], Array]]:
        def step(variables: dict[str, Any], window: tuple[Array, ...], table: Array | None) -> tuple[dict[str, Any], Array]:
            differentiated = jax.value_and_grad(self._loss, has_aux=True)
            (_, (nats, state, other)), gradients = differentiated(variables["trainable"], variables, window, table)
            trainable, optimizer = self._optimizer.stateless_apply(variables["optimizer"], gradients, variables["trainable"])
            after = {"trainable": trainable, "other": other, "optimizer": optimizer, "state": state}
            return after, nats

        return jax.jit(step, donate_argnums=0)

    def _loss(self, trainable: list[Array], variables: dict[str, Any], window: tuple[Array, ...], table: Array | None) -> tuple[Array, Any]:
        """The mean loss of a token; beside it the nats of all, among what is allowed."""
        ids, features, targets, masks = window
        features = features.astype(jnp.int32)
        state = _paired(variables["state"])
        said, other = self.model.stateless_call(trainable, variables["other"], ids, features, state, training=True)
        allowed = None if table is None else unpacked(table, masks, self.model.config.vocab_size)
        shares = {"grammar_share": self.config.grammar_share, "drawn_share": self.config.drawn_share}
        loss, nats = training_loss(said, features[..., -1], targets, allowed, **shares)
        return loss, (nats, [part for pair in said.state for part in pair], other)

    def assign(self) -> None:
        """Puts the trained weights into the model."""
        for variable, value in zip(self.model.trainable_variables, self._variables["trainable"], strict=True):
            variable.assign(value)

    def save(self) -> None:
        """Writes a checkpoint, whole or not at all: weights, optimizer, dropout's random state, carried state, place in the data."""
        arrays = {f"{group}/{index}": np.asarray(value) for group, values in self._variables.items() for index, value in enumerate(values)}
        place = {name: getattr(self, name) for name in ("step", "tokens", "epoch", "window", "seconds")}
        record = json.dumps({"place": place, "config": configs.to_dict(self.config), "model": configs.to_dict(self.model.config)})
        with write_atomically(self.folder / "checkpoint.npz") as stream:
            np.savez(stream, record=np.frombuffer(record.encode(), dtype=np.uint8), **arrays)  # type: ignore[arg-type]

    def restore(self) -> None:
        """Goes on from the checkpoint of the folder. Raises: BundleCorruptError, ConfigError if it is of another model or batch."""
        record, groups = _read_checkpoint(self.folder / "checkpoint.npz")
        if record["model"] != json.loads(json.dumps(configs.to_dict(self.model.config))):
            raise ConfigError(f"{self.folder}: the checkpoint is of another model: {record['model']}")
        for group, values in self._variables.items():
            restored = [jnp.asarray(groups[f"{group}/{index}"]) for index in range(len(values))]
            if [value.shape for value in restored] != [value.shape for value in values]:
                raise ConfigError(f"{self.folder}: the checkpoint was made with another batch; resume with the settings of the start")
            self._variables[group] = restored
        for name, value in record["place"].items():
            setattr(self, name, value)


def _read_checkpoint(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            groups = {name: archive[name] for name in archive.files}
        return json.loads(groups.pop("record").tobytes()), groups
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BundleCorruptError(f"{path}: not a checkpoint to resume from: {error}; start anew without --resume") from error


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
