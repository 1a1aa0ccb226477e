"""Jinja2: `{% htmlgen "card-list", n=3, seed=1 %}`, and a function `htmlgen` that returns the same as `Markup`.

    environment = jinja2.Environment(extensions=["htmlgen.integrations.jinja.HtmlgenExtension"])
    environment.htmlgen_bundle = "mysite.bundle"    # if it is not the one that ships with the package
"""

from typing import Any, Final, cast

from jinja2 import Environment, TemplateRuntimeError, nodes, pass_context
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from markupsafe import Markup

from htmlgen.errors import HtmlgenError
from htmlgen.integrations.wanted import Wanted

_TAG: Final = "htmlgen"


class HtmlgenExtension(Extension):
    """The tag and the function. Without a seed, a tag writes the same until its template's name or its own line changes."""

    tags = {_TAG}  # noqa: RUF012   # Jinja2's own declaration

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.extend(htmlgen_bundle=None)
        environment.globals[_TAG] = self._called

    def parse(self, parser: Parser) -> nodes.Node:
        """Reads `htmlgen [kind] [, name=value …]`. Raises: TemplateSyntaxError."""
        line = next(parser.stream).lineno
        arguments, options = list[nodes.Expr](), list[nodes.Keyword]()
        while parser.stream.current.type != "block_end":
            if arguments or options:
                parser.stream.expect("comma")
            if parser.stream.current.type == "name" and parser.stream.look().type == "assign":
                name = next(parser.stream).value
                next(parser.stream)
                options.append(nodes.Keyword(name, parser.parse_expression(), lineno=line))
            elif arguments or options:
                parser.fail("htmlgen takes a kind and then name=value, as in {% htmlgen 'card-list', n=3, seed=1 %}", line)
            else:
                arguments.append(parser.parse_expression())
        place = nodes.Const(f":{line}")
        call = self.call_method("_tagged", [nodes.ContextReference(), place, *arguments], options, lineno=line)
        return nodes.Output([call], lineno=line)

    def _tagged(self, context: Context, place: str, kind: str = "", **options: Any) -> Markup:
        return self._written(f"{context.name}{place}", kind, options)

    @pass_context
    def _called(self, context: Context, kind: str = "", **options: Any) -> Markup:
        return self._written(f"{context.name} {kind} {sorted(options.items())}", kind, options)

    def _written(self, place: str, kind: str, options: dict[str, Any]) -> Markup:
        """Raises: TemplateRuntimeError, with the template and its line."""
        bundle = cast("str | None", self.environment.htmlgen_bundle)  # type: ignore[attr-defined]
        try:
            return Markup(Wanted.of({"kind": kind, **options}).at(place).html(bundle))
        except HtmlgenError as error:
            raise TemplateRuntimeError(f"{place}: {error}") from error
