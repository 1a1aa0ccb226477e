"""Does the guide of a grammar write what the grammar and its annotations accept, and nothing else?"""

import gc
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from math import exp

import numpy as np
import pytest
from grammar_guides import automaton, events, page, pages, twin, vocabulary
from numpy.typing import NDArray

from htmlgen.decoding import grammar_guide, sheets
from htmlgen.decoding.grammar_guide import GrammarGuide, GrammarState
from htmlgen.decoding.search import Request, generate
from htmlgen.decoding.walking import ByKind, steps, walk
from htmlgen.errors import GrammarError, PromptError, VocabularyError
from htmlgen.relaxng.validation import validate
from htmlgen.tokens.vocabulary import Kind

NAMES = "r a b c d h1 h2 h3"

#: What an annotation is for: a grammar, a budget, a page that it allows, a page that only the annotation forbids.
CONSTRAINTS = {
    "an exclusion": (
        'start = element r { a* }  a = [ h:not = "a" ] element a { a* }',
        "<r><a></a><a></a></r>",
        "<r><a><a></a></a></r>",
    ),
    "an exclusion by category": (
        'start = element r { (a | b)* }  a = [ h:not = "loud" ] element a { b* }  b = [ h:cat = "loud" ] element b { empty }',
        "<r><a></a><b></b></r>",
        "<r><a><b></b></a></r>",
    ),
    "an exclusion that passes through": (
        'start = element r { a? }  a = [ h:not = "c" ] element a { b? }  b = element b { c? }  c = element c { empty }',
        "<r><a><b></b></a></r>",
        "<r><a><b><c></c></b></a></r>",
    ),
    "a category of an attribute": (
        'start = element r { (a | b)* }  a = [ h:not = "loud" ] element a { b* }  '
        'b = element b { [ h:cat = "loud" ] attribute on { "" }?, empty }',
        '<r><b on=""></b></r>',
        '<r><a><b on=""></b></a></r>',
    ),
    "an ancestor": (
        'start = element r { (a | b)* }  a = element a { b? }  b = [ h:in = "a" ] element b { empty }',
        "<r><a><b></b></a></r>",
        "<r><b></b></r>",
    ),
    "one descendant": (
        'start = element r { (a | c)* }  a = [ h:once = "c" ] element a { c* }  c = element c { empty }',
        "<r><c></c><c></c><a></a></r>",
        "<r><a><c></c><c></c></a></r>",
    ),
    "one descendant, however deep": (
        'start = element r { a* }  a = [ h:once = "c" ] element a { (b | c)* }  b = element b { c* }  c = element c { empty }',
        "<r><a><b><c></c></b></a></r>",
        "<r><a><b><c></c></b><c></c></a></r>",
    ),
    "one in a document": (
        'start = element r { (a | b)* }  a = [ h:unique = "document" ] element a { empty }  b = element b { a* }',
        "<r><b><a></a></b></r>",
        "<r><a></a><b><a></a></b></r>",
    ),
    "headings in their order": (
        'start = element r { (x | y | z)* }  x = [ h:heading = "1" ] element h1 { empty }  '
        'y = [ h:heading = "2" ] element h2 { empty }  z = [ h:heading = "3" ] element h3 { empty }',
        "<r><h1></h1><h2></h2><h1></h1></r>",
        "<r><h1></h1><h3></h3></r>",
    ),
    "text that must stand": (
        'start = element r { a }  a = [ h:filled = "text" ] element a { (text | b)* }  b = element b { text }',
        "<r><a>x<b></b></a></r>",
        "<r><a><b></b></a></r>",
    ),
    "content that must stand": (
        'start = element r { a }  a = [ h:filled = "content" ] element a { (text | b)* }  b = element b { text }',
        "<r><a><b></b></a></r>",
        "<r><a></a></r>",
    ),
    "ids of their own": (
        'start = element r { a* }  a = element a { [ h:id = "id" ] attribute id { "x" | "y" }?, empty }',
        "<r><a></a><a></a></r>",
        '<r><a id="x"></a><a id="x"></a></r>',
    ),
    "references that lead somewhere": (
        'start = element r { a, b }  a = element a { [ h:id = "id" ] attribute id { xsd:string { pattern = "[a-z]+" } }? }  '
        'b = element b { [ h:ref = "any" ] attribute for { xsd:string { pattern = "[a-z]+" } }?, attribute on { "" }? }',
        '<r><a id="x"></a><b for="x"></b></r>',
        '<r><a></a><b for="x"></b></r>',
    ),
    "references to a category": (
        'start = element r { (a | c), b }  id = [ h:id = "id" ] attribute id { xsd:string { pattern = "[a-z]+" } }?  '
        'a = [ h:cat = "goal" ] element a { id }  c = element c { id }  '
        'b = element b { [ h:ref = "goal" ] attribute for { xsd:string { pattern = "[a-z]+" } }?, attribute on { "" }? }',
        '<r><a id="x"></a><b for="x"></b></r>',
        '<r><c id="x"></c><b for="x"></b></r>',
    ),
    "references that lead ahead": (
        'start = element r { b, (a | c)? }  id = [ h:id = "id" ] attribute id { xsd:string { pattern = "[xy]+" } }?  '
        'a = [ h:cat = "goal" ] element a { id }  c = element c { id }  '
        'b = element b { [ h:ref = "goal" ] attribute for { xsd:string { pattern = "[xy]+" } }?, attribute on { "" }? }',
        '<r><b for="x"></b><a id="x"></a></r>',
        '<r><b for="x"></b><c id="x"></c></r>',
    ),
    "patterns of one name that an attribute tells apart": (
        'start = element r { (one | two)* }  one = [ h:not = "c" ] element a { attribute on { "" }, (b | c)* }  '
        'two = [ h:not = "b" ] element a { (b | c)* }  b = element b { empty }  c = element c { empty }',
        '<r><a on=""><b></b></a></r>',
        '<r><a on=""><c></c></a></r>',
    ),
    "patterns of one name that a value tells apart": (
        'start = element r { (one | two)* }  one = [ h:not = "c" ] element a { attribute on { "" }, (b | c)* }  '
        'two = [ h:not = "b" ] element a { attribute on { "x" | "y" }?, (b | c)* }  b = element b { empty }  c = element c { empty }',
        "<r><a><c></c></a></r>",
        "<r><a><b></b></a></r>",
    ),
}
BUDGET = 10
BUDGET_OF_REFERENCES = 15  # an id may need four letters to be one of its own
VOCABULARY = vocabulary(NAMES, "id for on", ['on=""'], ["x", "y"])


