"""Hypothesis strategies that tests share: pages that no author would write, and trees of events that no parser would give."""

from hypothesis import strategies as st

from htmlgen.markup.elements import FLOW, METADATA, VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text

# What parsers treat each in its own way: tables, selects, formatting, forms, raw text, foreign content, templates, frames.
_PECULIAR = """a address b basefont body br button caption center col colgroup dd desc dialog div dl dt fieldset font foreignObject form
    frame frameset h1 h2 head hr html i iframe image img input isindex keygen li link listing main marquee math menuitem meta mi nobr
    noembed noframes noscript object ol optgroup option p param plaintext pre rb rp rt rtc ruby s script search select span strike style
    svg table tbody td template textarea tfoot th thead title tr tt u ul wbr x-card xmp annotation-xml""".split()
_ATTRIBUTES = "class href id type hidden checked data-x xlink:href xml:lang viewbox xmlns encoding {x a}b \u00e9".split()
_VALUES = ["", "a", "hidden", "a b", "&amp;", "&", "<b>", "'", "\u2581", "\u00a0", "text/html", " \n x", "\u2603", "\U0001f600"]

_CHARACTERS = [
    *("\0", "\r", "\r\n", "\n", "\n\n", "\t", "\f", " ", "\u00a0", "\ufeff", "\u2581", "\u2028", "\x0b", "\x1b", "\x7f", "\x85"),
    *("\ufdd0", "\uffff", "\ud800", "\U0001f600", "\U0010ffff"),
]
_REFERENCES = ["&", "&amp", "&amp;lt;", "&lt;", "&#0;", "&#13;", "&#10;", "&#x80;", "&#xd800;", "&#x10ffff;", "&notit;", "&nbsp;"]
_MARKUP = [
    *("<", ">", '"', "'", "=", "/", "</", "<!", "<?", "<!--", "-->", "--!>", "<!-->", "<![CDATA[", "]]>", "<?php ?>", "</>", "</ p>"),
    *("<!DOCTYPE>", "<!doctype html>", "<!DOCTYPE a PUBLIC \"b'\" 'c\"'>", "<!DOCTYPE html SYSTEM 'about:legacy-compat'>"),
    *("<a}b>", "<p/>", "<br/>", "<svg/>", "<g/>", "</br>", "</p>", "<script><!--<script>", "</script>", "<table>x", "<table><td>"),
    *("<a><table><a>", "<b><p></b>", "<form><form>", "<select><b>", "<svg><p>", "<math><annotation-xml encoding=text/html><p>"),
    *("<svg><foreignObject><pre>\n", "<td><pre>\n\n", "<textarea>\n", "<svg><script>&lt;</script>", "<math><mi><mglyph>"),
]

_names = st.sampled_from(_PECULIAR) | st.sampled_from(sorted(FLOW | METADATA))
_quotes = st.sampled_from(['"', "'", ""])
_spelled_attributes = st.builds(" {0}={1}{2}{1}".format, st.sampled_from(_ATTRIBUTES), _quotes, st.sampled_from(_VALUES))
_spelled_tags = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["<", "<", "<", "</"]),
    _names,
    st.lists(_spelled_attributes, max_size=2).map("".join),
    st.sampled_from([">", ">", ">", "/>", ""]),
)
_words = st.text(max_size=8) | st.sampled_from(["word", "two words", " x ", "\u2581\u2581", "a\u2581 b", "e\u0301"])
_pieces = st.one_of(_spelled_tags, _spelled_tags, st.sampled_from([*_CHARACTERS, *_REFERENCES, *_MARKUP]), _words)

#: Any string, mostly such as a parser has to mend.
pages = st.lists(_pieces, max_size=16).map("".join)

_TRAPS = [
    *(" ", "\n", "\t", "\r", "\0", "\u2581", "a \u2581b", '<>&"\u00a0', "&lt;", "\U0001f600\u200d\U0001f525", "\x1b[0m", "  two  spaces  "),
    *("[BOS]", "<0x41>", "<p>", ' class="', "</p>", '="', "<!--", "\ufeff"),
]
_texts = st.sampled_from(_TRAPS) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_event_names = st.sampled_from(sorted(FLOW | METADATA | set("html body td x-card my-\u2581 a}b foreignObject clipPath zz:9._-".split())))
_attribute_names = st.sampled_from([*_ATTRIBUTES, "@click", ":x", "_", 'a"b', "=", "a<b", "\u2581"])
_attributes = st.dictionaries(_attribute_names, st.just("") | _texts, max_size=3).map(lambda found: tuple(found.items()))


def _element(name: str, attributes: tuple[tuple[str, str], ...], children: list[list[Event]]) -> list[Event]:
    if name in VOID_IN_PARSER:
        return [StartTag(name, attributes)]
    return [StartTag(name, attributes), *(event for child in children for event in child), EndTag(name)]


def _joined(doctypes: list[Doctype], trees: list[list[Event]]) -> list[Event]:
    """Adjacent texts as one, as events are defined."""
    joined: list[Event] = list(doctypes)
    for event in (event for tree in trees for event in tree):
        if isinstance(event, Text) and isinstance(last := joined[-1] if joined else None, Text):
            joined[-1] = Text(last.data + event.data)
        else:
            joined.append(event)
    return joined


def _leaf(text: str) -> list[Event]:
    return [Text(text)]


_leaves = st.builds(_leaf, _texts) | st.builds(_element, st.sampled_from(sorted(VOID_IN_PARSER)), _attributes, st.just([]))
_trees = st.recursive(_leaves, lambda found: st.builds(_element, _event_names, _attributes, st.lists(found, max_size=4)), max_leaves=10)
_public_ids = st.sampled_from(["", "-//W3C//DTD HTML 4.01//EN", 'a"b'])
_doctypes = st.builds(Doctype, st.sampled_from(["html", "", "x", "a\x0bb"]), _public_ids, st.sampled_from(["", "x", "it's"]))

#: Well-formed lists of events, of known and unknown names, with any text that UTF-8 can hold.
event_lists = st.builds(_joined, st.lists(_doctypes, max_size=1), st.lists(_trees, max_size=4))
