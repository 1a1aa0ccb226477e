"""Is each cell what its paper, and Keras, say it is?"""

from typing import Any

import numpy as np
import pytest

from htmlgen.models.cells import CELLS, remembers  # before keras: chooses its backend

# isort: split
import jax.numpy as jnp
import keras

BATCH, TIME, FEATURES, UNITS = 3, 6, 5, 4


def arrays(seed: int, *shapes: tuple[int, ...]) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [jnp.asarray(rng.normal(size=shape), dtype="float32") for shape in shapes]


def made(cell: str) -> tuple[Any, list[Any]]:
    """A layer, and random weights of its shapes."""
    layer = CELLS[cell](UNITS)
    layer.build((None, None, FEATURES))
    return layer, arrays(1, *(weight.shape for weight in layer.weights))


def state(cell: str, seed: int = 2) -> tuple[Any, Any]:
    output, memory = arrays(seed, (BATCH, UNITS), (BATCH, UNITS if remembers(cell) else 0))
    return output, memory


def run(cell: str, x: Any, before: Any, keep: Any = None) -> tuple[Any, Any]:
    layer, weights = made(cell)
    keep = jnp.ones(x.shape[:2]) if keep is None else keep
    (outputs, after), _ = layer.stateless_call(weights, [], x, before, keep)
    return outputs, after


def close(one: Any, other: Any) -> None:
    np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("cell", "stock"), [("simple", keras.layers.SimpleRNN), ("gru", keras.layers.GRU)])
def test_outputs_are_those_of_keras(cell: str, stock: Any) -> None:
    (x,) = arrays(3, (BATCH, TIME, FEATURES))
    _, weights = made(cell)
    if cell == "gru":  # Keras has both biases in one array
        weights = [weights[0], weights[1], jnp.stack(weights[2:])]
    layer = stock(UNITS, return_sequences=True)
    layer.build((None, None, FEATURES))
    seeds = [variable.value for variable in layer.non_trainable_variables]
    before = state(cell)
    expected, _ = layer.stateless_call(weights, seeds, x, initial_state=[before[0]])
    close(run(cell, x, before)[0], expected)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def by_hand(cell: str, x: Any, before: Any) -> Any:
    """Outputs by the equations of the docstrings, step by step, in NumPy."""
    _, weights = made(cell)
    kernel, recurrent, bias, *rest = map(np.asarray, weights)
    y, c, outputs = np.asarray(before[0]), np.asarray(before[1]), []
    for time in range(TIME):
        summed = np.asarray(x)[:, time] @ kernel + bias + y @ recurrent
        if cell == "jordan":
            y = np.tanh(np.tanh(summed) @ rest[0] + rest[1])
        else:
            i, f, g, o = np.split(summed, 4, axis=-1)
            p_i, p_f, p_o = rest[0]
            c = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * np.tanh(g)
            y = sigmoid(o + p_o * c) * np.tanh(c)
        outputs.append(y)
    return np.stack(outputs, axis=1)


@pytest.mark.parametrize("cell", ["jordan", "peephole"])
def test_outputs_are_those_of_the_equations(cell: str) -> None:
    (x,) = arrays(3, (BATCH, TIME, FEATURES))
    close(run(cell, x, state(cell))[0], by_hand(cell, x, state(cell)))


def test_without_peepholes_it_is_an_lstm() -> None:
    (x,) = arrays(3, (BATCH, TIME, FEATURES))
    layer, weights = made("peephole")
    lstm = CELLS["lstm"](UNITS)
    lstm.build((None, None, FEATURES))
    keep = jnp.ones((BATCH, TIME))
    (blind, _), _ = layer.stateless_call([*weights[:3], jnp.zeros((3, UNITS))], [], x, state("lstm"), keep)
    (expected, _), _ = lstm.stateless_call(weights[:3], [], x, state("lstm"), keep)
    close(blind, expected)


@pytest.mark.parametrize("cell", CELLS)
def test_state_is_carried_and_forgotten(cell: str) -> None:
    (x,) = arrays(3, (BATCH, TIME, FEATURES))
    whole, last = run(cell, x, state(cell))
    first, between = run(cell, x[:, :2], state(cell))
    second, after = run(cell, x[:, 2:], between)
    close(whole, jnp.concatenate([first, second], axis=1))
    for one, other in zip(last, after, strict=True):
        close(one, other)
    afresh, _ = run(cell, x[:, 2:], tuple(part * 0 for part in between))
    keep = jnp.ones((BATCH, TIME)).at[:, 2].set(0)
    close(run(cell, x, state(cell), keep)[0][:, 2:], afresh)
