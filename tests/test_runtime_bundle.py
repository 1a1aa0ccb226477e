"""Is a bundle what was saved, and does whatever else stands in its place give an error that says what to do?"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import tiny_architecture

from htmlgen.errors import BundleCorruptError, BundleError, BundleVersionError, OutputError, VocabularyError
from htmlgen.runtime import bundle
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.session import Session
from htmlgen.tokens.tokenizer import Tokenizer

FILES = (bundle.TOKENIZER, bundle.STEP, bundle.CARD)


@pytest.fixture
def copy(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A copy of the tiny bundle that a test may break."""
    return Path(shutil.copytree(tiny_bundle, tmp_path / "copy"))


def edit(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    record = json.loads((folder / "config.json").read_text())
    change(record)
    (folder / "config.json").write_text(json.dumps(record))


def test_a_bundle_comes_back_as_it_was_saved(tiny_bundle: Path, tokenizer: Tokenizer) -> None:
    loaded = bundle.load(tiny_bundle)
    assert loaded.name == "tiny"
    assert loaded.architecture == tiny_architecture(tokenizer)
    assert loaded.tokenizer.model == tokenizer.model
    assert loaded.record["date"] == "2026-11-21"
    assert set(loaded.record["files"]) == set(FILES)
    Session(loaded.step_path, loaded.architecture)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_is_found(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(BundleCorruptError, match=rf"{name}: not the file that was saved .*; copy the bundle again"):
        bundle.load(copy)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(BundleCorruptError, match=rf"{name}: missing from the bundle; copy"):
        bundle.load(copy)


def test_a_bundle_of_very_many_files_is_refused(copy: Path) -> None:
    edit(copy, lambda record: record["files"].update({f"file{number}": "" for number in range(40)}))
    with pytest.raises(BundleCorruptError, match=r"config\.json: names 4[0-9] files, more than the 32 that a bundle may have"):
        bundle.load(copy)


@pytest.mark.parametrize("name", ["../secret", "..", "/etc/hostname", "sub/file", "", "."])
def test_a_file_outside_of_the_bundle_is_refused(copy: Path, name: str) -> None:
    (copy.parent / "secret").write_text("x")
    edit(copy, lambda record: record["files"].update({name: "0" * 64}))
    with pytest.raises(BundleCorruptError, match="outside of the bundle"):
        bundle.load(copy)


@pytest.mark.parametrize("found", [0, 2, "1", None])
def test_another_format_is_refused(copy: Path, found: Any) -> None:
    edit(copy, lambda record: record.update(format=found))
    with pytest.raises(BundleVersionError, match=rf"format {found!r}; this version reads format 1: train it anew"):
        bundle.load(copy)


def halved(config: bytes) -> bytes:
    return config[: len(config) // 2]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        pytest.param(lambda _: b"", "not JSON", id="empty"),
        pytest.param(lambda _: b"\xff\xfe\x00", "not JSON", id="binary"),
        pytest.param(halved, "not JSON", id="truncated"),
        pytest.param(lambda _: b"[" * 100_000, "not JSON", id="deep"),
        pytest.param(lambda config: config + b" " * 4_000_000, "larger than", id="huge"),
        pytest.param(lambda _: b"[1]", "format", id="a list"),
        pytest.param(lambda _: b'{"format": 1}', "lacks", id="no files"),
        pytest.param(lambda config: config.replace(b'"embedding": 16', b'"embedding": "16"'), "embedding must be", id="a field's type"),
        pytest.param(lambda config: config.replace(b'"units"', b'"width"'), "no field 'width'", id="a field's name"),
    ],
)
def test_a_broken_config_is_refused(copy: Path, broken: Callable[[bytes], bytes], said: str) -> None:
    config = copy / "config.json"
    config.write_bytes(broken(config.read_bytes()))
    with pytest.raises(BundleError, match=said) as caught:
        bundle.load(copy)
    assert str(copy) in str(caught.value)
    assert "copy the bundle again" in str(caught.value) or "train it anew" in str(caught.value)


def test_a_folder_without_a_bundle_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"nothing: no bundle there \(no config.json\); make one with: htmlgen train"):
        bundle.load(tmp_path / "nothing")


def test_a_tokenizer_of_another_model_is_refused(copy: Path) -> None:
    edit(copy, lambda record: record["architecture"].update(vocab_size=2047))
    with pytest.raises(BundleCorruptError, match="has 2048 tokens, not 2047"):
        _ = bundle.load(copy).tokenizer


def test_a_graph_that_is_none_is_refused() -> None:
    with pytest.raises(BundleCorruptError, match="does not load"):
        Session(b"not a graph", GeneratorConfig(vocab_size=2048, embedding=16, units=24))


def test_a_tokenizer_that_is_none_is_refused() -> None:
    with pytest.raises(VocabularyError, match="not a SentencePiece model"):
        Tokenizer(b"not a model")


def test_nothing_is_written_over_without_force(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    bundle.save(folder, {"card.md": b"one"}, {})
    with pytest.raises(OutputError, match="not empty; choose another -o, or --force"):
        bundle.save(folder, {"card.md": b"two"}, {})
    assert (folder / "card.md").read_bytes() == b"one"
    bundle.save(folder, {"card.md": b"two"}, {}, force=True)
    assert (folder / "card.md").read_bytes() == b"two"
    with pytest.raises(OutputError, match="a file, where a folder is to be"):
        bundle.save(folder / "card.md", {}, {}, force=True)


def test_a_bundle_that_was_cut_short_is_none(tmp_path: Path) -> None:
    bundle.save(tmp_path / "cut", {"card.md": b"old"}, {})
    with pytest.raises(TypeError):
        bundle.save(tmp_path / "cut", {"card.md": b"one", "step.int8.onnx": None}, {}, force=True)  # type: ignore[dict-item]
    assert {path.name: path.read_bytes() for path in (tmp_path / "cut").iterdir()} == {"card.md": b"one"}
    with pytest.raises(BundleError, match="no bundle there"):
        bundle.load(tmp_path / "cut")
