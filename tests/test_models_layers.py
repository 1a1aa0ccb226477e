"""Is the hoisted LSTM Keras' LSTM: outputs, states, gradients?"""

import math
from typing import Any

import numpy as np
import pytest

from htmlgen.models.layers import HoistedLSTM  # before keras: chooses its backend

# isort: split
import jax
import jax.numpy as jnp
import keras

BATCH, TIME, FEATURES, UNITS = 3, 7, 5, 4


def close(one: Any, other: Any, atol: float = 1e-6) -> None:
    np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-4, atol=atol)


def arrays(seed: int, *shapes: tuple[int, ...]) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [jnp.asarray(rng.normal(size=shape), dtype="float32") for shape in shapes]


def weights(seed: int) -> list[Any]:
    return arrays(seed, (FEATURES, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,))


def ours(values: list[Any], x: Any, state: Any, keep: Any) -> tuple[Any, Any, Any]:
    layer = HoistedLSTM(UNITS)
    layer.build((None, None, FEATURES))
    (outputs, (output, memory)), _ = layer.stateless_call(values, [], x, state, keep)
    return outputs, output, memory


def theirs(values: list[Any], x: Any, state: Any) -> tuple[Any, Any, Any]:
    layer = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True)
    layer.build((None, None, FEATURES))
    seeds = [variable.value for variable in layer.non_trainable_variables]
    result, _ = layer.stateless_call(values, seeds, x, initial_state=list(state))
    return result[0], result[1], result[2]


@pytest.mark.parametrize("carried", [False, True], ids=["fresh", "carried"])
def test_outputs_and_states_are_those_of_keras(carried: bool) -> None:
    x, *state = arrays(1, (BATCH, TIME, FEATURES), (BATCH, UNITS), (BATCH, UNITS))
    state = state if carried else [jnp.zeros_like(part) for part in state]
    found = ours(weights(2), x, tuple(state), jnp.ones((BATCH, TIME)))
    for one, other in zip(found, theirs(weights(2), x, state), strict=True):
        close(one, other)


def test_gradients_are_those_of_keras() -> None:
    x, output, memory, w_outputs, w_output, w_memory = arrays(
        3, (BATCH, TIME, FEATURES), *[(BATCH, UNITS)] * 2, (BATCH, TIME, UNITS), *[(BATCH, UNITS)] * 2
    )

    def loss(call: Any, values: Any, x: Any, state: Any) -> Any:
        outputs, last, cell = call(values, x, state)
        return (outputs * w_outputs).sum() + (last * w_output).sum() + (cell * w_memory).sum()  # each result has a gradient of its own

    def gradients(call: Any) -> list[Any]:
        return jax.tree.leaves(jax.grad(lambda *given: loss(call, *given), argnums=(0, 1, 2))(weights(4), x, (output, memory)))

    def hoisted_call(values: Any, x: Any, state: Any) -> Any:
        return ours(values, x, state, jnp.ones((BATCH, TIME)))

    hoisted, stock = gradients(hoisted_call), gradients(theirs)
    assert len(hoisted) == len(stock) == 6  # three weights, the input, two states
    for one, other in zip(hoisted, stock, strict=True):
        close(one, other, atol=1e-5)


def test_keep_of_zero_restarts_the_state() -> None:
    x, *state = arrays(5, (1, TIME, FEATURES), (1, UNITS), (1, UNITS))
    keep = jnp.asarray([[1, 1, 1, 0, 1, 1, 1]], dtype="float32")
    whole, output, memory = ours(weights(6), x, tuple(state), keep)
    first, *_ = ours(weights(6), x[:, :3], tuple(state), jnp.ones((1, 3)))
    second, last, cell = ours(weights(6), x[:, 3:], tuple(jnp.zeros_like(part) for part in state), jnp.ones((1, 4)))
    close(whole, jnp.concatenate([first, second], axis=1))
    close(output, last)
    close(memory, cell)


def test_no_gradient_crosses_a_restart() -> None:
    x, *state = arrays(7, (1, TIME, FEATURES), (1, UNITS), (1, UNITS))
    keep = jnp.asarray([[1, 1, 1, 0, 1, 1, 1]], dtype="float32")
    d_x, d_state = jax.grad(lambda x, state: ours(weights(8), x, state, keep)[0][:, 3:].sum(), argnums=(0, 1))(x, tuple(state))
    assert not np.any(d_x[:, :3])
    assert not any(np.any(part) for part in d_state)
    assert np.all(d_x[:, 3:] != 0)


def test_one_step_by_hand() -> None:
    """One unit, one feature; gates in the order input, forget, candidate, output."""
    layer = HoistedLSTM(1)
    layer.build((None, None, 1))
    values = [jnp.asarray([[0.0, math.log(3), 1.0, 0.0]]), jnp.asarray([[math.log(3), 0.0, 0.0, 0.0]]), jnp.zeros(4)]
    (outputs, (_, memory)), _ = layer.stateless_call(
        values, [], jnp.ones((1, 1, 1)), (jnp.ones((1, 1)), jnp.full((1, 1), 2.0)), jnp.ones((1, 1))
    )
    cell = 3 / 4 * 2 + 3 / 4 * math.tanh(1)  # σ(log 3) = 3/4 for forget (from x) and input (from the output before)
    assert float(memory[0, 0]) == pytest.approx(cell, rel=1e-6)
    assert float(outputs[0, 0, 0]) == pytest.approx(math.tanh(cell) / 2, rel=1e-6)  # σ(0) = 1/2


def test_initial_weights_forget_nothing() -> None:
    layer = HoistedLSTM(UNITS)
    layer.build((None, None, FEATURES))
    np.testing.assert_array_equal(layer.bias.value, [0] * UNITS + [1] * UNITS + [0] * 2 * UNITS)
