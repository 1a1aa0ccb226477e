"""Does what `docs/grammars.md` shows work? Its files are written and its commands are run, in order."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.relaxng import compile_grammar, load_grammar

PAGE = (Path(__file__).parents[1] / "docs" / "grammars.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)(?: (\w+)=(\S+))?\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def shown(text: str) -> str:
    """What a terminal shows as a pattern: `…` stands for anything."""
    return ".*".join(map(re.escape, text.split("…\n")))


def test_every_block_works_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bundle: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for language, key, value, text in BLOCKS:
        if key == "file":
            Path(value).parent.mkdir(exist_ok=True)
            Path(value).write_text(text, "utf-8")
            continue
        assert language == "console"
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
            words = shlex.split(command)[1:]
            result = CliRunner().invoke(cli, [*words, *(["--bundle", str(tiny_bundle)] if words[0] == "generate" else [])])
            assert result.exit_code == (int(value) if key == "exit" else 0), (command, result.output)
            told = "\n".join(line for line in result.output.splitlines() if not line.startswith("htmlgen: wrote")) + "\n"
            assert re.fullmatch(shown(output), told, re.DOTALL), (command, result.output)


@pytest.mark.parametrize("grammar", [text for language, _, _, text in BLOCKS if language == "rnc"])
def test_every_grammar_has_a_file_and_all_but_the_last_compile(grammar: str) -> None:
    if "titel" not in grammar:
        assert compile_grammar(load_grammar(grammar)).warnings == ()


def test_every_block_has_a_language() -> None:
    assert len(BLOCKS) == PAGE.count("\n```") // 2 > 20
