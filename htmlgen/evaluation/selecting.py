"""Which findings count, and how gravely: by rule, and by rule and path.

A pattern of rules is a glob, `aria/*`, or a rule's id; a pattern of paths is a line of a .gitignore file, relative to a folder.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from htmlgen.evaluation.findings import Finding

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

Level: TypeAlias = Literal["error", "warning", "off"]

LEVELS: Final = ("error", "warning", "off")
ENDS: Final = ("error", "warning", "never")  # of `Failing.on`, beside rules


def fits(rule: str, patterns: Iterable[str]) -> bool:
    """Whether a rule is among those that the patterns mean."""
    return any(fnmatchcase(rule, pattern) for pattern in patterns)


class Paths:
    """Paths that fit patterns as of a .gitignore file, relative to a folder. A path outside of it fits none."""

    def __init__(self, patterns: Sequence[str], folder: Path) -> None:
        self.folder = folder.resolve()
        self._patterns = patterns

    @cached_property
    def _spec(self) -> "GitIgnoreSpec":
        from pathspec import GitIgnoreSpec  # here, as a page that is named is asked about nothing

        return GitIgnoreSpec.from_lines(self._patterns)

    def fit(self, path: str | Path) -> bool:
        """Whether a path, relative to the current folder, fits a pattern, or lies in a folder that does."""
        return bool(self._patterns) and (inside := relative(path, self.folder)) is not None and self._spec.match_file(inside)


def relative(path: str | Path, folder: Path) -> str | None:
    """A path from a folder on, with slashes; None where it lies elsewhere. Links are taken as they are named."""
    # Strings, as pathlib takes as long for this as reading a page does.
    whole = os.path.normpath(os.path.join(os.getcwd(), path))  # noqa: PTH109, PTH118
    start = os.path.join(folder, "")  # noqa: PTH118
    if not os.path.normcase(whole + os.sep).startswith(os.path.normcase(start)):
        return None
    return whole[len(start) :].replace(os.sep, "/") or "."


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a user wants to hear of.

    select: patterns of the rules that count, none for all; ignore: of those that do not; levels: what a rule's findings are, by
    pattern, the last that fits; by_path: patterns of rules that do not count, by pattern of path; folder: that paths are relative to.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    levels: Mapping[str, Level] = field(default_factory=dict)
    by_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folder: Path = field(default_factory=Path.cwd)

    def kept(self, findings: Iterable[Finding], path: str) -> tuple[Finding, ...]:
        """The findings of the page at a path that count, each with the severity that it is to have."""
        ignored = [pattern for paths, rules in self._paths if paths.fit(path) for pattern in rules]
        if ignored:
            findings = [finding for finding in findings if not fits(finding.rule, ignored)]
        levelled = [(finding, self._level(finding)) for finding in findings]
        return tuple(
            [finding if level == finding.severity else replace(finding, severity=level) for finding, level in levelled if level != "off"]
        )

    def _level(self, finding: Finding) -> Level:
        if finding.rule not in self._known:
            self._known[finding.rule] = self._level_of(finding.rule)
        return self._known[finding.rule] or finding.severity

    def _level_of(self, rule: str) -> Level | None:
        if (self.select and not fits(rule, self.select)) or fits(rule, self.ignore):
            return "off"
        return next((level for pattern, level in reversed(tuple(self.levels.items())) if fnmatchcase(rule, pattern)), None)

    @cached_property
    def _known(self) -> dict[str, Level | None]:
        return {}

    @cached_property
    def _paths(self) -> list[tuple[Paths, tuple[str, ...]]]:
        return [(Paths([pattern], self.folder), rules) for pattern, rules in self.by_path.items()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """What makes a run fail. on: `error`, `warning` (errors too), `never`, or patterns of rules; min_score: of a page, None for any."""

    on: tuple[str, ...] = ("error",)
    min_score: float | None = None

    def fails(self, findings: Iterable[Finding], score: float) -> bool:
        """Whether a page with these findings, and this score, fails."""
        below = self.min_score is not None and score < self.min_score
        return below or ("never" not in self.on and any(self._counts(finding) for finding in findings))

    def _counts(self, finding: Finding) -> bool:
        return finding.severity in self.on or "warning" in self.on or fits(finding.rule, self.on)
