"""pytest: generated pages and snippets as fixtures, and `assert_valid_html`. Nothing is loaded until a test asks for one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias
from zlib import crc32

import pytest

from htmlgen.testing import assert_valid_html as _assert_valid_html

if TYPE_CHECKING:
    from htmlgen.pages import Generator, Page

PagesOf: TypeAlias = "Callable[..., list[Page]]"
SnippetOf: TypeAlias = "Callable[..., Page]"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings, in the file that has those of pytest."""
    parser.addini("htmlgen_bundle", "folder of the model that writes pages; that of the package if empty", default="")
    parser.addini("htmlgen_grammar", "grammar of pages: page, email, a .rnc file …", default="page")
    parser.addini("htmlgen_max_tokens", "tokens of a page, at most", default="128")
    parser.addini("htmlgen_seed", "another number gives other pages to every test", default="0")
    parser.addini("htmlgen_ignore", "rules that assert_valid_html does not count, ids or globs, one a line", type="linelist", default=[])


@pytest.fixture(scope="session")
def htmlgen_generator(pytestconfig: pytest.Config) -> "Generator":
    """The generator of the settings, loaded once a session."""
    from htmlgen.pages import Generator

    bundle, grammar = pytestconfig.getini("htmlgen_bundle") or None, pytestconfig.getini("htmlgen_grammar")
    return Generator.load(bundle, grammar=grammar, threads=1)  # tests may run side by side


@pytest.fixture
def htmlgen_seed(request: pytest.FixtureRequest) -> int:
    """The seed of a test's first page: by the test's name and `htmlgen_seed`, so that a test sees the same pages whenever it is run."""
    return crc32(f"{request.config.getini('htmlgen_seed')} {request.node.nodeid}".encode())


@pytest.fixture
def htmlgen_pages(htmlgen_generator: "Generator", htmlgen_seed: int, pytestconfig: pytest.Config) -> PagesOf:
    """`htmlgen_pages(n, seed=…, max_tokens=…, prompt=…, control=…)`: a list of pages; see `Generator.pages`."""
    most = _whole(pytestconfig, "htmlgen_max_tokens")

    def pages(n: int, **options: Any) -> "list[Page]":
        budget = {} if "control" in options and options["control"].length else {"max_tokens": most}
        return [*htmlgen_generator.pages(n, **{"seed": htmlgen_seed, **budget, **options})]

    return pages


@pytest.fixture
def htmlgen_page(htmlgen_pages: PagesOf) -> "Page":
    """A page."""
    return htmlgen_pages(1)[0]


@pytest.fixture
def htmlgen_snippet(htmlgen_generator: "Generator", htmlgen_seed: int) -> SnippetOf:
    """`htmlgen_snippet("table", seed=…)`: a snippet of a kind, on a skeleton, like an example; see `Generator.snippet`."""

    def snippet(kind: str | None = None, **options: Any) -> "Page":
        return htmlgen_generator.snippet(kind, **{"seed": htmlgen_seed, **options})

    return snippet


@pytest.fixture
def assert_valid_html(pytestconfig: pytest.Config) -> Callable[..., None]:
    """`htmlgen.testing.assert_valid_html`, which leaves out what `htmlgen_ignore` names, too."""
    ignored = pytestconfig.getini("htmlgen_ignore")

    def check(html: Any, *, ignore: tuple[str, ...] | list[str] | str = (), **options: Any) -> None:
        __tracebackhide__ = True
        _assert_valid_html(html, ignore=[*ignored, *([ignore] if isinstance(ignore, str) else ignore)], **options)

    return check


def _whole(config: pytest.Config, name: str) -> int:
    """Raises: UsageError, for what is no number."""
    value = config.getini(name)
    if not str(value).isdecimal():
        raise pytest.UsageError(f"{name} must be a whole number, got {value!r}")
    return int(value)
