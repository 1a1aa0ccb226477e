"""Is the exported step the model that was trained, and does it treat each row alone?"""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import pytest
from conftest import weight_shapes
from grammar_guides import vocabulary
from numpy.typing import NDArray

from htmlgen.errors import BundleCorruptError
from htmlgen.models.export import step_graph
from htmlgen.models.finishing import weights_of
from htmlgen.models.generator import GeneratorModel, Prediction, create, with_copies
from htmlgen.models.graphs import Precision
from htmlgen.models.losses import token_nats
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.likelihood import page_nats
from htmlgen.runtime.session import PageStep, Session
from htmlgen.tokens.context import Reading

VOCABULARY = vocabulary("html body main p div em br", "class id", [' id="a"'], [f" word{number}" for number in range(20)])
READING = Reading(VOCABULARY)
SEEING = GeneratorConfig(vocab_size=len(VOCABULARY), embedding=13, units=21, layers=3, context=READING.sizes)
PLACES = dataclasses.replace(SEEING, copies=False)
COPIES = dataclasses.replace(SEEING, structure=False)
BLIND = dataclasses.replace(SEEING, structure=False, copies=False)
EVERY = pytest.mark.parametrize("config", [SEEING, PLACES, COPIES, BLIND], ids=["seeing", "places", "copies", "blind"])


def model_of(config: GeneratorConfig) -> GeneratorModel:
    """Random weights, wide enough that logits differ and gates saturate."""
    made = create(config, seed=3)
    rng = np.random.default_rng(4)
    for variable in made.trainable_variables:
        variable.assign(variable.value + jnp.asarray(rng.normal(0, 0.3, variable.shape), dtype="float32"))
    return made


@pytest.fixture(scope="module")
def model() -> GeneratorModel:
    """One that sees contexts and copies."""
    return model_of(SEEING)


def session(model: GeneratorModel, precision: Precision) -> Session:
    return Session(step_graph(model.config, weights_of(model), precision), model.config)


