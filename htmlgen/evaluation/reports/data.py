"""Evaluations for programs: JSON, and JSON lines."""

import json
from collections.abc import Iterable
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import TextIO

from htmlgen.evaluation.running.totals import Compared, Seen, Totals, adding


def write_json(pages: Iterable[Seen], stream: TextIO, *, compared: Compared = None) -> Totals:
    """One JSON document, `{"pages": [...], "totals": {...}}`, in the order given, and `"comparison"`, if there is one.

    Each page is written as soon as it is judged; beside a comparison, which may fail, only when that is made.
    """
    if compared is None:
        totals = _write_pages(pages, stream)
        stream.write("}\n")
        return totals
    with TemporaryFile("w+", encoding="utf-8") as held:
        totals = _write_pages(pages, held)
        comparison = json.dumps(compared().to_dict())
        held.seek(0)
        copyfileobj(held, stream)
    stream.write(f',\n"comparison": {comparison}}}\n')
    return totals


def _write_pages(pages: Iterable[Seen], stream: TextIO) -> Totals:
    totals = Totals()
    stream.write('{"pages": [')
    for index, evaluation in enumerate(adding(pages, totals)):
        stream.write((",\n" if index else "\n") + json.dumps(evaluation.to_dict()))
    stream.write(f'\n],\n"totals": {json.dumps(totals.to_dict())}')
    return totals


def write_jsonl(pages: Iterable[Seen], stream: TextIO, *, compared: Compared = None) -> Totals:
    """One JSON object a line and page, each written as soon as its page is judged; a last one, `{"comparison": ...}`, if there is one."""
    totals = Totals()
    for evaluation in adding(pages, totals):
        stream.write(json.dumps(evaluation.to_dict()) + "\n")
        stream.flush()
    if compared:
        stream.write(json.dumps({"comparison": compared().to_dict()}) + "\n")
    return totals
