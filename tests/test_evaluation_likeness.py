"""Is a set of pages held to real pages as it should be: distances, samples, floors?"""

from math import sqrt

import numpy as np
import pytest

from htmlgen.errors import InputError
from htmlgen.evaluation.likeness.divergence import conditional_distance, distance, divergence
from htmlgen.evaluation.likeness.figures import Figure, compare, first_pages, halves
from htmlgen.evaluation.likeness.mauve import cluster, features, mauve
from htmlgen.evaluation.likeness.structure import Structure, structure_of
from htmlgen.evaluation.likeness.tables import table
from htmlgen.evaluation.running.comparing import copied, sites_of
from htmlgen.markup.reader import read


def structure(page: str, site: str = "") -> Structure:
    return structure_of(read(page).events, site=site)


# distances


def test_the_divergence_is_that_of_the_definition() -> None:
    # P = (1, 0), Q = (1/2, 1/2), M = (3/4, 1/4): (log2(4/3) + log2(2/3)/2 + log2(2)/2) / 2
    expected = (np.log2(4 / 3) + np.log2(2 / 3) / 2 + 1 / 2) / 2
    assert divergence(np.array([7, 0]), np.array([3, 3])) == pytest.approx(expected)
    assert distance(np.array([7, 0]), np.array([3, 3])) == pytest.approx(sqrt(expected))


def test_a_distance_is_zero_for_equal_shares_and_one_for_nothing_in_common() -> None:
    assert distance(np.array([2, 4]), np.array([1, 2])) == pytest.approx(0)
    assert distance(np.array([5, 0]), np.array([0, 1])) == 1


def test_a_conditional_distance_leaves_the_groups_aside() -> None:
    groups = np.array([0, 0, 1])
    assert conditional_distance(np.array([1, 1, 8]), np.array([4, 4, 2]), groups) == pytest.approx(0)
    # Group 0 has half of each side, and nothing in common there: half of one bit.
    assert conditional_distance(np.array([1, 0, 1]), np.array([0, 1, 1]), groups) == pytest.approx(sqrt(1 / 2))


# structure


def test_a_structure_counts_what_a_page_is_built_of() -> None:
    page = structure('<ul class="a"><li>one two</li><li><br></li></ul>')
    assert page.counts["tags"] == {"ul": 1, "li": 2, "br": 1}
    assert page.counts["children"] == {">ul": 1, "ul>li": 2, "li>br": 1}
    assert page.counts["attributes"] == {"ul[class]": 1, "li[]": 2, "br[]": 1}
    assert page.counts["depths"] == {"1": 1, "2": 2, "3": 1}
    assert page.counts["fan-outs"] == {"0": 1, "1": 1, "2": 1}
    assert page.counts["elements"] == {"5": 1}  # 2 log2(1 + 4) = 4.64
    assert page.counts["text"] == {"6": 1}  # 2 log2(1 + 7) = 6
    assert page.shape == ("<ul", "<li", "#", "</li", "<li", "<br", "</li", "</ul")
    assert page.words == ("<ul", ' class="a"', "<li", "one", "two", "</li", "<li", "<br", "</li", "</ul")
    assert page.elements == 4


def test_a_table_sums_the_counts_of_some_pages() -> None:
    counts = table([{"a": 2, "b": 1}, {}, {"b": 4}])
    assert counts.features == ("a", "b")
    assert counts.sums(np.array([0, 1, 2])).tolist() == [2, 5]
    assert counts.sums(np.array([2, 2])).tolist() == [0, 8]
    assert counts.sums(np.array([1])).tolist() == [0, 0]


# samples


def test_halves_part_whole_groups_and_lose_no_page() -> None:
    sizes, groups = np.array([5, 1, 1, 3, 2, 8]), np.array([0, 0, 1, 2, 2, 3])
    for seed in range(20):
        one, other = halves(sizes, groups, np.random.default_rng(seed))
        assert sorted([*one, *other]) == [0, 1, 2, 3, 4, 5]
        assert not set(groups[one]) & set(groups[other])
        assert abs(sizes[one].sum() - 10) <= 4  # of 20: half of the largest group off at most


def test_a_sample_ends_before_it_has_too_many_elements() -> None:
    sizes = np.array([3, 4, 5])
    assert first_pages(np.array([2, 0, 1]), sizes, 9).tolist() == [2, 0]
    assert first_pages(np.array([2, 0, 1]), sizes, 12).tolist() == [2, 0, 1]
    assert first_pages(np.array([2, 0, 1]), sizes, 1).tolist() == [2]


# comparisons


def lists(count: int, seed: int, sites: int = 1) -> list[Structure]:
    """Pages of one to six items, some of which hold a link."""
    rng = np.random.default_rng(seed)
    items = [["<li>a", '<li><a href="b">c</a>'][kind] for kind in rng.integers(0, 2, 6 * count)]
    ends = rng.integers(1, 7, count)
    return [structure(f"<ul>{''.join(items[6 * page : 6 * page + end])}</ul>", f"{page % sites}") for page, end in enumerate(ends)]


def test_pages_of_the_same_kind_are_as_near_as_real_ones() -> None:
    found = compare(lists(300, 1), lists(300, 2), draws=60)
    for name in ("tags", "children", "depths", "fan-outs"):
        assert found[name].ratio == pytest.approx(1, abs=0.4)
        assert found[name].low <= found[name].value <= found[name].high
    assert found.pages == found.reference_pages == 300


def test_pages_without_anything_in_common_are_at_the_greatest_distance() -> None:
    other = [structure("<div><p>x</p></div>") for _ in range(8)]
    found = compare(other, lists(20, 3), draws=5)
    assert found["tags"].value == found["children"].value == 1
    assert found["novelty"].value == 1
    assert found["tags"].floor < 0.5


