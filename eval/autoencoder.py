"""The autoencoder on snippets of unseen sites: what comes back, by length, beside a nearest neighbour and the same model without grammar.

    python -m eval.autoencoder PAGES --train PAGES [--more PAGES] [--bundle FOLDER] [-n 10000] [--variants 10000] [--steps 1000] [-o FILE]

Snippets are cut as for training (`htmlgen corpus snippets --grammar page`). Whatever comes back is judged: by html5lib, by the evaluator's
own parser, and by the grammar of components. `without_grammar` writes with every token allowed at every place.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from eval.telling import tell
from htmlgen.autoencoding.autoencoder import Autoencoder, Reconstruction
from htmlgen.autoencoding.components import Component
from htmlgen.corpus.snippets import Cutting, Snippet, read_snippets
from htmlgen.decoding.anything import Anything
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.search import Request, Search
from htmlgen.errors import InputError
from htmlgen.evaluation.pairs.labelled_trees import labelled_tree
from htmlgen.evaluation.pairs.pq_grams import pq_gram_distance
from htmlgen.evaluation.score import evaluate, with_html5lib
from htmlgen.markup.events import EndTag, StartTag
from htmlgen.markup.reader import read
from htmlgen.relaxng import validate

LENGTHS: Final = (16, 32, 64, 128)


def components(pages: str, autoencoder: Autoencoder, count: int, jobs: int) -> list[Component]:
    """Components of pages, at random."""
    cutting = Cutting(grammar="page", most=autoencoder.bundle.architecture.longest)
    snippets = list(read_snippets([pages], cutting, jobs=jobs))
    chosen = np.random.default_rng(0).permutation(len(snippets))[:count]
    return [made for number in chosen if (made := _component(snippets[number], autoencoder)) is not None]


def _component(snippet: Snippet, autoencoder: Autoencoder) -> Component | None:
    """None for one that is longer once it is mended, or shows nothing."""
    try:
        return autoencoder.cutter.component(snippet.html)
    except InputError:
        return None


def judged(htmls: Iterable[str], autoencoder: Autoencoder) -> dict[str, int]:
    """How many parse and conform."""
    found = {"count": 0, "html5lib_errors": 0, "parse_errors": 0, "grammar_errors": 0}
    for html in htmls:
        evaluation = with_html5lib(evaluate(html, fragment=True))
        found["count"] += 1
        found["html5lib_errors"] += bool(evaluation.html5lib)
        found["parse_errors"] += bool(evaluation.errors and any(error.rule.startswith("syntax/") for error in evaluation.errors))
        found["grammar_errors"] += bool(validate(read(html, fragment=True).events, autoencoder.cutter.automaton))
    return found


def by_length(sources: Sequence[Component], copies: Sequence[str]) -> dict[str, dict[str, float]]:
    """Shares of exact copies and of equal element trees, and the mean pq-gram similarity, by the tokens of the source."""
    rows: dict[int, list[tuple[bool, bool, float]]] = {most: [] for most in LENGTHS}
    for source, copy in zip(sources, copies, strict=True):
        most = next(most for most in LENGTHS if len(source.ids) <= most)
        one, two = (read(html, fragment=True).events for html in (source.html, copy))
        similarity = 1 - pq_gram_distance(labelled_tree(one), labelled_tree(two))
        rows[most].append((source.html == copy, _tree(one) == _tree(two), similarity))
    names = ("exact", "same_tree", "pq_gram_similarity")
    means = {most: dict(zip(names, map(_mean, zip(*each, strict=True)), strict=True)) for most, each in rows.items() if each}
    return {str(most): {"snippets": len(rows[most]), **found} for most, found in means.items()}


def _mean(values: Iterable[float]) -> float:
    return round(fmean(values), 4)


def _tree(events: Iterable[object]) -> list[str]:
    """Elements alone, in order and nesting."""
    return [f"<{event.name}>" if isinstance(event, StartTag) else "</>" for event in events if isinstance(event, StartTag | EndTag)]


def without_grammar(autoencoder: Autoencoder, sources: Sequence[Component]) -> list[str]:
    """What the decoder writes when every token is allowed, as it is spelled."""
    vocabulary = autoencoder.tokenizer.vocabulary
    search = Search(autoencoder.step.predict, autoencoder.step.initial, Anything(vocabulary), SamplingConfig(temperature=0.0))
    codes = autoencoder.encode(sources)
    requests = [Request(seed=0, max_tokens=len(each.ids) + 16, given=(code,)) for each, code in zip(sources, codes, strict=True)]
    return ["".join(autoencoder.tokenizer.spell(result.ids)) for result in search.stream(requests)]


def neighbours(sources: Sequence[Component], known: Sequence[Component]) -> list[str]:
    """Of each source the nearest of the training set's components, by TF-IDF of tokens."""
    vectors = TfidfVectorizer(analyzer=lambda ids: ids, sublinear_tf=True)
    table = vectors.fit_transform([component.ids for component in known])
    asked = vectors.transform([component.ids for component in sources])
    found: list[str] = []
    for start in range(0, len(sources), 256):
        found += [known[row].html for row in (asked[start : start + 256] @ table.T).toarray().argmax(axis=1)]
    return found


def variants(autoencoder: Autoencoder, sources: Sequence[Component], count: int) -> Iterator[str]:
    """Variants of many sources, three of each."""
    return islice((variant for number, source in enumerate(sources) for variant in autoencoder.vary(source.html, 3, seed=number)), count)


def between(autoencoder: Autoencoder, sources: Sequence[Component], count: int) -> Iterator[str]:
    """Steps from one source to the next."""
    pairs = zip(sources[::2], sources[1::2], strict=False)
    return islice((step for one, two in pairs for step in autoencoder.interpolate(one.html, two.html, 8)), count)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    autoencoder = Autoencoder.load(options.bundle, threads=options.jobs)
    sources = components(options.pages, autoencoder, options.n, options.jobs)
    copies: list[Reconstruction] = list(autoencoder.reconstructions(sources))
    result: dict[str, Any] = {
        "reconstructions": {"by_tokens": by_length(sources, [copy.html for copy in copies])},
        "validity": {"reconstructions": judged((copy.html for copy in copies), autoencoder)},
    }
    few = sources[: options.few]
    free = without_grammar(autoencoder, few)
    result["without_grammar"] = {"by_tokens": by_length(few, free), "validity": judged(free, autoencoder)}
    if options.train:
        known = components(options.train, autoencoder, options.known, options.jobs)
        result["nearest_neighbour"] = {"of": len(known), "by_tokens": by_length(few, neighbours(few, known))}
    if options.more:
        more = components(options.more, autoencoder, options.n, options.jobs)
        result["validity"]["reconstructions of more"] = judged((copy.html for copy in autoencoder.reconstructions(more)), autoencoder)
    result["validity"]["variants"] = judged(variants(autoencoder, sources, options.variants), autoencoder)
    result["validity"]["interpolation"] = judged(between(autoencoder, sources, options.steps), autoencoder)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", help="pages of sites that were not trained on")
    parser.add_argument("--train", help="the pages that were, for nearest neighbours")
    parser.add_argument("--more", help="other such pages, whose snippets are written again only to be judged")
    parser.add_argument("--bundle")
    parser.add_argument("-n", type=int, default=10_000)
    parser.add_argument("--few", type=int, default=2_000, help="of these, for what is beside")
    parser.add_argument("--known", type=int, default=30_000, help="training snippets among which neighbours are looked for")
    parser.add_argument("--variants", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=1_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    result = measure(options)
    tell(result, options.output)


if __name__ == "__main__":
    main()
