"""Is a loss the nats of what came, among all tokens and among those that a grammar allows, copies included?"""

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from htmlgen.models.generator import Prediction, with_copies
from htmlgen.models.losses import token_nats, unpacked
from htmlgen.runtime.architecture import NEVER

LOGITS = np.log([1.0, 2.0, 4.0, 1.0])  # of 8 together
ALL = (True, True, True, True)
NO_COPY, EVEN, THREE = NEVER, 0.0, math.log(3)  # odds: a copy has no, half, three quarters of the probability


@pytest.mark.parametrize(
    ("odds", "candidate", "target", "allowed", "plain", "restricted"),
    [
        pytest.param(NO_COPY, 0, 2, ALL, 1 / 2, 1 / 2, id="nothing to copy, all allowed"),
        pytest.param(NO_COPY, 2, 2, (True, False, True, False), 1 / 2, 4 / 5, id="nothing to copy"),
        pytest.param(NO_COPY, 0, 1, (True, False, True, False), 1 / 4, 1 / 4, id="the grammar forbids what came"),
        pytest.param(EVEN, 2, 2, ALL, 3 / 4, 3 / 4, id="what was copied"),
        pytest.param(EVEN, 0, 2, ALL, 1 / 4, 1 / 4, id="what was not copied"),
        pytest.param(EVEN, 2, 2, (True, False, True, False), 3 / 4, 12 / 13, id="a copy among the allowed"),  # 4 + 8 of 5 + 8
        pytest.param(EVEN, 1, 2, (True, False, True, False), 1 / 4, 4 / 5, id="a copy that is forbidden"),
        pytest.param(THREE, 0, 0, (True, True, False, False), 25 / 32, 25 / 27, id="a likely copy"),  # 1 + 24 of 8 + 24, of 3 + 24
    ],
)
def test_nats_by_hand(odds: float, candidate: int, target: int, allowed: tuple[bool, ...], plain: float, restricted: float) -> None:
    said = Prediction(jnp.asarray(LOGITS[None, None]), jnp.asarray([[odds]]), ())
    found = token_nats(said, jnp.asarray([[candidate]]), jnp.asarray([[target]]), jnp.asarray([[allowed]]))
    np.testing.assert_allclose(np.exp([-float(nats[0, 0]) for nats in found]), [plain, restricted], rtol=1e-5)


def test_without_masks_both_are_the_plain_nats() -> None:
    said = Prediction(jnp.asarray(LOGITS[None, None]), jnp.asarray([[EVEN]]), ())
    plain, restricted = token_nats(said, jnp.asarray([[2]]), jnp.asarray([[2]]))
    np.testing.assert_allclose([plain[0, 0], restricted[0, 0]], -math.log(3 / 4), rtol=1e-5)


def drawn() -> tuple[Any, Any, Any, Any]:
    """Logits (2, 5, 19), odds and candidates (2, 5), masks (2, 5, 19); some with nothing to copy."""
    rng = np.random.default_rng(1)
    odds = np.where(rng.random((2, 5)) < 0.3, NEVER, rng.normal(0, 2, (2, 5)))
    allowed = rng.random((2, 5, 19)) < 0.4
    allowed[..., 0] = True
    return rng.normal(0, 3, (2, 5, 19)), odds, rng.integers(0, 19, (2, 5)), allowed


def test_both_distributions_sum_to_one() -> None:
    logits, odds, candidates, allowed = drawn()
    said = Prediction(jnp.asarray(logits), jnp.asarray(odds), ())
    plain, restricted = np.zeros((2, 5)), np.zeros((2, 5))
    for target in range(19):
        nats = token_nats(said, jnp.asarray(candidates), jnp.full((2, 5), target), jnp.asarray(allowed))
        plain += np.exp(-np.asarray(nats[0]))
        restricted += np.where(allowed[..., target], np.exp(-np.asarray(nats[1])), 0)
    np.testing.assert_allclose(plain, 1, rtol=1e-5)
    np.testing.assert_allclose(restricted, 1, rtol=1e-5)


def test_logits_with_copies_are_the_mixture() -> None:
    logits, odds, candidates, _ = drawn()
    raised = np.asarray(with_copies(jnp.asarray(logits), jnp.asarray(odds), jnp.asarray(candidates)), dtype=np.float64)
    found, own = (np.exp(each) / np.exp(each).sum(axis=-1, keepdims=True) for each in (raised, logits))
    gate = np.where(odds == NEVER, 0, 1 / (1 + np.exp(-np.where(odds == NEVER, 0, odds))))[..., None]
    np.testing.assert_allclose(found, (1 - gate) * own + gate * np.eye(19)[candidates], rtol=2e-5, atol=1e-7)


def test_the_loss_is_that_of_the_logits_that_are_drawn_from() -> None:
    logits, odds, candidates, allowed = drawn()
    targets = np.random.default_rng(2).integers(0, 19, (2, 5))
    raised = np.asarray(with_copies(jnp.asarray(logits), jnp.asarray(odds), jnp.asarray(candidates)), dtype=np.float64)
    said = Prediction(jnp.asarray(logits), jnp.asarray(odds), ())
    nats = token_nats(said, jnp.asarray(candidates), jnp.asarray(targets), jnp.asarray(allowed))
    own = np.take_along_axis(raised, targets[..., None], -1)[..., 0]
    plain = np.log(np.exp(raised).sum(-1)) - own
    within = np.log(np.where(allowed, np.exp(raised), 0).sum(-1)) - own
    may_come = np.take_along_axis(allowed, targets[..., None], -1)[..., 0]
    assert 0 < may_come.sum() < may_come.size
    np.testing.assert_allclose(nats[0], plain, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(nats[1], np.where(may_come, within, plain), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("vocab", [1, 7, 8, 9, 19])
def test_unpacked_bits_are_numpys(vocab: int) -> None:
    rng = np.random.default_rng(vocab)
    masks, numbers = rng.random((6, vocab)) < 0.5, rng.integers(0, 6, (3, 4))
    found = unpacked(jnp.asarray(np.packbits(masks, axis=1)), jnp.asarray(numbers), vocab)
    np.testing.assert_array_equal(found, masks[numbers])
