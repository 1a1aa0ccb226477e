"""A bundle: a folder with a trained model and all that it needs.

    config.json          format, architecture, training, corpus, figures; the sha256 of every other file
    tokenizer.model      the SentencePiece model that holds the vocabulary
    step.int8.onnx       one step of a generator; or, of an autoencoder,
    encoder.int8.onnx    its encoder, and
    decoder.int8.onnx    one step of its decoder
    weights.safetensors  weights of 8 bits, to train on
    card.md              what it was trained on, how, and how well it does

Everything is verified when a bundle is loaded; no file of it is code.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import resources
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from htmlgen import config as configs
from htmlgen.errors import BundleCorruptError, BundleError, BundleVersionError, ConfigError, OutputError
from htmlgen.files import sha256, write_atomically
from htmlgen.runtime.ahead import Ahead
from htmlgen.runtime.architecture import AutoencoderConfig, GeneratorConfig
from htmlgen.tokens.tokenizer import Tokenizer

FORMAT: Final = 1
STEP: Final = "step.int8.onnx"
ENCODER: Final = "encoder.int8.onnx"
DECODER: Final = "decoder.int8.onnx"
TOKENIZER: Final = "tokenizer.model"
WEIGHTS: Final = "weights.safetensors"
CARD: Final = "card.md"
GRAMMAR: Final = "grammar.rnc"  #: of bundles for one site
MAX_CONFIG_BYTES: Final = 4_000_000
MAX_FILES: Final = 32
MAX_GRAMMAR_BYTES: Final = 1_000_000


Architecture = TypeVar("Architecture", GeneratorConfig, AutoencoderConfig)


@dataclass(frozen=True)
class Kind(Generic[Architecture]):
    """What a bundle's model is."""

    name: str  #: as config.json says
    default: str  #: the folder of the one that ships with the package
    architecture: type[Architecture]
    graphs: tuple[str, ...]


GENERATOR: Final = Kind("generator", "default", GeneratorConfig, (STEP,))
AUTOENCODER: Final = Kind("autoencoder", "autoencoder", AutoencoderConfig, (ENCODER, DECODER))


@dataclass(frozen=True)
class Bundle(Generic[Architecture]):
    """A verified bundle."""

    folder: Path
    name: str
    architecture: Architecture
    record: Mapping[str, Any]  #: config.json, whole

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, loaded once. Raises: BundleCorruptError, if it has not as many tokens as the model."""
        tokenizer = Tokenizer((self.folder / TOKENIZER).read_bytes())
        if (count := len(tokenizer.vocabulary)) != (expected := self.architecture.vocab_size):
            raise BundleCorruptError(
                f"{self.folder / TOKENIZER}: has {count} tokens, not {expected} as config.json says; copy the bundle again"
            )
        return tokenizer

    @cached_property
    def grammar(self) -> str | None:
        """The text of the grammar that it brings along; None, where it has none of its own. Raises: BundleCorruptError."""
        if GRAMMAR not in self.record["files"]:
            return None
        file = self.folder / GRAMMAR
        if file.stat().st_size > MAX_GRAMMAR_BYTES:
            raise BundleCorruptError(f"{file}: larger than {MAX_GRAMMAR_BYTES:,} bytes, as no bundle's is; copy the bundle again")
        try:
            return file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BundleCorruptError(f"{file}: not a grammar: {error}; copy the bundle again") from error

    @property
    def step_path(self) -> Path:
        """The ONNX file of one step."""
        return self.folder / STEP


def default_folder(kind: Kind[Any] = GENERATOR) -> Path:
    """Where the bundle that ships with the package lies."""
    return Path(str(resources.files("htmlgen.bundles") / kind.default))


def load(folder: Path | str | None = None) -> Bundle[GeneratorConfig]:
    """Loads and verifies a generator's bundle; None is the one that ships with the package.

    Raises: BundleError, if there is none, or one of another model; BundleVersionError, if it has another format; BundleCorruptError,
    naming the file that is missing or is not the one that was saved.
    """
    return _load(folder, GENERATOR)


def load_autoencoder(folder: Path | str | None = None) -> Bundle[AutoencoderConfig]:
    """Loads and verifies an autoencoder's bundle; None is the one that ships with the package. Raises: as `load`."""
    return _load(folder, AUTOENCODER)


