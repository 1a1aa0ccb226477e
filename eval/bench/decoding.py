"""Whole pages against the bare steps that they take, one process against two; and one step of the generator: ONNX Runtime in int8 and
float32 against Keras' `predict_on_batch` and a jitted step, in one run.

python -m eval.bench.decoding [--bundle FOLDER] [--pages] [--tokens 512] [--job-pages 640]
    [--rounds 3] [-o eval/results/decoding.json]
"""

import argparse
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import htmlgen.models  # noqa: F401  before keras: chooses its backend

# isort: split
import jax
import keras
import numpy as np

from eval.bench.machine import matrix_peak, seconds
from eval.bench.training import products
from eval.telling import tell
from htmlgen.jobs import Order, pages
from htmlgen.models.export import step_graph
from htmlgen.models.generator import GeneratorModel, create, with_copies
from htmlgen.models.graphs import Precision
from htmlgen.models.weights import unpacked
from htmlgen.pages import Generator, available_cores
from htmlgen.runtime import bundle
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.session import Session
from htmlgen.tokens.context import FEATURES

BATCHES = (1, 10, 64)
PAGE_BATCHES = (10, 64)
STEPS = 20
WAITING = 20  # pages that fill up rows again
JOB_BATCH = 16  # pages of a batch end together: a small one makes small bursts
_PRECISIONS: tuple[Precision, ...] = ("int8", "float32")


def loaded(source: bundle.Bundle) -> GeneratorModel:
    """The Keras model of a bundle."""
    model = create(source.architecture)
    arrays = unpacked(source.folder / bundle.WEIGHTS)
    for name, variable in model.named_weights().items():
        variable.assign(arrays[name])
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


def _stepped(session: Session, batch: int) -> int:
    """Bare steps, the state carried on. Returns: the tokens they make."""
    ids, features, state = np.full(batch, 5), np.ones((batch, len(FEATURES)), dtype=np.int64), session.initial(batch)
    for _ in range(STEPS):
        _, state = session(ids, features, state)
    return batch * STEPS


def _written(generator: Generator, count: int, tokens: int) -> int:
    return sum(page.tokens + 1 for page in generator.pages(count, seed=1, max_tokens=tokens))


def _token_seconds(work: Callable[[], int], clock: Callable[[], float]) -> float:
    start = clock()
    tokens = work()
    return (clock() - start) / tokens


def token_seconds(source: bundle.Bundle, batch: int, tokens: int, rounds: int) -> dict[str, float]:
    """Seconds a token, of bare steps and of pages with everything: guide, contexts, sampling, events, writing.

    The same pages are written again and again, so that the guide knows their positions, as it does after some thousand pages; they are
    more than the rows, which are filled up again. All take turns, so that what else the machine does slows all alike, and the
    least of each is what it can do. One thread is also timed by the processor time that it takes, which other processes hardly change.
    """
    works: dict[str, tuple[Callable[[], int], Callable[[], float]]] = {}
    for threads in (1, 2):
        generator = Generator(source, threads=threads, batch=batch)
        session = Session(source.step_path, source.architecture, threads=threads)
        bare, whole = partial(_stepped, session, batch), partial(_written, generator, batch + WAITING, tokens)
        whole()
        works |= {f"bare_{threads}_threads": (bare, time.perf_counter), f"whole_{threads}_threads": (whole, time.perf_counter)}
        if threads == 1:
            works |= {"bare_processor": (bare, time.thread_time), "whole_processor": (whole, time.thread_time)}
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, (work, clock) in works.items():
            found[name].append(_token_seconds(work, clock))
    return {name: min(values) for name, values in found.items()}


def page_figures(source: bundle.Bundle, batch: int, tokens: int, rounds: int) -> dict[str, float]:
    """What is written down of a batch: `whole_over_bare` by the threads of bare steps; pages take two threads, as by default."""
    times = token_seconds(source, batch, tokens, rounds)
    return {
        **{f"{name}_tokens_per_second": round(1 / value) for name, value in times.items()},
        **{f"whole_over_bare_{threads}": round(times[f"bare_{threads}_threads"] / times["whole_2_threads"], 3) for threads in (1, 2)},
        "whole_over_bare_processor": round(times["bare_processor"] / times["whole_processor"], 3),
    }


def jobs_figures(folder: str | None, count: int, rounds: int) -> dict[str, float]:
    """Processes of one thread each, from the first page on: starting them, half a second each, is not of interest among many pages."""
    times = {jobs: min(_jobs_seconds(folder, jobs, count) for _ in range(rounds)) for jobs in (1, 2)}
    return {
        **{f"jobs_{jobs}_tokens_per_second": round(1 / value) for jobs, value in times.items()},
        "two_jobs_over_one": round(times[1] / times[2], 3),
    }


def _jobs_seconds(folder: str | None, jobs: int, count: int) -> float:
    order = Order(bundle=folder, batch=JOB_BATCH, options={"max_tokens": 128})
    with closing(pages(order, range(1_000_000), jobs=jobs)) as written:
        for _ in range(8 * JOB_BATCH):  # and what pipes hold of them
            next(written)
        start, tokens = time.perf_counter(), 0
        for _ in range(count):
            tokens += next(written).tokens + 1
        return (time.perf_counter() - start) / tokens


def step_figures(source: bundle.Bundle, cores: int) -> dict[str, Any]:
    """Steps of ONNX Runtime and of Keras, by batch."""
    weights = unpacked(source.folder / bundle.WEIGHTS)
    # ONNX Runtime comes before JAX does anything, and one session at a time: idle threads of one library spin on the cores of the other.
    onnx = {
        f"{name}_{threads}_threads": onnx_milliseconds(step_graph(source.architecture, weights, name), source.architecture, threads)
        for name in _PRECISIONS
        for threads in sorted({1, cores})
    }
    peak = matrix_peak()
    result: dict[str, Any] = {"matrix_peak_gflops": round(peak / 1e9, 1)}
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
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle")
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--pages", action="store_true", help="whole pages and jobs alone, without float32 and Keras")
    parser.add_argument("--tokens", type=int, default=512, help="of a whole page at most")
    parser.add_argument("--job-pages", type=int, default=640, help="pages that two jobs and one are timed with")
    parser.add_argument("--rounds", type=int, default=3, help="of which the best counts")
    options = parser.parse_args()
    source = bundle.load(options.bundle)
    result: dict[str, Any] = {f"pages_batch_{batch}": page_figures(source, batch, options.tokens, options.rounds) for batch in PAGE_BATCHES}
    result["jobs"] = jobs_figures(options.bundle, options.job_pages, options.rounds)
    if not options.pages:
        result |= step_figures(source, available_cores())
    tell(result, options.output)


if __name__ == "__main__":
    main()
