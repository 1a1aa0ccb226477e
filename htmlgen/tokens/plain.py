"""TEXT ⇄ IDS without markup: characters, bytes, words or pieces, as recurrent text generators before this one had them.

Laws: decoding what was encoded gives the text (but U+2581, SentencePiece's own sign for a space, comes back as one); every text can be
encoded, as a character without a piece is spelled in bytes, so that bits per byte of any two units compare.
SentencePiece's own `char`, `word` and `unigram` models; bytes are a `char` model of nothing but a space. A word is what stands between
white space, with the space before it; of a word that is not known that space takes three bytes.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import sentencepiece

from htmlgen.errors import ConfigError, VocabularyError
from htmlgen.tokens.training import trained
from htmlgen.tokens.vocabulary import CONTROLS, Kind, Token, Vocabulary

UNITS: Final = ("byte", "char", "word", "subword")
_TYPES: Final = {"byte": "char", "char": "char", "word": "word", "subword": "unigram"}
_WHOLE: Final = ("\n", "\t")  # SentencePiece learns from lines, which have neither
_SPACE: Final = "\u2581"  # as SentencePiece spells it, in bytes too
_PARTS: Final = re.compile("([\n\t])")
_FIXED: Final = len(CONTROLS) + 256 + len(_WHOLE)


class PlainVocabulary(Vocabulary):
    """Pieces that spell text, whatever is in it: to a guide that asks for nothing, a vocabulary like any."""

    def __init__(self, pieces: Any) -> None:
        """Args: pieces, a SentencePieceProcessor."""
        spelled = (pieces.id_to_piece(index).replace(_SPACE, " ") for index in range(len(pieces)))
        self._tokens = tuple(self._token(pieces, index, text) for index, text in enumerate(spelled))
        self._ids = {token.text: token.id for token in self._tokens if token.text}
        self._bytes = {token.byte: token.id for token in self._tokens if token.kind is Kind.BYTE}
        self.pad, self.unk, self.bos, self.eos = range(4)

    @staticmethod
    def _token(pieces: Any, index: int, text: str) -> Token:
        if index < len(CONTROLS):
            return Token(index, Kind.CONTROL, "")
        if pieces.is_byte(index):
            return Token(index, Kind.BYTE, "", byte=int(text[3:5], 16))
        return Token(index, Kind.TEXT, text)


class PlainTokenizer:
    """Text as ids of one SentencePiece model."""

    def __init__(self, model: bytes) -> None:
        """Raises: VocabularyError, if these are not the bytes of a model."""
        try:
            self._pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise VocabularyError(f"not a SentencePiece model: {error}") from error
        self.model, self.vocabulary = model, PlainVocabulary(self._pieces)

    def encode(self, text: str) -> list[int]:
        """The ids of a text, without BOS and EOS."""
        ids = list[int]()
        for part in _PARTS.split(text):  # a word of SentencePiece's goes on behind a line feed
            ids += [self.vocabulary.id(part)] if part in _WHOLE else self._pieces.encode(part)
        return ids

    def decode(self, ids: Iterable[int]) -> str:
        """What ids spell; bytes that are no UTF-8 are replaced."""
        tokens = (self.vocabulary[index] for index in ids)
        parts = (bytes([token.byte]) if token.byte >= 0 else token.text.encode() for token in tokens)
        return b"".join(parts).decode("utf-8", "replace").replace(_SPACE, " ")


def learn_plain(texts: Iterable[str], unit: str, size: int = 8192) -> bytes:
    """A SentencePiece model of a unit.

    Args: size, tokens at most; characters and words that are too seldom for it are spelled in bytes; bytes need 263.
    Raises: ConfigError, for a unit that is not in `UNITS`, or too small a size; VocabularyError, where there is too little text.
    """
    if unit not in UNITS:
        raise ConfigError(f"no unit {unit!r} among {', '.join(UNITS)}")
    if size <= _FIXED:
        raise ConfigError(f"vocabulary size must be above {_FIXED}, which bytes and control tokens need, got {size}")
    try:
        return trained(
            [" "] * 8 if unit == "byte" else _lines(texts),
            model_type=_TYPES[unit],
            vocab_size=_FIXED + 1 if unit == "byte" else size,
            hard_vocab_limit=False,
            character_coverage=1.0 if unit in ("byte", "char") else 0.9995,
            user_defined_symbols=list(_WHOLE),
        )
    except RuntimeError as error:
        raise VocabularyError(f"SentencePiece cannot learn {size} tokens of unit {unit} from these texts: {error}") from error


def _lines(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (line for line in text.replace("\t", "\n").split("\n") if line)
