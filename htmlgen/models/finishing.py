"""RUN → BUNDLE: what a finished training run is saved as, its figures, and the card that tells people of it."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from htmlgen.errors import InputError
from htmlgen.models.autoencoder import AutoencoderModel
from htmlgen.models.data import TokenPages
from htmlgen.models.export import step_graph
from htmlgen.models.generator import GeneratorModel
from htmlgen.models.runs import Run
from htmlgen.models.training import bits_per_byte
from htmlgen.models.weights import packed
from htmlgen.runtime import bundle
from htmlgen.runtime.likelihood import bits_per_byte as bits
from htmlgen.runtime.likelihood import page_nats
from htmlgen.runtime.session import PageStep, Session
from htmlgen.tokens.context import Reading

_SHOWN = 40  # kinds of what was dropped that the card tells


def weights_of(model: GeneratorModel | AutoencoderModel) -> dict[str, Any]:
    """The weights by name, float32 arrays."""
    return {name: np.asarray(variable.value, dtype=np.float32) for name, variable in model.named_weights().items()}


def finish(run: Run, output: Path, *, sources: Path | None = None, force: bool = False) -> dict[str, Any]:
    """Measures the run's model on the validation pages, and writes its bundle.

    Args: sources, a CSV file whose table the card shows: where the pages come from, under which licences.
    Returns: the record in the bundle's config.json. Raises: OutputError, if `output` holds something and `force` is not set.
    """
    weights = weights_of(run.trainer.model)
    graph = step_graph(run.trainer.model.config, weights)
    record = run.record(_figures(run, graph))
    files = {
        bundle.TOKENIZER: run.tokenizer.model,
        bundle.STEP: graph,
        bundle.WEIGHTS: packed(weights),
        bundle.CARD: card(output.name, record, table_of(sources)).encode(),
    }
    if (grammar := run.folder / bundle.GRAMMAR).exists():
        files[bundle.GRAMMAR] = grammar.read_bytes()
    bundle.save(output, files, record, force=force)
    return record


def _figures(run: Run, graph: bytes) -> dict[str, float]:
    exact = bits_per_byte(run.trainer.model, run.valid)
    session = Session(graph, run.trainer.model.config, threads=2)
    vocabulary = run.tokenizer.vocabulary
    small = bits(_nats(PageStep(session, Reading(vocabulary)), run.valid, vocabulary.bos, vocabulary.eos), run.valid.bytes)
    allowed = {} if run.trainer.config.grammar is None else {
        "valid_bits_per_byte_in_grammar": round(bits_per_byte(run.trainer.model, run.valid, masked=True), 4)
    }
    return allowed | {
        "valid_bits_per_byte": round(exact, 4),
        "valid_bits_per_byte_int8": round(small, 4),
        "valid_bytes_per_token": round(run.valid.bytes / (len(run.valid.ids) - 2 * len(run.valid)), 3),
    }


def _nats(step: PageStep, pages: TokenPages, bos: int, eos: int) -> float:
    return float(page_nats(step, pages.rows(), bos=bos, eos=eos).sum())


def table_of(sources: Path | None) -> str:
    """A CSV file as a Markdown table."""
    if sources is None:
        return ""
    try:
        with sources.open(encoding="utf-8", newline="") as stream:
            rows = [[cell.replace("|", "/").strip() for cell in row] for row in csv.reader(stream)]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{sources}: cannot be read as the list of sources: {error}") from error
    if not rows:
        raise InputError(f"{sources}: an empty list of sources")
    lines = ["| " + " | ".join(row) + " |" for row in [rows[0], ["---"] * len(rows[0]), *rows[1:]]]
    return "\n".join(lines)


def card(name: str, record: Mapping[str, Any], sources: str) -> str:
    """What people should know of a bundle before they use it, in Markdown."""
    train, valid = record["corpus"]["train"], record["corpus"]["valid"]
    figures, training, shape = record["figures"], record["training"], record["architecture"]
    widths = " → ".join(str(width) for width in (*(shape["units"] for _ in range(shape["layers"] - 1)), shape["embedding"]))
    return f"""# {name}

A generator of HTML pages: a tied embedding of {shape["embedding"]} over {shape["vocab_size"]:,} tokens and LSTM layers of {widths} units.
It writes what a model of this size can: realistic structure, class names and attributes; its words are filler.

| | |
|---|---|
| trained | {record["date"]}, {training["trained_minutes"]} minutes, {training["trained_tokens"]:,} tokens, {training["steps"]:,} steps |
| command | `{record["command"]}` |
| training pages | {_split(train)} |
| validation pages | {_split(valid)}, none of them among those |
| bits per byte, validation | {figures["valid_bits_per_byte"]} (float32), {figures["valid_bits_per_byte_int8"]} (int8, as shipped) |
| bytes per token, validation | {figures["valid_bytes_per_token"]} |

Bits per byte count canonical HTML, each page read alone from nothing, its end included. The corpus' sha256 is over the sorted sha256 of
its pages. Scripts, styles, event handlers, comments, `data:` URLs and large inline SVG are dropped before training{_repaired(record)};
here: {_dropped(train["dropped"]) or "none"}.

## Files

`tokenizer.model` (SentencePiece), `step.int8.onnx` (one step, int8), `weights.safetensors` (8 bits, to train on), `config.json` (all
figures, and the sha256 of each file).

## Sources

{sources or "Pages of: " + ", ".join(train["sites"]) + "."}
"""


def _repaired(record: Mapping[str, Any]) -> str:
    grammar = record["training"]["grammar"]
    return "" if grammar is None else f", and what is left is repaired into the grammar `{grammar}`"


def _dropped(counts: Mapping[str, int]) -> str:
    """The most frequent kinds, and how many more there are."""
    told = [f"{count:,} × {what}" for what, count in list(counts.items())[:_SHOWN]]
    return ", ".join([*told, *([f"and {len(counts) - _SHOWN} kinds more"] if len(counts) > _SHOWN else [])])


def _split(corpus: Mapping[str, Any]) -> str:
    size = f"{corpus['pages']:,} pages of {len(corpus['sites'])} sites, {corpus['canonical_bytes']:,} bytes canonical"
    return f"{size}, sha256 `{corpus['sha256']}`"
