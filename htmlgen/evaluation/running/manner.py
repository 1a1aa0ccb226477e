"""How pages are judged."""

from dataclasses import dataclass, replace
from pathlib import Path

from htmlgen.evaluation.sizes import PAGE_LIMIT
from htmlgen.relaxng.sources import is_packaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How pages are judged."""

    fragment: bool | None = None  #: None to tell by each page
    grammar: str | Path | None = "html"  #: see `evaluate`
    max_bytes: int = PAGE_LIMIT  #: of a page
    max_seconds: float | None = None  #: of a page, None for any time
    html5lib: bool = False  #: whether html5lib is asked, too, which takes more than all the rest
    sources: str = ""  #: a hash of what the files of a grammar of one's own hold

    def in_full(self) -> "Manner":
        """With the hash of the grammar's files, so that two manners are equal where they judge alike.

        Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError.
        """
        if self.grammar is None or is_packaged(self.grammar):
            return self
        from htmlgen.relaxng.cache import sources_hash  # here, as most pages are held to a packaged grammar

        return replace(self, sources=sources_hash(self.grammar))
