"""How far two bags agree: precision, recall, and F1 of what they share; and what a page's bags are.

Laws: all three lie in [0, 1]; they are 1 for equal bags, empty ones too; with the sides exchanged precision and recall change places,
and F1 stays.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from htmlgen.evaluation.pairs.labelled_trees import ROOT, TEXT, LabelledTree
from htmlgen.markup.events import Event, StartTag

Feature = TypeVar("Feature", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a candidate shares with a reference."""

    precision: float  #: the share of the candidate's that the reference has
    recall: float  #: the share of the reference's that the candidate has

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def to_dict(self) -> dict[str, float]:
        """For JSON."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}


def agreement(reference: Counter[Feature], candidate: Counter[Feature]) -> Agreement:
    """Of bags: what stands twice counts twice. A share of nothing is 1 if the other side has nothing either, and 0 if it has something."""
    shared = (reference & candidate).total()
    of_nothing = float(not reference and not candidate)
    return Agreement(*(shared / bag.total() if bag else of_nothing for bag in (candidate, reference)))


def tree_bleu(reference: LabelledTree, candidate: LabelledTree) -> Agreement:
    """TreeBLEU: the subtrees of height 1, an element's name with those of all its child elements in order, as sets.

    Source: Gui et al. 2024, WebCode2M, arXiv:2404.06369, whose TreeBLEU is the recall here. Elements without children have no such subtree,
    and texts are no nodes of it.
    """
    return agreement(Counter(set(_low_subtrees(reference))), Counter(set(_low_subtrees(candidate))))


def _low_subtrees(tree: LabelledTree) -> Iterator[tuple[str, ...]]:
    for label, children in zip(tree.labels, tree.children, strict=True):
        names = tuple(name for child in children if (name := tree.labels[child]) != TEXT)
        if names and label != ROOT:
            yield label, *names


def attribute_agreement(reference: Iterable[Event], candidate: Iterable[Event]) -> Agreement:
    """Of attributes as triples of element, name and value, wherever they stand; each class of a `class` counts by itself."""
    return agreement(Counter(_attributes(reference)), Counter(_attributes(candidate)))


def _attributes(events: Iterable[Event]) -> Iterator[tuple[str, str, str]]:
    for event in events:
        if isinstance(event, StartTag):
            for name, value in event.attributes:
                for part in value.split() if name == "class" else [value]:
                    yield event.name, name, part
