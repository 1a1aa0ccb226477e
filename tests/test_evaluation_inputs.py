"""What a source holds is told by its content; what cannot be read is said in one sentence, and never loses what can."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from htmlgen.evaluation.running.inputs import NamedPage, UnreadablePage, read_pages

PAGE = "<!doctype html><title>a</title><p>b"


def read(*sources: str | Path, content: bytes = b"", **options: bool | int) -> list[tuple[str, str]]:
    """Name and text of each page; the error's sentence in place of the text, with `! ` before it."""
    pages = read_pages([str(source) for source in sources], stdin=io.BytesIO(content), **options)  # type: ignore[arg-type]
    return [(page.name, page.text if isinstance(page, NamedPage) else f"! {page.error}") for page in pages]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        PAGE,
        PAGE + "\n",
        "\n" + PAGE + "\n\n",
        "<!doctype html>\n<html><title>a</title><p>b</html>\n",
        "<!DOCTYPE html >\n\n<html>\n",
        "<!doctype html>\n<title>a</title>\n",
        "<html>\n<head>\n",
        "<p>a\n<p>b\n",
        "{% extends 'x' %}\n<p>a\n",
        "{\n}\n",
    ],
)
def test_a_file_is_one_page_unless_each_line_is_a_page_of_its_own(content: str) -> None:
    assert read("-", content=content.encode()) == [("stdin", content)]


@pytest.mark.parametrize("second", [PAGE.upper(), "<html lang=en><title>x</title></html>", "  " + PAGE])
def test_lines_that_are_pages_of_their_own_are_pages(second: str) -> None:
    content = f"{PAGE}\n\n{second}\r\n".encode()
    assert read("-", content=content) == [("stdin:1", PAGE), ("stdin:3", second)]


def test_lines_of_fragments_are_pages_if_asked_for() -> None:
    assert read("-", content=b"<p>a\n<p>b\n") == [("stdin", "<p>a\n<p>b\n")]
    assert read("-", content=b"<p>a\n<p>b\n", lines=True) == [("stdin:1", "<p>a"), ("stdin:2", "<p>b")]
    assert read("-", content=b"<p>a", lines=True) == [("stdin:1", "<p>a")]


def test_json_lines_give_the_page_under_html_or_page() -> None:
    content = b'{"html": "<p>a\\n", "n": 1}\n\n{"page": "<p>\\u00e9"}\n'
    assert read("-", content=content) == [("stdin:1", "<p>a\n"), ("stdin:3", "<p>é")]


def test_a_malformed_json_line_does_not_lose_the_others(tmp_path: Path) -> None:
    lines = ['{"html": "<p>a"}', "{oops", "[1]", '{"a": 1, "b": 2}', '{"html": 3}', '{"html": "<p>z"}']
    path = write(tmp_path / "pages.txt", "\n".join(lines))
    reason = "Expecting property name enclosed in double quotes"
    assert read(path) == [
        (f"{path}:1", "<p>a"),
        (f"{path}:2", f"! {path}, line 2: malformed JSON ({reason}); write one JSON object a line"),
        (f"{path}:3", f"! {path}, line 3: not a JSON object; write one a line, with the page as its key 'html'"),
        (f"{path}:4", f"! {path}, line 4: the object has no text under 'html' or 'page', only a, b; write the page as its key 'html'"),
        (f"{path}:5", f"! {path}, line 5: the object has no text under 'html' or 'page', only html; write the page as its key 'html'"),
        (f"{path}:6", "<p>z"),
    ]


def test_a_file_named_jsonl_is_json_lines_even_if_its_first_line_is_broken(tmp_path: Path) -> None:
    path = write(tmp_path / "pages.jsonl", '{"html": \n{"html": "<p>a"}\n' + "[" * 100_000)
    (_, first), second, (_, third) = read(path)
    assert "line 1: malformed JSON" in first
    assert second == (f"{path}:2", "<p>a")
    assert "line 3: malformed JSON (nested too deep)" in third


def test_a_folder_gives_its_pages_recursively_in_order(tmp_path: Path) -> None:
    for name in ("b.html", "a.HTM", "c/d.xhtml", "c/e.txt", "f.css"):
        write(tmp_path / name, name)
    assert [text for _, text in read(tmp_path)] == ["a.HTM", "b.html", "c/d.xhtml"]


