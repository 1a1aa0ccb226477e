"""The forms that a report can have, by name; what writes one is loaded when it is asked for."""

from collections.abc import Iterable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, TextIO

if TYPE_CHECKING:
    from htmlgen.evaluation.running.totals import Compared, Seen, Totals

_WRITERS: Final = {
    "table": "terminal:write_table",
    "json": "data:write_json",
    "jsonl": "data:write_jsonl",
    "junit": "junit:write_junit",
    "sarif": "sarif:write_sarif",
    "github": "github:write_github",
    "html": "html_page:write_html",
}
FORMATS: Final = tuple(_WRITERS)


class Writer(Protocol):
    """What writes a report."""

    def __call__(self, pages: "Iterable[Seen]", stream: TextIO, *, compared: "Compared" = None) -> "Totals":
        """Takes every evaluation once, and says what it saw."""


def writer(form: str, *, pictures: int = 0) -> Writer:
    """The writer of one of `FORMATS`. Args: pictures, how many of the worst pages `html` shows in a browser, if one is at hand."""
    module, _, name = _WRITERS[form].partition(":")
    write = getattr(import_module(f"htmlgen.evaluation.reports.{module}"), name)
    writing: Writer = partial(write, pictures=pictures) if form == "html" else write
    return writing
