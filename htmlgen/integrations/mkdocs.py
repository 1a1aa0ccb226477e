"""MkDocs: fenced blocks of the language `htmlgen` become snippets, and the built site is judged, if that is wanted."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs.config import base
from mkdocs.config import config_options as c
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin

from htmlgen.errors import HtmlgenError
from htmlgen.integrations.markdown import HtmlgenExtension

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_LOG: Final = logging.getLogger("mkdocs.plugins.htmlgen")
_MOST: Final = 10  # findings of a page that are told one by one


class HtmlgenConfig(base.Config):  # type: ignore[no-untyped-call]
    """Settings below `plugins: - htmlgen:`."""

    bundle = c.Optional(c.Dir(exists=True))
    check = c.Type(bool, default=False)
    ignore = c.ListOfItems(c.Type(str), default=[])
    exclude = c.ListOfItems(c.Type(str), default=[])


class HtmlgenPlugin(BasePlugin[HtmlgenConfig]):  # type: ignore[no-untyped-call]
    """MkDocs' side."""

    def on_config(self, config: "MkDocsConfig") -> "MkDocsConfig":
        self._extension = HtmlgenExtension(bundle=self.config.bundle or "")
        config.markdown_extensions.append(self._extension)  # type: ignore[arg-type]
        return config

    def on_page_markdown(self, markdown: str, *, page: "Page", config: "MkDocsConfig", files: "Files") -> str:
        self._extension.setConfig("place", page.file.src_uri)
        return markdown

    def on_post_build(self, *, config: "MkDocsConfig") -> None:
        """Judges the site. What is found is a warning, so that `mkdocs build --strict` fails of it."""
        if not self.config.check:
            return
        from htmlgen.judged import headline, judged_folder

        pages = faulty = 0
        try:
            for page in judged_folder(Path(config.site_dir), ignore=self.config.ignore, exclude=self.config.exclude):
                pages, faulty = pages + 1, faulty + bool(page.findings)
                name = Path(page.name).relative_to(config.site_dir).as_posix()
                for finding in page.findings[:_MOST]:
                    _LOG.warning("%s:%s", name, headline(finding))
                if (more := len(page.findings) - _MOST) > 0:
                    _LOG.warning("%s: %d more findings; htmlgen eval %s shows them", name, more, page.name)
        except HtmlgenError as error:
            raise PluginError(f"htmlgen: {error}") from error
        _LOG.info("htmlgen judged %d pages; findings in %d", pages, faulty)
