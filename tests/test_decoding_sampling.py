"""Are tokens drawn with the probabilities that were asked for, and never one that is not allowed?"""

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from htmlgen.decoding.predictions import Logits
from htmlgen.decoding.sampling import Choices, Sampler, SamplingConfig, allowed_log_probs
from htmlgen.errors import ConfigError, DeadEndError

LOGS = np.log([[0.1, 0.4, 0.2, 0.3]])
GRID = 720


def drawn(logits: np.ndarray, allowed: np.ndarray, config: SamplingConfig, uniforms: np.ndarray) -> tuple[list[int], list[float]]:
    tokens, logprobs = Sampler(config).draw(Logits(logits), list(allowed), uniforms.tolist())
    return tokens.tolist(), logprobs.tolist()


def sample(logits: np.ndarray, config: SamplingConfig, uniforms: np.ndarray) -> list[int]:
    return drawn(logits, np.ones(logits.shape, dtype=np.bool_), config, uniforms)[0]


def frequencies(**settings: Any) -> np.ndarray:
    """How often each token is drawn with uniform numbers that lie evenly, within a place of the grid."""
    tokens = sample(np.repeat(LOGS, GRID, axis=0), SamplingConfig(**settings), (np.arange(GRID) + 0.5) / GRID)
    return np.bincount(tokens, minlength=4) / GRID


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
    np.testing.assert_allclose(frequencies(**settings), kept, atol=1.01 / GRID)


@pytest.mark.parametrize(
    ("uniform", "token"), [(0.0, 0), (0.0999, 0), (0.1001, 1), (0.4999, 1), (0.5001, 2), (0.7001, 3), (np.nextafter(1, 0), 3)]
)
def test_a_uniform_number_finds_its_token(uniform: float, token: int) -> None:
    assert sample(LOGS, SamplingConfig(), np.array([uniform])) == [token]
    assert sample(LOGS, SamplingConfig(top_k=4), np.array([uniform])) == [token]


def test_temperature_zero_takes_the_likeliest_token_and_the_first_of_equals() -> None:
    logs = np.log([[0.1, 0.4, 0.4, 0.1], [0.7, 0.1, 0.1, 0.1]])
    assert sample(logs, SamplingConfig(temperature=0), np.array([0.99, 0.99])) == [1, 0]


@given(
    st.lists(st.tuples(st.floats(-50, 50), st.booleans()), min_size=1, max_size=12).filter(
        lambda row: sum(allowed for _, allowed in row) > 1
    ),
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
    (token,), (logprob,) = drawn(logits, allowed, config, np.array([uniform]))
    assert allowed[0, token]
    assert logprob == pytest.approx(allowed_log_probs(logits, allowed)[0, token], abs=1e-9)


@pytest.mark.parametrize("settings", [{}, {"min_p": 0.05}, {"top_k": 9, "top_p": 0.9, "min_p": 0.01}, {"temperature": 0}])
@given(batch=st.integers(1, 40), width=st.integers(2, 600), seed=st.integers(0, 2**32 - 1))
def test_a_row_is_drawn_alike_in_any_batch_bit_for_bit(settings: dict[str, Any], batch: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, allowed = rng.normal(scale=3, size=(batch, width)).astype(np.float32), rng.random((batch, width)) < 0.7
    uniforms, config = rng.random(batch), SamplingConfig(**{"temperature": 0.8, **settings})
    allowed[:, :2] = True
    tokens, logprobs = drawn(logits, allowed, config, uniforms)
    alone = [drawn(logits[[i]], allowed[[i]], config, uniforms[[i]]) for i in range(batch)]
    assert tokens == [token for (token,), _ in alone]
    assert logprobs == [logprob for _, (logprob,) in alone]


def test_masks_that_are_shared_are_looked_at_once_and_others_each_time() -> None:
    choices, shared, own = Choices(), np.array([False, True, True]), np.array([False, True, True])
    shared.setflags(write=False)
    first = choices.of(shared)
    assert choices.of(shared) is first
    assert first == (2, 1)
    assert choices.of(own).size == 2
    own[0] = True
    assert choices.of(own).size == 3
    many = [np.arange(9) == number % 9 for number in range(1000)]
    for mask in many:
        mask.setflags(write=False)
    assert [choices.of(mask).first for mask in many] == [number % 9 for number in range(1000)]


def test_frequencies_are_the_probabilities() -> None:
    """Of 20,000 draws each token's count is within 5 standard deviations: a false alarm once in 400,000 seeds; this seed is fixed."""
    draws = sample(np.repeat(LOGS, 20_000, axis=0), SamplingConfig(), np.random.default_rng(7).random(20_000))
    for token, probability in enumerate((0.1, 0.4, 0.2, 0.3)):
        assert abs(draws.count(token) - 20_000 * probability) < 5 * np.sqrt(20_000 * probability * (1 - probability))


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
