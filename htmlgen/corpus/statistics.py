"""PREPARED PAGES → NUMBERS: what a corpus holds, and what reading and cleaning it left out. One pass, no page kept."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from htmlgen.corpus.preparation import PreparedPage
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag

_TOP: Final = 20
_QUANTILES: Final = {"least": 0.0, "5%": 0.05, "25%": 0.25, "median": 0.5, "75%": 0.75, "95%": 0.95, "most": 1.0}


@dataclass(frozen=True, kw_only=True)
class CorpusStatistics:
    """What a corpus holds. Counts by name are sorted, the most frequent first; `elements`, `attributes` and `classes` are the top 20."""

    pages: int  #: readable or not
    fragments: int  #: pieces of pages, not documents
    duplicates: int  #: pages whose bytes came before
    sites: int
    licences: dict[str, int]  #: pages by licence, where the source names one
    source_bytes: int  #: UTF-8, as the pages came
    canonical_bytes: int  #: UTF-8, clean and canonical
    dropped: dict[str, int]  #: what cleaning left out, by reason
    losses: dict[str, int]  #: pages by what HTML cannot spell of their trees, by cause
    unreadable: dict[str, str]  #: why, by page
    elements: dict[str, int]
    attributes: dict[str, int]
    classes: dict[str, int]
    depth: dict[str, int]  #: quantiles of the deepest nesting of a page, in elements
    length: dict[str, int]  #: quantiles of a page's events

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return dataclasses.asdict(self)

    def table(self) -> str:
        """A line for each figure, to be read by people."""
        return "\n".join(f"{name.replace('_', ' '):16} {_shown(value)}" for name, value in self.to_dict().items())


def _shown(value: int | dict[str, int | str]) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return "; ".join(f"{name} {figure:,}" if isinstance(figure, int) else f"{name}: {figure}" for name, figure in value.items()) or "none"


def statistics(pages: Iterable[PreparedPage]) -> CorpusStatistics:
    """Counts pages as they come, e.g. `statistics(prepare(["corpora/samples"]))`."""
    sums, elements, attributes, classes = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    licences, dropped, losses = Counter[str](), Counter[str](), Counter[str]()
    sites: set[str] = set()
    seen: set[str] = set()
    unreadable: dict[str, str] = {}
    depths: list[int] = []
    lengths: list[int] = []
    for page in pages:
        sums.update(pages=1, fragments=page.fragment, duplicates=page.sha256 in seen)
        sums.update(source_bytes=page.source_bytes, canonical_bytes=page.bytes)
        seen.add(page.sha256)
        sites.add(page.site)
        licences.update([page.licence] if page.licence else [])
        dropped.update(page.dropped)
        losses.update({loss.cause for loss in page.losses})
        if page.problem:
            unreadable[page.name] = page.problem
            continue
        for tag in page.events:
            if isinstance(tag, StartTag):
                elements[tag.name] += 1
                attributes.update(name for name, _ in tag.attributes)
                classes.update((tag.get("class") or "").split())
        depths.append(_depth(page.events))
        lengths.append(len(page.events))
    return CorpusStatistics(
        pages=sums["pages"],
        fragments=sums["fragments"],
        duplicates=sums["duplicates"],
        sites=len(sites),
        source_bytes=sums["source_bytes"],
        canonical_bytes=sums["canonical_bytes"],
        licences=dict(licences.most_common()),
        dropped=dict(dropped.most_common()),
        losses=dict(losses.most_common()),
        unreadable=unreadable,
        elements=dict(elements.most_common(_TOP)),
        attributes=dict(attributes.most_common(_TOP)),
        classes=dict(classes.most_common(_TOP)),
        depth=_quantiles(depths),
        length=_quantiles(lengths),
    )


def _depth(events: Sequence[Event]) -> int:
    """How many elements are open at most, void ones not counted."""
    depth = deepest = 0
    for event in events:
        match event:
            case StartTag(name) if name not in VOID_IN_PARSER:
                depth += 1
                deepest = max(deepest, depth)
            case EndTag(name) if name not in VOID_IN_PARSER:
                depth -= 1
    return deepest


def _quantiles(values: list[int]) -> dict[str, int]:
    """Quantiles by nearest rank; none of no values."""
    ordered = sorted(values)
    return {name: ordered[round(share * (len(ordered) - 1))] for name, share in _QUANTILES.items()} if ordered else {}
