"""Sphinx: a directive, `.. htmlgen:: card-list`, whose snippets stand in the pages of HTML builders.

    extensions = ["htmlgen.integrations.sphinx"]
    htmlgen_bundle = "mysite.bundle"    # if it is not the one that ships with htmlgen
"""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

import htmlgen
from htmlgen.errors import HtmlgenError
from htmlgen.integrations.wanted import Wanted


class HtmlgenDirective(SphinxDirective):
    """The kind is the argument; what the directive holds, if it holds something, is an example of what snippets shall be like."""

    optional_arguments = 1
    has_content = True
    option_spec: ClassVar[Any] = dict.fromkeys(("n", "seed", "tokens", "skeleton"), directives.unchanged_required)

    def run(self) -> list[nodes.Node]:
        """Raises: DirectiveError, with the document's name and line."""
        place = f"{self.env.docname} {self.env.new_serialno('htmlgen')}"
        asked = {**self.options, "kind": "".join(self.arguments), "like": "\n".join(self.content)}
        try:
            html = Wanted.of(asked).at(place).html(self.config.htmlgen_bundle or None)
        except HtmlgenError as error:
            raise self.error(f"htmlgen: {error}") from error
        return [nodes.raw("", html, format="html")]


def setup(app: Sphinx) -> ExtensionMetadata:
    """What Sphinx calls."""
    app.add_config_value("htmlgen_bundle", None, "env", types=frozenset({str}))
    app.add_directive("htmlgen", HtmlgenDirective)
    return {"version": htmlgen.__version__, "parallel_read_safe": True, "parallel_write_safe": True}