@pytest.mark.parametrize("case", CONSTRAINTS)
def test_an_annotation_forbids_what_it_says_and_no_more(case: str) -> None:
    text, accepted, refused = CONSTRAINTS[case]
    with_it, without = automaton(text), automaton(text, annotated=False)
    assert [bool(validate(events(each), with_it)) for each in (accepted, refused)] == [False, True]
    assert validate(events(refused), without) == []
    written = set(pages(GrammarGuide(with_it, VOCABULARY), BUDGET_OF_REFERENCES if "for=" in accepted else BUDGET))
    if "id=" not in accepted + refused:
        assert refused in set(pages(GrammarGuide(without, VOCABULARY), BUDGET))
    assert accepted in written
    assert refused not in written
    assert [each for each in written if validate(events(each), with_it)] == []


def test_a_list_refers_to_ids_that_stand_each_once() -> None:
    text = """start = element r { a?, c?, a?, b }  id = [ h:id = "id" ] attribute id { xsd:string { pattern = "[xy]+" } }?
        a = [ h:cat = "goal" ] element a { id }  c = element c { id }
        b = element b { [ h:ref = "goal" ] attribute for { xsd:string { pattern = "[xy]+( [xy]+)*" } }?, attribute on { "" }? }"""
    guide, before = GrammarGuide(automaton(text), VOCABULARY), '<r><a id="x"></a><c id="xx"></c><a id="xy"></a><b for="'
    state = guide.start()
    for token in re.findall(r"<\w+>?|</\w+>| \w+=\"|\">|[xy]", before):
        state = guide.advance(state, VOCABULARY.id(token))
    kinds, written = VOCABULARY.kinds, list[str]()

    def further(state: GrammarState, ids: tuple[int, ...]) -> None:
        budget = 20 - len(ids)
        assert guide.least_cost(state) <= budget and guide.allowed(state, guide.least_cost(state)).any()
        allowed = np.flatnonzero(guide.allowed(state, budget) & (kinds != Kind.REFERENCE))
        assert all(twin(guide, state, token, budget) for token in allowed.tolist())
        for token in allowed[kinds[allowed] != Kind.BYTE].tolist():
            if token == VOCABULARY.id('">'):
                written.append(page(guide, ids))
            elif token != VOCABULARY.id('"'):
                further(guide.advance(state, token), (*ids, token))

    further(state, ())
    assert sorted(written) == ["x", "x xy", "xy", "xy x"]


