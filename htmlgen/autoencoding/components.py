"""HTML → components: what a code can hold, cut out of whatever it comes as, and repaired into the grammar of components.

Laws: every component is one that the grammar accepts, of `longest` tokens at most; they come in the order of the page; a fragment that is
a component already, and short enough, is one component as it is; text is lost only where no element may hold it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from htmlgen.decoding.characters import UNCLEAN
from htmlgen.errors import InputError
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.relaxng.automaton import Automaton
from htmlgen.relaxng.repair import repair
from htmlgen.tokens.tokenizer import Tokenizer

if TYPE_CHECKING:
    from bs4 import Tag

MAX_CHARACTERS: Final = 4_000_000  #: of one input, which takes about a minute
#: Elements that are seen though they hold no text.
_SEEN: Final = frozenset("img input hr video audio iframe embed object svg math select textarea button progress meter".split())
_SPACED: Final = "\f\r\u00a0\ufffd"  # that no token spells as it is, and that may stand in a page
_TURNS: Final = 4  # readings until a component reads back as it is
_WRAPPING: Final = 8  # tokens that a repair may add around a piece of text


@dataclass(frozen=True, slots=True)
class Component:
    """A component, ready for the encoder."""

    html: str  #: canonical
    ids: tuple[int, ...]  #: without BOS and EOS
    place: str  #: of the element that it was cut from, in XPath; of text, that of the element around it
    changes: int = 0  #: what had to be mended, see `relaxng.repair`

    def __str__(self) -> str:
        return self.html


@dataclass(frozen=True)
class Cutter:
    """What components are cut with."""

    tokenizer: Tokenizer
    automaton: Automaton
    longest: int  #: tokens of a component, at most

    def component(self, html: "str | Tag", name: str = "the snippet") -> Component:
        """One component of it all. Raises: InputError, if nothing is in it, or more than a code can hold."""
        made = self.mended(html, name)
        if len(made.ids) > self.longest:
            raise InputError(
                f"{name}: {len(made.ids)} tokens, where one code holds {self.longest}; give a smaller element, or cut it into components"
            )
        return made

    def mended(self, html: "str | Tag", name: str = "the snippet") -> Component:
        """The same, however long. Raises: InputError, if nothing is in it."""
        if (made := self._fitted(self._events(html, name), "/")) is None:
            raise InputError(f"{name}: has no text and nothing to be seen in it; give an element with content")
        return made

    def components(self, html: "str | Tag", name: str = "the page") -> list[Component]:
        """Its largest elements that one code can hold, and the texts between them; of a document, those of its body.

        Raises: InputError, if nothing is in it.
        """
        events = self._events(html, name)
        found = [made for span in self._spans(events) for made in self._of(span, events)]
        if not found:
            raise InputError(f"{name}: has no text and nothing to be seen in it; give a page with content")
        return found

    def _events(self, html: "str | Tag", name: str) -> tuple[Event, ...]:
        text = str(html)
        if len(text) > MAX_CHARACTERS:
            raise InputError(f"{name}: {len(text):,} characters, more than the {MAX_CHARACTERS:,} that are read; give a part of it")
        return tuple(clean for event in read(text).events if (clean := _clean(event)) is not None)

    def _spans(self, events: Sequence[Event]) -> Iterator["_Span"]:
        """The largest elements that are short enough, or else what is in them; all at once, if that is."""
        tokens = list(accumulate((len(self.tokenizer.encode([event])) for event in events), initial=0))
        ends = _ends(events)
        start, end = _body(events, ends)
        if tokens[end] - tokens[start] <= self.longest:
            yield _Span(start, end, "/")
            return
        open_ = [_Level("", end)]
        index = start
        while index < end:
            while open_[-1].end <= index:
                open_.pop()
            event, level = events[index], open_[-1]
            if isinstance(event, StartTag):
                place = level.step(event.name)
                if tokens[ends[index]] - tokens[index] <= self.longest:
                    yield _Span(index, ends[index], place)
                    index = ends[index]
                    continue
                open_.append(_Level(place, ends[index]))
            elif isinstance(event, Text):
                yield _Span(index, index + 1, level.place or "/")
            index += 1

    def _of(self, span: "_Span", events: Sequence[Event]) -> Iterator[Component]:
        """The component of a span; the texts in it, where mending makes it too long."""
        part = events[span.start : span.end]
        made = self._fitted(part, span.place)
        if made is None or len(made.ids) <= self.longest:
            yield from [made] if made is not None else []
            return
        for event in part:
            if isinstance(event, Text):
                yield from self._texts(event, span.place)

    def _texts(self, text: Text, place: str) -> Iterator[Component]:
        """Components of a text, as many words in each as it can hold."""
        waiting = text.data.split(" ")
        while waiting:
            count = self._words_that_fit(waiting)
            made = self._fitted([Text(" ".join(waiting[:count]))], place)
            waiting = waiting[count:]
            if made is not None and len(made.ids) <= self.longest:
                yield made

    def _words_that_fit(self, words: Sequence[str]) -> int:
        """How many of the first words are short enough; at least one, however long."""
        least, most = 1, min(len(words), self.longest)
        while least < most:
            middle = (least + most + 1) // 2
            if len(self.tokenizer.encode([Text(" ".join(words[:middle]))])) <= self.longest - _WRAPPING:
                least = middle
            else:
                most = middle - 1
        return least

    def _fitted(self, events: Sequence[Event], place: str) -> Component | None:
        """The nearest component, however long, that reads back as it is; None where nothing is left."""
        changes = 0
        for _ in range(_TURNS):
            repaired = repair(events, self.automaton)
            changes += repaired.changes.total()
            html = write(repaired.events)
            events = read(html, fragment=True).events
            if events == repaired.events:
                break
        else:
            return None
        if not any(isinstance(event, Text) or (isinstance(event, StartTag) and event.name in _SEEN) for event in events):
            return None
        return Component(html, tuple(self.tokenizer.encode(events)), place, changes)


@dataclass(frozen=True, slots=True)
class _Span:
    """Events from `start` on, before `end`, of the element at `place`."""

    start: int
    end: int
    place: str


@dataclass(slots=True)
class _Level:
    """An open element, and how many children of each name it has so far."""

    place: str
    end: int
    children: Counter[str] = field(default_factory=Counter)

    def step(self, name: str) -> str:
        """The place of the next child of that name."""
        self.children[name] += 1
        return f"{self.place}/{name}[{self.children[name]}]"


def _clean(event: Event) -> Event | None:
    """An event without the characters that may not stand in a page, HTML Standard 13.2.3.5; None, if it was nothing else."""
    match event:
        case Text(data):
            return Text(allowed) if (allowed := _allowed(data)) else None
        case StartTag(name, attributes) if attributes:
            return StartTag(name, tuple((attribute, _allowed(value)) for attribute, value in attributes))
    return event


def _allowed(text: str) -> str:
    return UNCLEAN.sub(lambda found: found[0] if found[0] in _SPACED else "", text)


def _ends(events: Sequence[Event]) -> dict[int, int]:
    """Behind each start tag's end tag, by its index."""
    ends: dict[int, int] = {}
    open_: list[int] = []
    for index, event in enumerate(events):
        if isinstance(event, StartTag):
            ends[index] = index + 1
            if event.name not in VOID_IN_PARSER:
                open_.append(index)
        elif isinstance(event, EndTag) and event.name not in VOID_IN_PARSER:
            ends[open_.pop()] = index + 1
    return ends


def _body(events: Sequence[Event], ends: dict[int, int]) -> tuple[int, int]:
    """The span of a document's body, without its tags; of a fragment, all."""
    for index, event in enumerate(events):
        if isinstance(event, StartTag) and event.name == "body":
            return index + 1, ends[index] - 1
    return 0, len(events)
