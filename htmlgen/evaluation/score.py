"""Everything known of one page, and one score.

score = balance x cleanness x validity, with
balance   = 1 - faults / tags that need balance, see `htmlgen.evaluation.balance`;
cleanness = (1 + tags) / (1 + tags + errors), the errors being the parse errors of the HTML Standard (`htmlgen.evaluation.document`)
and those of the page's bytes (`htmlgen.evaluation.encoding`); the page itself counts as one tag, so that text alone has a value;
validity  = (1 + tags) / (1 + tags + violations), the violations being the errors that `htmlgen.evaluation.conformance` finds.

All lie in [0, 1]; the score is 1 exactly when neither the parser nor the balance nor the grammar finds an error. A fault that several see
lowers each: they are witnesses who do not know each other. What html5lib says stands beside the score: it follows the Standard of 2020,
and is asked only if wanted, as its answer takes as long as all the rest.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from htmlgen.evaluation.balance import Balance, balance_of
from htmlgen.evaluation.conformance import conformance
from htmlgen.evaluation.document import Document, parse_document
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.fragments import is_fragment
from htmlgen.evaluation.sizes import PAGE_LIMIT, size_of, too_large
from htmlgen.evaluation.tags import scan
from htmlgen.evaluation.telling import told_once
from htmlgen.markup.events import StartTag
from htmlgen.relaxng import Automaton, load_automaton
from htmlgen.relaxng.sources import Origin

_ATTRIBUTES: Final = 1000  # of a tag
_DEPTH: Final = 1000  #: of pages that html5lib is asked about
_MOVED: Final = 50  #: elements for each tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What is known of one page."""

    name: str
    bytes: int
    fragment: bool
    tags: int  #: start and end tags, void ones included
    errors: tuple[Finding, ...]  #: parse errors, in the order of the page
    encoding: tuple[Finding, ...] = ()  #: what is wrong with the page's bytes, warnings among them
    html5lib: tuple[Finding, ...] | None = None  #: what html5lib reports, raw, None if it was not asked; no part of `findings`
    balance: Balance
    violations: tuple[Finding, ...] = ()  #: of the grammar, warnings among them
    page: str = field(repr=False)
    kept: tuple[Finding, ...] | None = None  #: those findings that are to be shown and to count, in order; None is all

    @property
    def well_formed(self) -> bool:
        """Whether the page has no parse error."""
        return not self.errors

    @property
    def cleanness(self) -> float:
        """(1 + tags) / (1 + tags + errors), those of the encoding among them, in (0, 1]."""
        errors = len(self.errors) + sum(finding.severity == "error" for finding in self.encoding)
        return (1 + self.tags) / (1 + self.tags + errors)

    @property
    def validity(self) -> float:
        """(1 + tags) / (1 + tags + violations), in (0, 1]; warnings do not count."""
        errors = sum(finding.severity == "error" for finding in self.violations)
        return (1 + self.tags) / (1 + self.tags + errors)

    @property
    def score(self) -> float:
        """balance x cleanness x validity, in [0, 1]."""
        return self.balance.score * self.cleanness * self.validity

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that are kept, in the order of the page; without more ado, all but those that say again what others say."""
        return told_once(self.every_finding) if self.kept is None else self.kept

    @property
    def every_finding(self) -> tuple[Finding, ...]:
        """What all witnesses found, in the order of the page."""
        found = (*self.encoding, *self.errors, *self.balance.findings, *self.violations)
        return tuple(sorted(found, key=lambda finding: (finding.offset, finding.rule)))

    def to_dict(self) -> dict[str, Any]:
        """For JSON; without the page's text."""
        balance = {name: getattr(self.balance, name) for name in ("score", "tags", "unclosed", "stray", "misnested")}
        names = ("name", "bytes", "fragment", "well_formed", "score", "cleanness", "validity", "tags")
        numbers = {name: getattr(self, name) for name in names}
        findings = [finding.to_dict() for finding in self.findings]
        errors = {"errors": len(self.errors)} | ({} if self.html5lib is None else {"html5lib_errors": len(self.html5lib)})
        return {**numbers, **errors, "balance": balance, "findings": findings}


def evaluate(
    page: str,
    *,
    name: str = "page",
    size: int | None = None,
    fragment: bool | None = None,
    grammar: Origin | None = "html",
    limit: int = PAGE_LIMIT,
) -> Evaluation:
    """Judge one page.

    Args: name, for reports; size, in bytes as it was stored, None for its size in UTF-8; fragment, None to tell by the content; grammar, a
    packaged one by name, a file or a text, None for no conformance; limit, in bytes of UTF-8: a page above it is not read, has the one
    finding `input/too-large`, and no tags.
    Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError.
    """
    stored = size_of(page)
    size = stored if size is None else size
    if stored > limit:
        return _too_large(page, name, size, bool(fragment), limit)
    tags = [*scan(page)]
    fragment = is_fragment(page) if fragment is None else fragment
    lines = Lines(page)
    document = parse_document(page, fragment=fragment, lines=lines)
    counted = [tag for tag in tags if tag.kind != "doctype"]
    return Evaluation(
        name=name,
        bytes=size,
        fragment=fragment,
        tags=len(counted),
        errors=document.errors,
        balance=balance_of(counted, lines, fragment=fragment),
        violations=() if grammar is None else conformance(document, _automaton(grammar)),
        page=page,
    )


def with_html5lib(evaluation: Evaluation) -> Evaluation:
    """The same, with what html5lib reports; it is not asked about what would take it time that grows with the square of a page's length."""
    if evaluation.html5lib is not None:
        return evaluation
    document = parse_document(evaluation.page, fragment=evaluation.fragment)
    if _too_much(document, evaluation.tags):
        message = "html5lib is not asked: elements are nested or crossed, or attributes and errors so many, that it would take too long"
        return replace(evaluation, html5lib=(Finding("input/parser-failure", message, 1, 1, 0),))
    from htmlgen.evaluation.parsing import parse_errors  # html5lib takes as long to import as a small page to judge

    return replace(evaluation, html5lib=parse_errors(evaluation.page, fragment=evaluation.fragment))


def _too_much(document: Document, tags: int) -> bool:
    """Whether html5lib would take time that grows with the square of the page's length."""
    tangled = document.depth > _DEPTH or document.moved > _MOVED * (_DEPTH + tags)
    given_up = any(error.rule.startswith("input/") for error in document.errors)
    return tangled or given_up or any(type(event) is StartTag and len(event.attributes) > _ATTRIBUTES for event in document.events)


def _too_large(page: str, name: str, size: int, fragment: bool, limit: int) -> Evaluation:
    errors = (too_large(page, limit),)
    balance = balance_of((), Lines(""), fragment=fragment)
    return Evaluation(name=name, bytes=size, fragment=fragment, tags=0, errors=errors, html5lib=errors, balance=balance, page=page)


@lru_cache(maxsize=4)
def _automaton(grammar: Origin) -> Automaton:
    return load_automaton(grammar)
