"""CUT → BEGINNINGS: what a page's beginning that breaks off can be read as, in tokens.

A text is read leniently, and often in more than one way: `<ul><li>One<l` may go on inside of the item, or after it; a space may be one
between words, or none at all. Each way is a beginning; the model says which is likely.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from htmlgen.decoding.healing import Beginning, Spellings
from htmlgen.errors import PromptError
from htmlgen.markup.cutting import DOCTYPE, Cut, Inside, StartCut, reference_cut, referred
from htmlgen.markup.elements import BLOCK, DROPS_FIRST_LINE_FEED, KEEPS_SPACE, NO_TEXT
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.markup.prefix import open_elements, read_fragment_prefix, read_prefix
from htmlgen.markup.reader import is_fragment
from htmlgen.markup.writer import escape
from htmlgen.tokens.tokenizer import Tokenizer

_HEALED: Final = 32  # bytes of text that are spelled anew at most
# Elements whose end tag may be left out before the end of one around (HTML Standard 13.1.2.4); `head` and `colgroup` before others.
_LEFT_OUT: Final = frozenset("p li dt dd rt rp option optgroup td th tr tbody thead tfoot caption colgroup head".split())


def beginnings(cut: Cut, tokenizer: Tokenizer, spellings: Spellings, *, documents: bool, forgiving: bool = False) -> list[Beginning]:
    """The ways to read a cut, the plainest first; forgiving, what grammars of new pages refuse in old ones is read as they have it.

    Raises: PromptError, where it cannot be kept as it is.
    """
    made = _Joiner(cut, tokenizer, spellings, documents, forgiving)
    ways: dict[Inside, Callable[[], Iterable[Beginning]]] = {
        Inside.CONTENT: made.content,
        Inside.DOCTYPE: made.doctype,
        Inside.END: made.end_tag,
        Inside.START: made.start_tag,
    }
    return list(dict.fromkeys(ways[cut.inside]()))


class _Joiner:
    """Joins what is read of a cut with what breaks off."""

    def __init__(self, cut: Cut, tokenizer: Tokenizer, spellings: Spellings, documents: bool, forgiving: bool) -> None:
        self._cut, self._tokenizer, self._spellings, self._documents, self._forgiving = cut, tokenizer, spellings, documents, forgiving
        self._spaced = cut.whole[-1:].isspace()

    def _read(self, text: str) -> list[Event]:
        events = (read_prefix if self._documents else read_fragment_prefix)(text)
        return [_forgiven(event) for event in events] if self._forgiving else events

    # Contexts -------------------------------------------------------------------------------------------------------------------

    def _contexts(self, name: str = "", whole_name: bool = False) -> list[list[Event]]:
        """The events before what breaks off; `name` is that of a start tag that is begun."""
        contexts = [] if whole_name else [self._read(self._cut.whole)]
        if self._documents and not self._cut.whole.strip() and not whole_name:
            contexts += [[Doctype()], *([self._read("<div>")[:-1]] if name else [])]
        if name and (whole_name or self._spellings.vocabulary.find(f"<{name}") is not None):
            try:
                read = self._read(f"{self._cut.whole}<{name}>")
            except PromptError:
                if whole_name:
                    raise
                return contexts
            if read and isinstance(last := read[-1], StartTag) and last.name == name:
                contexts.append(read[:-1])
        return contexts or [self._read(self._cut.whole)]

    def _closed(self, contexts: Iterable[list[Event]]) -> Iterator[list[Event]]:
        """Each context; and with the end tags that an author may have left out."""
        for events in contexts:
            yield events
            closed, around = events, open_elements(events)
            while around and around[-1] in _LEFT_OUT:
                closed = [*_trimmed(closed), EndTag(around.pop())]
                yield closed

    def _settled(self, events: Sequence[Event]) -> Iterator[list[int]]:
        """The ids of a context, with or without the space at its end that may matter or not."""
        if self._spaced and _takes_space(events):
            yield self._tokenizer.encode(_with_space(events))
        yield self._tokenizer.encode(events)

    def _made(self, events: Sequence[Event], ids: Sequence[int], residue: bytes, said: int | None = None) -> Beginning:
        """A beginning whose residue stands in the text, or `said` bytes of it."""
        around = open_elements(events) if self._documents and is_fragment(self._cut.text) else []
        supplied = "</body></html>" if "body" in around else ""
        if around[-1:] == ["p"] and "<" not in self._cut.text:
            supplied = f"</p>{supplied}"
        return Beginning(tuple(ids), residue, (), len(residue) if said is None else said, supplied=supplied.encode())

    # Content --------------------------------------------------------------------------------------------------------------------

    def content(self) -> Iterator[Beginning]:
        """Between two constructs, or in a text."""
        reference = self._cut.rest
        for events in [*self._contexts(), *self._in_paragraph()]:
            data = events[-1].data if events and isinstance(events[-1], Text) else ""
            before = events[:-1] if data else events
            matters = self._spaced and _takes_space(events)
            space = " " if matters else ""
            if reference:
                for more, tail, lead in _references(reference):
                    yield self._run(before, data + space + more, tail, lead)
            elif matters:
                yield self._run(before, data, " ")
                word = self._run(before, data, "<")
                yield replace(word, said=len(word.residue) - 1)
            else:
                yield self._run(before, data, "")

    def _in_paragraph(self) -> list[list[Event]]:
        """A text without a tag may be that of a paragraph: few grammars have text by itself."""
        return [self._read(f"<p>{self._cut.whole}")] if self._cut.text.strip() and "<" not in self._cut.text else []

    def _run(self, before: Sequence[Event], data: str, tail: str, lead: str = "") -> Beginning:
        """Text so far, healed from its last word on."""
        ids, path = self._tokenizer.encode(before), self._tokenizer.encode_text(data)
        border = self._border(path, from_word=True)
        residue = self._spellings.spelled(tuple(path[border:])) + tail.encode()
        made = self._made(before, [*ids, *path[:border]], residue)
        last = before[-1] if before and not data else None
        fresh = isinstance(last, StartTag) and last.name in DROPS_FIRST_LINE_FEED and self._cut.whole.endswith(">")
        return replace(made, path=tuple(path[border:]), lead=lead, fresh=fresh)

    def _border(self, path: Sequence[int], *, from_word: bool = False) -> int:
        """Where in a path to begin to heal: not too far back, at a whole character, for text at a word if there is one."""
        texts = [self._spellings.texts[token] for token in path]
        border, length = len(path), 0
        while border and length + len(texts[border - 1]) <= _HEALED:
            border -= 1
            length += len(texts[border])
        if from_word:
            words = [place for place in range(border, len(path)) if texts[place].startswith(b" ")]
            return words[-1] if words else border
        return border

    # Tags -----------------------------------------------------------------------------------------------------------------------

    def doctype(self) -> Iterator[Beginning]:
        """In the doctype."""
        length = len(re.sub(r"\s+", " ", self._cut.rest))
        for events in self._contexts()[:1]:
            yield self._made(events, self._tokenizer.encode(events), DOCTYPE[:length].encode())

    def end_tag(self) -> Iterator[Beginning]:
        """In an end tag."""
        residue = re.split(r"[\s>]", self._cut.rest)[0].lower().encode()
        for events in self._closed(self._contexts()):
            yield from (self._made(events, ids, residue) for ids in self._settled(events))

    def start_tag(self) -> Iterator[Beginning]:
        """In a start tag."""
        tag = self._cut.start
        assert tag is not None
        contexts = self._contexts(tag.name, tag.whole_name)
        for events in contexts if tag.whole_name else self._closed(contexts):
            for ids in self._settled(events):
                if tag.whole_name:
                    yield from self._in_tag(events, ids, tag)
                else:
                    yield self._made(events, ids, f"<{tag.name}".encode())

    def _in_tag(self, events: Sequence[Event], ids: list[int], tag: StartCut) -> Iterator[Beginning]:
        """After the name of a start tag."""
        if tag.begun is not None:
            opened = [*ids, *self._opened(tag.name, tag.attributes)]
            yield from self._begun(events, opened, tag, tag.begun)
            return
        *others, (name, value) = tag.attributes or [("", "")]
        if tag.attributes:
            base, path = [*ids, *self._opened(tag.name, others)], self._tokenizer.encode_value(name, value)
            spelled = f' {name}="{escape(value)}"'
        else:
            base, path, spelled = ids, [], f"<{tag.name}"
        made = replace(self._made(events, base, spelled.encode()), path=tuple(path))
        for tail in [">"] if tag.slash else [" ", ">"] if tag.gap else [""]:
            said = len(made.residue) + (tail == " ")
            yield replace(made, residue=made.residue + tail.encode(), said=said)

    def _opened(self, name: str, attributes: Iterable[tuple[str, str]]) -> list[int]:
        """The ids of a start tag with some attributes, which goes on."""
        ids = self._tokenizer.encode_open(name)
        for attribute, value in attributes:
            pair = self._spellings.vocabulary.find(f' {attribute}="{value}"')
            quote = self._spellings.vocabulary.id('"')
            ids += [*self._tokenizer.encode_value(attribute, value), quote] if pair is None else [pair]
        return ids

    def _begun(self, events: Sequence[Event], ids: list[int], tag: StartCut, name: str) -> Iterator[Beginning]:
        """In an attribute."""
        if tag.quote is None:
            yield self._made(events, ids, f" {name}{'=' if tag.equals else ''}".encode())
            return
        spelled, reference = reference_cut(tag.value)
        for more, tail, lead in _references(reference):
            path = self._tokenizer.encode_value(name, html.unescape(spelled) + more)
            whole = self._spellings.spelled(tuple(path))
            border = 0 if len(whole) <= _HEALED else self._border(path)
            residue = self._spellings.spelled(tuple(path[border:])) + tail.encode()
            made = self._made(events, [*ids, *path[:border]], residue)
            yield replace(made, path=tuple(path[border:]), lead=lead, bare=tag.quote == "")


def _references(reference: str) -> list[tuple[str, str, str]]:
    """What a reference that is not ended can be: characters, what a token must cover, what is still to be written of it."""
    found = referred(reference)
    return [(characters, "", lead) for characters, lead in found] if found else [("", reference, "")]


def _forgiven(event: Event) -> Event:
    """A doctype, an `html` and a `meta charset` as today's pages have them: they change nothing of what may follow."""
    match event:
        case Doctype():
            return Doctype()
        case StartTag("html", attributes) if event.get("lang") is None:
            return StartTag("html", (("lang", "en"), *attributes))
        case StartTag("meta", attributes):
            return StartTag("meta", tuple((name, value.lower() if name == "charset" else value) for name, value in attributes))
    return event


def _takes_space(events: Sequence[Event]) -> bool:
    """True if white space after some events is rendered, depending on what follows."""
    around = open_elements(events)
    if not events or any(name in KEEPS_SPACE for name in around) or (around and around[-1] in NO_TEXT):
        return False
    last = events[-1]
    return isinstance(last, Text) or (not isinstance(last, Doctype) and last.name not in BLOCK)


def _with_space(events: Sequence[Event]) -> list[Event]:
    *before, last = events
    return [*before, Text(f"{last.data} ")] if isinstance(last, Text) else [*before, last, Text(" ")]


def _trimmed(events: Sequence[Event]) -> list[Event]:
    *before, last = events
    return [*before, Text(last.data.rstrip(" "))] if isinstance(last, Text) else [*before, last]
