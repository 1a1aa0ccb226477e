"""Values of attributes: is each microsyntax read as its specification has it? Examples are the specifications' own where they have some."""

from collections.abc import Callable

import pytest

from htmlgen.evaluation.values.attributes import value_findings
from htmlgen.evaluation.values.languages import language_problem
from htmlgen.evaluation.values.media import media_problem, sizes_problem
from htmlgen.evaluation.values.microsyntaxes import color_problem, custom_name_problem, style_problem, unique_problem, week_problem
from htmlgen.evaluation.values.paths import path_problem
from htmlgen.evaluation.values.patterns import pattern_problem
from htmlgen.evaluation.values.policies import policy_problem
from htmlgen.evaluation.values.script_data import import_map_problem, speculation_rules_problem
from htmlgen.evaluation.values.tag_values import tag_problems
from htmlgen.evaluation.values.urls import absolute_url_problem, filled_url_problem, srcset_problem, url_problem, web_urls_problem
from htmlgen.markup.events import StartTag
from htmlgen.relaxng import load_automaton

Check = Callable[[str], str | None]

#: A checker, and values with nothing wrong.
RIGHT: list[tuple[Check, list[str]]] = [
    # SVG 2, 9.3
    (
        path_problem,
        [
            "",
            "M 100 100 L 300 100 L 200 300 z",
            "M100,200 C100,100 250,100 250,200 S400,300 400,200",
            "M600,350 l 50,-25a25,25 -30 0,1 50,-25 l 50,-25",
            "M0 0a1 1 0 00 1 1",
            "M.5.5-1-1e3",
            "m 1 1 2 2zm 3 3",
            "M0 0h1 2v3",
            "M5. 0",
        ],
    ),
    # RFC 5646, appendix A
    (
        language_problem,
        """de fr ja i-enochian zh-Hant zh-Hans sr-Cyrl sr-Latn zh-cmn-Hans-CN cmn-Hans-CN zh-yue-HK yue-HK zh-Hans-CN
     sr-Latn-RS sl-rozaj sl-rozaj-biske sl-nedis de-CH-1901 sl-IT-nedis hy-Latn-IT-arevela de-DE en-US es-419 de-CH-x-phonebk
     az-Arab-x-AZE-derbend x-whatever qaa-Qaaa-QM-x-southern de-Qaaa sr-Latn-QM sr-Qaaa-RS en-US-u-islamcal zh-CN-a-myext
     EN-gb art-lojban""".replace("zh-CN-a-myext", "zh-CN-u-ca-chinese").split(),
    ),
    # URL Standard, 4.3 and 4.4
    (
        url_problem,
        [
            "",
            "https://example.com/",
            "https:" + "//localhost:8000/search?q=text#hello",
            "urn:isbn:9780307476463",
            "file:///ada/Analytical%20Engine/",
            "//example.org",
            "/hello",
            "hello:world",
            "?q",
            "#f",
            "./a:b",
            "https://example.com././foo",
            "mailto:ada@example.com",
            "data:,x",
            "https://[::1]:80/",
            "http://1.2.3.4/",
            "https://xn--ls8h.la/",
            "https://faß.example/",
            "javascript:void(0); x",
            "a/é?ü#ö",
            " x ",
            "tel:+1",
        ],
    ),
    (web_urls_problem, ["", "https://a.example/ http://b.example/"]),
    # HTML Standard, 4.8.4.2.1
    (
        srcset_problem,
        ["a.jpg", "a.jpg 1x, b.jpg 2x", "a.jpg 480w, b.jpg 960w", "a.jpg, b.jpg 1.5x", "a,b.jpg 1x", "data:,a 1x,b 2x", "a.jpg 1e1x"],
    ),
    (
        sizes_problem,
        [
            "100vw",
            "(max-width: 30em) 100vw, (max-width: 50em) 50vw, calc(33vw - 100px)",
            "auto",
            "auto, 50vw",
            "0",
            "1e1px",
            "not (color) 1px, 2px",
            "((min-width: 1em) or (color)) 1px, max(1px, 2vw)",
            "/* x */ 50VW",
        ],
    ),
    # Media Queries 4 and 5
    (
        media_problem,
        [
            "",
            "all",
            "screen, print",
            "screen and (color), projection and (color)".replace("projection", "print"),
            "not screen and (color)",
            "only screen and (color)",
            "(min-width: 100px) and (max-width: 200px)",
            "(400px <= width <= 700px)",
            "(width >= 600px)",
            "(not (color)) or (hover)",
            "(aspect-ratio: 16/9)",
            "(min-resolution: 2dppx)",
            "(prefers-color-scheme: dark)",
            "SCREEN",
            "(grid: 1)",
            "(min-width: calc(1px + 2em))",
            "(-webkit-min-device-pixel-ratio: 2)",
            "screen /* here */",
        ],
    ),
    (week_problem, ["2020-W53", "2015-W53", "2021-W52", "no week", "2400-W53".replace("2400", "2004")]),
    (
        color_problem,
        [
            "#fff",
            "#FFCC0080",
            "orange",
            "rgb(255 204 0 / 50%)",
            "hsl(120deg 75% 25%)",
            "color-mix(in srgb, red, blue)",
            "CanvasText",
            "transparent",
        ],
    ),
    (
        style_problem,
        [
            "",
            "color: red",
            "color: red; margin: 0 auto;",
            ";;",
            "--x: {a}",
            "background: url(a;b:c)",
            "content: ';'",
            "color: red !important",
        ],
    ),
    (custom_name_problem, ["tea-pot", "font-faces"]),
    (unique_problem, ["", "a", "a b", "a A"]),
    (
        pattern_problem,
        [
            "",
            "[0-9][A-Z]{3}",
            "a|b",
            "(?<year>\\d{4})-\\k<year>",
            "[\\w--[a-z]]",
            "\\p{L}+?",
            "(?:a{2,3})*",
            "[^\\-]",
            "a\\/b",
            "(?i:x)",
            "[a&&b]",
        ],
    ),
    (
        policy_problem,
        ["default-src 'self'; img-src *", "script-src 'nonce-abc='; upgrade-insecure-requests", "default-src 'none', img-src 'self'", ""],
    ),
    (
        import_map_problem,
        [
            '{"imports": {"moment": "/node_modules/moment/src/moment.js", "x/": "./x/"}, "scopes": {"/a/": {"b": "https://b.example/b.mjs"}}}',
            "{}",
            '{"integrity": {"./a.js": "sha384-x"}}',
        ],
    ),
    (
        speculation_rules_problem,
        ['{"prefetch": [{"urls": ["/next"]}]}', '{"prerender": [{"where": {"href_matches": "/*"}, "eagerness": "moderate"}]}'],
    ),
]

