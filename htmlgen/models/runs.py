"""A training run on disk: what `htmlgen train` starts, continues and finishes.

The folder `OUTPUT.training` holds all that a resume needs (settings, tokenizer, encoded pages, checkpoint), so that the corpus is read
once, and a run that was killed loses nothing but the steps after its last checkpoint.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeAlias, TypeVar

from htmlgen import config as configs
from htmlgen.corpus.preparation import PreparedPage, corpus_sha256
from htmlgen.decoding.guides import guide_of
from htmlgen.errors import BundleCorruptError, ConfigError, OutputError, VocabularyError
from htmlgen.files import write_atomically
from htmlgen.models.data import TokenPages
from htmlgen.models.generator import GeneratorModel, create
from htmlgen.models.loop import Loop
from htmlgen.models.training import Trainer, TrainingConfig
from htmlgen.models.weights import unpacked
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.bundle import WEIGHTS, Bundle
from htmlgen.tokens.context import Reading
from htmlgen.tokens.learning import VocabularyConfig, learn
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Vocabulary

_KINDS: Final = 200  # kinds of what was dropped that are recorded, the most frequent


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The sizes that a user chooses; the rest of the architecture follows from the vocabulary."""

    vocabulary: int = 8192  #: tokens
    embedding: int = 384  #: width of the embedding and of the last layer
    units: int = 640  #: width of the other layers
    layers: int = 2  #: LSTM layers
    dropout: float = 0.0  #: [0, 1)
    structure: bool = True  #: whether the model sees where on the page it stands
    copies: bool = True  #: whether it copies from the page

    def __post_init__(self) -> None:
        VocabularyConfig(size=self.vocabulary)
        GeneratorConfig(vocab_size=self.vocabulary, **_sizes(self))


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What a fresh run is started with."""

    shape: Shape
    training: TrainingConfig
    source: Bundle[GeneratorConfig] | None = None  #: whose weights and vocabulary it starts from; the shape is that bundle's then


TrainedBy = TypeVar("TrainedBy", bound=Loop[Any, Any])
Split = TypeVar("Split")


@dataclass(frozen=True)
class RunOf(Generic[TrainedBy, Split]):
    """A run that can be trained: `trainer` does it, the rest says what was trained on what."""

    output: Path  #: the bundle to be
    folder: Path
    trainer: TrainedBy
    tokenizer: Tokenizer
    train: Split
    valid: Split
    settings: dict[str, Any]  #: command, corpus, training, architecture, as saved

    @property
    def finished(self) -> bool:
        """True when the budget is spent."""
        return self.trainer.done >= 1

    def record(self, figures: Mapping[str, float]) -> dict[str, Any]:
        """What a bundle's config.json says of the run, beside what it measured."""
        trained = {
            "steps": self.trainer.step,
            "trained_tokens": self.trainer.tokens,
            "trained_minutes": round(self.trainer.seconds / 60, 1),
        }
        return {
            "architecture": configs.to_dict(self.trainer.model.config),
            "vocabulary_sha256": hashlib.sha256(self.tokenizer.model).hexdigest(),
            "command": self.settings["command"],
            "training": configs.to_dict(self.trainer.config) | trained,
            "corpus": self.settings["corpus"],
            "figures": dict(figures),
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
        }


#: Of a generator.
Run: TypeAlias = RunOf[Trainer, TokenPages]


def run_folder(output: Path) -> Path:
    """Where the run that writes the bundle `output` keeps its state."""
    return output.with_name(output.name + ".training")


def check_no_run(output: Path) -> None:
    """Raises: OutputError, if a run that writes that bundle was started already."""
    if ((folder := run_folder(output)) / "settings.json").exists():
        raise OutputError(f"{folder}: a run is there already; go on with --resume, choose another -o, or remove that folder")


def start(
    train: list[PreparedPage], valid: list[PreparedPage], output: Path, *, setup: Setup, command: str
) -> Run:
    """A fresh run on prepared pages: learns the tokenizer, encodes the pages, makes the model; or takes both from a bundle.

    Raises: OutputError, if there is a run of that name already; VocabularyError, InputError, if the pages are too few.
    """
    check_no_run(output)
    folder = run_folder(output)
    splits = {"train": train, "valid": valid}
    training, source = setup.training, setup.source
    tokenizer = _learned(train, setup.shape) if source is None else source.tokenizer
    architecture = _architecture(setup.shape if source is None else _shape(source), tokenizer.vocabulary)
    guide = None if training.grammar is None else guide_of(training.grammar, tokenizer.vocabulary)
    encoded = {name: TokenPages.encode(((page.events, page.bytes) for page in pages), tokenizer, guide) for name, pages in splits.items()}
    settings = {
        "command": command,
        "training": configs.to_dict(training),
        "architecture": configs.to_dict(architecture),
        "corpus": {name: corpus_summary(splits[name], encoded[name]) for name in splits},
    }
    for name, pages in encoded.items():
        pages.save(folder / f"{name}.npz")
    write_file(folder / "tokenizer.model", tokenizer.model)
    write_file(folder / "settings.json", json.dumps(settings, indent=1).encode())
    model = create(architecture, training.seed)
    if source is not None:
        _assign(model, source)
    trainer = Trainer(model, encoded["train"], tokenizer.vocabulary, training, folder)
    trainer.save()
    return Run(output, folder, trainer, tokenizer, encoded["train"], encoded["valid"], settings)


