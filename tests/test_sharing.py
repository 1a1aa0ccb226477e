"""May threads share a generator, and is a page what it is in every form?"""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from htmlgen.control import Control
from htmlgen.errors import BudgetError, ConfigError, OutputError
from htmlgen.markup.events import Doctype, StartTag
from htmlgen.markup.reader import read
from htmlgen.pages import Generator, Page
from htmlgen.runtime.session import PageStep


def test_threads_that_share_a_generator_write_the_pages_that_one_writes(tiny_bundle: Path) -> None:
    """Few positions are kept, so that one thread forgets what another one stands in."""
    alone = Generator.load(tiny_bundle)
    pages = [alone.page(seed=seed, max_tokens=120) for seed in range(24)]
    snippets = [alone.snippet(kind, seed=seed) for kind in ("nav", "form") for seed in range(6)]
    completed = alone.complete("<ul><li>a", n=2)
    shared = Generator.load(tiny_bundle)
    shared.guide.most_positions = 50  # type: ignore[attr-defined]
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(shared.page, seed=seed, max_tokens=120) for seed in range(24)]
        parts = [pool.submit(shared.snippet, kind, seed=seed) for kind in ("nav", "form") for seed in range(6)]
        further = [pool.submit(shared.complete, "<ul><li>a", n=2) for _ in range(4)]
        assert [each.result() for each in found] == pages
        assert [each.result() for each in parts] == snippets
        assert all(each.result() == completed for each in further)


@pytest.mark.parametrize(("threads", "batch"), [(1, 6), (2, 1), (2, 6), (3, 4)])
def test_pages_of_the_bundle_that_ships_depend_on_neither_threads_nor_batch(threads: int, batch: int) -> None:
    """To the bit: logarithms of probabilities are compared too."""
    one = list(Generator.load(threads=1, batch=1).pages(6, seed=5, max_tokens=200))
    assert list(Generator.load(threads=threads, batch=batch).pages(6, seed=5, max_tokens=200)) == one


def test_iterators_of_one_generator_may_be_read_by_turns(page_generator: Generator) -> None:
    one, other = (list(page_generator.pages(3, seed=seed, max_tokens=60)) for seed in (1, 7))
    first, second = (page_generator.pages(3, seed=seed, max_tokens=60) for seed in (1, 7))
    assert list(zip(first, second, strict=True)) == list(zip(one, other, strict=True))


@pytest.mark.parametrize("prompt", ["", "<h1>Hello wor"])
def test_a_stream_gives_the_events_of_its_page(page_generator: Generator, prompt: str) -> None:
    page = page_generator.page(seed=4, max_tokens=80, prompt=prompt)
    assert list(page_generator.stream(seed=4, max_tokens=80, prompt=prompt)) == list(read(page.html).events)


def test_a_stream_gives_events_before_the_page_is_whole(page_generator: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[object] = []
    step = type(page_generator._step)
    predict = step.predict

    def counted(self: PageStep, ids: Any, arrays: Any) -> Any:
        steps.append(ids)
        return predict(self, ids, arrays)

    monkeypatch.setattr(step, "predict", counted)
    stream = page_generator.stream(seed=4, max_tokens=80)
    assert next(stream) == Doctype()
    early = len(steps)
    assert isinstance(next(stream), StartTag)
    list(stream)
    assert early <= 3 < len(steps)


def test_what_cannot_be_streamed_is_said_at_once(page_generator: Generator) -> None:
    with pytest.raises(ConfigError, match="leave out best_of, unique and novelty"):
        page_generator.stream(seed=1, control=Control(best_of=2))
    with pytest.raises(BudgetError):
        next(page_generator.stream(seed=1, max_tokens=3))


PAGE = Page('<p title="a &quot;b&quot;">x &amp; y</p>', seed=3, tokens=9, logprob=-1.0, bundle="none")


def test_a_page_is_saved_whole_and_never_over_another_unless_asked(tmp_path: Path) -> None:
    file = tmp_path / "new" / "page.html"
    PAGE.save(file)
    assert file.read_text("utf-8") == f"{PAGE.html}\n"
    file.write_text("mine", "utf-8")
    with pytest.raises(OutputError, match=r"page\.html: is there already; choose another path, or force=True"):
        PAGE.save(str(file))
    assert file.read_text("utf-8") == "mine"
    PAGE.save(file, force=True)
    assert file.read_text("utf-8") == f"{PAGE.html}\n"
    assert [each.name for each in file.parent.iterdir()] == ["page.html"]
    with pytest.raises(OutputError, match="cannot write there"):
        PAGE.save(file / "below.html")


def test_a_notebook_shows_a_page_in_a_frame_that_may_do_nothing() -> None:
    shown = PAGE._repr_html_()
    (frame,) = re.findall(r'<iframe sandbox="" srcdoc="([^"]*)" title="seed 3" style="[^"]*"></iframe>', shown)
    assert unescape(frame) == PAGE.html
