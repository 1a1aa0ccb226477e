"""What html5lib reports of a page.

Positions are approximate: html5lib tells how far it had read when it noticed an error, so an error in a tag is placed at the tag's `>` and
a missing end tag where it was missed. Characters that may not stand in a page are the exception: html5lib reports them all at the
beginning, and here they are placed where they stand.
"""

from collections import defaultdict
from collections.abc import Iterable
from io import StringIO
from typing import Any

from html5lib._inputstream import invalid_unicode_re
from html5lib.constants import E

from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.fragments import fragment_container, is_fragment
from htmlgen.evaluation.quick_html5lib import QuickParser
from htmlgen.evaluation.sizes import PAGE_LIMIT, size_of, too_large


def parse_errors(page: str, *, fragment: bool | None = None, limit: int = PAGE_LIMIT) -> tuple[Finding, ...]:
    """html5lib's parse errors of a page, in the order it noticed them; the rule of each is `syntax/` and html5lib's code.

    Args: fragment, whether the page is a fragment, None to tell by its content; limit, in bytes of UTF-8.
    Never raises for what a page holds: a page above the limit gives one finding, `input/too-large`, and is not parsed; one that makes
    html5lib itself fail gives what was found until then and `input/parser-failure`.
    """
    if size_of(page) > limit:
        return (too_large(page, limit),)
    unix = page.replace("\r\n", "\n").replace("\r", "\n")  # as html5lib does, so that offsets agree
    parser = _Parser(unix)
    try:
        if is_fragment(page) if fragment is None else fragment:
            parser.parseFragment(_Whole(unix), container=fragment_container(page))
        else:
            parser.parse(_Whole(unix))
    except Exception as failure:  # html5lib runs into assertions and recursion limits on some pages
        parser.notice("input/parser-failure", f"html5lib failed here: {type(failure).__name__} {failure}".rstrip())
    return tuple(_findings(parser.noticed, page, unix)) if parser.noticed else ()


class _Whole(StringIO):
    """A stream that gives everything at the first read, so that offsets in html5lib's chunk are offsets in the page."""

    def read(self, size: int | None = -1, /) -> str:
        return super().read() if size else ""


class _Parser(QuickParser):
    """html5lib's parser, which notes how far it had read at each error."""

    def __init__(self, page: str) -> None:
        super().__init__(page)
        self.noticed: list[tuple[str, str, int]] = []  # rule, message, characters read

    def parseError(self, errorcode: str = "XXX-undefined-error", datavars: Any = None) -> None:  # noqa: N802
        message = E.get(errorcode, errorcode) % defaultdict(str, datavars or {})
        self.notice(f"syntax/{errorcode}", message)

    def notice(self, rule: str, message: str) -> None:
        stream = self.tokenizer.stream
        held_back = len(getattr(stream, "_bufferedCharacter", None) or "")
        self.noticed.append((rule, message, len(self.page) - held_back - stream.chunkSize + stream.chunkOffset))


def _findings(noticed: Iterable[tuple[str, str, int]], page: str, unix: str) -> Iterable[Finding]:
    read = Lines(unix)
    written = Lines(page) if "\r" in page else read
    invalid = (match.end() for match in invalid_unicode_re.finditer(unix))
    for rule, message, consumed in noticed:
        # html5lib reports these first, one for each match of its own pattern; a NUL, which is none, comes later and well placed
        end = next(invalid, consumed) if rule == "syntax/invalid-codepoint" else consumed
        line, after = read.locate(end)
        column = max(after - 1, 1)  # of the last character read
        yield Finding(rule, message, line, column, written.offset(line, column))
