"""Python-Markdown: fenced blocks of the language `htmlgen` become the snippets that they ask for.

    ```htmlgen
    kind: card-list
    n: 3
    seed: 1
    ```

It works wherever Python-Markdown does, as the extension `htmlgen.integrations.markdown`; MkDocs has a plugin for it.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from htmlgen.errors import ConfigError, HtmlgenError
from htmlgen.integrations.wanted import Wanted

_FENCE: Final = re.compile(r"(?P<fence>`{3,}|~{3,})[ ]*(?P<language>[^`\s]*)")
_BEFORE_FENCED_CODE: Final = 27  # which has 25; white space is normalised at 30
_NEW_BLOCKS: Final = ("search",)  # of elements that may begin a snippet, those that Python-Markdown takes for parts of a sentence


class HtmlgenExtension(Extension):
    """Python-Markdown's side: settings, and the preprocessor."""

    def __init__(self, **settings: Any) -> None:
        self.config = {
            "bundle": ["", "folder of a trained model; empty for the one that ships with htmlgen"],
            "place": ["", "what is being written: blocks without a seed stay as they are as long as it, and their number, do"],
        }
        super().__init__(**settings)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802   # Python-Markdown's own name
        md.block_level_elements.extend(name for name in _NEW_BLOCKS if name not in md.block_level_elements)
        md.preprocessors.register(_Blocks(md, self), "htmlgen", _BEFORE_FENCED_CODE)


class _Blocks(Preprocessor):
    """Puts snippets in the place of blocks, before anything else reads them."""

    def __init__(self, md: Markdown, extension: HtmlgenExtension) -> None:
        super().__init__(md)
        self._extension = extension

    def run(self, lines: list[str]) -> list[str]:
        """Raises: ConfigError, with the block's line; HtmlgenError."""
        written: list[str] = []
        number = 0
        for line, language, block in _blocks(lines):
            if language != "htmlgen":
                written += block
                continue
            number += 1
            written += ["", self.md.htmlStash.store(self._html(block[1:-1], line, number)), ""]
        return written

    def _html(self, body: list[str], line: int, number: int) -> str:
        place = self._extension.getConfig("place")
        try:
            return Wanted.of(_options(body)).at(f"{place} {number}").html(self._extension.getConfig("bundle"))
        except HtmlgenError as error:
            raise type(error)(f"{place}{':' if place else 'line '}{line}: htmlgen: {error}") from error


def _blocks(lines: list[str]) -> Iterator[tuple[int, str, list[str]]]:
    """Fenced blocks that are whole, and the lines between them: the number of the first line, the language ('' for none), the lines."""
    at = 0
    while at < len(lines):
        begun = _FENCE.match(lines[at])
        end = None if begun is None else _end(lines, at, begun["fence"])
        if begun is None or end is None:
            yield at + 1, "", [lines[at]]
            at += 1
        else:
            yield at + 1, begun["language"], lines[at : end + 1]
            at = end + 1


def _end(lines: list[str], at: int, fence: str) -> int | None:
    return next((index for index in range(at + 1, len(lines)) if re.fullmatch(rf"{re.escape(fence)}{fence[0]}*\s*", lines[index])), None)


def _options(lines: list[str]) -> dict[str, str]:
    """What the lines of a block say. Raises: ConfigError, for one that is no `name: value`."""
    options: dict[str, str] = {}
    for line in filter(str.strip, lines):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not name or not value:
            raise ConfigError(f"a line of a block is name: value, such as kind: card-list, not {line.strip()!r}")
        options[name] = value
    return options


def makeExtension(**settings: Any) -> HtmlgenExtension:  # noqa: N802   # Python-Markdown's own name
    """What `markdown_extensions: [htmlgen.integrations.markdown]` calls."""
    return HtmlgenExtension(**settings)
