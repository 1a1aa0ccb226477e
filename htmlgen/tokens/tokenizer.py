"""EVENTS ⇄ IDS: structure tokens for markup, SentencePiece pieces for text, bytes for what has no piece.

Laws: `decode(encode(events)) == events` for every list of well-formed events; `encode` never gives a control id.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

import sentencepiece

from htmlgen.errors import VocabularyError
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.markup.writer import doctype
from htmlgen.tokens.vocabulary import REFERENCES, Kind, Token, Vocabulary

_META_SPACE: Final = "\u2581"  # what SentencePiece writes for a space; the character itself is spelled in bytes
ESCAPES: Final = str.maketrans({character: reference for reference, character in REFERENCES.items()})
_CACHED_LENGTH: Final = 64
_CACHE_SIZE: Final = 100_000
_DOCTYPE: Final = re.compile(
    r"""(?P<name>[^ ]*)(?:\ PUBLIC\ (?P<a>["'])(?P<public>.*?)(?P=a)|\ SYSTEM)?(?:\ (?P<b>["'])(?P<system>.*?)(?P=b))?""", re.DOTALL
)


class Tokenizer:
    """A SentencePiece model that holds a whole vocabulary: control ids, structure tokens, bytes and text pieces."""

    def __init__(self, model: bytes) -> None:
        """Args: model, the bytes of a SentencePiece model file. Raises: VocabularyError, if it is none, or lacks structure tokens."""
        self.model = model
        try:
            self._pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise VocabularyError(f"not a SentencePiece model ({len(model)} bytes): {error}") from error
        count = self._pieces.get_piece_size()
        self.vocabulary = Vocabulary(piece.replace(_META_SPACE, " ") for piece in self._pieces.id_to_piece(list(range(count))))
        self._meta_space = [self.vocabulary.byte(value) for value in _META_SPACE.encode()]
        self._cache: dict[str, list[int]] = {}

    def encode(self, events: Iterable[Event]) -> list[int]:
        """The ids of well-formed events, without BOS and EOS."""
        ids: list[int] = []
        for event in events:
            match event:
                case StartTag():
                    self._encode_start(event, ids)
                case EndTag(name):
                    ids += self._end_tag(name)
                case Text(data):
                    ids += self.encode_text(data)
                case Doctype():
                    ids += self._doctype(event)
        return ids

    def encode_text(self, text: str) -> list[int]:
        """The ids of text or of an attribute value: pieces, references and bytes."""
        found = self._cache.get(text)
        if found is None:
            found = self._encode_text(text)
            if len(text) <= _CACHED_LENGTH and len(self._cache) < _CACHE_SIZE:
                self._cache[text] = found
        return found

    def _encode_text(self, text: str) -> list[int]:
        first, *others = text.translate(ESCAPES).split(_META_SPACE)
        ids: list[int] = self._pieces.encode(first)
        for other in others:
            ids = [*ids, *self._meta_space, *self._pieces.encode(other)]
        return ids

    def _encode_start(self, event: StartTag, ids: list[int]) -> None:
        find, name = self.vocabulary.find, event.name
        if not event.attributes and (whole := find(f"<{name}>")) is not None:
            ids.append(whole)
            return
        ids += self.encode_open(name)
        for attribute, value in event.attributes:
            pair = find(f' {attribute}="{value}"')
            ids += [*self.encode_value(attribute, value), self._quote] if pair is None else [pair]
        if ids[-1] == self._quote:
            ids[-1] = self._quote_close
        else:
            ids.append(self._close)

    def encode_open(self, name: str) -> list[int]:
        """The ids of a start tag's beginning, `<name`, that attributes follow."""
        return [known] if (known := self.vocabulary.find(f"<{name}")) is not None else [self.vocabulary.id("<"), *self.encode_text(name)]

    def encode_value(self, attribute: str, value: str) -> list[int]:
        """The ids of an attribute whose value is not ended: ` name="value`."""
        return [*self._attribute_start(attribute), *self.encode_text(value)]

    def _attribute_start(self, name: str) -> list[int]:
        if (known := self.vocabulary.find(f' {name}="')) is not None:
            return [known]
        return [self.vocabulary.id(" "), *self.encode_text(name), self.vocabulary.id('="')]

    def _end_tag(self, name: str) -> list[int]:
        if (known := self.vocabulary.find(f"</{name}>")) is not None:
            return [known]
        return [self.vocabulary.id("</"), *self.encode_text(name), self._close]

    def _doctype(self, event: Doctype) -> list[int]:
        if event == Doctype():
            return [self.vocabulary.id("<!DOCTYPE html>")]
        spelled = doctype(event).removeprefix("<!DOCTYPE ").removesuffix(">")
        return [self.vocabulary.id("<!DOCTYPE "), *self.encode_text(spelled), self._close]

    @cached_property
    def _quote(self) -> int:
        return self.vocabulary.id('"')

    @cached_property
    def _quote_close(self) -> int:
        return self.vocabulary.id('">')

    @cached_property
    def _close(self) -> int:
        return self.vocabulary.id(">")

    def decode(self, ids: Iterable[int]) -> list[Event]:
        """The events that ids spell. Raises: VocabularyError, where ids follow one another as no page's do."""
        return list(_Decoder(self.vocabulary).events(ids))

    def stream(self, ids: Iterable[int]) -> Iterator[Event]:
        """The same, each as soon as the ids show that it is whole."""
        return _Decoder(self.vocabulary).events(ids)

    def spell(self, ids: Sequence[int]) -> list[str]:
        """What each id spells, for showing; a byte as `<0xC3>`."""
        tokens = (self.vocabulary[index] for index in ids)
        return [token.text or (f"<0x{token.byte:02X}>" if token.byte >= 0 else self._pieces.id_to_piece(token.id)) for token in tokens]


class _Decoder:
    """Steps through ids; holds the tag and the text that are being spelled."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._text = bytearray()
        self._name = ""
        self._attribute: str | None = None
        self._attributes: list[tuple[str, str]] = []
        self._where = "content"

    def events(self, ids: Iterable[int]) -> Iterator[Event]:
        for position, index in enumerate(ids):
            if not 0 <= index < len(self._vocabulary):
                raise VocabularyError(f"id {index} at position {position} is not among the {len(self._vocabulary)} of this vocabulary")
            token = self._vocabulary[index]
            step = _STEPS.get((self._where, token.kind))
            if step is None:
                raise VocabularyError(f"token {token.text!r} at position {position} cannot stand in {self._where}")
            yield from step(self, token)
        if self._where != "content":
            raise VocabularyError(f"the ids end in {self._where}")
        yield from self._flushed()

    def _flushed(self) -> Iterator[Event]:
        if self._text:
            yield Text(self._taken())

    def _taken(self) -> str:
        text = self._text.decode("utf-8", "replace")
        self._text.clear()
        return text

    def _append(self, token: Token) -> Iterator[Event]:
        if token.kind is Kind.BYTE:
            self._text.append(token.byte)
        else:
            self._text += REFERENCES.get(token.text, token.text).encode("utf-8", "surrogatepass")
        return iter(())

    def _append_name(self, token: Token) -> Iterator[Event]:
        if token.text == " ":
            return self._begin_attribute_name(token)
        return self._append(token)

    def _begin_attribute_name(self, token: Token) -> Iterator[Event]:
        if self._where == "a spelled name":
            self._name = self._taken()
        elif token.text != " ":
            raise VocabularyError(f"text piece {token.text!r} cannot stand in a tag")
        self._where = "a spelled attribute name"
        return iter(())

    def _whole(self, token: Token) -> Iterator[Event]:
        yield from self._flushed()
        yield StartTag(token.name)

    def _doctype(self, token: Token) -> Iterator[Event]:
        yield from self._flushed()
        yield Doctype()

    def _open(self, token: Token) -> Iterator[Event]:
        yield from self._flushed()
        self._name, self._where = token.name, "a tag"

    def _end(self, token: Token) -> Iterator[Event]:
        yield from self._flushed()
        yield EndTag(token.name)

    def _spell(self, token: Token) -> Iterator[Event]:
        yield from self._flushed()
        self._where = _SPELLED[token.kind]

    def _begin_value(self, token: Token) -> Iterator[Event]:
        self._name_if_spelled()
        self._attribute, self._where = token.name, "a value"
        return iter(())

    def _begin_spelled_value(self, token: Token) -> Iterator[Event]:
        self._attribute, self._where = self._taken(), "a value"
        return iter(())

    def _pair(self, token: Token) -> Iterator[Event]:
        self._name_if_spelled()
        self._attributes.append((token.name, token.value))
        return iter(())

    def _end_value(self, token: Token) -> Iterator[Event]:
        self._attributes.append((self._attribute or "", self._taken()))
        self._where = "a tag"
        return iter(())

    def _end_value_and_tag(self, token: Token) -> Iterator[Event]:
        self._attributes.append((self._attribute or "", self._taken()))
        return self._close(token)

    def _close(self, token: Token) -> Iterator[Event]:
        self._name_if_spelled()
        tag = StartTag(self._name, tuple(self._attributes))
        self._attributes.clear()
        self._where = "content"
        yield tag

    def _close_end(self, token: Token) -> Iterator[Event]:
        self._where = "content"
        yield EndTag(self._taken())

    def _close_doctype(self, token: Token) -> Iterator[Event]:
        spelled = self._taken()
        if (found := _DOCTYPE.fullmatch(spelled)) is None:
            raise VocabularyError(f"not a doctype: {spelled!r}")
        self._where = "content"
        yield Doctype(found["name"], found["public"] or "", found["system"] or "")

    def _name_if_spelled(self) -> None:
        if self._where == "a spelled name":
            self._name = self._taken()
        self._where = "a tag"


_SPELLED: Final = {
    Kind.SPELL_START: "a spelled name",
    Kind.SPELL_END: "a spelled end tag",
    Kind.SPELL_DOCTYPE: "a spelled doctype",
}
_TEXT_KINDS: Final = (Kind.TEXT, Kind.BYTE, Kind.REFERENCE)
_IN_TAG: Final = {Kind.ATTRIBUTE: _Decoder._begin_value, Kind.PAIR: _Decoder._pair, Kind.CLOSE: _Decoder._close}

_STEPS: Final = {
    **{("content", kind): _Decoder._append for kind in _TEXT_KINDS},
    ("content", Kind.START): _Decoder._whole,
    ("content", Kind.OPEN): _Decoder._open,
    ("content", Kind.END): _Decoder._end,
    ("content", Kind.DOCTYPE): _Decoder._doctype,
    **{("content", kind): _Decoder._spell for kind in _SPELLED},
    **{("a tag", kind): step for kind, step in _IN_TAG.items()},
    ("a tag", Kind.TEXT): _Decoder._begin_attribute_name,
    **{("a value", kind): _Decoder._append for kind in _TEXT_KINDS},
    ("a value", Kind.QUOTE): _Decoder._end_value,
    ("a value", Kind.QUOTE_CLOSE): _Decoder._end_value_and_tag,
    **{("a spelled name", kind): _Decoder._append_name for kind in _TEXT_KINDS},
    **{("a spelled name", kind): step for kind, step in _IN_TAG.items()},
    **{("a spelled attribute name", kind): _Decoder._append for kind in _TEXT_KINDS},
    ("a spelled attribute name", Kind.SPELL_VALUE): _Decoder._begin_spelled_value,
    **{("a spelled end tag", kind): _Decoder._append for kind in _TEXT_KINDS},
    ("a spelled end tag", Kind.CLOSE): _Decoder._close_end,
    **{("a spelled doctype", kind): _Decoder._append for kind in _TEXT_KINDS},
    ("a spelled doctype", Kind.CLOSE): _Decoder._close_doctype,
}
