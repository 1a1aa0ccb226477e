"""Does every unit of plain text spell every text, at what its bytes cost?"""

import pytest

from htmlgen.errors import ConfigError, VocabularyError
from htmlgen.tokens.plain import UNITS, PlainTokenizer, learn_plain

TEXTS = ["<p>Hello world, and so on</p> <p>more words</p>", "the cat\nsat on the mat"] * 50
UNSEEN = '<p class="a">Hello  wörld\n\tand\r <b>more</b> 中 0<0x41>'


@pytest.fixture(scope="module", params=UNITS)
def tokenizer(request: pytest.FixtureRequest) -> PlainTokenizer:
    return PlainTokenizer(learn_plain(TEXTS, request.param, 320))


@pytest.mark.parametrize("text", [UNSEEN, " a ", "\n\n", "中", *TEXTS[:2]])
def test_what_was_encoded_is_decoded(tokenizer: PlainTokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.vocabulary.unk not in ids


def test_a_byte_is_a_token() -> None:
    tokenizer = PlainTokenizer(learn_plain(TEXTS, "byte"))
    assert len(tokenizer.vocabulary) == 263  # 4 controls, 256 bytes, line feed, tab, space
    assert len(tokenizer.encode(UNSEEN)) == len(UNSEEN.encode())


def test_a_known_character_or_word_is_a_token() -> None:
    assert len(PlainTokenizer(learn_plain(TEXTS, "char", 320)).encode("the cat")) == 7
    words = PlainTokenizer(learn_plain(TEXTS, "word", 320))
    spelled = [words.vocabulary[index].text for index in words.encode(TEXTS[1])]
    assert spelled == ["the", " cat", "\n", "sat", " on", " the", " mat"]


def test_a_word_that_is_not_known_costs_its_bytes() -> None:
    words = PlainTokenizer(learn_plain(TEXTS, "word", 320))
    assert len(words.encode("the dög")) == 1 + 3 + len("dög".encode())  # the space takes three


@pytest.mark.parametrize(
    ("unit", "size", "told"), [("syllable", 8192, "no unit 'syllable' among byte, char"), ("char", 100, "size must be above 262")]
)
def test_what_cannot_be_learned_is_refused(unit: str, size: int, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        learn_plain(TEXTS, unit, size)


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(VocabularyError, match="not a SentencePiece model"):
        PlainTokenizer(b"nothing")
