"""Is the exported step the model that was trained, and does it treat each row alone?"""

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from conftest import weight_shapes
from numpy.typing import NDArray

from htmlgen.errors import BundleCorruptError
from htmlgen.models.export import Precision, step_graph
from htmlgen.models.finishing import weights_of
from htmlgen.models.generator import GeneratorModel, create
from htmlgen.models.training import cross_entropy
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.likelihood import page_nats
from htmlgen.runtime.session import Session

CONFIG = GeneratorConfig(vocab_size=300, embedding=13, units=21, layers=3)  # no width is a multiple of a vector's
BOS, EOS = 2, 3


@pytest.fixture(scope="module")
def model() -> GeneratorModel:
    """Random weights, wide enough that logits differ and gates saturate."""
    made = create(CONFIG, seed=3)
    rng = np.random.default_rng(4)
    for variable in made.trainable_variables:
        variable.assign(variable.value + jnp.asarray(rng.normal(0, 0.3, variable.shape), dtype="float32"))
    return made


def test_weights_are_named_and_shaped_as_the_tiny_bundles(model: GeneratorModel) -> None:
    assert {name: array.shape for name, array in weights_of(model).items()} == weight_shapes(CONFIG)


def session(model: GeneratorModel, precision: Precision) -> Session:
    return Session(step_graph(CONFIG, weights_of(model), precision), CONFIG)


def steps(step: Session, ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """(batch, time, vocab) logits of whole sequences, step by step."""
    state = step.initial(len(ids))
    found = []
    for column in ids.T:
        logits, state = step(np.ascontiguousarray(column), state)
        found.append(logits)
    return np.stack(found, axis=1)


def keras_logits(model: GeneratorModel, ids: NDArray[np.int64]) -> Any:
    return np.asarray(model(jnp.asarray(ids), model.empty_state(len(ids)))[0])


def sequences(batch: int, time: int) -> NDArray[np.int64]:
    return np.random.default_rng(5).integers(4, CONFIG.vocab_size, (batch, time))


def test_the_float32_step_gives_keras_logits(model: GeneratorModel) -> None:
    ids = sequences(3, 24)
    np.testing.assert_allclose(steps(session(model, "float32"), ids), keras_logits(model, ids), atol=1e-4)


def test_the_int8_step_is_close_to_the_float32_step(model: GeneratorModel) -> None:
    ids = sequences(3, 24)
    exact, small = steps(session(model, "float32"), ids), steps(session(model, "int8"), ids)
    assert np.abs(exact - small).mean() < 0.03 * exact.std()


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_a_row_does_not_depend_on_its_batch(model: GeneratorModel, precision: Precision) -> None:
    ids, step = sequences(7, 24), session(model, precision)
    together = steps(step, ids)
    for row in range(7):
        alone = steps(step, ids[row : row + 1])[0]
        assert alone.tobytes() == together[row].tobytes()


def test_page_nats_are_keras_cross_entropy(model: GeneratorModel) -> None:
    rng = np.random.default_rng(6)
    pages = [rng.integers(4, CONFIG.vocab_size, length).tolist() for length in (5, 0, 17, 1, 9)]
    found = page_nats(session(model, "float32"), pages, bos=BOS, eos=EOS, batch=2)
    rows = np.zeros((len(pages), 19), dtype=np.int64)
    for row, page in zip(rows, pages, strict=True):
        row[: len(page) + 2] = [BOS, *page, EOS]
    nats = np.asarray(cross_entropy(jnp.asarray(keras_logits(model, rows[:, :-1])), jnp.asarray(rows[:, 1:])))
    expected = [row[: len(page) + 1].sum() for row, page in zip(nats, pages, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_page_nats_by_hand() -> None:
    """A model that finds every token equally likely: log(vocabulary) for each token and for the end."""

    class Uniform:
        def initial(self, batch: int) -> tuple[NDArray[np.float32]]:
            return (np.zeros((batch, 1), dtype=np.float32),)

        def __call__(self, ids: NDArray[np.int64], state: Any) -> Any:
            return np.zeros((len(ids), 10), dtype=np.float32), state

    found = page_nats(Uniform(), [[4, 5, 6], []], bos=BOS, eos=EOS)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, [4 * np.log(10), np.log(10)])


def test_a_graph_of_another_shape_is_refused(model: GeneratorModel) -> None:
    graph = step_graph(CONFIG, weights_of(model))
    with pytest.raises(BundleCorruptError, match="299"):
        Session(graph, GeneratorConfig(vocab_size=299, embedding=13, units=21, layers=3))
