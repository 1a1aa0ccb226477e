"""What a report for people needs of all pages, gathered while they stream by: totals, distributions, and the worst pages."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Final

from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.running.totals import Seen, Totals, adding

SCORE_BINS: Final = 20  # below 1, of equal width; a score of 1 has a bin of its own


@dataclass(slots=True)
class Gathered:
    """Pages in sums; memory does not grow with their number, the worst ones aside."""

    totals: Totals = field(default_factory=Totals)
    scores: Counter[int] = field(default_factory=Counter)  #: pages by score, in bins
    sizes: Counter[int] = field(default_factory=Counter)  #: pages by the bit length of their bytes
    findings: Counter[int] = field(default_factory=Counter)  #: pages by the bit length of their number of findings
    pages_of: Counter[str] = field(default_factory=Counter)  #: pages with a finding of a rule
    severities: dict[str, str] = field(default_factory=dict)  #: of each rule, as found
    worst: list[Evaluation] = field(default_factory=list)

    def add(self, evaluation: Evaluation) -> Evaluation:
        found = evaluation.findings
        self.scores[int(evaluation.score * SCORE_BINS)] += 1
        self.sizes[evaluation.bytes.bit_length()] += 1
        self.findings[len(found).bit_length()] += 1
        self.pages_of.update({finding.rule for finding in found})
        self.severities.update((finding.rule, finding.severity) for finding in found)
        return evaluation


def gather(pages: Iterable[Seen], worst: int) -> Gathered:
    """Args: worst, how many pages are kept, the worst first: by score, then by name; pages without a finding are not."""
    gathered = Gathered()
    seen = map(gathered.add, adding(pages, gathered.totals))
    with_findings = (evaluation for evaluation in seen if evaluation.findings)
    gathered.worst = nsmallest(worst, with_findings, key=lambda evaluation: (evaluation.score, evaluation.name))
    return gathered
