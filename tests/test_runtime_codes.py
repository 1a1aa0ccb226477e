"""Is a code read as it was filled: a slot a token, or evenly spread?"""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from htmlgen.runtime.architecture import AutoencoderConfig
from htmlgen.runtime.codes import between, joined, read_codes

CONFIG = AutoencoderConfig(vocab_size=9, places=(1,), slots=8, slot_width=3, gist=2, longest=32)
DRAW = np.random.default_rng(0)
GIST = DRAW.normal(size=(1, 2)).astype(np.float32)


def code(rows: np.ndarray) -> np.ndarray:
    """(1, dim) of rows (tokens, 3)."""
    return np.asarray(joined(CONFIG, GIST, rows[None].astype(np.float32), np.array([len(rows)])))


def read(codes: np.ndarray, step: int) -> dict[str, np.ndarray]:
    seen = np.asarray(read_codes(CONFIG, codes, np.array([[step]])))[0, 0]
    before, here, behind, progress, gist = np.split(seen, [3, 6, 9, 13])
    return {"before": before, "here": here, "behind": behind, "progress": progress, "gist": gist}


@pytest.mark.parametrize("tokens", [1, 5, 8])
def test_a_short_snippet_has_a_slot_for_each_token(tokens: int) -> None:
    rows = DRAW.normal(size=(tokens, 3)).astype(np.float32)
    codes = code(rows)
    assert codes.shape == (1, CONFIG.dim)
    assert codes[0, 0] * CONFIG.longest == tokens
    slots = codes[0, 3:].reshape(8, 3)
    assert_array_equal(slots[:tokens], rows)
    assert_array_equal(slots[tokens:], 0)
    for step in range(tokens):
        seen = read(codes, step)
        assert_allclose(seen["here"], rows[step], atol=1e-6)
        assert_allclose(seen["gist"], GIST[0])
        if step:
            assert_allclose(seen["before"], rows[step - 1], atol=1e-6)
    assert read(codes, tokens)["progress"][3] == 1  # the end
    assert read(codes, tokens - 1)["progress"][3] == 0


@pytest.mark.parametrize("tokens", [9, 16, 31])
def test_slots_of_a_long_snippet_are_spread_evenly(tokens: int) -> None:
    """Of rows that grow evenly, all that is between slots is read exactly; the ends are off by half a slot at most."""
    rows = np.arange(tokens)[:, None] * np.ones((1, 3))
    codes = code(rows)
    apart = tokens / CONFIG.slots
    for step in range(tokens):
        off = abs(read(codes, step)["here"] - step)
        assert (off <= (1e-4 if apart / 2 <= step <= tokens - 1 - apart / 2 else apart / 2)).all()


def test_numpy_and_jax_agree() -> None:
    rows, lengths = DRAW.normal(size=(3, 20, 3)).astype(np.float32), np.array([3, 20, 9])
    gists, steps = DRAW.normal(size=(3, 2)).astype(np.float32), np.arange(20)[None]
    codes = np.asarray(joined(CONFIG, gists, rows, lengths))
    jitted = joined(CONFIG, jnp.asarray(gists), jnp.asarray(rows), jnp.asarray(lengths))
    assert_allclose(codes, jitted, atol=1e-6)
    assert_allclose(read_codes(CONFIG, codes, steps), read_codes(CONFIG, jitted, jnp.asarray(steps)), atol=1e-5)


def test_between_two_rows_is_their_mean() -> None:
    rows = np.array([[[0.0], [10.0], [20.0]]])
    found = between(rows, np.array([[-5.0, 0.5, 1.25, 9.0]]), np.array([2]))
    assert_allclose(found[0, :, 0], [0, 5, 10, 10])  # the third row is padding