def _learned(pages: list[PreparedPage], shape: Shape) -> Tokenizer:
    return Tokenizer(learn(((page.site, page.events) for page in pages), VocabularyConfig(size=shape.vocabulary)))


def _shape(source: Bundle[GeneratorConfig]) -> Shape:
    """That of a bundle's model; what it has not learned to see, it learns now."""
    sizes = {name: getattr(source.architecture, name) for name in ("embedding", "units", "layers", "dropout")}
    return Shape(vocabulary=source.architecture.vocab_size, **sizes)


def _assign(model: GeneratorModel, source: Bundle[GeneratorConfig]) -> None:
    """Gives a model the weights of a bundle. Raises: BundleCorruptError, if they are not of its shape."""
    path = source.folder / WEIGHTS
    weights = unpacked(path)
    for name, variable in model.named_weights().items():
        if name not in weights:
            continue
        if weights[name].shape != variable.shape:
            raise BundleCorruptError(f"{path}: {name} is {weights[name].shape}, not {tuple(variable.shape)}; copy the bundle again")
        variable.assign(weights[name])


def resume(output: Path, *, minutes: float | None = None, tokens: int | None = None) -> Run:
    """The run of that bundle, from its last checkpoint (or its start), with another budget if one is given.

    Raises: BundleCorruptError, if there is none or its files cannot be read.
    """
    folder = run_folder(output)
    settings = read_settings(folder)
    budget = {} if minutes is None and tokens is None else {"minutes": minutes, "tokens": tokens}
    training = configs.from_dict(TrainingConfig, {**settings["training"], **budget})
    architecture = configs.from_dict(GeneratorConfig, settings["architecture"])
    tokenizer = read_tokenizer(folder / "tokenizer.model")
    train, valid = (TokenPages.load(folder / f"{name}.npz") for name in ("train", "valid"))
    trainer = Trainer(create(architecture, training.seed), train, tokenizer.vocabulary, training, folder)
    if (folder / "checkpoint.npz").exists():
        trainer.restore()
    return Run(output, folder, trainer, tokenizer, train, valid, settings)


def _architecture(shape: Shape, vocabulary: Vocabulary) -> GeneratorConfig:
    return GeneratorConfig(vocab_size=len(vocabulary), context=Reading(vocabulary).sizes, **_sizes(shape))


def _sizes(shape: Shape) -> dict[str, Any]:
    return {name: value for name, value in configs.to_dict(shape).items() if name != "vocabulary"}


def read_settings(folder: Path) -> dict[str, Any]:
    """What a run was started with. Raises: ConfigError, if there is none; BundleCorruptError."""
    path = folder / "settings.json"
    try:
        settings: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if missing := {"training", "architecture", "corpus"} - set(settings):
            raise KeyError(f"no {missing.pop()}")
        if not all(isinstance(settings[name], dict) for name in ("training", "architecture")):
            raise TypeError("training and architecture are JSON objects")
    except FileNotFoundError as error:
        raise ConfigError(f"{folder}: no run to resume; start one without --resume") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleCorruptError(f"{path}: not the settings of a training run: {error}; start anew without --resume") from error
    return settings


def read_tokenizer(path: Path) -> Tokenizer:
    """A run's tokenizer. Raises: BundleCorruptError."""
    try:
        return Tokenizer(path.read_bytes())
    except (OSError, VocabularyError) as error:
        raise BundleCorruptError(f"{path}: not the tokenizer of a training run: {error}; start anew without --resume") from error


def write_file(path: Path, content: bytes) -> None:
    """A file of a run, whole or not at all."""
    with write_atomically(path) as stream:
        stream.write(content)


def corpus_summary(pages: list[PreparedPage], encoded: TokenPages) -> dict[str, Any]:
    """What a split consists of, for the run's settings and the bundle's card."""
    return {
        "pages": len(pages),
        "sites": sorted({page.site for page in pages}),
        "sha256": corpus_sha256(pages),
        "source_bytes": sum(page.source_bytes for page in pages),
        "canonical_bytes": encoded.bytes,
        "tokens": len(encoded.ids),
        "left_out": sum(not page.events for page in pages),
        "dropped": dict(_total(page.dropped for page in pages).most_common(_KINDS)),
        "losses": dict(Counter(loss.cause for page in pages for loss in page.losses).most_common()),
        "unreadable": sum(bool(page.problem) for page in pages),
    }


def _total(counters: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter)
    return total
