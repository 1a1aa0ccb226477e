"""Does any input make the evaluator fail, break a promise, or take too long? A coverage-guided fuzzer (atheris) looks for it.

    python -m eval.fuzz WORK [--minutes 60] [--seconds-each 5] [--pages PAGES.parquet] [--suite html5lib-tests] [-o eval/results/fuzz.json]

What is promised is in `eval.fuzz_targets`. WORK holds `corpus/`, what the fuzzer has found to be worth keeping, begun with the inputs of
html5lib-tests, a few real pages and the pages of `corpora/samples`; and `crashes/`, one input for each failure that differs, with its
traceback beside it. Inputs that take more processor time than `--seconds-each` are failures as well. A run goes on after a failure, and
goes on with the corpus of the last one. Needs eval/requirements-fuzz.txt; exit status 1 where something failed.
"""

import argparse
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_LONGEST: Final = 4096  # bytes of an input
_MEGABYTES: Final = 2048  # of memory
_RUNS: Final = 25_000  # inputs of a process: the fuzzer keeps some 30 KB of each
_PAGES: Final = 40  # real pages that it begins with
_STATUS: Final = re.compile(r"#(\d+)\s.*?cov: (\d+) ft: (\d+) corp: (\d+)/\S+.*?rss: (\d+)Mb")
_SAID: Final = ("executions", "coverage", "features", "corpus", "megabytes")  # what that line tells
_WORDS: Final = "words.dict"
_TARGETS: Final = 8  # of `eval.fuzz_targets`, of which a seed is put to each


# In the fuzzer's process ----------------------------------------------------------------------------------------------------------------


def fuzz(work: Path, minutes: float, seconds_each: float) -> None:
    """Runs libFuzzer, which ends the process."""
    import atheris

    with atheris.instrument_imports(include=["htmlgen"], enable_loader_override=False):
        from eval import fuzz_targets
    for target in dict.fromkeys(fuzz_targets.TARGETS):
        target(b"<p>")  # grammars are loaded before anything is timed

    def one(data: bytes) -> None:
        start = time.process_time()
        try:
            fuzz_targets.run(data)
        except Exception as failure:
            _keep(work, data, failure)
        if (took := time.process_time() - start) > seconds_each:
            _keep(work, data, TimeoutError(f"{fuzz_targets.TARGETS[data[0] % _TARGETS].__name__} took {took:.1f} s"), "slow")

    bounds = [f"-max_total_time={minutes * 60:.0f}", f"-runs={_RUNS}", f"-max_len={_LONGEST}", f"-rss_limit_mb={_MEGABYTES}"]
    waits = [f"-timeout={20 * seconds_each:.0f}", f"-report_slow_units={20 * seconds_each:.0f}"]  # of wall time, which other programs take
    options = [*bounds, *waits, f"-artifact_prefix={work}/crashes/", f"-dict={work / _WORDS}"]
    atheris.Setup([sys.argv[0], *options, str(work / "corpus")], one)
    atheris.Fuzz()


def _keep(work: Path, data: bytes, failure: Exception, kind: str = "crash") -> None:
    """Keeps an input and its traceback, the shortest of those that fail in the same place."""
    frames = [frame for frame in traceback.extract_tb(failure.__traceback__) if "/htmlgen/" in frame.filename or "fuzz" in frame.filename]
    place = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-2:]] or str(failure).split()[:1]
    signature = hashlib.sha256(f"{kind} {type(failure).__name__} {place}".encode()).hexdigest()[:12]
    file = work / "crashes" / f"{kind}-{signature}"
    if not file.exists() or len(data) < file.stat().st_size:
        file.write_bytes(data)
        file.with_suffix(".txt").write_text("".join(traceback.format_exception(failure)), encoding="utf-8", errors="backslashreplace")


# In the process that starts it ----------------------------------------------------------------------------------------------------------


