"""Is a grammar file read as RELAX NG compact syntax says, and is what is wrong with it named at its place?"""

import pytest

from htmlgen.errors import GrammarError, GrammarSyntaxError
from htmlgen.relaxng.limits import Limits
from htmlgen.relaxng.parser import DOCUMENTATION, START, parse
from htmlgen.relaxng.syntax import (
    AnyName,
    Atom,
    Attribute,
    Combined,
    Data,
    Define,
    Element,
    Include,
    Name,
    NameChoice,
    NameClass,
    Node,
    Ref,
    Repeat,
    Value,
    Wrapped,
)


def show_names(names: NameClass) -> str:
    if isinstance(names, Name):
        return names.name
    if isinstance(names, NameChoice):
        return f"({'|'.join(show_names(part) for part in names.parts)})"
    return f"{names.prefix}:*" + (f"-{show_names(names.excluded)}" if names.excluded else "")


def show(node: Node) -> str:  # noqa: PLR0911, a table of kinds
    """A tree in one line; every operator in parentheses."""
    match node:
        case Element(names=names, content=content):
            return f"<{show_names(names)} {show(content)}>"
        case Attribute(names=names, content=content):
            return f"@{show_names(names)}={show(content)}"
        case Combined(operator=operator, parts=parts):
            return f"({operator.join(show(part) for part in parts)})"
        case Repeat(operator=operator, body=body):
            return show(body) + operator
        case Wrapped(keyword=keyword, body=body):
            return f"{keyword}{{{show(body)}}}"
        case Data(datatype=datatype, patterns=patterns, excluded=excluded):
            return f"{datatype}{[pattern for pattern, _ in patterns]}" + (f"-{show(excluded)}" if excluded else "")
        case Value(datatype=datatype, text=text):
            return f"{datatype}{text!r}"
        case Atom(keyword=word) | Ref(name=word):
            return word


def only(text: str) -> Define:
    (item,) = parse(text).items
    assert isinstance(item, Define)
    return item


