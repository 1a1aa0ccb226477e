"""Are events held against a grammar as it says, each fault named once, with its place and what could have stood there?"""

import re

import pytest

from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.relaxng import RULES, Automaton, Violation, compile_grammar, load_grammar, validate

_PIECE = re.compile(r"<(/?)([\w-]+)((?:\s+[\w:-]+(?:=\"[^\"]*\")?)*)\s*>|([^<]+)")


def events(page: str) -> list[Event]:
    """The events of a page in a spelling that needs no parser: every end tag written, values quoted."""
    found: list[Event] = []
    for end, name, attributes, text in _PIECE.findall(page):
        if text:
            found.append(Text(text))
        elif end:
            found.append(EndTag(name))
        else:
            pairs = re.findall(r"([\w:-]+)(?:=\"([^\"]*)\")?", attributes)
            found.append(StartTag(name, tuple((key, value) for key, value in pairs)))
    return found


def compiled(grammar: str) -> Automaton:
    return compile_grammar(load_grammar('namespace h = "urn:htmlgen:grammar"\n' + grammar))


def rules(page: str, automaton: Automaton) -> list[tuple[int, str]]:
    return [(each.index, each.rule) for each in validate(events(page), automaton)]


LIST = compiled(
    """
    start = element page { title, (lists | p)* }
    title = element title { text }
    p = element p { (text | em)* }
    em = element em { text }
    lists = element list { attribute type { "a" | "1" }?, item+ }
    item = element item { attribute value { xsd:string { pattern = "[0-9]+" } }, (text | p)* }
    """
)


def test_a_valid_page_has_no_violations() -> None:
    items = '<list type="a"><item value="1">x<p></p></item> <item value="2"></item></list>'
    page = f"<page> <title>x</title><p>a<em>b</em>c</p>\n{items}</page>"
    assert validate([Doctype(), *events(page)], LIST) == []


FAULTS = [
    ("<page></page>", [(1, "content")]),
    ("<page><p></p></page>", [(1, "element")]),
    ("<page><title></title>x</page>", [(3, "text")]),
    ("<page><title><em>x</em></title></page>", [(2, "element")]),
    ("<page><title></title><b><p></p>text</b><p></p></page>", [(3, "element-unknown")]),
    ("<page><title></title><list></list></page>", [(4, "content")]),
    ('<page><title></title><list><item value="1"><list></list></item></list></page>', [(5, "element")]),
    ('<page><title></title><list type="b"><item></item></list></page>', [(3, "attribute-value"), (4, "attribute-missing")]),
    ('<page id="x"><title class="y"></title></page>', [(0, "attribute"), (1, "attribute")]),
    ('<page><title></title><list><item value="x"></item><item value="1"></item></list></page>', [(4, "attribute-value")]),
    ("<p></p>", [(0, "element")]),
    ("", [(0, "content")]),
    ("text<page><title></title></page>", [(0, "text")]),
    ("<page><title></title></page><page><title></title></page>", [(4, "element")]),
    ("<page><title></title><p></page>", [(4, "balance")]),
    ("<page><title></title></p></page>", [(3, "balance")]),
    ("<page><title></title><p>", [(4, "balance"), (4, "balance")]),
]


@pytest.mark.parametrize(("page", "expected"), FAULTS)
def test_each_fault_is_named_once_and_reading_goes_on(page: str, expected: list[tuple[int, str]]) -> None:
    assert rules(page, LIST) == expected


def test_a_violation_says_where_what_stood_and_what_could_have() -> None:
    (found,) = validate(events("<page><title></title><em></em></page>"), LIST)
    assert found == Violation(
        index=3,
        path="page",
        rule="element",
        message="<em> cannot stand here inside <page>",
        found="<em>",
        expected=("<list>", "<p>", "</page>"),
    )
    (value,) = validate(events('<page><title></title><list type="b"><item value="1"></item></list></page>'), LIST)
    assert (value.path, value.message) == ("page > list", 'attribute \'type\' of <list> cannot be "b", but "a" or "1"')
    assert (value.found, value.expected) == ('type="b"', ('"a" or "1"',))
    (missing,) = validate(events("<page></page>"), LIST)
    assert (missing.message, missing.expected) == ("<page> lacks <title>", ("<title>",))
    (unknown,) = validate(events("<page><titel></titel></page>"), LIST)[:1]
    assert unknown.message == "<titel> is no element of this grammar; <title> is"


