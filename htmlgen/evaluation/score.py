"""A page judged: what the parser, the balance of its tags and the grammar find, as one `Evaluation`.

What html5lib says stands beside the score: it follows the Standard of 2020, and is asked only if wanted, as its answer takes as long as
all the rest.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from htmlgen.evaluation.balance import balance_of
from htmlgen.evaluation.conformance.checking import conformance
from htmlgen.evaluation.document import Document, parse_document
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.fragments import is_fragment
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.sizes import PAGE_LIMIT, size_of, too_large
from htmlgen.evaluation.tags import scan
from htmlgen.markup.events import StartTag
from htmlgen.relaxng import Automaton, load_automaton
from htmlgen.relaxng.sources import Origin

_ATTRIBUTES: Final = 1000  # of a tag
_DEPTH: Final = 1000  #: of pages that html5lib is asked about
_MOVED: Final = 50  #: elements for each tag


def evaluate(
    page: str,
    *,
    name: str = "page",
    size: int | None = None,
    fragment: bool | None = None,
    grammar: Origin | Automaton | None = "html",
    limit: int = PAGE_LIMIT,
) -> Evaluation:
    """Judge one page.

    Args: name, for reports; size, in bytes as it was stored, None for its size in UTF-8; fragment, None to tell by the content; grammar, a
    packaged one by name, a file or a text, or its automaton, None for no conformance; limit, in bytes of UTF-8: a page above it is not
    read, has the one finding `input/too-large`, and no tags.
    Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError.
    """
    stored = size_of(page)
    size = stored if size is None else size
    if stored > limit:
        return _too_large(page, name, size, bool(fragment), limit)
    tags = [*scan(page)]
    fragment = is_fragment(page) if fragment is None else fragment
    lines = Lines(page)
    document = parse_document(page, fragment=fragment, lines=lines)
    counted = [tag for tag in tags if tag.kind != "doctype"]
    return Evaluation(
        name=name,
        bytes=size,
        fragment=fragment,
        tags=len(counted),
        errors=document.errors,
        balance=balance_of(counted, lines, fragment=fragment),
        violations=() if grammar is None else conformance(document, grammar if isinstance(grammar, Automaton) else _automaton(grammar)),
        page=page,
    )


def with_html5lib(evaluation: Evaluation) -> Evaluation:
    """The same, with what html5lib reports; it is not asked about what would take it time that grows with the square of a page's length."""
    if evaluation.html5lib is not None:
        return evaluation
    document = parse_document(evaluation.page, fragment=evaluation.fragment)
    if _too_much(document, evaluation.tags):
        message = "html5lib is not asked: elements are nested or crossed, or attributes and errors so many, that it would take too long"
        return replace(evaluation, html5lib=(Finding("input/parser-failure", message, 1, 1, 0),))
    from htmlgen.evaluation.parsing import parse_errors  # html5lib takes as long to import as a small page to judge

    return replace(evaluation, html5lib=parse_errors(evaluation.page, fragment=evaluation.fragment))


def _too_much(document: Document, tags: int) -> bool:
    """Whether html5lib would take time that grows with the square of the page's length."""
    tangled = document.depth > _DEPTH or document.moved > _MOVED * (_DEPTH + tags)
    given_up = any(error.rule.startswith("input/") for error in document.errors)
    return tangled or given_up or any(type(event) is StartTag and len(event.attributes) > _ATTRIBUTES for event in document.events)


def _too_large(page: str, name: str, size: int, fragment: bool, limit: int) -> Evaluation:
    errors = (too_large(page, limit),)
    balance = balance_of((), Lines(""), fragment=fragment)
    return Evaluation(name=name, bytes=size, fragment=fragment, tags=0, errors=errors, html5lib=errors, balance=balance, page=page)


@lru_cache(maxsize=4)
def _automaton(grammar: Origin) -> Automaton:
    return load_automaton(grammar)