def _load(folder: Path | str | None, kind: Kind[Architecture]) -> Bundle[Architecture]:
    path = default_folder(kind) if folder is None else Path(folder)
    name = kind.default if folder is None else path.name
    record = _record(path, kind)
    _verify(path, record["files"])
    try:
        architecture = configs.from_dict(kind.architecture, record["architecture"])
    except ConfigError as error:
        raise BundleCorruptError(f"{path / 'config.json'}: {error}; copy the bundle again") from error
    return Bundle(path, name, architecture, record)


def _record(path: Path, kind: Kind[Any]) -> dict[str, Any]:
    file = path / "config.json"
    option = "" if kind is GENERATOR else f" --model {kind.name}"
    if not file.is_file():
        raise BundleError(f"{path}: no bundle there (no config.json); make one with: htmlgen train{option} PAGES -o {path}")
    if file.stat().st_size > MAX_CONFIG_BYTES:
        raise BundleCorruptError(f"{file}: larger than {MAX_CONFIG_BYTES:,} bytes, as no bundle's is; copy the bundle again")
    try:
        record = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BundleCorruptError(f"{file}: not JSON: {error}; copy the bundle again") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        found = record.get("format") if isinstance(record, dict) else record
        raise BundleVersionError(f"{path}: a bundle of format {found!r}; this version reads format {FORMAT}: train it anew, or use the "
                                 "version of htmlgen that wrote it")  # fmt: skip
    if (found := record.get("model", GENERATOR.name)) != kind.name:
        raise BundleError(f"{path}: the bundle of a model of kind {found!r}, where one of kind {kind.name!r} is needed; take another")
    files, needed = record.get("files"), (TOKENIZER, *kind.graphs)
    if not isinstance(files, dict) or any(name not in files for name in needed) or "architecture" not in record:
        raise BundleCorruptError(f"{file}: lacks 'architecture' or one of the files {', '.join(needed)}; copy the bundle again")
    return record


def _verify(path: Path, files: Mapping[str, str]) -> None:
    if len(files) > MAX_FILES:
        raise BundleCorruptError(f"{path / 'config.json'}: names {len(files)} files, more than the {MAX_FILES} that a bundle may have")
    for name in files:
        file = path / name
        if name in ("", ".", "..") or Path(name).name != name:
            raise BundleCorruptError(f"{path / 'config.json'}: names {name!r}, a file outside of the bundle; do not use this bundle")
        if not file.is_file():
            raise BundleCorruptError(f"{file}: missing from the bundle; copy the bundle again")
    hashes = {path / name: (Ahead(partial(sha256, path / name)), expected) for name, expected in files.items()}
    for file, (hashed, expected) in hashes.items():
        try:
            found = hashed.result()
        except OSError as error:
            raise BundleCorruptError(f"{file}: cannot be read: {error.strerror}; check its permissions") from error
        if found != expected:
            raise BundleCorruptError(f"{file}: not the file that was saved (sha256 differs); copy the bundle again")


def check_output(folder: Path, *, force: bool = False) -> None:
    """Raises: OutputError, if a bundle cannot be written there without losing what is there."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: a file, where a folder is to be; choose another -o")
    if not force and folder.exists() and any(folder.iterdir()):
        raise OutputError(f"{folder}: not empty; choose another -o, or --force to write over it")


def save(folder: Path, files: Mapping[str, bytes], record: Mapping[str, Any], *, force: bool = False) -> None:
    """Writes a bundle; config.json comes last, so that a bundle that was cut short is none.

    Args: files, name to content; record, what config.json says beside format and hashes.
    Raises: OutputError, if the folder holds anything already and `force` is not set.
    """
    check_output(folder, force=force)
    (folder / "config.json").unlink(missing_ok=True)
    for name, content in files.items():
        with write_atomically(folder / name) as stream:
            stream.write(content)
    hashes = {name: sha256(folder / name) for name in files}
    with write_atomically(folder / "config.json") as stream:
        stream.write((json.dumps({"format": FORMAT, **record, "files": hashes}, indent=1, ensure_ascii=False) + "\n").encode())
