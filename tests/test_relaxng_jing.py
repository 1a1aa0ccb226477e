"""Does jing, an independent RELAX NG validator, give the same verdicts? Its own are recorded in `data/`.

`jing.json` holds random grammars with random documents. `jing_pages.json` holds pages of our own, some of them mutated, judged under
`html.rnc`; who changes that grammar records them again: `python -m eval.jing_agreement --record`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.relaxng import compile_grammar, load_automaton, load_grammar, validate
from htmlgen.relaxng.violations import STRUCTURAL

DATA = Path(__file__).parent / "data"
CASES = json.loads((DATA / "jing.json").read_text())
NAMESPACES, *PAGES = json.loads((DATA / "jing_pages.json").read_text("utf-8"))  # pages: kind, jing's verdict, XML


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


def html_name(name: str) -> str:
    """The name in HTML of a name in a namespace: attributes `data-…` have one of their own."""
    namespace, _, local = name.rpartition("}")
    prefixes = {"{urn:htmlgen:data": "data-", "{http://www.w3.org/1999/xlink": "xlink:", "{http://www.w3.org/XML/1998/namespace": "xml:"}
    return prefixes.get(namespace, "") + local


def page_events(element: Element) -> Iterator[Event]:
    """The events of a page that is written as XML."""
    name = html_name(element.tag)
    yield StartTag(name, tuple((html_name(key), value) for key, value in element.items()))
    if element.text:
        yield Text(element.text)
    for child in element:
        yield from page_events(child)
        if child.tail:
            yield Text(child.tail)
    if name not in VOID_IN_PARSER or element.tag.startswith("{http://www.w3.org/2000/svg"):
        yield EndTag(name)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_jing_agrees(number: int) -> None:
    case = CASES[number]
    automaton = compile_grammar(load_grammar(case["grammar"]))
    verdicts = [not validate(events(document), automaton) for document in case["documents"]]
    assert verdicts == case["jing"], case["grammar"]


def test_the_record_holds_both_verdicts() -> None:
    verdicts = [verdict for case in CASES for verdict in case["jing"]]
    assert len(verdicts) > 900 and 0.3 < sum(verdicts) / len(verdicts) < 0.7


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in PAGES}))
def test_jing_agrees_on_pages(kind: str) -> None:
    automaton = load_automaton("html")
    for each, verdict, page in PAGES:
        if each == kind:
            events = page_events(fromstring(re.sub(r"^\s*<([\w:.-]+)", rf"<\1 {NAMESPACES}", page)))
            found = [violation.message for violation in validate(events, automaton) if violation.rule in STRUCTURAL]
            assert (not found) == verdict, (page, found)


def test_the_recorded_pages_are_many_and_of_both_kinds() -> None:
    verdicts = [verdict for _, verdict, _ in PAGES]
    assert len(verdicts) > 500 and 0.3 < sum(verdicts) / len(verdicts) < 0.7
