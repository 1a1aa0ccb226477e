"""Does the pytest plugin work in pytest, tell what is wrong, and cost nothing before it is used?"""

import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

FAULTY = "<p>Black <b>and <i>green</b></i> tea."
TWICE = '<p id="a">Tea</p><p id="a">Milk</p></i>'


@pytest.fixture
def suite(pytester: pytest.Pytester, tiny_bundle: Path) -> pytest.Pytester:
    """A folder for tests, whose pages a small model writes."""
    pytester.makeini(f"[pytest]\nhtmlgen_bundle = {tiny_bundle}\nhtmlgen_max_tokens = 60\n")
    return pytester


def test_fixtures_give_valid_pages_and_snippets(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def test_page(htmlgen_page, assert_valid_html):
            assert str(htmlgen_page).startswith("<!DOCTYPE html>")
            assert htmlgen_page.tokens <= 60
            assert_valid_html(htmlgen_page)

        def test_pages(htmlgen_pages, assert_valid_html):
            pages = htmlgen_pages(3, max_tokens=40)
            assert len({str(page) for page in pages}) == 3
            for page in pages:
                assert page.tokens <= 40
                assert_valid_html(page)

        def test_snippet(htmlgen_snippet, assert_valid_html):
            nav = htmlgen_snippet("nav")
            assert nav.soup.find("nav")
            assert_valid_html(nav, fragment=True)
            assert htmlgen_snippet(skeleton="ul>li*3").soup.find_all("li").__len__() == 3
        """
    )
    suite.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=3)


def test_a_test_sees_the_same_pages_each_time_and_another_test_others(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        def test_one(htmlgen_page):
            with open("seen", "a") as file:
                print(htmlgen_page, file=file)

        def test_two(htmlgen_page):
            with open("seen", "a") as file:
                print(htmlgen_page, file=file)
        """
    )
    for options in ((), (), ("-o", "htmlgen_seed=1")):
        suite.runpytest("-p", "no:cacheprovider", *options).assert_outcomes(passed=2)
    pages = (suite.path / "seen").read_text("utf-8").splitlines()
    assert pages[:2] == pages[2:4]
    assert len(set(pages)) == 4


def test_a_failure_shows_what_is_wrong_and_where(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"def test_it(assert_valid_html):\n    assert_valid_html({FAULTY!r})\n")
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*AssertionError: * findings in a fragment of 37 bytes",
            "E*1:25 syntax/misnested-tags *",
            f"E*    {FAULTY}",
            f"E*    {' ' * 24}^",
            "E*htmlgen eval --explain syntax/misnested-tags says *",
        ]
    )
    assert "judged(" not in result.stdout.str()  # the caller's line is the last one shown


def test_rules_that_are_ignored_do_not_count(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhtmlgen_ignore =\n    reference/*\n")
    pytester.makepyfile(
        f"""
        from htmlgen.testing import assert_valid_html as check

        def test_it(assert_valid_html):
            assert_valid_html({TWICE!r}, ignore=["syntax/*", "balance/*"])

        def test_plain():
            check({TWICE!r}, ignore=["syntax/stray-end-tag", "balance/*", "reference/*"])

        def test_not_enough(assert_valid_html):
            assert_valid_html({TWICE!r})

        def test_no_rule(assert_valid_html):
            assert_valid_html("<p>x</p>", ignore=["syntx/*"])
        """
    )
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(["E*AssertionError: 1 finding in *", "E*no rule fits 'syntx/[*]'*"])


@pytest.mark.parametrize("page", ["<section><p>Tea</p></section>"])
def test_warnings_fail_only_if_asked(page: str) -> None:
    from htmlgen.testing import assert_valid_html

    assert_valid_html(page)
    with pytest.raises(AssertionError, match=r"1 finding in a fragment of 29 bytes\n1:1 warning document/section-without-heading"):
        assert_valid_html(page, warnings=True)


def test_many_findings_are_cut_short() -> None:
    from htmlgen.testing import assert_valid_html

    with pytest.raises(AssertionError, match=r"12 findings[\s\S]*… and 2 more\n"):
        assert_valid_html("</b>" * 12)


def test_settings_that_are_none_are_refused(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhtmlgen_max_tokens = many\n")
    pytester.makepyfile("def test_it(htmlgen_page):\n    pass\n")
    result = pytester.runpytest("-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*htmlgen_max_tokens must be a whole number, got 'many'*"])


def test_loading_the_plugin_loads_no_library(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_it():
            assert "htmlgen.integrations.pytest_plugin" in sys.modules
            assert not {"numpy", "onnxruntime", "sentencepiece", "html5lib", "htmlgen.pages"} & set(sys.modules)
        """
    )
    pytester.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider").assert_outcomes(passed=1)
