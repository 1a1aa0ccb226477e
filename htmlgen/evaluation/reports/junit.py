"""Evaluations as JUnit XML: a test case a page, which fails if it has an error. What cannot be read is an `error`.

Source: the schema of Jenkins' xUnit plugin, junit-10.xsd.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, Final, TextIO
from xml.sax.saxutils import escape, quoteattr

from htmlgen.evaluation.findings import Lines
from htmlgen.evaluation.reports.excerpts import brief, excerpt, visible
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.running.totals import Compared, Seen, Totals, adding, counted, flat

# XML 1.0, 2.2 Characters: what may not stand in a document, not even as a reference.
_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHOWN: Final = 100  # findings of a page: CI servers keep each failure's text in memory


def write_junit(pages: Iterable[Seen], stream: TextIO, *, compared: Compared = None) -> Totals:
    """One test suite; the figures of a comparison are its properties.

    Test cases wait in a temporary file for the suite's sums, so that memory does not grow with the pages.
    """
    totals = Totals()
    with TemporaryFile("w+", encoding="utf-8") as cases:
        for evaluation in adding(pages, totals):
            cases.writelines(_case(evaluation))
        cases.writelines(_unreadable(name, reason) for name, reason in totals.unreadable.items())
        tests, errors = totals.pages + len(totals.unreadable), len(totals.unreadable)
        sums = f'tests="{tests}" failures="{totals.pages - totals.without_errors}" errors="{errors}"'
        stream.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {sums}>\n<testsuite name="htmlgen eval" {sums}>\n')
        if compared:
            stream.write(_properties(compared().to_dict()))
        cases.seek(0)
        copyfileobj(cases, stream)
        stream.write("</testsuite>\n</testsuites>\n")
    return totals


def _properties(comparison: dict[str, Any]) -> str:
    """`htmlgen.mauve.value` and the like, as text."""
    rows = (f"<property name={_attribute(f'htmlgen.{name}')} value={_attribute(str(value))}/>" for name, value in flat(comparison))
    return f"<properties>{''.join(rows)}</properties>\n"


def _unreadable(name: str, reason: str) -> str:
    return f'<testcase classname="htmlgen" name={_attribute(name)}><error message={_attribute(reason)}/></testcase>\n'


def _case(evaluation: Evaluation) -> Iterator[str]:
    path = PurePath(evaluation.name)
    classname = ".".join(part.replace(".", "_") for part in path.parent.parts if part != path.anchor) or "htmlgen"
    yield f"<testcase classname={_attribute(classname)} name={_attribute(evaluation.name)}"
    errors = [finding for finding in evaluation.findings if finding.severity == "error"]
    if errors:
        more = f" and {counted(len(errors) - 1, 'more error')}" if len(errors) > 1 else ""
        yield f"><failure type={_attribute(errors[0].rule)} message={_attribute(brief(errors[0].message) + more)}>"
        yield f"{_text(evaluation)}</failure></testcase>\n"
    elif evaluation.findings:
        yield f"><system-out>{_text(evaluation)}</system-out></testcase>\n"
    else:
        yield "/>\n"


def _text(evaluation: Evaluation) -> str:
    lines, rows = Lines(evaluation.page), list[str]()
    for finding in evaluation.findings[:_SHOWN]:
        place = f"{evaluation.name}:{finding.line}:{finding.column}"
        rows.append(f"{place} {finding.severity} {finding.rule} {visible(brief(finding.message))}")
        if piece := excerpt(evaluation.page, lines, finding):
            rows += [f"    {piece.source}", f"    {piece.caret}"]
    if (more := len(evaluation.findings) - _SHOWN) > 0:
        rows.append(counted(more, "more finding"))
    return escape(_xml("\n".join(rows)))


def _attribute(value: str) -> str:
    return quoteattr(_xml(value))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
