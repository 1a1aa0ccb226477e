"""Comments, doctypes, processing instructions (HTML Standard 13.2.5.41 to 13.2.5.71). Readers return what they read, and where it ends."""

import re
from typing import Final

from htmlgen.evaluation.syntax.tag_states import without_nul
from htmlgen.evaluation.syntax.tokens import SPACE, DoctypeToken, ParseError, lower

_COMMENT_TURN: Final = re.compile(r"<!--|--!?>")
_TARGET: Final = re.compile("[A-Za-z_][A-Za-z0-9_-]*+")
_SPACES: Final = re.compile(rf"[{SPACE}]*+")
_DOCTYPE_NAME: Final = re.compile(rf"[^{SPACE}>]++")
_KEYWORD: Final = re.compile("(public)|system", re.IGNORECASE)
_RESERVED: Final = frozenset({"xml", "xml-stylesheet"})


def bogus_comment(page: str, start: int, errors: list[ParseError]) -> tuple[str, int]:
    """13.2.5.41: all up to the next `>`."""
    end = page.find(">", start)
    return without_nul(page, start, len(page) if end < 0 else end, errors), len(page) if end < 0 else end + 1


def comment(page: str, start: int, errors: list[ParseError]) -> tuple[str, int]:
    """13.2.5.43 to 13.2.5.52: a comment from behind its `<!--`."""
    for abrupt in (">", "->"):
        if page.startswith(abrupt, start):
            end = start + len(abrupt)
            errors.append(ParseError("abrupt-closing-of-empty-comment", end - 1))
            return "", end
    at = start
    while turn := _COMMENT_TURN.search(page, at):
        if turn[0] == "<!--":
            at = _nested(page, turn.end(), errors)
            continue
        if turn[0] == "--!>":
            errors.append(ParseError("incorrectly-closed-comment", turn.end() - 1))
        return without_nul(page, start, turn.start(), errors), turn.end()
    end = len(page)
    text = without_nul(page, start, end, errors)
    errors.append(ParseError("eof-in-comment", end))
    return _less_ending(text), end


def _nested(page: str, at: int, errors: list[ParseError]) -> int:
    """Behind a `<!--` in a comment, which is an error unless `>` or the end of the page follows; where its end is looked for."""
    if at < len(page) and page[at] != ">":
        errors.append(ParseError("nested-comment", at))
    return at - 2  # its dashes may belong to the end


def _less_ending(text: str) -> str:
    """A comment that the page ends in, less the beginning of its end."""
    for ending in ("--!", "--", "-"):
        if text.endswith(ending):
            return text[: -len(ending)]
    return text


def processing_instruction(page: str, start: int, errors: list[ParseError]) -> tuple[str | None, int]:
    """A processing instruction from behind its `<?`: the comment that it is instead, or None, as one that is well written has no event."""
    target = _TARGET.match(page, start)
    at = target.end() if target else start
    if at == len(page):
        errors.append(ParseError("eof-in-processing-instruction", at))
        return None, at
    if not target:
        errors.append(ParseError("invalid-first-character-of-processing-instruction-target", at))
    elif page[at] not in f"{SPACE}?>":
        errors.append(ParseError("invalid-processing-instruction-target", at))
    elif lower(target[0]) in _RESERVED:
        errors.append(ParseError("disallowed-processing-instruction-target", at, target[0]))
    else:
        return _instruction_data(page, at, errors)
    return bogus_comment(page, start - 1, errors)


def _instruction_data(page: str, at: int, errors: list[ParseError]) -> tuple[None, int]:
    end = page.find(">", at)
    if end < 0:
        errors.append(ParseError("eof-in-processing-instruction", len(page)))
    return None, len(page) if end < 0 else end + 1


def doctype(page: str, start: int, errors: list[ParseError]) -> tuple[DoctypeToken, int]:
    """13.2.5.53 to 13.2.5.68: a doctype from behind its `<!doctype`."""
    return _DoctypeReader(page, start, errors).read()


