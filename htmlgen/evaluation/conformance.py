"""A page held against a grammar: what stands where it may not, what is missing, what refers to nothing.

The grammar says what elements, attributes and values there are (`htmlgen.relaxng.validation`); one mistake is one finding. Its violations
get the ids of rules here, and places in the page.
"""

from typing import Final

from htmlgen.evaluation.document import Document
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.relaxng import Automaton, Violation, validate

#: The rule of a finding, by the rule of the violation that it comes from.
_RULES: Final = {
    "element": "content/misplaced",
    "element-unknown": "content/unknown-element",
    "text": "content/text",
    "content": "content/incomplete",
    "balance": "content/incomplete",
    "excluded": "content/excluded",
    "ancestor": "content/ancestor",
    "once": "content/once",
    "empty": "content/empty",
    "attribute": "attribute/unknown",
    "attribute-missing": "attribute/missing",
    "attribute-conflict": "attribute/conflict",
    "attribute-value": "value/invalid",
    "id": "reference/duplicate-id",
    "reference": "reference/missing-id",
    "unique": "document/unique",
    "heading": "document/heading-skipped",
}
#: The same where the attribute is `role` or one of ARIA.
_ARIA_RULES: Final = {
    "attribute": "aria/attribute",
    "attribute-missing": "aria/missing",
    "attribute-conflict": "aria/conflict",
    "attribute-value": "aria/value",
}


def conformance(document: Document, automaton: Automaton) -> tuple[Finding, ...]:
    """What a page holds that the grammar does not allow, in the order of the page."""
    inside = None if document.container is None else (document.container,)
    violations = validate(document.events, automaton, inside=inside)
    lines = Lines(document.page)
    found = [_finding(violation, document, lines) for violation in violations]
    return tuple(sorted(found, key=lambda finding: finding.offset))


def _finding(violation: Violation, document: Document, lines: Lines) -> Finding:
    ended = violation.index >= len(document.offsets)
    offset = len(document.page) if ended else document.offsets[violation.index]
    line, column = lines.locate(offset)
    return Finding(_rule(violation), violation.message, line, column, offset)


def _rule(violation: Violation) -> str:
    if violation.rule in _ARIA_RULES and violation.found.startswith(("aria-", "role=")):
        return _ARIA_RULES[violation.rule]
    if violation.rule == "reference" and violation.expected:
        return "reference/wrong-kind"
    return _RULES[violation.rule]
