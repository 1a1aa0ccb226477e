"""Are the bits of pages those that the model needs, and those that compressors need?"""

import json
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.corpus.preparation import PreparedPage
from htmlgen.evaluation.bits import measure, rates
from htmlgen.markup.writer import write
from htmlgen.runtime import bundle
from htmlgen.runtime.likelihood import bits_per_byte, page_nats
from htmlgen.runtime.session import PageStep, Session
from htmlgen.tokens.context import Reading

SAMPLES = Path(__file__).parent.parent / "corpora" / "samples"


def test_a_page_costs_what_its_tokens_cost(tiny_bundle: Path, samples: list[PreparedPage]) -> None:
    loaded = bundle.load(tiny_bundle)
    vocabulary = loaded.tokenizer.vocabulary
    found = list(measure(samples[:3], loaded))
    step = PageStep(Session(loaded.step_path, loaded.architecture), Reading(vocabulary))
    for page, said in zip(samples, found, strict=False):
        ids = loaded.tokenizer.encode(page.events)
        text = write(page.events).encode()
        (nats,) = page_nats(step, [ids], bos=vocabulary.bos, eos=vocabulary.eos)
        assert (said.name, said.bytes, said.tokens) == (page.name, len(text), len(ids))
        assert said.bits == pytest.approx(bits_per_byte(nats, 1), rel=1e-5)
        assert said.compressed["deflate"] == 8 * len(zlib.compress(text, 9, -15))
        assert said.compressed["xz"] > said.bytes  # more than a bit a byte, for text
    whole = rates(found)["deflate"]
    assert whole == pytest.approx(sum(page.compressed["deflate"] for page in found) / sum(page.bytes for page in found))


def test_pages_and_their_sum_on_the_command_line(tiny_bundle: Path) -> None:
    pages = [str(path) for path in sorted(SAMPLES.glob("*.html"))[:2]]
    plain = CliRunner().invoke(cli, ["bits", *pages, "--bundle", str(tiny_bundle), "--jobs", "1"])
    assert plain.exit_code == 0, plain.output
    *lines, last = plain.stdout.splitlines()
    assert [line.split()[-1] for line in lines] == pages
    assert "all 2 pages (deflate " in last
    listed = CliRunner().invoke(cli, ["bits", *pages, "--bundle", str(tiny_bundle), "--json"])
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [row.get("pages") for row in rows] == [None, None, 2]
    assert rows[2]["bytes"] == rows[0]["bytes"] + rows[1]["bytes"]
    mean = sum(row["bytes"] * row["bits_per_byte"] for row in rows[:2]) / rows[2]["bytes"]
    assert rows[2]["bits_per_byte"] == pytest.approx(mean, abs=1e-4)


def test_pages_without_content_are_told(tiny_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.html").write_text("<script>1</script>")
    result = CliRunner().invoke(cli, ["bits", str(tmp_path), "--bundle", str(tiny_bundle), "--jobs", "1"])
    assert result.exit_code == 2
    assert "none of the pages has any content left after cleaning" in result.output