def test_every_rule_that_is_reported_is_listed() -> None:
    assert {rule for page, _ in FAULTS for _, rule in rules(page, LIST)} <= set(RULES)


# Attributes ---------------------------------------------------------------------------------------------------------------------

INPUT = compiled(
    """
    start = element form { input* }
    input = element input { common, (line | check | button) }
    common = attribute id { text }? & [ h:prefix = "data-" ] attribute * - (type | size | checked | id) { text }*
    line = attribute type { "text" }?, attribute size { xsd:string { pattern = "[0-9]+" } }?
    check = attribute type { "check" }, attribute checked { empty }?
    button = attribute type { "button" }, (attribute size { "big" } | attribute checked { "never" })
    """
)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", []),
        ('type="text" size="3"', []),
        ('size="3" type="text" data-x="1" data-y="" id="a"', []),
        ('checked="" type="check"', []),
        ('type="button" size="big"', []),
        ('type="button" checked="never"', []),
        ('type="button"', ["attribute-missing"]),
        ('type="check" size="3"', ["attribute-conflict"]),
        ('type="text" size="big"', ["attribute-conflict"]),
        ('type="text" size="x"', ["attribute-value"]),
        ('data="1"', ["attribute"]),
        ('checked=""', ["attribute-missing"]),
    ],
)
def test_alternatives_among_attributes_are_kept_apart(attributes: str, expected: list[str]) -> None:
    assert [rule for _, rule in rules(f"<form><input {attributes}></form>", INPUT)] == expected


def test_forms_with_attributes_choose_the_content() -> None:
    media = compiled("start = element v { (attribute src { text }, empty) | s+ } s = element s { empty }")
    assert rules('<v src="x"></v>', media) == rules("<v><s></s></v>", media) == []
    assert rules('<v src="x"><s></s></v>', media) == [(1, "element")]
    assert rules("<v></v>", media) == [(1, "content")]


def test_an_ambiguous_grammar_keeps_every_reading() -> None:
    twice = compiled(
        "start = element r { (one, element x { empty }) | (two, element y { empty }) }"
        " one = element a { b* } two = element a { c* } b = element b { empty } c = element c { empty }"
    )
    assert rules("<r><a><b></b></a><x></x></r>", twice) == rules("<r><a><c></c></a><y></y></r>", twice) == []
    assert rules("<r><a></a><x></x></r>", twice) == rules("<r><a></a><y></y></r>", twice) == []
    assert rules("<r><a><b></b></a><y></y></r>", twice) == [(5, "element")]


def test_a_datatype_may_be_the_whole_content() -> None:
    time = compiled('start = element time { xsd:string { pattern = "[0-9]+" } | element b { text } }')
    assert rules("<time>12</time>", time) == rules("<time><b></b></time>", time) == rules("<time> <b>x</b></time>", time) == []
    assert rules("<time>noon</time>", time) == [(1, "text")]
    assert rules("<time></time>", time) == [(1, "content")]


# Annotations --------------------------------------------------------------------------------------------------------------------

BODY = compiled(
    """
    start = element body { flow* }
    flow = a | label | input | button | division | main | h1 | h2 | h3 | map | area | out | text | x
    a = [ h:cat = "interactive" h:not = "interactive" ] element a { attrs, flow* }
    division = element div { attrs, flow* }
    label = [ h:once = "labelable" ] element label { attrs, [ h:ref = "labelable" ] attribute for { text }?, flow* }
    input = [ h:cat = "labelable interactive" h:content = "void" ] element input { attrs }
    button = [ h:cat = "labelable" h:not = "interactive button" ] element button { attrs, flow* }
    main = [ h:unique = "document" ] element main { attrs, flow* }
    h1 = [ h:heading = "1" h:filled = "content" ] element h1 { attrs, flow* }
    h2 = [ h:heading = "2" ] element h2 { attrs, flow* }
    h3 = [ h:heading = "3" ] element h3 { attrs, flow* }
    map = element map { attrs, flow* }
    area = [ h:in = "map" h:unique = "parent" ] element area { attrs, empty }
    out = [ h:filled = "text" ] element out { [ h:ref = "any" ] attribute for { list { xsd:string* } }?, flow* }
    x = [ h:custom = "true" ] element * { attrs, flow* }
    attrs = [ h:id = "id" ] attribute id { text }?, attribute hidden { "" }?, [ h:unique = "document" ] attribute charset { text }?,
      [ h:cat = "interactive" ] attribute tabindex { text }?, [ h:case = "insensitive" ] attribute dir { "ltr" | "rtl" }?
    """
)

