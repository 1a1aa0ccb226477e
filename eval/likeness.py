"""Many generated pages, judged, and held to real pages: errors, copies, diversity, distances, and whether a classifier tells them apart.

    python -m eval.likeness --train TRAIN --reference PAGES.parquet … [--bundle FOLDER] [-n 10000] [--own 1000] [--max-tokens 1024]
        [--vnu JAR] [--jobs 2] [-o eval/results/likeness.json]

TRAIN is the corpus that the bundle was trained on, or quicker `train.npz` of its run, the same pages as token ids. Real pages are prepared
as for training, and those of at most `--max-tokens` tokens are compared with. A generated page has a token budget and real ones have none,
so two sets of pages are compared with them:

- *drawn*: `-n` pages, each with the length of a real page, drawn at random, for its budget: what one gets who asks for pages of such
  sizes. A page that would have gone on is brought to its end by its budget, which no real page is.
- *own*: `--own` pages that end by themselves within `--max-tokens` tokens, written with a budget of 5/4 of that; longer ones are left
  out, as are longer real pages, and four times as many are written at most. This is what the model believes pages to be, given that
  they are not longer.

Training pages take the place of generated ones too (`train`): what a generator would have that is its training corpus.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from eval.telling import tell
from eval.walks import nu_errors
from htmlgen.corpus.preparation import prepare
from htmlgen.corpus.processes import in_order
from htmlgen.decoding.search import Request
from htmlgen.evaluation.likeness.copying import longest_copies
from htmlgen.evaluation.likeness.figures import compare
from htmlgen.evaluation.likeness.separation import auc
from htmlgen.evaluation.likeness.structure import Structure, structure_of
from htmlgen.evaluation.running.comparing import LONG, Copies
from htmlgen.evaluation.score import evaluate
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.models.data import TokenPages
from htmlgen.pages import Generator

GRAMMAR = "page"
SEED = 0
LEAST_PAGES = 50  # that end by themselves, to be compared
TRAINING_PAGES = 2000  # that take the place of generated ones


@dataclass(frozen=True)
class Sample:
    """One real page: its ids, without BOS and EOS, and its site, where it is known."""

    ids: tuple[int, ...]
    site: str = ""

    def structure(self, generator: Generator) -> Structure:
        return structure_of(generator.tokenizer.decode(self.ids), site=self.site)


@dataclass(frozen=True)
class Judgement:
    """A generated page as it is read again."""

    html: str
    structure: Structure
    rules: tuple[str, ...]  #: of html5lib's and the balance's findings
    canonical: bool


# Real pages -------------------------------------------------------------------------------------------------------------------------


def real_pages(corpora: Sequence[Path], generator: Generator, jobs: int) -> list[Sample]:
    """The pages of corpora that have any content. A training run's `.npz` stands for its corpus."""
    if corpora[0].suffix == ".npz":
        return list(trained_pages(corpora[0]))
    pages = prepare([str(corpus) for corpus in corpora], jobs=jobs, grammar=GRAMMAR)
    return [Sample(tuple(generator.tokenizer.encode(page.events)), page.site) for page in pages if page.events]


def trained_pages(path: Path) -> Iterator[Sample]:
    pages = TokenPages.load(path)
    for start, end in zip(pages.starts[:-1], pages.starts[1:], strict=True):
        yield Sample(tuple(pages.ids[start + 1 : end - 1].tolist()))


# Generated pages --------------------------------------------------------------------------------------------------------------------


def drawn(generator: Generator, lengths: Sequence[int], n: int) -> list[tuple[int, ...]]:
    """The ids of n pages whose budgets are drawn from lengths."""
    least = generator.guide.least_cost(generator.guide.start())
    budgets = np.maximum(np.random.default_rng(SEED).choice(lengths, n), least)
    requests = (Request(seed=SEED + index, max_tokens=int(budget)) for index, budget in enumerate(budgets))
    return [result.ids for result in generator.search().stream(requests)]


