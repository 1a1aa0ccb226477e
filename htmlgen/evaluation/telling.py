"""One mistake is told once, though several witnesses see it.

What the balance of tags says of a tag is left out where the parser speaks of that tag: at its place, or naming the place where it begins.
It counts in the score all the same.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from htmlgen.evaluation.findings import Finding
from htmlgen.evaluation.selecting import fits

_BEGINS: Final = re.compile(r"\(it begins in line (\d+), column (\d+)\)$")


def told_once(findings: Sequence[Finding], asked: Iterable[str] = ()) -> tuple[Finding, ...]:
    """The findings of a page, without those of balance that its parse errors tell. Args: asked, patterns of rules that stay."""
    again = [each for each in findings if each.rule.startswith("balance/") and not fits(each.rule, asked)]
    if not again:
        return tuple(findings)
    told = {place for finding in findings if finding.rule.startswith("syntax/") for place in _places(finding)}
    left_out = {id(each) for each in again if (each.line, each.column) in told}
    return tuple(each for each in findings if id(each) not in left_out)


def _places(error: Finding) -> list[tuple[int, int]]:
    """Where a parse error stands, and where the element begins that it speaks of."""
    begins = _BEGINS.search(error.message)
    return [(error.line, error.column), *([(int(begins[1]), int(begins[2]))] if begins else [])]
