"""What a prediction costs: nats of the tokens that came, under the plain softmax or among what a grammar allows.

Laws: with a `grammar_share` of 0 the loss is the plain cross entropy; with 1 that among the allowed tokens, which is what constrained
decoding draws from, so that masks do not distort it (cf. Park et al. 2024, arXiv:2405.21047). With a `drawn_share` of 0 it is that of the
mixture of logits and copy; with 1 that of the logits alone.
"""

from typing import Any, Final

import jax
import jax.numpy as jnp

from htmlgen.models.generator import Prediction
from htmlgen.runtime.architecture import NEVER

Array = Any
_LEAST: Final = 1e-30  # of the likeliest token, that all allowed tokens together are counted as


def unpacked(table: Array, masks: Array, vocab: int) -> Array:
    """(…, vocab) bool: rows of `TokenPages.allowed`, whose bits numpy.packbits packed."""
    bits = table[masks][..., None] >> jnp.arange(7, -1, -1, dtype=jnp.uint8) & 1
    return bits.reshape(*masks.shape, -1)[..., :vocab].astype(bool)


def training_loss(
    prediction: Prediction, candidates: Array, targets: Array, allowed: Array | None, *, grammar_share: float, drawn_share: float
) -> tuple[Array, Array]:
    """The mean loss of a token; and the nats of all tokens, among what is allowed."""
    drawn = prediction._replace(odds=jnp.full_like(prediction.odds, NEVER))
    (plain, within), (plain_drawn, within_drawn) = (token_nats(each, candidates, targets, allowed) for each in (prediction, drawn))
    mixed = grammar_share * within + (1 - grammar_share) * plain
    alone = grammar_share * within_drawn + (1 - grammar_share) * plain_drawn
    return ((1 - drawn_share) * mixed + drawn_share * alone).mean(), within.sum()


def token_nats(prediction: Prediction, candidates: Array, targets: Array, allowed: Array | None = None) -> tuple[Array, Array]:
    """(batch, time) nats of the targets among all tokens, and among those that are allowed; the latter are the former where `allowed`
    is None, or forbids what came.

    Args: candidates (batch, time), what copying gives; allowed (batch, time, vocab) bool.
    """
    logits = prediction.logits
    largest = jax.lax.stop_gradient(logits.max(axis=-1))
    weights = jnp.exp(logits - largest[..., None])  # once for both sums
    total = jnp.log(weights.sum(axis=-1)) + largest
    copied = total + prediction.odds
    own = jnp.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    own = jnp.where(targets == candidates, jnp.logaddexp(own, copied), own)
    plain = jnp.logaddexp(total, copied) - own
    if allowed is None:
        return plain, plain
    within = jnp.log(jnp.where(allowed, weights, 0).sum(axis=-1) + _LEAST) + largest
    may_copy, may_come = (jnp.take_along_axis(allowed, ids[..., None], axis=-1)[..., 0] for ids in (candidates, targets))
    restricted = jnp.logaddexp(within, jnp.where(may_copy, copied, NEVER)) - own
    return plain, jnp.where(may_come, restricted, plain)