def own(generator: Generator, max_tokens: int, n: int) -> tuple[list[tuple[int, ...]], int]:
    """The ids of the pages that end by themselves among those written, n of them at most, and how many were written.

    No more than 4 n are written: a model that hardly ever ends a page gives fewer.
    """
    requests = (Request(seed=SEED + index, max_tokens=max_tokens * 5 // 4) for index in range(4 * n))
    kept: list[tuple[int, ...]] = []
    written = 0
    for result in generator.search().stream(requests):
        written += 1
        if len(result.ids) <= max_tokens:
            kept.append(result.ids)
        if len(kept) == n:
            break
    return kept, written


def judged(generator: Generator, ids: Iterable[tuple[int, ...]], jobs: int) -> Iterator[Judgement]:
    """Every page written and read again by those who know nothing of its tokens."""
    pages = (write(generator.tokenizer.decode(page), one_line=True) for page in ids)
    return in_order(judge, pages, jobs=jobs)


def judge(html: str) -> Judgement:
    events = read(html).events
    rules = tuple(finding.rule for finding in evaluate(html).findings)
    return Judgement(html, structure_of(events), rules, write(events, one_line=True) == html)


# Figures ----------------------------------------------------------------------------------------------------------------------------


def soundness(pages: Sequence[Judgement], vnu: Path | None, vnu_pages: int) -> dict[str, Any]:
    """Errors, and whether all pages differ."""
    checked = [page.html for page in islice(pages, vnu_pages)]
    nu = list(nu_errors(vnu, checked, document=True)) if vnu else []
    asked = {"nu_pages": len(checked), "nu_pages_with_errors": len({number for number, _ in nu})} if vnu else {}
    return {
        "pages": len(pages),
        "pages_with_findings": sum(bool(page.rules) for page in pages),
        "findings": dict(Counter(rule for page in pages for rule in page.rules)),
        "canonical": sum(page.canonical for page in pages),
        "distinct": len({page.html for page in pages}),
        **asked,
        **({"nu": dict(Counter(message for _, message in nu))} if vnu else {}),
    }


def copies(runs: Sequence[int]) -> dict[str, Any]:
    found = Copies.of(runs)
    return {name: round(getattr(found, name), 4) for name in found.__slots__} | {"long_is_above": LONG}


def beside(sets: dict[str, list[Structure]], reference: Sequence[Structure]) -> dict[str, Any]:
    """Likeness and AUC of each set of pages, and each figure over its floors and over that of the training pages."""
    found = {name: compare(pages, reference) for name, pages in sets.items()}
    return {
        name: {
            "auc": round(auc(sets[name], reference), 4),
            "over_floor_site_floor_train": {
                figure.name: [figure.ratio, figure.site_ratio, figure.value / found["train"][figure.name].value]
                for figure in likeness.figures
            },
            "likeness": likeness.to_dict(),
        }
        for name, likeness in found.items()
    }


def quantiles(lengths: Iterable[int]) -> dict[str, float]:
    """Of lengths in tokens."""
    return dict(zip(("p10", "median", "p90"), np.percentile(list(lengths), (10, 50, 90)).tolist(), strict=True))


def report(options: argparse.Namespace) -> dict[str, Any]:
    generator = Generator.load(options.bundle)
    train, real = (real_pages(corpora, generator, options.jobs) for corpora in ([options.train], options.reference))
    short = [page for page in real if len(page.ids) <= options.max_tokens]
    print(f"{len(train)} training pages, {len(real)} real ones, {len(short)} of at most {options.max_tokens} tokens", flush=True)
    started = time.perf_counter()
    lengths = [len(page.ids) for page in short]
    sets = {"drawn": drawn(generator, lengths, options.n)}
    ended, written = own(generator, options.max_tokens, options.own)
    sets |= {"own": ended} if len(ended) >= LEAST_PAGES else {}
    seconds = time.perf_counter() - started
    print(f"{options.n} and {len(ended)} pages, of {options.n + written} written, in {seconds:.0f} s", flush=True)
    pages = {name: list(judged(generator, ids, options.jobs)) for name, ids in sets.items()}
    queries = {**sets, "real": [page.ids for page in short]}
    runs = copied(queries, [page.ids for page in train])
    compared = {name: [page.structure for page in found] for name, found in pages.items()}
    compared["train"] = [page.structure(generator) for page in short_sample(train, options.max_tokens)]
    return {
        "bundle": generator.bundle.name,
        "reference": [path.name for path in options.reference],
        "max_tokens": options.max_tokens,
        "real_pages": len(short),
        "own": {"written": written, "kept": len(ended)},
        "tokens": {name: quantiles(map(len, ids)) for name, ids in queries.items()},
        "soundness": {name: soundness(found, options.vnu, options.vnu_pages) for name, found in pages.items()},
        "copied_tokens": {name: copies(found) for name, found in runs.items()},
        "beside_real_pages": beside(compared, [page.structure(generator) for page in short]),
    }


def copied(queries: dict[str, list[tuple[int, ...]]], source: list[tuple[int, ...]]) -> dict[str, list[int]]:
    """The longest run of each page that stands in the source, by set of pages: one suffix array for all."""
    runs = iter(longest_copies([page for pages in queries.values() for page in pages], source).tolist())
    return {name: list(islice(runs, len(pages))) for name, pages in queries.items()}


def short_sample(pages: Sequence[Sample], max_tokens: int) -> list[Sample]:
    """Some of the pages that are not too long, at random."""
    short = [page for page in pages if len(page.ids) <= max_tokens]
    order = np.random.default_rng(SEED).permutation(len(short))
    return [short[place] for place in order[:TRAINING_PAGES]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", help="a folder; the one that ships if left out")
    parser.add_argument("--train", type=Path, required=True, help="the corpus of the bundle's training, or its run's train.npz")
    parser.add_argument("--reference", type=Path, nargs="+", required=True, help="real pages that the bundle was not trained on")
    parser.add_argument("-n", type=int, default=10_000, help="pages with budgets drawn from real lengths")
    parser.add_argument("--own", type=int, default=1000, help="pages that end by themselves")
    parser.add_argument("--max-tokens", type=int, default=1024)
    parser.add_argument("--vnu", type=Path, help="the checker's vnu.jar")
    parser.add_argument("--vnu-pages", type=int, default=1000, help="how many pages of each set the checker is asked about")
    parser.add_argument("--jobs", type=int, default=2, help="processes that read pages")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    tell(report(options), options.output)


if __name__ == "__main__":
    main()
