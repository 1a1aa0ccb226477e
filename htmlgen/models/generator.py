"""The generator: embedding → stacked LSTM → projection tied to the embedding.

The last layer is as wide as the embedding, so that tying needs no further matrix (Press & Wolf 2017, arXiv:1608.05859; widths as in
Merity et al. 2018, arXiv:1708.02182).
"""

from typing import Any

import jax.numpy as jnp
import keras

from htmlgen.models.layers import HoistedLSTM
from htmlgen.runtime.architecture import GeneratorConfig

Array = Any
State = tuple[tuple[Array, Array], ...]


@keras.saving.register_keras_serializable("htmlgen")
class GeneratorModel(keras.Model):
    """Next-token logits of token sequences, with carried state. `bos` marks where a page starts and the state starts afresh."""

    def __init__(self, config: GeneratorConfig, *, bos: int = 2, seed: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.config, self.bos = config, bos
        self.embedding = keras.layers.Embedding(
            config.vocab_size, config.embedding, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.05, seed=seed)
        )
        self.recurrent = [HoistedLSTM(width, name=f"lstm_{index}") for index, width in enumerate(config.widths)]
        self.dropouts = [
            keras.layers.Dropout(config.dropout, noise_shape=(None, 1, None), seed=seed + 1 + index) for index in range(config.layers + 1)
        ]

    def build(self, *_: Any) -> None:
        self.embedding.build((None, None))
        for layer, features in zip(self.recurrent, self.config.inputs, strict=True):
            layer.build((None, None, features))
        self.output_bias = self.add_weight(name="output_bias", shape=(self.config.vocab_size,), initializer="zeros")
        self.built = True

    def call(self, ids: Array, state: State, training: bool = False) -> tuple[Array, State]:
        """Args: ids (batch, time) int; state, (output, memory) of each layer (`empty_state`).

        Returns: logits (batch, time, vocab) for the token after each position, and the state after the last.
        """
        keep = jnp.asarray(ids != self.bos, dtype="float32")
        hidden = self.dropouts[0](self.embedding(ids), training=training)
        after: list[tuple[Array, Array]] = []
        for layer, dropout, before in zip(self.recurrent, self.dropouts[1:], state, strict=True):
            hidden, last = layer(hidden, before, keep)
            hidden = dropout(hidden, training=training)
            after.append(last)
        logits = hidden @ jnp.transpose(jnp.asarray(self.embedding.embeddings.value)) + jnp.asarray(self.output_bias.value)
        return logits, tuple(after)

    def empty_state(self, batch: int) -> State:
        """The state before a page."""
        return tuple((jnp.zeros((batch, width)), jnp.zeros((batch, width))) for width in self.config.widths)

    def named_weights(self) -> dict[str, Array]:
        """Weights under stable names, float32: embedding, output_bias, lstm_N/kernel …"""
        named = {"embedding": self.embedding.embeddings, "output_bias": self.output_bias}
        for layer in self.recurrent:
            named |= {f"{layer.name}/{weight.name}": weight for weight in layer.weights}
        return named


def create(config: GeneratorConfig, seed: int = 0) -> GeneratorModel:
    """A generator with fresh weights, the same for the same seed."""
    keras.utils.set_random_seed(seed)
    model = GeneratorModel(config, seed=seed)
    model.build()
    return model
