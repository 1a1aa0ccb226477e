"""The vocabulary: each piece is one kind of token, and what could break markup is refused."""

import pytest

from htmlgen.errors import VocabularyError
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import CONTROLS, REQUIRED, Kind, Token, Vocabulary, token_of

BYTES = [f"<0x{value:02X}>" for value in range(256)]
LEAST = [*CONTROLS, *BYTES, *REQUIRED, " ", "\n"]


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("[PAD]", Token(7, Kind.CONTROL, "")),
        ("<0xC3>", Token(7, Kind.BYTE, "", byte=0xC3)),
        ("<!DOCTYPE html>", Token(7, Kind.DOCTYPE, "<!DOCTYPE html>")),
        ("<p>", Token(7, Kind.START, "<p>", name="p")),
        ("<x-card", Token(7, Kind.OPEN, "<x-card", name="x-card")),
        (' class="', Token(7, Kind.ATTRIBUTE, ' class="', name="class")),
        (' class="a b"', Token(7, Kind.PAIR, ' class="a b"', name="class", value="a b")),
        (' hidden=""', Token(7, Kind.PAIR, ' hidden=""', name="hidden")),
        ('"', Token(7, Kind.QUOTE, '"')),
        (">", Token(7, Kind.CLOSE, ">")),
        ('">', Token(7, Kind.QUOTE_CLOSE, '">')),
        ("</p>", Token(7, Kind.END, "</p>", name="p")),
        ("<", Token(7, Kind.SPELL_START, "<")),
        ("</", Token(7, Kind.SPELL_END, "</")),
        ('="', Token(7, Kind.SPELL_VALUE, '="')),
        ("<!DOCTYPE ", Token(7, Kind.SPELL_DOCTYPE, "<!DOCTYPE ")),
        ("&lt;", Token(7, Kind.REFERENCE, "&lt;")),
        (" the", Token(7, Kind.TEXT, " the")),
        ("= '", Token(7, Kind.TEXT, "= '")),
    ],
)
def test_a_piece_is_one_kind_of_token(piece: str, expected: Token) -> None:
    assert token_of(7, piece) == expected


@pytest.mark.parametrize("piece", ["<x y>", "a<", "a>", ' a"', "&", "&copy;", "a&lt;", ' a="b" c="d"', "</p", ""])
def test_a_piece_that_could_break_markup_is_refused(piece: str) -> None:
    with pytest.raises(VocabularyError, match="token 7 spells"):
        token_of(7, piece)


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ([piece for piece in LEAST if piece != "&lt;"], "lacks '&lt;'"),
        ([piece for piece in LEAST if piece != "\n"], r"lacks '\\n'"),
        ([piece for piece in LEAST if piece != "<0x00>"], "255 of 256 byte tokens"),
    ],
)
def test_a_vocabulary_that_cannot_spell_every_page_is_refused(pieces: list[str], message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        Vocabulary(pieces)


def test_tokens_are_found_by_spelling_byte_and_id() -> None:
    vocabulary = Vocabulary([*LEAST, "<p>"])
    assert vocabulary[vocabulary.id("<p>")].name == "p"
    assert vocabulary[vocabulary.byte(65)].byte == 65
    assert vocabulary.find("<q>") is None
    with pytest.raises(VocabularyError, match="no token spells '<q>'"):
        vocabulary.id("<q>")


def test_no_text_piece_of_a_learned_vocabulary_holds_markup(tokenizer: Tokenizer) -> None:
    texts = [token.text for token in tokenizer.vocabulary if token.kind is Kind.TEXT]
    assert texts
    assert not [text for text in texts if set(text) & set('<>"&')]
    assert [int(kind) for kind in tokenizer.vocabulary.kinds] == [token.kind for token in tokenizer.vocabulary]
