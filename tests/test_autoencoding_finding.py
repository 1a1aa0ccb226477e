"""Are components found in pages, by likeness, as they should be? Vectors here are made by hand; a slow count contradicts a fast one."""

from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from numpy.typing import NDArray

from htmlgen.autoencoding.autoencoder import Autoencoder
from htmlgen.autoencoding.duplicates import clusters_of
from htmlgen.autoencoding.found import Found, found_in
from htmlgen.autoencoding.index import is_index, read_index, write_index
from htmlgen.autoencoding.neighbours import events_of
from htmlgen.autoencoding.outliers import outliers_of
from htmlgen.autoencoding.similar import cosine, most_similar
from htmlgen.autoencoding.sources import NamedPage, pages_in, pages_of
from htmlgen.errors import ConfigError, InputError
from htmlgen.evaluation.pairs.labelled_trees import labelled_tree
from htmlgen.markup.reader import read

LIST = '<ul class="menu"><li class="item">{}</li><li class="item">{}</li></ul>'
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>T</title></head><body>'
    '<nav class="top"><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>'
    '<div class="card"><h3>{0} tea</h3><p>{0} leaves from the hills.</p></div></body></html>'
)


def vector(*numbers: float) -> NDArray[np.float32]:
    return np.array(numbers, dtype=np.float32)


def at(angle: float) -> NDArray[np.float32]:
    """A direction in the plane, in degrees."""
    return vector(np.cos(np.radians(angle)), np.sin(np.radians(angle)))


def found(html: str, numbers: NDArray[np.float32], page: str = "a", path: str = "/p[1]", tokens: int = 10) -> Found:
    return Found(page, path, "block", tokens, html, numbers)


def test_components_of_pages_come_with_their_places_inner_ones_first(autoencoder: Autoencoder) -> None:
    each = list(autoencoder.found([("one.html", PAGE.format("Green")), ("two.html", PAGE.format("Black"))]))
    assert [(component.page, component.path, component.kind) for component in each][:5] == [
        ("one.html", "/html[1]/body[1]/nav[1]/ul[1]", "list"),
        ("one.html", "/html[1]/body[1]/nav[1]", "nav"),
        ("one.html", "/html[1]/body[1]/div[1]/p[1]", "text"),
        ("one.html", "/html[1]/body[1]/div[1]", "card"),
        ("two.html", "/html[1]/body[1]/nav[1]/ul[1]", "list"),
    ]
    assert each[3].html == '<div class="card"><h3>Green tea</h3><p>Green leaves from the hills.</p></div>'
    assert each[3].tokens == len(autoencoder.component(each[3].html).ids)
    np.testing.assert_allclose(each[3].vector, autoencoder.embed(each[3].html)[0], atol=1e-5)


def test_pages_without_components_are_told_and_the_others_still_come(autoencoder: Autoencoder) -> None:
    told: list[str] = []
    pages = [NamedPage("empty", "<div></div>"), NamedPage("short", "<p>x"), NamedPage("good", PAGE.format("Green"))]
    assert {component.page for component in found_in(autoencoder, pages, tell=told.append)} == {"good"}
    assert told == ["empty: page without text left out", "short: no element of 8 to 48 tokens stands by itself in it"]
    with pytest.raises(InputError, match="empty: page without text left out"):
        list(found_in(autoencoder, pages))


def test_pages_come_from_files_of_any_form_and_what_is_broken_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "a.html").write_bytes('<meta charset="latin1"><p>Grüße'.encode("latin1"))
    (folder / "b.html").write_bytes(b"\0\1\2" * 99)
    (folder / "c.html").touch()
    (folder / "d.html").write_text("<p>Last", "utf-8")
    pyarrow.parquet.write_table(pyarrow.table({"html": ["<p>One", "<p>Two"], "path": ["1", "2"]}), tmp_path / "pages.parquet")
    (tmp_path / "broken.parquet").write_text("x")
    told: list[str] = []
    sources = [str(folder), str(tmp_path / "pages.parquet"), str(tmp_path / "broken.parquet"), str(tmp_path / "none")]
    pages = list(pages_in(sources, told.append))
    assert [page.html for page in pages] == ['<meta charset="latin1"><p>Grüße', "<p>Last", "<p>One", "<p>Two"]
    for words, line in zip(("binary", "empty", "not a Parquet file", "no file or folder"), told, strict=True):
        assert words in line
    assert list(pages_of(folder / "d.html")) == [pages[1]]
    assert list(pages_of("<p>x")) == [NamedPage("page 1", "<p>x")]
    with pytest.raises(InputError, match="binary"):
        list(pages_of(folder))


