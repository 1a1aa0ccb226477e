"""Who finds what is wrong with a page? Judges of HTML on the Nu Html Checker's own suite: invalid pages found, false alarms, time.

    python -m eval.peers.judging CASES.jsonl.gz [--vnu JAR] [--every 1] [-o eval/results/judging.json]

A page is *found* if a judge calls anything on it an error (tidy in its second row: or warns), a *false alarm* if the suite calls it valid.
The suite is the Nu Html Checker's, which therefore is right by definition, and what htmlgen's rules were written beside. Each judge is
given all pages at once and timed as a whole, its start included: processor time of it and its children. What is not installed is left
out with the reason: `pip install -r eval/peers/requirements-judging.txt`, `npm install --prefix eval/peers`, `apt install tidy`.
"""

import argparse
import gzip
import importlib
import json
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.conformance import content_of

Found = set[str]  #: names of the files with errors
NODE: Final = Path(__file__).parent / "node_modules" / ".bin"


class MissingError(Exception):
    """A peer is not installed."""


def module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingError(f"{name} is not installed") from error


def program(name: str) -> str:
    if (found := shutil.which(name, path=f"{NODE}{os.pathsep}{os.environ['PATH']}")) is None:
        raise MissingError(f"{name} is not installed")
    return found


def told(*command: str) -> str:
    """What a program prints; judges exit with whatever they think of a page.

    Into a file: programs in Node.js may end before a pipe is read.
    """
    with tempfile.TemporaryFile() as stream:
        subprocess.run(command, stdout=stream, stderr=subprocess.DEVNULL, check=False)
        stream.seek(0)
        return stream.read().decode("utf-8", "replace")


def htmlgen(files: Sequence[Path]) -> Found:
    from htmlgen.pages import evaluate

    judged = ((file, evaluate(file.read_bytes(), fragment=False)) for file in files)
    return {file.name for file, page in judged if any(finding.severity == "error" for finding in page.findings)}


def by_parser(errors: Callable[[bytes], object]) -> Callable[[Sequence[Path]], Found]:
    """A judge in Python: what it says of a page is falsy where it finds no error; a page that it cannot read at all has one."""

    def judge(files: Sequence[Path]) -> Found:
        found = set()
        for file in files:
            try:
                wrong = bool(errors(file.read_bytes()))
            except (UnicodeError, ValueError, KeyError, IndexError, AttributeError, AssertionError):
                wrong = True
            if wrong:
                found.add(file.name)
        return found

    return judge


def html5lib(files: Sequence[Path]) -> Found:
    library = module("html5lib")

    def errors(page: bytes) -> object:
        parser = library.HTMLParser()
        parser.parse(page)
        return parser.errors

    return by_parser(errors)(files)


def turbohtml(files: Sequence[Path]) -> Found:
    """Its parser's errors, and its conformance check."""
    library, conformance = module("turbohtml"), module("turbohtml.conformance")

    def errors(page: bytes) -> object:
        document = library.parse(page.decode("utf-8", "replace"))
        return document.errors or conformance.check(document).errors

    return by_parser(errors)(files)


def justhtml(files: Sequence[Path]) -> Found:
    library = module("justhtml")
    return by_parser(lambda page: library.JustHTML(page.decode("utf-8", "replace"), collect_errors=True).errors)(files)


def tidy(worst: int) -> Callable[[Sequence[Path]], Found]:
    """tidy exits with 1 for warnings and 2 for errors."""

    def judge(files: Sequence[Path]) -> Found:
        command = program("tidy")
        statuses = ((file, subprocess.run([command, "-qe", str(file)], capture_output=True, check=False)) for file in files)
        return {file.name for file, done in statuses if done.returncode >= worst}

    return judge


def html_validate(files: Sequence[Path]) -> Found:
    """Its preset `standard`, which asks for what the Standard does."""
    answer = json.loads(told(program("html-validate"), "--preset", "standard", "--formatter", "json", str(files[0].parent)))
    return {Path(page["filePath"]).name for page in answer if page["errorCount"]}


def htmlhint(files: Sequence[Path]) -> Found:
    answer = json.loads(told(program("htmlhint"), "--format", "json", str(files[0].parent)))
    return {Path(page["file"]).name for page in answer if any(message["type"] == "error" for message in page["messages"])}


def nu(jar: Path | None) -> Callable[[Sequence[Path]], Found]:
    def judge(files: Sequence[Path]) -> Found:
        if jar is None or not jar.exists():
            raise MissingError("give the checker's jar with --vnu")
        options = ["--no-stream", "--errors-only", "--format", "json", "--stdout", "--exit-zero-always"]
        answer = json.loads(told(program("java"), "-Xss8m", "-jar", str(jar), *options, str(files[0].parent)))
        return {Path(message["url"]).name for message in answer["messages"]}

    return judge


def judges(jar: Path | None) -> Mapping[str, Callable[[Sequence[Path]], Found]]:
    return {
        "Nu Html Checker": nu(jar),
        "htmlgen eval": htmlgen,
        "html-validate, standard": html_validate,
        "htmlhint": htmlhint,
        "tidy, errors": tidy(2),
        "tidy, errors and warnings": tidy(1),
        "turbohtml, with conformance": turbohtml,
        "justhtml": justhtml,
        "html5lib": html5lib,
    }


def cases(source: Path, every: int) -> list[dict[str, Any]]:
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for place, line in enumerate(lines) if place % every == 0]


def spent() -> float:
    """Seconds of processor time, of this process and of its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def figures(given: Sequence[dict[str, Any]], files: Sequence[Path], judge: Callable[[Sequence[Path]], Found]) -> dict[str, Any]:
    """Pages found and falsely found, in all and by category, and the time that a page took."""
    begun = spent()
    try:
        found = judge(files)
    except MissingError as error:
        return {"left_out": str(error)}
    seconds = spent() - begun
    met, of = Counter[str](), Counter[str]()
    for case, file in zip(given, files, strict=True):
        kind = (case["category"] or "other") if case["verdict"] == "novalid" else "valid"
        of[kind] += 1
        met[kind] += file.name in found
    invalid = [kind for kind in of if kind != "valid"]
    return {
        "invalid": sum(of[kind] for kind in invalid),
        "found": sum(met[kind] for kind in invalid),
        "valid": of["valid"],
        "false_alarms": met["valid"],
        "by_category": {kind: [met[kind], of[kind]] for kind in sorted(invalid)},
        "milliseconds_a_page": round(seconds / len(files) * 1e3, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--vnu", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every so many case")
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    given = cases(options.cases, options.every)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number:05}.html" for number in range(len(given))]
        for file, case in zip(files, given, strict=True):
            file.write_bytes(content_of(case))
        result: dict[str, Any] = {"pages": len(files), "judges": {}}
        for name, judge in judges(options.vnu).items():
            result["judges"][name] = figures(given, files, judge)
            print(json.dumps({name: result["judges"][name]}), flush=True)
    if options.output:
        options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
