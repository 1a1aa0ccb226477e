"""Are two pages held to each other as the measures are defined?"""

from functools import cache
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import event_lists, pages

from htmlgen.errors import ConfigError
from htmlgen.evaluation.pairs.agreement import Agreement, attribute_agreement, tree_bleu
from htmlgen.evaluation.pairs.aspects import PairFigures, compare_events, compare_pages, means
from htmlgen.evaluation.pairs.differing import outline
from htmlgen.evaluation.pairs.edit_distance import edit_distance
from htmlgen.evaluation.pairs.labelled_trees import LabelledTree, labelled_tree
from htmlgen.evaluation.pairs.pq_grams import pq_gram_distance
from htmlgen.evaluation.pairs.texts import MOST_WORDS, longest_common_subsequence, text_similarity, words_of
from htmlgen.markup.events import EndTag, StartTag
from htmlgen.markup.reader import read

Nested: TypeAlias = "tuple[str, tuple[Nested, ...]]"


def tree(page: str) -> LabelledTree:
    return labelled_tree(read(page).events)


def flat(nested: Nested) -> LabelledTree:
    """A nested tree below the root that every tree has."""
    labels: list[str] = [""]
    children: list[list[int]] = [[]]

    def add(node: Nested, parent: int) -> None:
        place = len(labels)
        labels.append(node[0])
        children.append([])
        children[parent].append(place)
        for child in node[1]:
            add(child, place)

    add(nested, 0)
    return LabelledTree(tuple(labels), tuple(map(tuple, children)))


_leaf = st.tuples(st.sampled_from("ab"), st.just(()))
nested_trees: st.SearchStrategy[Nested] = st.recursive(
    _leaf, lambda below: st.tuples(st.sampled_from("ab"), st.lists(below, max_size=3).map(tuple)), max_leaves=4
)

# trees


def test_nodes_are_elements_and_texts_in_document_order() -> None:
    found = tree("<p>a<br>b</p><i></i>")
    assert found.labels == ("", "p", "#", "br", "#", "i")
    assert found.children == ((1, 5), (2, 3, 4), (), (), (), ())
    assert found.size == 5


# TreeBLEU


def test_tree_bleu_counts_subtrees_of_height_one() -> None:
    # ul>(li li), li>a of the reference; ul>(li li), li>b, b>i of the candidate
    left, right = tree("<ul><li><a>x</a><li>y</ul>"), tree("<ul><li><b><i>x</i></b><li>y</ul>")
    found = tree_bleu(left, right)
    assert found == Agreement(1 / 3, 1 / 2)
    assert found.f1 == pytest.approx(2 / 5)


def test_tree_bleu_is_of_sets_and_of_all_children_in_order() -> None:
    assert tree_bleu(tree("<p><b></b></p>"), tree("<p><b></b></p>" * 3)) == Agreement(1, 1)
    assert tree_bleu(tree("<p><b></b><i></i></p>"), tree("<p><i></i><b></b></p>")).f1 == 0
    assert tree_bleu(tree("<p>"), tree("text")) == Agreement(1, 1)  # neither has such a subtree
    assert tree_bleu(tree("<p>"), tree("<p><b>")) == Agreement(0, 0)


# attributes


def test_attributes_agree_by_element_name_and_value() -> None:
    left, right = read('<p class="a b" id=x><a href=u>t</a>').events, read('<p id=x class="c a"><a href=v title="">t</a>').events
    # p class a, p id x shared; of four and of five
    assert attribute_agreement(left, right) == Agreement(2 / 5, 2 / 4)


# pq-grams


def test_the_pq_gram_distance_is_that_of_the_definition() -> None:
    # p = 1, q = 1: (root, x), (x, a), (a, *) against (root, x), (x, b), (b, *): one shared of three each
    assert pq_gram_distance(flat(("x", (("a", ()),))), flat(("x", (("b", ()),))), p=1, q=1) == pytest.approx((6 - 2) / (6 - 1))


def test_pq_grams_of_the_defaults_are_counted() -> None:
    # A leaf below the root: the root has three grams with one child, the leaf one; with another label all four differ.
    assert pq_gram_distance(flat(("a", ())), flat(("b", ()))) == 1
    # With two leaves the root has four grams: of its three, **a is shared, and the leaf's own.
    assert pq_gram_distance(tree("<hr>"), tree("<hr><wbr>")) == pytest.approx((4 + 6 - 2 * 2) / (4 + 6 - 2))


def test_p_and_q_start_at_one() -> None:
    with pytest.raises(ConfigError, match="got 0 and 3"):
        pq_gram_distance(tree("a"), tree("a"), p=0)


@given(nested_trees, nested_trees, nested_trees)
def test_the_pq_gram_distance_is_a_pseudometric(a: Nested, b: Nested, c: Nested) -> None:
    x, y, z = map(flat, (a, b, c))
    assert pq_gram_distance(x, x) == 0
    assert 0 <= pq_gram_distance(x, y) == pq_gram_distance(y, x) <= 1
    assert pq_gram_distance(x, z) <= pq_gram_distance(x, y) + pq_gram_distance(y, z) + 1e-12


# edit distance


@cache
def brute_force(one: tuple[Nested, ...], other: tuple[Nested, ...]) -> int:
    """The distance of forests by its definition: the last tree's root is deleted, inserted, or matched with the other's."""
    if not one and not other:
        return 0
    found = []
    if one:
        found.append(1 + brute_force(one[:-1] + one[-1][1], other))
    if other:
        found.append(1 + brute_force(one, other[:-1] + other[-1][1]))
    if one and other:
        (name, below), (label, under) = one[-1], other[-1]
        found.append(brute_force(one[:-1], other[:-1]) + brute_force(below, under) + (name != label))
    return min(found)


