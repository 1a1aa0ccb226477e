"""The autoencoder: snippet → LSTM both ways → one code of fixed length → LSTM → the same snippet.

A code is `[length | gist | slots]`, numbers in (-1, 1):

- length: the snippet's tokens, as a share of `longest`;
- gist: what the whole is about, from the mean of the encoder's outputs; trained to tell which tokens the snippet has, in whatever order;
- slots: what stands where, a slot a token or, in longer snippets, a few (runtime/codes.py).

The decoder knows how far it has come, so it knows which slots speak of the token that comes next: those, and the gist, it sees at every
step, beside the last token and where on the page it stands (tokens/context.py). So the code is read in order, and what the LSTM has to
keep is what the slots of a long snippet leave out. Noise is added to codes in training, so that near codes mean near snippets.
Cf. Sutskever et al. 2014, arXiv:1409.3215; the code seen at every step as in Cho et al. 2014, arXiv:1406.1078.

A *variational* autoencoder learns the deviation of each number instead, and pays for what it tells: the divergence of the number's normal
distribution from one of mean 0 that all numbers share (Kingma & Welling 2013, arXiv:1312.6114), but for what each may tell for nothing
(free bits, Kingma et al. 2016, arXiv:1606.04934). The code that it gives is the mean.

Slots and the way back start as a random projection of the embedding and its transpose, so that a fresh model copies a little already.
"""

from typing import Any, Final, NamedTuple

import jax.numpy as jnp
import keras
import numpy as np

from htmlgen.models.layers import HoistedLSTM
from htmlgen.runtime.architecture import AutoencoderConfig
from htmlgen.runtime.codes import joined, read_codes
from htmlgen.tokens.context import offsets

Array = Any
_SLOT_GAIN: Final = 10.0  # of fresh weights: slots are about half as large as they can be
_LOGIT_GAIN: Final = 16.0
_PRIOR: Final = 0.5  # the deviation that numbers of variational codes have in all
_USUAL: Final = 0.1  # that of each at first
_FURTHEST: Final = 3.0  # e-fold that it may become smaller or larger


class Snippets(NamedTuple):
    """A batch of snippets, BOS first, padded at their ends."""

    ids: Array  #: (batch, time) int
    features: Array  #: (batch, time, places) int: where on the page each of them leaves one
    lengths: Array  #: (batch,) int: tokens of each, without BOS and EOS


class Said(NamedTuple):
    """What the model says, as vectors whose products with the embedding are logits, the output bias left out."""

    tokens: Array  #: (batch, time, embedding), of the token after each position
    bag: Array  #: (batch, embedding), of any token of the snippet
    codes: Array  #: (batch, dim), without noise
    divergence: Array  #: (batch, dim) nats that each number tells, 0 where the model is not variational


