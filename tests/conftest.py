"""Fixtures that several rooms share: a small tokenizer and a tiny bundle, made once a session through the functions that ship."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from htmlgen.config import from_dict, to_dict
from htmlgen.corpus.preparation import PreparedPage, prepare
from htmlgen.runtime import bundle as bundles
from htmlgen.runtime.architecture import AutoencoderConfig, GeneratorConfig
from htmlgen.tokens.context import Reading
from htmlgen.tokens.learning import VocabularyConfig, learn
from htmlgen.tokens.tokenizer import Tokenizer

if TYPE_CHECKING:
    from htmlgen.autoencoding.autoencoder import Autoencoder
    from htmlgen.pages import Generator

SAMPLES = Path(__file__).parent.parent / "corpora" / "samples"


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """A shell starts what runs in its background deaf to Ctrl-C, and so would be all that tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def samples() -> list[PreparedPage]:
    """The sample pages, clean and canonical."""
    return list(prepare([str(SAMPLES)]))


@pytest.fixture(scope="session")
def tokenizer(samples: list[PreparedPage]) -> Tokenizer:
    """A tokenizer of 2,048 tokens, learned from the sample pages."""
    return Tokenizer(learn(((page.site, page.events) for page in samples), VocabularyConfig(size=2048)))


def weight_shapes(config: GeneratorConfig) -> dict[str, tuple[int, ...]]:
    """What `GeneratorModel.named_weights` has: written down again, so that tests of what runs need not wait for Keras."""
    shapes: dict[str, tuple[int, ...]] = {"embedding": (config.vocab_size, config.embedding), "output_bias": (config.vocab_size,)}
    if config.structures:
        shapes["structure"] = (sum(config.structures), config.embedding)
    if config.matches:
        shapes |= {"gate": (config.embedding,), "gate_bias": (config.matches,)}
    for index, (features, units) in enumerate(zip(config.inputs, config.widths, strict=True)):
        shapes[f"lstm_{index}/kernel"] = (features, 4 * units)
        shapes[f"lstm_{index}/recurrent_kernel"] = (units, 4 * units)
        shapes[f"lstm_{index}/bias"] = (4 * units,)
    return shapes


def tiny_architecture(tokenizer: Tokenizer) -> GeneratorConfig:
    """A generator that sees contexts and copies, and is small."""
    vocabulary = tokenizer.vocabulary
    return GeneratorConfig(vocab_size=len(vocabulary), embedding=16, units=24, context=Reading(vocabulary).sizes)


@pytest.fixture(scope="session")
def tiny_bundle(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle whose generator has seeded random weights: it writes nonsense, so that the guide has work to do.

    Not to be written to: copy it first.
    """
    from htmlgen.models.export import step_graph

    architecture = tiny_architecture(tokenizer)
    rng = np.random.default_rng(1)
    weights = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in weight_shapes(architecture).items()}
    graph = step_graph(architecture, weights)
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    files = {bundles.TOKENIZER: tokenizer.model, bundles.STEP: graph, bundles.CARD: b"# tiny\n"}
    bundles.save(folder, files, {"architecture": to_dict(architecture), "date": "2026-11-21"})
    return folder


@pytest.fixture(scope="session")
def generator(tiny_bundle: Path) -> Generator:
    """The tiny bundle's generator, held to no more than that its pages parse: any prompt goes."""
    from htmlgen.decoding.guides import TAGS
    from htmlgen.pages import Generator

    return Generator.load(tiny_bundle, grammar=TAGS)


@pytest.fixture(scope="session")
def page_generator(tiny_bundle: Path) -> Generator:
    """The tiny bundle's generator under the default grammar."""
    from htmlgen.pages import Generator

    return Generator.load(tiny_bundle)


def tiny_autoencoder_architecture(tokenizer: Tokenizer) -> AutoencoderConfig:
    """An autoencoder of short components."""
    vocabulary = tokenizer.vocabulary
    places = Reading(vocabulary).sizes[:-1]
    widths = {"embedding": 16, "encoder_units": 8, "decoder_units": 20, "slots": 24, "slot_width": 6, "gist": 12, "longest": 48}
    return from_dict(AutoencoderConfig, {"vocab_size": len(vocabulary), "places": places, **widths})


def autoencoder_weight_shapes(config: AutoencoderConfig) -> dict[str, tuple[int, ...]]:
    """What `AutoencoderModel.named_weights` has, as `weight_shapes`."""
    outputs = 2 * config.encoder_units
    recurrent = {"forwards": config.encoder_units, "backwards": config.encoder_units, "decoder": config.decoder_units}
    dense = {
        "to_slot": (config.embedding + outputs, config.slot_width),
        "to_gist": (config.embedding + 2 * outputs, config.gist),
        "from_gist": (config.gist, config.embedding),
        "from_code": (config.seen, config.embedding),
        "to_logits": (config.decoder_units + config.seen, config.embedding),
    }
    shapes: dict[str, tuple[int, ...]] = {"embedding": (config.vocab_size, config.embedding), "output_bias": (config.vocab_size,)}
    shapes["places"] = (sum(config.places), config.embedding)
    for name, units in recurrent.items():
        shapes[f"{name}/kernel"] = (config.embedding, 4 * units)
        shapes[f"{name}/recurrent_kernel"] = (units, 4 * units)
        shapes[f"{name}/bias"] = (4 * units,)
    for name, shape in dense.items():
        shapes |= {f"{name}/kernel": shape, f"{name}/bias": shape[1:]}
    return shapes


@pytest.fixture(scope="session")
def tiny_autoencoder_bundle(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle whose autoencoder has seeded random weights. Not to be written to: copy it first."""
    from htmlgen.models.autoencoder_export import decoder_graph, encoder_graph

    architecture = tiny_autoencoder_architecture(tokenizer)
    rng = np.random.default_rng(1)
    weights = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in autoencoder_weight_shapes(architecture).items()}
    graphs = {bundles.ENCODER: encoder_graph(architecture, weights), bundles.DECODER: decoder_graph(architecture, weights)}
    folder = tmp_path_factory.mktemp("bundles") / "tiny_autoencoder"
    bundles.save(folder, {bundles.TOKENIZER: tokenizer.model, **graphs}, {"model": "autoencoder", "architecture": to_dict(architecture)})
    return folder


@pytest.fixture(scope="session")
def autoencoder(tiny_autoencoder_bundle: Path) -> Autoencoder:
    """The tiny bundle's autoencoder."""
    from htmlgen.autoencoding.autoencoder import Autoencoder

    return Autoencoder.load(tiny_autoencoder_bundle)
