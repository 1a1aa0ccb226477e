"""Does what `docs/autoencoding.md` shows work, with the autoencoder that ships? Files are written, commands and programs run, in order."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from htmlgen.autoencoding.autoencoder import Autoencoder
from htmlgen.autoencoding.wording import Speaker
from htmlgen.cli import cli
from htmlgen.runtime.bundle import load

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "autoencoding.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_every_block_works_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mysite").mkdir()
    for sample in sorted((ROOT / "corpora" / "samples").glob("*.html"))[:3]:
        shutil.copy(sample, "mysite")
    names: dict[str, Any] = {}
    for language, file, text in BLOCK.findall(PAGE):
        if file:
            Path(file).write_text(text, "utf-8")
        elif language == "python":
            exec(text, names)
        else:
            for line in text.splitlines():
                result = CliRunner().invoke(cli, shlex.split(line)[2:])
                assert result.exit_code == 0, (line, result.output)
                assert result.stdout or result.stderr, line
    assert Path("map.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_the_table_of_commands_names_all_of_them() -> None:
    from htmlgen.cli_autoencoding import COMMANDS

    assert {command.name for command in COMMANDS} == set(re.findall(r"^\| `htmlgen (\w+) ", PAGE, re.MULTILINE))


def test_words_come_from_the_generator_that_ships() -> None:
    autoencoder = Autoencoder.load()
    assert autoencoder.tokenizer.model == load().tokenizer.model
    assert isinstance(autoencoder.speaker, Speaker)
    card = '<div class="card"><h3>Green tea</h3><p>Fresh from the hills of Japan.</p><a href="/tea">Read more</a></div>'
    for variant in autoencoder.vary(card, 3, seed=1):
        assert re.fullmatch(r'<div class="card"><h3>[^<]+</h3><p>[^<]+</p><a href="/tea">[^<]+</a></div>', variant)
