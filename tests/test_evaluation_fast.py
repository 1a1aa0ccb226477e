"""Does the fast parser see pages as the full one does, and judge none?"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.evaluation.running.comparing import page_structure

pytest.importorskip("turbohtml", reason="needs the extra `fast`")
from htmlgen.evaluation.likeness.fast_structure import PARSER, fast_structure

SAMPLES = Path(__file__).parents[1] / "corpora" / "samples"
PAGES = {file.name: file.read_text(encoding="utf-8") for file in sorted(SAMPLES.glob("*.html"))}
ODD = [
    "",
    "  <!-- x -->",
    "<td class=' a  b '>x<td>y",
    "<p>a<div><b><i>x</b></i><table>t<tr><td>",
    "<!doctype html><svg viewBox='0 0 1 1'><foreignObject><p>x</p></foreignObject></svg><br>&amp;<pre>\n\nx</pre>",
    "<template><p>x</p></template><script>y</script><input checked value>",
    "\ufeff<p>\ud800x\0",
    "<div>" * 500,
]


@pytest.mark.parametrize("page", [*PAGES.values(), *ODD], ids=[*PAGES, *(f"odd {number}" for number in range(len(ODD)))])
def test_both_parsers_see_the_same(page: str) -> None:
    assert fast_structure(page) == page_structure(page)


def test_elements_deeper_than_browsers_go_are_counted_too() -> None:
    """turbohtml keeps trees to 512 levels, as Blink does: what lies deeper stands side by side."""
    page = "<div>" * 3_000
    fast, full = fast_structure(page), page_structure(page)
    assert fast is not None and full is not None
    assert fast.counts["tags"] == full.counts["tags"]


def run(*arguments: object) -> "tuple[int, str, str]":
    result = CliRunner().invoke(cli, ["eval", "--no-config", "--parser", "fast", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def some(tmp_path: Path) -> Path:
    for number in range(6):
        (tmp_path / f"{number}.html").write_text("<p>tea <b>x</b>" * number + "<ul><li>milk</ul>", encoding="utf-8")
    return tmp_path


def test_pages_are_compared_and_none_is_judged(some: Path) -> None:
    code, told, _ = run(some, "--reference", some, "--format", "json", "--jobs", 2)
    found = json.loads(told)
    assert (code, found["parser"], found["pages"]) == (0, PARSER, [])
    assert (found["totals"]["pages"], found["totals"]["judged"]) == (6, 0)
    assert found["comparison"]["figures"]["tags"]["value"] > 0


def test_what_cannot_be_read_is_told_and_the_others_are_compared(some: Path, tmp_path: Path) -> None:
    code, told, words = run(some, tmp_path / "none.html", "--reference", some)
    assert (code, "none.html" in words) == (2, True)
    assert told.endswith(f"6 pages read by {PARSER}, and none judged\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "add --reference"),
        (["--reference", "x", "--format", "sarif"], "nothing to say in"),
        (["--reference", "x", "--bits"], "--bits is about judged ones"),
        (["--reference", "x", "--min-score", "0.5"], "--min-score is about judged ones"),
        (["--reference", "x", "--watch"], "leave out one of them"),
    ],
)
def test_what_would_need_judged_pages_is_refused(options: list[str], told: str) -> None:
    code, _, words = run(SAMPLES, *options)
    assert (code, told in words) == (2, True)
