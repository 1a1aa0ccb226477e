"""The HTML report: is it clean itself, does it say what was found, and does it hold whatever a page may hold?"""

import io
import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from htmlgen.errors import InputError
from htmlgen.evaluation.findings import Finding
from htmlgen.evaluation.reports import html_page, pictures, plots
from htmlgen.evaluation.reports.html_page import FINDINGS_SHOWN, PAGES_SHOWN, write_html
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.running.inputs import UnreadablePage
from htmlgen.evaluation.running.totals import Seen
from htmlgen.evaluation.score import evaluate

DATE = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
CHROMIUM = pictures.browser()
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH")


def judged(page: str, name: str, *more: Finding) -> Evaluation:
    return replace(evaluate(page, name=name, grammar=None), violations=more)


def report(*pages: Seen, **options: Any) -> str:
    stream = io.StringIO()
    write_html(iter(pages), stream, date=DATE, **options)
    return stream.getvalue()


def some() -> list[Evaluation]:
    warning = Finding("document/made-up", "hm", 1, 1, 0, "warning")
    return [
        judged("<!doctype html><title>a</title><p>b", "clean.html"),
        judged("<p>tea</em>\n<p>milk</em>", "site/broken.html"),
        judged("<p>tea", "warned.html", warning),
    ]


def findings_of(document: str) -> list[Finding]:
    return [finding for finding in evaluate(document).findings if finding.severity == "error"]


UNREADABLE = UnreadablePage("<none>.html", InputError("<none>.html does not exist"))


@pytest.mark.parametrize("pages", [some(), some()[:1], [], [UNREADABLE]], ids=["findings", "clean", "nothing", "unreadable"])
def test_a_report_is_clean_itself(pages: list[Seen]) -> None:
    assert findings_of(report(*pages)) == []


def test_what_could_not_be_judged_is_told() -> None:
    document = report(*some(), *[replace(UNREADABLE, name=str(number)) for number in range(FINDINGS_SHOWN + 3)])
    assert f"{FINDINGS_SHOWN + 3} sources not judged" in document
    assert document.count("<li>&lt;none&gt;.html does not exist</li>") == FINDINGS_SHOWN
    assert "<li>and 3 more</li>" in document


def test_a_report_fetches_nothing() -> None:
    document = report(*some())
    assert re.findall(r"""(?:src|action)="(?!data:)[^"]*"|url\(|@import|<link|<iframe""", document) == []
    assert all(link.startswith(("#", "https://html.spec.whatwg.org/")) for link in re.findall(r'href="([^"]*)"', document))


def test_the_sums_are_those_of_the_totals() -> None:
    document = report(*some())
    tiles = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", document))
    mean = (1 + 1 + judged("<p>tea</em>\n<p>milk</em>", "x").score) / 3
    assert tiles == {
        "Pages": "3", "Without errors": "66.7%", "Errors": "2", "Warnings": "1", "Mean score": f"{mean:.3f}", "Size": "65 B",
    }  # fmt: skip


def test_pages_are_shown_the_worst_first_and_clean_ones_only_counted() -> None:
    document = report(*some())
    assert re.findall(r'data-name="([^"]*)"', document) == ["site/broken.html", "warned.html"]
    assert "All 2 pages with findings are shown, of 3 pages" in document


def test_a_finding_stands_beside_its_marked_source_and_links_to_its_rule() -> None:
    document = report(*some())
    assert "<pre><code>&lt;p&gt;tea<mark>&lt;</mark>/em&gt;</code></pre>" in document
    links = re.findall(r'<a class="rule" href="#([^"]*)"', document)
    assert set(links) == set(re.findall(r'<article id="([^"]*)"', document))
    assert "An end tag ends nothing" in document


def test_what_is_left_out_is_said() -> None:
    many = [judged("</em>" * 2, f"p{number}") for number in range(PAGES_SHOWN + 5)]
    long = judged("</em>" * (FINDINGS_SHOWN + 7), "long")
    document = report(*many, long)
    assert document.count("<details") == PAGES_SHOWN
    assert f"The {PAGES_SHOWN} worst of {PAGES_SHOWN + 6} pages with findings are shown" in document
    assert "7 more findings of this page" in document


NASTY = "</script><img src=x onerror=alert(1)>\"'&\x00\x1b[2J\ud800\u2028"


def test_nothing_of_a_page_becomes_markup() -> None:
    document = report(judged(NASTY, NASTY, Finding("content/" + NASTY, NASTY, 1, 1, 0)))
    assert "<img" not in document
    assert document.count("<script ") == document.count("</script>") == 1
    assert findings_of(document) == []


@settings(max_examples=25, deadline=None)
@given(st.text(), st.text())
def test_whatever_a_page_holds_its_report_is_clean(page: str, name: str) -> None:
    assert findings_of(report(judged(page, name, Finding("content/made-up", name, 1, 1, 0)))) == []


def comparison() -> Any:
    class Compared:
        def to_dict(self) -> dict[str, Any]:
            figure = {"value": 0.5, "low": 0.4, "high": 0.6, "floor": 0.2, "verdict": "apart"}
            return {"pages": 3, "reference_pages": 8, "figures": {"tags": figure, "depths": {**figure, "high": 0.8}}} | costs

    costs = {"copied_words": {"mean": 3.25, "longest": 1200}, "bits": {"bundle": "<mine>", "bits_per_byte": 0.5}}

    return Compared()


def test_a_comparison_is_drawn_to_one_scale() -> None:
    document = report(*some(), compared=comparison)
    assert "3 pages beside 8 of the reference" in document
    assert "has 3.2 words on average, 1,200 at most" in document
    assert "The bundle &lt;mine&gt; needs 0.500 bits per byte" in document
    assert document.count('<circle class="value" cx="62.5"') == 2  # 0.5 of 0.8
    assert findings_of(document) == []


