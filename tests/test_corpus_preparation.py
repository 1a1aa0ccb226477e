"""Preparing and splitting: clean pages are canonical, bad ones have a reason, and no site stands on both sides."""

from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import pages

from htmlgen.corpus.pages import Page
from htmlgen.corpus.preparation import PreparedPage, corpus_sha256, prepare, prepare_page, split_by_site
from htmlgen.errors import InputError
from htmlgen.markup.reader import MAX_CHARACTERS, read
from htmlgen.markup.writer import write


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


def test_jobs_change_nothing(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.html").write_text(f"<p>{number}", encoding="utf-8")
    assert list(prepare([str(tmp_path)], jobs=2)) == list(prepare([str(tmp_path)]))


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