def test_similar_ones_come_best_first_and_copies_count_as_one() -> None:
    draw = np.random.default_rng(1)
    vectors = draw.normal(size=(60, 4)).astype(np.float32)
    htmls = [f"<p>{number % 40}</p>" for number in range(60)]  # twenty come twice
    components = [found(html, vectors[number % 40], page=str(number)) for number, html in enumerate(htmls)]
    query = draw.normal(size=4).astype(np.float32)
    best = sorted(range(40), key=lambda number: -cosine(query, vectors[number]))
    for k in (1, 7, 40, 99):
        matches = most_similar(query, iter(components), k)
        assert [match.found.page for match in matches] == [str(number) for number in best[:k]]
        assert [match.copies for match in matches] == [2 if number < 20 else 1 for number in best[:k]]
    assert matches[0].score == pytest.approx(cosine(query, vectors[best[0]]))
    assert set(matches[0].to_dict()) == {"page", "path", "kind", "score", "html", "tokens", "copies"}
    with pytest.raises(ConfigError, match="k must be a whole number from 1, got 0"):
        most_similar(query, components, 0)


def test_a_cosine_with_nothing_is_none() -> None:
    assert cosine(vector(0, 0), vector(1, 0)) == 0
    assert cosine(vector(3, 0), vector(1, 1)) == pytest.approx(0.5**0.5)


def test_clusters_are_what_is_connected_by_pairs_that_are_alike() -> None:
    """10 degrees apart is a cosine of 0.985, 20 of 0.940, 40 of 0.766."""
    menus = [found(LIST.format(word, word), at(angle), page=word) for word, angle in (("a", 0), ("b", 10), ("c", 20), ("d", 60))]
    [cluster] = clusters_of(menus, 0.98)
    assert [component.page for component in cluster.components] == ["a", "b", "c"]  # a and c through b
    assert (cluster.variants, cluster.spare) == (3, 20)
    assert clusters_of(menus, 0.99) == []
    [all_four] = clusters_of(menus, 0.76)
    assert len(all_four.components) == 4


def test_what_is_built_otherwise_is_no_duplicate() -> None:
    table = '<table class="wide"><tbody><tr><td class="cell">a</td></tr></tbody></table>'
    assert clusters_of([found(LIST.format("a", "b"), at(0), "a"), found(table, at(0), "b")], 0.5) == []


def test_prose_is_a_duplicate_only_if_its_words_are() -> None:
    one, other = "<p>Tea is grown in the hills of the south.</p>", "<p>Ships go to sea when the wind is right.</p>"
    near = "<p>Tea is grown in the hills of the north.</p>"
    assert clusters_of([found(one, at(0), "a"), found(other, at(0), "b")], 0.85) == []
    [cluster] = clusters_of([found(one, at(0), "a"), found(other, at(0), "b"), found(near, at(0), "c")], 0.85)
    assert [component.page for component in cluster.components] == ["a", "c"]


def test_the_worst_clusters_come_first_and_what_is_within_others_is_left_out() -> None:
    outer, inner, small = f"<div>{LIST.format('a', 'b')}</div>", LIST.format("a", "b"), "<h1>Ten times the same</h1>"
    components = []
    for page in ("a", "b", "c"):
        components += [found(inner, at(0), page, "/div[1]/ul[1]", 20), found(outer, at(40), page, "/div[1]", 24)]
        components += [found(small, at(180), page, "/h1[1]", 9)]
    clusters = clusters_of(components, 0.9)
    assert [(each.components[0].html, len(each.components), each.spare) for each in clusters] == [(outer, 3, 48), (small, 3, 18)]
    components.append(found(inner, at(0), "d", "/ul[1]", 20))  # one that is within none
    assert [cluster.spare for cluster in clusters_of(components, 0.9)] == [60, 48, 18]
    nested = [found(outer, at(0), "a", "/div[1]"), found(outer.replace("b", "c"), at(0), "a", "/div[1]/div[1]")]
    assert clusters_of(nested[::-1], 0.9) == []


