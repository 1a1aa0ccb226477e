"""What each part of the autoencoder is worth: the same few tokens trained on with one thing left out at a time.

    python -m eval.experiments.autoencoder_ablations --run bundles/autoencoder.training [--tokens 1200000] [--rows full …] [-o FILE]

Takes the encoded snippets of a training run (`htmlgen train --model autoencoder`). Measured as its card is: the share of 1,000
validation snippets that come back token for token, by their length, decoded under the grammar by the int8 graphs.
"""

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from htmlgen import config as configs
from htmlgen.models.autoencoder import create
from htmlgen.models.autoencoder_export import decoder_graph, encoder_graph
from htmlgen.models.autoencoder_finishing import exactness
from htmlgen.models.autoencoder_runs import Split
from htmlgen.models.autoencoder_training import AutoencoderTrainer, AutoencoderTraining
from htmlgen.models.finishing import weights_of
from htmlgen.models.runs import read_settings, read_tokenizer
from htmlgen.runtime import bundle
from htmlgen.runtime.architecture import AutoencoderConfig

ROWS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "full": ("as it ships", {}),
    "no_structure": ("without where on the page a token stands", {"places": (1,) * 6}),
    "no_grammar_loss": ("softmax among all tokens", {"grammar_share": 0.0}),
    "few_slots": ("16 slots of 96 numbers, not 64 of 24", {"slots": 16, "slot_width": 96}),
    "no_noise": ("no noise on codes, no token hidden", {"noise": 0.0, "masked": 0.0, "renamed": 0.0}),
}
_OF_TRAINING: Final = frozenset(("grammar_share", "noise", "masked", "renamed"))


def measure(folder: Path, name: str, tokens: int, seed: int) -> dict[str, Any]:
    """One row."""
    settings = read_settings(folder)
    tokenizer = read_tokenizer(folder / "tokenizer.model")
    changes = ROWS[name][1]
    architecture = replace(
        configs.from_dict(AutoencoderConfig, settings["architecture"]),
        **{key: value for key, value in changes.items() if key not in _OF_TRAINING},
    )
    trained = {key: value for key, value in changes.items() if key in _OF_TRAINING} | {"minutes": None, "tokens": tokens, "seed": seed}
    training = replace(configs.from_dict(AutoencoderTraining, settings["training"]), **trained)
    train, valid = Split.load(folder, "train"), Split.load(folder, "valid")
    with tempfile.TemporaryDirectory() as where:
        model = create(architecture, seed)
        trainer = AutoencoderTrainer(model, train.snippets, train.kinds, tokenizer.vocabulary, training, Path(where))
        started = time.monotonic()
        for _ in trainer.run():
            pass
    weights = weights_of(model)
    graphs = {bundle.ENCODER: encoder_graph(architecture, weights), bundle.DECODER: decoder_graph(architecture, weights)}
    found = exactness(graphs, architecture, tokenizer, str(training.grammar), valid.snippets)
    return {"what": ROWS[name][0], "tokens": trainer.tokens, "minutes": round((time.monotonic() - started) / 60, 1), **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder of a training run")
    parser.add_argument("--tokens", type=int, default=1_200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    result: dict[str, Any] = {}
    for name in options.rows:
        result[name] = measure(options.run, name, options.tokens, options.seed)
        print(json.dumps({name: result[name]}), flush=True)
        if options.output:
            options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