class _DoctypeReader:
    def __init__(self, page: str, start: int, errors: list[ParseError]) -> None:
        self.page = page
        self.at = start
        self.errors = errors
        self.name: str | None = None
        self.public_id: str | None = None
        self.system_id: str | None = None
        self.quirks = False
        self.closed = True  # the last identifier has its closing quote
        self.in_bogus = False

    def error(self, code: str) -> None:
        self.errors.append(ParseError(code, self.at))

    def spaces(self) -> bool:
        """Pass over white space; whether there was any."""
        before = self.at
        match = _SPACES.match(self.page, self.at)
        assert match is not None
        self.at = match.end()
        return self.at > before

    @property
    def following(self) -> str:
        return self.page[self.at : self.at + 1]

    def read(self) -> tuple[DoctypeToken, int]:
        self.names()
        if not self.following and not self.in_bogus:
            self.error("eof-in-doctype")
            self.quirks = True
        return DoctypeToken(self.name, self.public_id, self.system_id, self.quirks), min(self.at + 1, len(self.page))

    def names(self) -> None:
        """Read up to the `>`, or the end of the page."""
        if not self.spaces() and self.following not in ("", ">"):
            self.error("missing-whitespace-before-doctype-name")
        if match := _DOCTYPE_NAME.match(self.page, self.at):
            self.name = lower(without_nul(self.page, *match.span(), self.errors))
            self.at = match.end()
            self.spaces()
            self.identifiers()
        elif self.following:
            self.error("missing-doctype-name")
            self.quirks = True

    def identifiers(self) -> None:
        if self.following in ("", ">"):
            return
        keyword = _KEYWORD.match(self.page, self.at)
        if not keyword:
            self.error("invalid-character-sequence-after-doctype-name")
            self.bogus()
            return
        self.at = keyword.end()
        kind = "public" if keyword[1] else "system"
        if (found := self.identifier(kind, self.spaces())) is None:
            return
        if kind == "system":
            self.system_id = found
            self.end()
            return
        self.public_id = found
        self.second()

    def second(self) -> None:
        """A system identifier behind a public one."""
        separated = self.spaces()
        if self.following in ("", ">"):
            return
        if self.following not in "\"'":
            self.error("missing-quote-before-doctype-system-identifier")
            self.bogus(quirks=True)
            return
        if not separated:
            self.error("missing-whitespace-between-doctype-public-and-system-identifiers")
        self.system_id = self.quoted("system")
        if self.closed:
            self.end()

    def identifier(self, kind: str, separated: bool) -> str | None:
        """The first identifier; None if there is none, or if the doctype ends in it."""
        if not self.following:
            self.quirks = True
            return None
        if self.following == ">":
            self.error(f"missing-doctype-{kind}-identifier")
            self.quirks = True
            return None
        if self.following not in "\"'":
            self.error(f"missing-quote-before-doctype-{kind}-identifier")
            self.bogus(quirks=True)
            return None
        if not separated:
            self.error(f"missing-whitespace-after-doctype-{kind}-keyword")
        found = self.quoted(kind)
        if self.closed:
            return found
        setattr(self, f"{kind}_id", found)
        return None

    def quoted(self, kind: str) -> str:
        quote = self.following
        start = self.at + 1
        closing = self.page.find(quote, start)
        right = self.page.find(">", start, closing if closing >= 0 else len(self.page))
        end = right if right >= 0 else closing if closing >= 0 else len(self.page)
        found = without_nul(self.page, start, end, self.errors)
        self.at = end
        self.closed = right < 0 <= closing
        if self.closed:
            self.at += 1
        else:
            self.quirks = True
            if right >= 0:
                self.error(f"abrupt-doctype-{kind}-identifier")
        return found

    def end(self) -> None:
        self.spaces()
        if self.following not in ("", ">"):
            self.error("unexpected-character-after-doctype-system-identifier")
            self.bogus(quirks=False)

    def bogus(self, *, quirks: bool = True) -> None:
        """13.2.5.68: all up to the next `>`, without a further error at the end of the page."""
        self.quirks = self.quirks or quirks
        end = self.page.find(">", self.at)
        start, self.at = self.at, len(self.page) if end < 0 else end
        without_nul(self.page, start, self.at, self.errors)
        self.in_bogus = True
