"""The tokenizer (HTML Standard 13.2.5): a page's characters as tags, text, comments and doctypes, handed on as they are read."""

import re
from typing import Final, Literal, Protocol, TypeAlias

from htmlgen.evaluation.syntax.markup_states import bogus_comment, comment, doctype, processing_instruction
from htmlgen.evaluation.syntax.raw_text import end_of_raw_text, end_of_script
from htmlgen.evaluation.syntax.references import decode
from htmlgen.evaluation.syntax.tag_states import CLEAN_END_TAG, CLEAN_START_TAG, clean_tag, read_tag, without_nul
from htmlgen.evaluation.syntax.tokens import DoctypeToken, ParseError, Tag, lower

#: What the text behind a start tag is: text and markup, text and references, text alone, a script, text up to the page's end.
Content: TypeAlias = Literal["data", "rcdata", "rawtext", "script", "plaintext"]

_LETTER: Final = re.compile("[A-Za-z]")
_NUL: Final = re.compile("\0")
_PLAIN_TEXT: Final = re.compile(r"[^<&\0]++(?=</?[A-Za-z])")  # as most text is: without references, before a tag
_CDATA: Final = "<![CDATA["


class Sink(Protocol):
    """Who takes tokens. Each one's offset, and where it ends, are set before it is handed over."""

    offset: int
    token_end: int
    content: Content  #: set by the sink for what follows a start tag, and by the tokenizer to "data" behind it

    def text(self, data: str) -> None: ...
    def start_tag(self, tag: Tag) -> None: ...
    def end_tag(self, name: str) -> None: ...
    def comment(self, data: str) -> None: ...
    def doctype(self, token: DoctypeToken) -> None: ...
    def in_foreign_content(self) -> bool: ...


