"""What do the figures of a pair of pages cost beside reading the pages, and the tree edit distance beside the library apted?

    python -m eval.bench.pairs PAGES.parquet [-n 300] [-o eval/results/pairs.json]

Pairs are real pages, and snippets cut out of them, beside themselves with a tenth of the elements renamed or gone. Times are medians over
pairs. With apted installed, it is timed, and held to the same distances, on pairs of at most 100 nodes.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from eval.telling import tell
from htmlgen.corpus.pages import read_pages
from htmlgen.corpus.preparation import prepare_page
from htmlgen.corpus.snippets import cut
from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.pairs.agreement import attribute_agreement, tree_bleu
from htmlgen.evaluation.pairs.aspects import MOST_NODES, Side
from htmlgen.evaluation.pairs.edit_distance import edit_distance
from htmlgen.evaluation.pairs.labelled_trees import LabelledTree
from htmlgen.evaluation.pairs.pq_grams import pq_gram_distance
from htmlgen.evaluation.pairs.texts import text_similarity
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag
from htmlgen.markup.writer import write
from htmlgen.runtime.bundle import load

SEED = 0
SHARE = 0.1  # of elements that are changed
APTED_NODES = 100


def changed(events: Sequence[Event], rng: np.random.Generator) -> list[Event]:
    """Some elements renamed, some gone, their children kept."""
    kept: list[Event] = []
    names: list[str | None] = []
    for event in events:
        if isinstance(event, StartTag):
            drawn = rng.random()
            name = None if drawn < SHARE / 2 else "ins" if drawn < SHARE else event.name
            if event.name not in VOID_IN_PARSER:
                names.append(name)
                kept += [] if name is None else [StartTag(name, event.attributes)]
            elif name is not None:
                kept.append(event)
        elif isinstance(event, EndTag):
            ended = names.pop()
            kept += [] if ended is None else [EndTag(ended)]
        else:
            kept.append(event)
    return kept


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def timed(reference: Sequence[Event], candidate: Sequence[Event]) -> dict[str, float]:
    """Seconds of each figure, of making both sides ready, and of parsing both pages."""
    pages = [write(side) for side in (reference, candidate)]
    one, other = Side.of(reference), Side.of(candidate)
    found = {
        "parse": seconds(lambda: [parse_document(page) for page in pages]),
        "sides": seconds(lambda: [Side.of(side) for side in (reference, candidate)]),
        "tree_bleu": seconds(lambda: tree_bleu(one.tree, other.tree)),
        "attributes": seconds(lambda: attribute_agreement(one.events, other.events)),
        "pq_gram": seconds(lambda: pq_gram_distance(one.tree, other.tree)),
        "text": seconds(lambda: text_similarity(one.words, other.words)),
    }
    if max(one.tree.size, other.tree.size) <= MOST_NODES:
        found["edit_distance"] = seconds(lambda: edit_distance(one.tree, other.tree))
    return found


def figures(pairs: Sequence[tuple[Sequence[Event], Sequence[Event]]]) -> dict[str, Any]:
    times = [timed(*pair) for pair in pairs]
    parse = [found["parse"] for found in times]
    names = sorted({name for found in times for name in found})
    columns = {name: [found[name] for found in times if name in found] for name in names}
    return {
        "pairs": len(pairs),
        "nodes": median(Side.of(reference).tree.size for reference, _ in pairs),
        "microseconds": {name: round(1e6 * median(column), 1) for name, column in columns.items()},
        "share_of_parse": {name: round(median(column) / median(parse), 4) for name, column in columns.items()},
        "edit_distance_worst_over_median": round(max(columns["edit_distance"]) / median(columns["edit_distance"]), 1),
    }


def beside_apted(pairs: Sequence[tuple[Sequence[Event], Sequence[Event]]]) -> dict[str, Any]:
    """Own time over apted's, and whether all distances are equal; nothing without apted."""
    try:
        from apted import APTED
        from apted.helpers import Tree
    except ImportError:
        return {}
    ratios, equal = [], 0
    for reference, candidate in pairs:
        one, other = (Side.of(side).tree for side in (reference, candidate))
        if max(one.size, other.size) > APTED_NODES:
            continue
        left, right = (_nested(tree, Tree) for tree in (one, other))
        compared = APTED(left, right)
        theirs = seconds(lambda compared=compared: compared.compute_edit_distance())
        ours = seconds(lambda one=one, other=other: edit_distance(one, other))
        ratios.append(theirs / ours)
        equal += compared.compute_edit_distance() == edit_distance(one, other)
    return {"pairs": len(ratios), "equal": equal, "apted_over_own": round(median(ratios), 2) if ratios else None}


def _nested(tree: LabelledTree, make: Any, node: int = 0) -> Any:
    return make(tree.labels[node], *(_nested(tree, make, child) for child in tree.children[node]))


def pairs_of(sources: Sequence[Path], count: int) -> Iterator[tuple[str, list[tuple[Sequence[Event], Sequence[Event]]]]]:
    """Pairs of pages and pairs of snippets."""
    rng = np.random.default_rng(SEED)
    prepared = [prepare_page(page) for page in islice(read_pages([str(source) for source in sources]), count)]
    pages = [page.events for page in prepared if page.events]
    yield "pages", [(events, changed(events, rng)) for events in pages]
    tokenizer = load(None).tokenizer
    pieces = [snippet.html for page in prepared for snippet, _ in cut(page, tokenizer)]
    chosen = [parse_document(pieces[place], fragment=True).events for place in rng.permutation(len(pieces))[:count]]
    yield "snippets", [(events, changed(events, rng)) for events in chosen]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("-n", type=int, default=300, help="pairs of pages, and of snippets")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    report = {name: figures(pairs) | {"apted": beside_apted(pairs)} for name, pairs in pairs_of(options.pages, options.n)}
    tell(report, options.output)


if __name__ == "__main__":
    main()
