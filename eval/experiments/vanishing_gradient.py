"""How far back does a recurrent network learn? The gradient, and what a closing tag shows of it, cell by cell.

    python -m eval.experiments.vanishing_gradient [--steps 1000] [--units 64] [--cells simple gru lstm]
        [-o eval/results/vanishing_gradient.json]

A page of a toy language is an element of one of eight names, words and short elements in it, and its end tag. Each cell learns it with
the same units, with its gradients clipped to norm 1 and without.

- *gradient*: the norm of d loss(t) / d h(t − k), the mean over pages, against k, divided by that at k = 0: before training and after.
  Clipping acts on the weights' gradients, so that what it changes here is what was learned.
- *closing*: how often the end tag of the outer element is the likeliest of all end tags, nothing masked, when the element has grown to
  5 … 500 tokens; pages of training have at most 200. Guessing gives 1/8.

Source: Hochreiter 1991, "Untersuchungen zu dynamischen neuronalen Netzen"; Bengio et al. 1994, doi:10.1109/72.279181; clipping as in
Pascanu et al. 2013, arXiv:1211.5063.
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from eval.experiments.fitting import cross_entropy, fit  # before keras: chooses its backend

# isort: split
import jax
import jax.numpy as jnp
import keras
import numpy as np

from htmlgen.models.cells import CELLS, remembers

NAMES, WORDS = 8, 8
SIZE: Final = 2 * NAMES + WORDS  #: tokens: start tags, end tags, words
LENGTHS: Final = (5, 10, 20, 50, 100, 200, 500)  #: tokens of an element, its end tag not counted
LONGEST: Final = 200  #: of training
BACK: Final = 100  #: steps that the gradient is followed
INNER: Final = 4  #: words of an inner element at most
Ids = Any  #: (batch, time)


def page(rng: np.random.Generator, length: int) -> list[int]:
    """A start tag, then words and inner elements, `length` tokens in all, then the end tag."""
    name, ids = int(rng.integers(NAMES)), list[int]()
    while len(ids) < length - 1:
        if rng.random() < 0.1:
            inner = int(rng.integers(NAMES))
            ids += [inner, *rng.integers(2 * NAMES, SIZE, rng.integers(1, INNER + 1)), NAMES + inner]
        else:
            ids.append(int(rng.integers(2 * NAMES, SIZE)))
    ids = ids[: length - 1]
    opened = next((place for place in range(len(ids) - 1, -1, -1) if ids[place] < 2 * NAMES), None)
    if opened is not None and ids[opened] < NAMES:  # an inner element that is cut off is none
        ids[opened] = 2 * NAMES
    return [name, *map(int, ids), NAMES + name]


def training_pages(batch: int, seed: int) -> Iterator[tuple[Ids, Ids]]:
    """Pages of log-uniform length without end, padded, and where a token counts."""
    rng = np.random.default_rng(seed)
    while True:
        pages = [page(rng, int(np.exp(rng.uniform(np.log(5), np.log(LONGEST))))) for _ in range(batch)]
        ids, counts = np.zeros((batch, LONGEST + 1), dtype=np.int32), np.zeros((batch, LONGEST), dtype=np.float32)
        for row, mark, each in zip(ids, counts, pages, strict=True):
            row[: len(each)], mark[: len(each) - 1] = each, 1
        yield ids, counts


class Reader(keras.Model):  # type: ignore[misc]
    """One-hot → a cell → softmax."""

    def __init__(self, cell: str, units: int) -> None:
        super().__init__()
        self.units, self.memory = units, units if remembers(cell) else 0
        self.cell, self.next = CELLS[cell](units), keras.layers.Dense(SIZE)

    def build(self, *_: Any) -> None:
        self.cell.build((None, None, SIZE))
        self.next.build((None, None, self.units))
        self.built = True

    def empty_state(self, batch: int) -> tuple[Any, Any]:
        return jnp.zeros((batch, self.units)), jnp.zeros((batch, self.memory))

    def call(self, ids: Ids, training: bool = False) -> Any:
        """(batch, time, SIZE) logits of the tokens that follow."""
        outputs, _ = self.cell(jax.nn.one_hot(ids, SIZE), self.empty_state(ids.shape[0]), jnp.ones(ids.shape))
        return self.next(outputs)


def gradient_norms(model: Reader, ids: Ids) -> list[float]:
    """(BACK + 1,) mean over pages of the norm of d loss / d h(t − k), k from 0; the loss is that of the last token.

    What is added to each output, nothing, is what is differentiated by: that gives all k in one backward pass.
    """
    seen = jax.nn.one_hot(jnp.swapaxes(ids[:, :-1], 0, 1), SIZE)  # (time, batch, SIZE)

    def loss(added: Any) -> Any:
        def step(state: Any, inputs: Any) -> tuple[Any, None]:
            x, extra = inputs
            _, (output, memory) = model.cell(x[:, None], state, jnp.ones((ids.shape[0], 1)))
            return (output + extra, memory), None

        (output, _), _ = jax.lax.scan(step, model.empty_state(ids.shape[0]), (seen, added))
        return cross_entropy(model.next(output), ids[:, -1]).sum()

    gradients = jax.jit(jax.grad(loss))(jnp.zeros((*seen.shape[:2], model.units)))
    return [float(norm) for norm in jnp.linalg.norm(gradients, axis=-1).mean(axis=-1)[::-1][: BACK + 1]]


def closing(model: Reader, pages: int, seed: int) -> dict[int, float]:
    """The share of end tags that are the likeliest of all, by the length of their element."""
    rng, found = np.random.default_rng(seed), {}
    for length in LENGTHS:
        ids = np.array([page(rng, length) for _ in range(pages)])
        logits = np.asarray(model(ids[:, :-1])[:, -1])[:, NAMES : 2 * NAMES]
        found[length] = round(float((logits.argmax(axis=-1) == ids[:, -1] - NAMES).mean()), 4)
    return found


def relative(norms: list[float]) -> list[float]:
    return [float(f"{norm / norms[0]:.3g}") for norm in norms]


def measured(cell: str, units: int, steps: int, clip_norm: float | None, seed: int = 0) -> dict[str, Any]:
    """One cell, trained in one way."""
    keras.utils.set_random_seed(seed)
    started, model = time.monotonic(), Reader(cell, units)
    model.build()
    rng = np.random.default_rng(seed + 1)
    probe = np.array([page(rng, BACK + 20) for _ in range(64)])
    before = gradient_norms(model, probe)
    fit(model, _loss, training_pages(32, seed + 2), steps=steps, rate=5e-3, clip_norm=clip_norm)
    return {
        "parameters": model.count_params(),
        "gradient_before": relative(before),
        "gradient_after": relative(gradient_norms(model, probe)),
        "closing": closing(model, 200, seed + 3),
        "seconds": round(time.monotonic() - started, 1),
    }


def _loss(call: Any, ids: Ids, counts: Any) -> Any:
    return (cross_entropy(call(ids[:, :-1]), ids[:, 1:]) * counts).sum() / counts.sum()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--units", type=int, default=64)
    parser.add_argument("--cells", nargs="+", default=["simple", "gru", "lstm"], choices=list(CELLS))
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    rows: dict[str, Any] = {}
    for cell in options.cells:
        for way, clip_norm in (("clipped", 1.0), ("not clipped", None)):
            rows[f"{cell}, {way}"] = measured(cell, options.units, options.steps, clip_norm)
            print(f"{cell}, {way}: {rows[f'{cell}, {way}']['closing']}", flush=True)
    if options.output:
        options.output.write_text(json.dumps({"units": options.units, "steps": options.steps, "rows": rows}) + "\n")


if __name__ == "__main__":
    main()
