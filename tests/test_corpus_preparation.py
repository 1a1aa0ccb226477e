"""Preparing and splitting: clean pages are canonical, bad ones have a reason, and no site stands on both sides."""

from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import pages

from htmlgen.corpus.pages import Page
from htmlgen.corpus.preparation import NO_TEXT, TOO_FAR, PreparedPage, corpus_sha256, prepare, prepare_into, prepare_page, split_by_site
from htmlgen.errors import InputError, UnknownGrammarError
from htmlgen.markup.reader import MAX_CHARACTERS, read
from htmlgen.markup.writer import write
from htmlgen.relaxng import load_automaton, validate


def page_of(site: str, number: int = 0) -> PreparedPage:
    return PreparedPage(f"{site}/{number}", site, (), 1, 1, sha256(f"{site} {number}".encode()).hexdigest())


def test_a_prepared_page_is_clean_and_says_what_went() -> None:
    page = prepare_page(Page("<td>ä<script>b</script><p onclick=c>", "name", "site", "MIT"))
    canonical = "<td>ä<p></p></td>"
    assert (page.name, page.site, page.licence, page.fragment, write(page.events)) == ("name", "site", "MIT", True, canonical)
    assert (page.bytes, page.source_bytes) == (len(canonical.encode()), 37)
    assert page.dropped == Counter({"script": 1, "event handler": 1})
    assert (page.losses, page.problem) == ((), "")


@settings(max_examples=100, deadline=None)
@given(pages)
def test_the_clean_page_reads_back_as_it_is(page: str) -> None:
    prepared = prepare_page(Page(page, "name", "site"))
    assert read(write(prepared.events), fragment=prepared.fragment).events == prepared.events


def test_a_page_that_cannot_be_read_has_no_events_and_a_reason() -> None:
    page = prepare_page(Page(" " * (MAX_CHARACTERS + 1), "name", "site"))
    assert page.events == ()
    assert "20,000,001 characters" in page.problem


@pytest.mark.parametrize("grammar", [None, "page"])
def test_jobs_change_nothing(tmp_path: Path, grammar: str | None) -> None:
    for number in range(5):
        (tmp_path / f"{number}.html").write_text(f"<p>{number}", encoding="utf-8")
    assert list(prepare([str(tmp_path)], jobs=2, grammar=grammar)) == list(prepare([str(tmp_path)], grammar=grammar))


def test_a_page_comes_into_a_grammar_and_says_what_was_done() -> None:
    page = prepare_into(Page("<h1>Boats</h1><font>red<script>b</script></font>", "name", "site"), "page")
    assert write(page.events).endswith("<title>Boats</title></head><body><h1>Boats</h1><span>red</span></body></html>")
    assert (page.bytes, page.fragment) == (len(write(page.events).encode()), False)
    assert page.dropped["script"] == page.dropped["element font renamed span"] == page.dropped["element title added"] == 1


@settings(max_examples=60, deadline=None)
@given(pages)
def test_a_repaired_page_is_accepted_and_reads_back_as_it_is(page: str) -> None:
    prepared = prepare_into(Page(page, "name", "site"), "page")
    if prepared.events:
        assert validate(prepared.events, load_automaton("page")) == []
        assert read(write(prepared.events), fragment=prepared.fragment).events == prepared.events
    else:
        assert prepared.dropped[NO_TEXT] + prepared.dropped[TOO_FAR] == 1 or prepare_page(Page(page, "name", "site")).events == ()


def test_a_page_that_would_keep_little_of_its_text_is_left_out(tmp_path: Path) -> None:
    title = tmp_path / "title.rnc"
    title.write_text("start = element html { element head { element title { text } } }")
    page = Page("<title>t</title><p>a text that this grammar has no place for", "name", "site")
    left_out = prepare_into(page, str(title))
    assert (left_out.events, left_out.bytes, left_out.dropped) == ((), 0, Counter({TOO_FAR: 1}))
    assert prepare_into(Page("<p><img src=a.png>", "name", "site"), "page").dropped == Counter({NO_TEXT: 1})


def test_an_unknown_grammar_is_refused_before_a_page_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>a")
    with pytest.raises(UnknownGrammarError, match="no grammar 'pagge'"):
        list(prepare([str(tmp_path)], grammar="pagge"))


def test_a_missing_source_is_refused() -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        list(prepare(["missing.html"]))


@given(st.lists(st.sampled_from("abcdefgh"), min_size=2), st.floats(0.01, 0.99))
def test_no_site_is_split_and_no_page_is_lost(names: list[str], fraction: float) -> None:
    corpus = [page_of(name, number) for number, name in enumerate(names)]
    if len(set(names)) == 1:
        with pytest.raises(InputError, match=f"all {len(names)} pages are of one site"):
            split_by_site(corpus, fraction)
        return
    train, valid = split_by_site(corpus, fraction)
    assert train
    assert valid
    assert {page.site for page in train}.isdisjoint(page.site for page in valid)
    assert sorted(page.name for page in [*train, *valid]) == sorted(page.name for page in corpus)
    assert split_by_site(iter(corpus), fraction) == (train, valid)


def test_the_split_is_by_name_alone_whatever_the_order() -> None:
    corpus = [page_of(site, number) for site in "abcdefghij" for number in range(10)]
    sides = [{page.site for page in split_by_site(order, 0.2)[1]} for order in (corpus, corpus[::-1])]
    assert sides[0] == sides[1]
    assert len(sides[0]) == 2


def test_the_hash_of_a_corpus_is_of_its_pages_not_of_their_order() -> None:
    corpus = [page_of("a"), page_of("b")]
    assert corpus_sha256(corpus) == corpus_sha256(corpus[::-1]) != corpus_sha256(corpus[:1])
