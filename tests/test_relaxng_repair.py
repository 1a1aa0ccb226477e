"""Is what comes back the nearest page that the grammar accepts, whatever came?"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import event_lists, pages

from htmlgen.decoding.grammar_guide import GrammarGuide
from htmlgen.decoding.walking import own_vocabulary, walks
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.relaxng import Automaton, compile_grammar, load_automaton, load_grammar, validate
from htmlgen.relaxng.repair import Repaired, repair

GRAMMARS = ("page", "snippet", "component", "article", "email", "card", "html")
ROOT = Path(__file__).parents[1]
SAMPLES = sorted((ROOT / "corpora" / "samples").rglob("*.html"))
REJECTED = sorted(path for path in (ROOT / "grammars" / "reject").rglob("*.html") if path.parent.name in GRAMMARS)


@pytest.fixture(scope="module")
def automata() -> dict[str, Automaton]:
    return {name: load_automaton(name) for name in GRAMMARS}


def checked(events: Sequence[Event], automaton: Automaton) -> Repaired:
    """The repaired events, held to what is promised of all of them."""
    found = repair(events, automaton)
    assert validate(found.events, automaton) == []
    assert repair(found.events, automaton) == Repaired(found.events, Counter())
    return found


def body(page: str) -> str:
    """What stands in the body of a page."""
    return page.partition("<body>")[2].partition("</body>")[0]


def seen(events: Sequence[Event]) -> str:
    return "".join("".join(event.data.split()) for event in events if isinstance(event, Text))


# Every page ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_a_grammar_rejects_comes_into_it(path: Path, automata: dict[str, Automaton]) -> None:
    checked(read(path.read_text(encoding="utf-8")).events, automata[path.parent.name])


@pytest.mark.parametrize("name", GRAMMARS)
@pytest.mark.parametrize("path", SAMPLES[:4], ids=lambda path: path.stem)
def test_written_pages_come_into_every_grammar(name: str, path: Path, automata: dict[str, Automaton]) -> None:
    checked(read(path.read_text(encoding="utf-8")).events, automata[name])


@pytest.mark.parametrize("name", GRAMMARS)
def test_any_events_come_into_every_grammar(name: str, automata: dict[str, Automaton]) -> None:
    @settings(max_examples=60, deadline=None)
    @given(event_lists)
    @example([EndTag("p"), StartTag("main"), StartTag("main"), Text("x"), StartTag("br"), EndTag("br"), EndTag("html")])
    def come(events: list[Event]) -> None:
        checked(events, automata[name])

    come()


@settings(max_examples=60, deadline=None)
@given(page=pages)
def test_any_string_comes_into_the_language_of_pages(page: str, automata: dict[str, Automaton]) -> None:
    checked(read(page).events, automata["page"])


@settings(max_examples=40, deadline=None)
@given(path=st.sampled_from(SAMPLES), change=st.randoms(use_true_random=False))
def test_mutated_pages_come_into_the_language_of_pages(path: Path, change: random.Random, automata: dict[str, Automaton]) -> None:
    events = list(read(path.read_text(encoding="utf-8")).events)
    for _ in range(change.randint(1, 20)):
        index = change.randrange(len(events))
        kinds: list[Callable[[int], None]] = [events.__delitem__, lambda at: events.insert(at, change.choice(events))]
        change.choice(kinds)(index)
    checked(events, automata["page"])


@pytest.mark.parametrize("name", ["page", "snippet", "email"])
def test_what_a_grammar_writes_comes_back_as_it_is(name: str, automata: dict[str, Automaton]) -> None:
    guide = GrammarGuide(automata[name], own_vocabulary(automata[name]))
    for page in walks(guide, range(12), 256):
        events = read(page).events
        assert repair(events, automata[name]) == Repaired(events, Counter())


def test_a_page_deeper_than_the_bound_keeps_its_text(automata: dict[str, Automaton]) -> None:
    for depth in (100, 5000):
        events: list[Event] = [StartTag("font"), *[StartTag("div")] * depth, Text("deep"), *[EndTag("div")] * depth, EndTag("font")]
        assert seen(checked(events, automata["snippet"]).events) == "deep"
        nested: list[Event] = [*[StartTag("ul")] * depth, Text("deep"), *[EndTag("ul")] * depth]
        assert seen(checked(nested, automata["snippet"]).events) == "deep"


FRAME = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>t</title></head><body>{}</body></html>"
)

# What is kept -------------------------------------------------------------------------------------------------------------------

BODIES = [
    ("<p onclick=x class=a>x</p>", '<p class="a">x</p>', {"attribute onclick on p dropped": 1}),
    (
        "<p><font>a</font><tt>b</tt></p>",
        "<p><span>a</span><code>b</code></p>",
        {"element font renamed span": 1, "element tt renamed code": 1},
    ),
    ("<blink>a</blink>b", "<p><span>a</span>b</p>", {"element blink renamed span": 1, "element p added": 1}),
    ("a <b>b</b><h1>c</h1>", "<p>a <b>b</b></p><h1>c</h1>", {"element p added": 1}),
    ("<ul>a<li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>", {"element li added": 1}),
    ("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a</li><li><ul><li>b</li></ul></li></ul>", {"element li added": 1}),
    ("<ul></ul><p>x</p>", "<p>x</p>", {"element ul dropped": 1}),
    ("<h1>a</h1><h4>b</h4><h5>c</h5>", "<h1>a</h1><h2>b</h2><h3>c</h3>", {"element h4 renamed h2": 1, "element h5 renamed h3": 1}),
    ("<main>a</main><main>b</main>", "<main>a</main><div>b</div>", {"element main renamed div": 1}),
    ('<p id="a">x</p><p id="a">y</p>', '<p id="a">x</p><p>y</p>', {"value of id dropped": 1}),
    ('<p aria-describedby="none">x</p>', "<p>x</p>", {"value of aria-describedby dropped": 1}),
    ('<p><img src="a.png"></p>', '<p><img src="a.png" alt=""></p>', {"attribute alt added": 1}),
    ('<p><input placeholder="a" type="checkbox"></p>', '<p><input type="checkbox"></p>', {"attribute placeholder on input dropped": 1}),
    ('<p lang="en_us">x</p>', '<p lang="en-US">x</p>', {"value of lang respelled": 1}),
    ("<details><p>a</p><summary>b</summary></details>", "<details><summary>b</summary><p>a</p></details>", {"moved": 1}),
    ("<p>x<iframe src=y></iframe></p>", "<p>x</p>", {"element iframe dropped": 1}),
]


@pytest.mark.parametrize(("given", "kept", "changes"), BODIES, ids=[each[0] for each in BODIES])
def test_what_is_done_to_a_body(given: str, kept: str, changes: dict[str, int], automata: dict[str, Automaton]) -> None:
    found = checked(read(FRAME.format(given)).events, automata["page"])
    assert (body(write(found.events)), found.changes) == (kept, Counter(changes))


def test_a_fragment_becomes_a_document_whose_title_is_its_heading(automata: dict[str, Automaton]) -> None:
    found = checked([StartTag("h1"), Text("Boats\n for all"), EndTag("h1")], automata["page"])
    assert found.events[:2] == (Doctype(), StartTag("html", (("lang", "en"),)))
    assert "<title>Boats for all</title>" in write(found.events)


def test_a_head_comes_into_order(automata: dict[str, Automaton]) -> None:
    page = '<html><head><link rel="icon" href="a.png"><title>t</title><meta charset="UTF-8"></head><body lang="de"><p>x</p></body></html>'
    written = write(checked(read(page).events, automata["page"]).events)
    assert written.index("<meta charset") < written.index("<title>t</title>") < written.index("<link")


def test_a_document_becomes_a_fragment(automata: dict[str, Automaton]) -> None:
    page = "<!DOCTYPE html><html><head><title>t</title></head><body><p>x</p>y</body></html>"
    assert write(checked(read(page).events, automata["snippet"]).events) == "<div><p>x</p>y</div>"


def test_a_grammar_that_says_what_an_attribute_must_be_gets_it() -> None:
    automaton = compile_grammar(
        load_grammar('start = element page { attribute kind { "plain" }, element line { attribute number { "1" | "2" }, text }* }')
    )
    found = checked(
        [StartTag("page"), StartTag("line", (("number", "3"),)), Text("some more words"), EndTag("line"), EndTag("page")], automaton
    )
    assert write(found.events) == '<page kind="plain"><line number="1">some more words</line></page>'
