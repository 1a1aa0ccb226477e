"""Evaluations as GitHub workflow commands: annotations beside the lines of a pull request.

Source: GitHub Actions, workflow commands (`::error file=…,line=…,col=…,title=…::message`), escaped as actions/toolkit does.
"""

from collections.abc import Iterable
from typing import Final, TextIO

from htmlgen.evaluation.findings import Finding
from htmlgen.evaluation.reports.excerpts import brief
from htmlgen.evaluation.reports.totals import Compared, Seen, Totals, adding, flat

_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def write_github(pages: Iterable[Seen], stream: TextIO, *, compared: Compared = None) -> Totals:
    """One workflow command a finding, each page's as soon as it is judged, and the totals as a line of the log.

    The figures of a comparison are one notice, a line each.
    """
    totals = Totals()
    for evaluation in adding(pages, totals):
        for finding in evaluation.findings:
            stream.write(_encodable(_command(evaluation.name, finding)) + "\n")
        stream.flush()
    if compared:
        figures = "\n".join(f"{name}: {value}" for name, value in flat(compared().to_dict()))
        stream.write(f"::notice title=comparison::{figures.translate(_DATA)}\n")
    stream.write(f"{totals}\n")
    return totals


def _command(name: str, finding: Finding) -> str:
    properties = {"file": name, "line": str(finding.line), "col": str(finding.column), "title": finding.rule}
    shown = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{finding.severity} {shown}::{brief(finding.message).translate(_DATA)}"


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
