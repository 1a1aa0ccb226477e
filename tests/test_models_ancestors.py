"""Do the generators that came before train, write, and come back from disk as they were?"""

import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from htmlgen.models.ancestors import Ancestor, AncestorConfig, created, encoded  # before keras: chooses its backend

# isort: split
import jax.numpy as jnp

from htmlgen.cli import cli
from htmlgen.decoding.anything import Anything
from htmlgen.decoding.search import Request
from htmlgen.errors import BundleCorruptError, ConfigError
from htmlgen.models.cells import CELLS
from htmlgen.models.training import bits_per_byte
from htmlgen.tokens.context import FEATURES
from htmlgen.tokens.plain import PlainTokenizer, learn_plain

DOCS = Path(__file__).parents[1] / "docs" / "training.md"
SONG = "row, row, row your boat, gently down the stream. " * 40


@pytest.fixture(scope="module")
def tokenizer() -> PlainTokenizer:
    return PlainTokenizer(learn_plain([SONG], "char", 400))


def ancestor(tokenizer: PlainTokenizer, **options: Any) -> Ancestor:
    config = AncestorConfig(vocab_size=len(tokenizer.vocabulary), embedding=8, units=12, unit="char", **options)
    return Ancestor(created(config, seed=3), tokenizer)


@pytest.mark.parametrize("cell", CELLS)
def test_a_step_at_a_time_says_what_a_whole_text_does(tokenizer: PlainTokenizer, cell: str) -> None:
    it = ancestor(tokenizer, cell=cell, one_hot=cell == "gru")
    ids = np.array([[2, *tokenizer.encode("row your")], [2, *tokenizer.encode("boats, d")]])
    whole = it.model(ids, jnp.zeros((*ids.shape, len(FEATURES)), dtype="int32"), it.model.empty_state(2)).logits
    state = it._initial(2)
    for time in range(ids.shape[1]):
        logits, state = it._step(ids[:, time], state)
        np.testing.assert_allclose(logits, np.asarray(whole)[:, time], rtol=1e-4, atol=1e-5)


def test_fresh_weights_need_the_bits_of_a_guess(tokenizer: PlainTokenizer) -> None:
    pages = encoded(["row your boat"], tokenizer)
    guess = 14 * np.log2(len(tokenizer.vocabulary)) / 13  # 13 characters and the end
    assert bits_per_byte(ancestor(tokenizer).model, pages) == pytest.approx(guess, rel=0.02)


def test_saved_is_loaded(tokenizer: PlainTokenizer, tmp_path: Path) -> None:
    it = ancestor(tokenizer, cell="peephole", one_hot=True)
    it.save(tmp_path, {"command": "test"})
    back = Ancestor.load(tmp_path)
    requests = [Request(seed=seed, max_tokens=12) for seed in range(3)]
    assert back.model.config == it.model.config
    assert list(back.samples(requests)) == list(it.samples(requests))
    assert [len(text.encode("utf-8")) for text in it.samples(requests)] != [0, 0, 0]


def test_a_folder_that_holds_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleCorruptError, match="no model of htmlgen train with --cell or --unit"):
        Ancestor.load(tmp_path)


@pytest.mark.parametrize(
    ("options", "told"), [({"cell": "lstn"}, "no cell 'lstn' among simple, jordan"), ({"unit": "bit"}, "no unit 'bit' among byte, char")]
)
def test_what_there_is_not_is_refused(options: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        AncestorConfig(vocab_size=10, **options)  # type: ignore[arg-type]


def test_anything_may_follow_until_the_budget_is_spent(tokenizer: PlainTokenizer) -> None:
    guide = Anything(tokenizer.vocabulary)
    assert guide.allowed(0, 1).sum() == len(tokenizer.vocabulary) - 3  # [PAD], [UNK], [BOS]
    assert np.flatnonzero(guide.allowed(0, 0)).tolist() == [tokenizer.vocabulary.eos]
    assert (guide.least_cost(guide.start()), guide.finished(guide.advance(0, 9))) == (0, True)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)))


def test_a_text_file_is_learned_and_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    song = tmp_path / "book.txt"
    song.write_text(SONG)
    shown = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith("    htmlgen") and " book" in line]
    training, sampling = (shlex.split(line)[1:] for line in shown)
    shape = ["--embedding", 32, "--units", 32, "--layers", 1, "--batch", 4, "--length", 32, "--learning-rate", 0.02, "--vocabulary", 400]
    monkeypatch.chdir(tmp_path)
    done = run(*training[:-2], "--valid", song, "--tokens", 20_000, *shape)
    assert done.exit_code == 0, done.output
    assert float(done.stdout.split()[4]) < 4  # bits per byte, where fresh weights have 8
    cold, warm = (run(*sampling[:-1], heat, "--max-tokens", 40).stdout for heat in (0.1, 9))
    assert cold.startswith("row, r")
    assert warm.startswith("row, r")
    assert set(cold) <= set(SONG) | {"\n"}  # at 9 nearly all tokens are alike
    assert len(set(warm)) > len(set(cold))
    assert run(*sampling[:2], "--grammar", "page").exit_code != 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--unit", "char", "--from", "default"], "--cell, --unit and --one-hot make no bundle; leave out --from"),
        (["--cell", "gru", "--resume"], "leave out --resume"),
        (["--cell", "gru", "--model", "autoencoder"], "leave out --model"),
        (["--cell", "gru", "--noise", "0.5"], "leave out --noise"),
        (["--unit", "char"], "none.txt: cannot be read as text"),
    ],
)
def test_options_that_mean_nothing_are_refused(tmp_path: Path, options: list[str], told: str) -> None:
    done = run("train", tmp_path / "none.txt", "-o", tmp_path / "out", *options)
    assert done.exit_code != 0
    assert told in f"{done.output}{done.exception}"
