"""What judging a page costs beside html5lib's bare parse of it: the whole, and each part, on real pages, in one run.

    python -m eval.bench.evaluator PAGES.parquet [--characters 2000000] [--repeats 3] [-o eval/results/evaluator.json]

Processor time of one process, the least of the repeats; the parts take turns, so that noise meets them all.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import html5lib

from eval.telling import tell
from htmlgen.evaluation.balance import balance_of
from htmlgen.evaluation.conformance.checking import conformance
from htmlgen.evaluation.document import Document, parse_document
from htmlgen.evaluation.findings import Lines
from htmlgen.evaluation.parsing import parse_errors
from htmlgen.evaluation.score import evaluate, with_html5lib
from htmlgen.evaluation.tags import scan
from htmlgen.relaxng import load_automaton


def read(path: Path, characters: int) -> list[str]:
    """Pages of a Parquet file's column `html`, from the first on, until they have so many characters."""
    import pyarrow.parquet as pq

    pages: list[str] = []
    for page in pq.read_table(path, columns=["html"])["html"].to_pylist():
        if sum(map(len, pages)) >= characters:
            break
        pages.append(page)
    return pages


def parts(pages: list[str]) -> dict[str, Callable[[], object]]:
    """What is timed, by name; `html5lib` is what all else is divided by."""
    automaton = load_automaton("html")
    documents: list[Document] = [parse_document(page) for page in pages]
    return {
        "html5lib": lambda: [html5lib.parse(page) is None for page in pages],
        "parse": lambda: [parse_document(page).errors for page in pages],
        "html5lib_errors": lambda: [len(parse_errors(page)) for page in pages],
        "balance": lambda: [balance_of(scan(page), Lines(page)).tags for page in pages],
        "conformance": lambda: [len(conformance(document, automaton)) for document in documents],
        "evaluate": lambda: [evaluate(page).score for page in pages],
        "evaluate_with_html5lib_errors": lambda: [with_html5lib(evaluate(page)).score for page in pages],
    }


def seconds(timed: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """The least processor time of each."""
    least = dict.fromkeys(timed, float("inf"))
    for _ in range(repeats):
        for name, run in timed.items():
            start = time.process_time()
            run()
            least[name] = min(least[name], time.process_time() - start)
    return least


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--characters", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    pages = read(options.pages, options.characters)
    took = seconds(parts(pages), options.repeats)
    result: dict[str, float] = {"pages": len(pages), "characters": sum(map(len, pages))}
    result["html5lib_characters_per_second"] = round(result["characters"] / took["html5lib"])
    result |= {f"{name}_over_html5lib": round(took[name] / took["html5lib"], 3) for name in took if name != "html5lib"}
    tell(result, options.output)


if __name__ == "__main__":
    main()
