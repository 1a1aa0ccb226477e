"""One step of the generator: ONNX Runtime in int8 and float32 against Keras' `predict_on_batch` and a jitted step, in one run.

python -m eval.bench.decoding [--bundle FOLDER] [-o eval/results/decoding.json]
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any

import htmlgen.models  # noqa: F401  before keras: chooses its backend

# isort: split
import jax
import keras
import numpy as np
import safetensors.numpy

from eval.bench.machine import matrix_peak, seconds
from eval.bench.training import products
from htmlgen.models.export import Precision, step_graph
from htmlgen.models.generator import GeneratorModel, create, with_copies
from htmlgen.pages import SAMPLING, Generator
from htmlgen.runtime import bundle
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.session import Session
from htmlgen.tokens.context import FEATURES

BATCHES = (1, 10, 64)
STEPS = 20
_PRECISIONS: tuple[Precision, ...] = ("int8", "float32")


def loaded(source: bundle.Bundle) -> GeneratorModel:
    """The Keras model of a bundle."""
    model = create(source.architecture)
    arrays = safetensors.numpy.load_file(source.folder / bundle.WEIGHTS)
    for name, variable in model.named_weights().items():
        variable.assign(arrays[name].astype(np.float32))
    return model


def predictor(model: GeneratorModel) -> keras.Model:
    """The bare recurrent step as a Keras functional model, which `predict_on_batch` can call: no context is looked up, nothing copied."""
    ids = keras.Input((1,), dtype="int32")
    states = [keras.Input((width,)) for width in model.config.widths for _ in range(2)]
    hidden = model.embedding(ids)
    after: list[Any] = []
    for layer, width, pair in zip(model.recurrent, model.config.widths, zip(states[::2], states[1::2], strict=True), strict=True):
        stock = keras.layers.LSTM(width, return_sequences=True, return_state=True)
        hidden, output, memory = stock(hidden, initial_state=list(pair))
        stock.set_weights([weight.value for weight in layer.weights])
        after += [output, memory]
    logits = keras.ops.matmul(hidden[:, 0], keras.ops.transpose(model.embedding.embeddings)) + model.output_bias
    return keras.Model([ids, *states], [logits, *after])


def onnx_milliseconds(graph: bytes, config: GeneratorConfig, threads: int) -> dict[int, float]:
    """Time of one step in ONNX Runtime, by batch; each run is `STEPS` of them with the state carried on."""
    session = Session(graph, config, threads=threads)

    def run(batch: int) -> None:
        ids, features, state = np.full(batch, 5), np.ones((batch, len(FEATURES)), dtype=np.int64), session.initial(batch)
        for _ in range(STEPS):
            _, state = session(ids, features, state)

    return {batch: seconds(lambda batch=batch: run(batch)) / STEPS * 1e3 for batch in BATCHES}


def keras_milliseconds(model: GeneratorModel, batch: int) -> dict[str, float]:
    """The same with Keras."""
    ids = np.random.default_rng(0).integers(4, model.config.vocab_size, batch)
    keras_model, widths = predictor(model), [width for width in model.config.widths for _ in range(2)]
    weights, other = ([v.value for v in group] for group in (model.trainable_variables, model.non_trainable_variables))
    features = np.ones((batch, 1, len(FEATURES)), dtype=np.int32)

    @jax.jit
    def jitted(weights: Any, other: Any, ids: Any, features: Any, state: Any) -> tuple[Any, Any]:
        said, _ = model.stateless_call(weights, other, ids, features, state)
        return with_copies(said.logits, said.odds, features[..., -1]), said.state

    def predict_on_batch() -> None:
        state = [np.zeros((batch, width), dtype=np.float32) for width in widths]
        for _ in range(STEPS):
            _, *state = keras_model.predict_on_batch([ids[:, None], *state])

    def jitted_step() -> None:
        state = model.empty_state(batch)
        for _ in range(STEPS):
            logits, state = jitted(weights, other, ids[:, None], features, state)
            np.asarray(logits)

    # predict_on_batch gives the model's arrays away, so it comes last.
    return {name: seconds(run) / STEPS * 1e3 for name, run in {"jitted": jitted_step, "predict_on_batch": predict_on_batch}.items()}


def whole_pages(generator: Generator) -> dict[str, float]:
    """Ten pages with everything (guide, sampling, events, writing) against the bare steps that they take."""
    pages = list(generator.pages(10, seed=1))
    tokens, longest = sum(page.tokens for page in pages), max(page.tokens for page in pages)
    whole = seconds(lambda: list(generator.pages(10, seed=1)))
    session = Session(generator.bundle.step_path, generator.bundle.architecture)

    def bare() -> None:
        state = session.initial(10)
        for position in range(longest):
            active = sum(page.tokens > position for page in pages)
            _, state = session(np.full(active, 5), np.ones((active, len(FEATURES)), dtype=np.int64), state[:active])

    return {"tokens_per_second": tokens / whole, "share_in_bare_steps": seconds(bare) / whole, "temperature": SAMPLING.temperature}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    generator = Generator.load(options.bundle)
    result: dict[str, Any] = {"ten_pages": {name: round(value, 3) for name, value in whole_pages(generator).items()}}
    source, cores = generator.bundle, os.cpu_count() or 1
    weights = {name: value.astype(np.float32) for name, value in safetensors.numpy.load_file(source.folder / bundle.WEIGHTS).items()}
    # ONNX Runtime comes before JAX does anything, and one session at a time: idle threads of one library spin on the cores of the other.
    onnx = {
        f"{name}_{threads}_threads": onnx_milliseconds(step_graph(source.architecture, weights, name), source.architecture, threads)
        for name in _PRECISIONS
        for threads in sorted({1, cores})
    }
    peak = matrix_peak()
    result["matrix_peak_gflops"] = round(peak / 1e9, 1)
    for batch in BATCHES:
        times = {f"onnx_{name}": by_batch[batch] for name, by_batch in onnx.items()}
        times |= {f"keras_{name}": value for name, value in keras_milliseconds(loaded(source), batch).items()}
        best = min(value for name, value in times.items() if name.startswith("onnx_int8"))
        result[f"batch_{batch}"] = {
            **{f"{name}_ms": round(value, 3) for name, value in times.items()},
            "predict_on_batch_over_onnx_int8": round(times["keras_predict_on_batch"] / best, 1),
            "jitted_over_onnx_int8": round(times["keras_jitted"] / best, 1),
            "int8_share_of_float32_peak": round(2 * products(source.architecture) * batch / (best / 1e3) / peak, 3),
        }
    print(json.dumps(result, indent=1))
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
