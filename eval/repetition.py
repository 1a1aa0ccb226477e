"""How much do pages repeat themselves, real ones and generated ones, with the limits on copying and without?

python -m eval.repetition PAGES.parquet [--bundle FOLDER] [-n 100] [--max-tokens 512] [-o eval/results/repetition.json]
"""

import argparse
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from eval.telling import tell
from htmlgen.control import Control
from htmlgen.corpus.preparation import prepare
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.pages import Generator
from htmlgen.tokens.context import Reading

NONE = {"most_copied": 0, "least_match": 0, "most_repeated": 0}
LIMITS = {
    "no limit": NONE,
    **{f"{name} {getattr(Control(), name)}": {**NONE, name: getattr(Control(), name)} for name in NONE},
    "all three": {},
}
TURNS: Final = 3  # a token in its fourth turn, or later, has been copied three times over


def repetition(pages: Sequence[str], generator: Generator) -> dict[str, Any]:
    """Shares of tokens that the page itself suggested, and that came in a fourth turn or later; how far deflate shortens a page."""
    reading = Reading(generator.tokenizer.vocabulary)
    tokens = copied = turning = 0
    longest: list[int] = []
    for page in pages:
        runs = list(_followed(reading, generator.tokenizer.encode(read(page).events)))
        tokens += len(runs)
        copied += sum(run > 0 for run, _ in runs)
        turning += sum(turns >= TURNS for _, turns in runs)
        longest.append(max((run for run, _ in runs), default=0))
    sizes = [len(page.encode()) for page in pages]
    return {
        "pages": len(pages),
        "tokens": tokens,
        "copied": round(copied / tokens, 4),
        "in_fourth_turn": round(turning / tokens, 4),
        "pages_with_run_above_128": sum(run > 128 for run in longest),
        "deflated": round(sum(len(zlib.compress(page.encode(), 9)) for page in pages) / sum(sizes), 4),
    }


def _followed(reading: Reading, ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """After each token: how many in a row were copied, and how many times over the same."""
    context = reading.start
    for token in ids:
        context = context.after(token)
        yield context.copied, context.repeats


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("--bundle")
    parser.add_argument("-n", type=int, default=100)
    parser.add_argument("--max-tokens", type=int, default=512)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    generator = Generator.load(options.bundle)
    prepared = (write(page.events, one_line=True) for page in prepare([options.corpus], grammar="page") if page.events)
    short = (page for page in prepared if len(generator.tokenizer.encode(read(page).events)) <= options.max_tokens)
    result = {"real": repetition(list(islice(short, options.n)), generator)}
    for name, limits in LIMITS.items():
        pages = generator.pages(options.n, seed=0, max_tokens=options.max_tokens, control=Control(**limits))
        result[name] = repetition([page.html for page in pages], generator)
    tell(result, options.output)


if __name__ == "__main__":
    main()