def test_the_floor_falls_as_the_samples_grow() -> None:
    few, many = (compare(lists(count, 4), lists(count, 5), draws=30)["children"] for count in (20, 320))
    assert many.floor < few.floor / 2  # four times fewer of sixteen times as many pages, but for noise
    assert many.value < few.value / 2


def test_equal_pages_are_no_novelty_and_not_diverse() -> None:
    pages = [structure("<p>x</p>")] * 10
    found = compare(pages, pages, draws=4)
    assert found["novelty"].value == 0
    assert found["similarity"].value == 1
    assert found["distinct"].value == pytest.approx(1 / 5)  # one shingle of five, in half of ten pages
    assert found["tags"].value == found["tags"].floor == 0
    assert found["tags"].ratio is None


def test_whole_sites_are_parted_where_there_are_four() -> None:
    assert compare(lists(20, 6), lists(20, 7, sites=3), draws=3)["tags"].site_floor is None
    kinds = ["<p>a</p>", "<ul><li>a</ul>", "<div>a</div>", "<h1>a</h1>"]
    real = [structure(kinds[number % 4], f"{number % 4}") for number in range(40)]
    found = compare(lists(20, 6), real, draws=20)["tags"]
    assert found.site_floor == 1  # no site has what another has
    assert found.floor < 0.5


def test_too_few_pages_are_refused() -> None:
    with pytest.raises(InputError, match="3 pages to compare with an element; likeness needs four"):
        compare(lists(3, 1), lists(9, 2))
    with pytest.raises(InputError, match="0 reference pages"):
        compare(lists(4, 1), [structure("text alone")] * 9)


def test_whole_sites_are_drawn_of_pages_that_name_theirs() -> None:
    """Pages of one site are equal here, so that a sample of half of them has two kinds of four, and is further off."""
    kinds = ["<p>a</p>", "<ul><li>a</ul>", "<div>a</div>", "<h1>a</h1>"]
    sites = [structure(kinds[number % 4], f"{number % 4}") for number in range(80)]
    no_sites = [structure(kinds[number % 4]) for number in range(80)]
    by_site, by_page = (compare(pages, no_sites, draws=60)["tags"] for pages in (sites, no_sites))
    assert by_site.low > by_page.high


@pytest.mark.parametrize(
    ("name", "value", "site_value", "said"),
    [
        ("tags", 0.1, None, "as real"),
        ("tags", 0.3, None, "as real"),
        ("tags", 0.4, None, "above"),
        ("tags", 0.4, 0.5, "as other sites"),
        ("tags", 0.4, 0.7, "above"),
        ("mauve", 0.9, None, "as real"),
        ("mauve", 0.1, 0.5, "below"),
        ("novelty", 0.1, None, "below"),
        ("novelty", 0.25, None, "as real"),
        ("novelty", 0.9, None, "above"),
    ],
)
def test_a_verdict_holds_a_figure_to_real_pages(name: str, value: float, site_value: float | None, said: str) -> None:
    found = Figure(name, value, value, value, 0.25, 0.2, 0.3, site_value, None if site_value is None else 0.6)
    assert found.verdict == said


# MAUVE


def test_mauve_of_equal_distributions_is_one_and_of_apart_ones_the_area_of_the_definition() -> None:
    assert mauve(np.array([1, 3]), np.array([2, 6])) == pytest.approx(1)
    # Apart, the curve is ((1 - w)^5, w^5): the area is 5 B(6, 5) = 5 5! 4! / 10!
    assert mauve(np.array([4, 0]), np.array([0, 9])) == pytest.approx(5 * 120 * 24 / 3628800, rel=0.01)


def test_mauve_is_symmetric_and_falls_as_distributions_part() -> None:
    even = np.array([50, 50])
    found = [mauve(even, np.array([50 + by, 50 - by])) for by in (0, 10, 30, 50)]
    assert found == sorted(found, reverse=True)
    assert mauve(even, np.array([80, 20])) == pytest.approx(mauve(np.array([80, 20]), even))


def test_pages_of_one_kind_are_one_cluster() -> None:
    pages = [structure(page) for page in ["<p>a</p>"] * 5 + ["<ul><li>a</ul>"] * 7 + ["<p>b</p><p>c</p>"] * 3]
    found = cluster(features(pages), 6, np.random.default_rng(0))
    assert len(set(found[:5])) == len(set(found[5:12])) == 1
    assert found[0] != found[5]
    assert (found[12:] == found[0]).all()  # the same shares of tags


# sites, copies


def test_a_site_is_the_first_folder_that_not_all_pages_share() -> None:
    assert sites_of(["a/b/one/x/1.html", "a/b/one/2.html", "a/b/two/3.html", "a/b/4.html"]) == ["one", "one", "two", ""]
    assert sites_of(["a/1.html", "a/2.html"]) == ["", ""]
    assert sites_of(["stdin:1"]) == [""]
    assert sites_of([]) == []


def test_copies_are_held_to_those_of_real_pages() -> None:
    real = [structure(f"<p>{' '.join(f'w{site}{word}' for word in range(6))}", str(site)) for site in range(4)]
    pages = [structure("<p>w00 w01 w02 x"), structure("<p>x y w03 w04")]
    whole, half = copied(pages, real)
    # <p w00 w01 w02, and w03 w04 beside `</p`, `<p`: the first, 4 words, is of the reference; the second has two in a row.
    assert (whole.mean, whole.longest) == (3, 4)
    assert half.real == 1  # sites share no word, but tags
    assert half.whole_sites
    assert half.low <= half.value <= half.high
