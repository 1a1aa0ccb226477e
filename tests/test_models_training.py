"""Is training what it says: its loss, its schedule, its data, and a run that goes on where it was killed?"""

import dataclasses
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from click.testing import CliRunner
from conftest import tiny_architecture

from htmlgen.cli import cli
from htmlgen.config import to_dict
from htmlgen.corpus.preparation import PreparedPage
from htmlgen.decoding.guides import TAGS, guide_of
from htmlgen.errors import BundleCorruptError, ConfigError, InputError
from htmlgen.markup.events import EndTag, StartTag
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.models import runs
from htmlgen.models.autoencoder_training import AutoencoderTraining
from htmlgen.models.data import TokenPages, Window, byte_lengths, lanes, shuffled, windows
from htmlgen.models.generator import GeneratorModel, create
from htmlgen.models.loop import learning_rate
from htmlgen.models.losses import token_nats
from htmlgen.models.training import Trainer, TrainingConfig, bits_per_byte
from htmlgen.runtime import bundle
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.interrupts import Interrupts
from htmlgen.tokens.context import Reading
from htmlgen.tokens.tokenizer import Tokenizer

SAMPLES = Path(__file__).parent.parent / "corpora" / "samples"
STEPS = 120
# Processes of one test session share what JAX compiles.
COMPILED_ONCE = {
    "JAX_COMPILATION_CACHE_DIR": tempfile.mkdtemp(prefix="htmlgen-jax-"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}
SHAPE = "--vocabulary 2048 --embedding 16 --units 24 --batch 4 --length 32 --jobs 1 --checkpoint-steps 2".split()


@pytest.fixture(scope="module")
def pages(samples: list[PreparedPage], tokenizer: Tokenizer) -> TokenPages:
    """Three sample pages."""
    return TokenPages.encode(((page.events, page.bytes) for page in samples[:3]), tokenizer)


@pytest.fixture(scope="module")
def model(tokenizer: Tokenizer) -> GeneratorModel:
    return create(tiny_architecture(tokenizer), seed=1)


# schedule and measure


@pytest.mark.parametrize(
    ("done", "rate"),
    [(0.0, 0.0), (0.05, 0.5), (0.1, 1.0), (0.55, (1 + 0.2) / 2), (1.0, 0.2), (1.5, 0.2)],
)
def test_the_learning_rate_rises_and_falls(done: float, rate: float) -> None:
    config = TrainingConfig(tokens=1, learning_rate=1.0, warmup=0.1, floor=0.2)
    assert learning_rate(config, done) == pytest.approx(rate, abs=1e-7)


def test_without_a_warm_up_the_learning_rate_starts_at_its_highest() -> None:
    assert learning_rate(TrainingConfig(tokens=1, learning_rate=1.0, warmup=0.0), 0.0) == 1


@pytest.mark.parametrize(
    "wrong",
    [{}, {"tokens": 0}, {"tokens": 1, "batch": 0}, {"minutes": -1.0}, {"tokens": 1, "warmup": 1.0}, {"tokens": 1, "seed": 1 << 31}],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        TrainingConfig(**wrong)


def test_bits_per_byte_are_those_of_each_page_alone(model: GeneratorModel, pages: TokenPages) -> None:
    nats = 0.0
    for page in range(len(pages)):
        window = Window.of(pages, pages.places([page])[None])
        said = model(jnp.asarray(window.ids), jnp.asarray(window.features, dtype=jnp.int32), model.empty_state(1))
        plain, _ = token_nats(said, jnp.asarray(window.features[..., -1], dtype=jnp.int32), jnp.asarray(window.targets))
        nats += float(np.asarray(plain, dtype=np.float64).sum())
    assert bits_per_byte(model, pages, batch=2, length=50) == pytest.approx(nats / math.log(2) / pages.bytes, rel=1e-5)


def test_a_page_starts_afresh_after_another(model: GeneratorModel, tokenizer: Tokenizer) -> None:
    reading = Reading(tokenizer.vocabulary)
    first, second = [2, 50, 60, 50, 3], [2, 70, 50]
    features = jnp.asarray(np.concatenate([reading.features(first), reading.features(second)])[None], dtype=jnp.int32)
    whole = model(jnp.asarray([[*first, *second]]), features, model.empty_state(1))
    alone = model(jnp.asarray([second]), features[:, 5:], model.empty_state(1))
    np.testing.assert_allclose(whole.logits[:, 5:], alone.logits, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(whole.odds[:, 5:], alone.odds, rtol=1e-5, atol=1e-6)


# data


@pytest.mark.parametrize(("count", "batch", "length"), [(100, 4, 6), (101, 3, 5), (24, 4, 5), (25, 4, 6)])
def test_windows_cover_every_token_once(count: int, batch: int, length: int) -> None:
    """Each token but the first of a lane is a target once; what the lanes leave over is less than a token a lane."""
    rows = lanes(np.arange(count, dtype=np.int32), batch)
    targets = np.concatenate([window[:, 1:].ravel() for window in windows(rows, length)])
    assert sorted(targets) == sorted(rows[:, 1:].ravel())
    assert rows.size > count - batch
    for window in windows(rows, length):
        assert np.all(np.diff(window, axis=1) == 1)  # contexts are those of the stream


def test_fewer_tokens_than_lanes_are_repeated() -> None:
    assert lanes(np.arange(3, dtype=np.int32), 4).shape == (4, 2)


def test_an_epoch_is_all_pages_in_an_order_of_its_own(pages: TokenPages) -> None:
    orders = {shuffled(pages, 0, epoch).tobytes() for epoch in range(12)}
    assert 2 <= len(orders) <= 6  # of three pages
    assert all(sorted(np.frombuffer(order, dtype=np.int64)) == list(range(len(pages.ids))) for order in orders)
    assert shuffled(pages, 0, 1).tobytes() == shuffled(pages, 0, 1).tobytes()


def test_pages_are_encoded_from_start_to_end(pages: TokenPages, samples: list[PreparedPage], tokenizer: Tokenizer) -> None:
    assert len(pages) == 3
    assert pages.bytes == sum(page.bytes for page in samples[:3])
    second = pages.ids[pages.places([1])]
    assert (second[0], second[-1]) == (tokenizer.vocabulary.bos, tokenizer.vocabulary.eos)
    assert tuple(tokenizer.decode(second[1:-1].tolist())) == samples[1].events
    with pytest.raises(InputError, match="none of the pages has any content left"):
        TokenPages.encode([((), 0)], tokenizer)


def test_masks_are_those_of_the_guide_up_to_what_it_refuses(samples: list[PreparedPage], tokenizer: Tokenizer) -> None:
    """A heading in a paragraph is refused by the guide: from there on anything may come."""
    vocabulary = tokenizer.vocabulary
    good = read("<!DOCTYPE html><title>a</title><p>one two").events
    at = next(index for index, event in enumerate(good) if event == EndTag("p"))
    bad = (*good[:at], StartTag("p", ()), EndTag("p"), *good[at:])
    guide = guide_of(TAGS, vocabulary)
    encoded = TokenPages.encode([(good, 1), (bad, 1)], tokenizer, guide)
    masks = np.unpackbits(encoded.allowed, axis=1)[:, : len(vocabulary)].astype(bool)[encoded.masks]
    refused = []
    for page in range(2):
        places, state, open_ended = encoded.places([page]), guide.start(), False
        for place in places[:-1].tolist():
            following = int(encoded.ids[place + 1])
            mask = guide.allowed(state, 1 << 20)
            open_ended = open_ended or not mask[following]
            np.testing.assert_array_equal(masks[place], True if open_ended else mask)
            if not open_ended and following != vocabulary.eos:
                state = guide.advance(state, following)
        assert masks[places[-1]].all()
        refused.append(open_ended)
    assert refused == [False, True]
    assert not masks.all(axis=1).all()
    assert TokenPages.encode([(good, 1)], tokenizer).masks.max() == 0


def test_byte_lengths_add_up_to_the_page(pages: TokenPages, tokenizer: Tokenizer) -> None:
    assert byte_lengths(tokenizer.vocabulary)[pages.ids].sum() == pages.bytes


def test_pages_come_back_from_disk(pages: TokenPages, tmp_path: Path) -> None:
    pages.save(tmp_path / "pages.npz")
    again = TokenPages.load(tmp_path / "pages.npz")
    assert again.bytes == pages.bytes
    for name in ("ids", "starts", "features", "masks", "allowed"):
        one, other = getattr(again, name), getattr(pages, name)
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes()), name


# runs


def test_a_model_learns_what_follows_what(tokenizer: Tokenizer, tmp_path: Path) -> None:
    texts = [f"<!DOCTYPE html><title>{name}</title><h1>{name}</h1><p>all about {name}" for name in ("tea", "boats", "bicycles")]
    pages = TokenPages.encode((((events := read(text).events), len(write(events))) for text in texts), tokenizer)
    shape = dataclasses.replace(tiny_architecture(tokenizer), embedding=48, units=48, dropout=0.0)
    model = create(shape, seed=1)
    config = TrainingConfig(tokens=800 * (len(pages.ids) - 1), batch=1, length=len(pages.ids) - 1, learning_rate=0.02)
    steps = list(Trainer(model, pages, tokenizer.vocabulary, config, tmp_path).run())
    assert [steps[0].step, steps[-1].step, steps[-1].tokens, steps[-1].done] == [1, 800, config.tokens, 1.0]
    counts = np.unique(pages.ids, return_counts=True)[1]
    without_context = -(counts * np.log2(counts / counts.sum())).sum() / pages.bytes  # bits a byte, the best that a bias can do
    assert steps[-1].bits_per_byte < without_context / 2 < steps[0].bits_per_byte
    assert bits_per_byte(model, pages) < without_context / 2  # the trained weights are in the model


def test_too_few_tokens_are_told(model: GeneratorModel, pages: TokenPages, tokenizer: Tokenizer, tmp_path: Path) -> None:
    config = TrainingConfig(tokens=10_000, batch=512, length=128)
    with pytest.raises(ConfigError, match="too few for 512 lanes of 128; give more pages, or a smaller batch or length"):
        list(Trainer(model, pages, tokenizer.vocabulary, config, tmp_path).run())


def test_a_seed_gives_its_weights() -> None:
    config = GeneratorConfig(vocab_size=50, embedding=3, units=4)
    one, same, other = (create(config, seed).get_weights() for seed in (7, 7, 8))
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def train(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from htmlgen.cli import main; main()", "train", *map(str, arguments)]
    environment = {**os.environ, **COMPILED_ONCE}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **options)


def finished(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    try:
        stdout, stderr = process.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return process.returncode, stdout, stderr


def checkpoint_step(output: Path) -> int:
    path = runs.run_folder(output) / "checkpoint.npz"
    if not path.exists():
        return 0
    with np.load(path) as archive:
        return int(json.loads(archive["record"].tobytes())["place"]["step"])


def signalled(process: subprocess.Popen[str], output: Path, *, after: int, number: signal.Signals) -> tuple[int, str, str]:
    """Ends a training process once its checkpoint is past a step."""
    while checkpoint_step(output) <= after:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.send_signal(number)
    return finished(process)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A bundle trained in one go, and what was said."""
    output = tmp_path_factory.mktemp("unbroken") / "bundle"
    code, stdout, stderr = finished(train(SAMPLES, "-o", output, "--tokens", STEPS * 4 * 32, *SHAPE))
    assert code == 0, stderr
    return output, stdout, stderr


def test_a_trained_bundle_says_what_it_is(unbroken: tuple[Path, str, str]) -> None:
    output, stdout, stderr = unbroken
    loaded = bundle.load(output)
    assert loaded.architecture == tiny_architecture(loaded.tokenizer)
    figures, corpus = loaded.record["figures"], loaded.record["corpus"]
    assert stdout.splitlines() == [f"{name.replace('_', ' ')}: {value}" for name, value in figures.items()]
    assert figures["valid_bits_per_byte_int8"] == pytest.approx(figures["valid_bits_per_byte"], rel=0.02)
    assert corpus["train"]["pages"] + corpus["valid"]["pages"] == len(list(SAMPLES.glob("*.html")))
    assert not set(corpus["train"]["sites"]) & set(corpus["valid"]["sites"])
    assert loaded.record["training"]["steps"] == STEPS
    assert loaded.record["training"]["grammar"] == "page"
    assert corpus["train"]["left_out"] == 0
    card = (output / "card.md").read_text()
    assert card.startswith("# bundle\n")
    assert str(figures["valid_bits_per_byte"]) in card
    assert "what is left is repaired into the grammar `page`" in card
    assert re.search(rf"step {STEPS}, 100%, [\d.]+ bits/byte, [\d,]+ tokens/s, 0:00:00 left\n", stderr)
    assert f"wrote {output}" in stderr


def test_a_bundle_is_trained_on_from_where_it_stood(unbroken: tuple[Path, str, str], tmp_path: Path) -> None:
    """One step of next to no learning rate leaves a bundle with the bits that it had."""
    source, output = unbroken[0], tmp_path / "further"
    arguments = [SAMPLES, "-o", output, "--from", source, "--tokens", 4 * 32, "--learning-rate", 1e-9, "--jobs", 1]
    code, _, stderr = finished(train(*arguments, "--batch", 4, "--length", 32))
    assert code == 0, stderr
    assert "going on from bundle" in stderr
    before, after = bundle.load(source), bundle.load(output)
    assert after.architecture == before.architecture
    assert (output / bundle.TOKENIZER).read_bytes() == (source / bundle.TOKENIZER).read_bytes()
    assert after.record["figures"]["valid_bits_per_byte"] == pytest.approx(before.record["figures"]["valid_bits_per_byte"], abs=2e-3)
    arguments[2] = tmp_path / "another"
    changed = CliRunner().invoke(cli, ["train", *map(str, arguments), "--units", "30"])
    assert changed.exit_code == 2
    assert "--from keeps the shape of its bundle; leave out --units" in changed.stderr


def test_a_bundle_without_its_weights_is_not_trained_on(unbroken: tuple[Path, str, str], tmp_path: Path) -> None:
    source = Path(shutil.copytree(unbroken[0], tmp_path / "source"))
    (source / bundle.WEIGHTS).unlink()
    result = CliRunner().invoke(cli, ["train", str(SAMPLES), "-o", str(tmp_path / "further"), "--from", str(source)])
    assert result.exit_code == 2
    assert "weights.safetensors" in result.stderr


def test_a_trained_bundle_writes_pages(unbroken: tuple[Path, str, str]) -> None:
    result = CliRunner().invoke(cli, ["generate", "--bundle", str(unbroken[0]), "--seed", "1", "--max-tokens", "100"])
    assert result.exit_code == 0
    assert CliRunner().invoke(cli, ["eval", "-"], input=result.stdout).exit_code == 0


def test_a_run_that_was_interrupted_and_killed_ends_as_the_unbroken_one(unbroken: tuple[Path, str, str], tmp_path: Path) -> None:
    output = tmp_path / "bundle"
    first = train(SAMPLES, "-o", output, "--tokens", STEPS * 4 * 32, *SHAPE)
    code, stdout, stderr = signalled(first, output, after=10, number=signal.SIGINT)
    assert (code, stdout) == (130, "")
    told = re.search(rf"htmlgen: saved a checkpoint at step (\d+); go on with: htmlgen train -o {output} --resume\n", stderr)
    assert told is not None, stderr
    assert int(told[1]) == checkpoint_step(output) < STEPS
    assert "Traceback" not in stderr

    again = CliRunner().invoke(cli, ["train", str(SAMPLES), "-o", str(output), "--tokens", "9", *SHAPE])
    assert again.exit_code == 2
    assert "a run is there already; go on with --resume" in again.stderr
    changed = CliRunner().invoke(cli, ["train", "-o", str(output), "--resume", "--batch", "8"])
    assert changed.exit_code == 2
    assert "the run was started with --batch 4, and --resume goes on with that" in changed.stderr
    other = CliRunner().invoke(cli, ["train", "-o", str(output), "--resume", "--grammar", "none"])
    assert "the run was started with --grammar page, and --resume goes on with that" in other.stderr

    code, *_ = signalled(train("-o", output, "--resume"), output, after=int(told[1]) + 10, number=signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert checkpoint_step(output) < STEPS
    code, _, stderr = finished(train("-o", output, "--resume"))
    assert code == 0, stderr
    for name in (bundle.WEIGHTS, bundle.STEP, bundle.TOKENIZER):
        assert (output / name).read_bytes() == (unbroken[0] / name).read_bytes(), name


@pytest.mark.parametrize(
    ("model", "arguments", "told"),
    [
        ("generator", "--vocabulary 4096", "the run was started with --vocabulary 2048, and --resume goes on"),
        ("generator", "--learning-rate 0.1", "the run was started with --learning-rate 0.003, and --resume goes on with that"),
        ("generator", "--model autoencoder", "the run was started with --model generator, and --resume goes on with that"),
        ("generator", "--noise 0.1", "--model generator would ignore a setting of --model autoencoder; leave out --noise"),
        ("generator", "mysite/", "--resume goes on with the pages and the weights that the run has; leave out CORPUS"),
        ("generator", "--valid more/", "leave out --valid"),
        ("generator", "--from default", "leave out --from"),
        ("autoencoder", "--noise 0.2", "the run was started with --noise 0.1, and --resume goes on with that; leave out --noise"),
        ("autoencoder", "--divergence 1", "the run was started with --divergence 0.0, and --resume goes on with that"),
        ("autoencoder", "--checkpoint-steps 3", "the run was started with --checkpoint-steps 0, and --resume goes on with that"),
        ("autoencoder", "--model generator", "the run was started with --model autoencoder, and --resume goes on with that"),
        ("autoencoder", "--units 8", "--model autoencoder would ignore a setting of --model generator; leave out --units"),
    ],
)
def test_a_run_goes_on_with_the_settings_of_its_start(tmp_path: Path, model: str, arguments: str, told: str) -> None:
    training = {"generator": TrainingConfig(minutes=1), "autoencoder": AutoencoderTraining(minutes=1)}[model]
    settings: dict[str, Any] = {"training": to_dict(training), "architecture": {"vocab_size": 2048}, "corpus": {}}
    if model == "autoencoder":
        settings["model"] = model
    runs.write_file(runs.run_folder(tmp_path / "bundle") / "settings.json", json.dumps(settings).encode())
    result = CliRunner().invoke(cli, ["train", "-o", str(tmp_path / "bundle"), "--resume", *arguments.split()])
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize("damage", [lambda content: content[:100], lambda _: b"", lambda _: b"{}"], ids=["cut", "empty", "json"])
@pytest.mark.parametrize("name", ["settings.json", "tokenizer.model", "train.npz", "checkpoint.npz"])
def test_a_damaged_run_is_not_resumed(unbroken: tuple[Path, str, str], tmp_path: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
    output = tmp_path / "bundle"
    folder = Path(shutil.copytree(runs.run_folder(unbroken[0]), runs.run_folder(output)))
    (folder / name).write_bytes(damage((folder / name).read_bytes()))
    with pytest.raises(BundleCorruptError, match=rf"{name}: .*; start anew without --resume"):
        runs.resume(output)


def test_a_checkpoint_of_another_shape_is_refused(unbroken: tuple[Path, str, str], tmp_path: Path) -> None:
    output = tmp_path / "bundle"
    folder = Path(shutil.copytree(runs.run_folder(unbroken[0]), runs.run_folder(output)))
    settings = json.loads((folder / "settings.json").read_text())
    (folder / "settings.json").write_text(json.dumps(settings | {"training": settings["training"] | {"batch": 5}}))
    with pytest.raises(ConfigError, match="made with another batch; resume with the settings of the start"):
        runs.resume(output)
    wider = settings["architecture"] | {"units": 25}
    (folder / "settings.json").write_text(json.dumps(settings | {"architecture": wider}))
    with pytest.raises(ConfigError, match="the checkpoint is of another model"):
        runs.resume(output)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_before_training_leaves_no_traceback(tmp_path: Path, jobs: int) -> None:
    """Ctrl-C goes to all processes of a terminal."""
    process = train(SAMPLES, "-o", tmp_path / "bundle", "--tokens", 10**6, *SHAPE, "--jobs", jobs, start_new_session=True)
    assert process.stderr is not None
    assert "reading and cleaning pages" in process.stderr.readline()
    time.sleep(0.3)  # the processes that read pages are starting
    os.killpg(process.pid, signal.SIGINT)
    code, stdout, stderr = finished(process)
    assert (code, stdout) == (130, "")
    assert stderr.splitlines()[-1] == "htmlgen: interrupted"
    assert "Traceback" not in stderr  # a quick machine has read the pages by then, and says so


def test_an_interrupt_that_a_library_swallows_is_not_lost() -> None:
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert interrupts.asked
    with pytest.raises(KeyboardInterrupt), Interrupts():
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as error:
            raise RuntimeError("as SentencePiece does") from error
    with Interrupts() as interrupts:
        interrupts.deferred = True
        signal.raise_signal(signal.SIGINT)
        assert interrupts.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_within_a_callback_says_nothing_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    class Collected:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        Collected()
        assert interrupts.asked
        raise RuntimeError("what came of it")
    assert capsys.readouterr().err == ""
