"""WEIGHTS → ONNX: one step of the generator as a graph, in float32 or int8.

Laws: the float32 graph gives Keras' logits within 1e-4; the int8 graph treats each row alone, so that a page does not depend on the
batch it was made in. Its scales are therefore constants, which an LSTM affords: outputs lie in (-1, 1), embeddings in a known range.
Weights have 7 bits a column, so that no processor's 16-bit sums saturate.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from htmlgen.runtime.architecture import NEVER, GeneratorConfig
from htmlgen.tokens.context import FEATURES, offsets

Weights = Mapping[str, NDArray[np.float32]]
Precision = Literal["float32", "int8"]

_WEIGHT_LEVELS = 63
_OPSET = 17


class _Graph:
    """Collects nodes and constants; a method a node, the name of its output returned."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def __call__(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        names = [f"n{len(self.nodes)}_{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names[0] if outputs == 1 else names


class _Float32:
    """Matrix products as they are."""

    def __init__(self, graph: _Graph, weights: Weights) -> None:
        self._graph = graph
        self._table = graph.constant(weights["embedding"])

    def embed(self, ids: str) -> str:
        return str(self._graph("Gather", self._table, ids))

    def product(self, x: str, weight: NDArray[np.float32], largest: float) -> str:
        return str(self._graph("MatMul", x, self._graph.constant(weight)))

    def logits(self, x: str) -> str:
        return str(self._graph("MatMul", x, self._graph("Transpose", self._table, perm=[1, 0])))


class _Int8:
    """Rows quantised with a constant scale, columns of weights with their own; products in whole numbers."""

    def __init__(self, graph: _Graph, weights: Weights) -> None:
        self._graph = graph
        table, self._row_scales = _quantised(weights["embedding"], axis=1)
        self._table = graph.constant(table)
        self._scale_table = graph.constant(self._row_scales[:, None])

    def embed(self, ids: str) -> str:
        """The rows of the table."""
        graph = self._graph
        rows = graph("Cast", graph("Gather", self._table, ids), to=TensorProto.FLOAT)
        return str(graph("Mul", rows, graph("Gather", self._scale_table, ids)))

    def product(self, x: str, weight: NDArray[np.float32], largest: float) -> str:
        quantised, columns = _quantised(weight, axis=0)
        return self._product(x, self._graph.constant(quantised), columns, largest)

    def logits(self, x: str) -> str:
        return self._product(x, self._graph("Transpose", self._table, perm=[1, 0]), self._row_scales, 1.0)

    def _product(self, x: str, weight: str, columns: NDArray[np.float32], largest: float) -> str:
        graph, scale = self._graph, largest / 127
        zero = graph.constant(np.uint8(128))
        rows = graph("QuantizeLinear", x, graph.constant(np.float32(scale)), zero)
        whole = graph("MatMulInteger", rows, weight, zero, graph.constant(np.int8(0)))
        return str(graph("Mul", graph("Cast", whole, to=TensorProto.FLOAT), graph.constant(columns * np.float32(scale))))


def _quantised(weight: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers in ±63 and the scale of each column (axis 0) or row (axis 1)."""
    scales = np.maximum(np.abs(weight).max(axis=axis), 1e-12) / _WEIGHT_LEVELS
    return np.rint(weight / np.expand_dims(scales, axis)).astype(np.int8), scales.astype(np.float32)


def step_graph(config: GeneratorConfig, weights: Weights, precision: Precision = "int8") -> bytes:
    """An ONNX model of one step: ids (batch,) int64, features (batch, features) int64 of the contexts after them, and state
    (batch, state_size) float32 → logits (batch, vocab), their probabilities, and the state after; where the model copies, also the odds
    (batch, 1) of copying the candidates against drawing from the logits, as logarithms.

    Args: weights, by the names of `GeneratorModel.named_weights`.
    """
    graph = _Graph()
    maths: _Float32 | _Int8 = _Float32(graph, weights) if precision == "float32" else _Int8(graph, weights)
    sizes = [width for width in config.widths for _ in range(2)]
    before = graph("Split", "state", graph.constant(np.array(sizes, dtype=np.int64)), outputs=len(sizes), axis=1)
    features = _features(graph)
    hidden, largest = _seen(graph, maths, config, weights, features), _largest_seen(weights)
    after: list[str] = []
    for index in range(config.layers):
        layer = {name: weights[f"lstm_{index}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")}
        hidden, memory = _lstm(graph, maths, layer, (hidden, largest), (before[2 * index], before[2 * index + 1]))
        largest = 1.0
        after += [hidden, memory]
    logits = graph("Add", maths.logits(hidden), graph.constant(weights["output_bias"]))
    outputs = {"logits": (logits, config.vocab_size), "state_after": (graph("Concat", *after, axis=1), config.state_size)}
    outputs["probabilities"] = graph("Softmax", logits, axis=1), config.vocab_size
    if config.matches:
        outputs["odds"] = _odds(graph, maths, weights, hidden, features), 1
    return _model(graph, config, outputs)


class _Features(NamedTuple):
    """Parts of the input `features`."""

    structure: str  #: (batch, 6)
    match: str  #: (batch, 1)


def _features(graph: _Graph) -> _Features:
    count = len(FEATURES)
    structure, match, _ = graph("Split", "features", graph.constant(np.array([count - 2, 1, 1], dtype=np.int64)), outputs=3, axis=1)
    return _Features(structure, match)


def _seen(graph: _Graph, maths: _Float32 | _Int8, config: GeneratorConfig, weights: Weights, features: _Features) -> str:
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


def _odds(graph: _Graph, maths: _Float32 | _Int8, weights: Weights, hidden: str, features: _Features) -> str:
    """(batch, 1) log-odds of copying the candidate, NEVER where there is none; as `GeneratorModel`'s."""
    bias = graph("Gather", graph.constant(weights["gate_bias"]), features.match)
    missing = graph("Sub", graph.constant(np.float32(1)), graph("Cast", graph("Sign", features.match), to=TensorProto.FLOAT))
    never = graph("Mul", missing, graph.constant(np.float32(NEVER)))
    return str(graph("Add", graph("Add", bias, maths.product(hidden, weights["gate"][:, None], 1.0)), never))


def _lstm(graph: _Graph, maths: _Float32 | _Int8, layer: Weights, inputs: tuple[str, float], before: tuple[str, str]) -> tuple[str, str]:
    """One cell: output and memory after the step. `inputs` come with the largest magnitude that they can have."""
    x = maths.product(inputs[0], layer["kernel"], inputs[1])
    h = maths.product(before[0], layer["recurrent_kernel"], 1.0)
    gates = graph("Add", graph("Add", x, h), graph.constant(layer["bias"]))
    i, f, c, o = graph("Split", gates, outputs=4, axis=1)
    kept = graph("Mul", graph("Sigmoid", f), before[1])
    memory = graph("Add", kept, graph("Mul", graph("Sigmoid", i), graph("Tanh", c)))
    return graph("Mul", graph("Sigmoid", o), graph("Tanh", memory)), memory


def _model(graph: _Graph, config: GeneratorConfig, outputs: Mapping[str, tuple[str, int]]) -> bytes:
    """Args: outputs, by name: what gives them, and how many numbers each row has."""
    for name, (source, _) in outputs.items():
        graph.nodes.append(helper.make_node("Identity", [source], [name]))
    made = helper.make_graph(
        graph.nodes,
        "step",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch"]),
            helper.make_tensor_value_info("features", TensorProto.INT64, ["batch", len(FEATURES)]),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, ["batch", config.state_size]),
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", size]) for name, (_, size) in outputs.items()],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="htmlgen")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
