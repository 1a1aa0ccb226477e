"""PAGE → STRUCTURE by turbohtml's parser (extra `fast`), for pages by the million. It judges nothing.

Pages are cleaned as by `page_structure`, but what is cleaned is not written and read again, and turbohtml follows today's Standard where
html5lib follows that of 2020: pages whose trees HTML cannot spell, and unclosed elements in a `template`, may count otherwise.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from htmlgen.corpus.cleaning import clean
from htmlgen.corpus.pages import Page
from htmlgen.errors import MissingExtraError
from htmlgen.evaluation.likeness.structure import Structure, structure_of
from htmlgen.markup.canonical import collapse
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.markup.reader import container_of, is_fragment

try:
    import turbohtml
except ImportError as error:
    raise MissingExtraError("--parser fast needs turbohtml: pip install 'htmlgen[fast]'") from error

#: What reports call the parser.
PARSER: Final = f"turbohtml {turbohtml.__version__}"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def fast_structure(page: str) -> Structure | None:
    """The structure of a page's text; None where nothing of it is left after cleaning."""
    return _structure(page, "")


def fast_structure_of(page: Page) -> Structure | None:
    """The same of a page of a corpus, with its site."""
    return _structure(page.html, page.site)


def _structure(page: str, site: str) -> Structure | None:
    kept, _ = clean(collapse(fast_events(page)))
    events = collapse(kept)
    return structure_of(events, site=site) if events else None


def fast_events(page: str) -> Iterator[Event]:
    """The events of a page, as turbohtml reads it; without comments. Iteratively, as pages may be deeper than Python's stack."""
    page = _SURROGATES.sub("\ufffd", page.lstrip("\ufeff"))
    root: Any
    if is_fragment(page):
        root = turbohtml.parse_fragment(page, container_of(page), positions=False)
    else:
        root = turbohtml.parse(page, positions=False)
    pending: list[Any] = [*reversed(root.children)]
    while pending:
        node = pending.pop()
        if isinstance(node, EndTag):
            yield node
        elif isinstance(node, turbohtml.Element):
            yield StartTag(node.tag, tuple(_attributes(node)))
            if node.tag not in VOID_IN_PARSER:
                pending += (EndTag(node.tag), *reversed(node.children))
        elif isinstance(node, turbohtml.Text):
            yield Text(node.data)
        elif isinstance(node, turbohtml.Doctype):
            yield Doctype()


def _attributes(node: Any) -> Iterator[tuple[str, str]]:
    """Attributes of words, such as `class`, come as lists."""
    for name, value in node.attrs.items():
        yield name, " ".join(value) if isinstance(value, list) else value or ""
