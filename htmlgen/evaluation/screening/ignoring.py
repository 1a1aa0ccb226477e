"""Comments in a page that say which of its findings do not count.

    <!-- htmlgen-ignore RULE … -->        findings from here to the end of the line that the next tag ends on
    <!-- htmlgen-ignore-start RULE … -->  findings from here to the next `htmlgen-ignore-end`, or to the end of the page
    <!-- htmlgen-ignore-end -->

A RULE is an id or a glob, `aria/*`; what follows `--` in the comment is a reason, for people. A comment counts only where a parser sees a
comment: not within scripts, styles, `textarea`, `title`, or attribute values. A pattern that keeps nothing back is a finding of its own,
`input/unused-ignore`, a warning, as is a comment that names no rule and an end without a start. The first 1,000 comments of a page count.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.selecting import fits
from htmlgen.evaluation.tags import scan

UNUSED: Final = "input/unused-ignore"

_WORD: Final = "htmlgen-ignore"
_MOST: Final = 1000  # comments of a page that count
_COMMENT: Final = re.compile(r"<!--\s*htmlgen-ignore(?P<kind>-start|-end)?(?=\s|-->)(?P<rules>[^<>]*?)-->")
_TAG: Final = re.compile(r"""<(?:[^>"']|"[^"]*"|'[^']*')*+>?""")


@dataclass(slots=True)
class _Ignore:
    """A comment, and what it covers."""

    start: int
    end: int  #: offset of the last place that is covered
    patterns: tuple[str, ...]
    used: set[str] = field(default_factory=set)

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is kept back; if so, its patterns are used."""
        if not self.start <= finding.offset <= self.end:
            return False
        here = {pattern for pattern in self.patterns if fits(finding.rule, (pattern,))}
        self.used |= here
        return bool(here)


def without_ignored(findings: tuple[Finding, ...], page: str) -> tuple[Finding, ...]:
    """The findings of a page that its comments do not keep back, and those on the comments themselves, in the order of the page."""
    if _WORD not in page:
        return findings
    lines = Lines(page)
    ignores, faults = _ignores(page, lines)
    kept = [finding for finding in findings if not [ignore for ignore in ignores if ignore.covers(finding)]]
    faults += [
        _fault(lines, ignore.start, f"{pattern} keeps nothing back; take it out")
        for ignore in ignores
        for pattern in ignore.patterns
        if pattern not in ignore.used
    ]
    return tuple(sorted([*kept, *faults], key=lambda finding: finding.offset))


def _ignores(page: str, lines: Lines) -> tuple[list[_Ignore], list[Finding]]:
    """What the comments of a page cover, and what is wrong with them."""
    ignores: list[_Ignore] = []
    faults: list[Finding] = []
    opened: list[_Ignore] = []
    for comment, next_tag in _comments(page)[:_MOST]:
        patterns = tuple(dict.fromkeys(comment["rules"].partition("--")[0].split()))
        if comment["kind"] == "-end":
            if not opened:
                faults.append(_fault(lines, comment.start(), "an end without a start; take it out"))
            for ignore in opened:
                ignore.end = comment.start()
            opened = []
        elif not patterns:
            faults.append(_fault(lines, comment.start(), "names no rule; write the rules to ignore, or * for all"))
        elif comment["kind"] == "-start":
            opened.append(_Ignore(comment.start(), len(page), patterns))
            ignores += opened[-1:]
        else:
            ignores.append(_Ignore(comment.start(), _line_end(next_tag, lines), patterns))
    return ignores, faults


def _comments(page: str) -> list[tuple[re.Match[str], int]]:
    """The comments that a parser sees as such, those where a tag in their place would be a tag; and where the tag after each ends."""
    found = {match.start(): match for match in _COMMENT.finditer(page)}
    probed = _COMMENT.sub(lambda match: f"<{_WORD}>".ljust(len(match[0])), page) if found else ""
    comments: list[tuple[re.Match[str], int]] = []
    next_tag = following = len(page)
    for offset in reversed([tag.offset for tag in scan(probed)]):
        if offset in found:
            comments.append((found[offset], next_tag))
        else:
            tag = _TAG.match(page, offset, following)
            next_tag = tag.end() - 1 if tag else offset
        following = offset
    return comments[::-1]


def _line_end(offset: int, lines: Lines) -> int:
    """The last offset of the line that an offset is in; of the page's last line, the length of the page."""
    line, _ = lines.locate(offset)
    return lines.starts[line] - 1 if line < len(lines.starts) else lines.length


def _fault(lines: Lines, offset: int, message: str) -> Finding:
    return Finding(UNUSED, f"{_WORD}: {message}", *lines.locate(offset), offset, "warning")

