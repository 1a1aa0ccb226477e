"""WEIGHTS → ONNX: the autoencoder as two graphs, the encoder of whole snippets and one step of the decoder, in float32 or int8.

Laws: the float32 graphs give Keras' codes and logits within 1e-4; the int8 decoder treats each row alone. The encoder's LSTM is ONNX's own
operator in float32 either way, whose fused loop is as fast as integers are; int8 makes its table small.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from htmlgen.models.graphs import Float32, Graph, Int8, Precision, Shape, Weights, lstm_cell, maths_of, model_of
from htmlgen.runtime.architecture import AutoencoderConfig
from htmlgen.tokens.context import offsets

_GATES = (0, 3, 1, 2)  # ONNX has them in the order i, o, f, c; Keras in i, f, c, o


def encoder_graph(config: AutoencoderConfig, weights: Weights, precision: Precision = "int8") -> bytes:
    """An ONNX model: ids (batch, time) int64 without BOS, padded behind; features (batch, time, places) int64; lengths (batch,) int32 →
    gists (batch, gist) and squeezed (batch, time, slot_width), a row a token, which `codes.joined` joins.

    Args: weights, by the names of `AutoencoderModel.named_weights`.
    """
    graph = Graph()
    maths = maths_of(graph, weights, precision)
    seen = _seen(graph, maths, config, weights, maths.rows(weights["embedding"], "ids"), axis=2)
    both, last = _both_ways(graph, config, weights, seen)
    outputs = graph("Concat", seen, both, axis=2)  # (batch, time, embedding + 2 units)
    there = _there(graph)
    total = graph("MatMul", there, outputs)  # (batch, 1, embedding + 2 units)
    count = graph("Cast", graph("Unsqueeze", "lengths", _axes(graph, 1)), to=TensorProto.FLOAT)
    mean = graph("Div", graph("Squeeze", total, _axes(graph, 1)), count)
    gists = _dense(graph, weights, "to_gist", graph("Concat", mean, last, axis=1))
    squeezed = graph("Mul", graph("Tanh", _dense(graph, weights, "to_slot", outputs)), graph("Transpose", there, perm=[0, 2, 1]))
    inputs: dict[str, tuple[Any, Shape]] = {
        "ids": (TensorProto.INT64, ["batch", "time"]),
        "features": (TensorProto.INT64, ["batch", "time", len(config.places)]),
        "lengths": (TensorProto.INT32, ["batch"]),
    }
    made: dict[str, tuple[str, Shape]] = {
        "gists": (graph("Tanh", gists), ["batch", config.gist]),
        "squeezed": (squeezed, ["batch", "time", config.slot_width]),
    }
    return model_of(graph, "encoder", inputs, made)


def decoder_graph(config: AutoencoderConfig, weights: Weights, precision: Precision = "int8") -> bytes:
    """An ONNX model of one step: ids (batch,) int64; features (batch, places) int64; seen (batch, seen) float32, what is read of the codes;
    state (batch, state_size) float32 → logits (batch, vocab) and the state after.
    """
    graph = Graph()
    maths = maths_of(graph, weights, precision)
    before = graph("Split", "state", graph.constant(np.full(2, config.decoder_units, dtype=np.int64)), outputs=2, axis=1)
    token = _seen(graph, maths, config, weights, maths.embed("ids"), axis=1)
    read = maths.product_by_row("seen", weights["from_code/kernel"])
    inputs = graph("Add", graph("Add", token, read), graph.constant(weights["from_code/bias"]))
    layer = {name: weights[f"decoder/{name}"] for name in ("kernel", "recurrent_kernel", "bias")}
    hidden, memory = lstm_cell(graph, maths, layer, maths.product_by_row(inputs, layer["kernel"]), (before[0], before[1]))
    vector = maths.product_by_row(graph("Concat", hidden, "seen", axis=1), weights["to_logits/kernel"])
    vector = graph("Add", vector, graph.constant(weights["to_logits/bias"]))
    logits = graph("Add", maths.logits_by_row(vector), graph.constant(weights["output_bias"]))
    takes: dict[str, tuple[Any, Shape]] = {
        "ids": (TensorProto.INT64, ["batch"]),
        "features": (TensorProto.INT64, ["batch", len(config.places)]),
        "seen": (TensorProto.FLOAT, ["batch", config.seen]),
        "state": (TensorProto.FLOAT, ["batch", config.state_size]),
    }
    after = graph("Concat", hidden, memory, axis=1)
    return model_of(
        graph, "decoder", takes, {"logits": (logits, ["batch", config.vocab_size]), "state_after": (after, ["batch", config.state_size])}
    )


def _seen(graph: Graph, maths: Float32 | Int8, config: AutoencoderConfig, weights: Weights, token: str, *, axis: int) -> str:
    """(…, embedding) each token and where it leaves one. Args: token, its embedding; axis, of the features among those of `features`."""
    told = graph("Min", "features", graph.constant(np.array(config.places, dtype=np.int64) - 1))
    rows = graph("Add", told, graph.constant(offsets(config.places)))
    found = maths.rows(weights["places"], rows)  # (…, places, embedding)
    ones = graph.constant(np.ones((1, len(config.places)), dtype=np.float32))
    place = graph("Squeeze", graph("MatMul", ones, found), _axes(graph, axis))  # ReduceSum's order depends on the batch
    return str(graph("Add", token, place))


def _both_ways(graph: Graph, config: AutoencoderConfig, weights: Weights, seen: str) -> tuple[str, str]:
    """(batch, time, 2 units) the outputs of both LSTMs, and (batch, 2 units) those behind the last token and before the first."""
    layers = [{name: weights[f"{way}/{name}"] for name in ("kernel", "recurrent_kernel", "bias")} for way in ("forwards", "backwards")]
    kernel = np.stack([_by_gate(layer["kernel"]).T for layer in layers])
    recurrent = np.stack([_by_gate(layer["recurrent_kernel"]).T for layer in layers])
    bias = np.stack([np.concatenate([_by_gate(layer["bias"]), np.zeros_like(layer["bias"])]) for layer in layers])
    sequence = graph("Transpose", seen, perm=[1, 0, 2])
    constants = [graph.constant(array.astype(np.float32)) for array in (kernel, recurrent, bias)]
    units = config.encoder_units
    outputs, last = graph("LSTM", sequence, *constants, "lengths", outputs=2, direction="bidirectional", hidden_size=units)
    shape = graph.constant(np.array([0, 0, 2 * units], dtype=np.int64))
    both = graph("Reshape", graph("Transpose", outputs, perm=[2, 0, 1, 3]), shape)
    ends = graph("Reshape", graph("Transpose", last, perm=[1, 0, 2]), graph.constant(np.array([0, 2 * units], dtype=np.int64)))
    return both, ends


def _by_gate(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same with its last axis in ONNX's order of gates."""
    parts = np.split(weight, 4, axis=-1)
    return np.concatenate([parts[gate] for gate in _GATES], axis=-1)


def _there(graph: Graph) -> str:
    """(batch, 1, time) 1 for a token, 0 for padding."""
    time = graph("Gather", graph("Shape", "ids"), graph.constant(np.int64(1)))
    steps = graph("Range", graph.constant(np.int64(0)), time, graph.constant(np.int64(1)))
    lengths = graph("Unsqueeze", graph("Cast", "lengths", to=TensorProto.INT64), _axes(graph, 1, 2))
    return str(graph("Cast", graph("Less", steps, lengths), to=TensorProto.FLOAT))


def _dense(graph: Graph, weights: Weights, name: str, x: str) -> str:
    product = graph("MatMul", x, graph.constant(weights[f"{name}/kernel"]))
    return str(graph("Add", product, graph.constant(weights[f"{name}/bias"])))


def _axes(graph: Graph, *axes: int) -> str:
    return graph.constant(np.array(axes, dtype=np.int64))
