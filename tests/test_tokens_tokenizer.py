"""The tokenizer: decoding gives back what was encoded, whatever the names and the text; ids that no page has are refused."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from strategies import event_lists, pages

from htmlgen.corpus.preparation import PreparedPage
from htmlgen.errors import VocabularyError
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Kind

slow = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@slow
@given(events=event_lists)
@example(events=[Text("\u2581a\u2581 \u2581"), StartTag("\u2581", (("\u2581", "\u2581"),)), EndTag("\u2581")])
def test_decoding_gives_back_any_events(tokenizer: Tokenizer, events: list[Event]) -> None:
    ids = tokenizer.encode(events)
    assert tokenizer.decode(ids) == events
    assert all(tokenizer.vocabulary[index].kind is not Kind.CONTROL for index in ids)


@slow
@given(page=pages)
@example(page="<!DOCTYPE a\x0bb PUBLIC 'x\"y' \"it's\"><a =b c\u2581=1>")
def test_decoding_gives_back_any_page(tokenizer: Tokenizer, page: str) -> None:
    events = list(read(page).events)
    assert tokenizer.decode(tokenizer.encode(events)) == events


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([Doctype()], ["<!DOCTYPE html>"]),
        ([Doctype("x")], ["<!DOCTYPE ", "x", ">"]),
        ([StartTag("p"), EndTag("p")], ["<p>", "</p>"]),
        ([StartTag("br")], ["<br>"]),
        ([StartTag("p", (("class", "a"),))], ["<p", ' class="', "a", '">']),
        ([StartTag("p", (("class", "a"), ("id", "b")))], ["<p", ' class="', "a", '"', ' id="', "b", '">']),
        ([StartTag("q"), Text("<&>\u00a0"), EndTag("q")], ["<q>", "&lt;", "&amp;", "&gt;", "&nbsp;", "</q>"]),
        ([StartTag("zz"), EndTag("zz")], ["<", "z", "z", ">", "</", "z", "z", ">"]),
        ([StartTag("p", (("zz", ""),))], ["<p", " ", "z", "z", '="', '">']),
        ([Text("\u2581")], ["<0xE2>", "<0x96>", "<0x81>"]),
    ],
)
def test_each_kind_of_event_has_its_tokens(tokenizer: Tokenizer, events: list[Event], expected: list[str]) -> None:
    ids = tokenizer.encode(events)
    assert tokenizer.spell(ids) == expected
    assert tokenizer.decode(ids) == events


def test_tokens_joined_are_the_canonical_page(tokenizer: Tokenizer, samples: list[PreparedPage]) -> None:
    for page in samples:
        tokens = [tokenizer.vocabulary[index] for index in tokenizer.encode(page.events)]
        spelled = b"".join(bytes([token.byte]) if token.byte >= 0 else token.text.encode() for token in tokens)
        # In `pre` the page doubles a leading line feed, which is no text.
        assert spelled.decode().replace("<pre>\n", "<pre>") == write(page.events).replace("<pre>\n", "<pre>"), page.name


@pytest.mark.parametrize(
    ("spelled", "message"),
    [
        (["<p"], "end in a tag"),
        (["<p", ' class="', "a"], "end in a value"),
        (["<"], "end in a spelled name"),
        (["<p", "</p>"], "'</p>' at position 1 cannot stand in a tag"),
        ([">"], "'>' at position 0 cannot stand in content"),
        (['"'], "cannot stand in content"),
        (["<p", "a"], "text piece 'a' cannot stand in a tag"),
        (["<!DOCTYPE ", "a", " ", "b", ">"], "not a doctype"),
    ],
)
def test_ids_that_no_page_has_are_refused(tokenizer: Tokenizer, spelled: list[str], message: str) -> None:
    with pytest.raises(VocabularyError, match=message):
        tokenizer.decode([tokenizer.vocabulary.id(text) for text in spelled])


@pytest.mark.parametrize("index", [-1, 2048])
def test_an_id_outside_the_vocabulary_is_refused(tokenizer: Tokenizer, index: int) -> None:
    with pytest.raises(VocabularyError, match=f"id {index} at position 0 is not among the 2048"):
        tokenizer.decode([index])


def test_control_ids_are_no_part_of_a_page(tokenizer: Tokenizer) -> None:
    with pytest.raises(VocabularyError, match="cannot stand in content"):
        tokenizer.decode([tokenizer.vocabulary.eos])


def test_a_file_that_is_no_model_is_refused() -> None:
    with pytest.raises(VocabularyError, match=r"not a SentencePiece model \(4 bytes\)"):
        Tokenizer(b"page")
