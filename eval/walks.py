"""Random walks of a grammar's guide, judged: by html5lib, by our reader, by the grammar, by html.rnc and by the Nu Html Checker.

    python -m eval.walks [--grammar page] [-n 1000] [--budgets least-128 256 512] [--tokenizer FILE] [--vnu JAR] [--jobs 2] [-o FILE]

A quarter of the walks choose a kind of token first, and go deep; a quarter choose among all tokens, most of which are words; half of
them choose what was seldom taken, and go everywhere. `-n` walks are shared out among the budgets, which are numbers, `least` (what
the shortest page needs) or ranges. Without a tokenizer the vocabulary is that of the grammar's own names.
Exit status 1 where a walk is stuck, exceeds its budget, or leaves a page in which a judge finds an error.
"""

import argparse
import json
import multiprocessing
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import html5lib
import numpy as np

from eval.coverage import Coverage
from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.walking import ByKind, Evenly, Seldom, own_vocabulary, spelled, walk
from htmlgen.errors import DeadEndError
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.relaxng import Automaton, load_automaton, validate
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Vocabulary

OF_HTML = ("page", "article", "email")  # grammars that are part of html.rnc, which judges their walks too
EXAMPLES = 2
LANES = 2  # a fixed number, so that the walks are the same however many processes take them
QUOTED = re.compile(r"“[^”]{25,}”")  # values in messages; names stay


class Lane(NamedTuple):
    """Walks that one process takes, one after the other: `each` at every budget."""

    grammar: str
    tokenizer: Path | None
    number: int
    budgets: tuple[int, ...]
    each: int


@dataclass
class Outcome:
    """What came of walks of one budget."""

    coverage: Coverage
    pages: list[str] = field(default_factory=list)
    stuck: int = 0
    over_budget: int = 0
    tokens: int = 0
    seconds: float = 0.0
    faulty: dict[str, set[int]] = field(default_factory=dict)  #: by judge, the pages in which it finds errors
    errors: Counter[str] = field(default_factory=Counter)  #: judge and message
    examples: dict[str, list[str]] = field(default_factory=dict)

    def found(self, judge: str, number: int, message: str) -> None:
        """Note one error of a page."""
        told = f"{judge}: {QUOTED.sub('“…”', message)}"
        self.errors[told] += 1
        self.faulty.setdefault(judge, set()).add(number)
        examples = self.examples.setdefault(told, [])
        if len(examples) < EXAMPLES:
            examples.append(self.pages[number])

    def merge(self, other: "Outcome") -> None:
        """Add what came of other walks."""
        before = len(self.pages)
        self.coverage.merge(other.coverage)
        self.pages += other.pages
        self.stuck += other.stuck
        self.over_budget += other.over_budget
        self.tokens += other.tokens
        self.seconds += other.seconds
        self.errors += other.errors
        for judge, numbers in other.faulty.items():
            self.faulty.setdefault(judge, set()).update(before + number for number in numbers)
        for told, examples in other.examples.items():
            self.examples[told] = [*self.examples.get(told, ()), *examples][:EXAMPLES]


# Walking and judging ----------------------------------------------------------------------------------------------------------------


@cache
def automaton_of(name: str) -> Automaton:
    return load_automaton(Path(name) if name.endswith(".rnc") else name)


@cache
def guide_of(name: str, tokenizer: Path | None) -> GrammarGuide:
    return GrammarGuide(automaton_of(name), vocabulary_of(name, tokenizer))


@cache
def vocabulary_of(name: str, tokenizer: Path | None) -> Vocabulary:
    return Tokenizer(tokenizer.read_bytes()).vocabulary if tokenizer else own_vocabulary(automaton_of(name))


def walked(lane: Lane) -> dict[int, Outcome]:
    """The outcome for each budget, judged by all but the Nu Html Checker."""
    guide = guide_of(lane.grammar, lane.tokenizer)
    seldom = Seldom(guide.vocabulary)
    odds = (ByKind(guide.vocabulary), seldom, Evenly(), seldom)
    found = {}
    for budget in lane.budgets:
        outcome = found[budget] = Outcome(Coverage(automaton_of(lane.grammar)))
        for number in range(lane.each):
            walk_once(outcome, lane, budget, np.random.default_rng([lane.number, budget, number]), odds[number % len(odds)])
    return found


def walk_once(outcome: Outcome, lane: Lane, budget: int, rng: np.random.Generator, odds: Evenly) -> None:
    """One walk, and what all but the Nu Html Checker say of its page."""
    guide = guide_of(lane.grammar, lane.tokenizer)
    started = time.process_time()
    try:
        ids = walk(guide, budget, rng, odds)
    except DeadEndError:
        outcome.stuck += 1
        return
    outcome.seconds += time.process_time() - started
    outcome.tokens += len(ids)
    outcome.over_budget += len(ids) > budget
    outcome.pages.append(spelled(guide.vocabulary, ids))
    judge(outcome, lane.grammar)


