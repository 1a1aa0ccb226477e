"""BYTES → what the evaluator must keep, whatever they are. The first byte chooses the target, the rest is its input.

target    its input                                       what it asserts
judged    a page                                          score and shares in [0, 1], findings in their places, what is packed unpacks
reported  a page                                          every report is made; JSON and XML parse; no page's script is in the HTML report
read      a file                                          each page of it is judged or told of; its encoding's findings stand in the page
paired    two pages, a NUL between them                   figures in [0, 1]; a page beside itself has the best ones; sides exchange
prepared  a page                                          what it is cleaned to is read again as it is; it has a structure
walked    a seed                                          a walk of a grammar has no finding that counts; so has what its reader makes of it
"""

import io
import json
from collections.abc import Callable
from functools import cache
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np

from htmlgen.corpus.pages import Page
from htmlgen.corpus.preparation import prepare_page
from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.walking import ByKind, own_vocabulary, spelled, walk
from htmlgen.evaluation.findings import Lines
from htmlgen.evaluation.likeness.structure import structure_of
from htmlgen.evaluation.pairs.aspects import Side, compare_sides
from htmlgen.evaluation.pairs.differing import difference
from htmlgen.evaluation.pairs.inputs import Pair
from htmlgen.evaluation.reports import pairs as pair_reports
from htmlgen.evaluation.reports.formats import FORMATS, writer
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.running.inputs import NamedPage, UnreadablePage, read_pages
from htmlgen.evaluation.running.packing import pack, unpack
from htmlgen.evaluation.score import evaluate, with_html5lib
from htmlgen.evaluation.screening.kept import Screen
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.relaxng import load_automaton

_GRAMMARS: Final = ("snippet", "page", "article", "email")
_WALKED: Final = 200  # tokens
_PAIRED: Final = 60  # nodes of a page, up to which the edit distance is asked for
_SCREEN: Final = Screen()


def run(data: bytes) -> None:
    """Runs the target that the first byte chooses. Raises: whatever a broken promise raises."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])


def judged(data: bytes) -> None:
    evaluation = _evaluated(_text(data))
    _in_bounds(evaluation)
    assert unpack(pack(evaluation), page=evaluation.page, name=evaluation.name) == evaluation


def reported(data: bytes) -> None:
    evaluation = with_html5lib(_evaluated(_text(data)))
    shown = _SCREEN.kept(evaluation, "a/page.html")
    reports = {form: _report(form, shown) for form in FORMATS}
    for form in ("json", "sarif", "jsonl"):
        json.loads(reports[form])
    ET.fromstring(reports["junit"])
    assert reports["html"].count("<script") == _report("html", _evaluated("<p>x")).count("<script")


def read_file(data: bytes) -> None:
    for page in read_pages(["-"], stdin=io.BytesIO(data), lines=data[:1] == b"L"):
        if isinstance(page, UnreadablePage):
            assert page.name in str(page.error)
        else:
            assert isinstance(page, NamedPage)
            assert all(0 <= finding.offset <= len(page.text) for finding in page.encoding)
            _in_bounds(_evaluated(page.text))


def paired(data: bytes) -> None:
    left, _, right = data.partition(b"\0")
    one, other = (Side.of_page(_text(each)) for each in (left, right))
    forth, back = compare_sides(one, other, most_nodes=_PAIRED), compare_sides(other, one, most_nodes=_PAIRED)
    assert (forth.exact, forth.edit_distance, forth.tree_bleu.f1) == (back.exact, back.edit_distance, back.tree_bleu.f1)
    assert all(0 <= value <= 1 for value in forth.numbers().values()), forth
    alike = compare_sides(one, one, most_nodes=_PAIRED)
    assert alike.exact
    assert alike.edit_distance in (0, None)
    assert (alike.pq_gram, round(alike.mean, 9)) == (0, 1)
    assert bool(difference(one, other)) == (not forth.exact)
    report = pair_reports.compare_all([Pair("pair", _text(left), _text(right))], fragment=None, tell=print)
    pair_reports.write_table(report, io.StringIO())
    pair_reports.write_json(report, io.StringIO())


def prepared(data: bytes) -> None:
    page = prepare_page(Page(_text(data), "page", ""))
    if page.events:
        assert structure_of(page.events).elements >= 0
        assert read(write(page.events), fragment=page.fragment).events == page.events


def walked(data: bytes) -> None:
    name = _GRAMMARS[(data or b"\0")[0] % len(_GRAMMARS)]
    guide = _guide(name)
    rng = np.random.default_rng(list(data[1:9]))
    html = spelled(guide.vocabulary, walk(guide, _WALKED, rng, ByKind(guide.vocabulary)))
    for page in (html, write(read(html).events)):
        found = [finding for finding in evaluate(page, fragment=name == "snippet").findings if finding.severity == "error"]
        assert not found, (name, page, found)


def _text(data: bytes) -> str:
    """Text of any characters, lone surrogates among them, from bytes that mostly stand for themselves."""
    return data.decode("utf-8", "surrogateescape")


def _evaluated(page: str) -> Evaluation:
    return evaluate(page, name="page")


def _in_bounds(evaluation: Evaluation) -> None:
    lines = Lines(evaluation.page)
    assert all(0 <= value <= 1 for value in (evaluation.score, evaluation.balance.score, evaluation.cleanness, evaluation.validity))
    assert (evaluation.score == 1) == (not any(finding.severity == "error" for finding in evaluation.findings))
    for finding in evaluation.findings:
        assert 0 <= finding.offset <= len(evaluation.page), finding
        assert (finding.line, finding.column) == lines.locate(finding.offset), finding


def _report(form: str, evaluation: Evaluation) -> str:
    stream = io.StringIO()
    writer(form)([evaluation], stream)
    return stream.getvalue()


@cache
def _guide(name: str) -> GrammarGuide:
    automaton = load_automaton(name)
    return GrammarGuide(automaton, own_vocabulary(automaton))


TARGETS: Final[tuple[Callable[[bytes], None], ...]] = (judged, judged, reported, read_file, paired, prepared, walked, judged)

