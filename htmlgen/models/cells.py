"""The cells of the recurrent text generators before the LSTM of layers.py, and beside it, as layers with state in and out.

Laws: each gives the outputs of its paper's equations, which stand in its docstring; simple and GRU those of Keras' layers with the same
weights. Inputs are multiplied as whole sequences before the scan; the scan holds the recurrence alone. Every state is a pair of
arrays as the LSTM's, output and memory; a cell without a memory has one of width 0.
In the equations `x` is already multiplied by the kernel and has its bias added, σ is the logistic function, ⊙ the product of elements.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

import jax
import jax.numpy as jnp
import keras

from htmlgen.models.layers import HoistedLSTM

Array = Any
State = tuple[Array, Array]
_sigmoid = jax.nn.sigmoid


class RecurrentCell(keras.layers.Layer):
    """A cell over (batch, time, features), with weights `kernel`, `recurrent_kernel` and `bias`, and what else the cell has."""

    gates: ClassVar[int] = 1  #: how many times `units` the kernel is wide
    remembers: ClassVar[bool] = False  #: whether there is a memory beside the output

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.units = units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        wide = self.gates * self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], wide), initializer="glorot_uniform")
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=(self.units, wide), initializer="orthogonal")
        self.bias = self.add_weight(name="bias", shape=(wide,), initializer="zeros")

    def step(self, x: Array, output: Array, memory: Array) -> State:
        """One step. Args: x (batch, gates * units); output and memory of the step before. Returns: those after."""
        raise NotImplementedError

    def call(self, sequence: Array, state: State, keep: Array) -> tuple[Array, State]:
        """Args: sequence (batch, time, features); state (output, memory); keep (batch, time), 0 where the state starts afresh, else 1.

        Returns: outputs (batch, time, units) and the state after the last step.
        """
        projected = jnp.swapaxes(jnp.asarray(sequence) @ jnp.asarray(self.kernel.value) + jnp.asarray(self.bias.value), 0, 1)

        def step(carry: State, inputs: State) -> tuple[State, Array]:
            x, kept = inputs
            after = self.step(x, carry[0] * kept, carry[1] * kept)
            return after, after[0]

        last, outputs = jax.lax.scan(step, state, (projected, jnp.swapaxes(keep, 0, 1)[..., None]))
        return jnp.swapaxes(outputs, 0, 1), last

    def compute_output_shape(self, input_shape: Any, *_: Any, **__: Any) -> Any:
        state = (input_shape[0], self.units), (input_shape[0], self.units if self.remembers else 0)
        return (*input_shape[:-1], self.units), state

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("htmlgen")
class SimpleCell(RecurrentCell):
    """h = tanh(x + h₋₁ U). Source: Elman 1990, doi:10.1207/s15516709cog1402_1, with tanh as in Mikolov et al. and Keras."""

    def step(self, x: Array, output: Array, memory: Array) -> State:
        return jnp.tanh(x + output @ jnp.asarray(self.recurrent_kernel.value)), memory


@keras.saving.register_keras_serializable("htmlgen")
class JordanCell(RecurrentCell):
    """h = tanh(x + y₋₁ U), y = tanh(h V + c): what comes back is the output y, not the hidden layer h.

    Source: Jordan 1986, "Serial order: a parallel distributed processing approach", ICS report 8604; its context units without memory of
    their own.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.output_kernel = self.add_weight(name="output_kernel", shape=(self.units, self.units), initializer="glorot_uniform")
        self.output_bias = self.add_weight(name="output_bias", shape=(self.units,), initializer="zeros")

    def step(self, x: Array, output: Array, memory: Array) -> State:
        hidden = jnp.tanh(x + output @ jnp.asarray(self.recurrent_kernel.value))
        return jnp.tanh(hidden @ jnp.asarray(self.output_kernel.value) + jnp.asarray(self.output_bias.value)), memory


@keras.saving.register_keras_serializable("htmlgen")
class GRUCell(RecurrentCell):
    """z = σ(x_z + h₋₁ U_z), r = σ(x_r + h₋₁ U_r), g = tanh(x_g + r ⊙ (h₋₁ U_g + b)), h = z ⊙ h₋₁ + (1 − z) ⊙ g.

    Source: Cho et al. 2014, arXiv:1406.1078, with r after the product as in cuDNN and Keras, so that one product serves all gates.
    """

    gates = 3

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.recurrent_bias = self.add_weight(name="recurrent_bias", shape=(3 * self.units,), initializer="zeros")

    def step(self, x: Array, output: Array, memory: Array) -> State:
        x_z, x_r, x_g = jnp.split(x, 3, axis=-1)
        recurrent = output @ jnp.asarray(self.recurrent_kernel.value) + jnp.asarray(self.recurrent_bias.value)
        h_z, h_r, h_g = jnp.split(recurrent, 3, axis=-1)
        z, r = _sigmoid(x_z + h_z), _sigmoid(x_r + h_r)
        return z * output + (1 - z) * jnp.tanh(x_g + r * h_g), memory


@keras.saving.register_keras_serializable("htmlgen")
class PeepholeCell(RecurrentCell):
    """i = σ(x_i + h₋₁ U_i + p_i ⊙ c₋₁), f = σ(x_f + h₋₁ U_f + p_f ⊙ c₋₁), c = f ⊙ c₋₁ + i ⊙ tanh(x_g + h₋₁ U_g),
    o = σ(x_o + h₋₁ U_o + p_o ⊙ c), h = o ⊙ tanh(c): the gates see the memory, too.

    Source: Gers & Schmidhuber 2000, doi:10.1109/IJCNN.2000.861302; in this form Sak et al. 2014, arXiv:1402.1128. Gates in Keras' order
    i, f, g, o; forget bias 1; without peepholes an LSTM.
    """

    gates = 4
    remembers = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.bias.assign(jnp.zeros(4 * self.units).at[self.units : 2 * self.units].set(1.0))
        self.peepholes = self.add_weight(name="peepholes", shape=(3, self.units), initializer="zeros")

    def step(self, x: Array, output: Array, memory: Array) -> State:
        p_i, p_f, p_o = jnp.asarray(self.peepholes.value)
        i, f, g, o = jnp.split(x + output @ jnp.asarray(self.recurrent_kernel.value), 4, axis=-1)
        after = _sigmoid(f + p_f * memory) * memory + _sigmoid(i + p_i * memory) * jnp.tanh(g)
        return _sigmoid(o + p_o * after) * jnp.tanh(after), after


#: The cells on offer, by the names that the command line has for them.
CELLS: Final[Mapping[str, Callable[..., Any]]] = {
    "simple": SimpleCell,
    "jordan": JordanCell,
    "gru": GRUCell,
    "lstm": HoistedLSTM,
    "peephole": PeepholeCell,
}


def remembers(cell: str) -> bool:
    """Whether a cell has a memory beside its output."""
    return cell in ("lstm", "peephole")