@given(nested_trees, nested_trees)
def test_the_edit_distance_is_that_of_the_definition(a: Nested, b: Nested) -> None:
    assert edit_distance(flat(a), flat(b)) == brute_force((a,), (b,))


@given(nested_trees, nested_trees, nested_trees)
def test_the_edit_distance_is_a_metric(a: Nested, b: Nested, c: Nested) -> None:
    x, y, z = map(flat, (a, b, c))
    assert edit_distance(x, y) == edit_distance(y, x)
    assert (edit_distance(x, y) == 0) == (a == b)
    assert edit_distance(x, z) <= edit_distance(x, y) + edit_distance(y, z)
    assert abs(x.size - y.size) <= edit_distance(x, y) <= x.size + y.size


def test_edits_that_can_be_counted() -> None:
    assert edit_distance(tree("<p>a</p>"), tree("<p>a<b>c</b></p>")) == 2  # b and its text
    assert edit_distance(tree("<div><p>a</p></div>"), tree("<p>a</p>")) == 1  # the div
    assert edit_distance(tree("<b>a</b>"), tree("<i>a</i>")) == 1
    assert edit_distance(tree("<ul><li>a<li>b<li>c</ul>"), tree("<ol><li>a<li>b</ol>")) == 3  # ul renamed, a li and its text
    # Zhang and Shasha's example: f(d(a c(b)) e) and f(c(d(a b)) e)
    a, b, e = (("a", ()), ("b", ()), ("e", ()))
    assert edit_distance(flat(("f", (("d", (a, ("c", (b,)))), e))), flat(("f", (("c", (("d", (a, b)),)), e)))) == 2


# text


def test_text_is_words_in_order() -> None:
    assert words_of(read("<p>a <b>b</b>c<script>d</script> e").events) == ["a", "b", "c", "e"]
    assert longest_common_subsequence("a b c d".split(), "b x d a".split()) == 2
    assert text_similarity(["a", "b", "c", "d"], ["b", "x", "d", "a"]) == 2 * 2 / 8
    assert text_similarity([], []) == 1
    assert text_similarity([], ["a"]) == 0


def test_longer_texts_are_bags_of_words() -> None:
    words = ["a", "b"] * MOST_WORDS
    assert text_similarity(words, words[::-1]) == 1


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_a_common_subsequence_is_the_longest(left: list[str], right: list[str]) -> None:
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            table[i + 1][j + 1] = table[i][j] + 1 if one == other else max(table[i][j + 1], table[i + 1][j])
    assert longest_common_subsequence(left, right) == table[-1][-1]


# pairs

PERFECT = PairFigures(
    exact=True, tree_bleu=Agreement(1, 1), attributes=Agreement(1, 1), pq_gram=0, edit_distance=0, nodes=(3, 3), text=1
)


def test_what_nobody_sees_makes_no_difference() -> None:
    page = '<div id="a" class="b"><p>tea</p></div>'
    assert compare_pages(page, '<!-- x -->\n<DIV class=b id=a>\n  <p>\ttea\n</div>\n') == PERFECT
    found = compare_pages(page, '<div id="a" class="b"><p>Tea</p></div>')
    assert (found.exact, found.edit_similarity, found.pq_gram, found.text, found.mean) == (False, 1, 0, 0, 0.75)


@given(event_lists)
def test_a_page_has_all_of_itself(events: list[object]) -> None:
    found = compare_events(events, events)  # type: ignore[arg-type]
    assert found.exact
    assert (found.tree_bleu, found.attributes) == (Agreement(1, 1), Agreement(1, 1))
    assert (found.pq_gram, found.edit_distance, found.edit_similarity, found.text, found.mean) == (0, 0, 1, 1, 1)


@given(pages, pages)
def test_exchanged_sides_exchange_precision_and_recall(one: str, other: str) -> None:
    there, back = compare_pages(one, other), compare_pages(other, one)
    assert (there.tree_bleu.precision, there.tree_bleu.recall) == (back.tree_bleu.recall, back.tree_bleu.precision)
    assert (there.attributes.precision, there.attributes.recall) == (back.attributes.recall, back.attributes.precision)
    assert (there.exact, there.pq_gram, there.edit_distance, there.text) == (back.exact, back.pq_gram, back.edit_distance, back.text)
    assert all(0 <= value <= 1 for value in there.numbers().values())


def test_large_pages_have_no_edit_distance() -> None:
    found = compare_pages("<br>" * 301, "<br>" * 301)
    assert (found.exact, found.edit_distance, found.edit_similarity) == (True, None, None)
    assert "edit_similarity" not in found.numbers()
    assert compare_pages("<br>" * 300, "<hr>" * 300).edit_distance == 300


def test_depth_is_no_danger() -> None:
    one, other = ([StartTag("div")] * depth + [EndTag("div")] * depth for depth in (100_000, 99_999))
    found = compare_events(one, other)
    assert not found.exact
    assert found.nodes == (100_000, 99_999)
    assert list(outline(one))[-1] == "  " * 40 + "<div>"


def test_means_are_over_the_pairs_that_have_a_figure() -> None:
    large = compare_pages("<br>" * 301, "")
    found = means([PERFECT, large])
    assert found["edit_similarity"] == 1
    assert found["exact"] == 0.5
    assert found["text"] == 1
    assert means([]) == {}
