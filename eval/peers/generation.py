"""What generators of test data give: pages of ours beside Grammarinator's, Faker's fields and what is left of textgenrnn. Are they HTML?

    python -m eval.peers.generation [-n 100] [--max-tokens 128] [-o eval/results/peer_generation.json]

Processor time of one process after its start, the best of three turns. Items are not alike: Faker gives a field or a page of a table in a
template of ours, Grammarinator and htmlgen give pages; bytes are told beside the time. Grammarinator walks at random through the grammar
`page` as `eval.peers.antlr` writes it for ANTLR: without what a grammar of that kind cannot say (each attribute once, ids that are unique,
titles that say something, a budget). A page *parses* if html5lib finds no error in it, and is *sound* if the evaluator finds none either.
What is not installed, or does not import, is told with the error: `pip install -r eval/peers/requirements-generation.txt`.
llguidance's and XGrammar's masks are measured by `eval.peers.guidance`.
"""

import argparse
import importlib
import math
import operator
import random
import runpy
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import html5lib

from eval.peers.antlr import antlr_grammar
from eval.telling import tell
from htmlgen.pages import Generator, evaluate
from htmlgen.relaxng import load_automaton

TURNS: Final = 3
DEPTH: Final = 25  #: of a tree of Grammarinator's, where its pages are about as long as ours
Items = Callable[[], Iterator[str]]


def faker_paragraphs() -> Iterator[str]:
    fake = importlib.import_module("faker").Faker()
    fake.seed_instance(0)
    while True:
        yield str(fake.paragraph())


def faker_pages() -> Iterator[str]:
    """Faker's fields in a template, as one writes it."""
    fake = importlib.import_module("faker").Faker()
    fake.seed_instance(0)
    while True:
        rows = "".join(f"<tr><td>{fake.name()}</td><td>{fake.email()}</td><td>{fake.city()}</td></tr>" for _ in range(5))
        text = f"<h1>{fake.sentence()}</h1><p>{fake.paragraph()}</p><table>{rows}</table>"
        yield f'<!DOCTYPE html><html lang="en"><head><title>{fake.company()}</title></head><body>{text}</body></html>'


def grammarinator_pages() -> Iterator[str]:
    """Random walks through our grammar, down to a depth."""
    tool, runtime = importlib.import_module("grammarinator.tool"), importlib.import_module("grammarinator.runtime")
    sys.setrecursionlimit(10_000)  # rules for content recur on the right
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "Page.g4"
        source.write_text(antlr_grammar(load_automaton("page"), source.stem), "utf-8")
        tool.ProcessorTool("py", folder).process([str(source)], actions=False)
        generator = runpy.run_path(f"{folder}/PageGenerator.py")["PageGenerator"]
    random.seed(0)  # its model draws from there
    while True:
        yield str(generator(model=runtime.DefaultModel(), limit=runtime.RuleSize(depth=DEPTH, tokens=math.inf)).start())


def textgenrnn_texts() -> Iterator[str]:
    model = importlib.import_module("textgenrnn").textgenrnn()
    while True:
        yield str(model.generate(1, return_as_list=True)[0])


def htmlgen_pages(max_tokens: int) -> Items:
    def items() -> Iterator[str]:
        generator, seed = Generator.load(), 0
        while True:
            for page in generator.pages(20, seed=seed, max_tokens=max_tokens):
                yield page.html
            seed += 20

    return items


def figures(items: Items, count: int, *, pages: bool) -> dict[str, Any]:
    """Time and bytes of an item, and how many pages are sound; or why there are none."""
    try:
        made, begun = items(), time.process_time()
        next(made)  # imports and models
        times, start = list[float](), time.process_time() - begun
        for _ in range(TURNS):
            started = time.process_time()
            written = list(islice(made, count))
            times.append(time.process_time() - started)
    except ImportError as error:
        return {"left_out": f"{type(error).__name__}: {error}".partition(" (/")[0]}
    size = sum(len(item.encode()) for item in written)
    result: dict[str, Any] = {
        "start_seconds": round(start, 2),
        "milliseconds_an_item": round(min(times) / count * 1e3, 3),
        "bytes_an_item": round(size / count, 1),
    }
    if pages:
        parse, sound = [not html5lib_errors(page) for page in written], [not has_errors(page) for page in written]
        result |= {"parse": sum(parse) / count, "sound": sum(map(operator.and_, parse, sound)) / count}
    return result


def html5lib_errors(page: str) -> list[Any]:
    parser = html5lib.HTMLParser()
    parser.parse(page)
    errors: list[Any] = parser.errors
    return errors


def has_errors(page: str) -> bool:
    return any(finding.severity == "error" for finding in evaluate(page, fragment=False).findings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=100)
    parser.add_argument("--max-tokens", type=int, default=128)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    rows = {
        f"htmlgen, pages of at most {options.max_tokens} tokens": figures(htmlgen_pages(options.max_tokens), options.n, pages=True),
        "Faker, a paragraph": figures(faker_paragraphs, options.n, pages=False),
        "Faker, a page in a template of ours": figures(faker_pages, options.n, pages=True),
        "Grammarinator, pages of our grammar": figures(grammarinator_pages, options.n, pages=True),
        "Domato": {"left_out": "no package that pip installs, but scripts in a repository"},
        "textgenrnn, a text": figures(textgenrnn_texts, min(options.n, 5), pages=False),
    }
    tell({"items": options.n, "rows": rows}, options.output)


if __name__ == "__main__":
    main()
