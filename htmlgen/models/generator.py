"""The generator: embedding → stacked LSTM → projection tied to the embedding, and a share for the token that the page itself suggests.

The last layer is as wide as the embedding, so that tying needs no further matrix (Press & Wolf 2017, arXiv:1608.05859; widths as in
Merity et al. 2018, arXiv:1708.02182). Beside the last token the model sees its context (tokens/context.py): embeddings of where on the page
it stands are added to the token's. Pages repeat themselves, which a recurrent state of fixed size forgets: the token that followed when
the page last read like this gets a share of the probability, by a gate that sees how long the match is and what the last layer says (cf.
the continuous cache of Grave et al. 2016, arXiv:1612.04426, and pointers, Merity et al. 2016, arXiv:1609.07843). Nothing but the gate sees
the match, so that the logits are a model of their own: pages can be drawn from them with as much copying as one likes.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import keras

from htmlgen.models.layers import HoistedLSTM
from htmlgen.runtime.architecture import NEVER, GeneratorConfig
from htmlgen.tokens.context import offsets

Array = Any
State = tuple[tuple[Array, Array], ...]


class Prediction(NamedTuple):
    """What the model says of the token after each position."""

    logits: Array  #: (batch, time, vocab)
    odds: Array  #: (batch, time) log-odds of copying the candidate against drawing from the logits, NEVER where there is none
    state: State  #: after the last position


@keras.saving.register_keras_serializable("htmlgen")
class GeneratorModel(keras.Model):
    """Predictions of the next token, with carried state. `bos` marks where a page starts and the state starts afresh."""

    def __init__(self, config: GeneratorConfig, *, bos: int = 2, seed: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.config, self.bos = config, bos
        self.embedding = keras.layers.Embedding(
            config.vocab_size, config.embedding, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.05, seed=seed)
        )
        self.recurrent = self._stacked()
        self.dropouts = [
            keras.layers.Dropout(config.dropout, noise_shape=(None, 1, None), seed=seed + 1 + index) for index in range(config.layers + 1)
        ]
        self._small = keras.initializers.RandomNormal(stddev=0.02, seed=seed + 100)

    def _stacked(self) -> list[Any]:
        """The recurrent layers."""
        return [HoistedLSTM(width, name=f"lstm_{index}") for index, width in enumerate(self.config.widths)]

    def build(self, *_: Any) -> None:
        config = self.config
        self.embedding.build((None, None))
        for layer, features in zip(self.recurrent, config.inputs, strict=True):
            layer.build((None, None, features))
        self.output_bias = self.add_weight(name="output_bias", shape=(config.vocab_size,), initializer="zeros")
        if config.structures:
            self.structure = self.add_weight(name="structure", shape=(sum(config.structures), config.embedding), initializer=self._small)
        if config.matches:
            self.gate = self.add_weight(name="gate", shape=(config.embedding,), initializer="zeros")
            self.gate_bias = self.add_weight(name="gate_bias", shape=(config.matches,), initializer="zeros")
        self.built = True

    def call(self, ids: Array, features: Array, state: State, training: bool = False) -> Prediction:
        """Args: ids (batch, time) int; features (batch, time, features) int, the contexts after those ids; state, (output, memory) of
        each layer (`empty_state`).
        """
        keep = jnp.asarray(ids != self.bos, dtype="float32")
        hidden = self.dropouts[0](self._seen(ids, features), training=training)
        after: list[tuple[Array, Array]] = []
        for layer, dropout, before in zip(self.recurrent, self.dropouts[1:], state, strict=True):
            hidden, last = layer(hidden, before, keep)
            hidden = dropout(hidden, training=training)
            after.append(last)
        logits = hidden @ jnp.transpose(jnp.asarray(self.embedding.embeddings.value)) + jnp.asarray(self.output_bias.value)
        return Prediction(logits, self._odds(hidden, features), tuple(after))

    def _seen(self, ids: Array, features: Array) -> Array:
        """(batch, time, embedding): each token, and where it stands."""
        seen = self.embedding(ids)
        if self.config.structures:
            starts = jnp.asarray(offsets(self.config.structures))
            seen = seen + jnp.asarray(self.structure.value)[features[..., : len(starts)] + starts].sum(axis=-2)
        return seen

    def _odds(self, hidden: Array, features: Array) -> Array:
        match = features[..., -2]
        if not self.config.matches:
            return jnp.full(match.shape, NEVER)
        odds = jnp.asarray(self.gate_bias.value)[match] + hidden @ jnp.asarray(self.gate.value)
        return jnp.where(match > 0, odds, NEVER)

    def empty_state(self, batch: int) -> State:
        """The state before a page."""
        return tuple((jnp.zeros((batch, width)), jnp.zeros((batch, width))) for width in self.config.widths)

    def named_weights(self) -> dict[str, Array]:
        """Weights under stable names, float32: embedding, output_bias, structure, gate …, lstm_N/kernel …"""
        named = {"embedding": self.embedding.embeddings, "output_bias": self.output_bias}
        if self.config.structures:
            named["structure"] = self.structure
        if self.config.matches:
            named |= {"gate": self.gate, "gate_bias": self.gate_bias}
        for layer in self.recurrent:
            named |= {f"{layer.name}/{weight.name}": weight for weight in layer.weights}
        return named


def with_copies(logits: Array, odds: Array, candidates: Array) -> Array:
    """(…, vocab) logits in which each candidate has its share: odds are those of copying it against drawing from the logits."""
    own = jnp.take_along_axis(logits, candidates[..., None], axis=-1)[..., 0]
    raised = jnp.logaddexp(own, jax.scipy.special.logsumexp(logits, axis=-1) + odds)
    return jnp.put_along_axis(logits, candidates[..., None], raised[..., None], axis=-1, inplace=False)


def create(config: GeneratorConfig, seed: int = 0) -> GeneratorModel:
    """A generator with fresh weights, the same for the same seed."""
    keras.utils.set_random_seed(seed)
    model = GeneratorModel(config, seed=seed)
    model.build()
    return model
