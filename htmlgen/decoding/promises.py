"""References that lead ahead: an id is promised, and the element that bears it comes next.

A promise goes through three stages. It is made at the end of the value that refers. While the element that refers is open, that holds
text alone. Once it has ended the promise is due: text may come, and an element of the kind that was referred to, whose first attribute is
the id. So what keeps a promise costs is known when it is made, and the guide makes it only where there is room for that.
Law: a promise is made where costs do not depend on context, by elements that text alone completes; so what it adds stays what it was.
Stricter than the grammar in this besides: one promise at a time, and none where any element may be referred to.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.budget import Budget
from htmlgen.decoding.characters import BETWEEN
from htmlgen.decoding.constraints import ANY, Rules
from htmlgen.decoding.in_content import InContent
from htmlgen.decoding.masks import FORBIDDEN, INFINITE
from htmlgen.decoding.pieces import Pieces
from htmlgen.decoding.positions import Candidate, Content, Opening, Tag
from htmlgen.decoding.spaces import Space
from htmlgen.decoding.start_tags import ID, Offer, StartTags
from htmlgen.markup.elements import BLOCK
from htmlgen.relaxng.attributes import AttributeClass
from htmlgen.relaxng.automaton import TEXT, Automaton
from htmlgen.tokens.vocabulary import Kind

Costs = NDArray[np.int32]


class Promise(NamedTuple):
    """An id that no element bears yet, and the kind of reference that named it."""

    value: bytes
    kind: int
    owed: int  #: the tokens that keeping it adds, while it is not due
    due: bool = False


class Promises:
    """What promises cost in content and in start tags, without the tokens of the ids themselves."""

    def __init__(self, automaton: Automaton, pieces: Pieces, rules: Rules, budget: Budget, in_content: InContent, tags: StartTags) -> None:
        self._automaton, self._pieces, self._rules, self._budget = automaton, pieces, rules, budget
        self._in_content, self._tags = in_content, tags
        self._datatypes = [_datatype(automaton.attributes, kind) for kind in rules.references]
        self._bearing = [frozenset(i for i, each in enumerate(automaton.attributes) if _refers(each, kind)) for kind in rules.references]
        self._texts = np.flatnonzero(np.isin(pieces.vocabulary.kinds, [Kind.TEXT, Kind.REFERENCE]))
        self._sorts = (pieces.ends_in_space * 1 + np.array(pieces.blank) * 2)[self._texts]

    # Making a promise -----------------------------------------------------------------------------------------------------------

    def kinds(self, candidates: Sequence[Candidate]) -> list[int]:
        """The kinds of references that may lead ahead from a start tag."""
        classes = {self._class(element, place) for element, place, _ in candidates}
        return [kind for kind, bearing in enumerate(self._bearing) if self._datatypes[kind] >= 0 and bearing & classes]

    def owed(self, here: Content, name: str, candidates: Sequence[Candidate], kind: int) -> int:
        """The tokens that keeping a promise adds to all that follows a start tag in `here`; INFINITE where none can be made."""
        forms = tuple((element, place) for element, place, _ in candidates if self._class(element, place) in self._bearing[kind])
        key = ("owed", name, forms, kind)
        if key not in here.moves:
            here.moves[key] = max((self._owed(here, name, *form, kind) for form in forms), default=INFINITE)
        found: int = here.moves[key]
        return found

    def _owed(self, here: Content, name: str, element: int, place: int, kind: int) -> int:
        if self._datatypes[kind] < 0 or len(self._in_content.beyond(here, element)) > 1 or not self._plain(element, place):
            return INFINITE
        context = self._rules.entered(element, here.spot.bounds, here.context)
        after = self._in_content.closed(here, (element,), context, name)
        cost = self.cost(after, kind)
        return cost - after.cost if cost < INFINITE else INFINITE

    def _plain(self, element: int, place: int) -> bool:
        """Whether text alone completes an element."""
        start = self._automaton.elements[element].forms[place].start
        texted = bool(self._automaton.nullable[self._automaton.rows[start][TEXT]])
        return self._budget.void[element] or texted or (bool(self._automaton.nullable[start]) and not self._rules.owed[element])

    def _class(self, element: int, place: int) -> int:
        return self._automaton.elements[element].forms[place].attributes

    # Keeping it -----------------------------------------------------------------------------------------------------------------

    def cost(self, here: Content, kind: int) -> int:
        """The tokens to the end of all where a promise is due, relative to the base; INFINITE where it cannot be kept."""
        key = ("due", kind)
        if key not in here.moves:
            here.moves[key] = 1 + min(self._openings(here, kind).values(), default=INFINITE)
        found: int = here.moves[key]
        return found if found < INFINITE else INFINITE

    def _openings(self, here: Content, kind: int) -> dict[str, int]:
        """The names of elements that can keep a promise, with what remains after their OPEN tokens."""
        words, found = self._rules.bits(self._rules.references[kind]), dict[str, int]()
        if here.character != BETWEEN or here.doctype:
            return {}
        for name, elements in self._in_content.elements(here).items():
            blocked = here.space is Space.TRAILING and name in BLOCK
            if blocked or name not in self._pieces.open or not any(self._rules.words[each] & words for each in elements):
                continue
            opening = self._in_content.opening(here, name)
            if opening is not None and (kept := self.keeping(opening, kind)):
                found[name] = min(tail + 1 + offer.rest for _, tail, offer in kept)
        return found

    def keeping(self, opening: Opening, kind: int) -> list[tuple[Candidate, int, Offer]]:
        """What of a start tag can keep a promise: candidates with the tokens after the tag, and their ids."""
        words, found = self._rules.bits(self._rules.references[kind]), []
        for candidate, tail in zip(opening.candidates, opening.tails, strict=True):
            element, place, attributes = candidate
            menu = self._tags.opened(self._class(element, place), attributes, opening.hidden)
            offers = [offer for offer in menu.offers if offer.kind == ID]
            if self._rules.words[element] & words and len(offers) == 1 and offers[0].datatype == self._datatypes[kind]:
                found.append((candidate, tail, offers[0]))
        return found

    def row(self, here: Content, kind: int, plain: NDArray[np.int16]) -> Costs:
        """(vocab,) what each token costs in content where a promise is due, of which `plain` is the row without it."""
        costs: Costs = np.full(len(plain), FORBIDDEN, np.int32)
        for sort in range(4):
            chosen = self._texts[(self._sorts == sort) & (plain[self._texts] < FORBIDDEN)]
            if len(chosen) and (after := self._in_content.texted(here, int(chosen[0]))) is not None:
                costs[chosen] = cost if (cost := self.cost(after, kind)) < INFINITE else FORBIDDEN
        for name, cost in self._openings(here, kind).items():
            costs[self._pieces.open[name]] = cost
        return costs

    def ids(self, tag: Tag) -> dict[int, int]:
        """In a tag that must bear a promised id: the tokens that begin the attribute, and what is needed after its value's `="`."""
        found: dict[int, int] = {}
        for element, place, attributes in tag.candidates:
            tail = tag.tails[tag.candidates.index((element, place, attributes))]
            menu = self._tags.menu((self._class(element, place), attributes, tag.hidden, tag.references))
            for offer in menu.offers:
                if offer.kind == ID:
                    found[offer.token] = min(found.get(offer.token, INFINITE), tail + offer.rest)
        return found


def _datatype(classes: Sequence[AttributeClass], kind: tuple[str, ...]) -> int:
    """The one datatype of a kind of reference, -1 where there are several, or where nothing says which element is meant."""
    found = {use.datatype for each in classes for use in each.uses if use.notes.ref == kind}
    return found.pop() if len(found) == 1 and kind != ANY else -1


def _refers(attributes: AttributeClass, kind: tuple[str, ...]) -> bool:
    """Whether start tags of a class may refer so, and need no two references."""
    references = sum(1 << i for i, use in enumerate(attributes.uses) if use.notes.ref)
    needed = sum(max((each.required & references).bit_count() for each in choice) for choice in attributes.choices)
    return needed <= 1 and any(use.notes.ref == kind for use in attributes.uses)
