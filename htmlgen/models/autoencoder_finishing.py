"""RUN → BUNDLE: what a finished run of an autoencoder is saved as, its figures, and its card."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.guides import guide_of
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.search import Request, Search
from htmlgen.models.autoencoder_export import decoder_graph, encoder_graph
from htmlgen.models.autoencoder_runs import MODEL, AutoencoderRun
from htmlgen.models.data import TokenPages
from htmlgen.models.finishing import table_of, weights_of
from htmlgen.runtime import bundle
from htmlgen.runtime.architecture import AutoencoderConfig
from htmlgen.runtime.coding import CodeStep, Encoder
from htmlgen.tokens.context import Reading
from htmlgen.tokens.tokenizer import Tokenizer

_MEASURED: Final = 1_000  # validation snippets that are written again
_LENGTHS: Final = (16, 32, 64, 128)  #: tokens up to which a class of lengths goes
_ROOM: Final = 16  # tokens more than a snippet has that its copy may have
_BATCH: Final = 64


def finish(run: AutoencoderRun, output: Path, *, sources: Path | None = None, force: bool = False) -> dict[str, Any]:
    """Measures the run's model on validation snippets, and writes its bundle.

    Args: sources, a CSV file whose table the card shows. Returns: the record in the bundle's config.json.
    Raises: OutputError, if `output` holds something and `force` is not set.
    """
    config, weights = run.trainer.model.config, weights_of(run.trainer.model)
    graphs = {bundle.ENCODER: encoder_graph(config, weights), bundle.DECODER: decoder_graph(config, weights)}
    grammar = str(run.trainer.config.grammar)
    record = {"model": MODEL} | run.record(exactness(graphs, config, run.tokenizer, grammar, run.valid.snippets))
    card = _card(output.name, record, table_of(sources))
    bundle.save(output, {bundle.TOKENIZER: run.tokenizer.model, **graphs, bundle.CARD: card.encode()}, record, force=force)
    return record


def exactness(
    graphs: Mapping[str, bytes], config: AutoencoderConfig, tokenizer: Tokenizer, grammar: str, snippets: TokenPages
) -> dict[str, float]:
    """Which share of validation snippets comes back token for token, by their tokens: `exact_16` of those of at most 16, and so on."""
    reading = Reading(tokenizer.vocabulary)
    encoder, step = Encoder(graphs[bundle.ENCODER], config, reading), CodeStep(graphs[bundle.DECODER], config, reading)
    guide = guide_of(grammar, tokenizer.vocabulary)
    search = Search(step.predict, step.initial, guide, SamplingConfig(temperature=0.0), batch=_BATCH)
    least = guide.least_cost(guide.start())
    chosen = np.random.default_rng(0).permutation(len(snippets))[:_MEASURED]
    rows = [ids for ids in _ids(snippets, chosen) if 1 <= len(ids) <= config.longest]
    requests = (
        Request(seed=0, max_tokens=max(len(ids) + _ROOM, least), given=(code,))
        for start in range(0, len(rows), _BATCH)
        for ids, code in zip(rows[start : start + _BATCH], encoder(rows[start : start + _BATCH]), strict=True)
    )
    exact = [result.ids == ids for result, ids in zip(search.stream(requests), rows, strict=True)]
    lengths = np.array([len(ids) for ids in rows])
    found = {}
    for above, most in zip((0, *_LENGTHS), _LENGTHS, strict=False):
        if (there := (lengths > above) & (lengths <= most)).any():
            found[f"exact_{most}"] = round(float(np.mean(np.array(exact)[there])), 4)
    return found


def _ids(snippets: TokenPages, chosen: NDArray[Any]) -> Sequence[tuple[int, ...]]:
    return [tuple(snippets.ids[snippets.starts[row] + 1 : snippets.starts[row + 1] - 1].tolist()) for row in chosen]


def _card(name: str, record: Mapping[str, Any], sources: str) -> str:
    train, valid = record["corpus"]["train"], record["corpus"]["valid"]
    figures, training, shape = record["figures"], record["training"], record["architecture"]
    rows = "\n".join(f"| up to {key.removeprefix('exact_')} tokens | {value:.1%} |" for key, value in figures.items())
    return f"""# {name}

An autoencoder of components of HTML pages, of up to {shape["longest"]} tokens: an embedding of {shape["embedding"]} over
{shape["vocab_size"]:,} tokens, an LSTM of {shape["encoder_units"]} units each way that encodes, one of {shape["decoder_units"]} that
decodes. A code is {1 + shape["gist"] + shape["slots"] * shape["slot_width"]:,} numbers: the length, a gist of {shape["gist"]} that tells
what the component is about, and {shape["slots"]} slots of {shape["slot_width"]} that tell what stands where. What it decodes
conforms to the grammar `{training["grammar"]}`, whatever the code.

| | |
|---|---|
| trained | {record["date"]}, {training["trained_minutes"]} minutes, {training["trained_tokens"]:,} tokens, {training["steps"]:,} steps |
| command | `{record["command"]}` |
| training snippets | {_split(train)} |
| validation snippets | {_split(valid)}, none of them among those |

Validation snippets that come back token for token, by their length:

| | |
|---|---|
{rows}

Kinds of training snippets: {", ".join(f"{count:,} {kind}" for kind, count in train["kinds"].items())}.
The sha256 of a split is over the sorted sha256 of its snippets.

## Files

`tokenizer.model` (SentencePiece), `encoder.int8.onnx`, `decoder.int8.onnx` (one step), `config.json` (all figures, and the sha256 of each
file).

## Sources

{sources or "Pages of: " + ", ".join(train["sites"]) + "."}
"""


def _split(corpus: Mapping[str, Any]) -> str:
    size = f"{corpus['snippets']:,} snippets of {corpus['pages']:,} pages of {len(corpus['sites'])} sites, {corpus['tokens']:,} tokens"
    return f"{size}, sha256 `{corpus['sha256']}`"
