"""Random walks of a grammar's guide, judged: by html5lib, by the grammar, by html.rnc and by the Nu Html Checker.

    python -m eval.walks --tokenizer FILE [--grammar page] [-n 100] [--budgets least 64 128 512] [--vnu JAR] [-o FILE]

Half of the walks choose a kind of token first, which goes deep; the others choose among all tokens, most of which are words.
Exit status 1 where a walk is stuck, exceeds its budget, or leaves a page in which a judge finds an error.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import html5lib
import numpy as np

from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.markup.events import Event, StartTag
from htmlgen.markup.writer import write
from htmlgen.relaxng import Automaton, validate
from htmlgen.relaxng.cache import load_automaton
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Kind

WHOLE = "page article email card html"  # grammars of whole documents, which html.rnc judges too, but for card
EXAMPLES = 3

#: How likely each kind of token is, against 1, in walks that go deep: uniform walks end in words and values.
DEEP = {
    Kind.TEXT: 0.3, Kind.REFERENCE: 0.1, Kind.BYTE: 0.1, Kind.OPEN: 3.0, Kind.START: 4.0, Kind.ATTRIBUTE: 0.5, Kind.QUOTE_CLOSE: 3.0,
    Kind.END: 1.5, Kind.CONTROL: 0.02,
}  # fmt: skip
WEIGHTS = np.array([DEEP.get(kind, 1.0) for kind in Kind])


def walk(guide: GrammarGuide, budget: int, rng: np.random.Generator, by_kind: bool) -> list[int] | None:
    """The ids of one page, None where the walk is stuck."""
    kinds, state, ids = guide.vocabulary.kinds, guide.start(), list[int]()
    while len(allowed := np.flatnonzero(guide.allowed(state, budget - len(ids)))):
        if by_kind:
            found = np.unique(kinds[allowed])
            allowed = allowed[kinds[allowed] == rng.choice(found, p=WEIGHTS[found] / WEIGHTS[found].sum())]
        token = int(rng.choice(allowed))
        if token == guide.vocabulary.eos:
            return ids
        state = guide.advance(state, token)
        ids.append(token)
    return None


class Judges:
    """Verdicts on pages, counted by message, with a few examples of each."""

    def __init__(self, automaton: Automaton, whole: Automaton | None, vnu: Path | None) -> None:
        self.grammars = {"grammar": automaton, **({"html.rnc": whole} if whole else {})}
        self.vnu = vnu
        self.errors: dict[str, Counter[str]] = {}
        self.bad: dict[str, set[int]] = {}
        self.examples: dict[str, list[str]] = {}

    def found(self, judge: str, number: int, message: str, page: str) -> None:
        """Count one error."""
        self.errors.setdefault(judge, Counter())[message] += 1
        self.bad.setdefault(judge, set()).add(number)
        examples = self.examples.setdefault(f"{judge}: {message}", [])
        if len(examples) < EXAMPLES:
            examples.append(page)

    def judge(self, pages: Sequence[tuple[str, list[Event]]], document: bool) -> None:
        """Ask every judge of every page."""
        for judge in ("html5lib", *self.grammars, *(("nu",) if self.vnu else ())):
            self.errors.setdefault(judge, Counter())
        for number, (page, events) in enumerate(pages):
            parser = html5lib.HTMLParser()
            _ = parser.parse(page) if document else parser.parseFragment(page)
            for _position, code, data in parser.errors:
                self.found("html5lib", number, f"{code} {data}", page)
            for name, automaton in self.grammars.items():
                for violation in validate(events, automaton):
                    self.found(name, number, f"{violation.rule}: {violation.message}", page)
        if self.vnu:
            for number, message in nu_errors(self.vnu, [page for page, _ in pages], document):
                self.found("nu", number, message, pages[number][0])


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


def measure(guide: GrammarGuide, tokenizer: Tokenizer, budget: int, count: int, judges: Judges) -> tuple[dict[str, Any], list[Event]]:
    """One budget's figures, and all events."""
    pages: list[tuple[str, list[Event]]] = []
    stuck = over = tokens = 0
    seconds = 0.0
    for number in range(count):
        started = time.perf_counter()
        ids = walk(guide, budget, np.random.default_rng([budget, number]), number % 2 == 0)
        seconds += time.perf_counter() - started
        if ids is None:
            stuck += 1
            continue
        over += len(ids) > budget
        tokens += len(ids)
        events = tokenizer.decode(ids)
        pages.append((write(events), events))
    judges.judge(pages, document=any(page.startswith("<!DOCTYPE") for page, _ in pages))
    figures = {
        "budget": budget,
        "walks": count,
        "stuck": stuck,
        "over_budget": over,
        "mean_tokens": round(tokens / max(1, len(pages)), 1),
        "microseconds_per_token": round(seconds / max(1, tokens) * 1e6, 1),
        "pages_with_errors": {judge: len(judges.bad.get(judge, ())) for judge in judges.errors},
        "errors": {judge: dict(found.most_common()) for judge, found in judges.errors.items()},
    }
    return figures, [event for _, events in pages for event in events]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--grammar", default="page")
    parser.add_argument("-n", "--count", type=int, default=100)
    parser.add_argument("--budgets", nargs="+", default=["least", "64", "128", "512"])
    parser.add_argument("--vnu", type=Path, help="the Nu Html Checker's vnu.jar")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    tokenizer = Tokenizer(arguments.tokenizer.read_bytes())
    automaton = load_automaton(arguments.grammar)
    guide = GrammarGuide(automaton, tokenizer.vocabulary)
    whole = load_automaton("html") if Path(arguments.grammar).stem in WHOLE.split() and "card" not in arguments.grammar else None
    least, results = guide.least_cost(guide.start()), []
    elements, attributes, examples = Counter[str](), Counter[str](), {}
    for name in arguments.budgets:
        judges = Judges(automaton, whole, arguments.vnu)
        figures, events = measure(guide, tokenizer, least if name == "least" else int(name), arguments.count, judges)
        tags = [event for event in events if isinstance(event, StartTag)]
        elements.update(tag.name for tag in tags)
        attributes.update(f"{tag.name} {attribute}" for tag in tags for attribute, _ in tag.attributes)
        examples.update(judges.examples)
        results.append(figures)
        print(json.dumps({key: value for key, value in figures.items() if key != "errors"}), file=sys.stderr)
    report = {
        "grammar": arguments.grammar,
        "vocabulary": len(tokenizer.vocabulary),
        "least": least,
        "budgets": results,
        "elements": dict(elements.most_common()),
        "elements_not_met": sorted(set(automaton.names) - set(elements)),
        "attributes": dict(attributes.most_common()),
        "examples": examples,
    }
    text = json.dumps(report, indent=1, ensure_ascii=False)
    if arguments.output:
        arguments.output.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    if any(figures["stuck"] or figures["over_budget"] or any(figures["pages_with_errors"].values()) for figures in results):
        sys.exit(1)


if __name__ == "__main__":
    main()
