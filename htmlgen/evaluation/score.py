"""Everything known of one page, and one score.

score = balance x cleanness x validity, with
balance   = 1 - faults / tags that need balance, see `htmlgen.evaluation.balance`;
cleanness = (1 + tags) / (1 + tags + errors), the errors being html5lib's; the page itself counts as one tag, so that text alone has a
value;
validity  = (1 + tags) / (1 + tags + violations), the violations being the errors that `htmlgen.evaluation.conformance` finds.

All lie in [0, 1]; the score is 1 exactly when neither html5lib nor the balance nor the grammar finds an error. A fault that several see
lowers each: they are witnesses who do not know each other.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from htmlgen.evaluation.balance import Balance, balance_of
from htmlgen.evaluation.conformance import conformance
from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.parsing import PAGE_LIMIT, is_fragment, parse_errors, size_of
from htmlgen.evaluation.tags import scan
from htmlgen.relaxng import Automaton, load_automaton
from htmlgen.relaxng.sources import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What is known of one page."""

    name: str
    bytes: int
    fragment: bool
    tags: int  #: start and end tags, void ones included
    errors: tuple[Finding, ...]  #: html5lib's, in the order it noticed them
    balance: Balance
    violations: tuple[Finding, ...] = ()  #: of the grammar, warnings among them
    page: str = field(repr=False)
    kept: tuple[Finding, ...] | None = None  #: those findings that are to be shown and to count, in order; None is all

    @property
    def well_formed(self) -> bool:
        """Whether html5lib reports no error."""
        return not self.errors

    @property
    def cleanness(self) -> float:
        """(1 + tags) / (1 + tags + errors), in (0, 1]."""
        return (1 + self.tags) / (1 + self.tags + len(self.errors))

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
        """All findings that are kept, in the order of the page."""
        if self.kept is not None:
            return self.kept
        return tuple(sorted((*self.errors, *self.balance.findings, *self.violations), key=lambda finding: (finding.offset, finding.rule)))

    def to_dict(self) -> dict[str, Any]:
        """For JSON; without the page's text."""
        balance = {name: getattr(self.balance, name) for name in ("score", "tags", "unclosed", "stray", "misnested")}
        names = ("name", "bytes", "fragment", "well_formed", "score", "cleanness", "validity", "tags")
        numbers = {name: getattr(self, name) for name in names}
        findings = [finding.to_dict() for finding in self.findings]
        return {**numbers, "errors": len(self.errors), "balance": balance, "findings": findings}


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
    size = size_of(page) if size is None else size
    if fragment is None:
        fragment = is_fragment(page)
    errors = parse_errors(page, fragment=fragment, limit=limit)
    tags = [] if size_of(page) > limit else [tag for tag in scan(page) if tag.kind != "doctype"]
    balance = balance_of(tags, Lines(page), fragment=fragment)
    violations = _violations(page, fragment, grammar) if grammar is not None and size_of(page) <= limit else ()
    return Evaluation(
        name=name, bytes=size, fragment=fragment, tags=len(tags), errors=errors, balance=balance, violations=violations, page=page
    )


def _violations(page: str, fragment: bool, grammar: Origin) -> tuple[Finding, ...]:
    return conformance(parse_document(page, fragment=fragment), _automaton(grammar))


@lru_cache(maxsize=4)
def _automaton(grammar: Origin) -> Automaton:
    return load_automaton(grammar)
