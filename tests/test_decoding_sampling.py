"""Are tokens drawn with the probabilities that were asked for, and never one that is not allowed?"""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from htmlgen.decoding.sampling import SamplingConfig, allowed_log_probs, draw, sample, truncated_log_probs
from htmlgen.errors import ConfigError, DeadEndError

LOGS = np.log([[0.1, 0.4, 0.2, 0.3]])


def probabilities(**settings: Any) -> list[float]:
    return list(np.exp(truncated_log_probs(LOGS, SamplingConfig(**settings)))[0])


def test_masking_keeps_the_odds_between_allowed_tokens() -> None:
    logits, allowed = np.log([[1.0, 2.0, 4.0, 8.0]]), np.array([[True, False, True, True]])
    np.testing.assert_allclose(np.exp(allowed_log_probs(logits, allowed)), [[1 / 13, 0, 4 / 13, 8 / 13]], rtol=1e-12)


def test_masking_holds_for_logits_that_overflow_exp() -> None:
    log_probs = allowed_log_probs(np.array([[1e4, 0.0, 1e4]]), np.ones((1, 3), dtype=np.bool_))
    np.testing.assert_allclose(log_probs, [[-np.log(2), -1e4 - np.log(2), -np.log(2)]])


def test_a_row_that_allows_nothing_is_an_error_that_names_it() -> None:
    with pytest.raises(DeadEndError, match="row 1 of 2"):
        allowed_log_probs(np.zeros((2, 3)), np.array([[True, False, False], [False, False, False]]))


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"top_k": 2}, [0, 4 / 7, 0, 3 / 7]),
        ({"top_k": 9}, [0.1, 0.4, 0.2, 0.3]),
        ({"top_p": 0.4}, [0, 1, 0, 0]),
        ({"top_p": 0.41}, [0, 4 / 7, 0, 3 / 7]),
        ({"top_p": 0.75}, [0, 4 / 9, 2 / 9, 3 / 9]),
        ({"min_p": 0.6}, [0, 4 / 7, 0, 3 / 7]),
        ({"min_p": 0.45}, [0, 4 / 9, 2 / 9, 3 / 9]),
        ({"temperature": 0.5}, [1 / 30, 16 / 30, 4 / 30, 9 / 30]),
        ({"top_k": 3, "top_p": 0.7}, [0, 4 / 7, 0, 3 / 7]),  # of 4/9, 3/9, 2/9 the first two have 7/9
        ({"top_k": 3, "top_p": 0.8}, [0, 4 / 9, 2 / 9, 3 / 9]),
    ],
)
def test_truncation_by_hand(settings: dict[str, Any], kept: list[float]) -> None:
    np.testing.assert_allclose(probabilities(**settings), kept, atol=1e-12)


@pytest.mark.parametrize(
    ("uniform", "token"), [(0.0, 0), (0.0999, 0), (0.1001, 1), (0.4999, 1), (0.5001, 2), (0.7001, 3), (np.nextafter(1, 0), 3)]
)
def test_a_uniform_number_finds_its_token(uniform: float, token: int) -> None:
    assert draw(LOGS, np.array([uniform])) == [token]


def test_temperature_zero_takes_the_likeliest_token_and_the_first_of_equals() -> None:
    logs = np.log([[0.1, 0.4, 0.4, 0.1], [0.7, 0.1, 0.1, 0.1]])
    assert list(sample(logs, SamplingConfig(temperature=0), np.array([0.99, 0.99]))) == [1, 0]


@given(
    st.lists(st.tuples(st.floats(-50, 50), st.booleans()), min_size=1, max_size=12).filter(lambda row: any(allowed for _, allowed in row)),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 3),
    st.integers(0, 4),
    st.floats(0.01, 1),
    st.floats(0, 0.99),
)
@example([(50.0, True), (-50.0, True)], 0.5, 2.2e-308, 0, 1.0, 0.0)  # a quotient beyond all floats
def test_only_allowed_tokens_are_drawn(
    row: list[tuple[float, bool]], uniform: float, temperature: float, top_k: int, top_p: float, min_p: float
) -> None:
    logits, allowed = np.array([[logit for logit, _ in row]]), np.array([[fits for _, fits in row]])
    config = SamplingConfig(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p)
    assert allowed[0, sample(allowed_log_probs(logits, allowed), config, np.array([uniform]))[0]]


@given(st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_a_row_is_drawn_alike_in_any_batch(batch: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, allowed, uniforms = rng.normal(size=(batch, 30)), rng.random((batch, 30)) < 0.7, rng.random(batch)
    allowed[:, 0] = True
    config = SamplingConfig(temperature=0.8, top_k=9, top_p=0.9, min_p=0.01)
    together = sample(allowed_log_probs(logits, allowed), config, uniforms)
    alone = [sample(allowed_log_probs(logits[[i]], allowed[[i]]), config, uniforms[[i]])[0] for i in range(batch)]
    assert list(together) == alone


def test_frequencies_are_the_probabilities() -> None:
    """Of 20,000 draws each token's count is within 5 standard deviations: a false alarm once in 400,000 seeds; this seed is fixed."""
    draws = sample(np.repeat(LOGS, 20_000, axis=0), SamplingConfig(), np.random.default_rng(7).random(20_000))
    for token, probability in enumerate((0.1, 0.4, 0.2, 0.3)):
        assert abs((draws == token).sum() - 20_000 * probability) < 5 * np.sqrt(20_000 * probability * (1 - probability))


@pytest.mark.parametrize(
    "wrong",
    [
        *({"temperature": -0.1}, {"temperature": float("nan")}, {"temperature": float("inf")}),
        *({"top_k": -1}, {"top_k": 1.5}, {"top_p": 0}, {"top_p": 1.1}, {"min_p": 1}, {"min_p": -0.1}),
    ],
)
def test_settings_outside_of_their_range_are_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        SamplingConfig(**wrong)
