"""Evaluations as GitHub workflow commands: annotations beside the lines of a pull request.

Source: GitHub Actions, workflow commands (`::error file=…,line=…,col=…,title=…::message`), escaped as actions/toolkit does.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import TextIO

from htmlgen.evaluation.reports.excerpts import brief
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.running.totals import Compared, Seen, Totals, adding, flat


def write_github(pages: Iterable[Seen], stream: TextIO, *, compared: Compared = None) -> Totals:
    """One workflow command a finding, each page's as soon as it is judged, and the totals as a line of the log.

    The figures of a comparison are one notice, a line each.
    """
    totals = Totals()
    for evaluation in adding(pages, totals):
        if commands := _commands(evaluation):
            stream.write(commands)
            stream.flush()
    if compared:
        figures = "\n".join(f"{name}: {value}" for name, value in flat(compared().to_dict()))
        stream.write(f"::notice title=comparison::{_data(figures)}\n")
    stream.write(f"{totals}\n")
    return totals


def _commands(evaluation: Evaluation) -> str:
    """A line for each finding of a page."""
    file = _property(evaluation.name)
    text = "".join(
        [
            f"::{each.severity} file={file},line={each.line},col={each.column},title={_title(each.rule)}::{_data(brief(each.message))}\n"
            for each in evaluation.findings
        ]
    )
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


@lru_cache(maxsize=1024)
def _title(rule: str) -> str:
    return _property(rule)
