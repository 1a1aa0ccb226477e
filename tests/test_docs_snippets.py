"""Does what `docs/snippets.md` and `docs/library.md` show work? Files are written, commands and programs are run, in order."""

import doctest
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.pages import Generator
from htmlgen.shapes import snippet_kinds

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "snippets.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)(?: (\w+)=(\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["snippets.md", "library.md"])
def test_every_block_works_in_order(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = Generator.load
    monkeypatch.setattr(Generator, "load", lambda bundle=None, **options: whole(bundle or tiny_bundle, **options))
    names: dict[str, Any] = {}
    for language, key, value, text in BLOCK.findall((DOCS / page).read_text("utf-8")):
        if key == "file":
            Path(value).write_text(text, "utf-8")
        elif language == "python" and text.startswith(">>> "):
            doctest.run_docstring_examples(text, names, name=page)
            assert capsys.readouterr().out.count("Failed") == 0
        elif language == "python":
            exec(text, names)
        else:
            run(text, int(value) if key == "exit" else 0)


def run(text: str, code: int) -> None:
    """Each command of a block; what is shown of its output is there, `…` stands for anything."""
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
        result = CliRunner().invoke(cli, shlex.split(command)[1:])
        assert result.exit_code == code, (command, result.output)
        shown = ".*".join(map(re.escape, output.split("…\n")))
        assert not output or re.fullmatch(shown, result.output, re.DOTALL), (command, result.output)


def test_every_kind_is_in_the_table() -> None:
    assert re.findall(r"^\| ([a-z-]+) \| ", PAGE, re.MULTILINE)[1:-1] == list(snippet_kinds())


def test_the_words_on_a_kind_are_those_of_its_grammar() -> None:
    for kind in snippet_kinds():
        text = (Path(__file__).parents[1] / "grammars" / "kinds" / "snippet" / f"{kind}.rnc").read_text("utf-8")
        said = text.partition("\n")[0].removeprefix("# ").removesuffix(".")
        assert f"| {kind} | {said[0].lower()}{said[1:]} |" in PAGE
