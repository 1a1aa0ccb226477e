"""Does what `grammars/README.md` shows work, and are its tables complete?"""

import re
from pathlib import Path

import pytest

from htmlgen.relaxng import Limits, compile_grammar, load_grammar
from htmlgen.relaxng.annotations import _OF_ATTRIBUTES, _OF_ELEMENTS

README = (Path(__file__).parents[1] / "grammars" / "README.md").read_text()
BLOCKS = dict(re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)[::-1])


@pytest.mark.parametrize("grammar", re.findall(r"```rnc\n(.*?)```", README, re.DOTALL))
def test_each_grammar_shown_compiles_without_warnings(grammar: str) -> None:
    assert compile_grammar(load_grammar(grammar)).warnings == ()


def test_the_program_shown_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    exec(BLOCKS["python"], {})
    assert "element" in capsys.readouterr().out


def test_the_tables_of_annotations_are_complete() -> None:
    elements, attributes = README.split("| on an element | |")[1].split("| on an attribute | |")
    assert set(re.findall(r"^\| `h:(\w+)", elements, re.MULTILINE)) == set(_OF_ELEMENTS)
    assert set(re.findall(r"^\| `h:(\w+)", attributes, re.MULTILINE)) == set(_OF_ATTRIBUTES)


@pytest.mark.parametrize("name", ["definitions", "includes", "nesting", "states", "alternatives", "datatype_states", "files"])
def test_the_limits_are_as_written(name: str) -> None:
    assert f"{getattr(Limits(), name):,} " in README
