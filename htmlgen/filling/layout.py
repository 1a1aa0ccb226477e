"""LAYOUT → PAGE: its holes are filled one after the other, each with what is valid where it stands.

Laws: what is outside of the holes stays, character by character; the evaluator finds no error in the page that it did not find in the
layout, holes left empty; the same layout and seed give the same page.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeGuard

from htmlgen.decoding.filling import FillingGuide, RootedGuide
from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.guide import Guide
from htmlgen.decoding.guides import narrowed
from htmlgen.decoding.limits import LimitedGuide, Limits
from htmlgen.decoding.search import Request, Search
from htmlgen.dressing.dress import Dressing
from htmlgen.errors import ConfigError, HoleError, PromptError, SkeletonError
from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.score import evaluate
from htmlgen.filling.around import Around, around
from htmlgen.filling.holes import Hole, find_holes
from htmlgen.markup.elements import HEADING, VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, end_of
from htmlgen.markup.writer import write
from htmlgen.relaxng.fixing import Opening
from htmlgen.shapes import LEAST_MATCH, MOST_TEXT, Shape, snippet_kinds
from htmlgen.tokens.tokenizer import Tokenizer

_TRIES: Final = 6
_STRIDE: Final = 1 << 40  # between the seeds of one hole's tries
_SHORT: Final = Limits(most_text=MOST_TEXT)  # of texts in a tree that is fixed

#: A guide, and the tokens that match at least before the model copies a word → the decoding loop over a model.
Searching = Callable[[Guide[Any], int], Search[Any]]


@dataclass(frozen=True)
class Filler:
    """What holes are filled with: a grammar's guide, a tokenizer, a model."""

    guide: Guide[Any]
    tokenizer: Tokenizer
    searching: Searching
    kind: Callable[[str], Guide[Any]]  #: the guide of a kind of snippets
    dressing: Dressing

    def fill(self, layout: str, *, seed: int, max_tokens: int) -> str:
        """The layout with its holes filled.

        Args: seed, of the first hole, the next has the next number; max_tokens, of an element that is asked for, or of all that a hole
        holds, where it does not say.
        Raises: HoleError, with line and column; BudgetError, where the tokens are too few; ConfigError, for the seed or the tokens.
        """
        if not isinstance(self.guide, GrammarGuide):
            raise ConfigError("layouts are filled by a grammar, such as page: tags says nothing of what may stand where")
        if max_tokens < 1:
            raise ConfigError(f"max_tokens must be at least 1, got {max_tokens}")
        holes, page, shift = find_holes(layout), layout, 0
        if not holes:
            raise HoleError('the layout has no hole: mark one with data-htmlgen="…" on an element, or with <!-- htmlgen: … -->')
        for number, hole in enumerate(holes):
            start, end = hole.start + shift, hole.end + shift
            own = seed + number if hole.seed is None else hole.seed
            try:
                content = _Hole(self, self.guide, page, start, end, hole).content(own, hole.tokens or max_tokens)
            except (HoleError, PromptError, SkeletonError) as error:
                raise HoleError(f"hole at {hole.place}: {error}") from error
            page = page[:start] + content + page[end:]
            shift += len(content) - (end - start)
        return page


