"""Weights as a bundle keeps them, to train on: matrices in 8 bits with a scale a column, the rest in float16.

That is as much as the graph of a bundle has, which costs a generator some 0.05 % of its bits, and takes half the room of float16.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from htmlgen.errors import BundleCorruptError

_SCALE: Final = ":scale"
_LEVELS: Final = 127


def packed(weights: Mapping[str, NDArray[np.float32]]) -> bytes:
    """A safetensors file: of a matrix NAME whole numbers, and `NAME:scale`, a factor a column; float16 of what is none."""
    kept: dict[str, NDArray[np.generic]] = {}
    for name, value in weights.items():
        if value.ndim < 2:
            kept[name] = value.astype(np.float16)
            continue
        scale = np.maximum(np.abs(value).max(axis=0), 1e-12) / _LEVELS
        kept[name], kept[name + _SCALE] = np.rint(value / scale).astype(np.int8), scale.astype(np.float32)
    return bytes(safetensors.numpy.save(kept))


def unpacked(path: Path) -> dict[str, NDArray[np.float32]]:
    """The weights of such a file, or of one that is all float16. Raises: BundleCorruptError."""
    try:
        kept = safetensors.numpy.load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise BundleCorruptError(f"{path}: cannot be read: {error}; to train on, a bundle needs its weights") from error
    scales = {name.removesuffix(_SCALE): value for name, value in kept.items() if name.endswith(_SCALE)}
    return {
        name: value.astype(np.float32) * scales.get(name, np.float32(1)) for name, value in kept.items() if not name.endswith(_SCALE)
    }
