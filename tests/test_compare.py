"""Does `htmlgen compare` pair pages, show where they differ, and say by its exit code how it went?"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from htmlgen.cli import cli
from htmlgen.evaluation.pairs.aspects import Side
from htmlgen.evaluation.pairs.differing import difference, outline
from htmlgen.markup.reader import read


def run(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["compare", *map(str, arguments)], input=stdin)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders: one page is equal, one differs, each side has one of its own."""
    pages = {"a/same.html": "<p>tea", "other.html": "<ul><li>one</ul>", "a/left.html": "<p>x"}
    for name, page in pages.items():
        (tmp_path / "one" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "one" / name).write_text(page)
    for name, page in {"a/same.html": "<P>tea</P>", "other.html": "<ul><li>two</ul>", "right.html": "<p>"}.items():
        (tmp_path / "two" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "two" / name).write_text(page)
    return tmp_path / "one", tmp_path / "two"


def test_folders_are_paired_by_relative_names(folders: tuple[Path, Path]) -> None:
    result = run(*folders, "--json")
    found = json.loads(result.stdout)
    assert [(pair["name"], pair["exact"]) for pair in found["pairs"]] == [("a/same.html", True), ("other.html", False)]
    assert [pair["name"] for pair in found["unpaired"]] == ["a/left.html", "right.html"]
    assert found["totals"]["exact_pairs"] == 1
    assert found["totals"]["mean"] == pytest.approx((1 + 3 / 4) / 2)
    assert result.exit_code == 1
    assert f"a/left.html: only in {folders[0]}" in result.stderr


def test_the_worst_pair_comes_first_with_its_difference(folders: tuple[Path, Path]) -> None:
    result = run(*folders)
    lines = result.stdout.splitlines()
    assert lines[1].split()[:3] == ["other.html", "no", "0.750"]
    assert lines[2].split()[:3] == ["a/same.html", "yes", "1.000"]
    assert '-    "one"' in lines
    assert '+    "two"' in lines
    assert lines[-1] == "1 of 2 pairs are exact; 2 pages have no partner"


def test_equal_pages_exit_with_zero(folders: tuple[Path, Path]) -> None:
    assert run(folders[0], folders[0]).exit_code == 0
    assert run(folders[0] / "other.html", "-", stdin="<UL><LI>one</UL>").exit_code == 0


def test_lines_are_paired_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"html": "<p>a"}\n{"html": "<p>b"}\n{"html": "<p>c"}\n')
    (tmp_path / "b.jsonl").write_text('{"html": "<p>a"}\n{"html": "<b>b"}\n')
    result = run(tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--json")
    found = json.loads(result.stdout)
    assert [(pair["name"].removeprefix(str(tmp_path)), pair["exact"]) for pair in found["pairs"]] == [
        ("/a.jsonl:1", True),
        ("/a.jsonl:2", False),
    ]
    assert "b.jsonl has no page for it" in found["unpaired"][0]["message"]
    assert result.exit_code == 1


def test_a_page_that_cannot_be_read_exits_with_two(folders: tuple[Path, Path]) -> None:
    (folders[1] / "other.html").write_bytes(b"\0\1\2")
    result = run(*folders, "--json")
    assert result.exit_code == 2
    assert "binary" in result.stderr
    assert [pair["name"] for pair in json.loads(result.stdout)["pairs"]] == ["a/same.html"]


def test_an_outline_has_a_line_for_each_node() -> None:
    events = read('<!doctype html><title>a</title><p class="x">b<br>c').events
    assert list(outline(events)) == [
        "<!html>",
        "<html>",
        "  <head>",
        "    <title>",
        '      "a"',
        "  <body>",
        '    <p class="x">',
        '      "b"',
        "      <br>",
        '      "c"',
    ]


def test_a_difference_shows_what_one_side_alone_has() -> None:
    one, other = (Side.of_page(page) for page in ("<p>a</p><p>b</p>", "<p>a</p><p>c</p>"))
    assert difference(one, other) == ["@@", '   "a"', " <p>", '-  "b"', '+  "c"']
    assert difference(one, one) == []


def test_a_difference_begins_where_pages_differ_whatever_their_length() -> None:
    one, other = (Side.of_page("<hr>" * 700 + f"<p>{text}</p>" + "<hr>" * 700) for text in "ab")
    assert difference(one, other) == ["@@", " <hr>", " <p>", '-  "a"', '+  "b"', " <hr>", " <hr>"]
    longer = Side.of_page("<hr>" * 1401)
    assert len(difference(longer, Side.of_page("<wbr>" * 2000))) == 1 + 2 * 300


def test_nothing_of_a_page_reaches_the_terminal_as_a_command(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>[red]a\x1b[31m")
    (tmp_path / "b.html").write_text("<p>b")
    shown = run(tmp_path / "a.html", tmp_path / "b.html").stdout
    assert "[red]a" in shown
    assert "\x1b" not in shown