def test_what_has_a_reference_is_spelled_by_it_in_ids_that_are_referred_to_too() -> None:
    text = """start = element r { a, b }  a = element a { [ h:id = "id" ] attribute id { xsd:string { pattern = "[x<&]+" } } }
        b = element b { [ h:ref = "any" ] attribute for { text }?, attribute on { "" }? }"""
    guide, kinds = GrammarGuide(automaton(text), VOCABULARY), VOCABULARY.kinds
    state = guide.start()
    for spelled in ("<r>", "<a", ' id="', "x", "&lt;", "&amp;", '">', "</a>", "<b", ' for="', "x"):
        state = guide.advance(state, VOCABULARY.id(spelled))
    for spelled in ("&lt;", "&amp;"):
        allowed = np.flatnonzero(guide.allowed(state, 20))
        assert VOCABULARY.id(spelled) in allowed and not (kinds[allowed] == Kind.BYTE).any()
        state = guide.advance(state, VOCABULARY.id(spelled))
    assert guide.allowed(state, 20)[VOCABULARY.id('">')]


def test_formatting_elements_are_not_nested_in_themselves() -> None:
    rules = automaton("start = element r { b? }  b = element b { b? }")
    assert set(pages(GrammarGuide(rules, VOCABULARY), 9)) == {"<r></r>", "<r><b></b></r>"}


ATTRIBUTES = {
    "required": ('attribute x { "1" }', {' x="1"'}),
    "optional": ('attribute x { "1" }?', {"", ' x="1"'}),
    "one of two": ('attribute x { "1" } | attribute y { "1" }', {' x="1"', ' y="1"'}),
    "both or neither": ('(attribute x { "1" } & attribute y { "1" })?', {"", ' x="1" y="1"', ' y="1" x="1"'}),
    "by the value of another": (
        '(attribute t { "p" } & attribute x { "1" }?) | (attribute t { "q" } & attribute y { "1" })',
        {' t="p"', ' t="p" x="1"', ' x="1" t="p"', ' t="q" y="1"', ' y="1" t="q"'},
    ),
    "an empty value": ('attribute x { "" }', {' x=""'}),
    "a number": ('attribute x { xsd:string { pattern = "[1-9]?[12]" } }', {f' x="{each}"' for each in (1, 2, 11, 12, 21, 22)}),
    "a list": ('attribute x { list { ("p" | "q"), "p"? } }', {' x="p"', ' x="q"', ' x="p p"', ' x="q p"'}),
}


@pytest.mark.parametrize("case", ATTRIBUTES)
def test_start_tags_are_those_that_the_attributes_allow(case: str) -> None:
    attributes, expected = ATTRIBUTES[case]
    words = vocabulary("r", "x y t", ['t="p"', 'y="1"'], ["p", "q", "1", "2"])
    guide = GrammarGuide(automaton(f"start = element r {{ {attributes} }}"), words)
    written = {each.removeprefix("<r").removesuffix("></r>") for each in pages(guide, 12)}
    assert {re.sub('"([^"]*)"', lambda value: f'"{" ".join(value[1].split())}"', each) for each in written} == expected


def test_an_id_stands_once_be_it_spelled_or_one_token() -> None:
    rules = automaton('start = element r { a, a }  a = element a { [ h:id = "id" ] attribute id { xsd:string { pattern = "[a-z]+" } } }')
    guide = GrammarGuide(rules, vocabulary("r a", "id", ['id="x"', 'id="xy"'], ["x", "y"]))
    written = [tuple(re.findall('id="([^"]*)"', each)) for each in pages(guide, guide.least_cost(guide.start()))]
    assert all(first != second for first, second in written)
    short = ("x", "y", "xx", "xy", "yx", "yy")
    assert {pair for pair in written if set(pair) <= {*short}} == {pair for pair in product(short, repeat=2) if pair[0] != pair[1]}


def test_the_kinds_of_an_element_are_told_apart_as_its_content_comes() -> None:
    text = """start = element r { t2 | t3 }  c = element c { empty }
        t2 = element a { (element d { c, c })+ }  t3 = element a { (element d { c, c, c })+ }"""
    rules = automaton(text)
    two, three = "<c></c>" * 2, "<c></c>" * 3
    guide = GrammarGuide(rules, VOCABULARY)
    written = list(pages(guide, 20))
    assert {tuple(re.findall("<d>(.*?)</d>", each)) for each in written} == {
        (two,),
        (three,),
        (two, two),
        (three, three),
    }
    assert guide.least_cost(guide.start()) == 10
    assert [each for each in written if validate(events(each), rules)] == []


