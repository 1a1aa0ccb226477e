"""One step of the generator: ONNX Runtime in int8 and float32 against Keras' `predict_on_batch` and a jitted step, in one run.

    python -m eval.bench.decoding [--bundle FOLDER] [-o eval/results/decoding.json]
"""

import argparse
import json
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
from htmlgen.models.export import step_graph
from htmlgen.models.generator import GeneratorModel, create
from htmlgen.pages import SAMPLING, Generator
from htmlgen.runtime import bundle
from htmlgen.runtime.session import Session

BATCHES = (1, 10, 64)
STEPS = 20


def loaded(source: bundle.Bundle) -> GeneratorModel:
    """The Keras model of a bundle."""
    model = create(source.architecture)
    arrays = safetensors.numpy.load_file(source.folder / bundle.WEIGHTS)
    for name, variable in model.named_weights().items():
        variable.assign(arrays[name].astype(np.float32))
    return model


def predictor(model: GeneratorModel) -> keras.Model:
    """The same step as a Keras functional model, which `predict_on_batch` can call."""
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


def milliseconds(model: GeneratorModel, sessions: dict[str, Session], batch: int) -> dict[str, float]:
    """Time of one step in each engine; each run is `STEPS` of them with the state carried on."""
    ids = np.random.default_rng(0).integers(4, model.config.vocab_size, batch)
    keras_model, widths = predictor(model), [width for width in model.config.widths for _ in range(2)]
    jitted = jax.jit(lambda weights, other, ids, state: model.stateless_call(weights, other, ids, state)[0])

    def run_session(session: Session) -> None:
        state = session.initial(batch)
        for _ in range(STEPS):
            _, state = session(ids, state)

    def run_keras() -> None:
        state = [np.zeros((batch, width), dtype=np.float32) for width in widths]
        for _ in range(STEPS):
            _, *state = keras_model.predict_on_batch([ids[:, None], *state])

    def run_jitted() -> None:
        state = model.empty_state(batch)
        weights, other = ([v.value for v in group] for group in (model.trainable_variables, model.non_trainable_variables))
        for _ in range(STEPS):
            logits, state = jitted(weights, other, ids[:, None], state)
            np.asarray(logits)

    runs = {name: lambda session=session: run_session(session) for name, session in sessions.items()}
    runs |= {"keras_predict_on_batch": run_keras, "keras_jitted": run_jitted}
    return {name: seconds(run) / STEPS * 1e3 for name, run in runs.items()}


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
            _, state = session(np.full(active, 5), (state[0][:active],))

    return {"tokens_per_second": tokens / whole, "share_in_bare_steps": seconds(bare) / whole, "temperature": SAMPLING.temperature}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    generator = Generator.load(options.bundle)
    model = loaded(generator.bundle)
    weights = {name: np.asarray(variable.value) for name, variable in model.named_weights().items()}
    sessions = {
        f"onnx_{precision}": Session(step_graph(model.config, weights, precision), model.config) for precision in ("int8", "float32")
    }
    peak = matrix_peak()
    result: dict[str, Any] = {"matrix_peak_gflops": round(peak / 1e9, 1)}
    for batch in BATCHES:
        times = milliseconds(model, sessions, batch)
        result[f"batch_{batch}"] = {
            **{f"{name}_ms": round(value, 3) for name, value in times.items()},
            "keras_over_onnx_int8": round(times["keras_predict_on_batch"] / times["onnx_int8"], 1),
            "jitted_over_onnx_int8": round(times["keras_jitted"] / times["onnx_int8"], 1),
            "int8_share_of_float32_peak": round(2 * products(model.config) * batch / (times["onnx_int8"] / 1e3) / peak, 3),
        }
    result["ten_pages"] = {name: round(value, 3) for name, value in whole_pages(generator).items()}
    print(json.dumps(result, indent=1))
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
