"""Reports: the worst first, what is wrong with its place under a caret, and nothing of a page that could drive a terminal."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from htmlgen.errors import InputError
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.reports.data import write_json, write_jsonl
from htmlgen.evaluation.reports.excerpts import brief, excerpt
from htmlgen.evaluation.reports.formats import FORMATS, writer
from htmlgen.evaluation.reports.terminal import write_table
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.running.inputs import UnreadablePage
from htmlgen.evaluation.running.totals import Totals
from htmlgen.evaluation.score import evaluate as judge

CLEAN = "<!doctype html><title>a</title><p>b"
BROKEN = "<!doctype html>\n<title>a</title>\n<p>b</em> c"


def evaluate(page: str, *, name: str) -> Evaluation:
    """Judged by parser and balance alone, so that what is found can be counted by hand."""
    return judge(page, name=name, grammar=None)


def evaluations() -> list[Evaluation]:
    return [evaluate(CLEAN, name="clean.html"), evaluate(BROKEN, name="broken.html")]


def table(judged: list[Evaluation], pages: int = 50, findings: int = 3) -> str:
    stream = io.StringIO()
    write_table(judged, stream, most=pages, findings=findings)
    return stream.getvalue()


def test_the_table_shows_the_worst_page_first_and_the_totals_last() -> None:
    lines = table(evaluations()).splitlines()
    assert lines[0].split() == ["page", "bytes", "errors", "warnings", "balance", "score"]
    assert lines[1].split() == ["broken.html", "44", "1", "0", "0.750", "0.625"]  # 3/4 of the tags, 5/6 clean
    assert lines[2].split() == ["clean.html", "35", "0", "0", "1.000", "1.000"]
    assert lines[-1] == "1 of 2 pages without errors; 1 error, 0 warnings; mean score 0.812"


def test_a_finding_is_shown_with_its_source_and_a_caret_under_the_place() -> None:
    lines = table(evaluations()).splitlines()
    at = lines.index("broken.html:3:5 syntax/stray-end-tag </em> ends nothing: no such element is open here")
    assert lines[at + 1 : at + 3] == ["    <p>b</em> c", "        ^"]


def test_a_page_shows_its_first_findings_and_counts_the_others() -> None:
    shown = table([evaluate("</em>" * 5, name="x")], findings=2)
    assert shown.count("syntax/stray-end-tag") == 2
    assert "x: 3 more findings" in shown


def test_only_the_worst_pages_are_shown_and_all_are_counted() -> None:
    shown = table([evaluate("<p>" + "</em>" * number, name=f"p{number}") for number in range(9)], pages=2)
    assert [line.split()[0] for line in shown.splitlines()[1:3]] == ["p8", "p7"]
    assert "the 2 worst of 9 pages are shown" in shown
    assert "1 of 9 pages without errors; 36 errors, 0 warnings" in shown


def test_no_pages_are_no_table() -> None:
    assert table([]) == "0 of 0 pages without errors; 0 errors, 0 warnings; mean score 1.000\n"


@pytest.mark.parametrize(
    ("page", "offset", "expected"),
    [
        ("ab\ncd\n", 4, ("cd", " ^")),
        ("a\tb", 2, ("a b", "  ^")),
        ("日本x", 2, ("日本x", "    ^")),
        ("a\x1b[31mb", 1, ("a\ufffd[31mb", " ^")),
        ("x" * 100 + "y" + "z" * 100, 100, ("x" * 36 + "y" + "z" * 35, " " * 36 + "^")),
        ("ab\n", 3, ()),
        ("", 0, ()),
        ("ab", 2, ("ab", "  ^")),
    ],
)
def test_an_excerpt_is_of_one_line_and_its_caret_stands_under_the_place(page: str, offset: int, expected: tuple[str, ...]) -> None:
    lines = Lines(page)
    piece = excerpt(page, lines, Finding("x/y", "", *lines.locate(offset), offset))
    assert ((piece.source, piece.caret) if piece else ()) == expected


def test_neither_rich_markup_nor_control_characters_of_a_page_reach_the_terminal() -> None:
    shown = table([evaluate("<p>[red]a[/red]\x1b[2J</em>", name="\x1b]0;x[bold]")])
    assert "\x1b" not in shown
    assert "[red]a[/red]" in shown
    assert "]0;x[bold]" in shown


def test_a_table_fits_a_stream_that_knows_only_ascii() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    write_table([evaluate("日本</em>", name="日本.html")], stream)
    stream.seek(0)
    assert "??.html" in stream.read()


def test_json_is_one_document_with_every_page_and_the_totals() -> None:
    stream = io.StringIO()
    totals = write_json(iter(evaluations()), stream)
    document = json.loads(stream.getvalue())
    assert document["pages"] == [evaluation.to_dict() for evaluation in evaluations()]
    assert document["totals"]["well_formed"] == totals.well_formed == 1
    assert [finding["rule"] for finding in document["pages"][1]["findings"]] == ["syntax/stray-end-tag"]


def test_json_lines_are_written_page_by_page() -> None:
    stream = io.StringIO()
    seen = []

    def pages() -> Iterator[Evaluation]:
        for evaluation in evaluations():
            seen.append(stream.getvalue().count("\n"))
            yield evaluation

    assert write_jsonl(pages(), stream).pages == 2
    assert seen == [0, 1]
    assert [json.loads(line)["name"] for line in stream.getvalue().splitlines()] == ["clean.html", "broken.html"]


def test_a_document_of_no_pages_is_json_too() -> None:
    stream = io.StringIO()
    write_json([], stream)
    assert json.loads(stream.getvalue())["pages"] == []


def test_totals_add_up() -> None:
    totals = Totals()
    for evaluation in [*evaluations(), warned()]:
        totals.add(evaluation)
    assert (totals.pages, totals.bytes, totals.errors, totals.warnings) == (3, 82, 1, 1)
    assert (totals.well_formed, totals.without_errors, totals.without_findings) == (2, 2, 1)
    assert totals.mean_score == pytest.approx((1 + 0.75 * 5 / 6 + 1) / 3)
    assert totals.rules == {"syntax/stray-end-tag": 1, "document/made-up": 1}


def warned() -> Evaluation:
    """A page with nothing but a warning."""
    return replace(evaluate("<p>", name="warned.html"), violations=(Finding("document/made-up", "hm", 1, 1, 0, "warning"),))


def test_a_warning_is_told_from_an_error() -> None:
    lines = table([warned()]).splitlines()
    assert lines[1].split() == ["warned.html", "3", "0", "1", "1.000", "1.000"]
    assert "warned.html:1:1 warning document/made-up hm" in lines


def test_errors_are_shown_before_warnings_where_not_all_are_shown() -> None:
    page = evaluate("<p></em></i>", name="x")
    early = Finding("document/made-up", "hm", 1, 1, 0, "warning")
    shown = table([replace(page, violations=(early, early))], findings=2)
    assert "made-up" not in shown
    assert "x: 2 more findings" in shown


def test_colours_come_only_on_a_terminal() -> None:
    stream = Terminal()
    write_table(evaluations(), stream)
    assert "\x1b[31msyntax/stray-end-tag" in stream.getvalue()
    assert "\x1b" not in table(evaluations())


class Terminal(io.StringIO):
    """What says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("form", FORMATS)
