"""Tags (HTML Standard 13.2.5.6 to 13.2.5.8 and 13.2.5.32 to 13.2.5.40).

Most tags are written without an error: one pattern reads those. All others are read state by state.
"""

import re
from typing import Final

from htmlgen.evaluation.syntax.references import decode
from htmlgen.evaluation.syntax.tokens import REPLACEMENT, ParseError, Tag, lower

_S: Final = r"[\t\n\f ]"
_NAME: Final = r"""[^\t\n\f />="'<\0]++"""
_VALUE: Final = r""""([^"\0]*+)"|'([^'\0]*+)'|([^\t\n\f >"'<=`\0]++)"""
_UNGROUPED: Final = re.sub(r"\((?!\?)", "(?:", _VALUE)
CLEAN_START_TAG: Final = re.compile(rf"<([A-Za-z][^\t\n\f />\0]*+)((?>{_S}++{_NAME}(?:{_S}*+={_S}*+(?:{_UNGROUPED}))?)*+){_S}*+(/?)>")
CLEAN_END_TAG: Final = re.compile(rf"</([A-Za-z][^\t\n\f />\0]*+){_S}*+>")
_ATTRIBUTE: Final = re.compile(rf"{_S}++({_NAME})(?:{_S}*+={_S}*+(?:{_VALUE}))?")

_SPACES: Final = re.compile(rf"{_S}*+")
_TAG_NAME: Final = re.compile(r"[^\t\n\f />]*+")
_ATTRIBUTE_NAME: Final = re.compile(r"=?[^\t\n\f />=]*+")
_UNQUOTED: Final = re.compile(r"[^\t\n\f >]*+")
_BAD_IN_NAME: Final = re.compile("[\"'<\0]")
_BAD_IN_VALUE: Final = re.compile("[\"'<=`\0]")
_NUL: Final = re.compile("\0")
_BAD_NAME: Final = "unexpected-character-in-attribute-name"
_BAD_VALUE: Final = "unexpected-character-in-unquoted-attribute-value"


def clean_tag(match: re.Match[str]) -> Tag | None:
    """The tag of a match of `CLEAN_START_TAG` without references; None if an attribute stands twice."""
    written = match[2]
    if not written:
        return Tag(lower(match[1]), {}, bool(match[3]))
    found = _ATTRIBUTE.findall(written)
    attributes = {lower(name): double or single or bare for name, double, single, bare in found}
    if len(attributes) < len(found):
        return None
    return Tag(lower(match[1]), attributes, bool(match[3]))


def read_tag(page: str, start: int, errors: list[ParseError]) -> tuple[Tag | None, int]:
    """The tag whose name begins at an offset, and where it ends; None if the page ends first."""
    return _TagReader(page, start, errors).read()


def without_nul(page: str, start: int, end: int, errors: list[ParseError]) -> str:
    """The text of page[start:end] with each NUL reported and replaced."""
    text = page[start:end]
    if "\0" in text:
        errors.extend(ParseError("unexpected-null-character", match.start()) for match in _NUL.finditer(page, start, end))
        text = text.replace("\0", REPLACEMENT)
    return text


class _TagReader:
    """Reads one tag, state by state."""

    def __init__(self, page: str, start: int, errors: list[ParseError]) -> None:
        self.page = page
        self.at = start
        self.errors = errors
        self.attributes: dict[str, str] = {}

    def error(self, code: str, at: int, detail: str = "") -> None:
        self.errors.append(ParseError(code, at, detail))

    def run(self, pattern: re.Pattern[str]) -> tuple[int, int]:
        """Pass over what a pattern, which may be empty, matches here: from where to where."""
        match = pattern.match(self.page, self.at)
        assert match is not None
        self.at = match.end()
        return match.span()

    def read(self) -> tuple[Tag | None, int]:
        name = lower(without_nul(self.page, *self.run(_TAG_NAME), self.errors))
        while True:
            self.run(_SPACES)
            following = self.page[self.at : self.at + 1]
            if not following:
                self.error("eof-in-tag", self.at)
                return None, self.at
            if following == ">":
                return Tag(name, self.attributes), self.at + 1
            if following != "/":
                self.attribute()
            elif self.page.startswith("/>", self.at):
                return Tag(name, self.attributes, True), self.at + 2
            else:
                self.solidus()

    def solidus(self) -> None:
        """13.2.5.40, self-closing start tag state."""
        self.at += 1
        if self.at < len(self.page):
            self.error("unexpected-solidus-in-tag", self.at)

    def attribute(self) -> None:
        start, end = self.run(_ATTRIBUTE_NAME)
        if self.page[start] == "=":
            self.error("unexpected-equals-sign-before-attribute-name", start)
        self.characters(_BAD_IN_NAME, _BAD_NAME, start, end)
        name = lower(self.page[start:end].replace("\0", REPLACEMENT))
        if name in self.attributes:
            self.error("duplicate-attribute", end, name)
        self.run(_SPACES)
        value = ""
        if self.page.startswith("=", self.at):
            self.at += 1
            value = self.value()
        self.attributes.setdefault(name, value)

    def characters(self, bad: re.Pattern[str], code: str, start: int, end: int) -> None:
        for match in bad.finditer(self.page, start, end):
            self.error("unexpected-null-character" if match[0] == "\0" else code, match.start(), match[0].strip("\0"))

    def value(self) -> str:
        self.run(_SPACES)
        quote = self.page[self.at : self.at + 1]
        if quote in ('"', "'"):
            return self.quoted(quote)
        if quote == ">":
            self.error("missing-attribute-value", self.at)
            return ""
        start, end = self.run(_UNQUOTED)
        self.characters(_BAD_IN_VALUE, _BAD_VALUE, start, end)
        return decode(self.page, start, end, self.errors, in_attribute=True).replace("\0", REPLACEMENT)

    def quoted(self, quote: str) -> str:
        start = self.at + 1
        end = self.page.find(quote, start)
        self.at = len(self.page) if end < 0 else end + 1
        end = len(self.page) if end < 0 else end
        self.characters(_NUL, "", start, end)
        following = self.page[self.at : self.at + 1]
        value = decode(self.page, start, end, self.errors, in_attribute=True).replace("\0", REPLACEMENT)
        if following and following not in "\t\n\f />":
            self.error("missing-whitespace-between-attributes", self.at)
        return value
