"""TWO PAGES → NUMBERS: how much of a reference page a candidate page has, each aspect by itself.

figure           aspect                                                        best
exact            the whole: trees, attributes (in any order), texts            true
tree_bleu        elements with their child elements, see `agreement`           1
attributes       attributes and their values, see `agreement`                  1
pq_gram          structure, text as such: distance, see `pq_grams`             0
edit_distance    the same: nodes to insert, delete, rename, see `edit_distance` 0
edit_similarity  1 - edit distance / nodes of both pages                       1
text             words in their order: similarity, see `texts`                 1

Laws: of equal pages each has its best value; with the sides exchanged precision and recall change places and the others stay. Comments
and white space that no reader can see make no difference. All are pure functions of events.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final

from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.pairs.agreement import Agreement, attribute_agreement, tree_bleu
from htmlgen.evaluation.pairs.edit_distance import edit_distance
from htmlgen.evaluation.pairs.labelled_trees import LabelledTree, labelled_tree
from htmlgen.evaluation.pairs.pq_grams import pq_gram_distance
from htmlgen.evaluation.pairs.texts import text_similarity, words_of
from htmlgen.markup.canonical import collapse
from htmlgen.markup.events import Event, StartTag

MOST_NODES: Final = 300  # of either page, up to which the edit distance is computed


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFigures:
    """What a candidate has of its reference."""

    exact: bool
    tree_bleu: Agreement
    attributes: Agreement
    pq_gram: float
    edit_distance: int | None  #: None where a page has too many nodes for it
    nodes: tuple[int, int]  #: elements and texts, of the reference and of the candidate
    text: float

    @property
    def edit_similarity(self) -> float | None:
        """1 - edit distance / nodes of both pages, in [0, 1]; None where the distance is."""
        if self.edit_distance is None:
            return None
        return 1 - self.edit_distance / sum(self.nodes) if any(self.nodes) else 1.0

    @property
    def mean(self) -> float:
        """What pairs are ordered by, in [0, 1]: the mean of TreeBLEU's and the attributes' F1, 1 - pq-gram distance, and text."""
        return fmean((self.tree_bleu.f1, 1 - self.pq_gram, self.attributes.f1, self.text))

    def numbers(self) -> dict[str, float]:
        """The figures that a mean can be taken of, by name, those left aside that were not computed."""
        agreements = {"tree_bleu": self.tree_bleu, "attributes": self.attributes}
        shares = {f"{name}_{share}": value for name, found in agreements.items() for share, value in found.to_dict().items()}
        edits = {} if self.edit_similarity is None else {"edit_similarity": self.edit_similarity}
        return {"exact": float(self.exact), **shares, "pq_gram": self.pq_gram, **edits, "text": self.text, "mean": self.mean}

    def to_dict(self) -> dict[str, Any]:
        """For JSON; `edit_distance` and `edit_similarity` are null where they were not computed."""
        edits = {"edit_distance": self.edit_distance, "edit_similarity": self.edit_similarity}
        return {**self.numbers(), "exact": self.exact, **edits, "nodes": list(self.nodes)}


@dataclass(frozen=True, slots=True)
class Side:
    """One page of a pair, made ready: a reference that several candidates are held to is made ready once."""

    events: tuple[Event, ...]  #: collapsed, attributes in the order of their names
    tree: LabelledTree
    words: tuple[str, ...]

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Side":
        """Args: events, well-formed."""
        settled = tuple(map(_settled, collapse(events)))
        return cls(settled, labelled_tree(settled), tuple(words_of(settled)))

    @classmethod
    def of_page(cls, page: str, *, fragment: bool | None = None) -> "Side":
        """As the evaluator's parser reads the page. Args: fragment, None to tell by its content."""
        return cls.of(parse_document(page, fragment=fragment).events)


def _settled(event: Event) -> Event:
    return StartTag(event.name, tuple(sorted(event.attributes))) if isinstance(event, StartTag) else event


def compare_sides(reference: Side, candidate: Side, *, most_nodes: int = MOST_NODES) -> PairFigures:
    """The figures of two pages. Args: most_nodes, of either page, above which the edit distance is not computed; 0 for never."""
    sizes = reference.tree.size, candidate.tree.size
    return PairFigures(
        exact=reference.events == candidate.events,
        tree_bleu=tree_bleu(reference.tree, candidate.tree),
        attributes=attribute_agreement(reference.events, candidate.events),
        pq_gram=pq_gram_distance(reference.tree, candidate.tree),
        edit_distance=edit_distance(reference.tree, candidate.tree) if max(sizes) <= most_nodes else None,
        nodes=sizes,
        text=text_similarity(reference.words, candidate.words),
    )


def compare_events(reference: Iterable[Event], candidate: Iterable[Event], *, most_nodes: int = MOST_NODES) -> PairFigures:
    """`compare_sides` of well-formed events: what an autoencoder read and what it wrote."""
    return compare_sides(Side.of(reference), Side.of(candidate), most_nodes=most_nodes)


def compare_pages(reference: str, candidate: str, *, fragment: bool | None = None, most_nodes: int = MOST_NODES) -> PairFigures:
    """`compare_sides` of two pages, as the evaluator's parser reads them. Args: fragment, None to tell by each page's content."""
    sides = (Side.of_page(page, fragment=fragment) for page in (reference, candidate))
    return compare_sides(*sides, most_nodes=most_nodes)


def means(pairs: Iterable[PairFigures]) -> Mapping[str, float]:
    """The mean of each figure, over the pairs that have it; `exact` becomes the share of exact pairs. No figure of no pairs."""
    columns: dict[str, list[float]] = {}
    for pair in pairs:
        for name, value in pair.numbers().items():
            columns.setdefault(name, []).append(value)
    return {name: fmean(column) for name, column in columns.items()}
