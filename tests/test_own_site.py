"""Does a bundle that is trained on for one site learn its grammar, keep pages back to be measured with, and say how well it knows it?"""

import random
import re
import shlex
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import tiny_architecture, weight_shapes

from htmlgen.cli import cli
from htmlgen.config import to_dict
from htmlgen.corpus.own_site import read_site, split_by_page
from htmlgen.corpus.preparation import PreparedPage
from htmlgen.errors import InputError
from htmlgen.evaluation.likeness.familiarity import class_pairs, familiarity
from htmlgen.markup.reader import read
from htmlgen.relaxng import load_automaton, validate
from htmlgen.runtime import bundle
from htmlgen.tokens.tokenizer import Tokenizer

GUIDE = (Path(__file__).parents[1] / "docs" / "own_site.md").read_text("utf-8")
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tea {n}</title></head><body><main class="wide">
<h1 class="title">Tea {n}</h1><p class="lead">Leaves number {n} are {what} and dried in the shade of the hill.</p>
<ul class="teas"><li class="tea">Assam</li><li class="tea new">Kenya {n}</li></ul></main></body></html>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Twenty pages of one site, in two folders, one of them twice."""
    words = random.Random(1)
    for number in range(20):
        file = tmp_path / "site" / ("old" if number % 2 else "new") / f"{number}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PAGE.format(n=number, what=words.choice(["rolled", "picked", "cut"])), "utf-8")
    (tmp_path / "site" / "again.html").write_text((tmp_path / "site" / "new" / "0.html").read_text("utf-8"), "utf-8")
    return tmp_path / "site"


@pytest.fixture
def trainable(tokenizer: Tokenizer, tmp_path: Path) -> Path:
    """A small bundle of random weights that can be trained on."""
    from htmlgen.models.export import step_graph
    from htmlgen.models.weights import packed

    architecture, rng = tiny_architecture(tokenizer), np.random.default_rng(1)
    weights = {name: rng.normal(0, 0.1, shape).astype(np.float32) for name, shape in weight_shapes(architecture).items()}
    files = {
        bundle.TOKENIZER: tokenizer.model,
        bundle.STEP: step_graph(architecture, weights),
        bundle.WEIGHTS: packed(weights),
        bundle.CARD: b"# small\n",
    }
    bundle.save(tmp_path / "small", files, {"architecture": to_dict(architecture)})
    return tmp_path / "small"


def prepared(*digests: str) -> list[PreparedPage]:
    return [PreparedPage(digest, "site", (), 0, 0, digest) for digest in digests]


def test_a_fifth_of_the_pages_is_kept_back_whatever_their_order() -> None:
    pages = prepared(*"abcdefghij")
    train, valid = split_by_page(pages, 0.2)
    assert [page.sha256 for page in valid] == ["a", "b"]
    assert len(train) == 8
    assert {page.sha256 for page in split_by_page(reversed(pages), 0.2)[1]} == {"a", "b"}


@pytest.mark.parametrize(("digests", "kept"), [("ab", 1), ("abc", 1), ("aab", 1)])
def test_few_pages_leave_one_on_each_side_and_same_ones_count_once(digests: str, kept: int) -> None:
    train, valid = split_by_page(prepared(*digests), 0.2)
    assert len(valid) == kept
    assert len(train) == len(set(digests)) - kept


def test_one_page_is_too_few() -> None:
    with pytest.raises(InputError, match="1 of the pages can be used, and two that differ are the least"):
        split_by_page(prepared("a", "a"), 0.2)


def test_the_grammar_of_a_site_accepts_what_is_trained_on(site: Path) -> None:
    found = read_site([str(site)])
    assert (len(found.train), len(found.valid)) == (16, 4)
    automaton = load_automaton(found.grammar.text)
    assert all(not [*validate(page.events, automaton)] for page in found.train)
    assert [*validate(read(PAGE.format(n=1, what="cut").replace("lead", "odd")).events, automaton)]


def test_pairs_are_counted_and_looked_for() -> None:
    pages = [read(text, fragment=True).events for text in ('<p class="a b">x</p><p class="a a">y</p>', '<b class="a">z</b>')]
    assert class_pairs(pages) == Counter({("p", "a"): 2, ("p", "b"): 1, ("b", "a"): 1})
    found = familiarity(pages, [read('<p class="a">x</p><i class="c">y</i>', fragment=True).events], most=2)
    assert found.commonest == (("p", "a"), ("b", "a"))
    assert found.commonest_met == (("p", "a"),)
    assert (found.share, found.names, found.names_met) == (0.5, 2, 1)


def test_a_site_without_classes_is_known() -> None:
    assert familiarity([], []).share == 1


def train(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["train", *map(str, arguments)])


def test_a_bundle_is_trained_on_for_a_site_by_the_commands_of_the_guide(
    site: Path, trainable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guide goes on from a larger bundle, and for longer."""
    monkeypatch.chdir(tmp_path)
    site.rename("mysite")
    first, second = re.findall(r"^\$ htmlgen (.*)$", GUIDE, re.MULTILINE)
    assert first.endswith(" --minutes 10")
    command = first.replace("--minutes 10", "--tokens 128 --length 32 --jobs 1").replace("--from default", f"--from {trainable}")
    result = CliRunner().invoke(cli, shlex.split(command))
    assert result.exit_code == 0, result.output
    assert "16 pages to train on, 4 kept back; going on from" in result.stderr
    told = re.search(r"^bits per byte of kept-back pages: (\S+) before, (\S+) after, [+-]\d+%$", result.stdout, re.MULTILINE)
    assert told is not None
    assert 0 < float(told[2]) < 1.1 * float(told[1])
    assert re.search(r"^in 100 pages: \d+ of the site's 6 commonest elements with a class, \d+ of its 6 class names$", result.stdout, re.M)
    assert "grammar.rnc" in bundle.load("mysite.bundle").record["files"]
    pages = CliRunner().invoke(cli, shlex.split(second)).stdout.splitlines()
    assert len(pages) == 3
    assert class_pairs(read(page).events for page in pages).keys() <= class_pairs([read(PAGE).events]).keys()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--pages", "x"), "--pages goes on from a bundle: add --from default"),
        (("y", "--pages", "x", "--from", "default"), "leave out CORPUS, --valid, --resume and --model"),
        (("--pages", "x", "--from", "default", "--grammar", "email"), "--pages learns the grammar of the site; leave out --grammar"),
        (("--pages", "nowhere", "--from", "default"), "nowhere: no such file or folder"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    result = train(*arguments, "-o", tmp_path / "out")
    assert result.exit_code == 2 or message in str(result.exception)
    assert message in result.output + str(result.exception)
