"""Fills one hole in each of many real pages, at a random place, and asks the evaluator for errors that were not there before.

    python -m eval.filling valid.parquet [-n 300] [--seed 0] [-o eval/results/filling.json]

A place is one between two tags or texts of the body, drawn evenly; where the guide says that nothing may be written, another is drawn, and
both are counted. Refused for another cause is what brought a new error six times. The page with its hole is judged with the hole blank.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from eval.telling import tell
from htmlgen import Generator
from htmlgen.corpus.pages import read_pages
from htmlgen.errors import HoleError
from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.score import evaluate
from htmlgen.markup.events import EndTag, StartTag

HOLE = "<!-- htmlgen: -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", help="a folder, a glob, or a .parquet file with a column html")
    parser.add_argument("-n", type=int, default=300, help="pages")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path, help="where the figures go, as JSON")
    options = parser.parse_args()
    pages = list(read_pages([options.pages]))
    chosen = random.Random(options.seed).sample(pages, min(options.n, len(pages)))
    generator = Generator.load()
    found: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    begun = time.perf_counter()
    for number, page in enumerate(chosen):
        for kind in filled(generator, page.html, options.seed + number, refusals):
            found[kind] += 1
            if kind not in ("pages", "filled"):
                print(kind, page.name, flush=True)
    figures = {**found, "refused places": dict(refusals.most_common()), "seconds per page": (time.perf_counter() - begun) / len(chosen)}
    tell(figures, options.output)


def filled(generator: Generator, page: str, seed: int, refusals: Counter[str]) -> Iterator[str]:
    """What is to be counted of one page."""
    places = body_places(page)
    yield "pages"
    random.Random(seed).shuffle(places)
    for place in places:
        layout = page[:place] + HOLE + page[place:]
        try:
            done = generator.fill(layout, seed=seed)
        except HoleError as error:
            text = str(error).partition(": ")[2]
            if "new error" in text:
                yield f"no content without a new error: {text}"
                return
            refusals[text] += 1
            continue
        inside = len(done) - len(page)
        if done[:place] != page[:place] or done[place + inside :] != page[place:]:
            yield "changed outside"
        if fresh := errors(done, place, inside) - errors(page[:place] + " " * len(HOLE) + page[place:], place, len(HOLE)):
            yield f"new error {sorted(fresh)}"
        yield "filled"
        return
    yield "no place"


def body_places(page: str) -> list[int]:
    """Offsets in the body at which a tag or a text begins, as the parser sees them."""
    document = parse_document(page)
    inside, places = document.fragment, []
    for event, offset in zip(document.events, document.offsets, strict=True):
        if isinstance(event, StartTag) and event.name == "body":
            inside = True
        elif inside:
            places.append(offset)
        if isinstance(event, EndTag) and event.name == "body":
            break
    return places


def errors(page: str, place: int, inside: int) -> Counter[tuple[str, int]]:
    """The rules that are broken, each with its place on the page without its hole, -1 within it."""

    def outer(offset: int) -> int:
        return offset if offset < place else -1 if offset < place + inside else offset - inside

    found = (finding for finding in evaluate(page).findings if finding.severity == "error")
    return Counter((finding.rule, outer(finding.offset)) for finding in found)


if __name__ == "__main__":
    main()