CONSTRAINTS = [
    ("<a><div><a></a></div></a>", [(3, "excluded")]),
    ("<a><div><b-c></b-c></div></a><a></a>", []),
    ('<a><div tabindex="0"></div></a>', [(2, "excluded")]),
    ("<button><input></button>", [(2, "excluded")]),
    ("<label><input><input></label><input>", [(3, "once")]),
    ("<main></main><div><main></main></div>", [(4, "unique")]),
    ('<main></main><main hidden=""></main>', []),
    ("<h1>x</h1><h2></h2><h3></h3><h1>y</h1>", []),
    ("<h2></h2><h3></h3>", []),
    ("<h1>x</h1><h3></h3><h3></h3>", [(4, "heading")]),
    ("<h1> </h1>", [(3, "empty")]),
    ("<h1><a></a></h1>", []),
    ("<out><a></a></out>", [(4, "empty")]),
    ("<map><div><area></div></map>", []),
    ("<div><area></div>", [(2, "ancestor")]),
    ("<map><area><area></map>", [(3, "unique")]),
    ('<a id="x"></a><div id="x"></div>', [(3, "id")]),
    ('<label for="x"></label><input id="x">', []),
    ('<label for="x"></label><div id="x"></div>', [(1, "reference")]),
    ('<label for="x"></label>', [(1, "reference")]),
    ('<out for="x  y z">t</out><a id="x"></a><a id="z"></a>', [(1, "reference")]),
    ('<div charset="a"></div><div charset="b"></div>', [(3, "unique")]),
    ('<div dir="RTL"></div>', []),
    ("<x-y><my-element></my-element></x-y>", []),
    ("<x></x>", [(1, "element-unknown")]),
    ("<font-face></font-face>", [(1, "element-unknown")]),
]


@pytest.mark.parametrize(("page", "expected"), CONSTRAINTS)
def test_annotations_constrain_the_document(page: str, expected: list[tuple[int, str]]) -> None:
    assert rules(f"<body>{page}</body>", BODY) == expected


def test_void_elements_have_no_end_tag_and_may_have_one() -> None:
    assert rules("<body><input><a></a></body>", BODY) == []


def test_an_exclusion_chooses_among_readings() -> None:
    either = compiled(
        'start = element r { o } o = [ h:not = "k" ] element o { i } i = one | two'
        ' one = [ h:cat = "k" ] element i { empty } two = element i { empty }'
    )
    assert rules("<r><o><i></i></o></r>", either) == []


def test_deep_and_long_documents_are_read_in_linear_time() -> None:
    deep: list[Event] = [StartTag("body"), *[StartTag("a", (("x", "y"),))] * 5_000, *[EndTag("a")] * 5_000, EndTag("body")]
    found = validate(deep, BODY)
    assert [each.rule for each in found].count("attribute") == 5_000
    assert max(len(each.path) for each in found) < 100
    names = [f"q{i}" for i in range(5_000)]
    unknown: list[Event] = [StartTag("body"), *(each for name in names for each in (StartTag(name), EndTag(name))), EndTag("body")]
    assert [each.rule for each in validate(unknown, BODY)] == ["element-unknown"] * 5_000


def test_white_space_alone_is_text_or_nothing_as_needed() -> None:
    either = compiled("start = element a { (text, b) | c } b = element b { empty } c = element c { empty }")
    for page in ("<a> <b></b></a>", "<a> <c></c></a>", "<a>x<b></b></a>", "<a><c></c> </a>"):
        assert rules(page, either) == []
    assert rules("<a>x<c></c></a>", either) == [(2, "element")]
