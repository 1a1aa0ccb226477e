"""Rules: does each have a page, and does the page's bad example break that rule, and its good one keep it?"""

import codecs
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from htmlgen.cli import cli
from htmlgen.errors import UnknownRuleError
from htmlgen.evaluation.rules import FAMILIES, RULES, explanation, rule_of, source_url
from htmlgen.evaluation.score import evaluate
from htmlgen.evaluation.screening.ignoring import without_ignored

FOLDER = Path(__file__).parents[1] / "docs" / "rules"
PAGES = {path.relative_to(FOLDER).with_suffix("").as_posix(): path.read_text("utf-8") for path in sorted(FOLDER.glob("*/*.md"))}
SHAPE = re.compile(
    r"# (?P<rule>\S+)\n\n(?P<text>.+?)\n\n## Bad\n\n(?P<bad>.+?)\n\n## Good\n\n(?P<good>.+?)\n\n"
    r"## Source\n\n\[(?P<source>[^\]]+)\]\((?P<url>\S+)\)(?P<more>.*)\n",
    re.DOTALL,
)
EXAMPLE = re.compile(r"```html( escaped)?\n(.*)\n```", re.DOTALL)
#: Pages too large, too deep or too slow to be printed, and what is wrong with bytes (`test_evaluation_encoding.py`).
IN_PROSE = {"input/too-large", "input/parser-failure", "input/judging-failure", "input/too-slow", "input/too-many-errors"} | {
    rule for rule in PAGES if rule.startswith("encoding/")
}
EXAMPLES = [rule for rule in PAGES if rule not in IN_PROSE]


def parts(rule: str) -> dict[str, str]:
    page = SHAPE.fullmatch(PAGES[rule])
    assert page, "a page is: # id, text, ## Bad, ## Good, ## Source with a link"
    return page.groupdict()


def rules_found(example: str) -> set[str]:
    """The rules that an example breaks: one fenced block; in a block marked `escaped`, Python's escapes stand for characters."""
    block = EXAMPLE.fullmatch(example)
    assert block, "an example is one fenced block of html"
    page = codecs.decode(block[2], "unicode_escape") if block[1] else block[2]
    return {finding.rule for finding in without_ignored(evaluate(page).every_finding, page)}


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert set(PAGES) == set(RULES)


@pytest.mark.parametrize("rule", PAGES)
def test_a_page_says_what_its_rule_says(rule: str) -> None:
    page = parts(rule)
    assert (page["rule"], page["source"]) == (rule, RULES[rule].source)
    assert RULES[rule].family in FAMILIES


@pytest.mark.parametrize("rule", EXAMPLES)
def test_the_bad_example_breaks_the_rule_and_the_good_one_keeps_it(rule: str) -> None:
    page = parts(rule)
    assert rule in rules_found(page["bad"])
    assert rule not in rules_found(page["good"])


@pytest.mark.parametrize("rule", EXAMPLES)
def test_whatever_is_found_is_a_rule_of_the_table(rule: str) -> None:
    page = parts(rule)
    assert (rules_found(page["bad"]) | rules_found(page["good"])) - set(RULES) == set()


def test_a_page_that_is_no_example_is_in_prose() -> None:
    assert {rule for rule in PAGES if "```" not in PAGES[rule]} == IN_PROSE


def test_an_explanation_is_the_rules_page() -> None:
    assert explanation("balance/stray") == PAGES["balance/stray"]


def test_an_explanation_links_to_its_source() -> None:
    assert source_url(PAGES["syntax/eof-in-tag"]) == "https://html.spec.whatwg.org/multipage/parsing.html#parse-error-eof-in-tag"
    assert source_url("# x/y\n\n[no](https://source.example)") == ""


@pytest.mark.parametrize(("asked", "close"), [("balance/strai", "balance/stray"), ("eof-in-tag", "syntax/eof-in-tag"), ("x", None)])
def test_an_unknown_rule_is_told_close_ones(asked: str, close: str | None) -> None:
    with pytest.raises(UnknownRuleError, match="--explain all") as error:
        explanation(asked)
    assert (f"did you mean {close}" in str(error.value)) if close else ("did you mean" not in str(error.value))


@pytest.mark.parametrize("asked", ["../evaluate", "balance", "balance/../balance/stray", ""])
def test_only_rules_are_explained(asked: str) -> None:
    with pytest.raises(UnknownRuleError):
        explanation(asked)


def test_a_rule_that_the_table_lacks_is_one_by_its_name() -> None:
    assert rule_of("syntax/made-up-one").title == "Made up one"
    assert rule_of("balance/stray") is RULES["balance/stray"]


def test_the_command_line_explains_a_rule() -> None:
    result = CliRunner().invoke(cli, ["eval", "--explain", "balance/stray"])
    assert result.exit_code == 0
    for part in ("balance/stray", "An end tag ends nothing", "<p>Tea</em> and milk</p>", "HTML Standard, 13.1.2 Elements"):
        assert part in result.output


def test_the_command_line_lists_all_rules() -> None:
    result = CliRunner().invoke(cli, ["eval", "--explain", "all"])
    assert result.exit_code == 0
    assert [rule for rule in RULES if rule not in result.output] == []


def test_an_unknown_rule_exits_with_2_and_close_names() -> None:
    result = CliRunner().invoke(cli, ["eval", "--explain", "balance/strai"])
    assert result.exit_code == 2
    assert "did you mean balance/stray" in result.output
