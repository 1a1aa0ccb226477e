"""Does what `docs/filling.md` shows work? Its layout is filled by its commands, and its program is run; `…` stands for anything."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.evaluation.score import evaluate

PAGE = (Path(__file__).parents[1] / "docs" / "filling.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)(?: file=(\S+)| exit=(\d))?\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
LAYOUTS = {name or "layout.html": text for kind, name, _, text in BLOCKS if kind == "html"}
(PROGRAM,) = (text for kind, _, _, text in BLOCKS if kind == "python")
COMMANDS = [
    (command, output, int(code or 0))
    for kind, _, code, text in BLOCKS
    if kind == "console"
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
]


def test_every_command_does_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {**LAYOUTS, "about.html": LAYOUTS["layout.html"]}.items():
        Path(name).write_text(text, encoding="utf-8")
    for command, output, code in COMMANDS:
        piped, _, run = command.rpartition(" | ")
        given = f"{shlex.split(piped)[1]}\n" if piped else None
        result = CliRunner().invoke(cli, shlex.split(run)[1:], input=given)
        assert result.exit_code == code, result.output
        told = result.stderr if code else result.stdout
        assert re.fullmatch(".*".join(map(re.escape, output.split("…"))), told, re.DOTALL), told
    page = Path("page.html").read_text("utf-8")
    assert page == Path("filled/layout.html").read_text("utf-8")
    assert [finding for finding in evaluate(page).findings if finding.severity == "error"] == []
    assert page.count("<tr") >= 4


def test_the_program_runs() -> None:
    exec(PROGRAM, {})


def test_pages_are_dressed_as_the_guide_to_generating_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = (Path(__file__).parents[1] / "docs" / "generating.md").read_text("utf-8")
    (command,) = re.findall(r"^\$ (htmlgen generate .*--text .*)$", guide, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, shlex.split(command)[1:]).exit_code == 0
    pages = [path.read_text("utf-8") for path in sorted(Path("pages").glob("*.html"))]
    assert len(pages) == 12
    assert all('<link rel="stylesheet" href="assets/classless.css"></head>' in page for page in pages)
    assert all(Path("pages", source).is_file() for page in pages for source in re.findall(r' src="([^"]*)"', page))
