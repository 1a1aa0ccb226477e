"""Which findings count: by rule, by path, by comments in the page, and by what is known?"""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from htmlgen.errors import InputError
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.score import evaluate
from htmlgen.evaluation.screening.baseline import Baseline, Recording
from htmlgen.evaluation.screening.fingerprints import context, fingerprint
from htmlgen.evaluation.screening.ignoring import UNUSED, without_ignored
from htmlgen.evaluation.screening.kept import Screen
from htmlgen.evaluation.selecting import Failing, Paths, Selection


def faults(page: str) -> tuple[Finding, ...]:
    """A finding `x/X` at each `X` of a page, whatever it stands in."""
    lines = Lines(page)
    return tuple(Finding("x/X", "", *lines.locate(place), place) for place, letter in enumerate(page) if letter == "X")


def kept(page: str) -> list[tuple[str, int]]:
    """Rule and line of what is left, `X` for `x/X`."""
    found = without_ignored(faults(page), page)
    return [("X" if finding.rule == "x/X" else finding.rule.partition("/")[2], finding.line) for finding in found]


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("X\n<!-- htmlgen-ignore x/? -->\n<p X>X\nX", [("X", 1), ("X", 4)]),
        ("<!-- htmlgen-ignore x/* --> X <p\n X='>' X\n>X\nX", [("X", 4)]),
        ("<!--htmlgen-ignore x/?-->X\nX", []),  # no tag follows
        ("<!-- htmlgen-ignore x/? -- why -->\r\n</p>X\rX", [("X", 3)]),
        ("<!-- htmlgen-ignore x/Z x/? -->X", [("unused-ignore", 1)]),
        ("<!-- htmlgen-ignore x/? --><!-- a --><!-- htmlgen-ignore x/* -->X<p>X\nX", [("X", 2)]),
        ("<!-- htmlgen-ignore-start x/? -->X\n\n<p>X<!-- htmlgen-ignore-end -->X", [("X", 3)]),
        ("<!-- htmlgen-ignore-start x/? -->X\n<p>X\n<p>X", []),
        ("<!-- htmlgen-ignore-end -->", [("unused-ignore", 1)]),
        ("\n<!-- htmlgen-ignore -->X", [("unused-ignore", 2), ("X", 2)]),
        ("<!-- htmlgen-ignored x/? -->X", [("X", 1)]),
        ("<script><!-- htmlgen-ignore x/? --></script>X", [("X", 1)]),
        ("<textarea><!-- htmlgen-ignore x/? --></textarea>X", [("X", 1)]),
        ("<p title='<!-- htmlgen-ignore x/? -->'>X", [("X", 1)]),
        ("<!-- <!-- htmlgen-ignore x/? -->X", [("X", 1)]),
    ],
)
def test_comments_keep_findings_back(page: str, left: list[tuple[str, int]]) -> None:
    assert kept(page) == left


def test_a_comment_that_keeps_nothing_back_is_a_warning_in_its_place() -> None:
    (found,) = without_ignored((), "<p>\n <!-- htmlgen-ignore aria/* -->")
    assert (found.rule, found.line, found.column, found.offset, found.severity) == (UNUSED, 2, 2, 5, "warning")
    assert found.message == "htmlgen-ignore: aria/* keeps nothing back; take it out"


PARTS = ["X", "\n", "<p>", "<!-- htmlgen-ignore x/X -->", "<!-- htmlgen-ignore-start x/X -->", "<a '", "<b>", "-->"]


@given(st.lists(st.sampled_from(PARTS)))
def test_nothing_but_the_ignored_goes_and_nothing_but_unused_ignores_comes(parts: list[str]) -> None:
    page = "".join(parts)
    found = without_ignored(faults(page), page)
    assert {finding for finding in found if finding.rule != UNUSED} <= set(faults(page))
    assert list(found) == sorted(found, key=lambda finding: finding.offset)


def test_a_million_characters_of_comments_come_to_an_end() -> None:
    """In time that grows with their square, they would take hours."""
    assert len(without_ignored((), "<!-- htmlgen-ignore a -->" * 40_000 + "<a '")) == 1000
    assert without_ignored((), "<!-- htmlgen-ignore " * 50_000) == ()


# By rule and path


def finding(rule: str, severity: str = "error", offset: int = 0) -> Finding:
    return Finding(rule, "", 1, 1, offset, severity)  # type: ignore[arg-type]


ALL = tuple(map(finding, ("aria/role", "balance/stray", "syntax/eof-in-tag")))


