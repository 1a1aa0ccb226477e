"""Does what `docs/evaluate.md` shows work? Its files are written, its commands and its program are run; `…` stands for anything."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from htmlgen.cli import cli
from htmlgen.evaluation.reports.formats import FORMATS

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "evaluate.md").read_text("utf-8")
FILES = dict(re.findall(r"^`([\w./-]+)`:\n\n```html\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
CONSOLES = re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
STEPS = re.findall(r"(?:run|script): (htmlgen eval .*)", "".join(re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)))
(SETTINGS,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
((PROGRAM, PRINTED),) = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, "utf-8")


def run(command: str) -> Result:
    piped, _, last = command.rpartition(" | ")
    given = f"{shlex.split(piped)[1]}\n" if piped else None
    return CliRunner().invoke(cli, shlex.split(last)[1:], input=given)


@pytest.mark.parametrize("console", CONSOLES, ids=lambda console: console.partition("\n")[0])
def test_every_command_prints_what_is_shown(console: str) -> None:
    """The commands of a block follow one another in one folder."""
    for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE):
        result = run(command)
        assert result.exit_code in (0, 1), result.output
        wanted = ".*".join(map(re.escape, output.rstrip("\n").split("…")))
        assert re.fullmatch(wanted, result.output.rstrip("\n"), re.DOTALL), result.output


def test_the_settings_are_read() -> None:
    assert run("htmlgen eval site").exit_code == 1
    run("htmlgen eval site --baseline known.json --write-baseline")
    Path("htmlgen.toml").write_text(SETTINGS, "utf-8")
    assert run("htmlgen eval site").exit_code == 0


@pytest.mark.parametrize("command", STEPS)
def test_every_step_finds_what_is_wrong_and_leaves_its_report(command: str) -> None:
    assert run(command).exit_code == 1
    if written := re.search(r"-o (\S+)", command):
        assert "menu.html" in Path(written[1]).read_text("utf-8")


def test_every_form_is_told_of() -> None:
    assert [form for form in FORMATS if f"`{form}`" not in PAGE] == []


def test_the_program_prints_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    exec(PROGRAM, {})
    assert capsys.readouterr().out == PRINTED


def test_links_lead_to_files() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)", PAGE) if not link.startswith("https:")]
    assert links
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_the_rules_pages_link_to_what_is_there() -> None:
    headings = {re.sub(r"[^\w]+", "-", heading.lower()) for heading in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)}
    pages = [page.read_text("utf-8") for page in (DOCS / "rules").glob("*/*.md")]
    linked = {link for page in pages for link in re.findall(r"\.\./\.\./evaluate\.md#([\w-]+)", page)}
    assert linked <= headings
