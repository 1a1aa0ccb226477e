"""Whatever pages come as → named pages: HTML, soup, files of any form and encoding, one after another.

Law: what cannot be read is told, and the pages after it still come; where there is nobody to tell, it is raised.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from htmlgen.errors import ConfigError, HtmlgenError, InputError
from htmlgen.evaluation.running import inputs

if TYPE_CHECKING:
    from bs4 import Tag

Tell: TypeAlias = Callable[[str], None]
#: HTML or soup, with a name or without one; or a file or folder of pages.
Pages: TypeAlias = "Iterable[str | Tag | tuple[str, str | Tag]] | Path"


class NamedPage(NamedTuple):
    """A page, and what it is called: its file, or `page 1`."""

    name: str
    html: str


def pages_of(pages: "str | Tag | Pages", tell: Tell | None = None) -> Iterator[NamedPage]:
    """Args: pages, see `Pages`; tell, what is given a sentence for each page that cannot be read, None to raise it.

    Raises: InputError, where there is nobody to tell; ConfigError, for pages that are neither text nor soup.
    """
    if isinstance(pages, Path):
        yield from pages_in([str(pages)], tell)
        return
    alone = isinstance(pages, str) or hasattr(pages, "name")  # soup is iterable, too
    for number, page in enumerate([pages] if alone else pages, 1):
        name, html = page if isinstance(page, tuple) else (f"page {number}", page)
        if not isinstance(html, str) and not hasattr(html, "name"):
            raise ConfigError(f"{name}: {type(html).__name__}, where a page is HTML, soup, or a pair of a name and one of these")
        yield NamedPage(name, str(html))


def pages_in(sources: Sequence[str], tell: Tell | None = None) -> Iterator[NamedPage]:
    """The pages of files, folders, globs and `-`, as `htmlgen eval` reads them, and of Parquet files with a column `html`."""
    for source in sources:
        if source.lower().endswith(".parquet"):
            yield from _of_parquet(source, tell)
            continue
        for page in inputs.read_pages([source]):
            if isinstance(page, inputs.UnreadablePage):
                said(page.error, tell)
            else:
                yield NamedPage(page.name, page.text)


def _of_parquet(source: str, tell: Tell | None) -> Iterator[NamedPage]:
    from htmlgen.corpus import pages as corpora  # loads fsspec

    try:
        for page in corpora.read_pages([source]):
            yield NamedPage(page.name, page.html)
    except InputError as error:
        said(error, tell)


def said(error: HtmlgenError, tell: Tell | None) -> None:
    """Tells of an error, or raises it."""
    if tell is None:
        raise error
    tell(str(error))
