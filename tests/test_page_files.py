"""Does a file of pages hold what was written, however the writing ended, and does a run that is resumed give the unbroken one's file?"""

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

import htmlgen
from htmlgen.cli import cli
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.errors import MissingExtraError, OutputError
from htmlgen.jobs import Order
from htmlgen.page_files import Run, beside, page_file, run_of
from htmlgen.pages import Page
from htmlgen.runtime import bundle

RUN = Run(7, {"max_tokens": 40, "temperature": 0.9})
FILES = pytest.mark.parametrize("name", ["pages.parquet", "pages.jsonl"])


def rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        found: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
        return found
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def numbered(number: int) -> Page:
    return Page(f"<p>é \x85 {number}</p>", 7 + number, 3, -number / 7, "tiny")


def write(path: Path, numbers: range, *, resume: bool = False, run: Run = RUN) -> None:
    with page_file(path, run, resume=resume) as file:
        assert file.pages == numbers.start
        for number in numbers:
            file.write(numbered(number))
        assert file.pages == numbers.stop


def columns(page: Page) -> dict[str, Any]:
    return {name: getattr(page, name) for name in ("html", "seed", "tokens", "logprob", "bundle")}


@FILES
def test_a_file_holds_all_columns_of_each_page(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, range(2500))
    assert rows(tmp_path / name) == [columns(numbered(number)) for number in range(2500)]
    assert run_of(tmp_path / name) == RUN


@FILES
@pytest.mark.parametrize("first", [0, 1, 999, 1000, 2100])
def test_a_run_that_is_resumed_gives_the_file_of_an_unbroken_one(tmp_path: Path, name: str, first: int) -> None:
    whole, parts = tmp_path / name, tmp_path / "parts" / name
    write(whole, range(2200))
    write(parts, range(first))
    write(parts, range(first, 2200), resume=True)
    assert parts.read_bytes() == whole.read_bytes()


@FILES
def test_resuming_where_nothing_is_begins(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, range(3), resume=True)
    assert len(rows(tmp_path / name)) == 3


@FILES
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_what_ends_the_writing_keeps_what_is_written(tmp_path: Path, name: str, error: type[BaseException]) -> None:
    with pytest.raises(error), page_file(tmp_path / name, RUN, resume=False) as file:
        file.write(numbered(0))
        raise error
    assert rows(tmp_path / name) == [columns(numbered(0))]
    write(tmp_path / name, range(1, 4), resume=True)
    assert [row["seed"] for row in rows(tmp_path / name)] == [7, 8, 9, 10]


def test_a_parquet_file_is_whole_or_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "pages.parquet"
    write(path, range(5))
    with page_file(path, replace(RUN, seed=1), resume=False) as file:
        file.write(numbered(9))
        assert len(rows(path)) == 5
    assert rows(path) == [columns(numbered(9))]
    assert [each.name for each in tmp_path.iterdir()] == ["pages.parquet"]


def test_a_line_that_was_cut_short_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    write(path, range(5))
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    write(path, range(4, 5), resume=True)
    assert path.read_bytes() == whole


@FILES
@pytest.mark.parametrize(
    ("run", "told"),
    [
        (replace(RUN, seed=8), "seed 7, not 8"),
        (Run(7, {"max_tokens": 41, "temperature": 0.9}), "max_tokens 40, not 41"),
        (Run(7, {"max_tokens": 40, "temperature": 0.9, "wild": True}), "wild None, not True"),
        (Run(7, {"max_tokens": 40}), "temperature 0.9, not None"),
        (Run(7, {"max_tokens": 40, "temperature": "x" * 99}), "another temperature"),
    ],
)
def test_a_run_of_other_settings_is_refused_by_name(tmp_path: Path, name: str, run: Run, told: str) -> None:
    write(tmp_path / name, range(2))
    before = (tmp_path / name).read_bytes()
    with (
        pytest.raises(OutputError, match=f"{name}: its pages were written with {told}; resume with"),
        page_file(tmp_path / name, run, resume=True),
    ):
        pytest.fail("opened")
    assert (tmp_path / name).read_bytes() == before


@FILES
@pytest.mark.parametrize("content", [b"", b"PAR1 not really PAR1", b"{}\n", None])
def test_a_file_that_no_run_wrote_is_not_resumed(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is None and path.suffix == ".parquet":
        pyarrow.parquet.write_table(pyarrow.table({"html": ["<p>"]}), path)
    else:
        path.write_bytes(content or b"{}\n")
    with pytest.raises(OutputError, match="does not say how it was written"):
        run_of(path)
    beside(path).write_text('["seed"]')
    with pytest.raises(OutputError, match="does not say how it was written"):
        run_of(path)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"htmlgen\[parquet\]"), page_file(tmp_path / "pages.parquet", RUN, resume=False):
        pytest.fail("opened")
    write(tmp_path / "pages.jsonl", range(2))


