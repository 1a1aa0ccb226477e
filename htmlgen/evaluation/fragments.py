"""Whether a page is a document or a fragment, and the element that a fragment is parsed in."""

from typing import Final

from htmlgen.evaluation.tags import scan

_OF_A_DOCUMENT: Final = frozenset({"", "html", "head", "body", "frameset"})  # "" is a doctype

# 13.2.6.4: the parent that an element needs, for a fragment that begins with it; `body` for all others.
_CONTAINERS: Final = {
    **dict.fromkeys(("td", "th"), "tr"),
    **dict.fromkeys(("tbody", "thead", "tfoot", "caption", "colgroup"), "table"),
    **dict.fromkeys(("option", "optgroup"), "select"),
    "tr": "tbody",
    "col": "colgroup",
}


def is_fragment(page: str) -> bool:
    """Whether a page is a fragment by its content: it has neither a doctype nor a tag of `html`, `head`, `body` or `frameset`."""
    return not any(tag.name in _OF_A_DOCUMENT for tag in scan(page))


def fragment_container(page: str) -> str:
    """The element that a fragment is parsed in, by its first start tag: `tr` for a cell, `tbody` for a row, `body` for most."""
    first = next((tag.name for tag in scan(page) if tag.kind == "start"), "")
    return _CONTAINERS.get(first, "body")
