"""The guide beside llguidance and XGrammar: masks and moves over one grammar, one vocabulary and the same tokens, in one run; and its cost.

    python -m eval.peers.guidance [--pages 100] [--tokens 1000000] [-o eval/results/guidance.json]

The peers get the grammar that `eval.peers.lark` makes of the automaton, a superset, once with the grammar's own values and once with any
escaped text for a value; the faster one counts. Pages are the default bundle's; a quarter of them, all of which a peer must accept, are
what it is measured by. *Warm* means that the same guide, or matcher, went over the same pages once before and has forgotten nothing since;
budgets are those under which the pages were made; the guide counts them, asks for ids and exclusions, and the peers do not. Times are
processor time, the best of several turns, so that other work on the machine disturbs little. `--tokens` are walked at random in `page`,
with what the process grows by meanwhile; 0 leaves that out. A peer that is not installed is left out, and it is said:
`pip install -r eval/peers/requirements-guidance.txt`, or `-xgrammar.txt`, which brings PyTorch along.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from eval.peers.lark import LarkGrammar
from eval.peers.matchers import PEERS, GrammarRefusedError, MaskMaker, accepts, followed
from eval.telling import tell
from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.guide import gathered
from htmlgen.decoding.search import Request
from htmlgen.decoding.walking import ByKind, Evenly, walk
from htmlgen.pages import Generator
from htmlgen.relaxng import load_automaton
from htmlgen.runtime.bundle import TOKENIZER, default_folder
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Vocabulary

BUDGET: Final = 256  # tokens of a page
BATCH: Final = 10
TURNS: Final = 5
FORMS: Final = {"grammars_own_values": True, "any_values": False}
STARTS: Final = 7  # fresh processes
Ids = Sequence[int]

# A fresh process: what it takes from a file and a vocabulary to a guide, and then to the end of ten pages.
_START: Final = """
import json, sys, time
from pathlib import Path
from htmlgen.tokens.tokenizer import Tokenizer
vocabulary = Tokenizer(Path(sys.argv[1]).read_bytes()).vocabulary
pages = json.loads(sys.argv[2])
import numpy
begun = time.thread_time()
from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.relaxng import load_automaton
imported = time.thread_time()
automaton = load_automaton("page")
loaded = time.thread_time()
guide = GrammarGuide(automaton, vocabulary)
made = time.thread_time()
for ids in pages:
    state = guide.start()
    for place, token in enumerate(ids):
        guide.allowed(state, 256 - place)
        state = guide.advance(state, token)
print(json.dumps([imported - begun, loaded - imported, made - loaded, time.thread_time() - made]))
"""


def best(run: Callable[[], int]) -> float:
    """Microseconds a token: the least of some turns, after one that is not counted. `run` says how many tokens it took."""
    run()
    found = []
    for _ in range(TURNS):
        begun = time.thread_time()
        count = run()
        found.append((time.thread_time() - begun) / count * 1e6)
    return min(found)


# Ours ---------------------------------------------------------------------------------------------------------------------------


def guided(guide: GrammarGuide, pages: Sequence[Ids], *, masks: bool = True) -> int:
    """Mask and move of every token, or the moves alone."""
    for ids in pages:
        state = guide.start()
        for place, token in enumerate(ids):
            if masks:
                guide.allowed(state, BUDGET - place)
            state = guide.advance(state, token)
    return sum(map(len, pages))


def batched(guide: GrammarGuide, pages: Sequence[Ids]) -> int:
    """Steps of a batch: its masks in one array, then each state's move. Pages are cut to one length."""
    steps = 0
    for first in range(0, len(pages) - BATCH + 1, BATCH):
        batch = pages[first : first + BATCH]
        states = [guide.start()] * BATCH
        for place in range(min(map(len, batch))):
            gathered(guide, states, [BUDGET - place] * BATCH)
            states = [guide.advance(state, ids[place]) for state, ids in zip(states, batch, strict=True)]
            steps += 1
    return steps


def ours(guide: GrammarGuide, pages: Sequence[Ids]) -> dict[str, float]:
    begun = time.thread_time()
    first = guided(guide, pages)
    cold = (time.thread_time() - begun) / first * 1e6
    return {
        "first_microseconds_a_token": round(cold, 2),
        "warm_microseconds_a_token": round(best(lambda: guided(guide, pages)), 2),
        "moves_alone_microseconds_a_token": round(best(lambda: guided(guide, pages, masks=False)), 2),
        f"batch_of_{BATCH}_microseconds_a_step": round(best(lambda: batched(guide, pages)), 1),
    }


# Theirs ---------------------------------------------------------------------------------------------------------------------------


