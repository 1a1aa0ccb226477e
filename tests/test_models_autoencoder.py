"""Is the exported autoencoder the model that was trained, does it treat each row alone, and does training teach it to copy?"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import autoencoder_weight_shapes, tiny_autoencoder_architecture
from numpy.typing import NDArray

from htmlgen.autoencoding.autoencoder import Autoencoder
from htmlgen.config import to_dict
from htmlgen.decoding.guides import guide_of
from htmlgen.markup.reader import read
from htmlgen.models.autoencoder import AutoencoderModel, Snippets, create, divergence_of
from htmlgen.models.autoencoder_export import decoder_graph, encoder_graph
from htmlgen.models.autoencoder_training import AutoencoderTrainer, AutoencoderTraining
from htmlgen.models.data import TokenPages
from htmlgen.models.finishing import weights_of
from htmlgen.runtime import bundle as bundles
from htmlgen.runtime.architecture import AutoencoderConfig
from htmlgen.runtime.coding import CodeStep, Encoder
from htmlgen.tokens.context import Reading
from htmlgen.tokens.tokenizer import Tokenizer

SNIPPETS = ('<div class="card"><h3>Tea</h3><p>Green and fresh.</p></div>', '<ul><li><a href="/">Home</a></li><li>Blog</li></ul>')


@pytest.fixture(scope="module")
def config(tokenizer: Tokenizer) -> AutoencoderConfig:
    return tiny_autoencoder_architecture(tokenizer)


@pytest.fixture(scope="module")
def model(config: AutoencoderConfig) -> AutoencoderModel:
    """Random weights, wide enough that logits differ."""
    made = create(config, seed=3)
    rng = np.random.default_rng(4)
    for variable in made.trainable_variables:
        variable.assign(np.asarray(variable.value) + rng.normal(0, 0.3, variable.shape).astype(np.float32))
    return made


@pytest.fixture(scope="module")
def rows(config: AutoencoderConfig) -> list[list[int]]:
    """Ids of several lengths: one token, as many as slots and more, as many as there may be."""
    draw = np.random.default_rng(5)
    return [draw.integers(4, config.vocab_size, length).tolist() for length in (1, 9, 24, 31, 48)]


def snippets(rows: list[list[int]], reading: Reading) -> Snippets:
    """The same as training sees them, padded."""
    time = max(map(len, rows)) + 1
    ids, features = np.zeros((len(rows), time), np.int32), np.zeros((len(rows), time, len(reading.sizes) - 1), np.int32)
    for number, row in enumerate(rows):
        page = [reading.vocabulary.bos, *row]
        ids[number, : len(page)], features[number, : len(page)] = page, reading.places(page)
    return Snippets(ids, features, np.array([len(row) for row in rows], np.int32))


def stepped(step: CodeStep, codes: NDArray[np.float32], rows: list[list[int]], bos: int) -> NDArray[np.float32]:
    """(rows, time, vocab) logits after BOS and each token of rows that are equally long."""
    arrays, said = (*step.initial(len(rows)), codes), []
    for tokens in np.array([[bos, *row] for row in rows]).T:
        prediction, arrays = step.predict(tokens.astype(np.int64), arrays)
        said.append(prediction.logits())
    return np.stack(said, axis=1)


def test_the_shapes_of_weights_are_those_that_tests_of_what_runs_know(model: AutoencoderModel, config: AutoencoderConfig) -> None:
    assert {name: tuple(weight.shape) for name, weight in model.named_weights().items()} == autoencoder_weight_shapes(config)


def test_float32_graphs_give_what_keras_gives(
    model: AutoencoderModel, config: AutoencoderConfig, tokenizer: Tokenizer, rows: list[list[int]]
) -> None:
    reading, weights = Reading(tokenizer.vocabulary), weights_of(model)
    seen = snippets(rows, reading)
    codes = np.asarray(model.encode(seen))
    encoder = Encoder(encoder_graph(config, weights, "float32"), config, reading)
    np.testing.assert_allclose(encoder(rows), codes, atol=1e-4)
    np.testing.assert_allclose(Encoder(encoder_graph(config, weights, "float32"), config, reading, threads=2)(rows), codes, atol=1e-4)
    longest = [row for row in rows if len(row) == config.longest]
    hidden = np.asarray(model.decode(codes[-1:], seen.ids[-1:], seen.features[-1:]))
    logits = hidden @ np.asarray(model.embedding.embeddings.value).T + np.asarray(model.output_bias.value)
    step = CodeStep(decoder_graph(config, weights, "float32"), config, reading)
    np.testing.assert_allclose(stepped(step, codes[-1:], longest, tokenizer.vocabulary.bos), logits, atol=1e-4 * np.abs(logits).max())


def test_what_is_hidden_is_padding_to_the_encoder(
    model: AutoencoderModel, config: AutoencoderConfig, tokenizer: Tokenizer, rows: list[list[int]]
) -> None:
    reading = Reading(tokenizer.vocabulary)
    seen = snippets(rows[-1:], reading)
    ids = seen.ids.copy()
    ids[0, [3, 8]] = tokenizer.vocabulary.pad  # behind BOS
    encoder = Encoder(encoder_graph(config, weights_of(model), "float32"), config, reading)
    np.testing.assert_allclose(encoder(rows[-1:], [[2, 7]]), np.asarray(model.encode(seen._replace(ids=ids))), atol=1e-4)
    assert np.abs(encoder(rows[-1:], [[2, 7]]) - encoder(rows[-1:])).max() > 1e-2


def test_int8_rows_do_not_depend_on_the_batch(
    model: AutoencoderModel, config: AutoencoderConfig, tokenizer: Tokenizer, rows: list[list[int]]
) -> None:
    reading, weights = Reading(tokenizer.vocabulary), weights_of(model)
    encoder = Encoder(encoder_graph(config, weights), config, reading)
    codes = encoder(rows)
    np.testing.assert_allclose(codes, np.concatenate([encoder([row]) for row in rows]), atol=1e-5)
    step = CodeStep(decoder_graph(config, weights), config, reading)
    same_length = [row[:1] * 12 for row in rows]
    together = stepped(step, codes, same_length, tokenizer.vocabulary.bos)
    alone = [stepped(step, codes[number : number + 1], [row], tokenizer.vocabulary.bos) for number, row in enumerate(same_length)]
    np.testing.assert_array_equal(together, np.concatenate(alone))


def test_a_short_training_learns_two_snippets_by_heart(tokenizer: Tokenizer, tmp_path: Path) -> None:
    vocabulary = tokenizer.vocabulary
    config = replace(tiny_autoencoder_architecture(tokenizer), embedding=32, encoder_units=16, decoder_units=32, slot_width=12, gist=16)
    events = [read(html, fragment=True).events for html in SNIPPETS]
    sized = [(each, len(html)) for each, html in zip(events, SNIPPETS, strict=True)]
    pages = TokenPages.encode(sized, tokenizer, guide_of("component", vocabulary))
    training = AutoencoderTraining(tokens=60_000, noise=0.02, masked=0.0, renamed=0.0, sampled=256, learning_rate=1e-2)
    trainer = AutoencoderTrainer(create(config), pages, ["card", "list"], vocabulary, training, tmp_path / "run")
    bits = [progress.bits_per_byte for progress in trainer.run()]
    assert bits[-1] < 0.05 < bits[0]
    trainer.assign()
    weights = weights_of(trainer.model)
    graphs = {bundles.ENCODER: encoder_graph(config, weights), bundles.DECODER: decoder_graph(config, weights)}
    record = {"model": "autoencoder", "architecture": to_dict(config)}
    bundles.save(tmp_path / "made", {bundles.TOKENIZER: tokenizer.model, **graphs}, record)
    autoencoder = Autoencoder.load(tmp_path / "made")
    assert [autoencoder.repair(html, through_code=True) for html in SNIPPETS] == list(SNIPPETS)


def test_numbers_that_are_as_all_are_tell_nothing() -> None:
    means, deviations = np.array([[0.3, 1e-9, 0.5, 0.0, 0.5]]), np.array([[0.1, 0.5, 0.5, 0.1, 0.05]])
    found = np.asarray(divergence_of(means, deviations))[0]
    expected = [0, 0, 0.5, 0, np.log(10) + (0.05**2 + 0.5**2) / 0.5 - 0.5]  # the first is a length; the fourth, of an empty slot
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_variational_model_says_less_where_it_has_to_pay(tokenizer: Tokenizer, config: AutoencoderConfig, tmp_path: Path) -> None:
    """The same few steps with a heavy weight on what codes tell leave codes that tell less; the mean is what it gives."""
    pages = TokenPages.encode(((read(html, fragment=True).events, len(html)) for html in SNIPPETS), tokenizer)
    told = {}
    for weight in (0.0, 1.0):
        made = create(replace(config, variational=True), seed=1)
        training = AutoencoderTraining(tokens=60_000, divergence=weight, free_nats=0.0, masked=0.0, renamed=0.0)
        trainer = AutoencoderTrainer(made, pages, ["card", "list"], tokenizer.vocabulary, training, tmp_path / str(weight))
        list(trainer.run())
        given = snippets([pages.ids[start + 1 : end - 1].tolist() for start, end in zip(pages.starts, pages.starts[1:], strict=False)],
                         Reading(tokenizer.vocabulary))  # fmt: skip
        codes, deviations = made.distribution(given)
        told[weight] = float(np.asarray(divergence_of(codes, deviations)).sum())
        np.testing.assert_array_equal(made.encode(given), codes)
    assert told[1.0] < 0.5 * told[0.0]
