"""Everything known of one page, and one score.

score = balance x cleanness x validity, with
balance   = 1 - faults / tags that need balance, see `htmlgen.evaluation.balance`;
cleanness = (1 + tags) / (1 + tags + errors), the errors being the parse errors of the HTML Standard (`htmlgen.evaluation.document`)
and those of the page's bytes (`htmlgen.evaluation.encoding`); the page itself counts as one tag, so that text alone has a value;
validity  = (1 + tags) / (1 + tags + violations), the violations being the errors that `htmlgen.evaluation.conformance.checking` finds.

All lie in [0, 1]; the score is 1 exactly when neither the parser nor the balance nor the grammar finds an error. A fault that several see
lowers each: they are witnesses who do not know each other. Nothing that judges is imported here, so that what is known is soon at hand.
"""

from dataclasses import dataclass, field
from typing import Any

from htmlgen.evaluation.findings import Finding
from htmlgen.evaluation.telling import told_once


@dataclass(frozen=True, slots=True)
class Balance:
    """The faults of a page's tags, and how many tags they are counted against.

    tags: start tags that are not void (and do not close themselves in foreign content), and all end tags.
    """

    tags: int
    unclosed: int
    stray: int
    misnested: int
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> int:
        return self.unclosed + self.stray + self.misnested

    @property
    def score(self) -> float:
        """1 - faults / tags, and 1 without tags: the share of tags without a fault. In [0, 1], since each fault has a tag of its own."""
        return 1 - self.faults / self.tags if self.tags else 1.0


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
