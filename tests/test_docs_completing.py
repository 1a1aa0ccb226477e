"""Does what `docs/completing.md` shows work? Its commands and its program are run; `…` stands for anything."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli

PAGE = (Path(__file__).parents[1] / "docs" / "completing.md").read_text("utf-8")
(CONSOLE,) = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(PROGRAM,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", CONSOLE, re.MULTILINE)


@pytest.mark.parametrize(("command", "output"), COMMANDS)
def test_every_command_prints_what_is_shown(command: str, output: str) -> None:
    piped, _, run = command.rpartition(" | ")
    given = f"{shlex.split(piped)[1]}\n" if piped else None
    result = CliRunner().invoke(cli, shlex.split(run)[1:], input=given)
    assert result.exit_code == 0, result.output
    assert re.fullmatch(".*".join(map(re.escape, output.rstrip("\n").split("…"))), result.stdout.rstrip("\n"), re.DOTALL), result.stdout


def test_the_program_prints_what_its_completions_are(capsys: pytest.CaptureFixture[str]) -> None:
    exec(PROGRAM, {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(re.fullmatch(r".+ \d+\.\d+ (True|False) True", line) for line in lines)