READ = [
    ("element a { empty }", "<a empty>"),
    ("element a { b, c?, d* }", "<a (b,c?,d*)>"),
    ("element a { (b | c)+ & text }", "<a ((b|c)+&text)>"),
    ("element a|b { mixed { c } }", "<(a|b) mixed{c}>"),
    ("element * - (a | b) { notAllowed }", "<None:*-(a|b) notAllowed>"),
    ("element xml:* { text }", "<None:* text>"),
    ("attribute xml:lang { text }", "@xml:lang=text"),
    ("attribute xml:* - xml:id { text }*", "@xml:*-xml:id=text*"),
    ("attribute element { 'x' }", "@element=token'x'"),
    ('namespace n = "" attribute n:a { text }', "@a=text"),
    ('namespace n = "" attribute n:* { text }', "@:*=text"),
    ('default namespace h = "u" element h:a { h.b }', "<a h.b>"),
    (r"element a { \text, \element }", "<a (text,element)>"),
    ("list { 'a'+, \"b\" }", "list{(token'a'+,token'b')}"),
    ("""string "a" | token "b" | '''c"\n''d'''""", "(string'a'|token'b'|token'c\"\\n\\'\\'d')"),
    ('"a" ~ "b" ~ \'c\'', "token'abc'"),
    (r'"a\x{42}\x{a0}"', "token'aB\\xa0'"),
    ('xsd:string { pattern = "a+" ~ "b" pattern = "c" }', "string['a+b', 'c']"),
    ('xsd:token - ("a" | "b")', "token[]-(token'a'|token'b')"),
    ("datatypes t = 'http://www.w3.org/2001/XMLSchema-datatypes' t:string", "string[]"),
    ("# one\nelement a { # two\n text }", "<a text>"),
    ('namespace o = "u" [ o:x = "1" o:y [ "deep" [ ] ] ] element a { text >> o:z [ ] }', "<a text>"),
    ("((((a))))", "a"),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_a_pattern_is_read(text: str, expected: str) -> None:
    define = only(text)
    assert (define.name, show(define.pattern)) == (START, expected)


def test_definitions_includes_and_divisions_are_read_in_order() -> None:
    source = parse(
        """start = a
        div { a |= b  div { a &= c } }
        include "x.rnc" { start = q  div { r = s } }
        u = text"""
    )
    shown = [
        (item.name, item.operator) if isinstance(item, Define) else (item.href, [each.name for each in item.overrides])
        for item in source.items
    ]
    assert shown == [(START, "="), ("a", "|="), ("a", "&="), ("x.rnc", [START, "r"]), ("u", "=")]
    assert [type(item) for item in source.items].count(Include) == 1


def test_annotations_documentation_and_comments_keep_their_places() -> None:
    source = parse(
        '# plain\nnamespace h = "urn:htmlgen:grammar"\n## about\n## a\n[ h:cat = "x" ~ " y" ]\na = [ h:not = "b" ] element a { text }'
    )
    define = source.items[0]
    assert isinstance(define, Define) and isinstance(define.pattern, Element)
    assert [(each.namespace, each.name, each.value, each.place.line) for each in define.annotations] == [
        (DOCUMENTATION, "documentation", "about", 3),
        (DOCUMENTATION, "documentation", "a", 4),
        ("urn:htmlgen:grammar", "cat", "x y", 5),
    ]
    assert [(each.name, each.value) for each in define.pattern.annotations] == [("not", "b")]
    assert str(define.pattern.place) == "<text>:6:21"
    assert [(str(place), text) for place, text in source.comments] == [("<text>:1:1", "plain")]


REFUSED = [
    ("start = element a { b", "1:22: expected '}', found the end of the file"),
    ("start = element a b", "1:19: expected '{', found 'b'"),
    ("start = element { a }", "1:17: expected the name of an element, found '{'"),
    ("start = (a, b | c)", "1:15: expected ',' or a closing bracket, as operators do not mix without parentheses, found '|'"),
    ("start = (a", "1:11: expected ')', found the end of the file"),
    ("start = ", "1:9: expected a pattern, found the end of the file"),
    ("start = a }", "1:11: expected a definition, 'start', 'include' or 'div', found '}'"),
    ("a == b", "1:4: expected a pattern, found '='"),
    ("a = b\nc", "2:2: expected '=', '|=' or '&=', found the end of the file"),
    ('a = "b', '1:5: expected a closing ", found the end of the file'),
    ('a = "b\n"', '1:5: expected a closing ", found the end of the line'),
    ("a = %", "1:5: expected a name, a string or an operator, found '%'"),
    (r'a = "\x{110000}"', r"1:5: expected a character, found \x{110000}"),
    ("a = q:b", "1:5: expected a declared prefix (xml, xsd), found 'q'"),
    ("a = element q:b { text }", "1:13: expected a declared prefix (xml, xsd), found 'q'"),
    ("a = [ q:b = '' ] text", "1:7: expected a declared prefix (xml, xsd), found 'q'"),
    ("a = [ b c ] text", "1:9: expected '=', found 'c'"),
    ("a = [ b [ ] ", "1:13: expected an annotation or ']', found the end of the file"),
    ("a = xsd:integer", "1:5: datatype 'xsd:integer' is not read: write 'xsd:string { pattern = \"…\" }'"),
    ("a = xsd:string { length = '1' }", "1:18: expected the facet 'pattern' or '}', found 'length'"),
    ("datatypes d = 'urn:other'", "1:15: expected \"http://www.w3.org/2001/XMLSchema-datatypes\", found \"urn:other\""),
    ("a = external 'b.rnc'", "1:5: 'external' is not read: include the file, and name its start pattern"),
    ("a = parent b", "1:5: 'parent' is not read: there are no nested grammars"),
    ("a = grammar { start = b }", "1:5: 'grammar { }' is not read: write its content at the top of the file"),
    ("grammar { start = b }", "1:1: 'grammar { }' is not read: write its content at the top of the file"),
    ("include 'b' inherit = c", "1:13: 'inherit' is not read: name the namespace"),
    ("a = " + "(" * 300, "1:261: nested deeper than the limit of 256"),
    ("a = element " + "(" * 300, "1:269: nested deeper than the limit of 256"),
    ("a = string" + " - string" * 300, "1:2307: nested deeper than the limit of 256"),
]


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_what_is_wrong_is_named_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(GrammarSyntaxError) as caught:
        parse(text, "g.rnc")
    assert str(caught.value).splitlines()[0] == f"g.rnc:{expected}"


def test_the_caret_points_at_the_place() -> None:
    with pytest.raises(GrammarSyntaxError) as caught:
        parse("start =\n\telement a { b c }")
    message, line, caret = str(caught.value).splitlines()
    assert message == "<text>:2:16: expected '}', found 'c'"
    assert line[caret.index("^")] == "c" and line.strip() == "element a { b c }"


def test_our_annotations_stand_only_before_elements_attributes_and_definitions() -> None:
    with pytest.raises(GrammarError, match=r"2:11: annotation 'cat' must stand before an element, an attribute or a definition"):
        parse('namespace h = "urn:htmlgen:grammar"\na = b, ([ h:cat = "x" ] c)')


def test_a_file_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(GrammarError, match="has 21 characters, the limit is 20"):
        parse("start = element a { }"[:21], limits=Limits(file_bytes=20))


def test_any_name_keeps_its_prefix_and_place() -> None:
    pattern = only("attribute xml:* { text }*").pattern
    assert isinstance(pattern, Repeat) and isinstance(pattern.body, Attribute) and isinstance(pattern.body.names, AnyName)
    assert (pattern.body.names.prefix, str(pattern.body.names.place)) == ("xml", "<text>:1:11")
