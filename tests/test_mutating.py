"""Does a broken page have just the faults that are listed, each found by the evaluator where it is said to be? Asked of html5lib, too."""

import json
from collections import Counter
from pathlib import Path

import html5lib
import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.control import Control
from htmlgen.errors import ConfigError
from htmlgen.evaluation.score import evaluate
from htmlgen.mutating.kinds import KINDS
from htmlgen.mutating.mutate import Mutation, mutate
from htmlgen.pages import Generator

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Tea</title></head>
<body>
<main id="top">
<h1>Tea</h1>
<p class="lead">Tea is <em>hot</em> water, with leaves.</p>
<div>Green tea</div>
<ul><li>Assam</li><li>Darjeeling</li></ul>
</main>
</body>
</html>
"""
#: What html5lib, which is of 2020, does not take for an error.
_NOT_ASKED = frozenset("nested-comment text-in-table".split())


def found(page: str) -> Counter[tuple[str, int, int]]:
    return Counter((finding.rule, finding.line, finding.column) for finding in evaluate(page).findings)


def listed(mutation: Mutation) -> Counter[tuple[str, int, int]]:
    return Counter((fault.rule, fault.line, fault.column) for fault in mutation.faults)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_planted_and_found_where_it_is_said_to_be(kind: str) -> None:
    mutation = mutate(PAGE, seed=1, kinds=[kind])
    assert {fault.kind for fault in mutation.faults} == {kind}
    assert found(mutation.html) == listed(mutation)
    length = len(mutation.html) - len(PAGE)
    assert length == len(KINDS[kind].text.replace("{id}", "top"))
    assert any(mutation.html[:place] + mutation.html[place + length :] == PAGE for place in range(len(PAGE) + 1))


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.rule.startswith("syntax/") and name not in _NOT_ASKED])
def test_html5lib_reports_syntax_faults_too(kind: str) -> None:
    parser = html5lib.HTMLParser()
    parser.parse(mutate(PAGE, seed=1, kinds=[kind]).html)
    assert parser.errors


def test_pages_have_the_faults_of_their_list_and_no_others(samples_html: list[str]) -> None:
    kinds = Counter[str]()
    for seed, page in enumerate(samples_html[:8]):
        before = found(page)
        mutation = mutate(page, seed=seed, faults=6)
        assert len(mutation.faults) >= 6
        after = found(mutation.html)
        assert after.total() == before.total() + len(mutation.faults)
        assert listed(mutation) <= after
        kinds.update(fault.kind for fault in mutation.faults)
    assert len(kinds) > len(KINDS) / 2


@pytest.fixture(scope="module")
def samples_html() -> list[str]:
    folder = Path(__file__).parents[1] / "corpora" / "samples"
    return [path.read_text("utf-8") for path in sorted(folder.rglob("*.html"))[::5]]


def test_the_same_seed_breaks_alike() -> None:
    assert mutate(PAGE, seed=3, faults=4) == mutate(PAGE, seed=3, faults=4) != mutate(PAGE, seed=4, faults=4)


def test_a_page_without_a_place_has_fewer_faults() -> None:
    assert mutate("<p>", seed=1, kinds=["end-tag-attribute"]).faults == ()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"kinds": ["duplicate-ids"]}, "no kind of fault 'duplicate-ids' among .*did you mean 'duplicate-id'"),
        ({"faults": 0}, "faults must be between 1 and 100, got 0"),
    ],
)
def test_what_is_no_fault_is_refused(settings: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        mutate(PAGE, seed=1, **settings)  # type: ignore[arg-type]


def test_the_command_line_writes_pages_and_the_list(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    command = ["mutate", str(tmp_path / "page.html"), "--faults", "2", "--seed", "5"]
    printed = json.loads(CliRunner().invoke(cli, command).stdout)
    result = CliRunner().invoke(cli, [*command, "-o", str(tmp_path / "broken")])
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "broken" / "faults.jsonl").read_text())
    assert told["faults"] == printed["faults"] == [fault.to_dict() for fault in mutate(PAGE, seed=5, faults=2).faults]
    assert (tmp_path / "broken" / told["file"]).read_text() == printed["html"]
    assert CliRunner().invoke(cli, [*command, "-o", str(tmp_path / "broken")]).exit_code == 2
    assert CliRunner().invoke(cli, ["mutate", "--list"]).stdout.count("\n") == len(KINDS)


def test_a_share_of_generated_pages_is_broken(page_generator: Generator) -> None:
    pages = list(page_generator.pages(24, seed=1, max_tokens=80, control=Control(broken=0.5)))
    broken = [page for page in pages if page.faults]
    assert 6 <= len(broken) <= 18
    for page in pages:
        listed = Counter((fault.rule, fault.line, fault.column) for fault in page.faults)
        assert found(page.html) - found(page_generator.page(seed=page.seed, max_tokens=80).html) >= listed
        assert page.to_dict().get("faults", []) == [fault.to_dict() for fault in page.faults]
    assert [page.html for page in pages if not page.faults] == [
        page_generator.page(seed=page.seed, max_tokens=80).html for page in pages if not page.faults
    ]
