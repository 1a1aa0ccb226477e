"""Is a context what a model is told it is: a place in the markup, and what came when the page last read like this?"""

import numpy as np
import pytest
from grammar_guides import vocabulary
from hypothesis import given
from hypothesis import strategies as st

from htmlgen.tokens.context import FEATURES, LAPS, MATCHES, ORDERS, Context, Place, Reading

VOCABULARY = vocabulary("body div p br", "class id", ['hidden=""'], ("x", "y", "z-z"))
READING = Reading(VOCABULARY)
NONE, OTHER, BODY, BR, DIV, P = range(6)  # elements by name, behind the two that stand for none and for any other
CLASS = 2


def ids(*texts: str) -> list[int]:
    return [VOCABULARY.bos, *map(VOCABULARY.id, texts)]


def place(*texts: str) -> tuple[int, ...]:
    """(6,) place, element, parent, attribute, depth, sibling behind those tokens."""
    return tuple(READING.features(ids(*texts))[-1, :6].tolist())


SECOND_LAP = len(MATCHES)  # what is added to the class of a match


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ("", (Place.CONTENT, NONE, NONE, NONE, 0, 0)),
        ("<!DOCTYPE·html>", (Place.CONTENT, NONE, NONE, NONE, 0, 0)),
        ("<body>", (Place.CONTENT, BODY, NONE, NONE, 1, 0)),
        ("<body> x", (Place.CONTENT, BODY, NONE, NONE, 1, 0)),
        ("<body> <p>", (Place.CONTENT, P, BODY, NONE, 2, 0)),
        ("<body> <p> </p>", (Place.CONTENT, BODY, NONE, NONE, 1, 1)),
        ("<body> <p> </p> <p> </p> <p>", (Place.CONTENT, P, BODY, NONE, 2, 0)),
        ("<body> <p> </p> <p> </p> <p> </p>", (Place.CONTENT, BODY, NONE, NONE, 1, 3)),
        ("<body> <br>", (Place.CONTENT, BODY, NONE, NONE, 1, 1)),  # a void element is a child, and has no end tag
        ("<body> <br >", (Place.CONTENT, BODY, NONE, NONE, 1, 1)),
        ("<body> <p", (Place.TAG, P, BODY, NONE, 1, 0)),
        ("<body> <div> <p", (Place.TAG, P, DIV, NONE, 2, 0)),
        ('<body> <p ·class="', (Place.VALUE, P, BODY, CLASS, 1, 0)),
        ('<body> <p ·class=" x', (Place.VALUE, P, BODY, CLASS, 1, 0)),
        ('<body> <p ·class=" ·', (Place.VALUE, P, BODY, CLASS, 1, 0)),  # a space in a value begins nothing
        ('<body> <p ·class=" "', (Place.TAG, P, BODY, NONE, 1, 0)),
        ('<body> <p ·class=" ">', (Place.CONTENT, P, BODY, NONE, 2, 0)),
        ('<body> <p ·hidden=""', (Place.TAG, P, BODY, NONE, 1, 0)),
        ('<body> <p ·hidden="" >', (Place.CONTENT, P, BODY, NONE, 2, 0)),
        ("<body> <p ·", (Place.ATTRIBUTE, P, BODY, OTHER, 1, 0)),
        ('<body> <p · x ="', (Place.VALUE, P, BODY, OTHER, 1, 0)),
        ('<body> <p · x =" y "', (Place.TAG, P, BODY, NONE, 1, 0)),
        ("<body> <", (Place.NAME, OTHER, BODY, NONE, 1, 0)),
        ("<body> < z-z >", (Place.CONTENT, OTHER, BODY, NONE, 2, 0)),
        ("<body> < z-z > </", (Place.END, OTHER, BODY, NONE, 2, 0)),
        ("<body> < z-z > </ z-z >", (Place.CONTENT, BODY, NONE, NONE, 1, 1)),
        ("<!DOCTYPE· x", (Place.DOCTYPE, NONE, NONE, NONE, 0, 0)),
        ("<!DOCTYPE· x >", (Place.CONTENT, NONE, NONE, NONE, 0, 0)),
        ("</p> </p>", (Place.CONTENT, NONE, NONE, NONE, 0, 0)),  # nothing is open
        (" ".join(["<div>"] * 40), (Place.CONTENT, DIV, DIV, NONE, 31, 0)),
        (" ".join(["<body>", *["<br>"] * 40]), (Place.CONTENT, BODY, NONE, NONE, 1, 15)),
    ],
)
def test_places_by_hand(texts: str, expected: tuple[int, ...]) -> None:
    """Tokens are parted by spaces; · is a space of a token."""
    assert place(*(text.replace("·", " ") for text in texts.split(" ") if text)) == expected


