"""The recurrent text generators of forty years beside this one: one number of parameters, one budget of multiply-adds, the same pages.

    python -m eval.experiments.ancestors TRAIN.parquet VALID.parquet [--parameters 600000] [--budget 8e11] [--pages 400]
        [--vocabulary 2048] [--samples 50] [--only NAME …] [-o eval/results/ancestors.json]

Every row is trained on pages repaired into `page` until its forward products have spent the budget, so that a row whose tokens are dear
reads fewer of them. Its layers are as wide as the parameters allow. Told are bits per byte of canonical HTML on the validation pages, for
unit `structure` also among what `page` allows; and the share of sampled pages of at most a kilobyte's tokens, at temperature 1, that are
well-formed (no finding of syntax or balance, their end reached): nothing masked, under the guard of tags, under the grammar.
Counted models stand beside them: five-grams, and no model at all.

With `--only`, rows are put into the file that is there already, in the place of those of their names, where its settings are the same;
with others it is refused. The record of the run that made the others stays in it, under `earlier`.
"""

import argparse
import json
import math
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from htmlgen.models.ancestors import STRUCTURE, Ancestor, AncestorConfig, created, of_pages, spelled  # before keras: chooses its backend

# isort: split
import numpy as np

from eval.experiments.ablations import prepared
from eval.experiments.ngram import NGram, nats
from htmlgen.corpus.preparation import PreparedPage
from htmlgen.decoding.anything import Anything
from htmlgen.decoding.guide import Guide
from htmlgen.decoding.guides import guide_of
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.search import Initial, Request, Search, Step
from htmlgen.models.data import TokenPages
from htmlgen.models.export import step_graph
from htmlgen.models.finishing import weights_of
from htmlgen.models.generator import create
from htmlgen.models.training import Trainer, TrainingConfig, bits_per_byte
from htmlgen.pages import evaluate
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.session import PageStep, Session
from htmlgen.tokens.context import Reading

GRAMMAR: Final = "page"
GUIDES: Final = ("tags", GRAMMAR)
ORDER: Final = 5
SAMPLE_BYTES: Final = 1024
GATES: Final = {"simple": 1, "jordan": 1, "gru": 3, "lstm": 4, "peephole": 4}


@dataclass(frozen=True, kw_only=True)
class Row:
    """An ancestor."""

    cell: str = "lstm"
    unit: str = STRUCTURE
    one_hot: bool = False


ROWS: Final = {
    "Elman, characters, one-hot": Row(cell="simple", unit="char", one_hot=True),
    "LSTM, bytes": Row(unit="byte"),
    "LSTM, characters": Row(unit="char"),
    "LSTM, words": Row(unit="word"),
    "LSTM, pieces": Row(unit="subword"),
    "Elman, structure": Row(cell="simple"),
    "Jordan, structure": Row(cell="jordan"),
    "GRU, structure": Row(cell="gru"),
    "LSTM, structure": Row(),
    "LSTM with peepholes, structure": Row(cell="peephole"),
}
GENERATOR: Final = "htmlgen: context, copies, grammar in the loss"
COUNTED: Final = f"{ORDER}-grams, structure"
UNIFORM: Final = "uniform, structure"
NAMES: Final = (*ROWS, GENERATOR, COUNTED, UNIFORM)


def products(config: GeneratorConfig) -> int:
    """Multiply-adds of the matrices for one token, forward."""
    cell = getattr(config, "cell", "lstm")
    layers = zip(config.widths, config.inputs, strict=True)
    total = sum(GATES[cell] * width * (width + features) + width * width * (cell == "jordan") for width, features in layers)
    return total + config.vocab_size * config.embedding


def parameters(config: GeneratorConfig) -> int:
    """About all of them: matrices, and the table of the embedding, which is the output's, too."""
    return products(config) + sum(config.structures) * config.embedding


def widest(made: Callable[[int], GeneratorConfig], most: int) -> GeneratorConfig:
    """The widest of all configurations of a width, in steps of 8, that has at most so many parameters."""
    width = 8
    while parameters(made(width + 8)) <= most:
        width += 8
    return made(width)


