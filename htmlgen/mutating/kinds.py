"""Kinds of faults: what is changed, where, and what the evaluator says of it.

A fault is one insertion. `rule` is that of the evaluator, `shift` where it notices the fault, from the place of the insertion on; from the
`<` of the tag, where `at_tag` is set.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from htmlgen.markup.events import StartTag

#: Where an insertion is made: before a text, where phrasing or flow content may stand; before the `>` of a start or end tag; at the end.
Where = Literal["phrasing", "flow", "start tag", "end tag", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault."""

    name: str
    rule: str
    where: Where
    text: str  #: what is inserted; `{id}` is an id that stands earlier on the page
    shift: int = 0
    also: tuple[tuple[str, int], ...] = ()  #: rules that it breaks besides, each with its shift
    at_tag: bool = False
    lacks: str = ""  #: an attribute that the start tag must not have
    has: str = ""  #: one that it must have


def _kinds(where: Where, *rows: tuple[str, str, str, int]) -> list[Kind]:
    return [Kind(name=name, rule=rule, where=where, text=text, shift=shift) for name, rule, text, shift in rows]


_REFERENCE: Final = "character-reference"
KINDS: Final = {
    kind.name: kind
    for kind in (
        *_kinds(
            "phrasing",
            ("stray-end-tag", "syntax/stray-end-tag", "</em>", 0),
            ("nested-interactive", "content/excluded", '<a href="#"><button type="button">tea</button></a>', len('<a href="#">')),
            ("missing-attribute", "attribute/missing", '<img alt="tea">', 0),
            ("unknown-element", "content/unknown-element", "<tea>green</tea>", 0),
            ("obsolete-element", "obsolete/element", "<font>tea</font>", 0),
            ("missing-id", "reference/missing-id", '<label for="no-such-id">tea</label>', 0),
            ("unknown-reference", f"syntax/unknown-named-{_REFERENCE}", "&nosuch;", len("&nosuch")),
            ("surrogate-reference", f"syntax/surrogate-{_REFERENCE}", "&#xD800;", len("&#xD800;")),
            ("large-reference", f"syntax/{_REFERENCE}-outside-unicode-range", "&#x110000;", len("&#x110000;")),
            ("unended-reference", f"syntax/missing-semicolon-after-{_REFERENCE}", "&copy tea ", len("&copy")),
            ("empty-reference", f"syntax/absence-of-digits-in-numeric-{_REFERENCE}", "&#;", len("&#")),
            ("abrupt-comment", "syntax/abrupt-closing-of-empty-comment", "<!-->", len("<!--")),
            ("bogus-comment", "syntax/incorrectly-opened-comment", "<!tea>", len("<!")),
            ("nested-comment", "syntax/nested-comment", "<!-- a <!-- b -->", len("<!-- a <!--")),
            ("nameless-end-tag", "syntax/missing-end-tag-name", "</>", len("</")),
            ("bare-angle-bracket", "syntax/invalid-first-character-of-tag-name", "<3 ", len("<")),
            ("control-character", "syntax/control-character-in-input-stream", "\x01", 0),
        ),
        *_kinds(
            "flow",
            ("unclosed-element", "syntax/unclosed-element", "<div><span>tea</div>", len("<div><span>tea")),
            ("misplaced-element", "content/misplaced", "<div><li>tea</li></div>", len("<div>")),
            ("incomplete-element", "content/incomplete", "<dl><dt>tea</dt></dl>", len("<dl><dt>tea</dt>")),
            ("text-in-list", "content/text", "<ul>tea</ul>", len("<ul>")),
            ("text-in-table", "syntax/content-in-table", "<table>tea<tbody><tr><td>a</td></tr></tbody></table>", len("<table>")),
            ("heading-skipped", "document/heading-skipped", "<h1>tea</h1><h3>green</h3>", len("<h1>tea</h1>")),
        ),
        Kind(
            name="misnested-tags",
            rule="syntax/misnested-tags",
            where="phrasing",
            text="<b><i>tea</b></i>",
            shift=len("<b><i>tea"),
            also=(("syntax/misnested-tags", len("<b><i>tea</b>")),),
        ),
        Kind(name="duplicate-id", rule="reference/duplicate-id", where="start tag", text=' id="{id}"', at_tag=True, lacks="id"),
        Kind(name="unknown-attribute", rule="attribute/unknown", where="start tag", text=' colour="red"', at_tag=True, lacks="colour"),
        Kind(name="bad-value", rule="value/invalid", where="start tag", text=' dir="up"', at_tag=True, lacks="dir"),
        Kind(name="duplicate-attribute", rule="syntax/duplicate-attribute", where="start tag", text=' class="tea"', shift=6, has="class"),
        Kind(
            name="missing-space",
            rule="syntax/missing-whitespace-between-attributes",
            where="start tag",
            text='title="tea"',
            lacks="title",
        ),
        Kind(name="missing-value", rule="syntax/missing-attribute-value", where="start tag", text=" title=", shift=7, lacks="title"),
        Kind(
            name="quote-in-value",
            rule="syntax/unexpected-character-in-unquoted-attribute-value",
            where="start tag",
            text=' title=a"b',
            shift=8,
            lacks="title",
        ),
        Kind(
            name="trailing-solidus", rule="syntax/non-void-html-element-start-tag-with-trailing-solidus", where="start tag", text="/"
        ),
        Kind(name="end-tag-attribute", rule="syntax/end-tag-with-attributes", where="end tag", text=' class="tea"', shift=12),
        Kind(name="unended-comment", rule="syntax/eof-in-comment", where="end", text="<!-- tea", shift=8),
    )
}

#: What a start tag must be for a kind that changes it, beside the attributes that it has and lacks.
FITS: Final[dict[str, Callable[[StartTag, str], bool]]] = {
    "missing-space": lambda tag, written: written.endswith('"'),
    "trailing-solidus": lambda tag, written: not written.endswith("/"),
}
