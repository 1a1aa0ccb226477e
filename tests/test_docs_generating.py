"""Does what `docs/generating.md` shows work? Its commands and its program are run, for two pages each, with a small model."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.pages import Generator

PAGE = (Path(__file__).parents[1] / "docs" / "generating.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [command for language, text in BLOCKS if language == "console" for command in re.findall(r"^\$ (.*)$", text, re.MULTILINE)]
PROGRAMS = [text for language, text in BLOCKS if language == "python"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_writes_pages(command: str, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    few = re.sub(r"--n \d+", "--n 2", command).removeprefix("htmlgen ")
    result = CliRunner().invoke(cli, [*shlex.split(few), "--bundle", str(tiny_bundle)])
    assert result.exit_code == 0, result.output
    written = [path.read_text("utf-8") for path in tmp_path.rglob("*.html")] or result.stdout.splitlines()
    assert len(written) == 2
    assert len(set(written)) == 2


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_prints_pages(
    program: str, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Generator.load
    monkeypatch.setattr(Generator, "load", lambda bundle=None, **options: whole(bundle or tiny_bundle, **options))
    exec(program.replace("pages(20", "pages(2"), {})
    assert [line[:15] for line in capsys.readouterr().out.splitlines()] == 2 * ["<!DOCTYPE html>"]


def test_every_block_is_run() -> None:
    assert len(COMMANDS) >= 3
    assert PROGRAMS
    assert {language for language, _ in BLOCKS} == {"console", "python"}
