"""PAGE → the same page with faults planted in it, and the list of what is wrong with it.

Laws: everything on the list the evaluator finds, by that rule at that line and column; it finds nothing else that it did not find before;
the same page, settings and seed give the same faults.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from htmlgen.errors import ConfigError
from htmlgen.evaluation.document import Document, parse_document
from htmlgen.evaluation.findings import Lines
from htmlgen.evaluation.score import evaluate
from htmlgen.evaluation.tags import end_of_tag
from htmlgen.markup.elements import RAW_TEXT, VOID_IN_PARSER
from htmlgen.markup.events import EndTag, StartTag, Text
from htmlgen.mutating.kinds import FITS, KINDS, Kind
from htmlgen.relaxng.spelling import did_you_mean

_FLOW: Final = frozenset("body main section article div li td dd blockquote".split())
_PHRASING: Final = _FLOW | {"p", "span", "figcaption", "h2", "h3"}
# In these, what is inserted could be another fault than it is elsewhere.
_CLOSED: Final = frozenset(
    "a button label select textarea title svg math noscript template object dt th address b i em font option pre caption summary".split()
)
_TRIES: Final = 24  # places that are tried for a fault
_MOST: Final = 100  # faults of a page

#: The rules that a page breaks, each with its place.
_Broken = Counter[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong because of a fault, as the evaluator reports it; some faults break two rules. Line and column from 1, offset from 0."""

    kind: str
    rule: str
    line: int
    column: int
    offset: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A page with faults, and what is wrong with it, in its order."""

    html: str
    faults: tuple[Fault, ...]


class _Place(NamedTuple):
    """Where an insertion may be made, and where the tag begins that it is made in."""

    offset: int
    tag: int


class _Planted(NamedTuple):
    kind: str
    rule: str
    offset: int


def mutate(page: str, *, seed: int, faults: int = 1, kinds: Sequence[str] = ()) -> Mutation:
    """Plant faults in a page.

    Args: faults, how many at most: fewer, where a page has no place for so many; kinds, names of `KINDS`, all if there are none.
    Raises: ConfigError, for a number or a kind that is none.
    """
    if not 1 <= faults <= _MOST:
        raise ConfigError(f"faults must be between 1 and {_MOST}, got {faults}")
    if unknown := next((name for name in kinds if name not in KINDS), None):
        raise ConfigError(f"no kind of fault {unknown!r} among {', '.join(KINDS)}{did_you_mean(unknown, list(KINDS))}")
    chosen = [KINDS[name] for name in kinds or KINDS]
    draw, planted, broken = random.Random(seed), list[_Planted](), _broken(page)
    for _ in range(faults):
        if (found := _with_one_more(page, planted, broken, chosen, draw)) is None:
            break
        page, planted, broken = found
    lines = Lines(page)
    listed = (Fault(each.kind, each.rule, *lines.locate(each.offset), each.offset) for each in planted)
    return Mutation(page, tuple(sorted(listed, key=lambda fault: (fault.offset, fault.rule))))


def sometimes(page: str, *, seed: int, rate: float) -> Mutation:
    """The page with one to three faults, or as it is: `rate` of all seeds have faults."""
    draw = random.Random(seed)
    return mutate(page, seed=seed, faults=draw.randint(1, 3)) if draw.random() < rate else Mutation(page, ())


def _with_one_more(
    page: str, planted: Sequence[_Planted], broken: _Broken, kinds: Sequence[Kind], draw: random.Random
) -> tuple[str, list[_Planted], _Broken] | None:
    """The page with one fault more; None where none that was tried was found as it should be, and alone."""
    document = parse_document(page)
    order = draw.sample(range(len(kinds)), len(kinds))
    tries = 0
    for number in order:
        kind = kinds[number]
        places = list(_places(document, kind))
        for place in draw.sample(places, min(len(places), 3)):
            tries += 1
            text = kind.text.replace("{id}", _earlier_id(document, place.offset))
            changed = page[: place.offset] + text + page[place.offset :]
            moved = [each._replace(offset=_moved(each.offset, place.offset, len(text))) for each in planted]
            start = place.tag if kind.at_tag else place.offset
            fresh = [_Planted(kind.name, rule, start + shift) for rule, shift in ((kind.rule, kind.shift), *kind.also)]
            expected: _Broken = Counter({(rule, _moved(at, place.offset, len(text))): count for (rule, at), count in broken.items()})
            expected.update((each.rule, each.offset) for each in fresh)
            if (after := _broken(changed)) == expected:
                return changed, [*moved, *fresh], after
            if tries >= _TRIES:
                return None
    return None


def _moved(offset: int, place: int, by: int) -> int:
    """Where what stood at an offset stands after an insertion."""
    return offset if offset < place else offset + by


def _broken(page: str) -> _Broken:
    return Counter((finding.rule, finding.offset) for finding in evaluate(page).findings)


def _places(document: Document, kind: Kind) -> Iterator[_Place]:
    if kind.where == "end":
        yield _Place(len(document.page), len(document.page))
    elif kind.where in ("start tag", "end tag"):
        yield from _in_tags(document, kind)
    else:
        yield from _before_texts(document, _FLOW if kind.where == "flow" else _PHRASING)


def _before_texts(document: Document, parents: frozenset[str]) -> Iterator[_Place]:
    """Before texts in some elements, none of which is inside of one that is closed to what is inserted."""
    around = [document.container or ""]
    for event, offset in zip(document.events, document.offsets, strict=True):
        if isinstance(event, EndTag):
            around.pop()
        elif isinstance(event, StartTag) and event.name not in VOID_IN_PARSER:
            around.append(event.name)
        elif isinstance(event, Text) and event.data.strip() and around[-1] in parents and not _CLOSED.intersection(around):
            yield _Place(offset, offset)


def _in_tags(document: Document, kind: Kind) -> Iterator[_Place]:
    """Before the `>` of tags that are written, and that a kind fits."""
    page, foreign = document.page, 0
    for event, offset in zip(document.events, document.offsets, strict=True):
        if not isinstance(event, StartTag | EndTag):
            continue
        inside = event.name in ("svg", "math")
        foreign += inside and isinstance(event, StartTag)
        slash = "/" if isinstance(event, EndTag) else ""
        written = page.startswith(f"<{slash}{event.name}", offset) and not foreign
        foreign -= inside and isinstance(event, EndTag)
        end = end_of_tag(page, offset) - 1 if written else offset
        if end > offset and isinstance(event, StartTag if kind.where == "start tag" else EndTag) and _fits(kind, event, page[offset:end]):
            yield _Place(end, offset)


def _fits(kind: Kind, tag: StartTag | EndTag, written: str) -> bool:
    if isinstance(tag, EndTag):
        return True
    if tag.name in RAW_TEXT or tag.name in ("html", "head", "meta", "link", "title", "base"):
        return False
    if kind.name == "trailing-solidus" and tag.name in VOID_IN_PARSER:
        return False
    if (kind.lacks and tag.get(kind.lacks) is not None) or (kind.has and tag.get(kind.has) is None):
        return False
    return kind.name not in FITS or FITS[kind.name](tag, written)


def _earlier_id(document: Document, offset: int) -> str:
    """An id of an element before an offset, the last one; one that nothing has where there is none."""
    tags = ((event, place) for event, place in zip(document.events, document.offsets, strict=True) if isinstance(event, StartTag))
    found = [value for event, place in tags if place < offset and (value := event.get("id")) and value.isalnum()]
    return found[-1] if found else "no-such-id"
