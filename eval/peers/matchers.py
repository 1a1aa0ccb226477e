"""Peers that say which tokens may follow under a grammar: llguidance and XGrammar, each over bytes and the bundle's vocabulary.

Both read the Lark-like text of `eval.peers.lark`. A matcher's constructor imports its library: ImportError, where that is not installed;
GrammarRefusedError, where it takes the text for wrong.
"""

import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, Protocol

from htmlgen.tokens.vocabulary import Kind, Token, Vocabulary


class GrammarRefusedError(Exception):
    """A peer does not take a grammar."""


class Matcher(Protocol):
    """A position in a page; `seconds` of processor time went into making the first from a grammar."""

    seconds: float

    def reset(self) -> None:
        """To the beginning of a page."""

    def mask(self) -> None:
        """Finds the tokens that may follow."""

    def masked(self, token: int) -> bool:
        """Whether the last mask leaves a token out."""

    def move(self, token: int) -> bool:
        """Past a token; whether the grammar takes it."""

    def may_end(self) -> bool:
        """Whether the page may end here."""


class MaskMaker(Protocol):
    """What makes a matcher."""

    def __call__(self, grammar: str, vocabulary: Vocabulary) -> Matcher: ...


def spellings(vocabulary: Vocabulary) -> list[bytes]:
    """The bytes of each token; controls have none."""

    def spelled(token: Token) -> bytes:
        return bytes((token.byte,)) if token.kind is Kind.BYTE else token.text.encode()

    return [b"" if token.kind is Kind.CONTROL else spelled(token) for token in vocabulary]


class _LongestFirst:
    """A vocabulary as llguidance wants it: bytes, and a tokenizer that takes the longest token."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.eos_token_id, self.bos_token_id = vocabulary.eos, vocabulary.bos
        self.special_token_ids = [token.id for token in vocabulary if token.kind is Kind.CONTROL]
        self.tokens = spellings(vocabulary)
        self._ids = {text: index for index, text in reversed(list(enumerate(self.tokens))) if text}
        for index in self.special_token_ids:
            self.tokens[index] = b"[control %d]" % index

    def __call__(self, text: str | bytes) -> list[int]:
        """The ids of a text."""
        left = text.encode() if isinstance(text, str) else text
        ids: list[int] = []
        while left:
            longest = next(end for end in range(len(left), 0, -1) if left[:end] in self._ids)
            ids.append(self._ids[left[:longest]])
            left = left[longest:]
        return ids


class LLGuidance:
    """Derivatives of a lexer's expressions, an Earley parser, and a walk over the trie of all tokens."""

    def __init__(self, grammar: str, vocabulary: Vocabulary) -> None:
        library, arrays = import_module("llguidance"), import_module("llguidance.numpy")
        tokenizer = library.LLTokenizer(library.TokenizerWrapper(_LongestFirst(vocabulary)), n_vocab=len(vocabulary))
        begun = time.process_time()
        # Without the option a mask holds one spelling alone of what is forced, be there other tokens that begin so.
        source = library.LLMatcher.grammar_from_lark(f'%llguidance {{"no_forcing": true}}\n{grammar}')
        self._matcher = library.LLMatcher(tokenizer, source)
        self.seconds = time.process_time() - begun
        if self._matcher.is_error():
            raise GrammarRefusedError(self._matcher.get_error())
        self._mask, self._fill = arrays.allocate_token_bitmask(1, len(vocabulary)), arrays.fill_next_token_bitmask

    def reset(self) -> None:
        self._matcher.reset()

    def mask(self) -> None:
        self._fill(self._matcher, self._mask)

    def masked(self, token: int) -> bool:
        return not self._mask[0, token >> 5] >> (token & 31) & 1

    def move(self, token: int) -> bool:
        return bool(self._matcher.consume_token(token))

    def may_end(self) -> bool:
        return bool(self._matcher.is_accepting())


class XGrammar:
    """Masks of the tokens that a rule alone decides, made beforehand; an Earley parser for those that leave their rule."""

    def __init__(self, grammar: str, vocabulary: Vocabulary) -> None:
        library: Any = import_module("xgrammar")
        known = library.TokenizerInfo(spellings(vocabulary), library.VocabType.RAW, stop_token_ids=[vocabulary.eos])
        begun = time.process_time()
        try:
            compiled = library.GrammarCompiler(known, max_threads=1, cache_enabled=False).compile_lark(grammar)
        except RuntimeError as error:
            raise GrammarRefusedError(str(error)) from error
        self._matcher = library.GrammarMatcher(compiled)
        self.seconds = time.process_time() - begun
        self._mask = library.allocate_token_bitmask(1, len(vocabulary))
        self._bits = self._mask.numpy()

    def reset(self) -> None:
        self._matcher.reset()

    def mask(self) -> None:
        self._matcher.fill_next_token_bitmask(self._mask)

    def masked(self, token: int) -> bool:
        return not self._bits[0, token >> 5] >> (token & 31) & 1

    def move(self, token: int) -> bool:
        return bool(self._matcher.accept_token(token))

    def may_end(self) -> bool:
        return bool(self._matcher.is_completed())


PEERS: Final[dict[str, MaskMaker]] = {"llguidance": LLGuidance, "xgrammar": XGrammar}


def accepts(matcher: Matcher, ids: Sequence[int]) -> bool:
    """Whether each token is in the mask before it, and the page may end after the last."""
    matcher.reset()
    for token in ids:
        matcher.mask()
        if matcher.masked(token) or not matcher.move(token):
            return False
    return matcher.may_end()


def followed(matcher: Matcher, pages: Sequence[Sequence[int]], *, masks: bool = True) -> int:
    """Mask and move of every token, or the moves alone. Returns: how many tokens."""
    for ids in pages:
        matcher.reset()
        for token in ids:
            if masks:
                matcher.mask()
            matcher.move(token)
    return sum(map(len, pages))
