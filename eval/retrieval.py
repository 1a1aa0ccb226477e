"""Does a code mean something? Neighbours of the same kind across sites, and altered copies that find their origin.

    python -m eval.retrieval PAGES [--bundle FOLDER] [-n 3000] [--queries 2000] [-o FILE]

Kinds (nav, form, table, card, list …) are told by rule from the outermost element's name, role and classes (`htmlgen corpus snippets`);
all of these are taken off before anything is encoded. Of each component the five nearest of other sites are taken: precision is the
share that is of its kind, its mean over all components and over kinds. Beside: cosine of TF-IDF of tokens and of element paths.
Altered copies have one word changed, one class renamed, or one item of theirs doubled; a query is right where its origin comes first.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from eval.telling import tell
from htmlgen.autoencoding.autoencoder import Autoencoder, unit_rows
from htmlgen.autoencoding.components import Component
from htmlgen.corpus.snippet_kinds import KINDS
from htmlgen.corpus.snippets import Cutting, Snippet, read_snippets
from htmlgen.errors import InputError
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write

_VAGUE: Final = ("text", "section", "block")  # kinds that say little
_NEAREST: Final = 5
_PER_KIND: Final = 300
_HIDDEN: Final = ("class", "id", "role")


def hidden(snippet: Snippet) -> list[Event]:
    """A snippet whose outermost element is a bare `div`."""
    events = list(read(snippet.html, fragment=True).events)
    root = events[0]
    assert isinstance(root, StartTag)
    kept = tuple((name, value) for name, value in root.attributes if name not in _HIDDEN and not name.startswith("aria-"))
    return [StartTag("div", kept), *events[1:-1], EndTag("div")]


def paths(events: Sequence[Event]) -> list[str]:
    """Each element with up to three around it."""
    open_: list[str] = []
    found = []
    for event in events:
        if isinstance(event, StartTag):
            found.append("/".join([*open_[-3:], event.name]))
            if event.name not in VOID_IN_PARSER:
                open_.append(event.name)
        elif isinstance(event, EndTag) and open_:
            open_.pop()
    return found


def precision(similar: NDArray[Any], kinds: NDArray[Any], sites: NDArray[Any]) -> NDArray[np.float64]:
    """(components,) the share of the nearest of other sites that are of the same kind."""
    apart = np.where(sites[:, None] == sites[None], -np.inf, similar)
    nearest = np.argsort(-apart, axis=1, kind="stable")[:, :_NEAREST]
    return (kinds[nearest] == kinds[:, None]).mean(axis=1)


def with_interval(shares: NDArray[np.float64], kinds: NDArray[Any]) -> dict[str, Any]:
    """Means with 95 % bootstrap intervals over components, and the mean over kinds."""
    draw = np.random.default_rng(0)
    means = [shares[draw.integers(0, len(shares), len(shares))].mean() for _ in range(1000)]
    macro = np.mean([shares[kinds == kind].mean() for kind in sorted(set(kinds.tolist()))])
    low, high = np.percentile(means, [2.5, 97.5])
    found = {"precision": round(float(shares.mean()), 4), "by_kind": round(float(macro), 4)}
    return found | {"interval": [round(float(low), 4), round(float(high), 4)]}


def tfidf(documents: Sequence[Sequence[object]]) -> NDArray[np.float64]:
    """(documents, documents) cosines."""
    table = TfidfVectorizer(analyzer=lambda each: each, sublinear_tf=True).fit_transform(documents)
    cosines: NDArray[np.float64] = (table @ table.T).toarray()
    return cosines


def by_kind(autoencoder: Autoencoder, snippets: Sequence[Snippet]) -> dict[str, Any]:
    """Precision of gists and of both rivals."""
    told = [snippet for kind in KINDS if kind not in _VAGUE for snippet in [each for each in snippets if each.kind == kind][:_PER_KIND]]
    events = [hidden(snippet) for snippet in told]
    cut = [Component(write(each), tuple(autoencoder.tokenizer.encode(each)), "/") for each in events]  # as they are: an `li` stays one
    gists = unit_rows(autoencoder.gists(autoencoder.encode(cut)))
    kinds, sites = np.array([each.kind for each in told]), np.array([each.site for each in told])
    rivals = {
        "gist": gists @ gists.T,
        "tfidf_of_tokens": tfidf([each.ids for each in cut]),
        "tfidf_of_paths": tfidf([paths(each) for each in events]),
    }
    shares = {name: precision(similar, kinds, sites) for name, similar in rivals.items()}
    found: dict[str, Any] = {name: with_interval(each, kinds) for name, each in shares.items()}
    found["ahead_of_tokens"] = with_interval(shares["gist"] - shares["tfidf_of_tokens"], kinds)
    found["ahead_of_paths"] = with_interval(shares["gist"] - shares["tfidf_of_paths"], kinds)
    return {"components": {kind: int((kinds == kind).sum()) for kind in sorted(set(kinds.tolist()))}, **found}


def _cut(autoencoder: Autoencoder, events: Sequence[Event]) -> Component | None:
    """None where nothing is left to be seen, or more than one code holds."""
    try:
        return autoencoder.cutter.component(write(events))
    except InputError:
        return None


def altered(autoencoder: Autoencoder, snippets: Sequence[Snippet], queries: int) -> dict[str, Any]:
    """How often an altered copy's nearest among all snippets is its origin."""
    cut = (_cut(autoencoder, read(snippet.html, fragment=True).events) for snippet in snippets)
    known = [made for made in cut if made is not None]
    gists = unit_rows(autoencoder.gists(autoencoder.encode(known)))
    asked = [query for name in ALTERATIONS for query in islice(_queries(autoencoder, known, name), queries // len(ALTERATIONS))]
    found = unit_rows(autoencoder.gists(autoencoder.encode([component for *_, component in asked])))
    first = np.concatenate([(found[start : start + 256] @ gists.T).argmax(axis=1) for start in range(0, len(found), 256)])
    right = np.array([place == number for place, (_, number, _) in zip(first, asked, strict=True)])
    names = np.array([name for name, *_ in asked])
    each = {name: round(float(right[names == name].mean()), 4) for name in ALTERATIONS if (names == name).any()}
    return {"among": len(known), "queries": len(asked), "first": round(float(right.mean()), 4), **each}


def _queries(autoencoder: Autoencoder, known: Sequence[Component], name: str) -> Iterator[tuple[str, int, Component]]:
    """The alteration, the origin's number, and the altered copy, of components at random."""
    draw = np.random.default_rng(0)
    for number in [*draw.permutation(len(known)).tolist(), *draw.permutation(len(known)).tolist()]:
        events = ALTERATIONS[name](list(read(known[number].html, fragment=True).events), draw)
        made = _cut(autoencoder, events) if events else None
        if made is not None and made.html != known[number].html:
            yield name, number, made


def _word_changed(events: list[Event], draw: np.random.Generator) -> list[Event] | None:
    places = [place for place, event in enumerate(events) if isinstance(event, Text) and any(map(str.isalpha, event.data.split(" ")))]
    if not places:
        return None
    place = int(draw.choice(places))
    text = events[place]
    assert isinstance(text, Text)
    words = text.data.split(" ")
    word = int(draw.choice([number for number, each in enumerate(words) if each.isalpha()]))
    words[word] = str(draw.choice("garden seven River quickly open Monday light answers below stone".split()))
    return [*events[:place], Text(" ".join(words)), *events[place + 1 :]]


def _class_renamed(events: list[Event], draw: np.random.Generator) -> list[Event] | None:
    places = [place for place, event in enumerate(events) if isinstance(event, StartTag) and (event.get("class") or "").split()]
    if not places:
        return None
    place = int(draw.choice(places))
    tag = events[place]
    assert isinstance(tag, StartTag)
    names = (tag.get("class") or "").split()
    names[int(draw.integers(len(names)))] = f"c-{draw.integers(1000)}"
    attributes = tuple((name, " ".join(names) if name == "class" else value) for name, value in tag.attributes)
    return [*events[:place], StartTag(tag.name, attributes), *events[place + 1 :]]


def _item_added(events: list[Event], draw: np.random.Generator) -> list[Event] | None:
    """The last `li`, `tr` or `p` once more."""
    starts = [place for place, event in enumerate(events) if isinstance(event, StartTag) and event.name in ("li", "tr", "p")]
    if not starts or starts[-1] == 0:
        return None
    start = starts[-1]
    end = 1 + next(place for place in range(start, len(events)) if events[place] == EndTag(events[start].name))  # type: ignore[union-attr]
    return [*events[:end], *events[start:end], *events[end:]]


ALTERATIONS: Final[dict[str, Callable[[list[Event], np.random.Generator], list[Event] | None]]] = {
    "word_changed": _word_changed,
    "class_renamed": _class_renamed,
    "item_added": _item_added,
}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    autoencoder = Autoencoder.load(options.bundle, threads=options.jobs)
    cutting = Cutting(grammar="page", most=autoencoder.bundle.architecture.longest - 8)
    snippets = list(read_snippets([options.pages], cutting, jobs=options.jobs))
    chosen = np.random.default_rng(1).permutation(len(snippets))[: options.n]
    known = [snippets[number] for number in chosen]
    return {"by_kind": by_kind(autoencoder, snippets), "altered": altered(autoencoder, known, options.queries)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", help="pages of sites that were not trained on")
    parser.add_argument("--bundle")
    parser.add_argument("-n", type=int, default=3_000, help="snippets among which origins are looked for")
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    result = measure(options)
    tell(result, options.output)


if __name__ == "__main__":
    main()
