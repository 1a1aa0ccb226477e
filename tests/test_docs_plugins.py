"""Does what the guides to the plugins show work? Their files are written, their commands and programs are run; `…` stands for anything."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GUIDES = {"jinja": ["jinja2"], "mkdocs": ["mkdocs"], "sphinx": ["sphinx"], "testing": ["faker"]}
MODULES = {"htmlgen": "htmlgen.cli", "mkdocs": "mkdocs", "pytest": "pytest", "sphinx-build": "sphinx"}
_FENCED = r"(?P<fence>`{3,})(?P<language>\w+)\n(?P<text>.*?)^(?P=fence)$"
_BLOCK = re.compile(rf"^(?:`(?P<file>[\w./-]+)`:\n\n)?{_FENCED}", re.MULTILINE | re.DOTALL)


def blocks(guide: str) -> list[re.Match[str]]:
    return [*_BLOCK.finditer((DOCS / f"{guide}.md").read_text("utf-8"))]


@pytest.mark.parametrize("guide", GUIDES)
def test_every_block_of_a_guide_works_in_order(guide: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for host in GUIDES[guide]:
        pytest.importorskip(host, reason=f"{host} is not installed")
    monkeypatch.chdir(tmp_path)
    for block in blocks(guide):
        if block["file"]:
            Path(block["file"]).parent.mkdir(exist_ok=True)
            Path(block["file"]).write_text(block["text"], "utf-8")
        elif block["language"] == "python":
            exec(block["text"], {})
        else:
            assert block["language"] == "console"
            for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block["text"], re.MULTILINE):
                check(command, output)


def check(command: str, output: str) -> None:
    """Runs a command in the current folder; it prints what is shown."""
    program, *arguments = shlex.split(command)
    environment = {**os.environ, "COLUMNS": "160", "NO_COLOR": "1"}
    whole = [sys.executable, *(["-m", MODULES[program]] if program != "python" else []), *arguments]
    result = subprocess.run(whole, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=environment, timeout=600)
    printed = "\n".join(line.rstrip() for line in result.stdout.splitlines())
    assert re.fullmatch(".*".join(map(re.escape, output.rstrip("\n").split("…"))), printed, re.DOTALL), f"{command}\n{printed}"


@pytest.mark.parametrize("guide", [*GUIDES, "own_site"])
def test_extras_and_links_of_a_guide_are_there(guide: str) -> None:
    page = (DOCS / f"{guide}.md").read_text("utf-8")
    settings = (ROOT / "pyproject.toml").read_text("utf-8")
    extras = re.findall(r"^    pip install 'htmlgen\[(\w+)\]'$", page, re.MULTILINE)
    assert extras
    assert [extra for extra in extras if f"\n{extra} = [" not in settings] == []
    assert [link for link in re.findall(r"\]\(([\w.]+)\)", page) if not (DOCS / link).exists()] == []


def test_every_block_has_a_language_and_is_understood() -> None:
    for guide in GUIDES:
        assert len(blocks(guide)) >= 3
        assert {block["language"] for block in blocks(guide) if not block["file"]} <= {"console", "python"}
