"""Are snippets whole elements of pages, told by their kind, and unlike one another?"""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.corpus.near_duplicates import NearDuplicates
from htmlgen.corpus.pages import Page
from htmlgen.corpus.preparation import PreparedPage, prepare_page
from htmlgen.corpus.snippet_files import SnippetStatistics
from htmlgen.corpus.snippet_kinds import KINDS, kind_of
from htmlgen.corpus.snippets import Cutting, Snippet, balanced, cut, read_snippets
from htmlgen.decoding.likeness import signature
from htmlgen.errors import ConfigError
from htmlgen.markup.events import StartTag
from htmlgen.markup.reader import read
from htmlgen.tokens.tokenizer import Tokenizer

SAMPLES = Path(__file__).parents[1] / "corpora" / "samples"


def snippets(page: str, tokenizer: Tokenizer, least: int = 1, most: int = 10_000) -> list[Snippet]:
    return [snippet for snippet, _ in cut(prepare_page(Page(page, "page.html", "site")), tokenizer, least=least, most=most)]


# kinds


@pytest.mark.parametrize(
    ("name", "attributes", "kind"),
    [
        ("nav", {}, "nav"),
        ("ul", {}, "list"),
        ("ul", {"class": "big breadcrumb"}, "nav"),
        ("ul", {"role": "MenuBar x", "class": "card"}, "nav"),
        ("div", {}, "block"),
        ("div", {"class": "Card shadow"}, "card"),
        ("div", {"class": "card-body"}, "block"),
        ("div", {"role": "alert"}, "alert"),
        ("p", {"class": "card"}, "text"),
        ("div", {"role": "none"}, "block"),
        ("span", {"class": "card"}, None),
        ("li", {"role": "list"}, None),
    ],
)
def test_a_kind_comes_from_role_class_or_name(name: str, attributes: dict[str, str], kind: str | None) -> None:
    assert kind_of(StartTag(name, tuple(attributes.items()))) == kind
    assert kind is None or kind in KINDS


# cutting


def test_elements_that_stand_by_themselves_are_cut_with_their_place(tokenizer: Tokenizer) -> None:
    page = '<!doctype html><title>x</title><p>one</p><p>two</p><nav class="a"><ul><li><a href="/u">three</a></ul></nav><hr>'
    assert [(snippet.kind, snippet.path, snippet.html) for snippet in snippets(page, tokenizer)] == [
        ("nav", "/html[1]/body[1]/nav[1]", '<nav class="a"><ul><li><a href="/u">three</a></li></ul></nav>'),
        ("list", "/html[1]/body[1]/nav[1]/ul[1]", '<ul><li><a href="/u">three</a></li></ul>'),
        ("text", "/html[1]/body[1]/p[1]", "<p>one</p>"),
        ("text", "/html[1]/body[1]/p[2]", "<p>two</p>"),
    ]


def test_snippets_have_as_many_tokens_as_they_say_and_as_are_asked_for(samples: list[PreparedPage], tokenizer: Tokenizer) -> None:
    found = [snippet for page in samples for snippet, _ in cut(page, tokenizer, least=20, most=60)]
    assert len(found) > 100
    assert {snippet.kind for snippet in found} > {"nav", "form", "list", "text"}
    for snippet in found:
        assert len(tokenizer.encode(read(snippet.html, fragment=True).events)) == snippet.tokens
        assert 20 <= snippet.tokens <= 60


def test_what_would_be_read_otherwise_is_left_out(tokenizer: Tokenizer) -> None:
    """Without a doctype a table may stand in a `p` (HTML Standard 13.2.6.4.7, quirks mode), and in a fragment it may not."""
    page = prepare_page(Page("<body><p>one<table><td>two</table></p>", "page.html", ""))
    assert StartTag("p") in page.events
    assert [snippet.kind for snippet, _ in cut(page, tokenizer, least=1)] == ["table"]


# near-duplicates


def ids(seed: int, changed: int = 0) -> list[int]:
    numbers: list[int] = np.random.default_rng(seed).integers(0, 8000, 300).tolist()
    return [9000 if place < changed else number for place, number in enumerate(numbers)]