#: A checker, and values with what is said of them.
WRONG: list[tuple[Check, dict[str, str]]] = [
    (
        path_problem,
        {
            "L0 0": "begins with M",
            "M0": "a number is missing",
            "M0 0a1 1 0 2 0 1 1": "a flag",
            "M0 0z1": "begins no command",
            "M0 0,": "comma",
            "M0,,0": "a number",
            "M0 0 5.": "a number",
            "none": "begins no command",
            "M0 0L": "a number",
            "M0 0c1 2 3 4 5 6 7": "a number",
        },
    ),
    # RFC 5646, appendix A, "some examples of tags that are not valid"
    (
        language_problem,
        {
            "de-419-DE": '"de" cannot stand there',
            "a-DE": "no language subtag",
            "zzz": "not registered",
            "en_GB": "no language subtag",
            "ar-a-aaa-b-bbb": 'no extension "a"',
            "en-u-ca-u-nu": "stands twice",
            "de-1901-1901": "stands twice",
            "es-999": "region",
            "en-Abcd": "script",
            "de-yue": 'belongs after "zh"',
            "en--GB": "cannot stand there",
            "en-u": "come subtags",
            "de-x-": "private",
        },
    ),
    (
        url_problem,
        {
            "https://example.com:70000/": "above 65535",
            "https://exa%23mple.org": "host",
            "https://user:pass@example.com/": "user name",
            "https:example.org": "two slashes",
            "https://ex ample.org/": "white space",
            "a b": "%20",
            "a%zz": "hexadecimal",
            "a\\b": "backslash",
            "a#b#c": "second",
            "https://a..b/": "empty label",
            "https://[:::1]/": "IPv6",
            "https://256.1.1.1/": "too large",
            "https://0x7f.1/": "decimal",
            "https:///x": "host is missing",
            "https://xn--a/": "UTS 46",
            "data:x": "comma",
            "file:x": "two slashes",
            "https://a:b/": "no number",
            "//": "host is missing",
            "https://%ff/": "UTF-8",
            "https://1.2.3.4.5/": "four parts",
            "a\x01": "U+0001",
        },
    ),
    (filled_url_problem, {" ": "empty"}),
    (absolute_url_problem, {"a": "relative"}),
    (web_urls_problem, {"ftp://a.example/": "only http and https", "https://": "host is missing"}),
    (
        srcset_problem,
        {
            "": "no image candidate",
            "a 1x, b": "same descriptor",
            "a 1w, b 2x": "mixed",
            "a 1w, b 1w": "same",
            "a,": "comma",
            "a 0w": "descriptor",
            "a 1h": "descriptor",
            "a -1x": "descriptor",
            "a 1x, b 1.0x": "same",
            "http: 1x": "two slashes",
        },
    ),
    (
        sizes_problem,
        {
            "50%": "percentages",
            "": "missing",
            "1px, 2px": "never used",
            "(min-width:) 1px": "no value",
            "(color) 1px,": "missing",
            "-1px": "negative",
            "(color) 50vw, auto": "first",
            "all 1px, 2px": "parentheses",
            "1deg": "no source size",
            "calc()": "no source size",
            "(color) and (hover) or (grid) 1px, 2px": "mixed",
        },
    ),
    (
        media_problem,
        {
            "tv": "deprecated",
            "foo": "no media type",
            "(min-width)": "needs a value",
            "(max-device-width: 1px)": 'use "max-width"',
            "(foo: 1)": "no media feature",
            "(min-width: 100)": "a unit",
            "screen and": "missing",
            "screen or (color)": '"and" or a comma',
            "(color) and (hover) or (grid)": "mixed",
            "screen,": "missing",
            "all and (color": "not closed",
            "(1px < width > 2px)": "same way",
            "not (color) and (hover)": "by itself",
            "only (color)": "parentheses",
            "()": "empty",
            "(orientation: up)": "landscape, portrait",
            "(width = )": "no value of",
        },
    ),
    (week_problem, {"2021-W53": "52 weeks", "2100-W53": "52 weeks"}),
    (color_problem, {"fc0": "no CSS color", "foo": "no CSS color", "#12": "no CSS color"}),
    (
        style_problem,
        {
            "color": "no CSS declaration",
            "color:": "no value",
            "a { b: c }": "no list",
            "color: red; width": "no CSS declaration",
            "'x'": "no list",
            "x: /**/": "no value",
        },
    ),
    (custom_name_problem, {"font-face": "SVG"}),
    (unique_problem, {"a b a": '"a" stands twice'}),
    (
        pattern_problem,
        {
            "[a": "not closed",
            "(a": "not closed",
            "a)": "closes nothing",
            "*": "nothing before it",
            "a**": "nothing before it",
            "a{2,1}": "more than it allows",
            "\\": "no escape",
            "\\-": "no escape",
            "[a-]": "end of a class",
            "[-a]": "beginning",
            "[b-a]": "backwards",
            "[(]": "has to be escaped",
            "{": "by itself",
            "(?i)a": "no group",
            "[a!!]": "reserved",
            "^*": "nothing before it",
        },
    ),
    (
        policy_problem,
        {
            "img-src": "no source",
            "img-src 'sell'": "no source",
            "img-src 'none' a": "'none'",
            "img-src é": "ASCII",
            "é": "ASCII",
            "img_src x": "no name",
        },
    ),
    (
        import_map_problem,
        {
            "": "JSON",
            "[]": "object",
            '{"x": {}}': "no property",
            '{"imports": []}': "is an object",
            '{"imports": {"": "/x"}}': "empty",
            '{"imports": {"a": 1}}': "no string",
            '{"imports": {"a": "b"}}': "URL-like",
            '{"imports": {"a/": "/b"}}': "ends with",
            '{"scopes": {"http:": {}}}': "no URL",
            '{"imports": NaN}': "JSON",
            "[" * 100_000: "nested",
        },
    ),
    (
        speculation_rules_problem,
        {
            "{}": "prefetch, prerender",
            '{"prefetch": {}}': "array",
            '{"prefetch": ["x"]}': "object",
            '{"prefetch": [{}]}': "source",
            '{"prefetch": [{"urls": "x"}]}': "strings",
            '{"prefetch": [{"urls": [], "where": {}}]}': "not both",
            '{"prefetch": [{"urls": ["/"], "eagerness": "x"}]}': "one of",
        },
    ),
]


