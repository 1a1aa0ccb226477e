"""Are the pages that Hypothesis draws valid, and is what it shrinks a failure to small?"""

import re
import subprocess
import sys
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from htmlgen import evaluate
from htmlgen.errors import BudgetError, ConfigError, UnknownGrammarError
from htmlgen.integrations.drawing import page_guide, snippet_guide
from htmlgen.shapes import Shape
from htmlgen.strategies import HtmlPage, HtmlSnippet, pages, snippets

SETTINGS: Final = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
FEW: Final = settings(SETTINGS, max_examples=25, phases=[Phase.generate])
MANY: Final = settings(SETTINGS, max_examples=1000)
LOADED: Final = "import sys, hypothesis; print(*sys.modules); import hypothesis.strategies as s; print(hasattr(s, 'integers'))"


@FEW
@given(pages())
def test_pages_are_valid(page: str) -> None:
    assert evaluate(page).score == 1
    assert page.startswith("<!DOCTYPE html><html")


@FEW
@given(snippets())
def test_snippets_are_valid(snippet: str) -> None:
    assert evaluate(snippet, fragment=True).score == 1


@FEW
@given(snippets("table"), snippets(skeleton="ul>li*3>a"))
def test_snippets_are_what_was_asked_for(table: str, links: str) -> None:
    assert re.match("<table[ >]", table)
    assert len(re.findall("<li[ >]", links)) == len(re.findall("<a[ >]", links)) == 3


@pytest.mark.parametrize("budget", [21, 22, 30, 500])
def test_pages_end_within_their_budget(budget: int) -> None:
    guide = page_guide("page")
    assert guide.least_cost(guide.start()) == 21
    lengths: list[int] = []

    @settings(FEW, max_examples=10)
    @given(pages(max_tokens=budget))
    def drawn(page: str) -> None:
        lengths.append(len(page))
        assert page.endswith("</html>")

    drawn()
    assert lengths


def test_what_always_fails_shrinks_to_an_element_without_attributes() -> None:
    assert re.fullmatch(r"<([a-z]+)>a?</\1>", find(snippets(), lambda _: True, settings=MANY))


def test_a_fault_of_a_sanitizer_is_found_and_shrinks_to_fewer_than_sixty_characters() -> None:
    """A sanitizer that unwraps elements, and forgets what stands in them."""

    def unwrapped(page: str) -> str:
        return re.sub(r"<(div|section)\b[^>]*>(.*)</\1>", r"\2", page)

    shown = find(snippets(), lambda snippet: re.search("<(div|section)", unwrapped(snippet)) is not None, settings=MANY)
    assert len(shown) < 60
    assert evaluate(shown, fragment=True).score == 1


def test_of_attributes_those_are_left_that_matter_or_ask_for_one_that_does() -> None:
    shown = find(snippets(), lambda snippet: " href=" in snippet, settings=MANY)
    assert len(re.findall(' [a-z]+="', shown)) <= 2
    assert len(shown) < 80


def test_types_stand_for_pages_and_snippets() -> None:
    assert find(st.from_type(HtmlSnippet), lambda _: True, settings=FEW).startswith("<")
    assert find(st.from_type(HtmlPage), lambda _: True, settings=FEW).startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("strategy", "error", "message"),
    [
        (pages(max_tokens=20), BudgetError, "max_tokens 20 is too few: the least page needs 21"),
        (pages("pge"), UnknownGrammarError, "did you mean 'page'"),
        (snippets("tabel"), ConfigError, "no kind 'tabel' of snippets among .*did you mean 'table'"),
    ],
)
def test_what_cannot_be_drawn_is_said(strategy: st.SearchStrategy[str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        find(strategy, lambda _: True, settings=FEW)


def test_importing_hypothesis_loads_the_strategies_and_no_more() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout.split()
    assert "htmlgen.strategies" in loaded
    assert [name for name in ("numpy", "onnxruntime", "sentencepiece", "htmlgen.integrations.drawing") if name in loaded] == []


def test_guides_are_made_once() -> None:
    assert snippet_guide(Shape(kind="nav")) is snippet_guide(Shape(kind="nav"))