def test_a_run_names_all_that_pages_depend_on(tiny_bundle: Path, tmp_path: Path) -> None:
    grammar = tmp_path / "own.rnc"
    shutil.copy(Path(__file__).parents[1] / "grammars" / "snippet.rnc", grammar)
    order = Order(bundle=str(tiny_bundle), grammar=str(grammar), options={"max_tokens": 9, "sampling": SamplingConfig(top_k=3)})
    one = Run.of(1, order, bundle.load(str(tiny_bundle)), htmlgen.__version__)
    assert one.settings["top_k"] == 3
    assert one.settings["bundle"]["step.int8.onnx"] == bundle.load(str(tiny_bundle)).record["files"]["step.int8.onnx"]
    grammar.write_text(grammar.read_text() + "\n# another grammar\n")
    assert Run.of(1, order, bundle.load(str(tiny_bundle)), htmlgen.__version__) != one
    unasked = Run.of(1, Order(bundle=str(tiny_bundle)), bundle.load(str(tiny_bundle)), htmlgen.__version__)
    assert unasked.settings["grammar"] == "page"


# The command line


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(each) for each in arguments], catch_exceptions=True)


@FILES
def test_pages_go_to_one_file_for_any_jobs_and_batch(tiny_bundle: Path, tmp_path: Path, name: str) -> None:
    command = ["generate", "--bundle", tiny_bundle, "--n", 20, "--seed", 7, "--max-tokens", 60]
    files = [tmp_path / str(number) / name for number in range(3)]
    for path, options in zip(files, ([], ["--jobs", 2, "--batch", 3], ["--jobs", 1, "--batch", 1]), strict=True):
        result = run(*command, *options, "--out", path)
        assert result.exit_code == 0, result.output
        assert "wrote 20 pages" in result.stderr
        assert result.stdout == ""
    assert len({path.read_bytes() for path in files}) == 1
    assert [row["html"] for row in rows(files[0])] == run(*command, "--jobs", 2).stdout.splitlines()
    assert [row["seed"] for row in rows(files[0])] == list(range(7, 27))


@FILES
def test_a_seed_that_was_drawn_is_resumed(tiny_bundle: Path, tmp_path: Path, name: str) -> None:
    command = ["generate", "--bundle", tiny_bundle, "--max-tokens", 60, "--out", tmp_path / name]
    assert run(*command, "--n", 3).exit_code == 0
    seed = rows(tmp_path / name)[0]["seed"]
    more = run(*command, "--n", 5, "--resume")
    assert f"seed {seed}" in more.stderr
    assert [row["seed"] for row in rows(tmp_path / name)] == list(range(seed, seed + 5))
    assert run(*command, "--n", 2, "--resume").exit_code == 0
    assert len(rows(tmp_path / name)) == 5


def test_an_order_that_cannot_be_met_leaves_the_file_alone(tiny_bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "pages.jsonl"
    path.write_text("kept\n")
    result = run("generate", "--bundle", tiny_bundle, "--max-tokens", 3, "--out", path, "--force", "--seed", 1)
    assert result.exit_code == 2
    assert "at most 3 tokens, but a page needs" in result.stderr
    assert path.read_text() == "kept\n"


@FILES
@pytest.mark.parametrize("jobs", [[], ["--jobs", "2"]])
def test_an_interrupt_keeps_a_file_that_can_be_resumed(tiny_bundle: Path, tmp_path: Path, name: str, jobs: list[str]) -> None:
    path = tmp_path / name
    growing = path.with_name(f".{name}.part") if path.suffix == ".parquet" else path
    command = ["generate", "--bundle", str(tiny_bundle), "--grammar", "tags", "--max-tokens", "16", "--seed", "3", "--out", str(path)]
    process = subprocess.Popen([sys.executable, "-m", "htmlgen.cli", *command, "--n", "1000000", *jobs], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (growing.exists() and growing.stat().st_size > 1000) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert "go on with the same command and --resume" in told
    assert "Traceback" not in told
    kept = rows(path)
    assert 0 < len(kept) < 1_000_000
    assert run(*command, "--n", len(kept) + 9, "--resume").exit_code == 0
    assert [row["seed"] for row in rows(path)] == list(range(3, 3 + len(kept) + 9))
    whole = tmp_path / "whole" / name
    assert run(*command[:-1], str(whole), "--n", len(kept) + 9).exit_code == 0
    assert rows(whole) == rows(path)
