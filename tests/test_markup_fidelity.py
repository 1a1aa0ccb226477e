"""Nothing is lost between a page and its canonical spelling: html5lib, as published, builds one tree from both, on real pages too."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from strategies import pages

from htmlgen.corpus.pages import Page, read_pages
from htmlgen.markup.elements import FLOW, METADATA, VOID
from htmlgen.markup.reader import read
from htmlgen.tokens.tokenizer import Tokenizer

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus" / "test.parquet"


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("roundtrip", ROOT / "eval" / "roundtrip.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


roundtrip = _module()


def sampled() -> list[Page]:
    """Every 18th page of the test split; none where the corpus is not beside the repository."""
    return list(read_pages([str(CORPUS)]))[::18] if CORPUS.exists() else []


@pytest.mark.skipif(not CORPUS.exists(), reason="no public pages beside the repository (../shared/corpus)")
@pytest.mark.parametrize("page", sampled(), ids=lambda page: page.name)
def test_a_real_page_is_read_written_encoded_and_parsed_alike(tokenizer: Tokenizer, page: Page) -> None:
    verdict = roundtrip.judge(page.html, tokenizer)
    assert (verdict.read_again, verdict.decoded, verdict.cause, verdict.losses) == (True, True, "", ())


@settings(max_examples=150, deadline=None)
@given(pages)
def test_source_and_canonical_page_have_one_tree_unless_a_loss_is_named(page: str) -> None:
    reading = read(page)
    assert reading.losses or roundtrip.same_tree(roundtrip.mended_tree, page, reading)


@pytest.mark.parametrize("name", sorted(FLOW | METADATA | VOID | {"li", "option", "dd", "summary", "legend"}))
def test_an_element_of_any_name_is_kept_with_all_text_around_it(name: str) -> None:
    page = f"<div>abc<{name} class=d>efg</{name}>hij</div>"
    reading = read(page)
    assert roundtrip.same_tree(roundtrip.html5lib_tree, page, reading)
    assert reading.losses == ()


@pytest.mark.parametrize(
    "page",
    [
        "<!doctype html public 'a' 'b'><title>a&amp;b</title><p class=a>b<br>c<b>d<i>e</b>f",
        "<ul><li>a<li>b</ul><table><tr><td>c<td>d<tr><th>e</table><select><optgroup><option>f",
        "<svg viewbox='0 0 1 1' xlink:href=a><foreignobject><p>a</foreignobject><path/></svg><math><mi>x",
        "<script>a<b</script><style>c>d</style><textarea>\n\n<e></textarea><noscript><p>f</noscript>",
        "<td>a<td>b",
    ],
)
def test_html5lib_as_published_builds_one_tree_from_both(page: str) -> None:
    reading = read(page)
    assert roundtrip.same_tree(roundtrip.html5lib_tree, page, reading)
    assert reading.losses == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("<p>a b</p>", "<p> ab <!-- c --></p>", True),
        ("a<!-- -->b", "ab", True),
        ("<p a=1 b=2>", "<p b=2 a=1>", True),
        ("<p>a", "<p>b", False),
        ("<p a=1>", "<p a=2>", False),
        ("<p><b></b></p>", "<p></p><b></b>", False),
        ("<p>a</p>b", "<p></p>ab", False),
    ],
)
def test_an_outline_tells_trees_apart_by_all_but_white_space_and_comments(one: str, other: str, same: bool) -> None:
    rows = [list(roundtrip.outline(roundtrip.html5lib_tree(text, fragment=True))) for text in (one, other)]
    assert (rows[0] == rows[1]) is same


def test_a_summary_counts_shares_and_causes() -> None:
    rows = [(True, True, ""), (True, False, "nested-a", ("nested-a",)), (False, True, "unnamed"), (True, True, "")]
    found = roundtrip.summary([roundtrip.Verdict(*row) for row in rows])
    assert (found["read again equal"], found["decoded equal"], found["html5lib trees equal"]) == (0.75, 0.75, 0.5)
    assert found["trees differ by cause"] == {"nested-a": 1, "unnamed": 1}
    assert found["losses by cause"] == {"nested-a": 1}
