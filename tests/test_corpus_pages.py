"""Reading a corpus: every kind of source in a fixed order, and a message that names what cannot be read."""

import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from htmlgen.corpus.pages import Page, read_pages, sites
from htmlgen.errors import InputError


def parquet(file: Path, /, **columns: list[object]) -> str:
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return str(file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sites as folders, a page beside them, and what is no page."""
    for name in ("b.example/one.html", "a.example/deep/two.HTM", "three.xhtml", "a.example/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<p>{path.stem}", encoding="utf-8")
    return tmp_path


def test_a_folder_gives_its_pages_in_order_with_the_first_folder_as_site(folder: Path) -> None:
    found = [(page.html, page.site) for page in read_pages([str(folder)])]
    assert found == [("<p>two", "a.example"), ("<p>one", "b.example"), ("<p>three", "three.xhtml")]


def test_a_glob_and_a_file_give_each_page_a_site_of_its_own(folder: Path) -> None:
    found = list(read_pages([f"{folder}/*/*.html", str(folder / "three.xhtml")]))
    assert [page.html for page in found] == ["<p>one", "<p>three"]
    assert sites(found) == {page.name for page in found}


def test_a_byte_order_mark_and_bytes_that_are_no_utf8_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"\xef\xbb\xbf<p>\xff")
    assert [page.html for page in read_pages([str(tmp_path)])] == ["<p>\ufffd"]


def test_an_empty_page_is_a_page(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"")
    assert [page.html for page in read_pages([str(tmp_path)])] == [""]


def test_parquet_gives_site_path_licence_and_kind_where_it_has_them(tmp_path: Path) -> None:
    full = parquet(tmp_path / "a.parquet", html=["<p>"], repo=["r"], path=["p.html"], licence=["MIT"], kind=["docs"], more=[1])
    bare = parquet(tmp_path / "b.parquet", html=["<p>"])
    assert list(read_pages([full, bare])) == [Page("<p>", "p.html", "r", "MIT", "docs"), Page("<p>", f"{bare}:1", f"{bare}:1")]


def test_json_lines_are_read_one_page_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n\n" for row in ({"html": "a", "site": "s"}, {"html": "b", "site": 5})), encoding="utf-8")
    assert [(page.html, page.site) for page in read_pages([str(path)])] == [("a", "s"), ("b", "5")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.html", b"\x89PNG\0\0", "a.html: a binary file"),
        ("a.parquet", b"", "a.parquet: not a Parquet file"),
        ("a.parquet", b"PAR1 and more", "a.parquet: not a Parquet file"),
        ("a.jsonl", b"", "no pages in it"),
        ("a.jsonl", b'{"html": ""}\n{"html": \n', "a.jsonl:2: not JSON"),
        ("a.jsonl", b'{"html": "\xff"}\n', "a.jsonl:1: not JSON"),
        ("a.jsonl", b"[" * 100_000, "a.jsonl:1: not JSON"),
        ("a.jsonl", b'"page"\n', "a.jsonl:1: not an object"),
        ("a.ndjson", b'{"html": 5}\n', "a.ndjson:1: not an object"),
        ("a.txt", b"x", "no pages in it; a corpus is a folder or glob of .html"),
    ],
)
def test_a_bad_file_is_named_with_the_place(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        list(read_pages([str(tmp_path)]))


def test_a_parquet_file_without_pages_is_named_with_its_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'html' among text, url"):
        list(read_pages([parquet(tmp_path / "a.parquet", text=["x"], url=["y"])]))
    with pytest.raises(InputError, match=r"b\.parquet:2: not an object with the page"):
        list(read_pages([parquet(tmp_path / "b.parquet", html=["x", None])]))


@pytest.mark.parametrize("source", ["missing", "missing.html", "missing/*.html", ".", "nowhere://a/b"])
def test_a_source_without_pages_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=source.replace("*", r"\*")):
        list(read_pages([source]))
