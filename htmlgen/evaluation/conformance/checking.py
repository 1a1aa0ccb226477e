"""A page held against a grammar and the Standard: what stands where it may not, what is missing, what refers to nothing.

Three witnesses: the grammar (`htmlgen.relaxng.validation`), whose violations get ids of rules and places in the page; what is known of
attributes and their values (`htmlgen.evaluation.values.attributes`); and functions that say what no grammar can, each of a few elements
(`_CHECKS`). One mistake is one finding.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from htmlgen.evaluation.conformance import document_rules, element_rules, reference_rules, table_model
from htmlgen.evaluation.conformance.obsolete import OBSOLETE_ATTRIBUTES, OBSOLETE_ELEMENTS
from htmlgen.evaluation.conformance.outline import Found, Outline
from htmlgen.evaluation.document import Document
from htmlgen.evaluation.findings import MOST, Finding, Lines
from htmlgen.evaluation.rules import rule_of
from htmlgen.evaluation.values.attributes import ValueFinding, value_findings
from htmlgen.markup.elements import FLOW, METADATA, OPTIONAL_END
from htmlgen.markup.events import Event, StartTag, Text
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
_TAKERS: Final = (FLOW | OPTIONAL_END) - {"a", "template", "svg", "math"}
_SHOWN: Final = 8  # words on what could have stood there

#: What is asked of a page, and the elements or attributes without which there is nothing to ask.
_CHECKS: Final[tuple[tuple[Callable[[Outline], Iterator[Found]], tuple[str, ...]], ...]] = (
    (document_rules.base_first, ("base",)),
    (document_rules.encoding_once, ("meta",)),
    (document_rules.description_once, ("meta",)),
    (document_rules.language, ("html",)),
    (document_rules.headings, ("h1", "h2", "h3", "h4", "h5", "h6", "section", "article")),
    (element_rules.media_sources, ("video", "audio")),
    (element_rules.term_once, ("dl",)),
    (element_rules.labelled, ("label",)),
    (element_rules.select_buttons, ("select",)),
    (element_rules.column_spans, ("colgroup",)),
    (table_model.table_model, ("table",)),
    (element_rules.obsolete_ruby, ("rb", "rtc")),
    (element_rules.needless_types, ("script", "style")),
)
_ATTRIBUTE_CHECKS: Final[tuple[tuple[Callable[[Outline], Iterator[Found]], tuple[str, ...]], ...]] = (
    (document_rules.autofocus_once, ("autofocus",)),
    (document_rules.heading_levels, ("headingoffset", "headingreset")),
    (element_rules.server_side_map, ("ismap",)),
    (reference_rules.image_maps, ("usemap", "name")),
    (reference_rules.table_headers, ("headers",)),
    (reference_rules.namespaces, ("xmlns", "xmlns:xlink")),
)


def conformance(document: Document, automaton: Automaton) -> tuple[Finding, ...]:
    """What a page holds that the grammar or the Standard does not allow, in the order of the page; the first `MOST` of each witness."""
    page = Outline(document.events, fragment=document.fragment)
    inside = None if document.container is None else _inside(document.container, document.events, automaton)
    values = tuple(islice(value_findings(document.events, fragment=document.fragment), MOST))
    violations = _untold(validate(document.events, automaton, inside=inside, most=MOST), values)
    found = [*_translated(violations, page), *map(_valued, values), *islice(_checked(page, automaton), MOST)]
    found = [each for each in found if each.rule != "document/lang-missing" or _written(document, each.index)]
    if not found:
        return ()
    lines = Lines(document.page)
    return tuple(sorted((_finding(each, document, lines) for each in found), key=lambda finding: finding.offset))


def _untold(violations: Iterable[Violation], values: Iterable[ValueFinding]) -> Iterator[Violation]:
    """The violations, less what is said of the value of an attribute that is told in more detail."""
    told = {(each.index, each.attribute) for each in values if each.attribute}
    for violation in violations:
        refused = violation.rule in ("attribute-value", "attribute-conflict")
        if not refused or (violation.index, _attribute(violation)) not in told:
            yield violation


def _valued(finding: ValueFinding) -> Found:
    return Found(finding.rule, finding.index, finding.message, rule_of(finding.rule).severity)


def _checked(page: Outline, automaton: Automaton) -> Iterator[Found]:
    for check, names in _CHECKS:
        if any(name in page.named for name in names):
            yield from check(page)
    for check, names in _ATTRIBUTE_CHECKS:
        if any(name in page.having for name in names):
            yield from check(page)
    yield from _times(page, automaton)


def _written(document: Document, index: int) -> bool:
    """Whether the html start tag stands in the page, and is not implied."""
    offset = document.offsets[index]
    return document.page[offset : offset + 5].lower() == "<html"


def _finding(found: Found, document: Document, lines: Lines) -> Finding:
    ended = found.index >= len(document.offsets)
    offset = len(document.page) if ended else document.offsets[found.index]
    line, column = lines.locate(offset)
    return Finding(found.rule, found.message, line, column, offset, found.severity)


# Violations of the grammar --------------------------------------------------------------------------------------------------------------


def _translated(violations: Iterable[Violation], page: Outline) -> Iterator[Found]:
    counted = "headingoffset" in page.having or "headingreset" in page.having
    misplaced: set[int] = set()
    for violation in violations:
        name = _attribute(violation)
        if violation.index in misplaced and violation.rule.startswith("attribute"):
            continue  # of an element that was perhaps read as its namesake in SVG
        if violation.rule in ("element", "element-unknown"):
            if not _leading_style(violation, page):
                misplaced.add(violation.index)
                yield _element(violation, page)
        elif violation.rule == "attribute" and (advice := _advice(violation, page, name)):
            message = f"the attribute '{name}' of <{page.tag(violation.index).name}> is obsolete: {advice}"
            yield Found("obsolete/attribute", violation.index, message, "warning")
        elif violation.rule == "heading" and counted:
            continue  # `document_rules.heading_levels`
        elif violation.rule == "reference" and violation.message.startswith("attribute 'aria-"):
            yield Found("reference/aria", violation.index, violation.message, "warning")
        elif violation.rule == "reference" and violation.expected:
            yield Found("reference/wrong-kind", violation.index, violation.message)
        else:
            yield Found(_rule(violation, name), violation.index, violation.message)


def _attribute(violation: Violation) -> str:
    """The attribute that a violation is about, one that is missing too; of one that is about none, no attribute's name."""
    shown = violation.expected[0] if violation.rule == "attribute-missing" else violation.found.partition("=")[0]
    return shown.strip("'")


