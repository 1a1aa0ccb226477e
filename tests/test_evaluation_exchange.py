"""Reports for the tools of others: are they what SARIF, JUnit XML and GitHub's workflow commands are said to be?"""

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from sarif_schema import SCHEMA

from htmlgen.errors import InputError
from htmlgen.evaluation.findings import Finding
from htmlgen.evaluation.reports.formats import writer
from htmlgen.evaluation.reports.sarif import fingerprints, uri_of
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.rules import RULES
from htmlgen.evaluation.running.inputs import UnreadablePage
from htmlgen.evaluation.running.totals import Seen
from htmlgen.evaluation.score import evaluate

JUNIT = xmlschema.XMLSchema(Path(__file__).parent / "data" / "junit-10.xsd")
NASTY = "a%b\r\nc:d,e\x00\x1b[31m<&\"']]>\ud800\ufffe日本"


def judged(page: str, name: str, *more: Finding) -> Evaluation:
    return replace(evaluate(page, name=name, grammar=None), violations=more)


def evaluations() -> list[Evaluation]:
    warning = Finding("document/made-up", "hm", 1, 1, 0, "warning")
    return [
        judged("<!doctype html><title>a</title><p>b", "site/clean.html"),
        judged("<p>tea</em>\n<p>milk</em>", "site/broken.html"),
        judged("<p>tea", "warned.html", warning),
        judged("<p>" + NASTY, NASTY, Finding("content/made-up", NASTY, 1, 4, 3)),
    ]


def missing() -> UnreadablePage:
    return UnreadablePage("none.html", InputError("none.html does not exist"))


def written(form: str, pages: Sequence[Seen]) -> str:
    stream = io.StringIO()
    writer(form)(iter(pages), stream)
    return stream.getvalue()


def comparison() -> Any:
    class Compared:
        def to_dict(self) -> dict[str, Any]:
            return {"figures": {"tags": {"value": 0.5, "verdict": "above\nbelow"}}, "bits": {"bundle": "<a>", "pages": [{"name": "x"}]}}

    return Compared()


def beside(form: str) -> str:
    stream = io.StringIO()
    writer(form)(iter(evaluations()), stream, compared=comparison)
    return stream.getvalue()


def sarif(pages: Sequence[Seen]) -> Any:
    log = json.loads(written("sarif", pages))
    jsonschema.validate(log, SCHEMA)
    return log["runs"][0]


# SARIF


def test_sarif_has_a_result_for_each_finding_at_its_place() -> None:
    run = sarif(evaluations())
    found = [(evaluation, finding) for evaluation in evaluations() for finding in evaluation.findings]
    assert len(run["results"]) == len(found)
    for result, (evaluation, finding) in zip(run["results"], found, strict=True):
        (location,) = (each["physicalLocation"] for each in result["locations"])
        region = {"startLine": finding.line, "startColumn": finding.column, "charOffset": finding.offset}
        assert location["region"] == region
        assert location["artifactLocation"]["uri"] == uri_of(evaluation.name)
        assert (result["ruleId"], result["level"]) == (finding.rule, finding.severity)


def test_sarif_indices_point_at_rules_and_pages() -> None:
    run = sarif(evaluations())
    rules, artifacts = run["tool"]["driver"]["rules"], run["artifacts"]
    assert [artifact["location"]["uri"] for artifact in artifacts[:3]] == ["site/clean.html", "site/broken.html", "warned.html"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifacts[place["index"]]["location"]["uri"] == place["uri"]


def test_sarif_says_what_its_rules_are() -> None:
    rules = {rule["id"]: rule for rule in sarif(evaluations())["tool"]["driver"]["rules"]}
    stray = rules["syntax/stray-end-tag"]
    assert stray["shortDescription"]["text"] == RULES["syntax/stray-end-tag"].title
    assert stray["helpUri"].startswith("https://html.spec.whatwg.org/")
    assert stray["help"]["markdown"].startswith("# syntax/stray-end-tag")
    assert stray["fullDescription"]["text"].startswith("An end tag ends nothing")
    assert rules["content/made-up"]["help"]["text"] == "# content/made-up\n\nMade up\n"


def test_a_clean_run_is_sarif_too() -> None:
    run = sarif(evaluations()[:1])
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_sarif_tells_of_what_could_not_be_judged() -> None:
    (whole,), (broken,) = sarif(evaluations())["invocations"], sarif([*evaluations(), missing()])["invocations"]
    assert whole == {"executionSuccessful": True}
    assert not broken["executionSuccessful"]
    assert [note["message"]["text"] for note in broken["toolExecutionNotifications"]] == ["none.html does not exist"]


def test_a_fingerprint_stays_where_lines_move_and_spaces_change() -> None:
    before = judged("<p>tea</em>\n<p>milk</em>", "x")
    after = judged("<p>sugar</p>\n\n<p>tea</em>\n  <p>milk</em>  ", "x")
    assert list(fingerprints(before)) == list(fingerprints(after))
    assert len(set(fingerprints(before))) == len(before.findings)


def test_equal_findings_on_equal_lines_are_told_apart() -> None:
    evaluation = judged("<p>tea</em>\n<p>tea</em>", "x")
    first, second = (mark.partition(":") for mark in fingerprints(evaluation))
    assert (first[0], first[2], second[2]) == (second[0], "1", "2")


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("site/a b.html", "site/a%20b.html"),
        ("pages.jsonl:3", "pages.jsonl%3A3"),
        ("ü.html", "%C3%BC.html"),
        ("50%.html", "50%25.html"),
        ("a\udcff.html", "a%FF.html"),
        ("./x.html", "x.html"),
        ("/etc/x.html", "file:///etc/x.html"),
        (str(Path.cwd() / "x.html"), "x.html"),
    ],
)
def test_a_page_has_a_uri_relative_to_the_folder_that_is_judged(name: str, uri: str) -> None:
    assert uri_of(name) == uri


