"""The evaluator's rules: what each is called, how grave it is, and where it comes from.

A rule's id is `family/name` and never changes its meaning. Each rule has a page, `docs/rules/FAMILY/NAME.md`, with an example that breaks
it and one that keeps it; the page ships with the package.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
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
_IN_FOREIGN: Final = "HTML Standard, 13.2.6.5 The rules for parsing tokens in foreign content"
_INITIAL: Final = 'HTML Standard, 13.2.6.4.1 The "initial" insertion mode'
_IN_NOSCRIPT: Final = 'HTML Standard, 13.2.6.4.5 The "in head noscript" insertion mode'
_IN_BODY: Final = 'HTML Standard, 13.2.6.4.7 The "in body" insertion mode'
_WRITING_TAGS: Final = "HTML Standard, 13.1.2 Elements"
_OMITTING_TAGS: Final = "HTML Standard, 13.1.2.4 Optional tags"
_HTMLGEN: Final = "htmlgen, how a page is judged"

_TABLE: Final = (
    Rule("input/too-large", "A page above the limit of bytes", _HTMLGEN),
    Rule("input/parser-failure", "A page that the parser fails on", _HTMLGEN),
    Rule("input/judging-failure", "A page that judging fails on", _HTMLGEN),
    Rule("input/too-slow", "A page that takes too long to judge", _HTMLGEN),
    Rule("input/unused-ignore", "A comment that keeps no finding back", _HTMLGEN, "warning"),
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
)

#: All rules by id, family after family.
RULES: Final = {rule.id: rule for rule in sorted(_TABLE, key=lambda rule: [*FAMILIES].index(rule.family))}


def rule_of(rule: str) -> Rule:
    """The rule of an id; of one that the table lacks, a rule by its name."""
    return RULES.get(rule) or Rule(rule, rule.partition("/")[2].replace("-", " ").capitalize(), _HTMLGEN)


def explanation(rule: str) -> str:
    """A rule's page, in Markdown. Raises: UnknownRuleError, with close names, if there is no such rule or it has no page."""
    page = resources.files("htmlgen.rules").joinpath(*f"{rule}.md".split("/"))
    if rule not in RULES or not page.is_file():
        close = get_close_matches(rule, RULES, 3, 0.5) or [known for known in RULES if known.endswith(f"/{rule}")]
        meant = f"; did you mean {' or '.join(close)}?" if close else ""
        raise UnknownRuleError(f"no rule {rule!r}{meant} (htmlgen eval --explain all lists them)")
    return page.read_text(encoding="utf-8")


def source_url(explained: str) -> str:
    """Where a rule's page says that the rule is said; "" if it does not link to it."""
    link = _LINK.search(explained)
    return link[1] if link else ""