def test_what_could_not_be_read_is_counted_apart(form: str) -> None:
    stream = io.StringIO()
    unreadable = UnreadablePage("none.html", InputError("none.html does not exist"))
    totals = writer(form)([unreadable, *evaluations()], stream)
    assert (totals.pages, totals.unreadable) == (2, {"none.html": "none.html does not exist"})
    assert str(totals).endswith("; 1 source not judged")
    assert form == "jsonl" or "not judged" in stream.getvalue() or "does not exist" in stream.getvalue()


@pytest.mark.parametrize("form", sorted({*FORMATS} - {"json", "jsonl"}))
def test_a_message_with_a_name_of_a_megabyte_is_cut(form: str) -> None:
    stream = io.StringIO()
    finding = Finding("content/made-up", "x" * 1_000_000, 1, 1, 0)
    writer(form)([replace(evaluate("<p>", name="x.html"), violations=(finding,))], stream)
    written = len(stream.getvalue())
    assert 500 <= written < 50_000


@pytest.mark.parametrize(("length", "shown"), [(500, "a" * 500), (501, "a" * 249 + "…" + "a" * 250)])
def test_a_message_is_cut_in_its_middle(length: int, shown: str) -> None:
    assert brief("a" * length) == shown
    assert len(shown) == 500


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_takes_each_page_once_and_says_what_it_saw(form: str) -> None:
    stream = io.StringIO()
    totals = writer(form)(iter(evaluations()), stream)
    assert (totals.pages, totals.errors) == (2, 1)
    assert "broken.html" in stream.getvalue()
