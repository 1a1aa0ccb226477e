"""How large a page is, and may be."""

from typing import Final

from htmlgen.evaluation.findings import Finding

PAGE_LIMIT: Final = 20_000_000  #: bytes


def size_of(page: str) -> int:
    """Bytes of a page in UTF-8; a lone surrogate counts as three."""
    return len(page) if page.isascii() else len(page.encode("utf-8", "surrogatepass"))


def too_large(page: str, limit: int) -> Finding:
    """What is said of a page above the limit, in bytes."""
    message = f"the page has {size_of(page):,} bytes, above the limit of {limit:,}: not parsed; split it or raise the limit"
    return Finding("input/too-large", message, 1, 1, 0)
