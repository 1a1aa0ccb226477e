"""Does what `docs/mutating.md` shows work, and is its table complete? Its commands and its program are run; `…` stands for anything."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.mutating.kinds import KINDS

PAGE = (Path(__file__).parents[1] / "docs" / "mutating.md").read_text("utf-8")
(CONSOLE,), (PROGRAM,) = (re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) for kind in ("console", "python"))
COMMANDS = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", CONSOLE, re.MULTILINE)


def test_every_command_does_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_text("<!DOCTYPE html><html lang=en><title>Tea</title><p>Tea</p><ul><li>Green</li></ul>", encoding="utf-8")
    for command, output in COMMANDS:
        piped, _, run = command.rpartition(" | ")
        given = f"{shlex.split(piped)[1]}\n" if piped else None
        result = CliRunner().invoke(cli, shlex.split(run)[1:], input=given)
        assert result.exit_code == 0, result.output
        assert re.fullmatch(".*".join(map(re.escape, output.split("…"))), result.stdout, re.DOTALL), result.stdout
    assert 1 <= sum("faults" in json.loads(line) for line in result.stdout.splitlines()) < 20
    assert len(json.loads(Path("broken/faults.jsonl").read_text())["faults"]) >= 3


def test_the_program_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(PROGRAM, {})
    assert len(capsys.readouterr().out.splitlines()) >= 2


def test_all_kinds_are_listed_with_their_rules() -> None:
    assert dict(re.findall(r"^\| `([a-z-]+)` \| `([a-z/-]+)`", PAGE, re.MULTILINE)) == {kind.name: kind.rule for kind in KINDS.values()}
