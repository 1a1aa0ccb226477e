"""The evaluator's rules: what each is called, how grave it is, and where it comes from.

A rule's id is `family/name` and never changes its meaning. Each rule has a page, `docs/rules/FAMILY/NAME.md`, with an example that breaks
it and one that keeps it; the page ships with the package.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from htmlgen.errors import UnknownRuleError

Severity = Literal["error", "warning"]

FAMILIES: Final = {
    "input": "Can the page be read at all?",
    "encoding": "Are its bytes the text they claim to be?",
    "syntax": "Does it parse without an error?",
    "balance": "Has every tag its partner?",
    "document": "Is the document as a whole what it should be?",
    "content": "Does every element stand where it may?",
    "attribute": "Has every element the attributes it may and must have?",
    "value": "Has every attribute a value it may have?",
    "reference": "Does what is referred to exist?",
    "aria": "Are roles, states and properties used as they may be?",
    "obsolete": "Does the page do without what the Standard has dropped?",
}
_LINK: Final = re.compile(r"^## Source\s+.*?\]\((\S+?)\)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of finding."""

    id: str  #: `family/name`
    title: str  #: what is wrong, in a few words
    source: str  #: where it is said, as its page says it
    severity: Severity = "error"

    @property
    def family(self) -> str:
        return self.id.partition("/")[0]


_SYNTAX: Final = "HTML Standard, 13.2.2 Parse errors"
_CHARSET: Final = "HTML Standard, 4.2.5.4 Specifying the document's character encoding"
_SNIFFING: Final = "HTML Standard, 13.2.3.2 Determining the character encoding"
_IN_FOREIGN: Final = "HTML Standard, 13.2.6.5 The rules for parsing tokens in foreign content"
_INITIAL: Final = 'HTML Standard, 13.2.6.4.1 The "initial" insertion mode'
_IN_NOSCRIPT: Final = 'HTML Standard, 13.2.6.4.5 The "in head noscript" insertion mode'
_IN_BODY: Final = 'HTML Standard, 13.2.6.4.7 The "in body" insertion mode'
_WRITING_TAGS: Final = "HTML Standard, 13.1.2 Elements"
_OMITTING_TAGS: Final = "HTML Standard, 13.1.2.4 Optional tags"
_HTMLGEN: Final = "htmlgen, how a page is judged"
_MODELS: Final = "HTML Standard, 3.2.5 Content models"
_LABEL: Final = "HTML Standard, 4.10.4 The label element"
_TABLES: Final = "HTML Standard, 4.9.12 Processing model"
_CELLS: Final = "HTML Standard, 4.9.12.1 Forming a table"
_DROPPED: Final = "HTML Standard, 16.2 Non-conforming features"
_IN_HTML: Final = "ARIA in HTML, 4 Document conformance requirements"
_PARENT_ROLE: Final = "WAI-ARIA 1.3, 5.2.8 Required Accessibility Parent Role"