def theirs(name: str, vocabulary: Vocabulary, pages: Sequence[Ids]) -> dict[str, Any]:
    """Figures of a peer under both grammars, or why there are none."""
    try:
        found = {form: under(PEERS[name], vocabulary, pages, exact=exact) for form, exact in FORMS.items()}
    except (ImportError, GrammarRefusedError) as error:
        print(f"{name} is left out: {error}", file=sys.stderr)
        return {"left_out": str(error)}
    return {"version": metadata.version(name), "tokens": sum(map(len, pages)), **found}


def under(peer: MaskMaker, vocabulary: Vocabulary, pages: Sequence[Ids], *, exact: bool) -> dict[str, Any]:
    grammar = LarkGrammar(load_automaton("page"), exact=exact)
    matcher = peer(grammar.text, vocabulary)
    return {
        "grammar_characters": len(grammar.text),
        "datatypes_exact": f"{grammar.exact} of {grammar.datatypes}",
        "start_seconds": round(matcher.seconds, 3),
        "pages_accepted": f"{sum(accepts(matcher, ids) for ids in pages)} of {len(pages)}",
        "warm_microseconds_a_token": round(best(lambda: followed(matcher, pages)), 1),
        "moves_alone_microseconds_a_token": round(best(lambda: followed(matcher, pages, masks=False)), 2),
    }


def beside(result: dict[str, Any], name: str) -> dict[str, float]:
    """A peer's time over ours, where it is there: a token's by its faster grammar, and the start by the one that is sooner made."""
    if "left_out" in (peer := result[name]):
        return {}
    token, start = (min(peer[form][key] for form in FORMS) for key in ("warm_microseconds_a_token", "start_seconds"))
    return {
        f"{name}_over_htmlgen": round(token / result["htmlgen"]["warm_microseconds_a_token"], 1),
        f"{name}_start_over_htmlgen": round(start / result["start"]["cold_load_and_guide_seconds"], 2),
    }


# Start, and growth ----------------------------------------------------------------------------------------------------------------


def starts(pages: Sequence[Ids]) -> dict[str, float]:
    """Median processor seconds in fresh processes, with and without a cache on disk."""
    command = [sys.executable, "-c", _START, str(default_folder() / TOKENIZER), json.dumps([list(ids)[:128] for ids in pages[:10]])]
    found: dict[str, list[list[float]]] = {"cold": [], "cached": []}
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "XDG_CACHE_HOME": folder}
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            for times in found.values():
                told = subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout
                times.append(json.loads(told))
    result: dict[str, float] = {}
    for name, rows in found.items():
        imports, load, guide, ten = (median(column) for column in zip(*rows, strict=True))
        result |= {f"{name}_load_seconds": load, f"{name}_guide_seconds": guide, f"{name}_load_and_guide_seconds": load + guide}
        result |= {f"{name}_imports_seconds": imports, f"{name}_first_ten_pages_seconds": ten}
    return {name: round(value, 4) for name, value in result.items()}


def resident() -> float:
    """Megabytes of this process in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def growth(name: str, vocabulary: Vocabulary, tokens: int) -> dict[str, float]:
    """The most megabytes that a process grows by while a guide takes random walks."""
    guide = GrammarGuide(load_automaton(name), vocabulary)
    odds = (ByKind(vocabulary), Evenly())
    begun, done, most, turn = resident(), 0, 0.0, 0
    while done < tokens:
        done += len(walk(guide, 4 * BUDGET if turn % 4 == 3 else BUDGET, np.random.default_rng(turn), odds[turn % 2]))
        turn += 1
        if turn % 20 == 0:
            most = max(most, resident() - begun)
    return {"tokens": done, "pages": turn, "most_megabytes": round(most, 1), "megabytes_at_the_end": round(resident() - begun, 1)}


# ----------------------------------------------------------------------------------------------------------------------------------


def generated(count: int) -> Iterator[tuple[int, ...]]:
    """Ids of pages by the default bundle."""
    search = Generator.load().search()
    return (result.ids for result in search.stream(Request(seed=seed, max_tokens=BUDGET) for seed in range(count)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    pages = list(generated(options.pages))
    vocabulary = Tokenizer((default_folder() / TOKENIZER).read_bytes()).vocabulary
    guide = GrammarGuide(load_automaton("page"), vocabulary)
    result: dict[str, Any] = {"vocabulary": len(vocabulary), "pages": len(pages), "tokens": sum(map(len, pages))}
    result["htmlgen"] = ours(guide, pages)
    result |= {name: theirs(name, vocabulary, pages[: max(1, len(pages) // 4)]) for name in PEERS}
    result["start"] = starts(pages)
    result |= {key: value for name in PEERS for key, value in beside(result, name).items()}
    if options.tokens:
        result["growth"] = {"page": growth("page", vocabulary, options.tokens)}
    tell(result, options.output)


if __name__ == "__main__":
    main()
