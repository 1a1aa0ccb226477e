"""The command line: does every command print what it promises, and say what goes wrong?"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import htmlgen
from htmlgen.cli import cli
from htmlgen.control import Control
from htmlgen.decoding.beam import BeamConfig
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.temperatures import Temperatures
from htmlgen.markup.reader import read
from htmlgen.pages import Generator

Run = Callable[..., Result]
PRE = "<title>a</title><pre>x\ny"
COMMANDS = ("generate", "complete", "eval", "tokenize", "train", "corpus stats", "grammar", "version")


def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def generate(tiny_bundle: Path) -> Run:
    """`htmlgen generate` with the tiny bundle and a small budget."""
    return lambda *arguments: run("generate", "--bundle", tiny_bundle, "--max-tokens", 60, *arguments)


def process(*arguments: object, code: str = "from htmlgen.cli import main; main()") -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


# generate


def test_a_page_a_line(generate: Run, page_generator: Generator) -> None:
    result = generate("--n", 5, "--seed", 7)
    assert result.exit_code == 0
    assert result.stdout.split("\n") == [*(page.html for page in page_generator.pages(5, seed=7, max_tokens=60)), ""]
    assert result.stderr == ""


def test_line_feeds_are_references(generate: Run) -> None:
    result = generate("--n", 3, "--seed", 1, "--prompt", PRE)
    assert result.stdout.count("\n") == 3
    assert all("<pre>x&#10;y" in line for line in result.stdout.splitlines())


def test_pretty_pages_read_as_the_others(generate: Run) -> None:
    plain, pretty = (generate("--n", 3, "--seed", 2, *more).stdout for more in ([], ["--pretty"]))
    pages = pretty.rstrip("\n").split("\n\n<!DOCTYPE html>")
    shown = [page if number == 0 else f"<!DOCTYPE html>{page}" for number, page in enumerate(pages)]
    assert [read(page).events for page in shown] == [read(page).events for page in plain.splitlines()]


def test_json_lines_hold_a_page_each(generate: Run) -> None:
    lines = [json.loads(line) for line in generate("--n", 3, "--seed", 3, "--jsonl").stdout.splitlines()]
    assert [list(line) for line in lines] == [["html", "seed", "tokens", "score", "logprob", "bundle"]] * 3
    assert [line["seed"] for line in lines] == [3, 4, 5]
    assert [line["html"] for line in lines] == generate("--n", 3, "--seed", 3).stdout.splitlines()


def test_pretty_and_json_lines_exclude_one_another(generate: Run) -> None:
    result = generate("--pretty", "--jsonl")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "exclude one another" in result.stderr


def test_a_seed_that_is_drawn_is_told(generate: Run) -> None:
    first = generate("--n", 2)
    seed = first.stderr.removeprefix("htmlgen: seed ").strip()
    assert seed.isdigit()
    assert generate("--n", 2, "--seed", seed).stdout == first.stdout


def test_no_page_is_no_line(generate: Run) -> None:
    result = generate("--n", 0, "--seed", 1)
    assert (result.exit_code, result.stdout) == (0, "")


def test_files_are_numbered_and_never_written_over(generate: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pages"
    result = generate("--n", 2, "--seed", 1, "--out", folder)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"htmlgen: wrote 2 pages to {folder}\n"
    assert sorted(path.name for path in folder.iterdir()) == ["001.html", "002.html"]
    assert "".join(path.read_text() for path in sorted(folder.iterdir())) == generate("--n", 2, "--seed", 1).stdout
    (folder / "002.html").write_text("mine")
    again = generate("--n", 2, "--seed", 5, "--out", folder)
    assert again.exit_code == 2
    assert "001.html: is there already; choose another --out, or --force to write over it" in again.stderr
    assert (folder / "002.html").read_text() == "mine"
    assert generate("--n", 2, "--seed", 5, "--out", folder, "--force").exit_code == 0
    assert (folder / "002.html").read_text() != "mine"
    assert generate("--n", 1, "--seed", 5, "--out", folder, "--jsonl").exit_code == 0
    assert json.loads((folder / "001.json").read_text())["seed"] == 5


def test_sampling_options_reach_the_sampler(generate: Run) -> None:
    greedy = generate("--n", 2, "--seed", 1, "--temperature", 0).stdout.splitlines()
    assert greedy[0] == greedy[1]
    assert generate("--n", 2, "--seed", 1, "--top-k", 1).stdout.splitlines() == greedy
    plain = generate("--n", 2, "--seed", 1).stdout
    assert len({plain, *(generate("--n", 2, "--seed", 1, *more).stdout for more in (["--top-p", 0.5], ["--min-p", 0.5]))}) == 3


# eval


def test_options_of_what_pages_shall_be_reach_the_generator(tiny_bundle: Path, page_generator: Generator) -> None:
    arguments = ["--length", "70..90", "--depth", 6, "--lang", "de", "--title", "A <b>", "--best-of", 2, "--unique", "--most-copied", 0]
    result = run("generate", "--bundle", tiny_bundle, "--seed", 1, "--n", 3, "--temperature", "text=0.5", *arguments)
    assert result.exit_code == 0, result.output
    control = Control(length="70..90", depth=6, lang="de", title="A <b>", best_of=2, unique=0.8, most_copied=0)
    sampling = SamplingConfig(by_class=Temperatures(structure=1.0, attribute=1.0, text=0.5), min_p=0.01)
    assert result.stdout.splitlines() == [page.html for page in page_generator.pages(3, seed=1, sampling=sampling, control=control)]


def test_kinds_of_snippets(tiny_bundle: Path) -> None:
    result = run("generate", "--bundle", tiny_bundle, "--seed", 1, "--snippet", "nav", "--unique=0.7", "--n", 2)
    assert [line[:4] for line in result.stdout.splitlines()] == ["<nav", "<nav"]


def test_generated_pages_are_judged_clean(generate: Run) -> None:
    result = run("eval", "-", stdin=generate("--n", 10, "--seed", 1).stdout)
    assert result.exit_code == 0
    assert "10 of 10 pages without errors; 0 errors, 0 warnings; mean score 1.000" in result.stdout


def test_the_line_feed_at_the_end_of_a_file_is_no_part_of_the_beginning(tiny_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>Hello wor\n")
    given = (["--text", "<p>Hello wor"], [str(tmp_path / "a.html")], ["-"])
    run = [CliRunner().invoke(cli, ["complete", "--bundle", str(tiny_bundle), *each], input="<p>Hello wor\n") for each in given]
    assert all(result.exit_code == 0 and result.stdout for result in run)
    assert run[0].stdout == run[1].stdout == run[2].stdout


def test_completions_a_line_or_as_json(tiny_bundle: Path, page_generator: Generator) -> None:
    run = ["complete", "--bundle", str(tiny_bundle), "--text", "<pre>a", "--n", "3", "--max-tokens", "9", "--beam", "4"]
    found = page_generator.complete("<pre>a", n=3, max_tokens=9, beam=BeamConfig(width=4))
    assert CliRunner().invoke(cli, run).stdout.splitlines() == [str(each).replace("\n", "&#10;") for each in found]
    assert json.loads(CliRunner().invoke(cli, [*run, "--json"]).stdout) == [each.to_dict() for each in found]
    assert list(found[0].to_dict()) == ["continuation", "logprob", "bits", "tokens", "finished", "valid"]


def test_exit_codes_of_eval(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.html", tmp_path / "bad.html"
    good.write_text("<p>one</p>")
    bad.write_text("<p>one</div>")
    assert run("eval", good).exit_code == 0
    assert run("eval", good, bad).exit_code == 1
    assert run("eval", bad, "--min-score", 0.1).exit_code == 0
    result = run("eval", bad, tmp_path / "none.html", good)
    assert result.exit_code == 2
    assert "none.html" in result.stderr
    assert "1 of 2 pages without errors" in result.stdout


def test_formats_of_eval(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>one</div>")
    whole = json.loads(run("eval", page, "--format", "json").stdout)
    (line,) = run("eval", page, "--format", "jsonl").stdout.splitlines()
    assert whole["pages"] == [json.loads(line)]
    assert whole["totals"]["pages"] == 1
    table = run("eval", page).stdout
    assert f"{page}:1:7 syntax/stray-end-tag" in table
    assert "\x1b" not in table


def test_pages_beside_a_reference(tmp_path: Path) -> None:
    """Four pages beside themselves: nothing is new, all is copied; the same from two processes."""
    texts = [f"<!DOCTYPE html><title>a</title><p>one two {number}</p>" for number in range(4)]
    pages = tmp_path / "pages.jsonl"
    pages.write_text("\n".join(json.dumps({"html": text}) for text in texts))
    whole = json.loads(run("eval", pages, "--reference", pages, "--format", "json").stdout)
    assert whole["comparison"]["figures"]["tags"]["value"] == whole["comparison"]["figures"]["tags"]["floor"] == 0
    assert whole["comparison"]["figures"]["novelty"]["value"] == 0
    # <!html <html <head <title a </title </head <body <p one two 0 </p </body </html
    # Two of the four are in the half; the others share with it what stands before their number, 11 words.
    half = {"value": 13.0, "low": 11.0, "high": 15.0, "real": 11.0, "whole_sites": True}
    assert whole["comparison"]["copied_words_of_half"] == half
    assert whole["comparison"]["copied_words"] == {"mean": 15.0, "median": 15.0, "longest": 15, "share_long": 0.0}
    lines = run("eval", pages, "--reference", pages, "--format", "jsonl", "--jobs", 2).stdout.splitlines()
    assert [json.loads(line) for line in lines] == [*whole["pages"], {"comparison": whole["comparison"]}]
    table = run("eval", pages, "--reference", pages).stdout
    assert re.search(r"^tags +0 +0\.000 +0\.000–0\.000 +0\.000 +- +0\.000 +- +as real *$", table, re.MULTILINE)
    assert "longest run copied from the reference: mean 15.0, median 15, at most 15 words; above 64 in 0.0% of pages" in table


def test_too_few_pages_to_compare_are_judged_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!DOCTYPE html><html lang=en><title>a</title><p>one")
    result = run("eval", tmp_path, "--reference", tmp_path, "--format", "json")
    assert result.exit_code == 2
    assert len(json.loads(result.stdout)["pages"]) == 1
    told = "1 pages to compare with an element; likeness needs four at least"
    assert json.loads(result.stdout)["comparison"] == {"problem": told}
    assert result.stderr == f"htmlgen: {told}\n"


def test_bits_of_pages_under_a_bundle(tiny_bundle: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages.jsonl"
    pages.write_text("".join(json.dumps({"html": f"<p>one {number}</p>"}) + "\n" for number in range(70)))
    asked = ["eval", pages, "--bits", "--bundle", tiny_bundle]
    bits = json.loads(run(*asked, "--format", "json").stdout)["comparison"]["bits"]
    alone = [json.loads(line) for line in run("bits", pages, "--bundle", tiny_bundle, "--json", "--jobs", 1).stdout.splitlines()]
    assert [page["bits_per_byte"] for page in bits["pages"]] == pytest.approx([page["bits_per_byte"] for page in alone[:-1]], rel=1e-6)
    assert (bits["bundle"], bits["bytes"]) == (tiny_bundle.name, alone[-1]["bytes"])
    assert f"bits per byte {alone[-1]['bits_per_byte']:.3f} under the bundle {tiny_bundle.name}" in run(*asked).stdout
    assert "--bundle is the bundle of --bits" in run("eval", pages, "--bundle", tiny_bundle).output
    assert run("eval", pages, "--bits", "--bundle", tmp_path).exit_code == 2


def test_bits_of_nothing_are_told(tiny_bundle: Path) -> None:
    result = run("eval", "-", "--bits", "--bundle", tiny_bundle, stdin="<script>1</script>")
    assert "bits per byte: none of the pages has any content left after cleaning" in result.stdout


def test_lines_and_fragments() -> None:
    result = run("eval", "-", "--lines", "--format", "jsonl", stdin="<p>a</p>\n<p>b</p>\n")
    assert [json.loads(line)["name"] for line in result.stdout.splitlines()] == ["stdin:1", "stdin:2"]
    assert run("eval", "-", stdin="<p>a</p>").exit_code == 0
    assert run("eval", "-", "--document", stdin="<p>a</p>").exit_code == 1  # no doctype


# tokenize, corpus, version, help


def test_tokens_are_set_apart_by_bars(tiny_bundle: Path) -> None:
    page = "<!DOCTYPE html><html><head><title>a</title></head><body><pre>\n\nx</pre></body></html>"
    result = run("tokenize", "--bundle", tiny_bundle, "-", stdin=page)
    line, summary = result.stdout.splitlines()
    assert line.replace("│", "") == page.replace("\n\n", "↵")  # the parser drops the first line feed of a pre
    assert line.startswith("<!DOCTYPE html>│<html>│<head>│<title>│a│</title>│")
    assert not line.endswith("│")
    assert summary.startswith(f"{line.count('│') + 1} tokens, ")


def test_tokens_as_json(tiny_bundle: Path, generator: Generator) -> None:
    result = run("tokenize", "--bundle", tiny_bundle, "--json", "-", stdin="<p>one</p>")
    found = json.loads(result.stdout)
    assert "".join(found["tokens"]) == "<p>one</p>"
    assert generator.tokenizer.spell(found["ids"]) == found["tokens"]


def test_what_a_page_loses_is_told(tiny_bundle: Path) -> None:
    assert "stdin: not kept: plaintext" in run("tokenize", "--bundle", tiny_bundle, "-", stdin="<plaintext>x").stderr


def test_a_corpus_is_counted(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<!DOCTYPE html><title>a</title><p onclick=x>one")
    result = run("corpus", "stats", "--jobs", 1, tmp_path)
    assert result.exit_code == 0
    assert "event handler" in result.stdout
    assert json.loads(run("corpus", "stats", "--jobs", 1, "--json", tmp_path).stdout)["pages"] == 1


def test_versions(tiny_bundle: Path) -> None:
    assert run("--version").stdout == f"htmlgen {htmlgen.__version__}\n"
    result = run("version", "--bundle", tiny_bundle)
    assert f"htmlgen {htmlgen.__version__}, Python 3." in result.stdout
    assert "bundle tiny: 2026-11-21, 2048 tokens" in result.stdout
    assert "onnxruntime" in result.stdout


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_of_every_command(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: {f'htmlgen {command}'.strip()} ")
    assert run(*command.split(), "-h").stdout == result.stdout


def test_help_loads_no_model_and_no_parser() -> None:
    code = f"""