@keras.saving.register_keras_serializable("htmlgen")
class AutoencoderModel(keras.Model):
    """Encoder and decoder, which share an embedding of tokens and places."""

    def __init__(self, config: AutoencoderConfig, *, seed: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.config = config
        self.embedding = keras.layers.Embedding(
            config.vocab_size, config.embedding, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.05, seed=seed)
        )
        self.forwards = HoistedLSTM(config.encoder_units, name="forwards")
        self.backwards = HoistedLSTM(config.encoder_units, name="backwards")
        self.to_slot = keras.layers.Dense(config.slot_width, name="to_slot")
        self.to_gist = keras.layers.Dense(config.gist, name="to_gist")
        self.gist_spread = keras.layers.Dense(config.gist, name="gist_spread")
        self.slot_spread = keras.layers.Dense(config.slot_width, name="slot_spread")
        self.from_gist = keras.layers.Dense(config.embedding, name="from_gist")
        self.from_code = keras.layers.Dense(config.embedding, name="from_code")
        self.decoder = HoistedLSTM(config.decoder_units, name="decoder")
        self.to_logits = keras.layers.Dense(config.embedding, name="to_logits")
        self.seeds = keras.random.SeedGenerator(seed + 1)
        self._small = keras.initializers.RandomNormal(stddev=0.02, seed=seed + 100)

    def build(self, *_: Any) -> None:
        config = self.config
        outputs = 2 * config.encoder_units
        self.embedding.build((None, None))
        for layer in (self.forwards, self.backwards):
            layer.build((None, None, config.embedding))
        self.to_slot.build((None, config.embedding + outputs))
        self.to_gist.build((None, config.embedding + 2 * outputs))
        if config.variational:
            self.gist_spread.build((None, config.embedding + 2 * outputs))
            self.slot_spread.build((None, config.embedding + outputs))
        self.from_gist.build((None, config.gist))
        self.from_code.build((None, config.seen))
        self.decoder.build((None, None, config.embedding))
        self.to_logits.build((None, config.decoder_units + config.seen))
        self.output_bias = self.add_weight(name="output_bias", shape=(config.vocab_size,), initializer="zeros")
        self.places = self.add_weight(name="places", shape=(sum(config.places), config.embedding), initializer=self._small)
        self._copy_at_first()
        self.built = True

    def _copy_at_first(self) -> None:
        """Slots begin as a projection of tokens; what is read of the slot at hand, as its transpose."""
        width = self.config.slot_width
        projection = np.linalg.qr(np.random.default_rng(0).standard_normal((self.config.embedding, max(width, 1))))[0][:, :width]
        shape = projection.shape[1]
        to_slot = 0.3 * np.asarray(self.to_slot.kernel.value)
        to_slot[: self.config.embedding, :shape] = _SLOT_GAIN * projection
        self.to_slot.kernel.assign(to_slot)
        to_logits = 0.3 * np.asarray(self.to_logits.kernel.value)
        here = self.config.decoder_units + width
        to_logits[here : here + shape] = _LOGIT_GAIN * projection.T
        self.to_logits.kernel.assign(to_logits)

    def call(
        self, snippets: Snippets, given: Snippets | None = None, *, noise: float = 0.0, masked: float = 0.0, training: bool = False
    ) -> Said:
        """What it says of snippets from their codes, each token after the ones before.

        Args: given, what codes are made of, if not of the snippets themselves; noise, deviation of what is added to codes in training;
        masked, share of tokens that the encoder does not see then: twice as many of every other snippet, on average.
        """
        given = snippets if given is None else given
        ids = self._hidden(given.ids, masked) if training and masked else given.ids
        codes, deviations = self.distribution(given._replace(ids=ids))
        noisy = codes
        if training and (noise or self.config.variational):
            drawn = jnp.asarray(keras.random.normal(codes.shape, seed=self.seeds))
            noisy = codes + (deviations if self.config.variational else noise) * drawn * (jnp.arange(codes.shape[-1]) > 0)  # not the length
        bag = self.from_gist(noisy[:, 1 : 1 + self.config.gist])
        divergence = divergence_of(codes, deviations) if self.config.variational else jnp.zeros_like(codes)
        return Said(self.decode(noisy, snippets.ids, snippets.features), jnp.asarray(bag), codes, divergence)

    def _hidden(self, ids: Array, share: float) -> Array:
        """Ids, some of them PAD."""
        rows = jnp.asarray(keras.random.uniform((len(ids), 1), seed=self.seeds)) < 0.5
        drawn = jnp.asarray(keras.random.uniform(ids.shape, seed=self.seeds))
        return jnp.where(rows & (drawn < 2 * share), 0, ids)

    def encode(self, snippets: Snippets) -> Array:
        """(batch, dim) codes."""
        return self.distribution(snippets)[0]

    def distribution(self, snippets: Snippets) -> tuple[Array, Array]:
        """(batch, dim) codes, and the deviation of each number; that of a model that is not variational is 0."""
        config, lengths = self.config, snippets.lengths
        seen = self.embedded(snippets.ids, snippets.features)[:, 1:]  # BOS tells nothing
        steps = jnp.arange(seen.shape[1])[None]
        there = (steps < lengths[:, None])[..., None]
        turned = jnp.where(there[..., 0], lengths[:, None] - 1 - steps, steps)[..., None]
        forwards = _run(self.forwards, seen)
        backwards = jnp.take_along_axis(_run(self.backwards, jnp.take_along_axis(seen, turned, axis=1)), turned, axis=1)
        outputs = jnp.concatenate([seen, forwards, backwards], axis=-1) * there
        mean = outputs.sum(axis=1) / lengths[:, None]
        last = jnp.take_along_axis(forwards, (lengths - 1)[:, None, None], axis=1)[:, 0]
        whole = jnp.concatenate([mean, last, backwards[:, 0]], axis=-1)
        codes = joined(config, jnp.tanh(self.to_gist(whole)), jnp.tanh(self.to_slot(outputs)) * there, lengths)
        if not config.variational:
            return codes, jnp.zeros_like(codes)
        spreads = joined(config, self.gist_spread(whole), self.slot_spread(outputs) * there, lengths)
        return codes, _USUAL * jnp.exp(jnp.clip(spreads, -_FURTHEST, _FURTHEST))

    def decode(self, codes: Array, ids: Array, features: Array) -> Array:
        """(batch, time, embedding): what comes after ids (batch, time) from BOS on, with features (batch, time, places), of codes."""
        seen = read_codes(self.config, codes, jnp.arange(ids.shape[1])[None])
        hidden = _run(self.decoder, self.embedded(ids, features) + self.from_code(seen))
        return jnp.asarray(self.to_logits(jnp.concatenate([hidden, seen], axis=-1)))

    def embedded(self, ids: Array, features: Array) -> Array:
        """(batch, time, embedding): each token, and where it leaves one."""
        starts, most = jnp.asarray(offsets(self.config.places)), jnp.asarray(self.config.places) - 1
        return jnp.asarray(self.embedding(ids)) + jnp.asarray(self.places.value)[jnp.minimum(features, most) + starts].sum(axis=-2)

    def named_weights(self) -> dict[str, Array]:
        """Weights under stable names, float32: embedding, output_bias, places, forwards/kernel …"""
        named = {"embedding": self.embedding.embeddings, "output_bias": self.output_bias, "places": self.places}
        recurrent = (self.forwards, self.backwards, self.decoder)
        dense = (self.to_slot, self.to_gist, self.from_gist, self.from_code, self.to_logits)
        dense += (self.gist_spread, self.slot_spread) if self.config.variational else ()
        return named | {f"{layer.name}/{weight.name}": weight for layer in (*recurrent, *dense) for weight in layer.weights}


def divergence_of(means: Array, deviations: Array) -> Array:
    """Nats between normal distributions and the one that all numbers share, of mean 0; none for numbers that tell nothing at all.

    Law: KL(N(m, s²) ‖ N(0, p²)) = ln(p / s) + (s² + m²) / 2p² − ½, 0 for m = 0 and s = p, and never less.
    """
    nats = jnp.log(_PRIOR / deviations) + (deviations**2 + means**2) / (2 * _PRIOR**2) - 0.5
    return jnp.where(means == 0, 0, nats) * (jnp.arange(means.shape[-1]) > 0)


def _run(layer: HoistedLSTM, sequence: Array) -> Array:
    state = (jnp.zeros((sequence.shape[0], layer.units)),) * 2
    outputs, _ = layer(sequence, state, jnp.ones(sequence.shape[:2]))
    return jnp.asarray(outputs)


def create(config: AutoencoderConfig, seed: int = 0) -> AutoencoderModel:
    """An autoencoder with fresh weights, the same for the same seed."""
    keras.utils.set_random_seed(seed)
    model = AutoencoderModel(config, seed=seed)
    model.build()
    return model
