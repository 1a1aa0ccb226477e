"""htmlgen writes realistic HTML that is valid by construction, and judges any HTML.

    from htmlgen import Generator, evaluate

    for page in Generator.load().pages(10, seed=7):
        print(evaluate(page.html).score)

The rooms, in the order in which they may import one another:

    errors, config   what can go wrong; settings
    markup           page ⇄ events
    relaxng          grammar → automaton
    tokens           events ⇄ ids
    decoding         logits + rules → ids
    runtime          bundles and the sessions that run them
    corpus           pages of others, read, cleaned, split
    models           ids → logits: layers, training, export (extra `train`)
    evaluation       pages → numbers
    dressing         words, targets, pictures and style of generated pages
    mutating         faults, planted and listed
    control          what pages shall be
    shapes           what snippets shall be: of a kind, like an example, on a skeleton
    grammar          grammars to be asked
    filling          holes in layouts, and what is valid in them
    pages            the library's face
    autoencoding     components ⇄ codes, and what vectors are good for
    testing          for tests: pages asserted to be valid
    integrations     plugins: pytest, Jinja2, MkDocs, Sphinx, Faker
    strategies       Hypothesis draws pages
    cli              the command line
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from htmlgen.errors import HtmlgenError

if TYPE_CHECKING:
    from htmlgen.autoencoding.autoencoder import Autoencoder
    from htmlgen.control import Control
    from htmlgen.evaluation.result import Evaluation
    from htmlgen.grammar import Grammar
    from htmlgen.markup.reader import read
    from htmlgen.markup.writer import write
    from htmlgen.pages import Generator, Page, evaluate

__version__ = "0.1.0"

_HOMES = {
    "Autoencoder": "htmlgen.autoencoding.autoencoder",
    "Control": "htmlgen.control",
    "Evaluation": "htmlgen.evaluation.result",
    "Generator": "htmlgen.pages",
    "Grammar": "htmlgen.grammar",
    "Page": "htmlgen.pages",
    "evaluate": "htmlgen.pages",
    "read": "htmlgen.markup.reader",
    "write": "htmlgen.markup.writer",
}

__all__ = [
    "Autoencoder", "Control", "Evaluation", "Generator", "Grammar", "HtmlgenError", "Page", "__version__", "evaluate", "read", "write",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module 'htmlgen' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
