"""Hypothesis strategies for HTML: valid pages and snippets, drawn out of a grammar, without a model.

Laws: what is drawn conforms to its grammar and ends within its budget; a failing example shrinks to a small page that is still valid.
Hypothesis imports this module when it is imported itself, so nothing but Hypothesis is loaded until something is drawn.
"""

from collections.abc import Callable
from os import PathLike
from typing import Any, Final, NewType

from hypothesis import strategies as st

HtmlPage = NewType("HtmlPage", str)  #: what `pages()` draws, for `st.from_type` and for signatures that it reads
HtmlSnippet = NewType("HtmlSnippet", str)  #: what `snippets()` draws

PAGE_TOKENS: Final = 128
SNIPPET_TOKENS: Final = 64


@st.composite
def pages(draw: Callable[[st.SearchStrategy[Any]], Any], grammar: str | PathLike[str] = "page", max_tokens: int = PAGE_TOKENS) -> str:
    """Pages of a grammar, canonical and on one line.

    Args: grammar, a packaged one by name (page, snippet, article, email …) or a `.rnc` file; max_tokens, of a page: a tag, an attribute, a
    letter or a word is one.
    Raises, when something is drawn: GrammarError, for the grammar; BudgetError, naming the least budget.
    """
    from htmlgen.integrations.drawing import drawn, page_guide

    return drawn(draw, page_guide(grammar), max_tokens)


@st.composite
def snippets(
    draw: Callable[[st.SearchStrategy[Any]], Any], kind: str = "", *, like: str = "", skeleton: str = "", max_tokens: int | None = None
) -> str:
    """One element with all that it holds, such as stands in a body; it is told what it shall be as in docs/snippets.md.

    Args: kind, nav, card-list, table …; like, HTML; skeleton, an abbreviation such as ul>li*3>a; max_tokens, of all of it, 64
    or twice the least if not given.
    Raises, when something is drawn: ConfigError, SkeletonError; BudgetError, naming the least budget.
    """
    from htmlgen.integrations.drawing import drawn, snippet_guide
    from htmlgen.shapes import Shape

    guide = snippet_guide(Shape(kind=kind, like=like, skeleton=skeleton))
    return drawn(draw, guide, max(SNIPPET_TOKENS, 2 * guide.least_cost(guide.start())) if max_tokens is None else max_tokens)


def register() -> None:
    """Tells Hypothesis what `HtmlPage` and `HtmlSnippet` are: its entry point."""
    st.register_type_strategy(HtmlPage, pages())
    st.register_type_strategy(HtmlSnippet, snippets())