def judge(outcome: Outcome, grammar: str) -> None:
    """Ask html5lib, our reader and the grammars of the latest page."""
    number, page = len(outcome.pages) - 1, outcome.pages[-1]
    parser = html5lib.HTMLParser()
    _ = parser.parse(page) if page.startswith("<!DOCTYPE") else parser.parseFragment(page)
    for _position, code, data in parser.errors:
        outcome.found("html5lib", number, f"{code} {data}")
    reading = read(page)
    for loss in reading.losses:
        outcome.found("reader", number, f"{loss.cause} {loss.place}")
    if write(reading.events, one_line=True) != page:
        outcome.found("reader", number, "not canonical")
    for name in (grammar, *(("html",) if grammar in OF_HTML else ())):
        for violation in validate(reading.events, automaton_of(name)):
            outcome.found(name, number, f"{violation.rule}: {violation.message}")
    outcome.coverage.add(reading.events)


def nu_errors(jar: Path, pages: Sequence[str], document: bool) -> Iterator[tuple[int, str]]:
    """The errors of the Nu Html Checker, each with the number of its page; a fragment is judged in a document around it."""
    with tempfile.TemporaryDirectory() as folder:
        for number, page in enumerate(pages):
            around = page if document else f'<!DOCTYPE html><html lang="en"><head><title>x</title></head><body>{page}</body></html>'
            (Path(folder) / f"{number:06d}.html").write_text(around, encoding="utf-8")
        options = ["--no-stream", "--errors-only", "--format", "json", "--stdout", "--exit-zero-always"]
        command = ["java", "-Xss8m", "-jar", str(jar), *options, folder]
        told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    for message in json.loads(told)["messages"]:
        yield int(Path(message["url"]).stem), str(message["message"])


def judged_by_nu(outcome: Outcome, jar: Path) -> None:
    """Ask the Nu Html Checker of all pages."""
    document = any(page.startswith("<!DOCTYPE") for page in outcome.pages)
    for number, message in nu_errors(jar, outcome.pages, document):
        outcome.found("nu", number, message)


# Tasks and figures ------------------------------------------------------------------------------------------------------------------


def budgets_of(words: Sequence[str], least: int) -> list[int]:
    """The budgets that words name, each once. Raises: SystemExit, for what is none."""
    found: dict[int, None] = {}
    for word in words:
        ends = [least if end == "least" else int(end) if end.isdigit() else -1 for end in word.split("-")]
        if len(ends) > 2 or min(ends) < least:
            raise SystemExit(f"--budgets: {word!r} is no number from {least}, the least, and no range such as least-128")
        found.update(dict.fromkeys(range(ends[0], ends[-1] + 1)))
    return list(found)


def lanes(given: argparse.Namespace, budgets: Sequence[int]) -> list[Lane]:
    """The budgets in turn, each with as many walks."""
    several = min(LANES, len(budgets))
    each = -(-given.count // len(budgets))
    found = []
    for number in range(several):
        shared = tuple(budgets[place] for place in range(len(budgets)) if place % several == number)
        found.append(Lane(given.grammar, given.tokenizer, number, shared, each))
    return found


def outcomes(found: Sequence[Lane], jobs: int) -> dict[int, Outcome]:
    """The outcome for each budget."""
    merged: dict[int, Outcome] = {}
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for outcome in pool.imap_unordered(walked, found):
            merged.update(outcome)
            print(f"{sum(len(each.pages) for each in merged.values())} walks", file=sys.stderr, flush=True)
    return dict(sorted(merged.items()))


def figures(outcome: Outcome, judges: Sequence[str]) -> dict[str, Any]:
    """What is written down of walks."""
    return {
        "walks": len(outcome.pages) + outcome.stuck,
        "distinct": len(set(outcome.pages)),
        "stuck": outcome.stuck,
        "over_budget": outcome.over_budget,
        "tokens": outcome.tokens,
        "microseconds_per_token": round(outcome.seconds / max(1, outcome.tokens) * 1e6, 1),
        "pages_with_errors": {judge: len(outcome.faulty.get(judge, ())) for judge in judges},
    }


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grammar", default="page", help="a packaged grammar's name, or a file")
    parser.add_argument("--tokenizer", type=Path, help="a bundle's tokenizer.model")
    parser.add_argument("-n", "--count", type=int, default=1000, help="walks in all")
    parser.add_argument("--budgets", nargs="+", default=["least-128", "256", "512"])
    parser.add_argument("--vnu", type=Path, help="the Nu Html Checker's vnu.jar")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path)
    return parser.parse_args()


def main() -> int:
    given = options()
    guide = guide_of(given.grammar, given.tokenizer)
    least = guide.least_cost(guide.start())
    budgets = budgets_of(given.budgets, least)
    found = outcomes(lanes(given, budgets), given.jobs)
    if given.vnu:
        for outcome in found.values():
            judged_by_nu(outcome, given.vnu)
    judges = ("html5lib", "reader", given.grammar, *(("html",) if given.grammar in OF_HTML else ()), *(("nu",) if given.vnu else ()))
    total = Outcome(Coverage(automaton_of(given.grammar)))
    for outcome in found.values():
        total.merge(outcome)
    report = {
        "grammar": given.grammar,
        "vocabulary": len(guide.vocabulary),
        "least": least,
        "in_all": figures(total, judges),
        "errors": dict(total.errors.most_common()),
        "examples": total.examples,
        "coverage": total.coverage.report(guide.vocabulary),
        "budgets": {str(budget): figures(outcome, judges) for budget, outcome in found.items()},
    }
    text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    print(json.dumps({key: report[key] for key in ("grammar", "least", "in_all", "errors", "coverage")}, indent=1, ensure_ascii=False))
    return 1 if total.stuck or total.over_budget or total.errors else 0


if __name__ == "__main__":
    sys.exit(main())
