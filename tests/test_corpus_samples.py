"""The project's own pages: all there, of many kinds, and such as a model may learn from."""

from pathlib import Path

import html5lib
import pytest

from htmlgen.markup.events import StartTag
from htmlgen.markup.reader import read

SAMPLES = sorted((Path(__file__).parents[1] / "corpora" / "samples").glob("*.html"))
KINDS = ("product-list", "table-report")  # kinds of two words


def test_there_are_46_pages_of_15_kinds_or_more() -> None:
    kinds = {next((kind for kind in KINDS if path.name.startswith(kind)), path.name.partition("-")[0]) for path in SAMPLES}
    assert len(SAMPLES) == 46
    assert len(kinds) >= 15


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path.stem))
def test_a_sample_is_read_without_loss_and_holds_nothing_that_runs(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    reading = read(page)
    tags = [event for event in reading.events if isinstance(event, StartTag)]
    attributes = [name for tag in tags for name, _ in tag.attributes]
    assert reading.losses == ()
    assert not reading.fragment
    assert not {tag.name for tag in tags} & {"script", "style"}
    assert [name for name in attributes if name.startswith("on") or name == "style"] == []
    assert [value for tag in tags for _, value in tag.attributes if value.startswith(("data:", "javascript:"))] == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: str(path.stem))
def test_html5lib_finds_no_error_in_a_sample(path: Path) -> None:
    parser = html5lib.HTMLParser()
    parser.parse(path.read_text(encoding="utf-8"))
    assert parser.errors == []
