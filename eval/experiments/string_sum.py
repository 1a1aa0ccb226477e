"""Do our encoder and decoder LSTM learn to add two numbers written as text? The first test of any sequence-to-sequence model.

    python -m eval.experiments.string_sum [--digits 3] [--steps 4000] [--as-written] [--cells lstm …] [-o eval/results/string_sum.json]

The encoder reads `123+ 45`, a character a step, and its last state is all that the decoder has, which says `168 `. Both are read and said
from behind, as one adds by hand (`--as-written`: from the front, too). Questions are drawn anew for each step; one
pair of numbers in ten is held out, whichever comes first, and never trained on. A sum is exact if every character is right,
each said after the characters that the decoder said before. Source: Sutskever et al. 2014, arXiv:1409.3215; the task as in Zaremba
& Sutskever 2014, arXiv:1410.4615.
"""

import argparse
import json
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.experiments.fitting import cross_entropy, fit  # before keras: chooses its backend

# isort: split
import jax
import jax.numpy as jnp
import keras
import numpy as np

from htmlgen.models.cells import CELLS, remembers

CHARACTERS: Final = "0123456789+ "
START: Final = len(CHARACTERS)  # what the decoder is given first
HELD_OUT: Final = 2000
Ids = Any  #: (batch, time) places in CHARACTERS


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is asked, and how it is written."""

    digits: int = 3  #: of each number at most
    as_written: bool = False  #: from the front

    def questions(self, first: Any, second: Any) -> Ids:
        """(batch, 2 digits + 1)"""
        return self._spelled([f"{a:{self.digits}}+{b:{self.digits}}" for a, b in zip(first, second, strict=True)], 2 * self.digits + 1)

    def answers(self, first: Any, second: Any) -> Ids:
        """(batch, digits + 1)"""
        return self._spelled([str(a + b) for a, b in zip(first, second, strict=True)], self.digits + 1)

    def _spelled(self, texts: list[str], width: int) -> Ids:
        padded = (text.ljust(width) if self.as_written else text[::-1].ljust(width) for text in texts)
        return np.array([[CHARACTERS.index(character) for character in text] for text in padded])


class Adder(keras.Model):  # type: ignore[misc]
    """Encoder → its last state → decoder."""

    def __init__(self, units: int, cell: str = "lstm") -> None:
        super().__init__()
        self.units, self.memory = units, units if remembers(cell) else 0
        self.encoder, self.decoder = CELLS[cell](units), CELLS[cell](units)
        self.answer = keras.layers.Dense(len(CHARACTERS))

    def build(self, *_: Any) -> None:
        for layer in (self.encoder, self.decoder):
            layer.build((None, None, len(CHARACTERS) + 1))
        self.answer.build((None, None, self.units))
        self.built = True

    def call(self, questions: Ids, said: Ids, training: bool = False) -> Any:
        """Args: said (batch, time), START and what was answered so far. Returns: (batch, time, characters) logits of what comes next."""
        batch, keep = questions.shape[0], jnp.ones
        empty = jnp.zeros((batch, self.units)), jnp.zeros((batch, self.memory))
        _, state = self.encoder(jax.nn.one_hot(questions, START + 1), empty, keep(questions.shape))
        outputs, _ = self.decoder(jax.nn.one_hot(said, START + 1), state, keep(said.shape))
        return self.answer(outputs)


def is_held_out(first: int, second: int) -> bool:
    """One pair in ten, whichever number comes first."""
    return zlib.crc32(f"{min(first, second)}+{max(first, second)}".encode()) % 10 == 0


def drawn(task: Task, count: int, seed: int, *, held_out: bool) -> Iterator[tuple[Any, Any]]:
    """Numbers without end, `count` pairs at a time, of as many digits as of others, so that short ones are not seldom."""
    rng = np.random.default_rng(seed)
    pairs = list[tuple[int, int]]()
    while True:
        top = 10 ** rng.integers(1, task.digits + 1, (2, 2 * count))
        first, second = rng.integers(0, top).tolist()
        pairs += [pair for pair in zip(first, second, strict=True) if is_held_out(*pair) == held_out]
        while len(pairs) >= count:
            yield tuple(zip(*pairs[:count], strict=True))  # type: ignore[misc]
            del pairs[:count]


def batches(task: Task, batch: int, seed: int) -> Iterator[tuple[Ids, Ids]]:
    """Questions and answers without end, none of them held out."""
    for first, second in drawn(task, batch, seed, held_out=False):
        yield task.questions(first, second), task.answers(first, second)


def train(model: Adder, pairs: Iterator[tuple[Ids, Ids]], steps: int) -> None:
    """Teacher forcing: the decoder is given what it should have said."""

    def loss(call: Any, questions: Ids, answers: Ids) -> Any:
        return cross_entropy(call(questions, shifted(answers)), answers).mean()

    fit(model, loss, pairs, steps=steps, rate=4e-3)


def shifted(answers: Ids) -> Ids:
    """What the decoder was given before each character."""
    return jnp.concatenate([jnp.full((answers.shape[0], 1), START), answers[:, :-1]], axis=1)


def exact(model: Adder, task: Task, first: Any, second: Any) -> float:
    """The share of sums that are said without a mistake, each character after those that were said."""
    questions, answers = task.questions(first, second), task.answers(first, second)
    said = np.zeros((len(first), 0), dtype=int)
    for _ in range(answers.shape[1]):
        given = shifted(jnp.concatenate([jnp.asarray(said), jnp.zeros((len(first), 1), dtype=int)], axis=1))
        said = np.concatenate([said, np.asarray(model(questions, given)[:, -1].argmax(axis=-1))[:, None]], axis=1)
    return float((said == answers).all(axis=1).mean())


def learned(task: Task, *, steps: int, units: int = 128, batch: int = 128, cell: str = "lstm", seed: int = 0) -> dict[str, Any]:
    """Trains and measures."""
    keras.utils.set_random_seed(seed)
    started, (first, second) = time.monotonic(), next(drawn(task, HELD_OUT, seed, held_out=True))
    model = Adder(units, cell)
    model.build()
    train(model, batches(task, batch, seed + 1), steps)
    share = exact(model, task, first, second)
    return {
        "steps": steps, "examples": steps * batch, "parameters": model.count_params(), "held_out": len(first), "exact": round(share, 4),
        "seconds": round(time.monotonic() - started, 1),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--digits", type=int, default=3)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--as-written", action="store_true", help="from the front, too")
    parser.add_argument("--cells", nargs="+", default=["lstm"], choices=list(CELLS))
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    orders = {"least digit first": False} | ({"as written": True} if options.as_written else {})
    rows = {}
    for order, as_written in orders.items():
        for cell in options.cells:
            rows[f"{cell}, {order}"] = learned(Task(digits=options.digits, as_written=as_written), steps=options.steps, cell=cell)
            print(json.dumps({f"{cell}, {order}": rows[f"{cell}, {order}"]}), flush=True)
    if options.output:
        options.output.write_text(json.dumps({"digits": options.digits, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