def test_laps_by_hand() -> None:
    """Of `x y x y x y …`, two tokens a lap: matches of 2, 4, 6 and 10 tokens are laps 1, 2, 3 and 5."""
    page = ids(*["x", "y"] * 8)
    found = [match // len(MATCHES) for match in READING.features(page)[1:, 6].tolist()]
    assert found == [0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4]


def test_matches_by_hand() -> None:
    page = ids("<p>", "x", "y", "</p>", "<p>", "x", "y", "y")
    expected = [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (1, "x"), (2, "y"), (3, "</p>"), (1 + SECOND_LAP, "y")]
    found = READING.features(page)[:, 6:].tolist()
    assert found == [[match, VOCABULARY.id(text) if isinstance(text, str) else 0] for match, text in expected]


#: Pages of few different tokens, which repeat themselves, and of any.
_few = st.lists(st.sampled_from(ids("x", "y", "<p>", "</p>", ">")), max_size=80)
_again = st.builds(lambda page, tail, times: page * times + tail + page, _few, _few, st.integers(1, 3))
_any = st.lists(st.integers(0, len(VOCABULARY) - 1), max_size=60)


def follows(page: list[int]) -> list[int]:
    """For each place on the page, how many of the last tokens stood right before it, up to 32."""
    lengths = []
    for at in range(len(page)):
        length = 0
        while length < min(at, 32) and page[at - 1 - length] == page[-1 - length]:
            length += 1
        lengths.append(length)
    return lengths


def class_of(length: int, classes: tuple[int, ...] = MATCHES) -> int:
    return max(index for index, least in enumerate(classes) if least <= length)


@given(_few | _again)
def test_a_match_is_as_long_as_it_says_and_nothing_as_long_came_later(page: list[int]) -> None:
    """The slow twin: all places of the page are looked at for each token."""
    for count, (both, candidate) in enumerate(READING.features(page)[:, 6:].tolist(), 1):
        laps, match = divmod(both, len(MATCHES))
        lengths = follows(page[:count])
        least = max((order for order in ORDERS if order <= max(lengths)), default=0)
        assert MATCHES[match] >= least
        if not match:
            assert (max(lengths), candidate) == (0, 0)
            continue
        sources = [at for at, length in enumerate(lengths) if class_of(length) == match and page[at] == candidate]
        sources = [at for at in sources if class_of(lengths[at] // (count - at), LAPS) == laps]
        assert any(lengths[at] == 32 or all(later < lengths[at] for later in lengths[at + 1 :]) for at in sources)


@given(_few | _again | _any)
def test_features_of_a_page_are_those_of_its_steps_and_within_their_sizes(page: list[int]) -> None:
    context, rows = READING.start, []
    for token in page:
        context = context.after(token)
        rows.append(context.features())
    found = READING.features(page)
    assert found.dtype == np.int16
    assert found.shape == (len(page), len(FEATURES))
    assert found.tolist() == [list(row) for row in rows]
    if page:
        assert (found >= 0).all()
        assert (found < np.array([*READING.sizes, len(VOCABULARY)])).all()


@given(_few | _any, _few | _any, _few | _any)
def test_branches_do_not_disturb_each_other(before: list[int], one: list[int], other: list[int]) -> None:
    """Two pages go on from one context, token by token in turns, and each reads as it does alone."""

    def follow(context: Context, tokens: list[int]) -> Context:
        for token in tokens:
            context = context.after(token)
        return context

    fork = follow(READING.start, before)
    said = fork.features() if before else None
    branches: list[tuple[Context, list[int]]] = [(fork, []), (fork, [])]
    for step in range(max(len(one), len(other))):
        for index, tokens in enumerate((one, other)):
            if step < len(tokens):
                context, read = branches[index]
                branches[index] = context.after(tokens[step]), [*read, tokens[step]]
                assert branches[index][0].features() == tuple(READING.features([*before, *branches[index][1]])[-1].tolist())
    if before:
        assert fork.features() == said


@given(st.lists(st.integers(0, len(VOCABULARY) - 1), max_size=40))
def test_spots_are_contexts_but_for_matches(tokens: list[int]) -> None:
    np.testing.assert_array_equal(READING.places(tokens), READING.features(tokens)[:, :-2])
