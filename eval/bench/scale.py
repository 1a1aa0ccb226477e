"""Judging by the megabyte: beside html5lib and the Nu Html Checker, by several jobs, a second time; its start, and its memory. One run.

    python -m eval.bench.scale PAGES.parquet [--megabytes 20] [--vnu JAR] [--few 1000] [--many 100000] [--parts …] [-o FILE]

part      what is measured
html5lib  processor time of `evaluate` over that of html5lib's bare parse, in this process, by turns of 50 pages
nu        the Nu Html Checker with --no-stream over `htmlgen eval --no-cache`, whole commands, wall time
jobs      `--jobs 1` over `--jobs 2`, the same commands
start     `htmlgen eval` of one small page over `python -c "import html5lib"`, whole processes, medians of 9 that take turns
cache     the first run over the second one, the median of 5, with the cache, in wall time and in processor time
memory    the greatest sum of what all processes hold (RSS), with few pages and with many, no two of them alike, by one job and by two

The pages are those of the file, from the first on, again and again with a comment that tells them apart, until they have the megabytes;
for memory, those of at most 4,000 characters. Without a jar, or without Java, that part is left out, and it is said.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from statistics import median
from typing import Any, Final

import html5lib

from eval.telling import tell
from htmlgen.evaluation.score import evaluate

PARTS: Final = ("html5lib", "start", "nu", "jobs", "cache", "memory")
_TURN: Final = 50  # pages
_SMALL: Final = 4_000  # characters
_TURNS: Final = 9  # of the start
_AGAIN: Final = 5  # second runs
_EVERY: Final = 0.1  # seconds between two looks at the processes
# As the installed command does it; modules are compiled once, as an installation does.
_HTMLGEN: Final = [sys.executable, "-c", "from htmlgen.cli import main; main()"]


def read(path: Path) -> list[str]:
    import pyarrow.parquet as pq

    return [str(page) for page in pq.read_table(path, columns=["html"])["html"].to_pylist()]


def endless(pages: list[str]) -> Iterator[str]:
    """The pages again and again, no two of them alike."""
    for turn in count():
        yield from (f"{page}<!-- {turn} -->" if turn else page for page in pages)


def enough(pages: list[str], megabytes: float) -> list[str]:
    """Pages that have so many megabytes."""
    found, size = list[str](), 0
    for page in endless(pages):
        if size >= megabytes * 1e6:
            return found
        found.append(page)
        size += len(page.encode("utf-8", "replace"))
    return found


# Within this process --------------------------------------------------------------------------------------------------------------------


def over_html5lib(pages: list[str]) -> dict[str, float]:
    evaluate(pages[0])  # the grammar is loaded
    parsed = judged = 0.0
    for begin in range(0, len(pages), _TURN):
        turn = pages[begin : begin + _TURN]
        start = time.process_time()
        for page in turn:
            html5lib.parse(page)
        between = time.process_time()
        for page in turn:
            evaluate(page)
        parsed += between - start
        judged += time.process_time() - between
    return {"html5lib_seconds": round(parsed, 1), "evaluate_over_html5lib": round(judged / parsed, 3)}


# Whole commands -------------------------------------------------------------------------------------------------------------------------


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "XDG_CACHE_HOME": str(home)}


def judged(source: Path, home: Path, *options: str) -> tuple[float, int]:
    """Wall time of `htmlgen eval`, and the greatest sum of its processes' memory, in bytes."""
    command = [*_HTMLGEN, "eval", str(source), "--no-config", "--format", "github", *options]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(home), start_new_session=True)
    watch = _Watch(process.pid)
    status = process.wait()
    took = time.perf_counter() - start
    if status not in (0, 1):
        raise SystemExit(f"{' '.join(command[2:])} ended with {status}")
    return took, watch.ended()


