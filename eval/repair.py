"""Real pages repaired into a grammar: what is kept, what is done to them, and how long it takes beside validating them.

    python -m eval.repair PAGES.parquet [--grammar page] [-o FILE]

Exit status 1 where a repaired page is not valid.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from htmlgen.corpus.preparation import prepare
from htmlgen.markup.events import Event, StartTag, Text
from htmlgen.relaxng import load_automaton, validate
from htmlgen.relaxng.repair import repair

SHOWN = 60  # kinds of changes


def sizes(events: Iterable[Event]) -> Counter[str]:
    """UTF-8 bytes of text without white space, elements and attributes."""
    found: Counter[str] = Counter()
    for event in events:
        if isinstance(event, Text):
            found["text_bytes"] += len("".join(event.data.split()).encode())
        elif isinstance(event, StartTag):
            found["elements"] += 1
            found["attributes"] += len(event.attributes)
    return found


def measure(source: str, grammar: str) -> dict[str, Any]:
    """The figures of one corpus; processor time, because other work may run beside."""
    automaton = load_automaton(grammar)
    pages = [page for page in prepare([source]) if page.events]
    repair(pages[0].events, automaton)  # tables that are made once
    started = time.process_time()
    invalid = sum(bool(validate(page.events, automaton)) for page in pages)
    validated = time.process_time()
    results = [repair(page.events, automaton) for page in pages]
    repaired = time.process_time()
    before, after, changes = Counter[str](), Counter[str](), Counter[str]()
    little = 0
    for page, result in zip(pages, results, strict=True):
        own, kept = sizes(page.events), sizes(result.events)
        little += kept["text_bytes"] < own["text_bytes"] / 2
        before.update(own)
        after.update(kept)
        changes.update(result.changes)
    megabytes = sum(page.bytes for page in pages) / 1e6
    return {
        "grammar": grammar,
        "pages": len(pages),
        "megabytes": round(megabytes, 3),
        "invalid_before": invalid,
        "invalid_after": sum(bool(validate(result.events, automaton)) for result in results),
        "structure_given_up": changes["structure given up"],
        "keep_less_than_half_of_their_text": little,
        "after_over_before": {name: round(after[name] / before[name], 4) for name in before},
        "validate_seconds_per_megabyte": round((validated - started) / megabytes, 3),
        "repair_seconds_per_megabyte": round((repaired - validated) / megabytes, 3),
        "repair_over_validate": round((repaired - validated) / (validated - started), 2),
        "changes": dict(changes.most_common(SHOWN)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages")
    parser.add_argument("--grammar", default="page")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    report = measure(arguments.pages, arguments.grammar)
    text = json.dumps(report, indent=1, ensure_ascii=False)
    if arguments.output:
        arguments.output.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    if report["invalid_after"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