def _rule(violation: Violation, name: str) -> str:
    if violation.rule in _ARIA_RULES and (name == "role" or name.startswith("aria-")):
        return _ARIA_RULES[violation.rule]
    return _RULES[violation.rule]


def _element(violation: Violation, page: Outline) -> Found:
    """An element that is obsolete, unknown, or stands where it cannot; what can is said where it is said in a few words."""
    name = page.tag(violation.index).name
    if name in OBSOLETE_ELEMENTS and violation.index not in page.foreign:
        return Found("obsolete/element", violation.index, f"<{name}> is obsolete: {OBSOLETE_ELEMENTS[name]}")
    could = violation.expected
    allowed = f"; what can: {', '.join(could)}" if 0 < len(could) <= _SHOWN else ""
    return Found(_RULES[violation.rule], violation.index, violation.message + allowed)


def _leading_style(violation: Violation, page: Outline) -> bool:
    """4.2.6: a style element may be the first child of an element that takes flow content, which a paragraph tells."""
    index = violation.index
    parent = page.parents[index]
    return page.tag(index).name == "style" and "<p>" in violation.expected and parent >= 0 and next(page.children(parent)) == index


def _advice(violation: Violation, page: Outline, name: str) -> str | None:
    if violation.index in page.foreign:
        return None
    return OBSOLETE_ATTRIBUTES.get(page.tag(violation.index).name, {}).get(name)


# Fragments and times --------------------------------------------------------------------------------------------------------------------


def _inside(container: str, events: tuple[Event, ...], automaton: Automaton) -> tuple[str, ...]:
    """The elements whose content a fragment may be: what it was parsed in, or else what takes its first element."""
    first = next((event for event in events if isinstance(event, StartTag) or (isinstance(event, Text) and event.data.strip())), None)
    if container != "body" or not isinstance(first, StartTag):
        return (container,)
    takers = _takers(automaton, first.name)
    if first.name in METADATA:
        return tuple(name for name in ("head", "body") if name in takers) or ("body",)
    return ("body",) if "body" in takers or not takers else takers


@lru_cache(maxsize=256)
def _takers(automaton: Automaton, name: str) -> tuple[str, ...]:
    """The elements of HTML that an element may begin, `template` aside, which takes nearly all, and `a`, which is one of SVG too."""
    columns = [number + 1 for number in automaton.named(name)]
    starts = {each.names.name: [automaton.rows[form.start] for form in each.forms] for each in automaton.elements}
    taking = (each for each, rows in starts.items() if any(row[column] for row in rows for column in columns))
    return tuple(each for each in taking if each in _TAKERS)


def _times(page: Outline, automaton: Automaton) -> Iterator[Found]:
    """4.5.14: the text of a time element without datetime is the date or time itself."""
    for index in page.all("time"):
        if page.get(index, "datetime") is None:
            value = page.text(index)
            asked = validate((StartTag("time", (("datetime", value),)),), automaton, inside=("p",))
            if any(violation.rule == "attribute-value" for violation in asked):
                message = f"the text of a <time> without 'datetime' must be a date or time, not {value[:60]!r}"
                yield Found("content/time-text", index, message)