@pytest.mark.parametrize(("check", "value"), [(check, value) for check, values in RIGHT for value in values])
def test_what_a_specification_allows_is_right(check: Check, value: str) -> None:
    assert check(value) is None


@pytest.mark.parametrize(("check", "value", "said"), [(check, value, said) for check, values in WRONG for value, said in values.items()])
def test_what_a_specification_forbids_is_told(check: Check, value: str, said: str) -> None:
    problem = check(value)
    assert problem is not None and said in problem


#: Attributes of a start tag, and the rules that it breaks.
TAGS = {
    ("p", "lang=de xml:lang=DE"): set(),
    ("p", "lang=de xml:lang=en"): {"attribute/xml-lang"},
    ("p", "xml:lang=en"): {"attribute/xml-lang"},
    ("g", "xml:lang=en"): set(),
    ("meter", "value=.5"): set(),
    ("meter", "value=2"): {"value/range"},
    ("meter", "value=5 min=1 max=10 low=3 high=7 optimum=9"): set(),
    ("meter", "value=5 min=1 max=10 low=7 high=3"): {"value/range"},
    ("meter", "value=x max=y"): set(),  # no numbers: the grammar says so
    ("progress", "value=3 max=2"): {"value/range"},
    ("input", "type=week value=2021-W53"): {"value/week"},
    ("input", "type=text value=2021-W53"): set(),
    ("input", "type=url value=a"): {"value/url"},
    ("a", "href=a"): set(),
    ("area", "shape=default hreflang=zzz"): {"value/language"},
    ("link", "rel=preload href=x"): {"attribute/preload-as"},
    ("link", "rel=author href=x blocking=render"): {"attribute/link-keyword"},
    ("link", "rel=ICON href=x sizes=any"): set(),
    ("script", "charset=utf-8"): {"attribute/script-legacy"},
    ("script", "charset=UTF-8 src=x"): set(),
    ("script", "language=javascript type=module"): {"attribute/script-legacy"},
    ("input", "type=email role=searchbox"): {"aria/attribute"},
    ("input", "type=email list=x role=combobox"): set(),
    ("input", "type=submit role=link"): set(),
    ("select", "role=listbox"): {"aria/attribute"},
    ("select", "role=listbox size=3"): set(),
    ("object", "data=x role=none"): {"aria/attribute"},
    ("area", "href=x"): {"attribute/area-coords"},
    ("input", "type=image alt=x"): {"attribute/image-src"},
    ("tea-pot", "is=tea-cup"): {"attribute/is"},
    ("button", "role=button"): {"aria/redundant-role"},
    ("button", "role=link"): set(),
    ("input", "required aria-required=false"): {"aria/native-state"},
    ("input", "required aria-required=true"): set(),
    ("div", "hidden=until-found aria-hidden=true"): {"aria/native-state"},
    ("button", "popovertarget=x aria-expanded=true"): {"aria/native-state"},
    ("td", "colspan=2 aria-colspan=3"): {"aria/native-state"},
    ("meta", "name=viewport content=maximum-scale=1"): {"value/viewport"},
    ("meta", "name=viewport content=width=device-width,maximum-scale=5"): set(),
}


