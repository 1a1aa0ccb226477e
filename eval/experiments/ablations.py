"""What is each part of the generator worth? The same small model, the same pages, the same multiply-adds, one part changed at a time.

    python -m eval.experiments.ablations TRAIN.parquet VALID.parquet [--tokens 1000000] [--embedding 192] [--units 256]
        [--pages 1500] [--only NAME …] [-o eval/results/ablations.json]

Every row is bits per byte of canonical HTML on the validation pages, plainly and among what page.rnc allows. A row whose vocabulary or
widths make a token dearer trains on fewer tokens.
"""

import argparse
import json
import tempfile
import time
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from eval.bench.training import products
from htmlgen.corpus.pages import read_pages
from htmlgen.corpus.preparation import PreparedPage, prepare_into
from htmlgen.decoding.guides import guide_of
from htmlgen.models.data import TokenPages
from htmlgen.models.generator import create
from htmlgen.models.training import Trainer, TrainingConfig, bits_per_byte
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.tokens.context import Reading
from htmlgen.tokens.learning import VocabularyConfig, learn
from htmlgen.tokens.tokenizer import Tokenizer

GRAMMAR = "page"


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One row: what is not as in the whole model."""

    vocabulary: VocabularyConfig = field(default_factory=VocabularyConfig)
    architecture: dict[str, Any] = field(default_factory=dict)
    grammar_share: float = 0.9
    drawn_share: float = 0.5
    carried: bool = True


WHOLE = Variant(architecture={"dropout": 0.0})
PLAIN = replace(WHOLE, architecture={"dropout": 0.0, "structure": False, "copies": False}, grammar_share=0.0)
VARIANTS = {
    "tokens alone": PLAIN,
    "tokens and structure": replace(PLAIN, architecture={"dropout": 0.0, "copies": False}),
    "tokens, structure, grammar-normalised loss": replace(WHOLE, architecture={"dropout": 0.0, "copies": False}),
    "tokens and copies": replace(PLAIN, architecture={"dropout": 0.0, "structure": False}),
    "tokens, structure, copies": replace(WHOLE, grammar_share=0.0),
    "whole": WHOLE,
    "whole, logits not trained alone": replace(WHOLE, drawn_share=0.0),
    "whole, dropout 0.1": replace(WHOLE, architecture={"dropout": 0.1}),
    "whole, state forgotten between windows": replace(WHOLE, carried=False),
    "whole, vocabulary of 4,096": replace(WHOLE, vocabulary=VocabularyConfig(size=4096)),
    "whole, vocabulary of 16,384": replace(WHOLE, vocabulary=VocabularyConfig(size=16384)),
    "whole, no whole attributes": replace(WHOLE, vocabulary=VocabularyConfig(pairs=0)),
    "whole, byte-pair encoding": replace(WHOLE, vocabulary=VocabularyConfig(pieces="bpe")),
}


class _Forgetful(Trainer):
    """Every window starts afresh."""

    def _train_on(self, window: Any) -> Any:
        self._variables["state"] = [part * 0 for part in self._variables["state"]]
        return super()._train_on(window)


def prepared(source: str, count: int) -> list[PreparedPage]:
    """About so many pages, spread over all, repaired into the grammar; those without content are left out."""
    pages = list(read_pages([source]))
    found = (prepare_into(page, GRAMMAR) for page in pages[:: max(1, len(pages) // count)])
    return [page for page in found if page.events]


class Bench:
    """The pages, encoded once for each vocabulary, and the budget of multiply-adds."""

    def __init__(self, train: list[PreparedPage], valid: list[PreparedPage], options: argparse.Namespace) -> None:
        self._train, self._valid, self._options = train, valid, options
        self._encoded = cache(self._encode)

    def _encode(self, vocabulary: VocabularyConfig) -> tuple[Tokenizer, TokenPages, TokenPages]:
        vocabulary = replace(vocabulary, size=self._options.vocabulary or vocabulary.size)
        tokenizer = Tokenizer(learn(((page.site, page.events) for page in self._train), vocabulary))
        guide = guide_of(GRAMMAR, tokenizer.vocabulary)
        splits = (self._train, self._valid)
        train, valid = (TokenPages.encode(((page.events, page.bytes) for page in pages), tokenizer, guide) for pages in splits)
        return tokenizer, train, valid

    def _config(self, tokenizer: Tokenizer, variant: Variant) -> GeneratorConfig:
        sizes = {"embedding": self._options.embedding, "units": self._options.units}
        context = Reading(tokenizer.vocabulary).sizes
        return GeneratorConfig(vocab_size=len(tokenizer.vocabulary), context=context, **sizes, **variant.architecture)

    def run(self, variant: Variant) -> dict[str, Any]:
        """Trains and measures one row."""
        tokenizer, train, valid = self._encoded(variant.vocabulary)
        config = self._config(tokenizer, variant)
        whole = GeneratorConfig(vocab_size=8192, embedding=config.embedding, units=config.units)
        tokens = round(self._options.tokens * products(whole) / products(config))
        shares: dict[str, Any] = {"grammar_share": variant.grammar_share, "drawn_share": variant.drawn_share}
        training = TrainingConfig(tokens=tokens, checkpoint_seconds=1e9, **shares)
        model, started = create(config), time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            kind = Trainer if variant.carried else _Forgetful
            for _ in kind(model, train, tokenizer.vocabulary, training, Path(folder)).run():
                pass
        return {
            "tokens": tokens,
            "bytes_per_token": round(valid.bytes / len(valid.ids), 3),
            "bits_per_byte": round(bits_per_byte(model, valid), 4),
            "bits_per_byte_in_grammar": round(bits_per_byte(model, valid, masked=True), 4),
            "seconds": round(time.monotonic() - started),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("valid")
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--embedding", type=int, default=192)
    parser.add_argument("--units", type=int, default=256)
    parser.add_argument("--pages", type=int, default=1500, help="training pages, spread over all; a tenth as many to validate")
    parser.add_argument("--vocabulary", type=int, help="tokens of every row's vocabulary, where few pages give no more")
    parser.add_argument("--only", nargs="+", default=list(VARIANTS), choices=list(VARIANTS), metavar="NAME")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    train, valid = prepared(options.train, options.pages), prepared(options.valid, options.pages // 10)
    bench, result = Bench(train, valid, options), dict[str, Any]()
    for name in options.only:
        result[name] = bench.run(VARIANTS[name])
        print(json.dumps({name: result[name]}), flush=True)
        if options.output:
            options.output.write_text(json.dumps({"settings": vars(options) | {"output": None}, "rows": result}, indent=1) + "\n")


if __name__ == "__main__":
    main()
