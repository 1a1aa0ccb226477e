"""Do weights and logits of a prediction say the same?"""

import numpy as np
import pytest

from htmlgen.decoding.predictions import Logits, Mixture, Prediction
from htmlgen.decoding.sampling import Sampler, SamplingConfig

CHANCES = np.array([[0.1, 0.4, 0.2, 0.3], [0.7, 0.1, 0.1, 0.1]])


def softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def shares(prediction: Prediction) -> np.ndarray:
    """The probabilities that weights stand for, after logits were asked for or before."""
    return np.asarray(prediction.weights() / prediction.weights().sum(axis=1, keepdims=True))


def mixture(odds: list[float], candidates: list[int]) -> Mixture:
    return Mixture(np.log(CHANCES) + 7, CHANCES.copy(), np.log(odds), np.array(candidates))


def test_weights_of_logits_are_their_exponentials() -> None:
    np.testing.assert_allclose(shares(Logits(np.log(CHANCES) + 1000)), CHANCES)


@pytest.mark.parametrize("candidate", [1, 2])
def test_a_candidate_has_its_share_by_hand(candidate: int) -> None:
    """At odds of 1 half of the first row is copied; at odds of 3 three quarters of the second."""
    expected = CHANCES / np.array([[2], [4]])
    expected[0, candidate] += 1 / 2
    expected[1, 0] += 3 / 4
    prediction = mixture([1, 3], [candidate, 0])
    np.testing.assert_allclose(shares(prediction), expected)
    np.testing.assert_allclose(softmax(prediction.logits()), expected)
    np.testing.assert_allclose(softmax(prediction.logits()), expected)  # asked for twice
    np.testing.assert_allclose(shares(prediction), expected)


def test_without_odds_logits_are_as_they_came_bit_for_bit() -> None:
    logits, never = np.log(CHANCES).astype(np.float32), np.full(2, -1e9, dtype=np.float32)
    prediction = Mixture(logits.copy(), np.exp(logits), never, np.array([2, 0]))
    assert prediction.logits().tobytes() == logits.tobytes()
    assert prediction.weights().tobytes() == np.exp(logits).tobytes()


def test_what_is_surely_copied_is_drawn_and_stays_finite() -> None:
    logits, odds = np.log(CHANCES).astype(np.float32), np.array([500, -500], dtype=np.float32)
    prediction = Mixture(logits, CHANCES.astype(np.float32), odds, np.array([2, 0]))
    assert Sampler(SamplingConfig()).draw(prediction, [np.ones(4, dtype=np.bool_)] * 2, [0.001, 0.999])[0].tolist() == [2, 3]
    np.testing.assert_allclose(softmax(prediction.logits()), [[0, 0, 1, 0], CHANCES[1]], atol=1e-6)


@pytest.mark.parametrize("prediction", [Logits(np.log(CHANCES)), mixture([1, 1], [1, 1])])
def test_a_token_that_is_made_unlikely_leaves_the_odds_between_the_others(prediction: Logits | Mixture) -> None:
    before = prediction.weights().copy()
    prediction.without([1], [0])
    expected = before[1] * [0, 1, 1, 1]
    np.testing.assert_allclose(shares(prediction)[1], expected / expected.sum())
    np.testing.assert_allclose(softmax(prediction.logits())[1], expected / expected.sum())
    np.testing.assert_allclose(shares(prediction)[0], before[0] / before[0].sum())


def test_weights_that_floats_do_not_hold_are_drawn_by_their_logits() -> None:
    """Of three rows the middle one allows what is e^-200 times as likely as what it forbids; 1 and e to one."""
    logits = np.tile(np.array([0, -200, -201], dtype=np.float32), (3, 1))
    masks = [np.array([True, False, True]), np.array([False, True, True]), np.array([False, False, True])]
    sampler, share = Sampler(SamplingConfig(min_p=0.01)), np.e / (1 + np.e)
    for uniform, token, chance in ((share - 0.01, 1, share), (share + 0.01, 2, 1 - share)):
        tokens, logprobs = sampler.draw(Logits(logits), masks, [uniform] * 3)
        assert tokens.tolist() == [0, token, 2]
        np.testing.assert_allclose(logprobs, [0, np.log(chance), 0], atol=1e-5)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0, 30.0])
def test_weights_and_logits_give_the_same_frequencies_at_any_temperature(temperature: float) -> None:
    """Evenly spread numbers; at 30 weights of floats would lose what is unlikely, so that logits are asked."""
    logits = np.array([[0.0, -1.0, -4.0, -30.0]])
    expected = softmax(logits / temperature)[0]
    count = 2000
    draws = Sampler(SamplingConfig(temperature=temperature)).draw(
        Logits(np.repeat(logits, count, axis=0)), [np.ones(4, dtype=np.bool_)] * count, ((np.arange(count) + 0.5) / count).tolist()
    )[0]
    np.testing.assert_allclose(np.bincount(draws, minlength=4) / count, expected, atol=1.01 / count)