@pytest.mark.parametrize("pairs", [['x="x"'], []], ids=["one token", "spelled"])
@pytest.mark.parametrize("order", ["short | long", "long | short"])
def test_an_attribute_costs_what_it_does_in_the_cheapest_kind_of_its_element(order: str, pairs: list[str]) -> None:
    text = f"""start = element r {{ {order} }}  c = element c {{ empty }}
        short = element a {{ attribute x {{ "x" }}, c }}  long = element a {{ attribute x {{ "x" }}, c, c, c }}"""
    guide = GrammarGuide(automaton(text), vocabulary("r a c", "x", pairs, ["x"]))
    least = guide.least_cost(guide.start())
    short, long = (f'<r><a x="x">{"<c></c>" * count}</a></r>' for count in (1, 3))
    assert set(pages(guide, least)) == {short}
    assert set(pages(guide, least + 6)) == {short, long}


def test_the_least_cost_is_that_of_the_shortest_page() -> None:
    for text, least in (
        ("start = element r { a, (d | c) }  a = element a { d }  d = element d { empty }  c = element c { attribute x { 'y' } }", 8),
        ("start = element r { (a | d)+ }  a = element a { d, d }  d = element d { text }", 4),
        ("start = element r { attribute x { 'x' }, attribute y { 'y' } }", 6),
    ):
        guide = GrammarGuide(automaton(text), vocabulary(NAMES, "x y", ['x="x"'], ["x", "y"]))
        assert guide.least_cost(guide.start()) == least
        assert list(pages(guide, least))
        assert list(pages(guide, least - 1)) == []


def test_what_an_annotation_forbids_is_never_promised() -> None:
    text = """start = element r { (a | b | h1)* }
        a = [ h:once = "c" ] element a { (b | c)*, c }  b = element b { c* }  c = element c { empty }
        h1 = element d { x, y }  x = [ h:heading = "1" ] element h1 { empty } | empty  y = [ h:heading = "2" ] element h2 { empty }"""
    guide = GrammarGuide(automaton(text), VOCABULARY)
    written = list(pages(guide, 12))  # a dead end would raise in none of these, but leave a state without tokens
    assert "<r><a><c></c></a></r>" in written
    assert "<r><a><b><c></c></b><c></c></a></r>" not in written
    for number in range(300):
        for state, budget, _ in steps(guide, 10 + number % 40, np.random.default_rng(number), ByKind(VOCABULARY)):
            assert guide.least_cost(state) <= budget


def test_text_of_a_datatype_is_spelled_by_it() -> None:
    text = 'start = element r { a }  a = [ h:filled = "text" ] element a { xsd:string { pattern = "([xy]{2})*" } }'
    guide = GrammarGuide(automaton(text), vocabulary("r a", "", (), ["x", "y", "xy", "yyy"]))
    written = set(pages(guide, 7))
    texts = {"".join(words) for count in (1, 2, 3) for words in product(("x", "y", "xy", "yyy"), repeat=count)}
    assert written == {f"<r><a>{each}</a></r>" for each in texts if len(each) % 2 == 0}


def test_prompts_go_where_the_grammar_goes() -> None:
    guide = GrammarGuide(automaton("start = element r { element a { text }* }"), VOCABULARY)
    state = guide.advance(guide.start(), VOCABULARY.id("<r>"))
    for forbidden in ("<b>", "x", "</a>", "<", '"', ">"):
        with pytest.raises(PromptError, match=r"cannot stand in <r> of <text>; what could: </r>, <a>"):
            guide.advance(state, VOCABULARY.id(forbidden))
    with pytest.raises(PromptError, match="among the"):
        guide.advance(state, len(VOCABULARY))
    assert guide.advance(state, VOCABULARY.id(" ")) == state


def test_a_vocabulary_that_cannot_spell_a_page_is_refused() -> None:
    rules = automaton("start = element r { element z { empty } }")
    with pytest.raises(VocabularyError, match="no document of <text>"):
        GrammarGuide(rules, VOCABULARY)


def test_contexts_beyond_counting_are_refused() -> None:
    unique = [f'u{number} = [ h:unique = "document" ] element {name} {{ empty }}' for number, name in enumerate(NAMES.split()[1:7])]
    six = "start = element r { (u0 | u1 | u2 | u3 | u4)*, u5 }  " + "  ".join(unique)
    with pytest.raises(GrammarError, match="6 elements of h:unique and kinds of h:once, above the limit of 5"):
        GrammarGuide(automaton(six), VOCABULARY)
    five = GrammarGuide(automaton(six.replace('[ h:unique = "document" ] element a', "element a")), VOCABULARY)
    assert five.least_cost(five.start()) == 4