def seeds(suite: Path | None, pages: Path | None) -> Iterator[bytes]:
    """Inputs to begin with, each for all targets by turns."""
    found: list[bytes] = [file.read_bytes() for file in sorted(Path("corpora/samples").glob("*.html"))]
    if suite:
        for file in sorted((suite / "tokenizer").glob("*.test")):
            found += [test["input"].encode("utf-8", "surrogatepass") for test in json.loads(file.read_bytes()).get("tests", ())]
        for file in sorted((suite / "tree-construction").glob("*.dat")):
            found += [case.partition(b"\n#errors")[0] for case in file.read_bytes().split(b"#data\n")[1:]]
    if pages:
        import pyarrow.parquet as pq

        found += [page.encode() for page in pq.read_table(pages, columns=["html"])["html"].to_pylist()[:_PAGES]]
    for number, data in enumerate(dict.fromkeys(found)):
        yield bytes([number % _TARGETS]) + data[: _LONGEST - 1]


def words() -> Iterator[str]:
    """What inputs are put together of, beside what seeds have: tags and attributes of the grammar, and what turns a parser."""
    from htmlgen.relaxng import load_automaton  # here, as the fuzzer must see modules imported

    automaton = load_automaton("html")
    names = sorted({element.names.name for element in automaton.elements} - {""})
    yield from (f"<{name}>" for name in names)
    yield from (f"</{name}>" for name in names)
    yield from sorted({f' {use.names.name}="' for each in automaton.attributes for use in each.uses})
    yield from ("<!--", "-->", "<!doctype html>", "<![CDATA[", "]]>", "&amp;", "&#x", "<?", "</", "/>", "<svg><foreignObject>")
    yield from ("\0", "\r\n", "<!-- htmlgen-ignore * -->", "\ufffd", "\xa0", '{"html": "')


def _quoted(word: str) -> str:
    """As libFuzzer reads a line of its dictionaries."""
    return '"' + "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\' else f"\\x{byte:02x}" for byte in word.encode()) + '"\n'


def run(work: Path, minutes: float, seconds_each: float) -> dict[str, Any]:
    """Processes of the fuzzer, one after another, until the time is over or one breaks off. Returns: what they say at their ends."""
    start, parts = time.monotonic(), list[dict[str, int]]()
    while (left := minutes - (time.monotonic() - start) / 60) > 0 and not (parts and parts[-1]["exit_status"]):
        parts.append(_process(work, left, seconds_each))
    met = {name: max(part[name] for part in parts) for name in ("coverage", "features", "corpus", "megabytes")}
    failures = sorted(file.name for file in (work / "crashes").iterdir() if file.suffix != ".txt")
    return {
        "minutes": round((time.monotonic() - start) / 60, 1),
        "exit_status": parts[-1]["exit_status"],
        "processes": len(parts),
        "executions": sum(part["executions"] for part in parts),
        **met,
        "failures": failures,
    }


def _process(work: Path, minutes: float, seconds_each: float) -> dict[str, int]:
    """One process of the fuzzer, which goes on with the corpus of the last."""
    command = [sys.executable, "-m", "eval.fuzz", str(work), "--fuzzer", "--minutes", str(minutes), "--seconds-each", str(seconds_each)]
    last = ["0"] * len(_SAID)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        assert process.stderr is not None
        with (work / "log.txt").open("a", encoding="utf-8") as log:
            for line in process.stderr:
                log.write(line)
                log.flush()
                if found := _STATUS.search(line):
                    last = list(found.groups())
    return {"exit_status": process.returncode, **dict(zip(_SAID, map(int, last), strict=True))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seconds-each", type=float, default=5)
    parser.add_argument("--suite", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--fuzzer", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("skipped: atheris is not installed; pip install -r eval/requirements-fuzz.txt", file=sys.stderr)
        return
    if given.fuzzer:
        fuzz(given.work, given.minutes, given.seconds_each)
    for name in ("corpus", "crashes"):
        (given.work / name).mkdir(parents=True, exist_ok=True)
    for seed in seeds(given.suite, given.pages):
        (given.work / "corpus" / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    (given.work / _WORDS).write_text("".join(map(_quoted, words())))
    result = run(given.work, given.minutes, given.seconds_each)
    print(json.dumps(result, indent=1))
    if given.output:
        given.output.write_text(json.dumps(result, indent=1) + "\n")
    sys.exit(int(bool(result["failures"]) or result["exit_status"] != 0))


if __name__ == "__main__":
    main()
