"""Fixtures that several rooms share: a small tokenizer and a tiny bundle, made once a session through the functions that ship."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from htmlgen.config import to_dict
from htmlgen.corpus.preparation import PreparedPage, prepare
from htmlgen.runtime import bundle as bundles
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.tokens.learning import VocabularyConfig, learn
from htmlgen.tokens.tokenizer import Tokenizer

if TYPE_CHECKING:
    from htmlgen.pages import Generator

SAMPLES = Path(__file__).parent.parent / "corpora" / "samples"


@pytest.fixture(scope="session")
def samples() -> list[PreparedPage]:
    """The sample pages, clean and canonical."""
    return list(prepare([str(SAMPLES)]))


@pytest.fixture(scope="session")
def tokenizer(samples: list[PreparedPage]) -> Tokenizer:
    """A tokenizer of 2,048 tokens, learned from the sample pages."""
    return Tokenizer(learn(((page.site, page.events) for page in samples), VocabularyConfig(size=2048)))


@pytest.fixture(scope="session")
def tiny_bundle(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle whose generator has seeded random weights: it writes nonsense, so that the guide has work to do.

    Not to be written to: copy it first.
    """
    from htmlgen.models.export import step_graph
    from htmlgen.models.finishing import weights_of
    from htmlgen.models.generator import create

    architecture = GeneratorConfig(vocab_size=len(tokenizer.vocabulary), embedding=16, units=24)
    graph = step_graph(architecture, weights_of(create(architecture, seed=1)))
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    files = {bundles.TOKENIZER: tokenizer.model, bundles.STEP: graph, bundles.CARD: b"# tiny\n"}
    bundles.save(folder, files, {"architecture": to_dict(architecture), "date": "2026-11-21"})
    return folder


@pytest.fixture(scope="session")
def generator(tiny_bundle: Path) -> Generator:
    """The tiny bundle's generator."""
    from htmlgen.pages import Generator

    return Generator.load(tiny_bundle)
