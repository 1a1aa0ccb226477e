"""Which findings of an evaluation are kept: not those that the page's comments keep back, nor those that are not selected, nor known ones.

The score is of all that was found: to ignore a fault does not mend it.
"""

from dataclasses import dataclass, field, replace

from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.screening.baseline import Baseline, Recording
from htmlgen.evaluation.screening.ignoring import without_ignored
from htmlgen.evaluation.selecting import Selection
from htmlgen.evaluation.telling import told_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What keeps findings back."""

    selection: Selection = field(default_factory=Selection)
    baseline: Baseline | None = None  #: of known findings
    recording: Recording | None = None  #: where what is kept becomes known
    asked: tuple[str, ...] = ()  #: patterns of rules of which every finding is wanted, told by others or not

    def kept(self, evaluation: Evaluation, path: str) -> Evaluation:
        """An evaluation with the findings that are kept. Args: path, of the page's file."""
        findings = told_once(self.selection.kept(without_ignored(evaluation.every_finding, evaluation.page), path), self.asked)
        if self.recording:
            self.recording.add(findings, evaluation.page, path)
            findings = ()
        if self.baseline:
            findings = self.baseline.new(findings, evaluation.page, path)
        return replace(evaluation, kept=findings)