def test_clusters_agree_with_a_search_of_all_pairs() -> None:
    draw = np.random.default_rng(3)
    centres = draw.normal(size=(40, 5))
    vectors = (centres[draw.integers(0, 40, 1500)] + draw.normal(0, 0.25, (1500, 5))).astype(np.float32)  # more than one block
    components = [found(LIST.format(number, number), each, page=str(number)) for number, each in enumerate(vectors)]
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = units @ units.T >= 0.97 - 1e-6
    expected, left = [], set(range(1500))
    while left:
        group, border = set(), {left.pop()}
        while border:
            group |= border
            border = set(np.flatnonzero(alike[sorted(border)].any(axis=0)).tolist()) - group
        left -= group
        if len(group) > 1:
            expected.append(sorted(group))
    found_groups = [[int(component.page) for component in cluster.components] for cluster in clusters_of(components, 0.97)]
    assert sorted(found_groups) == sorted(expected)


@pytest.mark.parametrize("threshold", [0, -1, 1.1, float("nan")])
def test_a_threshold_that_is_none_is_refused(threshold: float) -> None:
    with pytest.raises(ConfigError, match="threshold must be above 0 and at most 1"):
        clusters_of([], threshold)


def test_outliers_are_far_from_their_nearest_neighbours() -> None:
    components = [found(f"<p>{angle}</p>", at(angle), page=str(angle)) for angle in (0, 1, 2, 3, 90)]
    scores = {outlier.found.page: outlier.score for outlier in outliers_of(components, 2)}
    assert next(iter(scores)) == "90"
    assert scores["90"] == pytest.approx(1 - np.cos(np.radians(88)), abs=1e-6)
    assert scores["0"] == pytest.approx(1 - np.cos(np.radians(2)), abs=1e-6)
    assert scores["1"] == pytest.approx(1 - np.cos(np.radians(1)), abs=1e-6)
    assert outliers_of([]) == []
    assert [outlier.score for outlier in outliers_of(components[:1])] == [0]
    with pytest.raises(ConfigError, match="neighbours must be a whole number from 1, got 0"):
        outliers_of(components, 0)


def test_what_a_component_is_within_is_no_neighbour_and_tells_for_it() -> None:
    inner, outer = found("<p>x</p>", at(90), "a", "/div[1]/p[1]"), found("<div><p>x</p></div>", at(91), "a", "/div[1]")
    others = [found(f"<p>{angle}</p>", at(angle), page=str(angle)) for angle in (0, 1, 2)]
    outliers = outliers_of([inner, outer, *others], 1)
    assert outliers[0].found is outer
    assert outliers[0].score == pytest.approx(1 - np.cos(np.radians(89)), abs=1e-6)
    assert inner not in [outlier.found for outlier in outliers]


def test_an_index_gives_back_what_was_written(tmp_path: Path, autoencoder: Autoencoder) -> None:
    each = list(autoencoder.found([("one.html", PAGE.format("Green"))]))
    path = tmp_path / "vectors.parquet"
    assert write_index(iter(each), path, dim=autoencoder.dim, encoder=autoencoder.encoder_sha256) == len(each)
    back = list(read_index(path, encoder=autoencoder.encoder_sha256))
    assert back == each
    np.testing.assert_array_equal([component.vector for component in back], [component.vector for component in each])
    table = pyarrow.parquet.read_table(path)
    assert table.schema.field("vector").type == pyarrow.list_(pyarrow.float32(), autoencoder.dim)
    assert table.column_names == ["page", "path", "kind", "tokens", "html", "vector"]
    assert autoencoder.similar(each[0].html, path, 1)[0].found == each[0]
    assert is_index(path)
    assert not is_index(tmp_path / "none.parquet")
    with pytest.raises(InputError, match="vectors of another bundle, whose encoder is"):
        list(read_index(path, encoder="0" * 64))
    with pytest.raises(InputError, match="nothing to embed"):
        write_index([], path, dim=2, encoder="")


def test_the_library_finds_what_it_is_asked_for(autoencoder: Autoencoder) -> None:
    pages = [(name, PAGE.format(name)) for name in ("Green", "Black", "White")]
    card = '<div class="card"><h3>Black tea</h3><p>Black leaves from the hills.</p></div>'
    assert autoencoder.similar(card, pages, 2)[0].found.page == "Black"
    nav = autoencoder.duplicates(pages, 0.999)[0]
    assert [component.page for component in nav.components] == ["Green", "Black", "White"]
    assert nav.components[0].kind == "nav"
    assert {outlier.found.kind for outlier in autoencoder.outliers(pages)} >= {"nav"}


@pytest.mark.parametrize("html", [LIST.format("a &amp; b", "<b>x</b><br>y"), '<p title="a &gt; b">x <img src="/a" alt="&quot;"></p>'])
def test_canonical_html_is_read_without_a_parser(html: str) -> None:
    assert labelled_tree(events_of(html)) == labelled_tree(read(html, fragment=True).events)
