"""Random pages without a model: what a guide allows, drawn by kind of token. Seeds for a fuzzer, and a test of grammars.

Law: each page is one that the guide calls finished, within its budget; the same seed gives the same page.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.guide import Guide
from htmlgen.decoding.search import Arrays, Request, Search
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.relaxng.automaton import Automaton
from htmlgen.tokens.vocabulary import CONTROLS, REQUIRED, Kind, Vocabulary

# Odds of a token where all kinds may come; text pieces share theirs, as there are thousands.
_ODDS: Final = {Kind.END: 4.0, Kind.CLOSE: 4.0, Kind.QUOTE: 4.0, Kind.QUOTE_CLOSE: 4.0}
_SHARED_ODDS: Final = {Kind.TEXT: 8.0, Kind.REFERENCE: 0.5, Kind.BYTE: 0.1}

_WORDS: Final = """a b c x 0 1 2 3 4 5 6 7 8 9 . - / : # % ; , ! ? é 中 the of word boat red page http https www example .com .org .html px
    #ff0000 2026 -01 -02 12 :00 en de""".split()  # fmt: skip
_SPACED: Final = (" and", " the", " boats", " of", " red")


def walks(guide: Guide[Any], seeds: Iterable[int], max_tokens: int) -> Iterator[str]:
    """A page a seed, on one line. Raises: BudgetError, where no page fits into `max_tokens`."""
    odds = _logits(guide.vocabulary)
    search = Search(lambda ids, arrays: (np.tile(odds, (len(ids), 1)), arrays), _stateless, guide, batch=16)
    for result in search.stream(Request(seed=seed, max_tokens=max_tokens) for seed in seeds):
        yield spelled(guide.vocabulary, result.ids)


def _stateless(batch: int) -> Arrays:
    return (np.zeros((batch, 0), np.float32),)


def _logits(vocabulary: Vocabulary) -> NDArray[np.float32]:
    kinds = vocabulary.kinds
    odds = np.ones(len(kinds), np.float32)
    for kind, each in _ODDS.items():
        odds[kinds == kind] = each
    for kind, all_together in _SHARED_ODDS.items():
        odds[kinds == kind] = all_together / max(1, int((kinds == kind).sum()))
    return np.log(odds)


def least_page(guide: Guide[Any]) -> tuple[int, ...]:
    """The ids of a page of the fewest tokens."""
    budget = guide.least_cost(guide.start())
    search = Search(lambda ids, arrays: (np.tile(_logits(guide.vocabulary), (len(ids), 1)), arrays), _stateless, guide)
    return next(search.stream([Request(seed=0, max_tokens=budget)])).ids


def spelled(vocabulary: Vocabulary, ids: Iterable[int]) -> str:
    """The page of ids without raw text, on one line."""
    tokens = (vocabulary[index] for index in ids)
    page = b"".join(bytes((token.byte,)) if token.kind is Kind.BYTE else token.text.encode() for token in tokens)
    return page.decode("utf-8", "replace").replace("\n", "&#10;")


def own_vocabulary(automaton: Automaton) -> Vocabulary:
    """A vocabulary of a grammar's own names and a few words, for grammars whose names no bundle knows."""
    names = automaton.names
    tags = [tag for name in names for tag in (f"<{name}>", f"<{name}", *([] if name in VOID_IN_PARSER else [f"</{name}>"]))]
    uses = {use.names.name for kind in automaton.attributes for use in kind.uses if use.names.name}
    attributes = [f' {name}="' for name in (*sorted(uses), "data-id")]
    fixed = [*CONTROLS, *(f"<0x{value:02X}>" for value in range(256)), *REQUIRED, " ", "\n"]
    letters = [chr(code) for code in range(0x21, 0x7F) if chr(code) not in '<>"&']
    return Vocabulary(dict.fromkeys((*fixed, *tags, *attributes, *letters, *_WORDS, *_SPACED)))
