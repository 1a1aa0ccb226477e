"""IDS → LOGITS: layers, the generator, its training and its export. The only room that imports keras."""

import importlib.util
import os

from htmlgen.errors import MissingExtraError

if any(importlib.util.find_spec(name) is None for name in ("keras", "jax", "onnx", "safetensors")):
    raise MissingExtraError("training needs Keras and JAX, which the plain install leaves out; type: pip install 'htmlgen[train]'")

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
