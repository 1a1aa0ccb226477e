"""What generators of test data give: pages of ours beside Faker's fields and what is left of textgenrnn. Time an item, and is it HTML?

    python -m eval.peers.generation [-n 100] [--max-tokens 128] [-o eval/results/peer_generation.json]

Processor time of one process after its imports, the best of three turns. Items are not alike: Faker gives a field or a page of a table in a
template of ours, htmlgen a page; bytes are told beside the time. A page is sound if html5lib and the evaluator find no error in it. What is
not installed, or does not import, is told with the error: `pip install -r eval/peers/requirements-generation.txt`.
llguidance's masks are measured by `eval.peers.guidance`.
"""

import argparse
import importlib
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from eval.telling import tell
from htmlgen.pages import Generator, evaluate

TURNS: Final = 3
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
        made = items()
        next(made)  # imports and models
        times = []
        for _ in range(TURNS):
            started = time.process_time()
            written = list(islice(made, count))
            times.append(time.process_time() - started)
    except ImportError as error:
        return {"left_out": f"{type(error).__name__}: {error}".partition(" (/")[0]}
    size = sum(len(item.encode()) for item in written)
    result: dict[str, Any] = {"milliseconds_an_item": round(min(times) / count * 1e3, 3), "bytes_an_item": round(size / count, 1)}
    if pages:
        result["sound"] = sum(not any(f.severity == "error" for f in evaluate(page, fragment=False).findings) for page in written) / count
    return result


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
        "textgenrnn, a text": figures(textgenrnn_texts, min(options.n, 5), pages=False),
    }
    tell({"items": options.n, "rows": rows}, options.output)


if __name__ == "__main__":
    main()
