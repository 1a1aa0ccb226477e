"""What makes a finding the same finding after the page has been edited elsewhere: its rule, its page, and the source around it.

The source is what stands in the finding's line, from at most 40 characters before its place to at most 80 after it, white space
collapsed; so a finding keeps its fingerprint when lines come or go around it, or are indented. Alike findings of a page have one
fingerprint, and are told apart by their number.
"""

from hashlib import sha256
from typing import Final

from htmlgen.evaluation.findings import Finding

_BEFORE: Final = 40  # characters
_AFTER: Final = 80


def context(finding: Finding, page: str) -> str:
    """The source around a finding, white space collapsed."""
    first = max(0, finding.offset - _BEFORE)
    before = page[first : finding.offset].splitlines(keepends=True)
    after = page[finding.offset : finding.offset + _AFTER].splitlines()
    begun = before[-1] if before and not before[-1].endswith(("\n", "\r")) else ""
    return " ".join((begun + (after[0] if after else "")).split())


def fingerprint(finding: Finding, page: str, path: str) -> str:
    """16 hexadecimal digits. Args: page, its text; path, by which it is known, with slashes."""
    whole = "\0".join((finding.rule, path, context(finding, page)))
    return sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]
