"""Cold starts as whole processes against the bare import of their libraries, and snippets against the bare steps they take, in one run.

    python -m eval.bench.start [--repeats 7] [-o eval/results/start.json]

Each ratio is given of the time that passes and of the processor's time, which other processes hardly change.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from eval.telling import tell
from htmlgen.pages import Generator
from htmlgen.runtime.session import Session
from htmlgen.tokens.context import FEATURES

# As the installed command does it: a module run with -m is compiled anew each time.
HTMLGEN: Final = [sys.executable, "-c", "from htmlgen.cli import main; main()"]
COMMANDS: Final = {
    "pass": [sys.executable, "-c", "pass"],
    "import_numpy": [sys.executable, "-c", "import numpy"],
    "import_htmlgen": [sys.executable, "-c", "import htmlgen"],
    "imports": [sys.executable, "-c", "import numpy, onnxruntime, sentencepiece"],
    "help": [*HTMLGEN, "--help"],
    "first_page": [sys.executable, "-c", "from htmlgen import Generator; Generator.load().page(seed=1, max_tokens=256)"],
    "generate_10": [*HTMLGEN, "generate", "--n", "10", "--seed", "1"],
    "generate_10_long": [*HTMLGEN, "generate", "--n", "10", "--seed", "1", "--max-tokens", "512"],
}
OVER: Final = {"import_htmlgen": "import_numpy", "first_page": "imports", "generate_10": "imports", "generate_10_long": "imports"}
KINDS: Final = ("nav", "card-list", "list", "card")  # whose snippets are long enough for the budget to be what ends them, or nearly
SNIPPETS, TOKENS, BATCH = 100, 64, 64


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that pass, and the processor's seconds of this process and of those that it starts."""

    start, before = time.perf_counter(), _processor()
    work()
    return time.perf_counter() - start, _processor() - before


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def starts(repeats: int) -> dict[str, float]:
    """Whole processes. They take turns, so that noise meets them all; the first turn, which compiles modules, is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return _starts(repeats, {**settings, "PYTHONPYCACHEPREFIX": folder})


def _starts(repeats: int, settings: dict[str, str]) -> dict[str, float]:
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for turn in range(repeats + 1):
        for name, command in COMMANDS.items():
            found = spent(partial(subprocess.run, command, check=True, capture_output=True, env=settings))
            if turn:
                times[name].append(found)
    passed, processor = ({name: median(each[k] for each in found) for name, found in times.items()} for k in (0, 1))
    result = {f"{name}_seconds": round(value, 3) for name, value in passed.items()}
    for name, base in OVER.items():
        result[f"{name}_over_{base}"] = round(passed[name] / passed[base], 2)
        result[f"{name}_over_{base}_processor"] = round(processor[name] / processor[base], 2)
    return result


def snippets(repeats: int) -> dict[str, float]:
    """The rate of 100 snippets of at most 64 tokens as a share of that of their bare steps, in one thread; and the first time."""
    generator = Generator.load(threads=1, batch=BATCH)
    each = SNIPPETS // len(KINDS)

    def written() -> int:
        return sum(page.tokens for kind in KINDS for page in generator.snippets(each, kind, seed=1, max_tokens=TOKENS))

    first = spent(written)
    tokens, whole, (bare,) = _beside_steps(generator, written, repeats, (1,))
    return {
        "snippet_tokens": tokens,
        "snippets_of_bare_steps": round(bare[0] / whole[0], 3),
        "snippets_of_bare_steps_processor": round(bare[1] / whole[1], 3),
        "first_snippets_of_bare_steps_processor": round(bare[1] / first[1], 3),
    }


def snippets_as_used(repeats: int) -> dict[str, float]:
    """The same of 100 of one kind, by a generator as it is loaded: beside steps of one thread, and of two."""
    generator = Generator.load()

    def written() -> int:
        return sum(page.tokens for page in generator.snippets(SNIPPETS, KINDS[0], seed=1, max_tokens=TOKENS))

    _, whole, bare = _beside_steps(generator, written, repeats, (1, 2))
    return {f"snippets_as_used_of_bare_steps_{threads}": round(bare[threads - 1][0] / whole[0], 3) for threads in (1, 2)}


def _beside_steps(
    generator: Generator, written: Callable[[], int], repeats: int, threads: tuple[int, ...]
) -> tuple[int, tuple[float, float], list[tuple[float, float]]]:
    """The tokens that are written; the least times of writing them, and of their bare steps in so many threads."""
    sessions = [Session(generator.bundle.step_path, generator.bundle.architecture, threads=count) for count in threads]
    written()
    with _recorded() as batches:
        tokens = written()
    times: list[list[tuple[float, float]]] = [[], *([] for _ in threads)]
    for _ in range(repeats):
        times[0].append(spent(written))
        for place, session in enumerate(sessions, 1):
            times[place].append(spent(partial(_stepped, session, batches)))
    whole, *bare = ((min(found[0] for found in part), min(found[1] for found in part)) for part in times)
    return tokens, whole, bare


@contextmanager
def _recorded() -> Iterator[list[int]]:
    """The rows of each step that is made meanwhile."""
    batches: list[int] = []
    predict = Session.predict

    def recorded(self: Session, ids: Any, features: Any, state: Any) -> Any:
        batches.append(len(ids))
        return predict(self, ids, features, state)

    Session.predict = recorded  # type: ignore[method-assign]
    try:
        yield batches
    finally:
        Session.predict = predict  # type: ignore[method-assign]


def _stepped(session: Session, batches: list[int]) -> None:
    """Bare steps of so many rows each."""
    for rows in batches:
        session.predict(np.full(rows, 5), np.ones((rows, len(FEATURES)), dtype=np.int64), session.initial(rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    result = {**starts(options.repeats), **snippets(options.repeats), **snippets_as_used(options.repeats)}
    tell(result, options.output)


if __name__ == "__main__":
    main()
