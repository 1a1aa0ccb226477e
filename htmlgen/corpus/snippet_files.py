"""Snippets in one Parquet file (html, kind, tokens, page, site, path), and how many there are of which kind and length."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from htmlgen.corpus.snippet_kinds import KINDS
from htmlgen.corpus.snippets import Snippet
from htmlgen.errors import InputError
from htmlgen.files import write_atomically
from htmlgen.runtime.parquet import arrow

_COLUMNS: Final = {"html": "string", "kind": "string", "tokens": "int32", "page": "string", "site": "string", "path": "string"}
_GROUP: Final = 10_000  # snippets of a row group, held until they are written
_LENGTHS: Final = (16, 32, 64)  # tokens at which a class of lengths begins


@dataclass(slots=True)
class SnippetStatistics:
    """How many snippets there are, counted as they pass."""

    snippets: int = 0
    tokens: int = 0
    kinds: dict[str, Counter[str]] = field(default_factory=dict)  #: by kind, the number of each class of lengths

    def add(self, snippet: Snippet) -> None:
        self.snippets += 1
        self.tokens += snippet.tokens
        self.kinds.setdefault(snippet.kind, Counter())[_length(snippet.tokens)] += 1

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the totals, and by kind the number of each class of lengths."""
        return {"snippets": self.snippets, "tokens": self.tokens, "kinds": {kind: dict(counts) for kind, counts in self._ordered().items()}}

    def table(self) -> str:
        """A line a kind, for people."""
        ends = [_length(tokens) for tokens in (1, *_LENGTHS)]
        rows = [("kind", "snippets", *(f"{end} tokens" for end in ends))]
        rows += [(kind, f"{counts.total():,}", *(f"{counts[end]:,}" for end in ends)) for kind, counts in self._ordered().items()]
        total: Counter[str] = sum(self.kinds.values(), Counter())
        rows.append(("all", f"{self.snippets:,}", *(f"{total[end]:,}" for end in ends)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows)

    def _ordered(self) -> Mapping[str, Counter[str]]:
        return {kind: self.kinds[kind] for kind in KINDS if kind in self.kinds}


def _length(tokens: int) -> str:
    """The class of lengths of so many tokens: `..15`, `16..31`, `32..63`, `64..`."""
    ends = [0, *_LENGTHS]
    place = sum(tokens >= end for end in _LENGTHS)
    first = str(ends[place]) if place else ""
    return f"{first}..{_LENGTHS[place] - 1}" if place < len(_LENGTHS) else f"{first}.."


def write_snippets(snippets: Iterable[Snippet], path: Path) -> SnippetStatistics:
    """A Parquet file of all snippets, written as they come; it is there when it is whole.

    Raises: InputError, if there is no snippet; MissingExtraError, without pyarrow.
    """
    pyarrow = arrow()
    schema = pyarrow.schema([(name, getattr(pyarrow, kind)()) for name, kind in _COLUMNS.items()])
    found = SnippetStatistics()
    with write_atomically(path) as stream, pyarrow.parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        for group in _groups(snippets, found):
            writer.write_table(pyarrow.Table.from_pylist([asdict(snippet) for snippet in group], schema))
        if not found.snippets:
            raise InputError("no element of these pages makes a snippet; ask for other lengths, or give more pages")
    return found


def _groups(snippets: Iterable[Snippet], found: SnippetStatistics) -> Iterator[list[Snippet]]:
    waiting = iter(snippets)
    while group := list(islice(waiting, _GROUP)):
        for snippet in group:
            found.add(snippet)
        yield group
