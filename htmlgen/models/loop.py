"""The loop that trains a model: Adam, a cosine schedule, checkpoints.

Laws: a run is a function of its data, its settings and its seed, as long as its budget is in tokens; a run that was killed and
resumed ends with the weights of an unbroken run. With a budget in minutes the schedule follows the clock.
"""

import json
import math
import time
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import keras
import numpy as np

from htmlgen import config as configs
from htmlgen.errors import BundleCorruptError, ConfigError
from htmlgen.files import write_atomically

Array = Any


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """How long a model is trained, and how fast. One of `minutes` and `tokens` ends it, whichever comes first."""

    minutes: float | None = None  #: wall-clock budget, all parts of a resumed run together
    tokens: int | None = None  #: budget in training tokens
    learning_rate: float = 3e-3  #: highest, after the warm-up
    warmup: float = 0.03  #: fraction of the budget in which the learning rate rises
    floor: float = 0.03  #: last learning rate as a fraction of the highest
    clip_norm: float = 1.0  #: largest norm of all gradients together
    grammar: str | None = None  #: whose rules say what may come next, for pages that keep to them
    grammar_share: float = 0.9  #: how much of the loss is among the tokens that the grammar allows, the rest among all, [0, 1]
    seed: int = 0  #: of weights, noise and order of pages, below 2**31
    checkpoint_seconds: float = 120.0  #: between checkpoints
    checkpoint_steps: int = 0  #: between checkpoints, if not 0

    def __post_init__(self) -> None:
        if self.minutes is None and self.tokens is None:
            raise ConfigError("training needs an end: give minutes or tokens")
        for name in ("minutes", "tokens", "learning_rate", "clip_norm", "checkpoint_seconds"):
            if (value := getattr(self, name)) is not None and not value > 0:
                raise ConfigError(f"{name} must be above 0, got {value}")
        for name in ("warmup", "floor"):
            if not 0 <= (value := getattr(self, name)) < 1:
                raise ConfigError(f"{name} must be in [0, 1), got {value}")
        if not 0 <= self.grammar_share <= 1:
            raise ConfigError(f"grammar_share must be in [0, 1], got {self.grammar_share}")
        if not 0 <= self.seed < 1 << 31:
            raise ConfigError(f"seed must be a whole number from 0 to {(1 << 31) - 1}, got {self.seed}")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a training run stands after a step."""

    step: int
    tokens: int
    done: float  #: share of the budget, 0 to 1
    seconds: float  #: trained so far, all parts of a resumed run together
    bits_per_byte: float  #: of the step's batch, with dropout or noise
    tokens_per_second: float  #: of this step


class Batch(NamedTuple):
    """What one step is trained on."""

    arrays: tuple[Array, ...]
    tokens: int  #: that are predicted
    bytes: float  #: of canonical HTML that these spell


#: Variables of a run by group: "trainable", "other", "optimizer", and what else a loop carries from step to step.
Variables = dict[str, list[Array]]
Model = TypeVar("Model", bound=keras.Model)
Config = TypeVar("Config", bound=Schedule)


def learning_rate(config: Schedule, done: float) -> float:
    """Linear warm-up, then a half cosine down to the floor; `done` is the share of the budget, 0 to 1."""
    if done < config.warmup:
        return config.learning_rate * (done / config.warmup if config.warmup else 1) + 1e-8
    along = min(1.0, (done - config.warmup) / (1 - config.warmup))
    return config.learning_rate * (config.floor + (1 - config.floor) * 0.5 * (1 + math.cos(math.pi * along)))


class Loop(ABC, Generic[Model, Config]):
    """One run: weights, optimizer and place in the data; `run` goes on until the budget is spent."""

    def __init__(self, model: Model, config: Config, folder: Path, **carried: list[Array]) -> None:
        """Args: folder, where checkpoints are; carried, groups of arrays beside the weights that go from step to step."""
        self.model, self.config, self.folder = model, config, folder
        self._optimizer = keras.optimizers.Adam(config.learning_rate, beta_2=0.99, global_clipnorm=config.clip_norm)
        self._optimizer.build(model.trainable_variables)
        self._variables: Variables = {
            "trainable": [variable.value for variable in model.trainable_variables],
            "other": [variable.value for variable in model.non_trainable_variables],
            "optimizer": [variable.value for variable in self._optimizer.variables],
            **carried,
        }
        self.step = self.tokens = self.epoch = self.window = 0
        self.seconds = 0.0

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """Batches without end from the run's place in the data on, which each moves on before it is given."""

    @abstractmethod
    def loss(self, trainable: list[Array], variables: Variables, arrays: tuple[Array, ...]) -> tuple[Array, tuple[Array, Variables]]:
        """What is to be made small; beside it the nats of all tokens, and the groups of variables that changed, the weights aside."""

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
        batches = self.batches()
        while self.done < 1:
            progress = self._train_on(next(batches))
            due = self.config.checkpoint_steps and self.step - saved_step >= self.config.checkpoint_steps
            if due or time.monotonic() - saved_at > self.config.checkpoint_seconds:
                self.save()
                saved_at, saved_step = time.monotonic(), self.step
            yield progress
        self.save()
        self.assign()

    def _train_on(self, batch: Batch) -> Progress:
        started = time.monotonic()
        self._variables["optimizer"][self._rate_index] = jnp.float32(learning_rate(self.config, self.done))
        self._variables, nats = self._compiled(self._variables, tuple(map(jnp.asarray, batch.arrays)))
        total = float(nats)
        elapsed = time.monotonic() - started
        self.step, self.tokens, self.seconds = self.step + 1, self.tokens + batch.tokens, self.seconds + elapsed
        bits = total / math.log(2) / max(batch.bytes, 1.0)
        return Progress(self.step, self.tokens, self.done, self.seconds, bits, batch.tokens / elapsed)

    @cached_property
    def _compiled(self) -> Callable[..., tuple[Variables, Array]]:
        def step(variables: Variables, arrays: tuple[Array, ...]) -> tuple[Variables, Array]:
            differentiated = jax.value_and_grad(self.loss, has_aux=True)
            (_, (nats, changed)), gradients = differentiated(variables["trainable"], variables, arrays)
            trainable, optimizer = self._optimizer.stateless_apply(variables["optimizer"], gradients, variables["trainable"])
            return {"trainable": trainable, "optimizer": optimizer, **changed}, nats

        return jax.jit(step, donate_argnums=0)

    def assign(self) -> None:
        """Puts the trained weights into the model."""
        for variable, value in zip(self.model.trainable_variables, self._variables["trainable"], strict=True):
            variable.assign(value)

    def save(self) -> None:
        """Writes a checkpoint, whole or not at all: weights, optimizer, states of what draws and of what is carried, place in the data."""
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
