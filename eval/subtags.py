"""The table of language subtags that the evaluator checks `lang` against, made of the registry that IANA publishes.

    python -m eval.subtags language-subtag-registry > htmlgen/evaluation/values/subtags.txt

The registry is https://www.iana.org/assignments/language-subtag-registry, in the record-jar format of RFC 5646, 3.1.1. A line of the table
is a kind and its subtags, in lower case; ranges stay ranges; an extended language and a variant bear their prefixes: `yue=zh`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

KINDS = ("language", "extlang", "script", "region", "variant", "grandfathered")


def records(registry: str) -> Iterator[dict[str, list[str]]]:
    """The records of a registry: the name of a field and its values. Continued lines are of descriptions, and left out."""
    for block in registry.split("%%\n"):
        found: dict[str, list[str]] = {}
        for line in block.splitlines():
            name, colon, value = line.partition(": ")
            if colon and not line.startswith(" "):
                found.setdefault(name, []).append(value.strip())
        yield found


def entry(record: dict[str, list[str]]) -> str:
    """A subtag or tag, with its prefixes where it has some."""
    subtag = (record.get("Subtag") or record["Tag"])[0]
    prefixes = ",".join(record.get("Prefix", []))
    return (f"{subtag}={prefixes}" if prefixes else subtag).lower()


def table(registry: str) -> str:
    rows: dict[str, list[str]] = {kind: [] for kind in KINDS}
    dated = ""
    for record in records(registry):
        dated = record.get("File-Date", [dated])[0]
        if (kind := record.get("Type", [""])[0]) in rows:
            rows[kind].append(entry(record))
    return "".join([f"date {dated}\n", *(f"{kind} {' '.join(rows[kind])}\n" for kind in KINDS)])


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1]).read_text(encoding="utf-8")))
