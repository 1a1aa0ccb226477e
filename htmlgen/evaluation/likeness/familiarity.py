"""How much of a site comes out in generated pages: its class names, and its commonest elements with their classes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from htmlgen.markup.events import Event, StartTag

Pair: TypeAlias = tuple[str, str]  # an element and one of its class names

COMMONEST: Final = 20


@dataclass(frozen=True, slots=True)
class Familiarity:
    """What of a site was met."""

    commonest: tuple[Pair, ...]  #: of the site, the most frequent first
    commonest_met: tuple[Pair, ...]
    names: int  #: class names of the site
    names_met: int

    @property
    def share(self) -> float:
        """Of the commonest pairs, those that were met, in [0, 1]; 1 where the site has no class."""
        return len(self.commonest_met) / len(self.commonest) if self.commonest else 1.0


def class_pairs(pages: Iterable[Iterable[Event]]) -> Counter[Pair]:
    """How often each element has each class name."""
    tags = (event for events in pages for event in events if isinstance(event, StartTag))
    return Counter((tag.name, name) for tag in tags for name in set(dict(tag.attributes).get("class", "").split()))


def familiarity(site: Iterable[Iterable[Event]], generated: Iterable[Iterable[Event]], most: int = COMMONEST) -> Familiarity:
    """Args: site and generated, the events of pages; most, pairs of the site that are looked for."""
    known, met = class_pairs(site), class_pairs(generated)
    commonest = tuple(pair for pair, _ in sorted(known.items(), key=lambda item: (-item[1], item[0]))[:most])
    names, names_met = ({name for _, name in pairs} for pairs in (known, met))
    return Familiarity(commonest, tuple(pair for pair in commonest if pair in met), len(names), len(names & names_met))
