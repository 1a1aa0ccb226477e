"""For tests of any framework: `assert_valid_html(page)`. With pytest, there are fixtures besides, see docs/testing.md."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

    from htmlgen.pages import Page


def assert_valid_html(
    html: "str | bytes | BeautifulSoup | Tag | Page",
    *,
    fragment: bool | None = None,
    ignore: Iterable[str] = (),
    warnings: bool = False,
) -> None:
    """Fails where the evaluator finds an error.

    Args: html, as for `htmlgen.evaluate`; fragment, None to see from the page; ignore, rules that do not count, as ids or globs
    (`aria/*`); warnings, True for warnings to fail, too.
    Raises: AssertionError, with what was found, where, and the source; InputError, for what is no page; UnknownRuleError.
    """
    __tracebackhide__ = True
    from htmlgen.judged import described, judged

    evaluation = judged(html, fragment=fragment, ignore=(ignore,) if isinstance(ignore, str) else ignore)
    found = [finding for finding in evaluation.findings if warnings or finding.severity == "error"]
    if found:
        what = "fragment" if evaluation.fragment else "document"
        rules = sorted({finding.rule for finding in found})
        raise AssertionError(
            f"{len(found)} {'finding' if len(found) == 1 else 'findings'} in a {what} of {evaluation.bytes} bytes\n"
            f"{described(evaluation, found)}\n"
            f"htmlgen eval --explain {rules[0]} says what a rule means; ignore=[{rules[0]!r}] leaves it out"
        )
