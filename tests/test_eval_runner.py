"""Is everything measured in one place: listed, run with a record, drawn into tables, and refused with a reason?"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eval import drawing, running
from eval.plots import PLOTS
from eval.registry import TRIALS, Trial
from eval.tables import TABLES

ROOT = Path(__file__).parents[1]


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "eval", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False)


def test_all_trials_are_listed_with_what_they_lack(tmp_path: Path) -> None:
    listed = run("--data", tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(TRIALS)
    assert f"[{tmp_path}/corpus/valid.parquet is missing; give --data]" in listed[list(TRIALS).index("evaluator")]


@pytest.mark.parametrize("name", TRIALS)
def test_each_trial_is_a_module_with_a_question(name: str) -> None:
    assert importlib.util.find_spec(TRIALS[name].module) is not None
    assert TRIALS[name].question.endswith("?") or TRIALS[name].question.startswith("the same")


def test_every_result_has_a_trial() -> None:
    results = {path.stem for path in running.RESULTS.iterdir()}
    assert results - set(TRIALS) == {"walks_nu"}  # of several grammars, one run each


@pytest.mark.parametrize("place", drawing.PAGES, ids=str)
def test_tables_say_what_results_say(place: Path) -> None:
    page = place.read_text("utf-8")
    assert "<!-- table " in page
    assert drawing.drawn(page, drawing.read_results()) == page


def test_a_table_is_drawn_between_its_markers_and_nowhere_else() -> None:
    page = "a\n<!-- table compression -->\nold\n<!-- end -->\nb\n"
    results = {"compression": {"bits_per_byte": {"xz | best": 1.5}}}
    table = "| compressor | bits per byte |\n| --- | --- |\n| xz \\| best | 1.500 |\n"
    assert drawing.drawn(page, results) == f"a\n<!-- table compression -->\n{table}<!-- end -->\nb\n"


_SHARES = {"nothing": 0.25, "tags": 1.0, "page": 1.0}
_CELL = {"gradient_before": [1.0, *[1e-3] * 100], "gradient_after": [1.0, *[0.02] * 100], "closing": {"5": 0.96, "500": 0.125}}
MADE_UP: dict[str, Any] = {  # as the scripts write them
    "ancestors": {
        "settings": {"budget": 1.0},
        "rows": {
            "LSTM, bytes": {"bits_per_byte": 2.5, "tokens": 1000, "seconds": 60, "well_formed": {"nothing": 0.5}},
            "htmlgen: all": {"bits_per_byte": 1.5, "bits_per_byte_in_grammar": 1.25, "tokens": 9, "seconds": 600, "well_formed": _SHARES},
            "uniform": {"bits_per_byte": 6.0, "bits_per_byte_in_grammar": 3.0, "seconds": 2},
        },
        "earlier": [{"date": "D1", "commit": "c1", "seconds": 1, "command": "first"}],
        "run": {"date": "D2", "commit": "c2", "seconds": 300, "command": "second"},
    },
    "page_kind": {"rows": {"bag of tags": {"accuracy": 0.5, "mean_over_kinds": 0.25}}},
    "vanishing_gradient": {"rows": {"gru, clipped": _CELL, "lstm, clipped": _CELL, "lstm, not clipped": _CELL}},
    "compression": {"bits_per_byte": {"xz": 1.75}},
}


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("ancestors", "| htmlgen: all | 1.500 | 1.250 | 25% | 100% | 100% | 9 | 10 min |"),
        ("ancestors", "| LSTM, bytes | 2.500 |  | 50% |  |  | 1,000 | 60 s |"),
        ("page_kind", "| bag of tags | 50.0% | 25.0% |"),
        ("vanishing_gradient", "| lstm, not clipped | 0.96 | 0.12 | 2e-02 |"),
        ("compression", "| xz | 1.750 |"),
        ("runs", "| D1, c1, 1 s; D2, c2, 5 min | `first`; `second` |"),
    ],
)
def test_results_to_come_are_drawn_as_tables(name: str, row: str) -> None:
    assert f"{row}\n" in drawing.markdown(TABLES[name](MADE_UP))


@pytest.mark.parametrize("name", sorted(PLOTS.keys() & MADE_UP))
def test_results_to_come_are_drawn_as_plots(tmp_path: Path, name: str) -> None:
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    PLOTS[name](MADE_UP[name], first)
    PLOTS[name](MADE_UP[name], second)
    assert first.read_bytes().startswith(b"\x89PNG")
    assert first.read_bytes() == second.read_bytes()  # so that drawing again changes no file


def test_the_front_page_prefers_the_generators_that_came_before() -> None:
    rows = TABLES["telling"]({**drawing.read_results(), "ancestors": MADE_UP["ancestors"]})
    assert rows[2][1:] == ("1.50", "LSTM, bytes 2.50")
    assert len(rows) == 1 + 4


def test_a_result_bears_how_it_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "echoing.py").write_text("import json, sys; json.dump({'told': sys.argv[1:-2]}, open(sys.argv[-1], 'w'))")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    pages = tmp_path / "valid.parquet"
    running.run(Trial(module="echoing", question="?", arguments="{valid} -n 3"), {"valid": pages}, tmp_path / "echo", extra=["--more"])
    result = json.loads((tmp_path / "echo.json").read_text())
    assert result["told"] == [str(pages), "-n", "3", "--more"]
    assert result["run"]["command"] == "python -m echoing valid.parquet -n 3 --more"  # no folder of whose machine it was
    assert set(result["run"]) == {"command", "seconds", "date", "commit", "machine", "versions"}
    assert result["run"]["versions"]["numpy"]


def test_a_quick_run_keeps_nothing() -> None:
    before = {path: path.stat().st_mtime_ns for path in (ROOT / "eval").rglob("*.[jmp][sdn]*")}
    done = run("--quick", "generation")
    assert (done.returncode, done.stdout.splitlines()[0][:18]) == (0, "generation: alive,")
    assert {path: path.stat().st_mtime_ns for path in (ROOT / "eval").rglob("*.[jmp][sdn]*")} == before


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["walk"], 2, "no trial 'walk' among training, decoding"),
        (["roundtrip", "--data", "/none"], 2, "roundtrip: left out: /none/corpus/test.parquet is missing; give --data"),
        (["start", "--", "--repeats", "x"], 1, "start: failed with exit status 2"),
    ],
)
def test_what_cannot_run_is_told(arguments: list[str], status: int, told: str) -> None:
    done = run(*arguments)
    assert (done.returncode, told in done.stderr) == (status, True)


def test_a_missing_module_is_told_with_its_remedy() -> None:
    trial = Trial(module="x", question="?", modules=("no_such_module",), install="pip install it")
    assert trial.missing({}, quick=False) == "no_such_module is missing; pip install it"
