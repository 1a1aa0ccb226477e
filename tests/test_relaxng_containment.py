"""Is it seen where a grammar goes beyond another, and only there?"""

import pytest

from htmlgen.relaxng import load_automaton
from htmlgen.relaxng.containment import beyond
from htmlgen.relaxng.dfa_building import within

HEAD = 'default namespace = "http://www.w3.org/1999/xhtml"\nnamespace h = "urn:htmlgen:grammar"\ninclude "page.rnc" { '
PAGE = load_automaton("page")


@pytest.mark.parametrize("body", [
    "body.content = main.element",
    'class.attr = attribute class { list { ("lead" | "tea")+ } }',
    'dir.attr = attribute dir { "rtl" }',
    "body.content = element main { text }",
])  # fmt: skip
def test_what_a_page_may_have_is_within(body: str) -> None:
    assert beyond(load_automaton(f"{HEAD}{body} }}"), PAGE) is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("body.content = element script { text }", "element script"),
        ("body.content = element blink { text }", "element blink"),
        ("body.content = element * { text }", "element *"),
        ("body.content = element br { text }", "element br"),
        ('body.content = [ h:content = "raw" ] element main { text }', "element main"),
        ("body.content = element main { attribute onclick { text }, text }", "attribute onclick of main"),
        ("body.content = element main { attribute * - class { text }, text }", "attribute * of main"),
        ("body.content = element a { attribute class { text }, attribute href { text }, text }", "attribute href of a with other values"),
        ('body.content = element a { attribute href { "javascript:x()" }, text }', "attribute href of a with other values"),
        ('body.content = [ h:content = "void" ] element img { attribute src { "data:,x" } }', "attribute src of img with other values"),
        ('dir.attr = attribute dir { "rtl" | "up" }', "attribute dir of html with other values"),
    ],
)
def test_what_a_page_may_not_have_is_told(body: str, told: str) -> None:
    assert str(beyond(load_automaton(f"{HEAD}{body} }}"), PAGE)).startswith(told)


@pytest.mark.parametrize(("name", "fits"), [("article", True), ("snippet", True), ("page", True), ("html", False), ("email", False)])
def test_grammars_that_ship_are_known_by_it(name: str, fits: bool) -> None:
    assert (beyond(load_automaton(name), PAGE) is None) == fits


@pytest.mark.parametrize(
    ("one", "others", "expected"),
    [
        ('"a"', ['"a" | "b"'], True),
        ('"a" | "b"', ['"a"', '"b"'], True),
        ('"a" | "c"', ['"a"', '"b"'], False),
        ('xsd:string { pattern = "(ab)+" }', ['xsd:string { pattern = "[ab]*" }'], True),
        ('xsd:string { pattern = "[ab]+" }', ['xsd:string { pattern = "(ab)*" }', 'xsd:string { pattern = "(ba)*" }'], False),
        ('xsd:string { pattern = "(aaaaaa)+" }', ['xsd:string { pattern = "(aa)+" }', '"x"'], True),
    ],
)
def test_strings_are_within_others(one: str, others: list[str], expected: bool) -> None:
    made = [load_automaton(f"start = element a {{ attribute b {{ {value} }} }}").datatypes[0] for value in (one, *others)]
    assert within(made[0], made[1:], 1000) == expected
    assert not within(made[0], made[1:], 0)
