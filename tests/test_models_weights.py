"""Are weights what they were, to the last of 8 bits?"""

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from htmlgen.errors import BundleCorruptError
from htmlgen.models.weights import packed, unpacked

DRAW = np.random.default_rng(0)
WEIGHTS = {
    "kernel": (DRAW.normal(size=(40, 6)) * [1, 1e-3, 1e3, 1, 1, 0]).astype(np.float32),
    "bias": DRAW.normal(size=6).astype(np.float32),
}


def test_a_matrix_keeps_each_column_to_half_a_level(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(packed(WEIGHTS))
    found = unpacked(path)
    assert found.keys() == WEIGHTS.keys()
    level = np.abs(WEIGHTS["kernel"]).max(axis=0) / 127
    assert (np.abs(found["kernel"] - WEIGHTS["kernel"]) <= 0.501 * level).all()
    np.testing.assert_array_equal(found["bias"], WEIGHTS["bias"].astype(np.float16))
    assert {value.dtype for value in found.values()} == {np.dtype(np.float32)}


def test_files_of_float16_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    halves = {name: value.astype(np.float16) for name, value in WEIGHTS.items()}
    safetensors.numpy.save_file(halves, path)
    found = unpacked(path)
    for name, value in halves.items():
        np.testing.assert_array_equal(found[name], value)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    with pytest.raises(BundleCorruptError, match=r"weights\.safetensors: cannot be read"):
        unpacked(path)
    path.write_bytes(b"no such thing")
    with pytest.raises(BundleCorruptError, match=r"weights\.safetensors: cannot be read"):
        unpacked(path)
