"""Everything that is measured, in one place: `python -m eval` lists it, `python -m eval NAME` runs it and redraws eval/README.md.

    python -m eval NAME … [--data ../shared] [--vnu JAR] [--quick] [-- ARGUMENTS of the script]

A run writes `eval/results/NAME.json`. With `--quick` every script is run with as little as shows that it is alive, on the sample
pages, and nothing of it is kept; without a name then all are. What a trial needs and does not find is told, and the trial left out.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from eval import drawing, running
from eval.registry import TRIALS


def main() -> int:
    own, extra = _parted(sys.argv[1:])
    parser = _parser()
    options = parser.parse_args(own)
    if unknown := [name for name in options.names if name not in TRIALS]:
        parser.error(f"no trial {unknown[0]!r} among {', '.join(TRIALS)}")
    data = running.data_files(options.data, options.vnu)
    if options.redraw:
        drawing.redraw()
        return 0
    if not options.names and not options.quick:
        _list(data)
        return 0
    if options.quick:
        return _quick(options.names or list(TRIALS), data)
    return _run(options.names, data, extra)


def _parted(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What stands before `--`, and behind it."""
    place = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:place], arguments[place + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to run; all are listed without")
    parser.add_argument("--data", type=Path, default=running.ROOT.parent / "shared", help="folder with corpus/*.parquet and suites/")
    parser.add_argument("--vnu", type=Path, help="the Nu Html Checker's vnu.jar")
    parser.add_argument("--quick", action="store_true", help="is every script alive? a tiny run of each, nothing kept")
    parser.add_argument("--redraw", action="store_true", help="draw tables and plots anew from eval/results, and run nothing")
    return parser


def _list(data: Mapping[str, Path]) -> None:
    width = max(map(len, TRIALS))
    for name, trial in TRIALS.items():
        reason = trial.missing(data, quick=False)
        print(f"{name:{width}}  {_recorded(name)}  {trial.question}" + (f" [{reason}]" if reason else ""))


def _recorded(name: str) -> str:
    """The date of the committed result."""
    path = running.RESULTS / f"{name}.json"
    if not path.exists():
        return "not yet   "
    date: str = json.loads(path.read_text("utf-8")).get("run", {}).get("date", "unrecorded")
    return date


def _run(names: list[str], data: Mapping[str, Path], extra: list[str]) -> int:
    """Runs, keeps what came of it, and redraws. Returns: 2, where something was missing, 1, where a script failed."""
    status = 0
    for name in names:
        if reason := TRIALS[name].missing(data, quick=False):
            print(f"{name}: left out: {reason}", file=sys.stderr)
            status = 2
            continue
        try:
            seconds = running.run(TRIALS[name], data, running.RESULTS / name, extra=extra)
        except subprocess.CalledProcessError as error:
            print(f"{name}: failed with exit status {error.returncode}", file=sys.stderr)
            return 1
        print(f"{name}: {seconds:.0f} s, written to eval/results/{name}.json", file=sys.stderr)
        drawing.redraw([name])
    return status


def _quick(names: list[str], data: Mapping[str, Path]) -> int:
    """Runs all with little. Returns: 1, if a script failed."""
    failed, started = [], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        files = running.sample_files(Path(folder), data)
        for name in names:
            if reason := TRIALS[name].missing(files, quick=True):
                print(f"{name}: left out: {reason}", flush=True)
                continue
            try:
                seconds = running.run(TRIALS[name], files, Path(folder) / f"{name}.of", quick=True)
                print(f"{name}: alive, {seconds:.0f} s", flush=True)
            except subprocess.CalledProcessError as error:
                print(f"{name}: FAILED with exit status {error.returncode}\n{error.stderr.decode()[-2000:]}", flush=True)
                failed.append(name)
    print(f"{len(names)} trials, {len(failed)} failed, {time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