def names(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


def test_rules_are_selected_and_ignored_by_globs() -> None:
    assert names(Selection(select=("aria/*", "balance/stray")).kept(ALL, "a")) == ["aria/role", "balance/stray"]
    assert names(Selection(select=("*",), ignore=("*/s*", "aria/role")).kept(ALL, "a")) == ["syntax/eof-in-tag"]
    assert Selection().kept(ALL, "a") == ALL


def test_the_last_level_that_fits_counts() -> None:
    kept = Selection(levels={"*": "warning", "aria/*": "off", "syntax/eof-in-tag": "error"}).kept(ALL, "a")
    assert [(finding.rule, finding.severity) for finding in kept] == [("balance/stray", "warning"), ("syntax/eof-in-tag", "error")]


def test_rules_are_ignored_below_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    selection = Selection(by_path={"old/": ("aria/*",), "*.htm": ("*",)}, folder=tmp_path)
    assert len(selection.kept(ALL, "old/a/b.html")) == 2
    assert len(selection.kept(ALL, str(tmp_path / "old/b.html"))) == 2
    assert selection.kept(ALL, "x/b.htm") == ()
    assert selection.kept(ALL, "older/b.html") == ALL
    assert selection.kept(ALL, "/elsewhere/old/b.html") == ALL
    assert Paths([], tmp_path).fit("a") is False


@pytest.mark.parametrize(
    ("on", "fails"),
    [
        (("error",), [True, False, False]),
        (("warning",), [True, True, False]),
        (("never",), [False, False, False]),
        (("aria/*",), [False, True, False]),
        (("error", "aria/role"), [True, True, False]),
    ],
)
def test_what_makes_a_run_fail(on: tuple[str, ...], fails: list[bool]) -> None:
    pages: list[tuple[Finding, ...]] = [(finding("x/a"),), (finding("aria/role", "warning"),), ()]
    assert [Failing(on=on).fails(page, 1.0) for page in pages] == fails


def test_a_score_below_the_least_fails_whatever_is_found() -> None:
    assert Failing(on=("never",), min_score=0.5).fails((), 0.4)
    assert not Failing(on=("never",), min_score=0.5).fails((), 0.5)


# Known findings


PAGE = "<p>\n</div>\n<ul></li></ul>\n"


def known(file: Path, page: str, path: str = "page.html") -> Baseline:
    recording = Recording(file)
    recording.add(evaluate(page).findings, page, path)
    recording.write()
    return Baseline.load(file)


def test_a_fingerprint_outlives_edits_elsewhere_but_not_of_its_rule_path_or_source() -> None:
    page, moved, other = "<b>\n  </div   a>", "<b>\n\n<i>\n</div a>\n", "<b>\n</section a>"
    marks = [fingerprint(finding("r/a", offset=text.index("</")), text, "p") for text in (page, moved, other)]
    assert marks[0] == marks[1] != marks[2]
    assert len({fingerprint(finding(rule, offset=6), page, path) for rule in ("r/a", "r/b") for path in "pq"}) == 4
    assert context(finding("r/a", offset=6), page) == "</div a>"
    assert context(finding("r/a", offset=len(page)), page) == "</div a>"
    assert context(finding("r/a", offset=100), "x" * 300) == "x" * 120


@given(st.text(max_size=40), st.integers(0, 40))
def test_any_finding_has_a_fingerprint(page: str, offset: int) -> None:
    assert len(fingerprint(finding("r/a", offset=min(offset, len(page))), page, "p")) == 16


def test_known_findings_are_not_new_wherever_their_lines_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    baseline = known(tmp_path / "known.json", PAGE)
    moved = "\n\n" + PAGE.replace("<ul>", "\n<ul>")
    assert baseline.new(evaluate(moved).findings, moved, "page.html") == ()
    assert baseline.gone == 0


def test_of_more_alike_findings_than_are_known_the_last_are_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    baseline = known(tmp_path / "known.json", "</i>\n</i>\n")
    page = "</i>\n</i>\n</i>\n"
    new = baseline.new(evaluate(page).findings, page, "page.html")
    assert {finding.line for finding in new} == {3}


def test_what_is_gone_is_counted_on_judged_pages_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    baseline = known(tmp_path / "known.json", "</i>")
    assert baseline.gone == 0
    baseline.new((), "<p>", "other.html")
    assert baseline.gone == 0
    baseline.new((), "<p>", "page.html")
    assert baseline.gone == len(evaluate("</i>").findings)


def test_paths_are_of_the_baselines_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    baseline = known(tmp_path / "known.json", PAGE, "page.html")
    monkeypatch.chdir(tmp_path)
    assert baseline.new(evaluate(PAGE).findings, PAGE, "sub/page.html") == ()
    assert baseline.new(evaluate(PAGE).findings, PAGE, "page.html") != ()


def test_a_baseline_is_the_same_text_whatever_the_order_of_pages(tmp_path: Path) -> None:
    recordings = Recording(tmp_path / "a.json"), Recording(tmp_path / "b.json")
    for recording, order in zip(recordings, ("xyz", "zyx"), strict=True):
        for name in order:
            recording.add(evaluate(PAGE).findings, PAGE, str(tmp_path / name))
        recording.write()
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.json").read_text()
    assert {entry["path"] for entry in json.loads((tmp_path / "a.json").read_text())["findings"]} == {"x", "y", "z"}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 2, "findings": []}', '{"format": 1, "findings": [{"rule": "x"}]}', '{"format": 1, "findings": [3]}'],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "known.json"
    file.write_text(text)
    with pytest.raises(InputError, match="make it anew with --write-baseline"):
        Baseline.load(file)


def test_ignoring_does_not_mend_a_score() -> None:
    page = evaluate("<!-- htmlgen-ignore * --><p></div>")
    screened = Screen().kept(page, "page.html")
    assert page.findings
    assert screened.findings == ()
    assert screened.score == page.score < 1
