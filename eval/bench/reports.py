"""Does a report's memory grow with its pages, and what does writing a page into it cost beside judging it? Each form in its own process.

python -m eval.bench.reports [--pages 20000] [-o eval/results/reports.json]
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from htmlgen.evaluation.reports.formats import FORMATS, writer
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.score import evaluate

MANY = 20_000  # pages
PAGE = "<!doctype html>\n<html lang=en>\n<title>Tea</title>\n" + "<p>Black <b>and <i>green</b></i> tea.\n" * 20


def pages(number: int) -> Iterator[Evaluation]:
    """Alike pages, none of which shares its text with another."""
    judged = evaluate(PAGE, name="page")
    for index in range(number):
        yield replace(judged, name=f"site/{index}.html", page=f"{PAGE}<!-- {index} -->")


def measured(form: str, number: int) -> dict[str, float]:
    """Peak memory in bytes and seconds a page of writing a report."""
    with Path("/dev/null").open("w", encoding="utf-8") as stream:
        start = time.perf_counter()
        writer(form)(pages(number), stream)
        seconds = time.perf_counter() - start
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "seconds": seconds / number}


def apart(form: str, number: int) -> dict[str, float]:
    """`measured`, in a process of its own."""
    command = [sys.executable, "-m", "eval.bench.reports", "--one", form, str(number)]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result


def judging() -> float:
    """Seconds that judging the page takes, the least of five."""
    took = []
    for _ in range(5):
        start = time.perf_counter()
        evaluate(PAGE)
        took.append(time.perf_counter() - start)
    return min(took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2)
    parser.add_argument("--pages", type=int, default=MANY, help="pages of the long report; a tenth of them in the short one")
    parser.add_argument("-o", "--output", type=Path, default=Path("eval/results/reports.json"))
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measured(arguments.one[0], int(arguments.one[1]))))
        return
    judge, results = judging(), dict[str, Any]()
    for form in FORMATS:
        few, many = apart(form, arguments.pages // 10), apart(form, arguments.pages)
        results[form] = {
            "bytes_a_page": (many["peak"] - few["peak"]) / (arguments.pages - arguments.pages // 10),
            "peak_megabytes": many["peak"] / 1e6,
            "seconds_beside_judging": many["seconds"] / judge,
        }
        print(form, results[form])
    arguments.output.write_text(json.dumps({"pages": arguments.pages, "forms": results}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