class Tokenizer:
    """One page's tokens. Time is linear in the page's length."""

    def __init__(self, page: str, sink: Sink, errors: list[ParseError]) -> None:
        self.page = page
        self.sink = sink
        self.errors = errors
        self.last_start = ""
        self.known: dict[str, Tag] = {}  # tags by their spelling

    def run(self) -> None:
        """Hand over all tokens; the end of the page is the sink's own affair."""
        self.run_from(0 if self.sink.content == "data" else self.raw_text(0))

    def run_from(self, position: int) -> None:
        """Hand over the tokens from an offset on, where markup may stand."""
        page, sink, length = self.page, self.sink, len(self.page)
        texts, start_tags, end_tags, known = _PLAIN_TEXT.match, CLEAN_START_TAG.match, CLEAN_END_TAG.match, self.known
        while position < length:
            if text := texts(page, position):
                sink.offset = position
                sink.token_end = position = text.end()
                sink.text(text[0])
            elif page[position] != "<":
                position = self.text(position, page.find("<", position))
                continue
            sink.offset = position
            if match := start_tags(page, position):
                tag = known.get(match[0]) or self.spelled(match)
                if tag is None:
                    position = self.tag(position + 1)
                    continue
                position = sink.token_end = match.end()
                sink.start_tag(tag)
                if sink.content != "data":
                    self.last_start = tag.name
                    position = self.raw_text(position)
            elif match := end_tags(page, position):
                position = sink.token_end = match.end()
                sink.end_tag(lower(match[1]))
            else:
                position = self.markup(position)

    def spelled(self, match: re.Match[str]) -> Tag | None:
        """A start tag met for the first time; None if it is not in order, or has references, which report their places."""
        if "&" in match[2] or (tag := clean_tag(match)) is None:
            return None
        self.known[match[0]] = tag
        return tag

    def text(self, start: int, opening: int) -> int:
        """Hand over the text up to what opens markup, and where that is. A `<` that opens none is text."""
        page, length = self.page, len(self.page)
        while 0 <= opening < length and not self.opens_markup(opening):
            opening = page.find("<", opening + 1)
        end = length if opening < 0 else opening
        if end > start:
            self.hand_over(start, end, self.data(start, end))
        return end

    def opens_markup(self, opening: int) -> bool:
        """13.2.5.6, tag open state; whether a `<` opens anything."""
        following = self.page[opening + 1 : opening + 3]
        if following[:1] in ("!", "?") or _LETTER.match(following):
            return True
        if following[:1] == "/":
            if len(following) > 1:
                return True
            self.error("eof-before-tag-name", opening + 2)
        elif following:
            self.error("invalid-first-character-of-tag-name", opening + 1)
        else:
            self.error("eof-before-tag-name", opening + 1)
        return False

    def data(self, start: int, end: int) -> str:
        """Text of the data state, where a NUL is an error that tree construction deals with."""
        text = self.page[start:end]
        if "\0" in text:
            self.errors.extend(
                ParseError("unexpected-null-character", match.start()) for match in _NUL.finditer(self.page, start, end)
            )
        return decode(self.page, start, end, self.errors) if "&" in text else text

    def hand_over(self, start: int, end: int, text: str) -> None:
        self.sink.offset = start
        self.sink.token_end = end
        self.sink.text(text)

    def error(self, code: str, offset: int, detail: str = "") -> None:
        self.errors.append(ParseError(code, offset, detail))

    def raw_text(self, start: int) -> int:
        """Hand over the raw text that starts here; where its end tag stands."""
        content, self.sink.content = self.sink.content, "data"
        if content == "plaintext":
            end = len(self.page)
        elif content == "script":
            end = end_of_script(self.page, start, self.last_start, self.errors)
        else:
            end = end_of_raw_text(self.page, start, self.last_start)
        if end > start:
            text = without_nul(self.page, start, end, self.errors)
            if content == "rcdata" and "&" in text:
                text = decode(self.page, start, end, self.errors).replace("\0", "\N{REPLACEMENT CHARACTER}")
            self.hand_over(start, end, text)
        return end

    def markup(self, opening: int) -> int:
        """Read what a `<` opens that is no tag in order; where it ends."""
        following = self.page[opening + 1 : opening + 2]
        if following == "!":
            return self.declaration(opening)
        if following == "/":
            return self.end_tag(opening)
        if following == "?":
            instead, end = processing_instruction(self.page, opening + 2, self.errors)
            return self.take_comment(instead, end)
        if _LETTER.match(following):
            return self.tag(opening + 1)
        return self.text(opening, opening)

    def take_comment(self, data: str | None, end: int) -> int:
        self.sink.token_end = end
        if data is not None:
            self.sink.comment(data)
        return end

    def tag(self, name: int) -> int:
        """Read a start tag whose name begins here."""
        tag, end = read_tag(self.page, name, self.errors)
        if tag is None:
            return end
        self.sink.token_end = end
        self.sink.start_tag(tag)
        self.last_start = tag.name
        return end if self.sink.content == "data" else self.raw_text(end)

    def end_tag(self, opening: int) -> int:
        """13.2.5.7, end tag open state."""
        name = opening + 2
        if not _LETTER.match(self.page, name):
            return self.no_end_tag(opening)
        tag, end = read_tag(self.page, name, self.errors)
        if tag is None:
            return end
        if tag.attributes:
            self.error("end-tag-with-attributes", end - 1, tag.name)
        if tag.self_closing:
            self.error("end-tag-with-trailing-solidus", end - 1, tag.name)
        self.sink.token_end = end
        self.sink.end_tag(tag.name)
        return end

    def no_end_tag(self, opening: int) -> int:
        following = self.page[opening + 2 : opening + 3]
        if not following:
            return self.text(opening, opening)
        if following == ">":
            self.error("missing-end-tag-name", opening + 2)
            return opening + 3
        self.error("invalid-first-character-of-tag-name", opening + 2)
        return self.take_comment(*bogus_comment(self.page, opening + 2, self.errors))

    def declaration(self, opening: int) -> int:
        """13.2.5.42, markup declaration open state."""
        page, start = self.page, opening + 2
        if page.startswith("--", start):
            return self.take_comment(*comment(page, start + 2, self.errors))
        if lower(page[start : start + 7]) == "doctype":
            token, end = doctype(page, start + 7, self.errors)
            self.sink.token_end = end
            self.sink.doctype(token)
            return end
        if page.startswith(_CDATA, opening):
            if self.sink.in_foreign_content():
                return self.cdata(opening + len(_CDATA))
            self.error("cdata-in-html-content", opening + len(_CDATA) - 1)
        else:
            self.error("incorrectly-opened-comment", start)
        return self.take_comment(*bogus_comment(page, start, self.errors))

    def cdata(self, start: int) -> int:
        """13.2.5.69 to 13.2.5.71."""
        closing = self.page.find("]]>", start)
        end = len(self.page) if closing < 0 else closing
        if closing < 0:
            self.error("eof-in-cdata", end)
        if end > start:
            self.hand_over(start, end, self.page[start:end])
        return len(self.page) if closing < 0 else closing + 3