def test_annotations_that_cannot_be_kept_are_refused() -> None:
    for text, why in (
        ('start = element r { a, a }  a = [ h:unique = "parent" ] element a { empty }', "h:unique"),
        ('start = element r { a | b }  a = [ h:cat = "x" ] element a { empty }  b = element a { text }', "two patterns in one place"),
        (
            'start = element r { a | b }  a = [ h:cat = "x" ] element a { attribute on { "1" | "2" } }  '
            'b = element a { attribute on { "2" | "3" } }',
            "let one require an attribute, or a value, that the other does not have",
        ),
    ):
        with pytest.raises(GrammarError, match=why):
            GrammarGuide(automaton(text), VOCABULARY)


# Laws ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CONSTRAINTS)
def test_masks_are_those_of_the_slow_twin(case: str) -> None:
    guide = GrammarGuide(automaton(CONSTRAINTS[case][0]), VOCABULARY)
    least = guide.least_cost(guide.start())
    spelling = np.isin(VOCABULARY.kinds, [Kind.TEXT, Kind.BYTE])  # a prompt may hold more of these than is ever made
    for number in range(16):
        for state, budget, _ in steps(guide, least + number, np.random.default_rng(number), ByKind(VOCABULARY)):
            fast = guide.allowed(state, budget)
            slow = np.array([twin(guide, state, token, budget) for token in range(len(VOCABULARY))])
            differing = np.flatnonzero(np.where(spelling, fast & ~slow, fast != slow))
            assert [VOCABULARY[int(each)].text for each in differing] == []


def test_sampling_follows_the_model_renormalised_over_what_may_come() -> None:
    words = vocabulary("r a b", "x", (), ["x", "y"])
    text = "start = element r { (a | b)* }  a = element a { attribute x { 'x' | 'y' }? }  b = element b { text }"
    guide = GrammarGuide(automaton(text), words)
    logits = np.random.default_rng(1).normal(size=len(words)) - 40 * np.isin(words.kinds, [Kind.BYTE, Kind.REFERENCE])
    exact: Counter[str] = Counter()

    def further(state: GrammarState, ids: tuple[int, ...], weight: float) -> None:
        allowed = np.flatnonzero(guide.allowed(state, 9 - len(ids)))
        total = sum(exp(logits[token]) for token in allowed)
        for token in allowed.tolist():
            share = weight * exp(logits[token]) / total
            if share < 1e-9:
                continue
            if token == words.eos:
                exact[page(guide, ids)] += share  # type: ignore[assignment]
            else:
                further(guide.advance(state, token), (*ids, token), share)

    further(guide.start(), (), 1.0)
    assert sum(exact.values()) == pytest.approx(1, abs=1e-6)
    count = 3000
    results = generate(
        lambda ids, state: (np.tile(logits, (len(ids), 1)), state),
        lambda batch: (),
        guide=guide,
        requests=[Request(seed=seed, max_tokens=9) for seed in range(count)],
    )
    found = Counter(page(guide, result.ids) for result in results)
    assert set(found) <= set(exact)
    for text, probability in exact.most_common(12):
        assert found[text] / count == pytest.approx(probability, abs=4 * (probability * (1 - probability) / count) ** 0.5 + 1e-3)


def test_what_a_guide_keeps_is_bounded_and_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"k{number}" for number in range(8)]
    optional = ", ".join(f"attribute {name} {{ 'x' | 'y' }}?" for name in names)
    text = f"start = element r {{ (a | b)* }}  b = element b {{ (text | a)* }}  a = element a {{ {optional}, (a | b)* }}"
    known = vocabulary("r a b", " ".join(names), words=("x", "y", "z"))
    before = positions_in_memory()
    ample = GrammarGuide(automaton(text), known)
    pages = [walk(ample, 60, np.random.default_rng(seed), ByKind(known)) for seed in range(60)]
    masks = [mask for page in pages for mask in followed(ample, page, 60)]
    kept = positions_in_memory() - before
    monkeypatch.setattr(grammar_guide, "_POSITIONS", 60)
    monkeypatch.setattr(sheets, "_MASK_BYTES", 10 * len(known))
    bounded = GrammarGuide(automaton(text), known)
    assert all((one == two).all() for one, two in zip(masks, (mask for page in pages for mask in followed(bounded, page, 60)), strict=True))
    grown = positions_in_memory() - before - kept
    assert (kept > 250, grown < 120) == (True, True), (kept, grown)


def followed(guide: GrammarGuide, page: Sequence[int], budget: int) -> Iterator[NDArray[np.bool_]]:
    """The mask before each token of a page."""
    state = guide.start()
    for place, token in enumerate(page):
        yield guide.allowed(state, budget - place)
        state = guide.advance(state, token)


def positions_in_memory() -> int:
    gc.collect()
    return sum(isinstance(each, sheets.Priced) for each in gc.get_objects())
