"""The forms that a report can have, by name; what writes one is loaded when it is asked for."""

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, TextIO

if TYPE_CHECKING:
    from htmlgen.evaluation.reports.totals import Compared, Totals
    from htmlgen.evaluation.score import Evaluation

_WRITERS: Final = {
    "table": "terminal:write_table",
    "json": "data:write_json",
    "jsonl": "data:write_jsonl",
    "junit": "junit:write_junit",
    "sarif": "sarif:write_sarif",
    "github": "github:write_github",
}
FORMATS: Final = tuple(_WRITERS)


class Writer(Protocol):
    """What writes a report."""

    def __call__(self, evaluations: "Iterable[Evaluation]", stream: TextIO, *, compared: "Compared" = None) -> "Totals":
        """Takes every evaluation once, and says what it saw."""


def writer(form: str) -> Writer:
    """The writer of one of `FORMATS`."""
    module, _, name = _WRITERS[form].partition(":")
    write: Writer = getattr(import_module(f"htmlgen.evaluation.reports.{module}"), name)
    return write
