"""What kind of page is it, told from its tokens? Embedding → LSTM → dropout → softmax, beside a bag of tags.

    python -m eval.experiments.page_kind TRAIN.parquet VALID.parquet [--pages 2000] [--steps 800] [--tokens 256]
        [-o eval/results/page_kind.json]

Kinds (docs, blog, dashboard …) are those of the corpus, the commonest `--kinds` of them; pages to validate are of other sites. The network
reads the first tokens of a page in the vocabulary of the default bundle. The bag of tags is a logistic regression on how often each
element and attribute stands in the same tokens; beside both stands the commonest kind. Accuracy, and its mean over kinds.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.experiments.fitting import cross_entropy, fit  # before keras: chooses its backend
from eval.telling import tell

# isort: split
import jax.numpy as jnp
import keras
import numpy as np

from htmlgen.corpus.pages import read_pages
from htmlgen.corpus.preparation import prepare_page
from htmlgen.models.layers import HoistedLSTM
from htmlgen.runtime import bundle
from htmlgen.tokens.vocabulary import Kind

TAGS = (Kind.START, Kind.OPEN, Kind.ATTRIBUTE, Kind.PAIR)
BATCH = 32


class Classifier(keras.Model):  # type: ignore[misc]
    """Kinds of pages from their first tokens."""

    def __init__(self, vocab: int, kinds: int, units: int = 64) -> None:
        super().__init__()
        self.units = units
        self.embedding, self.lstm = keras.layers.Embedding(vocab, units), HoistedLSTM(units)
        self.dropout, self.kind = keras.layers.Dropout(0.3, seed=0), keras.layers.Dense(kinds)

    def build(self, *_: Any) -> None:
        self.embedding.build((None, None))
        self.lstm.build((None, None, self.units))
        self.kind.build((None, self.units))
        self.built = True

    def call(self, ids: Any, last: Any, training: bool = False) -> Any:
        """(batch, kinds) logits. Args: ids (batch, time); last (batch,), the place of the last token."""
        empty = jnp.zeros((ids.shape[0], self.units))
        outputs, _ = self.lstm(self.embedding(ids), (empty, empty), jnp.ones(ids.shape))
        final = jnp.take_along_axis(outputs, last[:, None, None], axis=1)[:, 0]
        return self.kind(self.dropout(final, training=training))


def read(source: Path, count: int, tokens: int) -> tuple[list[list[int]], list[str]]:
    """The first tokens of about so many pages, spread over all, and their kinds."""
    tokenizer = bundle.load(None).tokenizer
    pages = list(read_pages([str(source)]))
    ids, kinds = [], []
    for page in pages[:: max(1, len(pages) // count)]:
        if events := prepare_page(page).events:
            ids.append(tokenizer.encode(events)[:tokens])
            kinds.append(page.kind)
    return ids, kinds


def accuracy(said: Any, labels: Any) -> dict[str, float]:
    right = said == labels
    by_kind = [right[labels == kind].mean() for kind in np.unique(labels)]
    return {"accuracy": round(float(right.mean()), 4), "mean_over_kinds": round(float(np.mean(by_kind)), 4)}


def arrays(pages: Sequence[list[int]], tokens: int) -> tuple[Any, Any]:
    ids = np.zeros((len(pages), tokens), dtype=np.int32)
    for row, page in zip(ids, pages, strict=True):
        row[: len(page)] = page
    return ids, np.array([max(0, len(page) - 1) for page in pages], dtype=np.int32)


def batches(ids: Any, last: Any, labels: Any, seed: int = 0) -> Iterator[tuple[Any, Any, Any]]:
    rng = np.random.default_rng(seed)
    while True:
        chosen = rng.integers(0, len(ids), BATCH)
        yield ids[chosen], last[chosen], labels[chosen]


def by_lstm(train: Any, valid: Any, labels: Any, kinds: int, steps: int) -> Any:
    """The kinds that the network says of the valid pages."""
    keras.utils.set_random_seed(0)
    model = Classifier(len(bundle.load(None).tokenizer.vocabulary), kinds)
    model.build()

    def loss(call: Any, ids: Any, last: Any, right: Any) -> Any:
        return cross_entropy(call(ids, last), right).mean()

    fit(model, loss, batches(train[0], train[1], labels), steps=steps, rate=2e-3)
    ids, last = valid
    parts = [model(ids[place : place + BATCH], last[place : place + BATCH]) for place in range(0, len(ids), BATCH)]
    return np.concatenate([np.asarray(part).argmax(axis=-1) for part in parts])


def by_tags(train: Sequence[list[int]], valid: Sequence[list[int]], labels: Any) -> Any:
    """The same by a logistic regression on logarithms of counts of elements and attributes."""
    from sklearn.linear_model import LogisticRegression

    vocabulary = bundle.load(None).tokenizer.vocabulary
    names = {token.id: token.name for token in vocabulary if token.kind in TAGS}
    columns = {name: place for place, name in enumerate(sorted(set(names.values())))}

    def counts(pages: Sequence[list[int]]) -> Any:
        found = np.zeros((len(pages), len(columns)))
        for row, page in zip(found, pages, strict=True):
            for token in page:
                if token in names:
                    row[columns[names[token]]] += 1
        return np.log1p(found)

    return LogisticRegression(max_iter=1000).fit(counts(train), labels).predict(counts(valid))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("valid", type=Path)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--kinds", type=int, default=8)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    started = time.monotonic()
    splits = {name: read(getattr(options, name), options.pages, options.tokens) for name in ("train", "valid")}
    kinds = [kind for kind, _ in Counter(splits["train"][1]).most_common(options.kinds)]
    kept = {name: [(ids, kinds.index(kind)) for ids, kind in zip(*split, strict=True) if kind in kinds] for name, split in splits.items()}
    (train, labels), (valid, right) = (([ids for ids, _ in pairs], np.array([kind for _, kind in pairs])) for pairs in kept.values())
    said = by_lstm(arrays(train, options.tokens), arrays(valid, options.tokens), labels, len(kinds), options.steps)
    rows = {
        "the commonest kind": accuracy(np.zeros(len(right), dtype=int), right),
        "bag of tags, logistic regression": accuracy(by_tags(train, valid, labels), right),
        "embedding, LSTM, dropout, softmax": accuracy(said, right),
    }
    result = {"kinds": kinds, "train": len(train), "valid": len(valid), "rows": rows, "seconds": round(time.monotonic() - started)}
    tell(result, options.output)


if __name__ == "__main__":
    main()