_TABLE: Final = (
    Rule("input/too-large", "A page above the limit of bytes", _HTMLGEN),
    Rule("input/parser-failure", "A page that the parser fails on", _HTMLGEN),
    Rule("input/too-many-errors", "A page with more errors than are listed", _HTMLGEN),
    Rule("input/judging-failure", "A page that judging fails on", _HTMLGEN),
    Rule("input/too-slow", "A page that takes too long to judge", _HTMLGEN),
    Rule("input/unused-ignore", "A comment that keeps no finding back", _HTMLGEN, "warning"),
    # 13.2.3 and 4.2.5.4, the bytes of a page
    Rule("encoding/contradiction", "Two encodings for one page", _SNIFFING),
    Rule("encoding/late-declaration", "An encoding declared after 1,024 bytes", _CHARSET),
    Rule("encoding/not-utf-8", "A page in another encoding than UTF-8", _CHARSET),
    Rule("encoding/undeclared", "An encoding that is not declared", _CHARSET, "warning"),
    Rule("encoding/undecodable", "Bytes that are no text", _SNIFFING),
    Rule("encoding/unknown-label", "An encoding that is none", _CHARSET),
    # 13.2.2, the tokenizer and the input stream
    Rule("syntax/abrupt-closing-of-empty-comment", "An empty comment closed by `>`", _SYNTAX),
    Rule("syntax/abrupt-doctype-public-identifier", "A `>` within a doctype's public identifier", _SYNTAX),
    Rule("syntax/abrupt-doctype-system-identifier", "A `>` within a doctype's system identifier", _SYNTAX),
    Rule("syntax/absence-of-digits-in-numeric-character-reference", "A numeric character reference without digits", _SYNTAX),
    Rule("syntax/cdata-in-html-content", "A CDATA section outside of SVG and MathML", _SYNTAX),
    Rule("syntax/character-reference-outside-unicode-range", "A character reference above U+10FFFF", _SYNTAX),
    Rule("syntax/control-character-in-input-stream", "A control character in the page", _SYNTAX),
    Rule("syntax/control-character-reference", "A reference to a control character", _SYNTAX),
    Rule("syntax/disallowed-processing-instruction-target", "`<?xml` in HTML", _SYNTAX),
    Rule("syntax/duplicate-attribute", "An attribute twice in a tag", _SYNTAX),
    Rule("syntax/end-tag-with-attributes", "An end tag with attributes", _SYNTAX),
    Rule("syntax/end-tag-with-trailing-solidus", "An end tag with a slash before its `>`", _SYNTAX),
    Rule("syntax/eof-before-tag-name", "A page that ends where a tag's name should stand", _SYNTAX),
    Rule("syntax/eof-in-cdata", "A CDATA section that is not closed", _SYNTAX),
    Rule("syntax/eof-in-comment", "A comment that is not closed", _SYNTAX),
    Rule("syntax/eof-in-doctype", "A doctype that is not closed", _SYNTAX),
    Rule("syntax/eof-in-processing-instruction", "A processing instruction that is not closed", _SYNTAX),
    Rule("syntax/eof-in-script-html-comment-like-text", "A page that ends in `<!--` text of a script", _SYNTAX),
    Rule("syntax/eof-in-tag", "A tag that is not closed", _SYNTAX),
    Rule("syntax/incorrectly-closed-comment", "A comment closed by `--!>`", _SYNTAX),
    Rule("syntax/incorrectly-opened-comment", "`<!` that is neither comment, doctype nor CDATA", _SYNTAX),
    Rule("syntax/invalid-character-sequence-after-doctype-name", "Something else than PUBLIC or SYSTEM in a doctype", _SYNTAX),
    Rule("syntax/invalid-first-character-of-processing-instruction-target", "`<?` before what cannot begin a name", _SYNTAX),
    Rule("syntax/invalid-first-character-of-tag-name", "A `<` before what cannot begin a tag's name", _SYNTAX),
    Rule("syntax/invalid-processing-instruction-target", "`<?` and a name that may not be one", _SYNTAX),
    Rule("syntax/missing-attribute-value", "A `=` without a value", _SYNTAX),
    Rule("syntax/missing-doctype-name", "A doctype without a name", _SYNTAX),
    Rule("syntax/missing-doctype-public-identifier", "PUBLIC without an identifier in a doctype", _SYNTAX),
    Rule("syntax/missing-doctype-system-identifier", "SYSTEM without an identifier in a doctype", _SYNTAX),
    Rule("syntax/missing-end-tag-name", "An end tag without a name, `</>`", _SYNTAX),
    Rule("syntax/missing-quote-before-doctype-public-identifier", "A doctype's public identifier without a quote", _SYNTAX),
    Rule("syntax/missing-quote-before-doctype-system-identifier", "A doctype's system identifier without a quote", _SYNTAX),
    Rule("syntax/missing-semicolon-after-character-reference", "A character reference without `;`", _SYNTAX),
    Rule("syntax/missing-whitespace-after-doctype-public-keyword", "No space after PUBLIC in a doctype", _SYNTAX),
    Rule("syntax/missing-whitespace-after-doctype-system-keyword", "No space after SYSTEM in a doctype", _SYNTAX),
    Rule("syntax/missing-whitespace-before-doctype-name", "No space before a doctype's name", _SYNTAX),
    Rule("syntax/missing-whitespace-between-attributes", "No space between attributes", _SYNTAX),
    Rule("syntax/missing-whitespace-between-doctype-public-and-system-identifiers", "No space between a doctype's identifiers", _SYNTAX),
    Rule("syntax/nested-comment", "A comment in a comment", _SYNTAX),
    Rule("syntax/noncharacter-character-reference", "A reference to a noncharacter", _SYNTAX),
    Rule("syntax/noncharacter-in-input-stream", "A noncharacter in the page", _SYNTAX),
    Rule("syntax/non-void-html-element-start-tag-with-trailing-solidus", "A start tag that pretends to close itself", _SYNTAX),
    Rule("syntax/null-character-reference", "A reference to U+0000", _SYNTAX),
    Rule("syntax/surrogate-character-reference", "A reference to a surrogate", _SYNTAX),
    Rule("syntax/surrogate-in-input-stream", "A surrogate in the page", _SYNTAX),
    Rule("syntax/unexpected-character-after-doctype-system-identifier", "Something after a doctype's system identifier", _SYNTAX),
    Rule("syntax/unexpected-character-in-attribute-name", "A quote or `<` in an attribute's name", _SYNTAX),
    Rule("syntax/unexpected-character-in-unquoted-attribute-value", "A quote, `<`, `=` or backtick in an unquoted value", _SYNTAX),
    Rule("syntax/unexpected-equals-sign-before-attribute-name", "A `=` before an attribute's name", _SYNTAX),
    Rule("syntax/unexpected-null-character", "U+0000 in the page", _SYNTAX),
    Rule("syntax/unexpected-solidus-in-tag", "A slash within a tag", _SYNTAX),
    Rule("syntax/unknown-named-character-reference", "A named character reference that names nothing", _SYNTAX),
    # 13.2.6, tree construction, whose errors have no codes in the Standard
    Rule("syntax/content-after-body", "Content after the end of the body", 'HTML Standard, 13.2.6.4.17 The "after body" insertion mode'),
    Rule("syntax/content-in-table", "Content of a table outside of its cells", 'HTML Standard, 13.2.6.4.9 The "in table" insertion mode'),
    Rule("syntax/html-in-foreign-content", "An HTML element in SVG or MathML", _IN_FOREIGN),
    Rule("syntax/image-start-tag", "`<image>` in place of `<img>`", _IN_BODY),
    Rule("syntax/input-in-select", "An input in a select", _IN_BODY),
    Rule("syntax/metadata-after-head", "Metadata between head and body", 'HTML Standard, 13.2.6.4.6 The "after head" insertion mode'),
    Rule("syntax/misnested-tags", "Formatting elements that cross others", _IN_BODY),
    Rule("syntax/misplaced-content", "Something where nothing of its kind may stand", _IN_NOSCRIPT),
    Rule("syntax/misplaced-doctype", "A doctype that is not at the beginning", _IN_BODY),
    Rule("syntax/misplaced-option", "An option, optgroup or hr in an open option", _IN_BODY),
    Rule("syntax/misplaced-ruby-part", "Ruby text outside of ruby", _IN_BODY),
    Rule("syntax/missing-doctype", "A page without a doctype", _INITIAL),
    Rule("syntax/missing-row", "A cell without a row", 'HTML Standard, 13.2.6.4.13 The "in table body" insertion mode'),
    Rule("syntax/nested-element", "An element in another of its kind", _IN_BODY),
    Rule("syntax/obsolete-doctype", "An obsolete doctype", _INITIAL),
    Rule("syntax/stray-end-tag", "An end tag without its start tag", _IN_BODY),
    Rule("syntax/stray-start-tag", "A start tag where it is dropped", _IN_BODY),
    Rule("syntax/unclosed-element", "An element that is not closed in time", _IN_BODY),
    # balance
    Rule("balance/unclosed", "A start tag without its end tag", _OMITTING_TAGS),
    Rule("balance/stray", "An end tag that ends nothing", _WRITING_TAGS),
    Rule("balance/misnested", "An end tag that crosses another element", _WRITING_TAGS),
    # documents, content models, attributes, references
    Rule("document/unique", "What may stand once in a document, twice", "HTML Standard, 4.4.14 The main element"),
    Rule("document/base-late", "A base after what it should apply to", "HTML Standard, 4.2.3 The base element"),
    Rule("document/charset-twice", "The encoding declared in two ways", "HTML Standard, 4.2.5 The meta element"),
    Rule("document/description-twice", "More than one description", "HTML Standard, 4.2.5.1 Standard metadata names"),
    Rule("document/lang-missing", "A document without a language", "HTML Standard, 3.2.6.2 The lang and xml:lang attributes", "warning"),
    Rule("document/autofocus-twice", "Two elements that want the focus", "HTML Standard, 6.6.7 The autofocus attribute"),
    Rule("document/heading-empty", "A heading without content", "HTML Standard, 4.3.6 The h1, h2, h3, h4, h5, and h6 elements", "warning"),
    Rule("document/section-without-heading", "A section that has no heading", "HTML Standard, 4.3.3 The section element", "warning"),
    Rule("document/heading-skipped", "A heading that skips a level", "HTML Standard, 4.3.11 Headings and outlines"),
    Rule("content/misplaced", "An element where it cannot stand", _MODELS),
    Rule("content/unknown-element", "An element that HTML does not have", "HTML Standard, 4 The elements of HTML"),
    Rule("content/text", "Text where none can stand", _MODELS),
    Rule("content/incomplete", "An element that lacks what it must hold", _MODELS),
    Rule("content/excluded", "An element inside one that excludes it", _MODELS),
    Rule("content/ancestor", "An element outside of the one it needs around it", "HTML Standard, 4.8.14 The area element"),
    Rule("content/once", "A second one of what may stand once inside an element", _LABEL),
    Rule("content/empty", "An element that must not be empty", "HTML Standard, 4.2.2 The title element"),
    Rule("content/table-overlap", "Table cells that overlap", _CELLS),
    Rule("content/table-span", "A table cell that spans more rows than there are", _CELLS),
    Rule("content/table-row-empty", "A table row in which no cell begins", _TABLES),
    Rule("content/table-column-empty", "A table column in which no cell begins", _TABLES),
    Rule("content/table-row-width", "A row that is not as wide as the table's columns", _TABLES),
    Rule("content/table-ragged", "A row that is not as wide as the first one", _TABLES, "warning"),
    Rule("content/colgroup-span", "A span that its columns make void", "HTML Standard, 4.9.3 The colgroup element", "warning"),
    Rule("content/source-beside-src", "Sources in a media element that has src", "HTML Standard, 4.8.8 The video element"),
    Rule("content/track-default", "Two default tracks", "HTML Standard, 4.8.10 The track element"),
    Rule("content/ismap-outside-link", "A server-side image map without a link", "HTML Standard, 4.8.3 The img element"),
    Rule("content/dt-twice", "A term twice in a list", "HTML Standard, 4.4.9 The dl element", "warning"),
    Rule("content/select-button", "A button in a select that is no drop-down box", "HTML Standard, 4.10.7 The select element"),
    Rule("content/time-text", "A time whose text is none", "HTML Standard, 4.5.14 The time element"),
    Rule("attribute/unknown", "An attribute that the element does not have", "HTML Standard, 3.2.6 Global attributes"),
    Rule("attribute/missing", "An attribute that the element must have", "HTML Standard, 4 The elements of HTML"),
    Rule("attribute/conflict", "An attribute that cannot stand beside another", "HTML Standard, 4 The elements of HTML"),
    Rule("attribute/namespace", "A namespace declaration that says something else", "HTML Standard, 13.1.2.3 Attributes"),
    Rule("value/invalid", "A value that the attribute cannot have", "HTML Standard, 2.3 Common microsyntaxes"),
    Rule("aria/attribute", "A role, state or property that the element cannot bear", _IN_HTML),
    Rule("aria/missing", "A state or property that the role requires", "WAI-ARIA 1.3, 5.2.2 Required States and Properties"),
    Rule("aria/conflict", "A role, state or property that does not go with the others", _IN_HTML),
    Rule("aria/value", "A role or ARIA value that there is not", "WAI-ARIA 1.3, 6.2 Values for States and Properties"),
    Rule("reference/duplicate-id", "An id that two elements have", "HTML Standard, 3.2.6 The id attribute"),
    Rule("reference/missing-id", "A reference to an id that no element has", _LABEL),
    Rule("reference/wrong-kind", "A reference to an element of another kind", _LABEL),
    Rule("reference/aria", "An ARIA reference that leads nowhere", "WAI-ARIA 1.3, 6.2 Values for States and Properties", "warning"),
    Rule("reference/label-for", "A label for one control around another", _LABEL),
    Rule("reference/map-twice", "Two image maps of one name", "HTML Standard, 4.8.13 The map element", "warning"),
    Rule("reference/usemap", "An image map that is not there", "HTML Standard, 4.8.15 Image maps"),
    Rule("reference/headers", "Header cells of another table", "HTML Standard, 4.9.11 Attributes common to td and th elements"),
    Rule("obsolete/element", "An element that HTML has dropped", _DROPPED),
    Rule("obsolete/attribute", "An attribute that HTML has dropped", _DROPPED, "warning"),
    Rule("obsolete/ruby", "A part of ruby that HTML has dropped", _DROPPED, "warning"),
    Rule("obsolete/type", "A type that is so anyway", "HTML Standard, 4.12.1 The script element", "warning"),
    # attributes and values
    Rule("attribute/is", "`is` on a custom element", "HTML Standard, 4.13 Custom elements"),
    Rule("attribute/map-name", "A `map` with an `id` that is not its `name`", "HTML Standard, 4.8.13 The map element"),
    Rule("attribute/alternate-title", "An alternate style sheet without a title", "HTML Standard, 4.6.7.1 Link type \"alternate\""),
    Rule("attribute/preload-as", "A preload that does not say what for", "HTML Standard, 4.2.4 The link element"),
    Rule("attribute/meta-media", "`media` on metadata that has no use for it", "HTML Standard, 4.2.5 The meta element"),
    Rule("attribute/source-condition", "A source that hides those after it", "HTML Standard, 4.8.2 The source element"),
    Rule("attribute/one-selected", "Several selected options where one can be chosen", "HTML Standard, 4.10.7 The select element"),
    Rule("attribute/placeholder-option", "A required select without a placeholder", "HTML Standard, 4.10.7 The select element"),
    Rule("attribute/itemprop", "A property that belongs to no item", "HTML Standard, 5.2.3 Names: the itemprop attribute"),
    Rule("attribute/xml-lang", "`xml:lang` without the same `lang`", "HTML Standard, 3.2.6.2 The lang and xml:lang attributes"),
    Rule("attribute/link-keyword", "An attribute of link for another kind of link", "HTML Standard, 4.2.4 The link element"),
    Rule("attribute/script-legacy", "An obsolete attribute that says otherwise", "HTML Standard, 16.1 Obsolete but conforming features"),
    Rule("attribute/area-coords", "An area that is nowhere", "HTML Standard, 4.8.14 The area element", severity="warning"),
    Rule("attribute/image-src", "An image button without an image", "HTML Standard, 4.10.5.1.19 Image Button state", severity="warning"),
    Rule("attribute/source-sizes", "Widths without sizes", "HTML Standard, 4.8.2 The source element"),
    Rule("attribute/select-button", "A button for a select that does not drop down", "HTML Standard, 4.10.7 The select element"),
    Rule("value/path", "Path data that cannot be drawn", "SVG 2, 9.3 Path data"),
    Rule("value/language", "A language tag that is not valid", "HTML Standard, 3.2.6.2 The lang and xml:lang attributes"),
    Rule("value/url", "A URL that is not valid", "URL Standard, 4.3 URL writing"),
    Rule("value/srcset", "Image candidates that are not valid", "HTML Standard, 4.8.4.2.1 Srcset attributes"),
    Rule("value/sizes", "Source sizes that are not valid", "HTML Standard, 4.8.4.2.2 Sizes attributes"),
    Rule("value/media", "A media query that is not valid", "Media Queries Level 4, 3 Syntax"),
    Rule("value/custom-name", "A custom element with a name that is taken", "HTML Standard, 4.13.3 Core concepts"),
    Rule("value/pattern", "A pattern that is no regular expression", "HTML Standard, 4.10.5.3.6 The pattern attribute"),
    Rule("value/style", "A style attribute that holds no declarations", "CSS Style Attributes, 3 Syntax and parsing"),
    Rule("value/color", "A colour that CSS does not know", "CSS Color Level 4, 4 Representing colors"),
    Rule("value/duplicate-token", "The same word twice", "HTML Standard, 2.3.7 Space-separated tokens"),
    Rule("value/range", "Numbers that contradict each other", "HTML Standard, 4.10.14 The meter element"),
    Rule("value/week", "A week that its year does not have", "HTML Standard, 2.3.5.8 Weeks"),
    Rule("value/policy", "A content security policy that is not valid", "Content Security Policy Level 3, 2.2 Policies"),
    Rule("value/sandbox", "Sandbox permissions of which one makes the other void", "HTML Standard, 4.8.5 The iframe element"),
    Rule("value/script-data", "An import map or speculation rules that cannot be read", "HTML Standard, 4.12.1 The script element"),
    Rule("value/viewport", "A viewport that keeps people from zooming", "WCAG 2.2, 1.4.4 Resize Text", severity="warning"),
    Rule("aria/native-state", "A state that an attribute of HTML says already", "ARIA in HTML, 5 Rules of ARIA attributes usage"),
    Rule("aria/parent-role", "A role without the role that it needs around itself", _PARENT_ROLE),
    Rule("aria/tab-panel", "A selected tab without its panel", "WAI-ARIA 1.3, 5.4 Definition of Roles, tab"),
    Rule("aria/redundant-role", "A role that the element has by itself", _IN_HTML, severity="warning"),
    Rule("aria/label", "A label of a control with a role or states", f"{_IN_HTML}, label"),
    Rule("aria/in-heading", "A role that a heading cannot hold", "HTML Standard, 4.3.6 The h1, h2, h3, h4, h5, and h6 elements"),
    Rule("aria/in-interactive", "An interactive role in a link or a button", "HTML Standard, 4.10.6 The button element"),
    Rule("aria/child-role", "A role that its parent does not take", f"{_IN_HTML}, li"),
    Rule("aria/native-part", "A part of an element with a role or states of its own", f"{_IN_HTML}, summary"),
    Rule("aria/table-part", "A role on a part of a table", f"{_IN_HTML}, td"),
)

#: All rules by id, family after family.
RULES: Final = {rule.id: rule for rule in sorted(_TABLE, key=lambda rule: [*FAMILIES].index(rule.family))}


def rule_of(rule: str) -> Rule:
    """The rule of an id; of one that the table lacks, a rule by its name."""
    return RULES.get(rule) or Rule(rule, rule.partition("/")[2].replace("-", " ").capitalize(), _HTMLGEN)


def explanation(rule: str) -> str:
    """A rule's page, in Markdown. Raises: UnknownRuleError, with close names, if there is no such rule or it has no page."""
    from importlib import resources  # here, as judging a page takes less time than importing it

    page = resources.files("htmlgen.rules").joinpath(*f"{rule}.md".split("/"))
    if rule not in RULES or not page.is_file():
        from difflib import get_close_matches

        close = get_close_matches(rule, RULES, 3, 0.5) or [known for known in RULES if known.endswith(f"/{rule}")]
        meant = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UnknownRuleError(f"no rule {rule!r}{meant} (htmlgen eval --explain all lists them)")
    return page.read_text(encoding="utf-8")


def source_url(explained: str) -> str:
    """Where a rule's page says that the rule is said; "" if it does not link to it."""
    link = _LINK.search(explained)
    return link[1] if link else ""