class _Hole:
    """One hole in a page of which those before are filled."""

    def __init__(self, filler: Filler, guide: GrammarGuide, page: str, start: int, end: int, hole: Hole) -> None:
        self._filler, self._guide, self._hole = filler, guide, hole
        self._page, self._start, self._end = page, start, end
        self._around: Around = around(page, start, end)

    def content(self, seed: int, max_tokens: int) -> str:
        """What is written: of several tries the first in which the evaluator finds no error. Raises: HoleError."""
        before = self._errors(" " * (self._end - self._start))
        fresh: Counter[tuple[str, int]] = Counter()
        for number in range(_TRIES):
            content = self._written(seed + number * _STRIDE, max_tokens)
            fresh = self._errors(content) - before
            if not fresh:
                return content
        raise HoleError(f"whatever is written there, the page has a new error, {next(iter(fresh))[0]}; mend the page around it first")

    def _errors(self, content: str) -> Counter[tuple[str, int]]:
        """The rules that a page with some content breaks, each with its place on the page as it is; -1 is within the content."""
        page = self._page[: self._start] + content + self._page[self._end :]
        end = self._start + len(content)

        def place(offset: int) -> int:
            return offset if offset < self._start else -1 if offset < end else offset - end + self._end

        findings = evaluate(page).findings
        return Counter((finding.rule, place(finding.offset)) for finding in findings if finding.severity == "error")

    def _written(self, seed: int, max_tokens: int) -> str:
        """What the model writes, element by element if so many are asked for."""
        hole, events = self._hole, list[Event]()
        for number in range(hole.n or 1):
            if self._rooted is not None:
                events += self._of_shape(self._rooted, events, seed + number, max_tokens)
            else:
                elements = _count(events) + 1 if hole.n or hole.kind else None
                guide = FillingGuide(self._guide, self._around.place, shown=len(self._shown), elements=elements, name=hole.kind)
                events = self._run(guide, self._shown, self._filler.tokenizer.encode(events), seed + number, max_tokens)[:-1]
        language = StartTag("html", (("lang", self._around.language),))
        return write(self._filler.dressing.dressed([language, *events], seed)[1:])

    def _of_shape(self, shape: GrammarGuide, written: Sequence[Event], seed: int, max_tokens: int) -> list[Event]:
        """One of what is asked for, behind what is written already; its headings go on where the page's are."""
        shown = [*self._shown, *self._filler.tokenizer.encode(written)]
        place = self._around.place
        ids = place.ids | {event.get("id") or "" for event in written if isinstance(event, StartTag)} - {""}
        guide = RootedGuide(self._guide, shape, replace(place, ids=ids), shown=len(shown))
        least = guide.least_cost(guide.start())
        held = guide if self._hole.kind else LimitedGuide(guide, _SHORT, {})
        found = self._run(held, shown, [], seed, max_tokens if self._hole.tokens else max(max_tokens, 2 * least))
        heading = next((int(each.name[1]) for each in reversed(written) if _is_heading(each)), place.heading)
        return _leveled(found, heading, guide.lowest)

    @cached_property
    def _rooted(self) -> GrammarGuide | None:
        """The guide of what is asked for; None where that is elements of a name, or whatever comes. Raises: SkeletonError, ConfigError."""
        hole = self._hole
        if hole.like or hole.skeleton:
            entrance = self._guide.entrance(self._around.place)
            opening = Opening(entrance.name, tuple(state for _, state in entrance.states))
            shape = Shape(like=self._example(), skeleton=hole.skeleton)
            name = "the example" if hole.like else "the skeleton"
            guide = narrowed(self._guide, lambda base: replace(shape.automaton(base, opening), name=name))
        elif hole.kind and (hole.kind in snippet_kinds() or self._guide.vocabulary.find(f"<{hole.kind}") is None):
            guide = self._filler.kind(hole.kind)
        else:
            return None
        assert isinstance(guide, GrammarGuide)
        return guide

    def _example(self) -> str:
        """The HTML that is to be resembled: as it is given, or an element's of the page. Raises: HoleError."""
        if not self._hole.like.startswith("#"):
            return self._hole.like
        events = parse_document(self._page[: self._start] + " " * (self._end - self._start) + self._page[self._end :]).events
        for index, event in enumerate(events):
            if isinstance(event, StartTag) and event.get("id") == self._hole.like[1:]:
                return write(events[index : end_of(events, index) + 1])
        raise HoleError(f"no element of the page has the id {self._hole.like[1:]!r}; name one that is there, or give HTML")

    @cached_property
    def _shown(self) -> list[int]:
        """What the model is shown of the page."""
        return self._filler.tokenizer.encode(self._around.shown)

    def _run(self, guide: Guide[Any], shown: Sequence[int], begun: Sequence[int], seed: int, max_tokens: int) -> list[Event]:
        """The events of what is written: those that it begins with, and of at most so many tokens more."""
        prompt = (*shown, *begun)
        request = Request(seed=seed, max_tokens=len(prompt) + max_tokens, prompt=prompt)
        least_match = LEAST_MATCH if self._hole.like or self._hole.skeleton else 0
        (result,) = self._filler.searching(guide, least_match).stream([request])
        return self._filler.tokenizer.decode(result.ids[len(shown) :])


def _count(events: Sequence[Event]) -> int:
    """The elements side by side."""
    depth = count = 0
    for event in events:
        if isinstance(event, StartTag):
            count += depth == 0
            depth += event.name not in VOID_IN_PARSER
        elif isinstance(event, EndTag):
            depth -= 1
    return count


def _is_heading(event: Event) -> TypeGuard[StartTag | EndTag]:
    return isinstance(event, StartTag | EndTag) and event.name in HEADING


def _leveled(events: Sequence[Event], heading: int, lowest: int) -> list[Event]:
    """A beginning whose headings continue those before: the first is at most one level deeper, the others go with it."""
    first = next((int(event.name[1]) for event in events if _is_heading(event)), 0)
    by = max(lowest, min(first, heading + 1 if heading else first)) - first

    def moved(event: Event) -> Event:
        return replace(event, name=f"h{min(6, max(1, int(event.name[1]) + by))}") if _is_heading(event) else event

    return [moved(event) for event in events]