def sequences(batch: int, time: int) -> NDArray[np.int64]:
    """(batch, time): tokens that often come again, in the order in which they came before: there is something to copy."""
    rng = np.random.default_rng(5)
    rows = rng.integers(4, len(VOCABULARY), (batch, time))
    rows[:, time // 2 :] = rows[:, : time - time // 2]
    again = rng.random(rows.shape) < 0.2
    rows[again] = rng.integers(len(VOCABULARY) - 30, len(VOCABULARY), again.sum())
    rows[:, 0] = VOCABULARY.bos
    return rows


def contexts(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """(batch, time, features)"""
    return np.stack([READING.features(row.tolist()) for row in ids]).astype(np.int64)


def steps(step: Session, ids: NDArray[np.int64], features: NDArray[np.int64]) -> NDArray[np.float32]:
    """(batch, time, vocab) logits of whole sequences, step by step."""
    state = step.initial(len(ids))
    found = []
    for position in range(ids.shape[1]):
        logits, state = step(np.ascontiguousarray(ids[:, position]), np.ascontiguousarray(features[:, position]), state)
        found.append(logits)
    return np.stack(found, axis=1)


def prediction(model: GeneratorModel, ids: NDArray[np.int64], features: NDArray[np.int64]) -> Prediction:
    said: Prediction = model(jnp.asarray(ids), jnp.asarray(features), model.empty_state(len(ids)))
    return said


def keras_logits(model: GeneratorModel, ids: NDArray[np.int64], features: NDArray[np.int64]) -> Any:
    said = prediction(model, ids, features)
    return np.asarray(with_copies(said.logits, said.odds, jnp.asarray(features[..., -1])))


@EVERY
def test_weights_are_named_and_shaped_as_the_tiny_bundles(config: GeneratorConfig) -> None:
    assert {name: array.shape for name, array in weights_of(create(config)).items()} == weight_shapes(config)


def test_the_sequences_have_much_to_copy() -> None:
    matches = contexts(sequences(7, 48))[..., -2]
    assert 0.3 < (matches > 0).mean() < 0.9
    assert len(np.unique(matches)) > 6


@EVERY
def test_the_float32_step_gives_keras_logits(config: GeneratorConfig) -> None:
    ids, made = sequences(3, 48), model_of(config)
    features = contexts(ids)
    np.testing.assert_allclose(steps(session(made, "float32"), ids, features), keras_logits(made, ids, features), atol=1e-4)


@EVERY
def test_the_int8_step_is_close_to_the_float32_step(config: GeneratorConfig) -> None:
    ids, made = sequences(3, 48), model_of(config)
    exact, small = (steps(session(made, precision), ids, contexts(ids)) for precision in ("float32", "int8"))
    assert np.abs(exact - small).mean() < 0.03 * exact.std()


@EVERY
def test_a_row_of_the_int8_step_does_not_depend_on_its_batch(config: GeneratorConfig) -> None:
    """Bit for bit. (In float32 ONNX Runtime adds up in another order where there is but one row.)"""
    ids, step = sequences(7, 48), session(model_of(config), "int8")
    features = contexts(ids)
    together = steps(step, ids, features)
    for row in range(7):
        alone = steps(step, ids[row : row + 1], features[row : row + 1])[0]
        assert alone.tobytes() == together[row].tobytes()


@EVERY
def test_a_prediction_says_the_same_as_the_logits(config: GeneratorConfig) -> None:
    ids, step = sequences(5, 16), session(model_of(config), "int8")
    state, features = step.initial(5), contexts(ids)
    for position in range(16):
        prediction, state = step.predict(ids[:, position].copy(), features[:, position].copy(), state)
        weights, logits = prediction.weights().copy(), prediction.logits()
        np.testing.assert_allclose(np.log(weights / weights.sum(axis=1, keepdims=True)), jax.nn.log_softmax(logits), atol=1e-4)


def test_graphs_that_give_logits_alone_are_still_read() -> None:
    ids, made = sequences(3, 8), model_of(PLACES)
    graph = onnx.load_from_string(step_graph(PLACES, weights_of(made)))
    del graph.graph.output[2:]
    assert [output.name for output in graph.graph.output] == ["logits", "state_after"]
    old, new = Session(graph.SerializeToString(), PLACES), session(made, "int8")
    np.testing.assert_array_equal(steps(old, ids, contexts(ids)), steps(new, ids, contexts(ids)))
    (said, _), (same, _) = (each.predict(ids[:, 1].copy(), contexts(ids)[:, 1].copy(), each.initial(3)) for each in (old, new))
    np.testing.assert_allclose(said.weights() / said.weights().sum(axis=1, keepdims=True), same.weights(), rtol=1e-4)


@pytest.mark.parametrize(("config", "unused"), [(PLACES, {6, 7}), (COPIES, set(range(6))), (BLIND, set(range(8)))])
def test_what_a_model_does_not_use_makes_no_difference(config: GeneratorConfig, unused: set[int]) -> None:
    """… and the rest does."""
    ids, made, rng = sequences(2, 12), model_of(config), np.random.default_rng(7)
    step, features = session(made, "float32"), contexts(ids)
    drawn = rng.integers(0, (*READING.sizes, len(VOCABULARY)), features.shape)
    columns = np.arange(features.shape[-1])
    other = np.where(np.isin(columns, list(unused)), drawn, features)
    np.testing.assert_array_equal(keras_logits(made, ids, other), keras_logits(made, ids, features))
    for column in columns:
        other = np.where(columns == column, drawn, features)
        assert np.array_equal(steps(step, ids, other), steps(step, ids, features)) == (column in unused)


def test_a_candidate_that_is_no_match_is_not_copied(model: GeneratorModel) -> None:
    ids = sequences(2, 24)
    features = contexts(ids)
    features[..., 6:] = 0
    said = prediction(model, ids, features)
    np.testing.assert_array_equal(keras_logits(model, ids, features), said.logits)
    np.testing.assert_allclose(steps(session(model, "float32"), ids, features), said.logits, atol=1e-4)


def test_contexts_that_are_followed_are_those_of_the_whole_page(model: GeneratorModel) -> None:
    ids = sequences(3, 24)
    step = PageStep(session(model, "float32"), READING)
    arrays, found = step.initial(3), []
    for column in ids.T:
        logits, arrays = step(np.ascontiguousarray(column), arrays)
        found.append(logits)
    np.testing.assert_array_equal(np.stack(found, axis=1), steps(step.session, ids, contexts(ids)))


def test_page_nats_are_those_of_the_loss(model: GeneratorModel) -> None:
    pages = [row[:length].tolist() for row, length in zip(sequences(5, 24)[:, 1:], (5, 0, 17, 1, 9), strict=True)]
    found = page_nats(PageStep(session(model, "float32"), READING), pages, bos=VOCABULARY.bos, eos=VOCABULARY.eos, batch=2)
    ids = np.zeros((len(pages), 19), dtype=np.int64)
    for row, page in zip(ids, pages, strict=True):
        row[: len(page) + 2] = [VOCABULARY.bos, *page, VOCABULARY.eos]
    features = contexts(ids[:, :-1])
    said = prediction(model, ids[:, :-1], features)
    nats = np.asarray(token_nats(said, jnp.asarray(features[..., -1]), jnp.asarray(ids[:, 1:]))[0])
    expected = [row[: len(page) + 1].sum() for row, page in zip(nats, pages, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_page_nats_by_hand() -> None:
    """A model that finds every token equally likely: log(vocabulary) for each token and for the end."""

    class Uniform:
        def initial(self, batch: int) -> tuple[NDArray[np.float32]]:
            return (np.zeros((batch, 1), dtype=np.float32),)

        def __call__(self, ids: NDArray[np.int64], state: Any) -> Any:
            return np.zeros((len(ids), 10), dtype=np.float32), state

    found = page_nats(Uniform(), [[4, 5, 6], []], bos=VOCABULARY.bos, eos=VOCABULARY.eos)  # type: ignore[arg-type]
    np.testing.assert_allclose(found, [4 * np.log(10), np.log(10)])


def test_a_graph_of_another_shape_is_refused(model: GeneratorModel) -> None:
    size = len(VOCABULARY) - 1
    with pytest.raises(BundleCorruptError, match=str(size)):
        Session(step_graph(SEEING, weights_of(model)), dataclasses.replace(SEEING, vocab_size=size))
