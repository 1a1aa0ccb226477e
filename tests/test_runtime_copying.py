"""Does a page's step stop what copies itself, and leave alone what does not?"""

from typing import Any

import numpy as np
import pytest
from decoding_vocabulary import vocabulary
from numpy.typing import NDArray

from htmlgen.decoding.predictions import Logits
from htmlgen.runtime.session import Copying, PageStep
from htmlgen.tokens.context import Reading

VOCABULARY = vocabulary()
READING = Reading(VOCABULARY)
A, B, C, D = (VOCABULARY.id(text) for text in ("a", "b", "x", "1"))


class Scripted:
    """In the place of a session: logits of zeros, and the features that it was asked with."""

    def __init__(self) -> None:
        self.features: list[NDArray[np.int64]] = []

    def initial(self, batch: int) -> NDArray[np.float32]:
        return np.zeros((batch, 1), dtype=np.float32)

    def predict(self, ids: NDArray[np.int64], features: NDArray[np.int64], state: NDArray[np.float32]) -> Any:
        self.features.append(features.copy())
        return Logits(np.zeros((len(ids), len(VOCABULARY)), dtype=np.float32)), state


def stepped(rows: list[list[int]], **copying: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For rows of ids: (steps, rows) the candidates that the model was told of, (steps, rows, vocab) what was made unlikely."""
    session = Scripted()
    step = PageStep(session, READING, Copying(**copying))  # type: ignore[arg-type]
    arrays, logits = step.initial(len(rows)), []
    for ids in np.array(rows, dtype=np.int64).T:
        found, arrays = step(ids, arrays)
        logits.append(found)
    return np.stack(session.features)[..., -1], np.stack(logits) < 0


def test_without_a_limit_candidates_are_those_of_the_contexts() -> None:
    page = [A, B, C, D] * 6
    told, unlikely = stepped([page])
    assert told[:, 0].tolist() == READING.features(page)[:, -1].tolist()
    assert not unlikely.any()


def test_after_so_many_copied_tokens_none_is_suggested_until_the_copy_breaks() -> None:
    page = [*[A, B, C, D] * 4, A, A, B]
    told = stepped([page], most=6)[0][:, 0]
    free = stepped([page])[0][:, 0]
    # The first four are new, the next A begins to copy: what the model is told after 6 copied tokens is nothing.
    copied = [place for place in range(1, len(page)) if free[place - 1] == page[place]]
    assert copied == list(range(5, 17))
    assert told.tolist() == [0 if 10 <= place < 17 else candidate for place, candidate in enumerate(free.tolist())]


def test_what_came_so_often_in_a_row_is_made_unlikely_and_nothing_else() -> None:
    page = [*[A, B] * 5, C]
    unlikely = stepped([page], repeats=3)[1][:, 0]
    # The second A is the first token that the page did not suggest; from the second B on tokens are copied, two a turn.
    assert [(place, int(token)) for place, token in np.argwhere(unlikely)] == [(8, B), (9, A)]


def test_words_are_suggested_by_longer_matches_alone_and_never_twice_in_a_row() -> None:
    p, end = VOCABULARY.id("<p>"), VOCABULARY.id("</p>")
    page = [p, A, B, C, end, p, A, B, C, end, p, A]
    told = stepped([page], least=2)[0][:, 0].tolist()
    free = stepped([page])[0][:, 0].tolist()
    assert free[5:9] == [A, B, C, end]
    assert told[5:9] == [0, B, C, end]  # one token matches, then two
    assert (free[9], told[9]) == (p, p)  # markup is suggested at once, and again
    assert (free[11], told[11]) == (B, 0)  # the second lap
    assert stepped([page], least=9)[0][:, 0].tolist() == [0, 0, 0, 0, 0, 0, 0, 0, end, p, 0, 0]


def test_a_long_copy_is_no_loop() -> None:
    """A run that comes once more is copied from afar, however long it is; a loop within begins to be counted anew."""
    run = np.random.default_rng(1).permutation([token.id for token in VOCABULARY if token.text.isalpha()])[:20].tolist()
    page = [*run, *run, C, C, C]
    assert not stepped([page], repeats=3)[1].any()


def test_rows_are_followed_each_by_itself() -> None:
    rows = [[A] * 9, [A, B, C] * 3, [D, *[A] * 8]]
    told, unlikely = stepped(rows, most=4, repeats=5)
    for number, row in enumerate(rows):
        alone, alone_unlikely = stepped([row], most=4, repeats=5)
        np.testing.assert_array_equal(told[:, number], alone[:, 0])
        np.testing.assert_array_equal(unlikely[:, number], alone_unlikely[:, 0])
    assert unlikely[:, 0].any()
    assert not unlikely[:, 1].any()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_single_token_may_come_so_often_again(times: int) -> None:
    """The first again is no copy, as the page did not suggest it: then `times` more."""
    unlikely = stepped([[B, *[A] * 8]], repeats=times)[1][:, 0, A]
    assert int(unlikely.argmax()) == 2 + times
    assert unlikely[2 + times :].all()
