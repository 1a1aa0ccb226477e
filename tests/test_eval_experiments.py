"""Do the experiments measure what they say: sums that are exact, gradients by hand, toy pages that are balanced?"""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from eval.experiments.string_sum import Task, is_held_out, learned  # before keras: chooses its backend

# isort: split
import jax.numpy as jnp

from eval.experiments import ancestors
from eval.experiments import vanishing_gradient as vanishing
from htmlgen.corpus.pages import read_pages
from htmlgen.corpus.preparation import prepare_into

SAMPLES = Path(__file__).parents[1] / "corpora" / "samples"


def test_encoder_and_decoder_learn_to_add() -> None:
    found = learned(Task(digits=2), steps=1000)
    assert found["exact"] >= 0.99, found


def test_questions_and_answers_are_written_from_behind() -> None:
    task = Task(digits=3)
    assert task.questions([123], [45]).tolist() == [[5, 4, 11, 10, 3, 2, 1]]
    assert task.answers([123], [45]).tolist() == [[8, 6, 1, 11]]
    assert Task(digits=3, as_written=True).answers([123], [45]).tolist() == [[1, 6, 8, 11]]


def test_a_held_out_pair_is_so_either_way() -> None:
    pairs = [(a, b) for a in range(100) for b in range(100)]
    assert all(is_held_out(a, b) == is_held_out(b, a) for a, b in pairs)
    assert sum(is_held_out(a, b) for a, b in pairs) / len(pairs) == pytest.approx(0.1, abs=0.01)


def test_gradients_shrink_by_the_recurrent_weight() -> None:
    """With no input h stays 0, where tanh has slope 1: each step back multiplies by the recurrent kernel."""
    model = vanishing.Reader("simple", 3)
    model.build()
    model.cell.kernel.assign(jnp.zeros_like(model.cell.kernel.value))
    model.cell.recurrent_kernel.assign(0.5 * jnp.eye(3))
    ids = np.array([vanishing.page(np.random.default_rng(0), 9)])
    norms = vanishing.gradient_norms(model, ids)
    np.testing.assert_allclose(vanishing.relative(norms), 0.5 ** np.arange(9), rtol=1e-2)


@pytest.mark.parametrize("length", vanishing.LENGTHS)
def test_toy_pages_are_balanced_and_as_long_as_asked(length: int) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        ids, opened = vanishing.page(rng, length), list[int]()
        for token in ids:
            if token < vanishing.NAMES:
                opened.append(token)
            elif token < 2 * vanishing.NAMES:
                assert opened.pop() == token - vanishing.NAMES
        assert (len(ids), opened) == (length + 1, [])


def test_rows_are_put_into_a_result_of_the_same_settings(tmp_path: Path) -> None:
    written, settings, some = tmp_path / "a.json", {"budget": 4e11}, ["LSTM, bytes"]
    assert ancestors.kept(written, settings, some) == {"settings": settings, "rows": {}}
    written.write_text(json.dumps({"run": {"commit": "b"}, "settings": settings, "rows": {"x": {}}, "earlier": [{"commit": "a"}]}))
    begun = ancestors.kept(written, settings, some)
    assert begun == {"settings": settings, "rows": {"x": {}}, "earlier": [{"commit": "a"}, {"commit": "b"}]}
    assert ancestors.kept(written, settings, ancestors.NAMES)["rows"] == {}  # all are made anew
    with pytest.raises(ValueError, match="its rows are of"):
        ancestors.kept(written, {"budget": 1e9}, some)


def test_what_is_drawn_under_a_grammar_is_well_formed_bytes_too() -> None:
    """Uniform draws spell words in bytes, which are shown otherwise than they are written."""
    pages = [prepare_into(page, ancestors.GRAMMAR) for page in read_pages([str(SAMPLES)])]
    options = argparse.Namespace(vocabulary=1600, samples=8)
    row = ancestors.Bench(pages[:20], pages[20:24], options).run(ancestors.UNIFORM)
    assert row["well_formed"] == {"nothing": 0.0, "tags": 1.0, "page": 1.0}