def test_a_glob_gives_its_matches_in_order_and_the_pages_of_folders(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c/d.txt", "e.txt/f.html"):
        write(tmp_path / name, name)
    assert [text for _, text in read(tmp_path / "*.txt")] == ["a.txt", "b.txt", "e.txt/f.html"]
    assert [text for _, text in read(f"{tmp_path}/**/d.*")] == ["c/d.txt"]


def test_a_file_whose_name_looks_like_a_glob_is_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "[a].html", PAGE)
    assert read(path) == [(str(path), PAGE)]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.html", b"", "{0} is empty: no bytes; give a file with HTML in it"),
        ("blank.html", b"\xef\xbb\xbf \n\t\n", "{0} is empty: it has only white space; give a file with HTML in it"),
        ("empty.jsonl", b"", '{0} is empty: it has no JSON line; give one object a line, as {{"html": "<p>..."}}'),
        ("image.html", b"\x89PNG\0\0", "{0} is a binary file, not a page: it has NUL bytes; give HTML text"),
        ("large.html", b"<p>" + b"x" * 100, "{0} is above the limit of 99 bytes a page; split it, or raise the limit"),
    ],
)
def test_a_file_that_is_no_page_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    path = write(tmp_path / name, content)
    assert read(path, limit=99) == [(str(path), "! " + sentence.format(path))]


def test_a_source_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    write(tmp_path / "index.html", PAGE)
    (tmp_path / "sub").mkdir()
    answers = [text for _, text in read(tmp_path / "indx.html", tmp_path / "*.none", tmp_path / "sub", "no/such", "a\0b", "x" * 5000)]
    assert answers[0] == f"! no file or folder {str(tmp_path / 'indx.html')!r}; did you mean {str(tmp_path / 'index.html')!r}?"
    assert answers[1].startswith(f"! nothing matches {str(tmp_path / '*.none')!r}")
    assert answers[2].startswith(f"! the folder {tmp_path / 'sub'} holds no page, no file named *.htm, *.html, *.xhtml")
    assert answers[3] == "! no file or folder 'no/such'; give files, folders, globs, or - for standard input"
    assert answers[4].startswith("! no file or folder 'a\\x00b'")
    assert "cannot be read: File name too long" in answers[5]


def test_one_broken_source_never_loses_the_others(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "c/a.html", PAGE), write(tmp_path / "c/b.html", b"\0")
    last = write(tmp_path / "c/z.html", PAGE)
    found = list(read_pages(["missing", str(tmp_path)]))
    assert [type(page) for page in found] == [UnreadablePage, NamedPage, UnreadablePage, NamedPage]
    assert [page.name for page in found] == ["missing", str(good), str(bad), str(last)]


def test_a_line_above_the_limit_is_refused_and_the_next_is_read() -> None:
    content = "\n".join([PAGE, PAGE + "x" * 100, PAGE]).encode()
    first, (name, sentence), last = read("-", content=content, limit=len(PAGE))
    assert (first, last) == (("stdin:1", PAGE), ("stdin:3", PAGE))
    assert (name, sentence[:35]) == ("stdin:2", "! stdin:2 is above the limit of 35 ")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("é".encode(), "é"),
        (b"\xef\xbb\xbf<p>\xc3\xa9", "<p>é"),
        (b"<meta charset=iso-8859-2><p>\xb1", "<meta charset=iso-8859-2><p>ą"),
        (b"<p>\x80", "<p>€"),  # windows-1252, the Standard's last resort
        (b"<meta charset=utf-8>\xff", "<meta charset=utf-8>\ufffd"),
    ],
)
def test_bytes_are_what_they_declare_or_else_utf_8_or_else_windows_1252(content: bytes, text: str) -> None:
    assert read("-", content=content) == [("stdin", text)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_its_byte_order_mark_is_text(encoding: str) -> None:
    assert read("-", content=("\ufeff" + PAGE + "\n" + PAGE).encode(encoding)) == [("stdin:1", PAGE), ("stdin:2", PAGE)]


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_give_pages_or_say_why_not(content: bytes, lines: bool) -> None:
    found = list(read_pages(["-"], lines=lines, stdin=io.BytesIO(content)))
    assert found
    assert all(page.text if isinstance(page, NamedPage) else str(page.error) for page in found)


@given(st.lists(st.text(max_size=20), min_size=1))
def test_pages_written_as_json_lines_are_read_back(texts: list[str]) -> None:
    content = "\n".join(json.dumps({"html": text}) for text in texts).encode()
    assert [text for _, text in read("-", content=content)] == texts