@pytest.mark.parametrize(("name", "attributes"), TAGS)
def test_attributes_of_a_tag_agree_with_each_other(name: str, attributes: str) -> None:
    pairs = tuple((each.partition("=")[0], each.partition("=")[2]) for each in attributes.split())
    assert {rule for rule, _, _ in tag_problems(StartTag(name, pairs))} == TAGS[name, attributes]


@pytest.mark.parametrize("char", ["(", "[", "a,", "%", "1x ", "\\", "{", ":", "\ud800", "\0", ".", "https://", "xn--"])
@pytest.mark.parametrize(("check", "_"), RIGHT)
def test_a_checker_raises_for_no_value(check: Check, _: list[str], char: str) -> None:
    assert check(char * 20_000) != ""


@pytest.mark.parametrize("grammar", ["page", "snippet", "article", "email"])
def test_the_values_that_a_grammar_of_generated_pages_lists_are_right(grammar: str) -> None:
    automaton = load_automaton(grammar)
    uses = {
        (element.names.name or "x-a", use.names.name, use.datatype)
        for element in automaton.elements
        for form in element.forms
        for use in automaton.attributes[form.attributes].uses
        if use.names.name
    }
    listed = [(tag, name, value) for tag, name, datatype in sorted(uses) for value in automaton.datatypes[datatype].strings(50) or ()]
    assert (("input", "pattern", "[0-9]+") in listed) == (grammar in ("page", "snippet"))
    wrong = [
        (each, finding.message)
        for each in listed
        for finding in value_findings((StartTag(each[0], (each[1:],)),), fragment=True)
        if finding.rule.startswith("value/") and finding.rule != "value/range" and finding.attribute == each[1]  # ranges hang on others
    ]
    assert not wrong