import sys
import htmlgen
from htmlgen.cli import cli
for command in {["", *COMMANDS]!r}:
    try:
        cli.main([*command.split(), "--help"])
    except SystemExit as end:
        assert end.code == 0
loaded = {{"keras", "jax", "onnxruntime", "html5lib", "numpy", "sentencepiece", "bs4", "pyarrow"}} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run(process(code=code), check=True, capture_output=True)


def test_pages_on_standard_output_load_no_parser_and_no_bar(tiny_bundle: Path) -> None:
    code = f"""
import sys
from htmlgen.cli import cli
try:
    cli.main(["generate", "--seed", "1", "--max-tokens", "40", "--bundle", {str(tiny_bundle)!r}])
except SystemExit as end:
    assert end.code == 0
loaded = {{"keras", "jax", "html5lib", "bs4", "pyarrow", "rich", "multiprocessing"}} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run(process(code=code), check=True, capture_output=True)


# real processes


def test_the_package_is_a_command_too() -> None:
    shown = subprocess.run([sys.executable, "-m", "htmlgen", "--version"], capture_output=True, text=True, check=True).stdout
    assert shown == f"htmlgen {htmlgen.__version__}\n"


def test_pages_go_through_pipes(tiny_bundle: Path) -> None:
    made = subprocess.run(
        process("generate", "--n", 3, "--seed", 1, "--max-tokens", 40, "--bundle", tiny_bundle), capture_output=True, check=True
    )
    judged = subprocess.run(process("eval", "-", "--format", "jsonl"), input=made.stdout, capture_output=True, check=True)
    assert [json.loads(line)["score"] for line in judged.stdout.splitlines()] == [1.0] * 3
    assert made.stderr == judged.stderr == b""


def test_a_reader_that_has_seen_enough_is_no_error(tiny_bundle: Path) -> None:
    with subprocess.Popen(
        process("generate", "--n", 2000, "--seed", 1, "--max-tokens", 40, "--bundle", tiny_bundle),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith(b"<!DOCTYPE html>")
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


def test_output_is_utf_8_whatever_the_locale(tiny_bundle: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    arguments = process("generate", "--seed", 1, "--max-tokens", 40, "--bundle", tiny_bundle, "--prompt", "<p>é中")
    made = subprocess.run(arguments, env=environment, capture_output=True, check=True)
    assert "<p>é中" in made.stdout.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a Linux device")
def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(process("--version"), stdout=full, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr.count(b"\n")) == (2, 1)
    assert b"No space left" in ended.stderr


def test_a_report_goes_to_a_file_that_is_there_when_it_is_whole(tmp_path: Path) -> None:
    page, report = tmp_path / "page.html", tmp_path / "new" / "report.json"
    page.write_text("<p>one</div>")
    result = run("eval", page, "--format", "json", "-o", report)
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads(report.read_text("utf-8"))["totals"]["pages"] == 1
    assert f"{report}: 0 of 1 page without errors" in result.stderr
    assert run("eval", page, "-o", tmp_path / "page.html" / "report").exit_code == 2
