"""Sums over the pages of a report, gathered while they stream by."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from htmlgen.evaluation.result import Evaluation

if TYPE_CHECKING:
    from htmlgen.evaluation.running.comparing import Comparison
    from htmlgen.evaluation.running.inputs import UnreadablePage

#: What a report is written of.
Seen: TypeAlias = "Evaluation | UnreadablePage"

#: What compares the pages, once all are judged; None where there is nothing to compare them with.
Compared: TypeAlias = "Callable[[], Comparison] | None"


@dataclass(slots=True)
class Totals:
    """Sums over the pages of a report; `mean_score` is 1 without pages."""

    pages: int = 0
    well_formed: int = 0
    without_errors: int = 0
    without_findings: int = 0
    bytes: int = 0
    errors: int = 0  #: findings of that severity
    warnings: int = 0
    mean_score: float = 1.0
    rules: Counter[str] = field(default_factory=Counter)  #: findings of each rule
    unreadable: dict[str, str] = field(default_factory=dict)  #: what could not be judged, and why, by name

    def add(self, evaluation: Evaluation) -> None:
        findings = evaluation.findings
        errors = sum(finding.severity == "error" for finding in findings)
        self.pages += 1
        self.well_formed += evaluation.well_formed
        self.without_errors += not errors
        self.without_findings += not findings
        self.bytes += evaluation.bytes
        self.errors += errors
        self.warnings += len(findings) - errors
        self.mean_score += (evaluation.score - self.mean_score) / self.pages
        self.rules.update(finding.rule for finding in findings)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; the most frequent rules first."""
        return {**{name: getattr(self, name) for name in self.__slots__}, "rules": dict(self.rules.most_common())}

    def __str__(self) -> str:
        found = f"{counted(self.errors, 'error')}, {counted(self.warnings, 'warning')}"
        unread = f"; {counted(len(self.unreadable), 'source')} not judged" if self.unreadable else ""
        return f"{self.without_errors:,} of {counted(self.pages, 'page')} without errors; {found}; mean score {self.mean_score:.3f}{unread}"


def adding(pages: Iterable[Seen], totals: Totals) -> Iterator[Evaluation]:
    """The evaluations, each added to the totals as it passes; what could not be read goes there alone."""
    for page in pages:
        if isinstance(page, Evaluation):
            totals.add(page)
            yield page
        else:
            totals.unreadable[page.name] = str(page.error)


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """What nested mappings hold, by path: `{"a": {"b": 1}}` is `a.b`. Lists are left out: they are of single pages."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        elif not isinstance(value, list):
            yield f"{prefix}{name}", value


def counted(number: int, noun: str) -> str:
    """`1 page`, `1,200 pages`."""
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"
