"""Learning a vocabulary: of the size asked for, with every element of today, and no site's private words."""

from typing import Any

import pytest

from htmlgen.corpus.preparation import PreparedPage
from htmlgen.errors import ConfigError, VocabularyError
from htmlgen.markup.elements import FLOW, METADATA, VOID
from htmlgen.markup.reader import read
from htmlgen.tokens.learning import PIECES, VocabularyConfig, learn
from htmlgen.tokens.tokenizer import Tokenizer

PRIVATE = read('<x-private data-private="1" class="private">x</x-private>').events
SHARED = read('<x-shared data-shared="1">x</x-shared>').events


@pytest.fixture(scope="module")
def learned(samples: list[PreparedPage]) -> Tokenizer:
    """Learned from the samples, and from pages of three sites of which one has markup of its own."""
    more = [("one", [*PRIVATE, *SHARED]), ("two", SHARED), ("three", SHARED)]
    return Tokenizer(learn([*((page.site, page.events) for page in samples), *more], VocabularyConfig(size=2048, sites=3)))


def test_a_vocabulary_has_the_size_asked_for(learned: Tokenizer) -> None:
    assert len(learned.vocabulary) == 2048


def test_every_element_of_today_has_its_tokens(learned: Tokenizer) -> None:
    for name in (FLOW | METADATA) - {"math"}:
        tags = [f"<{name}", f"<{name}>", *([] if name in VOID else [f"</{name}>"])]
        assert [tag for tag in tags if learned.vocabulary.find(tag) is None] == []


def test_markup_of_one_site_has_no_token_and_that_of_three_has(learned: Tokenizer) -> None:
    private = ["<x-private", ' data-private="', ' class="private"']
    shared = ["<x-shared", "</x-shared>", ' data-shared="', ' data-shared="1"']
    assert [text for text in private if learned.vocabulary.find(text) is not None] == []
    assert [text for text in shared if learned.vocabulary.find(text) is None] == []


def test_learning_is_deterministic(samples: list[PreparedPage]) -> None:
    pages = [(page.site, page.events) for page in samples[:20]]
    config = VocabularyConfig(size=1600, sites=1, pairs=20)
    assert Tokenizer(learn(pages, config)).vocabulary[:] == Tokenizer(learn(pages, config)).vocabulary[:]


@pytest.mark.parametrize(("field", "value"), [("size", 1023), ("sites", 0)])
def test_a_setting_out_of_range_is_refused(field: str, value: int) -> None:
    setting: dict[str, Any] = {field: value}
    with pytest.raises(ConfigError, match=f"{field} must be at least .* got {value}"):
        VocabularyConfig(**setting)


def test_too_little_text_is_refused_with_what_there_is() -> None:
    with pytest.raises(VocabularyError, match=r"cannot learn 8192 tokens .* from 1 texts"):
        learn([("a", read("<p>word</p>").events)])


def test_text_is_cut_by_byte_pair_encoding_where_that_is_asked_for(samples: list[PreparedPage]) -> None:
    pages = [(page.site, page.events) for page in samples]
    unigram, merged = (Tokenizer(learn(pages, VocabularyConfig(size=1600, sites=1, pieces=pieces))) for pieces in PIECES)
    assert {token.text for token in unigram.vocabulary} != {token.text for token in merged.vocabulary}
    for page in samples:
        assert merged.decode(merged.encode(page.events)) == list(page.events)
    with pytest.raises(ConfigError, match="pieces must be one of unigram, bpe, got 'words'"):
        VocabularyConfig(pieces="words")
