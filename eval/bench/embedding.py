"""How fast components become codes and come back: beside Keras' `predict`, and the cold command beside its imports, in one run.

    python -m eval.bench.embedding [--bundle FOLDER] [--snippets 512] [--tokens 64] [--repeats 5] [-o eval/results/embedding.json]

Snippets are random tokens of one length, which cost what any others of that length do.
"""

import argparse
import importlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from eval.bench.machine import seconds
from eval.bench.start import HTMLGEN
from eval.telling import tell
from htmlgen.autoencoding.autoencoder import Autoencoder
from htmlgen.autoencoding.components import Component

_IMPORTS: Final = "import numpy, onnxruntime, sentencepiece"
_CARD: Final = '<div class="card"><h3>Opening hours</h3><p>Monday to Friday, nine to five.</p><a href="#">More</a></div>'


def embedding(bundle: str | None, snippets: int, tokens: int, repeats: int, threads: int) -> float:
    """Snippets a second, medians."""
    autoencoder = Autoencoder.load(bundle, threads=threads)
    draw = np.random.default_rng(0)
    vocabulary = autoencoder.bundle.architecture.vocab_size
    given = [Component("", tuple(draw.integers(vocabulary // 2, vocabulary, tokens).tolist()), "/") for _ in range(snippets)]
    return snippets / seconds(lambda: autoencoder.encode(given), repeats=repeats)


def keras_embedding(bundle: str | None, snippets: int, tokens: int, repeats: int) -> float:
    """The same through a Keras model of the same shape, by `predict` in batches of 64."""
    importlib.import_module("htmlgen.models")  # chooses Keras' backend
    import keras

    config = Autoencoder.load(bundle).bundle.architecture
    ids = keras.Input((tokens,), dtype="int32")
    seen = keras.layers.Embedding(config.vocab_size, config.embedding)(ids)
    both = keras.layers.Bidirectional(keras.layers.LSTM(config.encoder_units, return_sequences=True))(seen)
    outputs = keras.layers.Concatenate()([seen, both])
    squeezed = keras.layers.Dense(config.slot_width, activation="tanh")(outputs)
    gist = keras.layers.Dense(config.gist, activation="tanh")(keras.layers.GlobalAveragePooling1D()(outputs))
    model = keras.Model(ids, [squeezed, gist])
    given = np.random.default_rng(0).integers(1, config.vocab_size, (snippets, tokens))
    return snippets / seconds(lambda: model.predict(given, batch_size=64, verbose=0), repeats=repeats)


def cold(bundle: str | None, repeats: int) -> dict[str, float]:
    """Seconds of `htmlgen autoencode` of one small file, and of the imports that it cannot do without."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "card.html"
        page.write_text(_CARD)
        options = [] if bundle is None else ["--bundle", bundle]
        command = [*HTMLGEN, "autoencode", str(page), *options]
        times: dict[str, list[float]] = {"command": [], "imports": []}
        for _ in range(repeats + 1):
            for name, each in (("command", command), ("imports", [sys.executable, "-c", _IMPORTS])):
                start = time.perf_counter()
                subprocess.run(each, check=True, capture_output=True)
                times[name].append(time.perf_counter() - start)
    return {name: round(median(each[1:]), 4) for name, each in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle")
    parser.add_argument("--snippets", type=int, default=512)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    start = cold(options.bundle, options.repeats)
    ours = embedding(options.bundle, options.snippets, options.tokens, options.repeats, options.threads)
    keras_rate = keras_embedding(options.bundle, options.snippets, options.tokens, options.repeats)
    result = {
        "tokens": options.tokens,
        "snippets_per_second": round(ours, 1),
        "keras_predict_snippets_per_second": round(keras_rate, 1),
        "times_keras": round(ours / keras_rate, 2),
        "cold": {**start, "ratio": round(start["command"] / start["imports"], 2)},
    }
    tell(result, options.output)


if __name__ == "__main__":
    main()
