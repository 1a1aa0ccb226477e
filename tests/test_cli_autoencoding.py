"""Do the commands that turn components into vectors and back say what they found, and what they could not use?"""

import json
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import CliRunner, Result

from htmlgen.autoencoding.autoencoder import Autoencoder
from htmlgen.cli import cli

CARD = '<div class="card"><h3>{0} tea</h3><p>{0} leaves from the hills.</p></div>'
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>T</title></head><body><nav class="top"><ul><li><a href="/">Home</a></li>'
    f'<li><a href="/about">About</a></li></ul></nav>{CARD}</body></html>'
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Three pages, and two that are broken."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("Green", "Black", "White"):
        (folder / f"{name}.html").write_text(PAGE.format(name), "utf-8")
    (folder / "a-broken.html").write_bytes(b"\0\1" * 500)
    (folder / "z-empty.html").touch()
    return folder


class Runner:
    """Commands with the tiny bundle."""

    def __init__(self, bundle: Path) -> None:
        self._bundle = str(bundle)

    def __call__(self, *arguments: str | Path, code: int = 0, given: str | None = None) -> Result:
        result = CliRunner().invoke(cli, [*map(str, arguments), "--bundle", self._bundle], input=given)
        assert (result.exception is None or isinstance(result.exception, SystemExit)) and result.exit_code == code, result.output
        return result

    def json(self, *arguments: str | Path) -> list[dict[str, object]]:
        return [json.loads(line) for line in self(*arguments, "--json").stdout.splitlines()]


@pytest.fixture
def run(tiny_autoencoder_bundle: Path) -> Runner:
    return Runner(tiny_autoencoder_bundle)


def test_autoencode_shows_what_came_back(run: Runner, site: Path, autoencoder: Autoencoder) -> None:
    result = run("autoencode", site)
    assert "a-broken.html is a binary file" in result.stderr
    assert "z-empty.html is empty" in result.stderr
    assert "Black.html /nav[1]" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("components came back token for token")
    rows = run.json("autoencode", site)
    pages = [autoencoder.cutter.components(PAGE.format(name)) for name in ("Black", "Green", "White")]
    assert [row["source"] for row in rows] == [found.html for page in pages for found in page]
    assert set(rows[0]) >= {"page", "path", "tokens", "source", "html", "exact", "nats", "pq_gram", "text"}
    [row] = [json.loads(line) for line in run("autoencode", "-", "--json", given="<p>Tea").stdout.splitlines()]
    assert (row["page"], row["source"]) == ("stdin", "<p>Tea</p>")
    assert run("autoencode", "-", given="<br>", code=2).stderr.splitlines() == [
        "htmlgen: stdin: has no text and nothing to be seen in it; give a page with content",
        "htmlgen: none of these pages has anything that could be encoded",
    ]


def test_embed_writes_vectors_and_a_map(run: Runner, site: Path, tmp_path: Path, autoencoder: Autoencoder) -> None:
    vectors, plot = tmp_path / "vectors.parquet", tmp_path / "map.html"
    result = run("embed", site, "-o", vectors, "--plot", plot, "--unit")
    count = len(list(autoencoder.found([(name, PAGE.format(name)) for name in ("Black", "Green", "White")])))
    assert f"{count} rows; wrote {vectors} and {plot}" in result.stderr
    assert "a-broken.html" in result.stderr
    table = pyarrow.parquet.read_table(vectors)
    assert table.num_rows == count
    assert all(abs(sum(number**2 for number in vector) - 1) < 1e-5 for vector in table.column("vector").to_pylist())
    assert plot.read_text("utf-8").count("<circle") == count + len(set(table.column("kind").to_pylist()))
    assert "is there already" in run("embed", site, "-o", vectors, code=2).stderr
    run("embed", site, "-o", vectors, "--pages", "--force")
    pages = pyarrow.parquet.read_table(vectors).to_pylist()
    assert [(row["path"], row["kind"], Path(row["page"]).name) for row in pages] == [
        ("/", "page", f"{name}.html") for name in ("Black", "Green", "White")
    ]
    assert pages[0]["vector"] == pytest.approx(autoencoder.embed(PAGE.format("Black"))[0].tolist(), abs=1e-5)
    assert "nothing to embed" in run("embed", "-", "--plot", tmp_path / "new.html", given="<p>x", code=2).stderr
    assert not (tmp_path / "new.html").exists()


def test_similar_finds_the_same_in_pages_and_in_vectors(run: Runner, site: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "vectors.parquet"
    run("embed", site, "-o", vectors)
    query = CARD.format("White")
    rows = run.json("similar", query, site, "-k", "3")
    assert len(rows) == 3
    assert (rows[0]["html"], Path(str(rows[0]["page"])).name, rows[0]["score"]) == (query, "White.html", 1.0)
    assert run.json("similar", query, vectors, "-k", "3") == rows
    (tmp_path / "query.html").write_text(query, "utf-8")
    assert run.json("similar", tmp_path / "query.html", vectors, "-k", "3") == rows
    assert "1.000  card" in run("similar", query, site).stdout


def test_duplicates_and_outliers(run: Runner, site: Path) -> None:
    clusters = run.json("duplicates", site, "--threshold", "0.999")
    assert clusters[0]["variants"] == 1
    assert len(clusters[0]["components"]) == 3  # type: ignore[arg-type]
    assert "3 components, 1 different" in run("duplicates", site, "--threshold", "0.999").stdout
    assert run("duplicates", site, "--rows", "1", "--threshold", "0.999").stdout.count("components, ") == 1
    outliers = run.json("outliers", site)
    scores = [float(str(row["score"])) for row in outliers]
    assert scores == sorted(scores, reverse=True)
    assert f"2 of {len(outliers)} components" in run("outliers", site, "--rows", "2").stdout


def test_vary_and_interpolate_write_a_line_each(run: Runner, autoencoder: Autoencoder) -> None:
    card = CARD.format("Green")
    result = run("vary", card, "--n", "2", "--seed", "3", "--strength", "0.5")
    assert result.stdout.splitlines() == autoencoder.vary(card, 2, strength=0.5, seed=3)
    assert "seed" in run("vary", "-", "--n", "1", given=card).stderr
    assert [row["seed"] for row in run.json("vary", card, "--n", "1", "--seed", "3")] == [3]
    way = run("interpolate", card, "<p>One</p>", "--steps", "3").stdout.splitlines()
    assert way == autoencoder.interpolate(card, "<p>One</p>", 3)
    assert [row["share"] for row in run.json("interpolate", card, "<p>One</p>", "--steps", "3")] == [0, 0.5, 1]


def test_help_loads_no_model() -> None:
    for command in ("autoencode", "embed", "similar", "vary", "interpolate", "duplicates", "outliers"):
        assert CliRunner().invoke(cli, [command, "--help"]).exit_code == 0
