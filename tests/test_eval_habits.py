"""`htmlgen eval` day by day: settings in files, rules chosen, known findings, hooks, and watching."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from htmlgen.cli import cli
from htmlgen.evaluation.running.watching import changes
from htmlgen.evaluation.selecting import relative

GOOD = "<!doctype html><html lang=en><title>a</title><p>b"
BAD = GOOD + "</div>"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with a good page and a bad one, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "site").mkdir()
    monkeypatch.chdir(tmp_path / "site")
    write("good.html", GOOD)
    write("bad.html", BAD)
    return tmp_path / "site"


def write(name: str, text: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["eval", *map(str, arguments)])


def rules(*arguments: object) -> list[str]:
    """The rules of all findings, sorted."""
    result = run(*arguments, "--format", "jsonl")
    assert result.exit_code < 2, result.output
    return sorted(finding["rule"] for line in result.stdout.splitlines() for finding in json.loads(line)["findings"])


def code(*arguments: object) -> int:
    return run(*arguments).exit_code


def test_the_bad_page_has_a_finding_that_the_balance_of_tags_has_too() -> None:
    """What the tests below build upon."""
    assert rules("bad.html") == ["syntax/stray-end-tag"]
    assert rules("bad.html", "--fail-on", "balance/*") == ["balance/stray", "syntax/stray-end-tag"]
    assert rules("good.html") == []


# Options


def test_rules_are_selected_and_ignored() -> None:
    assert rules("bad.html", "--select", "balance/*") == ["balance/stray"]
    assert rules("bad.html", "--ignore", "syntax/*") == ["balance/stray"]
    assert rules("bad.html", "--ignore", "syntax/*", "--ignore", "balance/stray") == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], 1),
        (["--fail-on", "error"], 1),
        (["--fail-on", "warning"], 1),
        (["--fail-on", "never"], 0),
        (["--fail-on", "balance/stray"], 1),
        (["--fail-on", "aria/*"], 0),
        (["--fail-on", "aria/*", "--fail-on", "balance/*"], 1),
        (["--ignore", "*"], 0),
        (["--min-score", "0.9"], 1),
        (["--min-score", "0.1"], 0),
        (["--min-score", "0.1", "--fail-on", "error"], 1),
    ],
)
def test_what_exits_1(options: list[str], expected: int) -> None:
    assert code("bad.html", *options) == expected


def test_comments_keep_findings_back() -> None:
    write("bad.html", BAD.replace("</div>", "<!-- htmlgen-ignore balance/* syntax/* -->\n</div>"))
    assert code("bad.html") == 0
    write("bad.html", GOOD + "<!-- htmlgen-ignore balance/* -->")
    assert rules("bad.html") == ["input/unused-ignore"]
    assert code("bad.html") == 0
    assert code("bad.html", "--fail-on", "warning") == 1


def test_known_findings_do_not_fail() -> None:
    written = run("bad.html", "--baseline", "known.json", "--write-baseline")
    assert (written.exit_code, "wrote 1 finding to known.json" in written.stderr) == (0, True)
    assert code("bad.html", "--baseline", "known.json") == 0
    write("bad.html", f"\n\n{BAD}\n<i>x</i></section>")
    assert rules("bad.html", "--baseline", "known.json", "--select", "syntax/stray*") == ["syntax/stray-end-tag"]
    write("bad.html", GOOD)
    mended = run("bad.html", "--baseline", "known.json")
    assert (mended.exit_code, "1 finding of known.json no longer there" in mended.stderr) == (0, True)


@pytest.mark.parametrize("path", ["", ".", "a.html", "./a//b/../c", "..", "../sit", "../site/a", "/", "/a//b", "/a/b", "a/.", "é/ü"])
@pytest.mark.parametrize("above", [".", "..", "a", "/", "/a"])
def test_a_path_is_relative_to_a_folder_as_pathlib_says(path: str, above: str) -> None:
    folder = Path(above).resolve()
    whole = Path(os.path.normpath(Path.cwd() / path))
    assert relative(path, folder) == (whole.relative_to(folder).as_posix() if whole.is_relative_to(folder) else None)


def test_folders_leave_out_what_is_excluded() -> None:
    write("node_modules/a.html", BAD)
    write("old/deep/b.html", BAD)
    assert len(rules(".")) == 2
    assert rules(".", "--exclude", "old/", "--exclude", "bad.html", "--exclude", "node_modules") == []
    assert len(rules("old/deep/b.html", "--exclude", "old/")) == 1  # it is named


def test_large_pages_are_refused() -> None:
    result = run("bad.html", "--max-bytes", 10)
    assert result.exit_code == 2
    assert "above the limit of 10 bytes" in result.stderr


def test_a_second_run_says_the_same_with_the_cache_and_without() -> None:
    first = run(".", "--format", "json")
    assert run(".", "--format", "json").stdout == first.stdout == run(".", "--format", "json", "--no-cache").stdout
    assert list(Path("../cache/htmlgen").glob("*.sqlite3"))


def test_without_the_cache_none_is_made() -> None:
    run("good.html", "--no-cache")
    assert not list(Path("../cache").rglob("*.sqlite3"))


# Files of settings


def test_settings_are_found_upward_and_options_win() -> None:
    write("../pyproject.toml", '[tool.htmlgen.eval]\nselect = ["balance/*"]\nformat = "jsonl"\n')
    found = [json.loads(line) for line in run("bad.html").stdout.splitlines()]
    assert [finding["rule"] for page in found for finding in page["findings"]] == ["balance/stray"]
    assert "balance/stray" in run("bad.html", "--format", "github").stdout
    assert "1 error," in run("bad.html", "--no-config").stdout


def test_the_nearest_file_counts_and_its_own_before_the_shared_one() -> None:
    write("../htmlgen.toml", '[eval]\nignore = "*"')
    assert code("bad.html") == 0
    write("pyproject.toml", "[tool.other]\nx = 1")
    assert code("bad.html") == 0
    write("pyproject.toml", '[tool.htmlgen.eval]\nignore = "aria/*"')
    assert code("bad.html") == 1
    write("htmlgen.toml", "[eval]\nignore = ['balance/*', 'syntax/*']")
    assert code("bad.html") == 0


def test_a_file_of_settings_may_be_named() -> None:
    write("other/ci.toml", "[eval]\nfail-on = 'never'")
    assert code("bad.html", "--config", "other/ci.toml") == 0
    assert code("bad.html", "--config", "other/ci.toml", "--fail-on", "error") == 1


def test_rules_have_levels_and_paths() -> None:
    write("htmlgen.toml", '[eval.rules]\n"*" = "warning"\n"balance/*" = "off"\n[eval.ignore-in]\n"old/" = ["*"]\n')
    assert len(rules("bad.html")) == 1
    assert code("bad.html") == 0
    assert code("bad.html", "--fail-on", "warning") == 1
    assert rules("bad.html", "--select", "balance/*") == ["balance/stray"]
    write("old/bad.html", BAD)
    assert rules("old") == []


def test_paths_in_a_file_are_of_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    run("bad.html", "--baseline", "known.json", "--write-baseline")
    write("htmlgen.toml", '[eval]\nbaseline = "known.json"\nexclude = ["/other/"]\n')
    write("other/bad.html", BAD)
    monkeypatch.chdir("other")
    assert code("../bad.html") == 0
    result = run("../..")
    assert (result.exit_code, "2 pages" in result.stdout) == (0, True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[eval]\nformt = 'json'", "htmlgen.toml:2: unknown key 'formt'; did you mean 'format'?"),
        ("[eval]\n\nwatch = true", "htmlgen.toml:3: unknown key 'watch'; did you mean "),
        ("[eval]\nformat = 'xml'", "htmlgen.toml:2: 'format': 'xml' is not one of 'table', 'json', 'jsonl'"),
        ("[eval]\nformat = ['json']", "htmlgen.toml:2: 'format' takes one value, not a list"),
        ("[eval]\njobs = '2'", "htmlgen.toml:2: 'jobs' takes a whole number, not '2'"),
        ("[eval]\njobs = 0", "htmlgen.toml:2: 'jobs': 0 is not in the range x>=1."),
        ("[eval]\njobs = true", "htmlgen.toml:2: 'jobs' takes a whole number, not True"),
        ("[eval]\nmin-score = 2", "htmlgen.toml:2: 'min-score': 2.0 is not in the range 0<=x<=1."),
        ("[eval]\ncache = 1", "htmlgen.toml:2: 'cache' takes true or false, not 1"),
        ("[eval]\nselect = ['balance/*', 'aira/*']", "htmlgen.toml:2: no rule fits 'aira/*'"),
        ("[eval.rules]\n'balance/strai' = 'off'", "htmlgen.toml:2: no rule fits 'balance/strai'; did you mean balance/stray"),
        ("[eval.rules]\n'balance/stray' = 'on'", "htmlgen.toml:2: a rule is error, warning, off, not 'on'"),
        ("[eval]\nrules = 1", "htmlgen.toml:2: 'rules' is a table"),
        ("[eval.ignore-in]\n'a' = [1]", "htmlgen.toml:2: 'ignore-in' gives the rules of a path, each a string, not [1]"),
        ("format = 'json'", "htmlgen.toml:1: unknown table 'format'; write the settings below [eval]"),
        ("[eval", "htmlgen.toml: not TOML: "),
        ("eval = 1", "htmlgen.toml: has no table [eval]"),
    ],
)
def test_what_is_wrong_with_settings_is_told_with_its_line(place: Path, text: str, sentence: str) -> None:
    write("htmlgen.toml", text)
    result = run("good.html")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"htmlgen: {place}/{sentence}" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--config", "none.toml"], "none.toml: cannot be read: No such file or directory"),
        (["--config", "good.html"], "good.html: not TOML"),
        (["--config", "empty.toml"], "empty.toml: has no table [eval]"),
        (["--config", "some.toml", "--no-config"], "--config and --no-config exclude one another"),
        (["--select", "balance/strai"], "no rule fits 'balance/strai'; did you mean balance/stray"),
        (["--fail-on", "warnings"], "no rule fits 'warnings'; did you mean warning"),
        (["--fail-on", "never", "--fail-on", "error"], "--fail-on never excludes all others"),
        (["--baseline", "none.json"], "none.json: no baseline there (No such file or directory); make one with --write-baseline"),
        (["--baseline", "good.html"], "good.html: not a baseline"),
        (["--write-baseline"], "--write-baseline writes to the file of --baseline: name it"),
        (["--watch", "-"], "--watch looks at files, and standard input is none"),
        (["--grammar", "htm"], "did you mean 'html'"),
    ],
)
def test_what_is_wrong_with_options_is_told(options: list[str], sentence: str) -> None:
    write("empty.toml", "")
    write("some.toml", "[eval]")
    result = run("good.html", *options)
    assert result.exit_code == 2
    assert sentence in result.stderr


# Hooks and watching


def test_the_hook_takes_files_as_pre_commit_gives_them() -> None:
    """The entry of .pre-commit-hooks.yaml, followed by names, from the folder of the checkout; many names are several runs."""
    hook = (Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text()
    (entry,) = (line.partition("entry: ")[2] for line in hook.splitlines() if "entry: " in line)
    assert "id: htmlgen-eval" in hook
    command = [sys.executable, "-c", "from htmlgen.cli import main; main()", *entry.split()[1:]]
    for number in range(30):
        write(f"a b/{number}.html", GOOD)
    names = [str(path) for path in sorted(Path("a b").iterdir())]
    assert subprocess.run([*command, *names], check=False, capture_output=True).returncode == 0
    failed = subprocess.run([*command, *names, "bad.html"], check=False, capture_output=True, text=True)
    assert failed.returncode == 1
    assert "bad.html:1:" in failed.stdout


def test_changes_are_seen_once_each(place: Path) -> None:
    (place / "empty").mkdir()
    steps: Iterator[Callable[[], object]] = iter(
        [
            lambda: None,
            lambda: write("good.html", GOOD + "more"),
            lambda: None,
            lambda: write("new.html", GOOD),
            lambda: Path("new.html").unlink(),
            lambda: write("notes.txt", "x"),
            lambda: write("empty/a.html", GOOD),
        ]
    )

    class Enough(Exception):  # noqa: N818
        pass

    def step(seconds: float) -> None:
        assert seconds > 0
        try:
            next(steps)()
        except StopIteration:
            raise Enough from None

    seen = 0
    with pytest.raises(Enough):
        for _ in changes([str(place), "missing"], wait=step):
            seen += 1
    assert seen == 1 + 4