def test_near_duplicates_are_added_once() -> None:
    unlike = NearDuplicates(0.8)
    assert unlike.add(signature(ids(1)))
    assert not unlike.add(signature(ids(1)))
    assert not unlike.add(signature(ids(1, changed=10)))  # 286 of 306 shingles shared
    assert unlike.add(signature(ids(1, changed=100)))  # 196 of 396, at most
    assert all(unlike.add(signature(ids(seed))) for seed in range(2, 60))


@pytest.mark.parametrize("threshold", [0.5, 1.1, float("nan")])
def test_thresholds_that_bands_would_miss_are_refused(threshold: float) -> None:
    with pytest.raises(ConfigError, match=r"from 0.7 to 1"):
        NearDuplicates(threshold)


# corpora


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two pages with a list in common, and a third that repeats the first."""
    shared = "<ul><li>one and two and three</li><li>four and five and six</li></ul>"
    (tmp_path / "pages").mkdir()
    for name, more in (("a", "this is the first page"), ("b", "and here is the second"), ("c", "this is the first page")):
        (tmp_path / "pages" / f"{name}.html").write_text(f"<!doctype html><title>x</title>{shared}<p>{more}</p>")
    return tmp_path / "pages"


def test_what_pages_share_is_cut_once(corpus: Path, tiny_bundle: Path) -> None:
    found = list(read_snippets([str(corpus)], Cutting(bundle=str(tiny_bundle), least=2)))
    assert Counter((Path(snippet.page).name, snippet.kind) for snippet in found) == {
        ("a.html", "list"): 1,
        ("a.html", "text"): 1,
        ("b.html", "text"): 1,
    }


def test_processes_make_no_difference(tiny_bundle: Path) -> None:
    one, two = (list(read_snippets([str(SAMPLES)], Cutting(bundle=str(tiny_bundle)), jobs=jobs)) for jobs in (1, 2))
    assert one == two
    assert len(one) > 300


def test_a_balanced_sample_does_not_depend_on_the_order() -> None:
    every = [Snippet(f"<p>{number}</p>", kind, 9, "page", "", f"/p[{number}]") for number in range(90) for kind in ("text", "nav")]
    every = [Snippet(f"{each.html}{each.kind}", each.kind, 9, each.page, "", each.path) for each in every]
    found = balanced(every, 20)
    assert Counter(each.kind for each in found) == {"text": 20, "nav": 20}
    assert balanced(every[::-1], 20) == found
    assert sorted(each.html for each in balanced(every, 1000)) == sorted(each.html for each in every)


def test_a_file_of_snippets(corpus: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    command = ["corpus", "snippets", str(corpus), "-o", str(tmp_path / "out.parquet"), "--bundle", str(tiny_bundle), "--least", "2"]
    result = CliRunner().invoke(cli, [*command, "--jobs", "1", "--json"])
    assert result.exit_code == 0, result.output
    rows = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert [list(row) for row in rows] == [["html", "kind", "tokens", "page", "site", "path"]] * 3
    assert [row["kind"] for row in rows] == ["list", "text", "text"]
    told = json.loads(result.stdout)
    assert (told["snippets"], told["tokens"]) == (3, sum(row["tokens"] for row in rows))
    assert sum(sum(lengths.values()) for lengths in told["kinds"].values()) == 3
    again = CliRunner().invoke(cli, command)
    assert (again.exit_code, again.stdout) == (2, "")
    assert "--force" in again.stderr
    fewer = CliRunner().invoke(cli, [*command, "--force", "--per-kind", "1"])
    assert fewer.stdout.splitlines()[-1].split()[:2] == ["all", "2"]


def test_statistics_count_kinds_and_lengths() -> None:
    found = SnippetStatistics()
    for kind, tokens in (("text", 15), ("text", 16), ("nav", 64), ("nav", 128), ("nav", 63)):
        found.add(Snippet("", kind, tokens, "", "", ""))
    assert found.to_dict() == {
        "snippets": 5,
        "tokens": 286,
        "kinds": {"nav": {"64..": 2, "32..63": 1}, "text": {"..15": 1, "16..31": 1}},
    }
    assert [line.split() for line in found.table().splitlines()[1:]] == [
        ["nav", "3", "0", "0", "1", "2"],
        ["text", "2", "1", "1", "0", "0"],
        ["all", "5", "1", "1", "1", "2"],
    ]
