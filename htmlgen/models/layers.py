"""An LSTM layer whose matrices are multiplied as whole sequences wherever the recurrence allows.

Laws: outputs and gradients equal those of `keras.layers.LSTM` with the same weights (up to rounding).
Keras' layer on JAX multiplies the inputs step by step inside the scan, and its backward pass adds up a weight gradient a step. Here
`x @ W` is one product before the scan, and both weight gradients are one product after it; the scan holds `h @ U` alone.
Source: Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735; hoisting as in Appleyard et al. 2016, arXiv:1604.01946.
"""

from typing import Any

import jax
import jax.numpy as jnp
import keras

Array = Any


def _cell(gates: Array, memory: Array) -> tuple[Array, Array, Array]:
    """One step from summed gates (batch, 4 units) and memory (batch, units): output, memory, activated gates."""
    i, f, g, o = jnp.split(gates, 4, axis=-1)
    i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
    memory = f * memory + i * g
    return o * jnp.tanh(memory), memory, jnp.concatenate([i, f, g, o], axis=-1)


def _forward(projected: Array, recurrent: Array, output: Array, memory: Array, keep: Array) -> tuple[Any, Any]:
    def step(carry: tuple[Array, Array], inputs: tuple[Array, Array]) -> tuple[Any, Any]:
        x, k = inputs
        h, c = carry[0] * k, carry[1] * k
        new_h, new_c, gates = _cell(x + h @ recurrent, c)
        return (new_h, new_c), (new_h, new_c, gates)

    last, (outputs, memories, gates) = jax.lax.scan(step, (output, memory), (projected, keep))
    return (outputs, *last), (recurrent, output, memory, keep, outputs, memories, gates)


@jax.custom_vjp
def lstm(projected: Array, recurrent: Array, output: Array, memory: Array, keep: Array) -> tuple[Array, Array, Array]:
    """A whole sequence through the recurrence.

    Args: projected (time, batch, 4 units), `x @ W + b`, gates in Keras' order i, f, c, o; recurrent (units, 4 units); output and
    memory (batch, units), the state before; keep (time, batch, 1), 0 where the state starts afresh before that step, else 1.
    Returns: outputs (time, batch, units), last output, last memory.
    """
    result: tuple[Array, Array, Array] = _forward(projected, recurrent, output, memory, keep)[0]
    return result


def _backward(saved: Any, gradients: Any) -> tuple[Array, ...]:
    recurrent, output, memory, keep, outputs, memories, gates = saved
    d_outputs, d_last_output, d_last_memory = gradients
    before_h = jnp.concatenate([output[None], outputs[:-1]]) * keep
    before_c = jnp.concatenate([memory[None], memories[:-1]]) * keep

    def step(carry: tuple[Array, Array], inputs: Any) -> tuple[Any, Any]:
        d_h, d_c = carry
        d_y, gate, c, c_before, k = inputs
        i, f, g, o = jnp.split(gate, 4, axis=-1)
        squashed = jnp.tanh(c)
        d_h = d_h + d_y
        d_c = d_c + d_h * o * (1 - squashed * squashed)
        d_gates = jnp.concatenate(
            [d_c * g * i * (1 - i), d_c * c_before * f * (1 - f), d_c * i * (1 - g * g), d_h * squashed * o * (1 - o)], axis=-1
        )
        return (d_gates @ recurrent.T * k, d_c * f * k), d_gates

    (d_output, d_memory), d_projected = jax.lax.scan(
        step, (d_last_output, d_last_memory), (d_outputs, gates, memories, before_c, keep), reverse=True
    )
    d_recurrent = jnp.einsum("tbu,tbg->ug", before_h, d_projected)
    return d_projected, d_recurrent, d_output, d_memory, jnp.zeros_like(keep)


lstm.defvjp(_forward, _backward)


@keras.saving.register_keras_serializable("htmlgen")
class HoistedLSTM(keras.layers.Layer):
    """LSTM over (batch, time, features) with state in and out, for training with carried state.

    Weights, gate order and initialisation are those of `keras.layers.LSTM` (forget bias 1).
    """

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.units = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        units = self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 4 * units), initializer="glorot_uniform")
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=(units, 4 * units), initializer="orthogonal")
        self.bias = self.add_weight(name="bias", shape=(4 * units,), initializer="zeros")
        self.bias.assign(jnp.zeros(4 * units).at[units : 2 * units].set(1.0))

    def call(self, sequence: Array, state: tuple[Array, Array], keep: Array) -> tuple[Array, tuple[Array, Array]]:
        """Args: sequence (batch, time, features); state (output, memory), each (batch, units); keep (batch, time).

        Returns: outputs (batch, time, units) and the state after the last step.
        """
        projected = jnp.swapaxes(jnp.asarray(sequence) @ jnp.asarray(self.kernel.value) + jnp.asarray(self.bias.value), 0, 1)
        recurrent = jnp.asarray(self.recurrent_kernel.value)
        outputs, output, memory = lstm(projected, recurrent, *state, jnp.swapaxes(keep, 0, 1)[..., None])
        return jnp.swapaxes(outputs, 0, 1), (output, memory)

    def compute_output_shape(self, input_shape: Any, *_: Any, **__: Any) -> Any:
        state = (input_shape[0], self.units)
        return (*input_shape[:-1], self.units), (state, state)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}
