"""A training run of an autoencoder on disk, as runs.py keeps a generator's: what `htmlgen train --model autoencoder` starts."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from htmlgen import config as configs
from htmlgen.corpus.snippets import Snippet
from htmlgen.decoding.guides import guide_of
from htmlgen.errors import BundleCorruptError, ConfigError, InputError
from htmlgen.markup.reader import read
from htmlgen.models.autoencoder import create
from htmlgen.models.autoencoder_training import AutoencoderTrainer, AutoencoderTraining
from htmlgen.models.data import TokenPages
from htmlgen.models.runs import RunOf, check_no_run, read_settings, read_tokenizer, run_folder, write_file
from htmlgen.runtime.architecture import AutoencoderConfig
from htmlgen.tokens.context import Reading
from htmlgen.tokens.tokenizer import Tokenizer

MODEL = "autoencoder"  # as settings.json says


@dataclass(frozen=True)
class Split:
    """Snippets of training or validation, encoded as pages are, and what each of them is."""

    snippets: TokenPages
    kinds: NDArray[np.str_]

    @classmethod
    def encode(cls, snippets: Sequence[Snippet], tokenizer: Tokenizer, grammar: str) -> "Split":
        """Raises: InputError, if there is none."""
        if not snippets:
            raise InputError("these pages have no element that makes a snippet; give more pages")
        events = ((read(snippet.html, fragment=True).events, len(snippet.html.encode())) for snippet in snippets)
        encoded = TokenPages.encode(events, tokenizer, guide_of(grammar, tokenizer.vocabulary))
        return cls(encoded, np.array([snippet.kind for snippet in snippets]))

    def save(self, folder: Path, name: str) -> None:
        """Two files."""
        self.snippets.save(folder / f"{name}.npz")
        write_file(folder / f"{name}.kinds.json", json.dumps(self.kinds.tolist()).encode())

    @classmethod
    def load(cls, folder: Path, name: str) -> "Split":
        """Raises: BundleCorruptError."""
        path = folder / f"{name}.kinds.json"
        try:
            kinds = np.array(json.loads(path.read_bytes()), dtype=np.str_)
        except (OSError, ValueError) as error:
            raise BundleCorruptError(f"{path}: not the kinds of a training run: {error}; start anew without --resume") from error
        snippets = TokenPages.load(folder / f"{name}.npz")
        if len(kinds) != len(snippets):
            raise BundleCorruptError(f"{path}: {len(kinds)} kinds of {len(snippets)} snippets; start anew without --resume")
        return cls(snippets, kinds)


#: Of an autoencoder.
AutoencoderRun: TypeAlias = RunOf[AutoencoderTrainer, Split]


def start(
    train: Sequence[Snippet], valid: Sequence[Snippet], output: Path, *, tokenizer: Tokenizer, training: AutoencoderTraining, command: str
) -> AutoencoderRun:
    """A fresh run on snippets. Raises: OutputError, if there is a run of that name already; InputError, for a split without snippets."""
    check_no_run(output)
    folder = run_folder(output)
    if training.grammar is None:
        raise ConfigError("an autoencoder is trained with a grammar, that of the components that it is to write")
    splits = {name: Split.encode(each, tokenizer, training.grammar) for name, each in (("train", train), ("valid", valid))}
    vocabulary = tokenizer.vocabulary
    places = Reading(vocabulary).sizes[:-1]
    architecture = AutoencoderConfig(vocab_size=len(vocabulary), places=places, variational=training.divergence > 0)
    settings = {
        "model": MODEL,
        "command": command,
        "training": configs.to_dict(training),
        "architecture": configs.to_dict(architecture),
        "corpus": {"train": _summary(train, splits["train"]), "valid": _summary(valid, splits["valid"])},
    }
    for name, split in splits.items():
        split.save(folder, name)
    write_file(folder / "tokenizer.model", tokenizer.model)
    write_file(folder / "settings.json", json.dumps(settings, indent=1).encode())
    run = _run(output, tokenizer, splits["train"], splits["valid"], settings)
    run.trainer.save()
    return run


def resume(output: Path, *, minutes: float | None = None, tokens: int | None = None) -> AutoencoderRun:
    """The run of that bundle, from its last checkpoint (or its start), with another budget if one is given. Raises: BundleCorruptError."""
    folder = run_folder(output)
    settings = read_settings(folder)
    if minutes is not None or tokens is not None:
        settings["training"] = {**settings["training"], "minutes": minutes, "tokens": tokens}
    tokenizer = read_tokenizer(folder / "tokenizer.model")
    run = _run(output, tokenizer, Split.load(folder, "train"), Split.load(folder, "valid"), settings)
    if (folder / "checkpoint.npz").exists():
        run.trainer.restore()
    return run


def _run(output: Path, tokenizer: Tokenizer, train: Split, valid: Split, settings: dict[str, Any]) -> AutoencoderRun:
    folder = run_folder(output)
    training = configs.from_dict(AutoencoderTraining, settings["training"])
    model = create(configs.from_dict(AutoencoderConfig, settings["architecture"]), training.seed)
    trainer = AutoencoderTrainer(model, train.snippets, train.kinds, tokenizer.vocabulary, training, folder)
    return AutoencoderRun(output, folder, trainer, tokenizer, train, valid, settings)


def _summary(snippets: Sequence[Snippet], split: Split) -> dict[str, Any]:
    """What a split consists of, for the run's settings and the bundle's card."""
    digests = sorted(hashlib.sha256(snippet.html.encode()).digest() for snippet in snippets)
    return {
        "snippets": len(snippets),
        "pages": len({snippet.page for snippet in snippets}),
        "sites": sorted({snippet.site for snippet in snippets}),
        "sha256": hashlib.sha256(b"".join(digests)).hexdigest(),
        "canonical_bytes": split.snippets.bytes,
        "tokens": len(split.snippets.ids),
        "kinds": dict(Counter(snippet.kind for snippet in snippets).most_common()),
    }