# plots


def test_bars_are_as_high_as_their_counts() -> None:
    drawn = plots.histogram("t", [plots.Bar("a", 1), plots.Bar("b", 4), plots.Bar("c", 0)], "x")
    heights = [float(height) for height in re.findall(r'<rect[^>]* height="([^"]*)"', drawn)]
    assert heights == [30.0, 120.0]
    assert "<desc id=\"x-text\">a: 1; b: 4</desc>" in drawn


@pytest.mark.parametrize(
    ("counts", "labels"),
    [({0: 1, 2: 1}, ["0", "1", "2"]), ({11: 2, 12: 1}, ["1 k", "2 k"]), ({21: 1}, ["1 M"])],
)
def test_doublings_leave_none_out(counts: dict[int, int], labels: list[str]) -> None:
    assert [bar.label for bar in plots.doublings(counts, "")] == labels


# browsers


@pytest.fixture
def browsed(tmp_path: Path) -> Callable[[str], str]:
    """A document loaded in a headless Chromium: its DOM and its console, as text."""

    def browse(document: str) -> str:
        page = tmp_path / "report.html"
        page.write_text(document, "utf-8")
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        switches = ["--headless", "--disable-gpu", "--enable-logging=stderr", f"--user-data-dir={tmp_path / 'profile'}", *root]
        command = [CHROMIUM or "", *switches, "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom", page.as_uri()]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        return ran.stdout + "".join(line for line in ran.stderr.splitlines(keepends=True) if "CONSOLE" in line)

    return browse


@needs_chromium
def test_a_browser_runs_the_report_without_a_complaint(browsed: Callable[[str], str]) -> None:
    dom = browsed(report(*some()))
    assert "CONSOLE" not in dom
    assert '<form id="filter">' in dom  # the script has shown it, as the policy lets it


@needs_chromium
def test_a_broken_script_would_be_noticed(browsed: Callable[[str], str]) -> None:
    assert "CONSOLE" in browsed(report(*some()).replace('"use strict";', '"use strict"; undefined.x;'))


@needs_chromium
def test_a_rule_that_is_chosen_leaves_its_findings(browsed: Callable[[str], str]) -> None:
    choose = 'filter.elements.rule.value = "document/made-up"; filter.dispatchEvent(new Event("input"));'
    document = report(*some())
    script = html_page._asset("report.js")
    changed = document.replace(script, script + choose.join(("{ const filter = document.getElementById('filter'); ", " }")))
    dom = browsed(changed)
    hidden = {unescape(name): "hidden" in attributes for name, attributes in re.findall(r'data-name="([^"]*)"([^>]*)>', dom)}
    assert hidden == {"site/broken.html": True, "warned.html": False}


@needs_chromium
def test_a_picture_is_taken_without_scripts_and_without_the_network(tmp_path: Path) -> None:
    """Three pages that look the same: a script, a fetched image and a page elsewhere leave no trace."""
    outside = tmp_path / "outside.html"
    outside.write_text("<body style='background: red'>")
    tricks = (
        "<p>tea",
        "<p>tea<script>document.body.style.background = 'red'</script>",
        f"<p>tea<meta http-equiv=refresh content='0;url={outside.as_uri()}'>",
    )
    plain, *others = (pictures.picture(page, CHROMIUM or "") for page in tricks)
    assert plain
    assert plain.startswith("data:image/webp;base64,UklGR")
    assert others == [plain, plain]


@needs_chromium
def test_the_worst_pages_are_pictured() -> None:
    document = report(*some(), pictures=1)
    assert document.count('<img class="picture" src="data:image/webp;base64,') == 1
    assert 'alt="site/broken.html in a browser"' in document
    assert findings_of(document) == []


def test_a_browser_that_fails_or_hangs_costs_its_picture_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing, hanging = tmp_path / "failing", tmp_path / "hanging"
    failing.write_text("#!/bin/sh\nexit 1\n")
    hanging.write_text("#!/bin/sh\nsleep 60\n")
    monkeypatch.setattr(pictures, "_SECONDS", 0.2)
    for program in (failing, hanging):
        program.chmod(0o755)
        assert pictures.picture("<p>", str(program)) is None
    assert pictures.picture("<p>", str(tmp_path / "none")) is None


def test_json_of_the_same_pages_counts_the_same() -> None:
    from htmlgen.evaluation.reports.data import write_json

    stream = io.StringIO()
    write_json(iter(some()), stream)
    totals = json.loads(stream.getvalue())["totals"]
    rules = dict(re.findall(r"<option value=\"([^\"]+)\">[^<]* \((\d+)\)</option>", report(*some())))
    assert {rule: int(number) for rule, number in rules.items()} == totals["rules"]


@pytest.mark.parametrize("evaluations", [some(), []], ids=["findings", "nothing"])
@pytest.mark.parametrize("compared", [None, comparison], ids=["alone", "beside"])
def test_every_link_of_the_contents_leads_somewhere(evaluations: list[Evaluation], compared: Any) -> None:
    document = report(*evaluations, compared=compared)
    links = set(re.findall(r'href="#([^"]*)"', document))
    assert ("comparison" in links) is (compared is not None)
    assert links <= set(re.findall(r'id="([^"]*)"', document))


@needs_chromium
def test_a_script_that_slips_in_does_not_run(browsed: Callable[[str], str]) -> None:
    """Were there a hole in the escaping, the policy would stand behind it."""
    document = report(*some()).replace("</main>", "<script>document.title = 'taken'</script></main>")
    assert "<title>HTML report</title>" in browsed(document)
