"""Grammars for programs: loaded by name, asked which pages are theirs, and what may follow a beginning."""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from htmlgen.relaxng import Automaton, Violation, load_automaton, validate
from htmlgen.relaxng.sources import packaged_names
from htmlgen.shapes import kind_automaton, snippet_kinds

if TYPE_CHECKING:
    from htmlgen.decoding.explaining import Answer


@dataclass(frozen=True)
class Grammar:
    """A grammar of pages, ready to be asked. `Grammar.load("page")`, or of a kind of snippets, `Grammar.of_kind("nav")`."""

    automaton: Automaton

    @classmethod
    def load(cls, source: str | PathLike[str]) -> "Grammar":
        """Args: source, the name of a packaged grammar, a `.rnc` file, or a grammar's text. Raises: GrammarError."""
        return cls(load_automaton(source if isinstance(source, str) else Path(source)))

    @classmethod
    def of_kind(cls, kind: str) -> "Grammar":
        """The grammar of a kind of snippets. Raises: ConfigError, naming the kinds that there are."""
        return cls(kind_automaton(kind))

    @staticmethod
    def names() -> tuple[str, ...]:
        """The packaged grammars: page, html, snippet, article, email and the files that they are made of."""
        return packaged_names()

    @staticmethod
    def kinds() -> tuple[str, ...]:
        """The kinds of snippets, each with a grammar of its own."""
        return snippet_kinds()

    @property
    def name(self) -> str:
        """The file's name; `<text>` for a text."""
        return self.automaton.name

    @property
    def elements(self) -> tuple[str, ...]:
        """The names of its elements."""
        return self.automaton.names

    def accepts(self, html: str) -> bool:
        """Whether a page, or a fragment where its grammar is one of fragments, is of this grammar, annotations included."""
        return not self.violations(html, most=1)

    def violations(self, html: str, *, inside: Sequence[str] | None = None, most: int = 1000) -> list[Violation]:
        """What of a page is not of this grammar, in page order.

        Args: inside, names of elements whose content the page is, ("div",) for one, where it is no whole page of the grammar.
        """
        from htmlgen.markup.reader import read

        return validate(read(html).events, self.automaton, inside=inside, most=most)

    def explain(self, beginning: str = "") -> "Answer":
        """What may follow a page's beginning, be it a part of a tag, and why the rest may not.

        Raises: PromptError, if no page of the grammar begins so.
        """
        from htmlgen.decoding.explaining import explain_content, explain_tag, read_beginning
        from htmlgen.decoding.walking import least_events

        begun = read_beginning(beginning, self.automaton, least_events(self.automaton))
        return explain_tag(self.automaton, begun) if begun.tag else explain_content(self.automaton, begun)
