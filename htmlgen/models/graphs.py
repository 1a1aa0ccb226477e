"""Nodes of ONNX graphs, and products of matrices in float32 or int8.

Laws: an int8 product treats each row alone, so that what comes out does not depend on the batch. Its scales are constants, or a row's own.
Weights have 7 bits a column, so that no processor's 16-bit sums saturate.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = Mapping[str, NDArray[np.float32]]
Precision = Literal["float32", "int8"]
Shape = Sequence[str | int]  #: sizes, and names of those that are open

_WEIGHT_LEVELS = 63
_OPSET = 17


class Graph:
    """Collects nodes and constants; a call a node, the name of its output returned."""

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

    def rename(self, names: Mapping[str, str]) -> None:
        """Gives outputs of nodes other names, wherever they are used: a node that copied them would take time."""
        for node in self.nodes:
            for places in (node.input, node.output):
                places[:] = [names.get(name, name) for name in places]


class Float32:
    """Matrix products as they are."""

    def __init__(self, graph: Graph, weights: Weights) -> None:
        self._graph, self._weights = graph, weights

    @cached_property
    def _table(self) -> str:
        return self._graph.constant(self._weights["embedding"])

    def embed(self, ids: str) -> str:
        return str(self._graph("Gather", self._table, ids))

    def rows(self, table: NDArray[np.float32], numbers: str) -> str:
        return str(self._graph("Gather", self._graph.constant(table), numbers))

    def product(self, x: str, weight: NDArray[np.float32], largest: float) -> str:
        return str(self._graph("MatMul", x, self._graph.constant(weight)))

    def product_by_row(self, x: str, weight: NDArray[np.float32]) -> str:
        return str(self._graph("MatMul", x, self._graph.constant(weight)))

    def logits(self, x: str) -> str:
        return str(self._graph("MatMul", x, self._graph("Transpose", self._table, perm=[1, 0])))

    logits_by_row = logits


class Int8:
    """Rows quantised with a constant scale, columns of weights with their own; products in whole numbers."""

    def __init__(self, graph: Graph, weights: Weights) -> None:
        self._graph = graph
        self._whole, self._row_scales = quantised(weights["embedding"], axis=1)

    @cached_property
    def _table(self) -> str:
        return self._graph.constant(self._whole)

    @cached_property
    def _scale_table(self) -> str:
        return self._graph.constant(self._row_scales[:, None])

    def embed(self, ids: str) -> str:
        """The rows of the table."""
        graph = self._graph
        rows = graph("Cast", graph("Gather", self._table, ids), to=TensorProto.FLOAT)
        return str(graph("Mul", rows, graph("Gather", self._scale_table, ids)))

    def rows(self, table: NDArray[np.float32], numbers: str) -> str:
        """The rows of another table, whose numbers are scaled once, when the graph is loaded: for many rows at a time."""
        graph = self._graph
        whole, scales = quantised(table, axis=1)
        scaled = graph("Mul", graph("Cast", graph.constant(whole), to=TensorProto.FLOAT), graph.constant(scales[:, None]))
        return str(graph("Gather", scaled, numbers))

    def product(self, x: str, weight: NDArray[np.float32], largest: float) -> str:
        whole, columns = quantised(weight, axis=0)
        return self._product(x, self._graph.constant(whole), columns, largest)

    def product_by_row(self, x: str, weight: NDArray[np.float32]) -> str:
        """The product with (batch, n) x, each row quantised with the scale that it needs."""
        whole, columns = quantised(weight, axis=0)
        return self._by_row(x, self._graph.constant(whole), columns)

    def logits_by_row(self, x: str) -> str:
        """The same with the table."""
        return self._by_row(x, self._graph("Transpose", self._table, perm=[1, 0]), self._row_scales)

    def logits(self, x: str) -> str:
        return self._product(x, self._graph("Transpose", self._table, perm=[1, 0]), self._row_scales, 1.0)

    def _by_row(self, x: str, weight: str, columns: NDArray[np.float32]) -> str:
        graph = self._graph
        largest = graph("ReduceMax", graph("Abs", x), axes=[1], keepdims=1)
        scale = graph("Add", graph("Mul", largest, graph.constant(np.float32(1 / 127))), graph.constant(np.float32(1e-12)))
        rounded = graph("Add", graph("Round", graph("Div", x, scale)), graph.constant(np.float32(128)))
        rows = graph("Cast", rounded, to=TensorProto.UINT8)
        whole = graph("MatMulInteger", rows, weight, graph.constant(np.uint8(128)), graph.constant(np.int8(0)))
        return str(graph("Mul", graph("Mul", graph("Cast", whole, to=TensorProto.FLOAT), scale), graph.constant(columns)))

    def _product(self, x: str, weight: str, columns: NDArray[np.float32], largest: float) -> str:
        graph, scale = self._graph, largest / 127
        zero = graph.constant(np.uint8(128))
        rows = graph("QuantizeLinear", x, graph.constant(np.float32(scale)), zero)
        whole = graph("MatMulInteger", rows, weight, zero, graph.constant(np.int8(0)))
        return str(graph("Mul", graph("Cast", whole, to=TensorProto.FLOAT), graph.constant(columns * np.float32(scale))))


def quantised(weight: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers in ±63 and the scale of each column (axis 0) or row (axis 1)."""
    scales = np.maximum(np.abs(weight).max(axis=axis), 1e-12) / _WEIGHT_LEVELS
    return np.rint(weight / np.expand_dims(scales, axis)).astype(np.int8), scales.astype(np.float32)


def maths_of(graph: Graph, weights: Weights, precision: Precision) -> Float32 | Int8:
    """Products of that precision; weights hold the table "embedding"."""
    return Float32(graph, weights) if precision == "float32" else Int8(graph, weights)


def lstm_cell(graph: Graph, maths: Float32 | Int8, layer: Weights, projected: str, before: tuple[str, str]) -> tuple[str, str]:
    """One cell: output and memory after the step. Args: projected, the inputs times the kernel."""
    h = maths.product(before[0], layer["recurrent_kernel"], 1.0)
    gates = graph("Add", graph("Add", projected, h), graph.constant(layer["bias"]))
    i, f, c, o = graph("Split", gates, outputs=4, axis=1)
    kept = graph("Mul", graph("Sigmoid", f), before[1])
    memory = graph("Add", kept, graph("Mul", graph("Sigmoid", i), graph("Tanh", c)))
    return graph("Mul", graph("Sigmoid", o), graph("Tanh", memory)), memory


def model_of(graph: Graph, name: str, inputs: Mapping[str, tuple[Any, Shape]], outputs: Mapping[str, tuple[str, Shape]]) -> bytes:
    """A graph as an ONNX model.

    Args: inputs, by name: element type and shape; outputs, by name: what gives them, and their shape; all outputs are float32.
    """
    graph.rename({source: output for output, (source, _) in outputs.items()})
    made = helper.make_graph(
        graph.nodes,
        name,
        [helper.make_tensor_value_info(each, kind, shape) for each, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info(each, TensorProto.FLOAT, shape) for each, (_, shape) in outputs.items()],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], producer_name="htmlgen")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
