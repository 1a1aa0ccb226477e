"""One trial, run as a process of its own: its result, and beside it what it was made with."""

import json
import os
import platform
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from eval.registry import Trial

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "eval" / "results"
_VERSIONS: Final = ("numpy", "onnxruntime", "sentencepiece", "html5lib", "jax", "keras", "scikit-learn")


def data_files(data: Path, vnu: Path | None) -> dict[str, Path]:
    """What arguments are filled with, there or not."""
    pages = {name: data / "corpus" / f"{name}.parquet" for name in ("train", "valid", "test")}
    suites = data / "suites"
    files = {**pages, "cases": suites / "validator-cases.jsonl.gz", "html5lib": suites / "html5lib-tests"}
    return files if vnu is None else {**files, "vnu": vnu}


def sample_files(folder: Path, data: Mapping[str, Path]) -> dict[str, Path]:
    """The same for a quick run: the repository's sample pages in the place of all others, two thirds of them to train on."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    paths = sorted((ROOT / "corpora" / "samples").rglob("*.html"))
    splits = {"train": [path for path in paths if path not in paths[::3]], "valid": paths[::3]}
    for name, members in splits.items():
        table = {
            "html": [path.read_text("utf-8") for path in members],
            "repo": [path.stem for path in members],
            "path": [path.name for path in members],
            "kind": [path.stem.partition("-")[0] for path in members],
        }
        pq.write_table(pa.table(table), folder / f"{name}.parquet")
    samples = {name: folder / f"{name}.parquet" for name in splits}
    return {**data, **samples, "test": samples["valid"]}


def command(trial: Trial, files: Mapping[str, Path], *, quick: bool, extra: list[str]) -> list[str]:
    """The module and the arguments of a trial, filled in."""
    given = shlex.split(trial.quick if quick else trial.arguments)
    return ["-m", trial.module, *(part.format_map(files) for part in given), *extra]


def run(trial: Trial, files: Mapping[str, Path], output: Path, *, quick: bool = False, extra: list[str] | None = None) -> float:
    """Runs a trial, writes its result with a record of the run, and returns the seconds that it took.

    Raises: subprocess.CalledProcessError, if the script fails.
    """
    arguments = command(trial, files, quick=quick, extra=extra or [])
    record, written, started = _record(arguments, files), output.with_suffix(trial.suffix), time.monotonic()
    subprocess.run([sys.executable, *arguments, "-o", str(written)], check=True, cwd=ROOT, capture_output=quick)
    seconds = time.monotonic() - started
    result = json.loads(written.read_text("utf-8")) if trial.suffix == ".json" else {}
    kept = {"run": {**record, "seconds": round(seconds, 1)}} | result
    output.with_suffix(".json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return seconds


def _record(arguments: list[str], files: Mapping[str, Path]) -> dict[str, Any]:
    """What a run starts with."""
    names = {str(path): path.name for path in files.values()}
    return {
        "command": shlex.join(["python", *(names.get(part, part) for part in arguments)]),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": _commit(),
        "machine": {**_machine(), "load_before": round(os.getloadavg()[0], 1)},
        "versions": {"python": platform.python_version(), **_versions()},
    }


def _commit() -> str:
    """The commit that is checked out, `+` where files differ from it; nothing outside a repository."""
    described = subprocess.run(["git", "describe", "--always", "--dirty=+"], cwd=ROOT, capture_output=True, text=True, check=False)
    return described.stdout.strip()


def _machine() -> dict[str, Any]:
    found = {"system": platform.system(), "cpu": platform.processor() or platform.machine(), "cores": len(os.sched_getaffinity(0))}
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        found |= {"cpu": models[0]} if models else {}
    return found


def _versions() -> dict[str, str]:
    found = {}
    for name in ("htmlgen", *_VERSIONS):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
