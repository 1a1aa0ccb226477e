"""Is a page judged as the Nu Html Checker judges it? Its own test suite by category, real pages side by side, and what conformance costs.

    python -m eval.conformance CASES.jsonl.gz PAGES.parquet [--vnu JAR] [-o eval/results/conformance.json]

CASES holds the checker's cases, a JSON object a line: `verdict` (`isvalid`, `novalid`, `haswarn`), `category`, `html` or
`html_base64`. A case is *found* if the page has an error, a *false alarm* if it should have none. With `--vnu` the checker says where its
first error of a case stands, and judges the real pages too: those are told apart by page, and by page and line, with the causes of the
differences, ours by rule and the checker's by message (quoted words left out). Every page is judged as a document.
"""

import argparse
import gzip
import json
import re
import subprocess
import tempfile
import time
from base64 import b64decode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import html5lib
import pyarrow.parquet

from eval.telling import tell
from htmlgen.evaluation.conformance.checking import conformance
from htmlgen.evaluation.document import parse_document
from htmlgen.pages import evaluate
from htmlgen.relaxng import load_automaton

_SHOWN = 25  # causes
_NEAR = 1  # lines apart that two findings may be and speak of one place


def errors(page: bytes) -> list[tuple[int, str]]:
    """The lines and rules of what is an error, in the order of the page."""
    return [(finding.line, finding.rule) for finding in evaluate(page, fragment=False).findings if finding.severity == "error"]


def content_of(case: dict[str, Any]) -> bytes:
    text = case.get("html")
    return b64decode(case["html_base64"]) if text is None else str(text).encode("utf-8", "surrogatepass")


# The checker's suite --------------------------------------------------------------------------------------------------------------------


def suite_figures(cases: Sequence[dict[str, Any]], pages: Sequence[bytes], told: Sequence[list[tuple[int, str]]]) -> dict[str, Any]:
    """Cases found by category, false alarms with their rules, and whether the first errors stand on one line."""
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    alarms: list[str] = []
    same = apart = 0
    for number, (case, page) in enumerate(zip(cases, pages, strict=True)):
        met = errors(page)
        kind = case["category"] or case["verdict"]
        total[kind] += 1
        found[kind] += bool(met)
        if case["verdict"] != "novalid" and met:
            alarms.append(f"{case['path']}: {met[0][1]}")
        first = next((line for line, _ in told[number] if line), 0) if told else 0
        if case["verdict"] == "novalid" and met and first:
            same, apart = same + (met[0][0] == first), apart + (met[0][0] != first)
    categories = {kind: {"cases": total[kind], "with_errors": found[kind]} for kind in sorted(total)}
    faulty = [kind for kind in total if kind not in ("isvalid", "haswarn")]
    share = sum(found[kind] for kind in faulty) / max(1, sum(total[kind] for kind in faulty))
    placed = {"first_error_same_line": same, "first_error_elsewhere": apart} if told else {}
    return {"found": round(share, 4), "categories": categories, "false_alarms": alarms, **placed}


# Real pages -----------------------------------------------------------------------------------------------------------------------------


def page_figures(pages: Sequence[bytes], told: Sequence[list[tuple[int, str]]]) -> dict[str, Any]:
    """Pages and lines on which we find an error, and the checker does."""
    verdicts: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    ours_only: Counter[str] = Counter()
    theirs_only: Counter[str] = Counter()
    for page, theirs in zip(pages, told, strict=True):
        ours = errors(page)
        verdicts[f"{'error' if ours else 'clean'} here, {'error' if theirs else 'clean'} there"] += 1
        for count, causes, some, others in ((lines, ours_only, ours, theirs), (lines, theirs_only, theirs, ours)):
            near = {line + apart for line, _ in others for apart in range(-_NEAR, _NEAR + 1)}
            side = "ours" if some is ours else "theirs"
            for line, cause in (each for each in some if each[0]):
                count[f"{side} {'shared' if line in near else 'alone'}"] += 1
                causes[cause] += line not in near
    alone = {side: dict((+causes).most_common(_SHOWN)) for side, causes in (("ours", ours_only), ("theirs", theirs_only))}
    return {"pages": dict(verdicts), "errors": dict(lines), "alone": alone}


def nu_errors(jar: Path, pages: Sequence[bytes]) -> list[list[tuple[int, str]]]:
    """The checker's errors of each page, as lines (0 for none) and messages whose quoted words are left out, in the order of the page."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(pages):
            (Path(folder) / f"{number:06d}.html").write_bytes(page)
        options = ["--no-stream", "--errors-only", "--format", "json", "--stdout", "--exit-zero-always"]
        command = ["java", "-Xss8m", "-jar", str(jar), *options, folder]
        told = subprocess.run(command, capture_output=True, check=True).stdout
    for message in json.loads(told.decode("utf-8", "replace"))["messages"]:
        line = message.get("lastLine", 0)
        found[int(Path(message["url"]).stem)].append((line, re.sub("“[^”]*”", "“…”", message["message"])[:120]))
    return [sorted(found[number]) for number in range(len(pages))]


# What it costs --------------------------------------------------------------------------------------------------------------------------


def cost(pages: Sequence[str]) -> dict[str, Any]:
    """Seconds for all pages, the best of five; those of html5lib's bare parse are 1."""
    automaton = load_automaton("html")
    documents = [parse_document(page, fragment=False) for page in pages]
    bare = _best(lambda: [html5lib.parse(page) for page in pages])
    parsed = _best(lambda: [parse_document(page, fragment=False) for page in pages])
    held = _best(lambda: [conformance(document, automaton) for document in documents])
    return {"pages": len(pages), "characters": sum(map(len, pages)), "parse": round(parsed / bare, 3), "conformance": round(held / bare, 3)}


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, help="the checker's cases, JSON lines, compressed with gzip")
    parser.add_argument("pages", type=Path, help="real pages, Parquet with the column html")
    parser.add_argument("--vnu", type=Path, help="the Nu Html Checker's vnu.jar")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    with gzip.open(given.cases, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    contents = [content_of(case) for case in cases]
    pages: list[str] = pyarrow.parquet.read_table(given.pages, columns=["html"])["html"].to_pylist()
    result: dict[str, Any] = {"suite": suite_figures(cases, contents, nu_errors(given.vnu, contents) if given.vnu else ())}
    if given.vnu:
        encoded = [page.encode("utf-8", "surrogatepass") for page in pages]
        result["real_pages"] = page_figures(encoded, nu_errors(given.vnu, encoded))
    result["cost"] = cost(_short(pages))
    tell(result, given.output)


def _short(pages: Iterable[str]) -> list[str]:
    """Pages of less than 150,000 characters, the first hundred: enough to measure by."""
    return [page for page in pages if len(page) < 150_000][:100]


if __name__ == "__main__":
    main()
