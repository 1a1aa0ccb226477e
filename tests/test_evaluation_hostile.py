"""Does every page have an answer, whatever it holds? In time that grows with the square of its size, these would take hours."""

import io
import os
from pathlib import Path

import pytest

from htmlgen.bounded import Bounded, EnoughError
from htmlgen.evaluation.findings import MOST
from htmlgen.evaluation.running.inputs import NamedPage, UnreadablePage, read_pages
from htmlgen.evaluation.score import evaluate

PAGES = {
    "nested div": "<div>" * 100_000,
    "nested div, closed": "<div>" * 100_000 + "</div>" * 100_000,
    "nested lists": "<ul><li>" * 20_000,
    "nested b": "<b>" * 10_000,
    "adoption": "<a><b><i><p></a>" * 5_000,
    "formatting": "".join(f"<font a{number}>" for number in range(3_000)),
    "unknown": "<x-a>" * 20_000 + "</x-b>" * 20_000,
    "b around div": ("<b>" * 20 + "<div></b>") * 2_000,
    "a long value": '<p title="' + "x" * 1_000_000 + '">',
    "a long class": '<p class="' + "x y " * 250_000 + '">',
    "a long style": '<p style="' + "a:b;" * 250_000 + '">',
    "a long URL": '<a href="' + "x/" * 500_000 + '">a</a>',
    "a long srcset": '<img alt="" src=x srcset="' + "a 1x," * 200_000 + '">',
    "a long name": "<p " + "x" * 1_000_000 + ">",
    "a long tag": "<" + "x" * 1_000_000 + ">",
    "a long custom tag": "<x-" + "x" * 1_000_000 + ">y</x-" + "x" * 1_000_000 + ">",
    "attributes": "<p " + " ".join(f"a{number}" for number in range(200_000)) + ">",
    "attributes of data": "<p " + " ".join(f"data-a{number}" for number in range(200_000)) + ">",
    "attributes of a custom element": "<x-a " + " ".join(f"a{number}" for number in range(200_000)) + "></x-a>",
    "one attribute again": "<p " + "a " * 200_000 + ">",
    "less-than": "<" * 10_000_000,
    "nul": "<p>" + "\0" * 50_000,
    "surrogates": "<p>" + "\ud800" * 50_000,
    "end tags": "</p>" * 100_000,
    "tables": "<table>" * 20_000,
    "text in tables": "<table>" + "x<tr>" * 20_000,
    "ids": "".join(f"<p id=a{number}>" for number in range(5_000)),
    "one id": "<p id=a>" * 30_000,
    "svg": "<svg><g>" * 20_000,
    "comments": "<!--" * 100_000,
    "line feeds": "\n" * 3_000_000,
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_an_answer(name: str) -> None:
    page = PAGES[name]
    found = evaluate(page)
    assert 0 <= found.score <= 1
    assert len(found.findings) <= 5 * MOST + 10
    assert all(0 <= finding.offset <= len(page) and finding.rule for finding in found.findings)


def test_a_page_of_too_many_errors_says_where_it_was_given_up() -> None:
    errors = evaluate("<" * 20_000).errors
    assert len(errors) == MOST
    assert errors[-1].rule == "input/too-many-errors"
    assert {error.rule for error in errors[:-1]} == {"syntax/invalid-first-character-of-tag-name"}
    assert 0 < errors[-1].offset <= MOST


def test_faults_of_balance_count_though_they_are_not_all_listed() -> None:
    balance = evaluate("</i>" * (MOST + 5)).balance
    assert (balance.stray, len(balance.findings)) == (MOST + 5, MOST)


def test_a_bounded_list_has_its_bound() -> None:
    values = Bounded[int](2)
    values.extend([1, 2])
    with pytest.raises(EnoughError):
        values.append(3)
    assert values == [1, 2]


# Files


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    """200 MB of holes, in one line, in lines, and as one page."""
    for number, beginning in enumerate((b"<p>", b"<p>\n<p>\n", b'{"html": "', b"<html><p>\n<html><p>\n")):
        path = tmp_path / f"{number}.html"
        path.write_bytes(beginning + b"x" * 10_000)
        os.truncate(path, 200_000_000)
        (found,) = (page for page in read_pages([str(path)], limit=1_000_000) if isinstance(page, UnreadablePage))
        assert "above the limit of 1,000,000 bytes" in str(found.error)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is a binary file"),
        (bytes(range(256)) * 40, "is a binary file"),
        ("<p>é".encode("utf-16-le"), "looks like UTF-16 without its byte order mark"),
        ("\n <p>é".encode("utf-16-be"), "looks like UTF-16 without its byte order mark"),
        (b"<p" + b"\0" * 100, "is a binary file"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, sentence: str) -> None:
    (found,) = read_pages(["-"], stdin=io.BytesIO(content))
    assert isinstance(found, UnreadablePage)
    assert sentence in str(found.error)


def test_a_page_with_a_nul_is_a_page() -> None:
    (found,) = read_pages(["-"], stdin=io.BytesIO(b"<p>a\0b</p>"))
    assert isinstance(found, NamedPage)
    assert found.text == "<p>a\0b</p>"


def test_cycles_of_links_end_and_broken_ones_are_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "page.html").write_text("<p>x")
    for name in ("one", "two"):
        (tmp_path / "a" / name).symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "gone.html").symlink_to(tmp_path / "nowhere")
    for source in (str(tmp_path), f"{tmp_path}/**/*.html", f"{tmp_path}/**"):
        gone, page = read_pages([source])
        assert isinstance(page, NamedPage)
        assert isinstance(gone, UnreadablePage)
        assert "gone.html cannot be read: No such file or directory" in str(gone.error)


def test_pipes_in_folders_are_passed_over_and_named_ones_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    (tmp_path / "page.html").write_text("<p>x")
    assert [page.name for page in read_pages([str(tmp_path)])] == [str(tmp_path / "page.html")]
    read, write = os.pipe()
    os.write(write, b'{"html": "<p>a"}\n{"html": "<p>b"}\n')
    os.close(write)
    assert [page.text for page in read_pages([f"/dev/fd/{read}"]) if isinstance(page, NamedPage)] == ["<p>a", "<p>b"]
    os.close(read)


def test_lines_come_before_the_stream_has_ended() -> None:
    """A pipe that is still being written: the first page is there before the last one is."""
    read, write = os.pipe()
    os.write(write, b'{"html": "<p>a"}\n' * 1000)  # more than is looked at to tell what it is
    with os.fdopen(read, "rb") as stream:
        pages = read_pages(["-"], stdin=stream)
        first = next(pages)
        os.close(write)
        assert isinstance(first, NamedPage)
        assert first.text == "<p>a"
        assert sum(1 for _ in pages) == 999


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "page.html").write_text("<p>x")
    (tmp_path / "secret.html").touch(mode=0)
    closed, page, secret = read_pages([str(tmp_path)])
    assert isinstance(page, NamedPage)
    assert isinstance(closed, UnreadablePage)
    assert isinstance(secret, UnreadablePage)
    assert "Permission denied" in str(closed.error)
    assert "Permission denied" in str(secret.error)


def test_names_that_are_no_utf_8_are_read(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.html"
    with open(path, "wb") as file:  # noqa: PTH123 (a name in bytes)
        file.write(b"<p>x")
    (page,) = read_pages([str(tmp_path)])
    assert isinstance(page, NamedPage)
    assert os.fsencode(page.name) == path