def well_formed(page: str) -> bool:
    findings = evaluate(page, fragment=False).findings
    return not any(finding.rule.startswith(("syntax/", "balance/")) for finding in findings)


class Bench:
    """The pages, the budgets, and what is asked of every row."""

    def __init__(self, train: list[PreparedPage], valid: list[PreparedPage], options: argparse.Namespace) -> None:
        self._train, self._valid, self._options = train, valid, options
        self._known: dict[str, Any] = {}

    def read(self, unit: str) -> Any:
        """Tokenizer, training and validation tokens, each unit once."""
        if unit not in self._known:
            self._known[unit] = of_pages(self._train, self._valid, unit, self._options.vocabulary, GRAMMAR)
        return self._known[unit]

    def ancestor(self, row: Row) -> dict[str, Any]:
        """Trains and measures one."""
        tokenizer, train, valid = self.read(row.unit)

        def made(width: int) -> GeneratorConfig:
            shape: dict[str, Any] = {"vocab_size": len(tokenizer.vocabulary), "embedding": width, "units": width}
            return AncestorConfig(**shape, cell=row.cell, unit=row.unit, one_hot=row.one_hot)

        config = widest(made, self._options.parameters)
        assert isinstance(config, AncestorConfig)
        it, training = Ancestor(created(config), tokenizer), self._training(config)
        seconds = spent(it.train(train, training))
        guides: dict[str, Guide[Any] | None] = {"nothing": None}
        guides |= {name: guide_of(name, tokenizer.vocabulary) for name in GUIDES} if row.unit == STRUCTURE else {}
        samples = {name: list(it.samples(self._requests(valid), guide=guide)) for name, guide in guides.items()}
        return self._told(it.model, valid, training, seconds) | {"well_formed": self._shares(samples)}

    def generator(self) -> dict[str, Any]:
        """The generator of the same size, trained as `htmlgen train` does."""
        tokenizer, _, valid = self.read(STRUCTURE)
        vocabulary = tokenizer.vocabulary
        guide = guide_of(GRAMMAR, vocabulary)
        train = TokenPages.encode(((page.events, page.bytes) for page in self._train), tokenizer, guide)

        def made(width: int) -> GeneratorConfig:
            return GeneratorConfig(vocab_size=len(vocabulary), embedding=width, units=width, context=Reading(vocabulary).sizes)

        config = widest(made, self._options.parameters)
        model, training = create(config), self._training(config, plain=False)
        with tempfile.TemporaryDirectory() as folder:
            seconds = spent(Trainer(model, train, vocabulary, training, Path(folder)).run())
        step = PageStep(Session(step_graph(config, weights_of(model), "float32"), config), Reading(vocabulary))
        return self._told(model, valid, training, seconds) | {"well_formed": self._sampled(step, step.initial, tokenizer, valid)}

    def counted(self, model: NGram | None) -> dict[str, Any]:
        """Of n-grams, or where all tokens are alike."""
        tokenizer, train, valid = self.read(STRUCTURE)
        started = time.monotonic()
        if model is not None:
            model.count(train)
        plain, within = (value / math.log(2) / valid.bytes for value in nats(model, valid, ORDER))
        vocabulary = tokenizer.vocabulary
        counts = NGram(1, len(vocabulary)) if model is None else model
        figures = {"bits_per_byte": round(plain, 4), "bits_per_byte_in_grammar": round(within, 4)}
        shares = self._sampled(counts.step, counts.initial, tokenizer, valid)
        return {**figures, "seconds": round(time.monotonic() - started), "well_formed": shares}

    def _sampled(self, step: Step, initial: Initial, tokenizer: Any, valid: TokenPages) -> dict[str, float]:
        """Shares of well-formed samples of unit `structure`, under each guide."""
        vocabulary, samples = tokenizer.vocabulary, {}
        guides = {"nothing": Anything(vocabulary)} | {name: guide_of(name, vocabulary) for name in GUIDES}
        for name, guide in guides.items():
            search: Search[Any] = Search(step, initial, guide, SamplingConfig(temperature=1.0))
            samples[name] = [spelled(vocabulary, result.ids) for result in search.stream(self._requests(valid))]
        return self._shares(samples)

    def _training(self, config: GeneratorConfig, *, plain: bool = True) -> TrainingConfig:
        shares: dict[str, Any] = {"grammar_share": 0.0, "drawn_share": 0.0} if plain else {"drawn_share": 0.0}
        tokens, batch = round(self._options.budget / products(config)), self._options.batch
        return TrainingConfig(tokens=tokens, batch=batch, checkpoint_seconds=1e9, **shares)

    def _told(self, model: Any, valid: TokenPages, training: TrainingConfig, seconds: float) -> dict[str, Any]:
        within = {"bits_per_byte_in_grammar": round(bits_per_byte(model, valid, masked=True), 4)} if len(valid.allowed) > 1 else {}
        return {
            "parameters": int(sum(np.prod(weight.shape) for weight in model.trainable_variables)),
            "width": model.config.embedding,
            "tokens": training.tokens,
            "bytes_per_token": round(valid.bytes / len(valid.ids), 3),
            "bits_per_byte": round(bits_per_byte(model, valid), 4),
            **within,
            "seconds": round(seconds),
        }

    def _requests(self, valid: TokenPages) -> list[Request]:
        most = round(SAMPLE_BYTES * len(valid.ids) / valid.bytes)
        return [Request(seed=seed, max_tokens=most) for seed in range(self._options.samples)]

    def _shares(self, samples: Mapping[str, Iterable[str]]) -> dict[str, float]:
        return {name: round(sum(map(well_formed, pages)) / self._options.samples, 3) for name, pages in samples.items()}

    def run(self, name: str) -> dict[str, Any]:
        """A row by its name."""
        if name in ROWS:
            return self.ancestor(ROWS[name])
        if name == GENERATOR:
            return self.generator()
        return self.counted(NGram(ORDER, len(self.read(STRUCTURE)[0].vocabulary)) if name == COUNTED else None)


