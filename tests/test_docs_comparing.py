"""Does what `docs/comparing.md` shows work? Its commands and its programs are run; `…` stands for anything."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "comparing.md").read_text("utf-8")
COMMANDS = re.findall(r"^```console\n\$ htmlgen (.*)\n([^`]*)^```", PAGE, re.MULTILINE)
PROGRAMS = re.findall(r"^```python\n(.*?)^```\s+prints `(.*?)`", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("command", "output"), COMMANDS)
def test_every_command_prints_what_is_shown(command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(cli, shlex.split(command))
    assert result.exit_code in (0, 1), result.output
    shown = "\n".join(line.rstrip() for line in result.stdout.rstrip().split("\n"))
    assert re.fullmatch(".*".join(map(re.escape, output.rstrip("\n").split("…"))), shown, re.DOTALL), result.stdout


@pytest.mark.parametrize(("program", "output"), PROGRAMS)
def test_every_program_prints_what_is_said(program: str, output: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(program, {})
    assert capsys.readouterr().out == f"{output}\n"


def test_there_is_something_to_run() -> None:
    assert COMMANDS
    assert PROGRAMS