def test_sarif_has_the_figures_of_a_comparison() -> None:
    log = json.loads(beside("sarif"))
    jsonschema.validate(log, SCHEMA)
    figures = {"htmlgen.figures.tags.value": 0.5, "htmlgen.figures.tags.verdict": "above\nbelow", "htmlgen.bits.bundle": "<a>"}
    assert log["runs"][0]["properties"] == figures


# JUnit


def junit(pages: Sequence[Seen]) -> ElementTree.Element:
    text = written("junit", pages)
    JUNIT.validate(text)
    return ElementTree.fromstring(text.encode())


def test_junit_has_a_case_a_page_that_fails_with_its_errors() -> None:
    root = junit(evaluations())
    clean, broken, warned, nasty = root.iter("testcase")
    assert (clean.get("classname"), clean.get("name"), list(clean)) == ("site", "site/clean.html", [])
    (failure,) = broken
    assert failure.get("type") in RULES or str(failure.get("type")).startswith("syntax/")
    assert "site/broken.html:1:7 error syntax/stray-end-tag" in (failure.text or "")
    assert "    <p>tea</em>\n          ^" in (failure.text or "")
    assert [child.tag for child in warned] == ["system-out"]
    assert [child.tag for child in nasty] == ["failure"]


def test_junit_counts_pages_and_failures() -> None:
    root = junit(evaluations())
    for element in (root, root[0]):
        assert (element.get("tests"), element.get("failures"), element.get("errors")) == ("4", "2", "0")


def test_junit_has_an_error_for_what_could_not_be_judged() -> None:
    root = junit([*evaluations(), missing()])
    assert (root.get("tests"), root.get("errors")) == ("5", "1")
    *_, last = root.iter("testcase")
    assert [(child.tag, child.get("message")) for child in last] == [("error", "none.html does not exist")]


def test_junit_has_the_figures_of_a_comparison_as_properties() -> None:
    text = beside("junit")
    JUNIT.validate(text)
    found = [(each.get("name"), each.get("value")) for each in ElementTree.fromstring(text.encode()).iter("property")]
    assert found[0] == ("htmlgen.figures.tags.value", "0.5")
    assert found[2] == ("htmlgen.bits.bundle", "<a>")
    assert len(found) == 3


def test_a_run_of_no_pages_is_junit_too() -> None:
    assert junit([])[0].get("tests") == "0"


@settings(deadline=None)
@given(st.text(), st.text())
def test_whatever_a_page_holds_junit_and_sarif_keep_their_schemas(name: str, text: str) -> None:
    page = [judged(text, name or "x", Finding("content/made-up", text or "x", 1, 1, 0))]
    junit(page)
    sarif(page)


# GitHub


def test_github_has_one_notice_of_a_comparison() -> None:
    (notice,) = [line for line in beside("github").splitlines() if "comparison" in line]
    assert notice == "::notice title=comparison::figures.tags.value: 0.5%0Afigures.tags.verdict: above%0Abelow%0Abits.bundle: <a>"


def test_github_has_a_command_a_finding() -> None:
    lines = written("github", evaluations()[:3]).splitlines()
    place = "file=site/broken.html,line=1,col=7"
    assert f"::error {place},title=syntax/stray-end-tag::</em> ends nothing: no such element is open here" in lines
    assert "::warning file=warned.html,line=1,col=1,title=document/made-up::hm" in lines
    assert lines[-1].startswith("2 of 3 pages without errors")


def unescaped(text: str) -> str:
    """As the runner reads it: https://github.com/actions/toolkit, command.ts, the other way round."""
    for code, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, character)
    return text


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1), st.text(st.characters(codec="utf-8")))
def test_no_name_and_no_message_breaks_out_of_its_command(name: str, message: str) -> None:
    page = replace(judged("", name), violations=(Finding("content/made-up", message, 1, 2, 1),))
    command, _ = written("github", [page]).rstrip("\n").rsplit("\n", 1)
    match = re.fullmatch(r"::error file=([^,:\r\n]*),line=1,col=2,title=content/made-up::([^\r\n]*)", command)
    assert match
    assert (unescaped(match[1]), unescaped(match[2])) == (name, message)


@pytest.mark.parametrize("form", ["sarif", "github", "jsonl", "json"])
def test_findings_are_written_before_the_next_page_is_judged(form: str) -> None:
    stream, seen = io.StringIO(), list[bool]()

    def pages() -> Iterator[Evaluation]:
        for evaluation in evaluations()[1:]:
            seen.append("syntax/stray-end-tag" in stream.getvalue())
            yield evaluation

    writer(form)(pages(), stream)
    assert seen == [False, True, True]
