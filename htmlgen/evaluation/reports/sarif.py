"""Evaluations as SARIF 2.1.0, the OASIS interchange format for static analysis: for GitHub code scanning and editors.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. Results are written as pages are judged; the rules found and the list of pages
follow them, the latter from a temporary file, so that memory does not grow with the pages.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, Final, TextIO
from urllib.parse import quote

import htmlgen
from htmlgen.errors import UnknownRuleError
from htmlgen.evaluation.reports.excerpts import brief
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.rules import Rule, explanation, rule_of, source_url
from htmlgen.evaluation.running.totals import Compared, Seen, Totals, adding, flat
from htmlgen.evaluation.screening.fingerprints import fingerprint

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NOT_A_BYTE: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # surrogates, but those that Python has for bytes of file names
_CONTEXT: Final = "htmlgenContext/v1"  # 3.27.17: the name of a partial fingerprint and the version of how it is made


def write_sarif(pages: Iterable[Seen], stream: TextIO, *, compared: Compared = None) -> Totals:
    """One SARIF log with one run; the figures of a comparison are in its property bag (3.8)."""
    totals, rules = Totals(), dict[str, int]()
    with TemporaryFile("w+", encoding="utf-8") as artifacts:
        stream.write(f'{{"$schema": {json.dumps(SCHEMA)}, "version": "2.1.0", "runs": [{{"columnKind": "unicodeCodePoints", "results": [')
        separator = "\n"
        for index, evaluation in enumerate(adding(pages, totals)):
            artifacts.write((",\n" if index else "\n") + json.dumps(_artifact(evaluation)))
            for result in _results(evaluation, index, rules):
                stream.write(separator + json.dumps(result))
                separator = ",\n"
        stream.write('\n], "artifacts": [')
        artifacts.seek(0)
        copyfileobj(artifacts, stream)
    if compared:
        properties = {f"htmlgen.{name}": value for name, value in flat(compared().to_dict())}
        stream.write(f'\n], "properties": {json.dumps(properties)}')
    else:
        stream.write("\n]")
    stream.write(f', "invocations": [{json.dumps(_invocation(totals))}], "tool": {json.dumps(_tool(rules), indent=1)}}}]}}\n')
    return totals


def _artifact(evaluation: Evaluation) -> dict[str, Any]:
    return {"location": {"uri": uri_of(evaluation.name)}, "length": evaluation.bytes, "mimeType": "text/html", "sourceLanguage": "html"}


def _results(evaluation: Evaluation, artifact: int, rules: dict[str, int]) -> Iterator[dict[str, Any]]:
    uri = uri_of(evaluation.name)
    for finding, mark in zip(evaluation.findings, fingerprints(evaluation), strict=True):
        region = {"startLine": finding.line, "startColumn": finding.column, "charOffset": finding.offset}
        place = {"artifactLocation": {"uri": uri, "index": artifact}, "region": region}
        yield {
            "ruleId": finding.rule,
            "ruleIndex": rules.setdefault(finding.rule, len(rules)),
            "level": finding.severity,
            "message": {"text": _encodable(brief(finding.message))},
            "locations": [{"physicalLocation": place}],
            "partialFingerprints": {_CONTEXT: mark},
        }


def fingerprints(evaluation: Evaluation) -> Iterator[str]:
    """What tells each finding of a page from the others wherever its line moves: its fingerprint, and how often that came before."""
    seen = Counter[str]()
    for finding in evaluation.findings:
        key = fingerprint(finding, evaluation.page, "")  # without its path: a result has that beside it
        seen[key] += 1
        yield f"{key}:{seen[key]}"


def uri_of(name: str) -> str:
    """The URI of a page: relative where it lies below the current folder, as code scanning wants it; `%`, `:` and the like escaped."""
    path = Path(name)
    if path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    whole = _NOT_A_BYTE.sub("\N{REPLACEMENT CHARACTER}", path.as_posix())
    quoted = quote(whole.encode("utf-8", "surrogateescape"))  # a name that is no UTF-8 keeps its bytes
    return f"file:///{quoted.lstrip('/')}" if path.is_absolute() else quoted


def _invocation(totals: Totals) -> dict[str, Any]:
    """3.20: an invocation that could not judge everything says so, and what."""
    if not totals.unreadable:
        return {"executionSuccessful": True}
    notes = [{"level": "error", "message": {"text": _encodable(reason)}} for reason in totals.unreadable.values()]
    return {"executionSuccessful": False, "toolExecutionNotifications": notes}


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _tool(rules: Iterable[str]) -> dict[str, Any]:
    return {"driver": {"name": "htmlgen", "semanticVersion": htmlgen.__version__, "rules": [_descriptor(rule) for rule in rules]}}


def _descriptor(rule_id: str) -> dict[str, Any]:
    rule = rule_of(rule_id)
    title = rule.title.replace("`", "")
    page = _page(rule)
    link = {"helpUri": url} if (url := source_url(page)).startswith("https:") else {}
    return link | {
        "id": rule.id,
        "name": title,
        "shortDescription": {"text": title},
        "fullDescription": {"text": " ".join(page.split("\n\n")[1].split())},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": ["html", rule.family]},
    }


def _page(rule: Rule) -> str:
    """A rule's page, of one without a page what is known of it: code scanning asks for a text of every rule."""
    try:
        return explanation(rule.id)
    except UnknownRuleError:
        return f"# {rule.id}\n\n{rule.title}\n"
