"""Does jing, an independent RELAX NG validator, give the same verdicts? Its own were recorded by `eval/bench/jing_agreement.py`."""

import json
import re
from pathlib import Path

import pytest

from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.relaxng import compile_grammar, load_grammar, validate

CASES = json.loads((Path(__file__).parent / "data" / "jing.json").read_text())


def events(document: str) -> list[Event]:
    """The events of the XML that the record holds: tags, quoted attributes, text without references."""
    found: list[Event] = []
    for end, name, attributes, text in re.findall(r"<(/?)(\w+)([^>]*)>|([^<]+)", document):
        if text:
            found.append(Text(text))
        elif end:
            found.append(EndTag(name))
        else:
            found.append(StartTag(name, tuple(re.findall(r'(\w+)="([^"]*)"', attributes))))
    return found


@pytest.mark.parametrize("number", range(len(CASES)))
def test_jing_agrees(number: int) -> None:
    case = CASES[number]
    automaton = compile_grammar(load_grammar(case["grammar"]))
    verdicts = [not validate(events(document), automaton) for document in case["documents"]]
    assert verdicts == case["jing"], case["grammar"]


def test_the_record_holds_both_verdicts() -> None:
    verdicts = [verdict for case in CASES for verdict in case["jing"]]
    assert len(verdicts) > 900 and 0.3 < sum(verdicts) / len(verdicts) < 0.7