class _Watch(threading.Thread):
    """Looks again and again at what the processes of a session hold in memory."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session, self.most, self.going = session, 0, True
        self.start()

    def run(self) -> None:
        while self.going:
            self.most = max(self.most, _held(self.session))
            time.sleep(_EVERY)

    def ended(self) -> int:
        self.going = False
        self.join()
        return self.most


def _held(session: int) -> int:
    """Bytes that the processes of a session hold. Linux alone."""
    held = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                held += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") if int(fields[3]) == session else 0
            except OSError:
                continue
    return held


def start(page: Path, home: Path) -> dict[str, float]:
    """How soon one page is judged, beside the import of html5lib."""
    evals = [*_HTMLGEN, "eval", str(page), "--no-config"]
    commands = {"html5lib": [sys.executable, "-c", "import html5lib"], "eval": evals, "eval_uncached": [*evals, "--no-cache"]}
    took: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(_TURNS + 1):  # the first is not counted
        for name, command in commands.items():
            begun = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(home), check=False)
            if turn:
                took[name].append(time.perf_counter() - begun)
    whole = median(took["html5lib"])
    return {f"{name}_start_over_html5lib": round(median(took[name]) / whole, 2) for name in ("eval", "eval_uncached")}


def again(folder: Path, home: Path) -> dict[str, float]:
    """A first run over the second one, with the cache."""
    (first, first_processor), *others = (_both_times(folder, home) for _ in range(1 + _AGAIN))
    wall, processor = (median(times) for times in zip(*others, strict=True))
    return {
        "seconds_cached": round(wall, 2),
        "first_over_second": round(first / wall, 1),
        "processor_seconds_cached": round(processor, 2),
        "first_over_second_processor": round(first_processor / processor, 1),
    }


def _both_times(folder: Path, home: Path) -> tuple[float, float]:
    """Seconds that judging takes: wall time, and processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall, _ = judged(folder, home)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def nu(folder: Path, vnu: Path, ours: float) -> dict[str, Any]:
    command = ["java", "-Xss64m", "-jar", str(vnu), "--no-stream", "--exit-zero-always", "--format", "json", str(folder)]
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    took = time.perf_counter() - start
    return {"nu_seconds": round(took, 1), "nu_over_ours": round(took / ours, 2)}


def growth(pages: list[str], work: Path, few: int, many: int) -> dict[str, Any]:
    """Memory in megabytes, by the number of pages and jobs."""
    small = [page for page in pages if len(page) <= _SMALL] or pages
    found: dict[str, Any] = {"pages": [few, many]}
    for number in (few, many):
        with (work / f"{number}.jsonl").open("w", encoding="utf-8") as file:
            for page in islice(endless(small), number):
                file.write(json.dumps({"html": page}) + "\n")
    for jobs in (1, 2):
        least, most = (judged(work / f"{number}.jsonl", work / "grammars", "--no-cache", "--jobs", str(jobs))[1] for number in (few, many))
        found[f"megabytes_jobs_{jobs}"] = [round(least / 1e6), round(most / 1e6)]
        found[f"growth_jobs_{jobs}"] = round(most / least, 3)
    return found


def measure(options: argparse.Namespace, work: Path) -> dict[str, Any]:
    sources, parts = read(options.pages), options.parts
    pages = enough(sources, options.megabytes)
    result: dict[str, Any] = {"pages": len(pages), "megabytes": options.megabytes}
    if "html5lib" in parts:
        result |= over_html5lib(pages)
    folder, grammars = work / "pages", work / "grammars"
    folder.mkdir()
    for number, page in enumerate(pages):
        (folder / f"{number}.html").write_bytes(page.encode("utf-8", "replace"))
    if "start" in parts:
        lengths = [abs(len(page) - _SMALL) for page in pages]
        result |= start(folder / f"{lengths.index(min(lengths))}.html", work / "start")
    if {"nu", "jobs"} & set(parts):
        judged(folder / "0.html", grammars, "--no-cache")  # the grammar is compiled, and kept
        alone, _ = judged(folder, grammars, "--no-cache")
        result["seconds_jobs_1"] = round(alone, 1)
    if "nu" in parts and options.vnu and shutil.which("java"):
        result |= nu(folder, options.vnu, alone)
    elif "nu" in parts:
        print("the Nu Html Checker is left out: give --vnu JAR, and have java", file=sys.stderr)
    if "jobs" in parts:
        both, _ = judged(folder, grammars, "--no-cache", "--jobs", "2")
        result |= {"seconds_jobs_2": round(both, 1), "jobs_1_over_jobs_2": round(alone / both, 2)}
    if "cache" in parts:
        judged(folder / "0.html", work / "cache", "--no-cache")  # the grammar is kept
        result |= again(folder, work / "cache")
    if "memory" in parts:
        result["memory"] = growth(sources, work, options.few, options.many)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--vnu", type=Path)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        result = measure(options, Path(work))
    tell(result, options.output)


if __name__ == "__main__":
    main()
