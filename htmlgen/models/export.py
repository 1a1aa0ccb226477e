"""WEIGHTS → ONNX: one step of the generator as a graph, in float32 or int8.

Laws: the float32 graph gives Keras' logits within 1e-4; the int8 graph treats each row alone, so that a page does not depend on the
batch it was made in. Its scales are constants, which an LSTM affords: outputs lie in (-1, 1), embeddings in a known range.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from onnx import TensorProto

from htmlgen.models.graphs import Float32, Graph, Int8, Precision, Shape, Weights, lstm_cell, maths_of, model_of
from htmlgen.runtime.architecture import NEVER, GeneratorConfig
from htmlgen.tokens.context import FEATURES, offsets


def step_graph(config: GeneratorConfig, weights: Weights, precision: Precision = "int8") -> bytes:
    """An ONNX model of one step: ids (batch,) int64, features (batch, features) int64 of the contexts after them, and state
    (batch, state_size) float32 → logits (batch, vocab), their probabilities, and the state after; where the model copies, also the odds
    (batch, 1) of copying the candidates against drawing from the logits, as logarithms.

    Args: weights, by the names of `GeneratorModel.named_weights`.
    """
    graph = Graph()
    maths = maths_of(graph, weights, precision)
    sizes = [width for width in config.widths for _ in range(2)]
    before = graph("Split", "state", graph.constant(np.array(sizes, dtype=np.int64)), outputs=len(sizes), axis=1)
    features = _features(graph)
    hidden, largest = _seen(graph, maths, config, weights, features), _largest_seen(weights)
    after: list[str] = []
    for index in range(config.layers):
        layer = {name: weights[f"lstm_{index}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")}
        projected = maths.product(hidden, layer["kernel"], largest)
        hidden, memory = lstm_cell(graph, maths, layer, projected, (before[2 * index], before[2 * index + 1]))
        largest = 1.0
        after += [hidden, memory]
    logits = graph("Add", maths.logits(hidden), graph.constant(weights["output_bias"]))
    outputs = {"logits": (logits, config.vocab_size), "state_after": (graph("Concat", *after, axis=1), config.state_size)}
    outputs["probabilities"] = graph("Softmax", logits, axis=1), config.vocab_size
    if config.matches:
        outputs["odds"] = _odds(graph, maths, weights, hidden, features), 1
    inputs: dict[str, tuple[Any, Shape]] = {
        "ids": (TensorProto.INT64, ["batch"]),
        "features": (TensorProto.INT64, ["batch", len(FEATURES)]),
        "state": (TensorProto.FLOAT, ["batch", config.state_size]),
    }
    return model_of(graph, "step", inputs, {name: (source, ["batch", size]) for name, (source, size) in outputs.items()})


class _Features(NamedTuple):
    """Parts of the input `features`."""

    structure: str  #: (batch, 6)
    match: str  #: (batch, 1)


def _features(graph: Graph) -> _Features:
    count = len(FEATURES)
    structure, match, _ = graph("Split", "features", graph.constant(np.array([count - 2, 1, 1], dtype=np.int64)), outputs=3, axis=1)
    return _Features(structure, match)


def _seen(graph: Graph, maths: Float32 | Int8, config: GeneratorConfig, weights: Weights, features: _Features) -> str:
    """(batch, embedding): each token, and where it stands."""
    seen = maths.embed("ids")
    axis = graph.constant(np.array([1], dtype=np.int64))
    if config.structures:
        rows = graph("Add", features.structure, graph.constant(offsets(config.structures)))
        found = graph("Gather", graph.constant(weights["structure"]), rows)  # (batch, 6, embedding)
        ones = graph.constant(np.ones((1, len(config.structures)), dtype=np.float32))
        seen = graph("Add", seen, graph("Squeeze", graph("MatMul", ones, found), axis))  # ReduceSum's order depends on the batch
    return str(seen)


def _largest_seen(weights: Weights) -> float:
    """A magnitude that what the first layer sees has hardly ever: beyond it, int8 saturates.

    A token and its place are added up; their largest values hardly ever meet.
    """
    spread = float(weights["structure"].std()) * math.sqrt(len(FEATURES) - 2) if "structure" in weights else 0.0
    return float(np.abs(weights["embedding"]).max()) + 4 * spread


def _odds(graph: Graph, maths: Float32 | Int8, weights: Weights, hidden: str, features: _Features) -> str:
    """(batch, 1) log-odds of copying the candidate, NEVER where there is none; as `GeneratorModel`'s."""
    bias = graph("Gather", graph.constant(weights["gate_bias"]), features.match)
    missing = graph("Sub", graph.constant(np.float32(1)), graph("Cast", graph("Sign", features.match), to=TensorProto.FLOAT))
    never = graph("Mul", missing, graph.constant(np.float32(NEVER)))
    return str(graph("Add", graph("Add", bias, maths.product(hidden, weights["gate"][:, None], 1.0)), never))