def spent(run: Iterator[Any]) -> float:
    """Seconds that a run takes to its end."""
    started = time.monotonic()
    for _ in run:
        pass
    return time.monotonic() - started


def kept(output: Path | None, settings: Mapping[str, Any], only: Sequence[str]) -> dict[str, Any]:
    """What a run begins with: nothing, or where it makes some rows alone, the others that are there, and how they were made.

    Raises: ValueError, for rows of other settings.
    """
    found = json.loads(output.read_text("utf-8")) if output and output.exists() and set(only) < set(NAMES) else {}
    if found and found["settings"] != settings:
        raise ValueError(f"{output}: its rows are of {found['settings']}, not of {settings}; give those, or another -o")
    earlier = [*found.get("earlier", ()), *([found["run"]] if "run" in found else ())]
    return {"settings": settings, "rows": found.get("rows", {})} | ({"earlier": earlier} if earlier else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("valid")
    parser.add_argument("--parameters", type=int, default=600_000, help="of a row at most")
    parser.add_argument("--budget", type=float, default=8e11, help="multiply-adds of all forward products of a row")
    parser.add_argument("--batch", type=int, default=8, help="lanes read side by side; few, as a budget this small is spent in few steps")
    parser.add_argument("--pages", type=int, default=400, help="training pages, spread over all; a tenth as many to validate")
    parser.add_argument("--vocabulary", type=int, default=2048)
    parser.add_argument("--samples", type=int, default=50)
    parser.add_argument("--only", nargs="+", default=list(NAMES), choices=NAMES, metavar="NAME")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    settings = {name: getattr(options, name) for name in ("parameters", "budget", "batch", "pages", "vocabulary", "samples")}
    try:
        result = kept(options.output, settings, options.only)
    except ValueError as error:
        parser.error(str(error))
    bench = Bench(prepared(options.train, options.pages), prepared(options.valid, options.pages // 10), options)
    rows = result["rows"]
    for name in options.only:
        rows[name] = bench.run(name)
        print(json.dumps({name: rows[name]}), flush=True)
        result["rows"] = {each: rows[each] for each in NAMES if each in rows}
        if options.output:
            options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
