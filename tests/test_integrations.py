"""Do the plugins work in their hosts: Jinja2, Python-Markdown, MkDocs, Sphinx, Faker? What a host lacks, skips its tests."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from htmlgen import evaluate
from htmlgen.errors import ConfigError
from htmlgen.integrations.wanted import Wanted, generator

#: Each plugin, and what stands for its host among what is loaded.
HOSTS = {"faker": "faker", "jinja": "jinja2", "markdown": "markdown", "mkdocs": "mkdocs", "pytest_plugin": "pytest", "sphinx": "sphinx"}


def valid(html: str) -> bool:
    return evaluate(html, fragment=True).score == 1


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a host as its users do."""
    return subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False, timeout=300)


# What is wanted ---------------------------------------------------------------------------------------------------------------------


def test_numbers_may_be_words_and_names_may_have_hyphens() -> None:
    assert Wanted.of({"kind": "nav", "n": "3", "seed": 1, "tokens": None}) == Wanted(kind="nav", n=3, seed=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"knd": "nav"}, "no option 'knd' among kind, like, skeleton, n, seed, tokens; did you mean 'kind'?"),
        ({"n": "many"}, "n must be a whole number, got 'many'"),
        ({"n": 1.5}, "n must be a whole number, got 1.5"),
    ],
)
def test_what_is_no_option_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        Wanted.of(options)


def test_a_place_has_snippets_of_its_own_and_a_seed_goes_before_it() -> None:
    wanted = Wanted(kind="nav")
    assert wanted.at("here") == wanted.at("here") != wanted.at("there")
    assert Wanted(kind="nav", seed=1).at("here") == Wanted(kind="nav", seed=1)


def test_snippets_are_those_of_the_library(tiny_bundle: Path) -> None:
    html = Wanted(kind="nav", n=2, seed=3).html(str(tiny_bundle))
    assert html.splitlines() == [str(generator(str(tiny_bundle)).snippet("nav", seed=seed)) for seed in (3, 4)]
    assert valid(html)


@pytest.mark.parametrize("plugin", HOSTS)
def test_loading_a_plugin_loads_no_model(plugin: str) -> None:
    pytest.importorskip(HOSTS[plugin], reason=f"{HOSTS[plugin]} is not installed")
    program = f"import sys, htmlgen.integrations.{plugin}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in ("numpy", "onnxruntime", "sentencepiece", "htmlgen.pages") if name in loaded] == []


# Jinja2 -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def jinja(tiny_bundle: Path) -> Any:
    jinja2 = pytest.importorskip("jinja2", reason="Jinja2 is not installed")
    templates = {
        "tag": "<main>\n{% htmlgen 'nav', n=2, seed=1 %}</main>",
        "function": "<main>\n{{ htmlgen('nav', n=2, seed=1) }}</main>",
        "free": "{% htmlgen kind, skeleton=shape %}",
        "placed": "{% htmlgen 'nav' %}\n---\n{% htmlgen 'nav' %}",
        "none": "\n{% htmlgen 'nvigation' %}",
        "option": "{{ htmlgen('nav', sed=1) }}",
    }
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(templates), autoescape=True, extensions=["htmlgen.integrations.jinja.HtmlgenExtension"]
    )
    environment.htmlgen_bundle = str(tiny_bundle)
    return environment


def test_the_tag_and_the_function_write_the_same_and_escape_nothing(jinja: Any) -> None:
    tag, function = (jinja.get_template(name).render() for name in ("tag", "function"))
    assert tag == function
    assert len(re.findall("<nav[ >]", tag)) >= 2
    assert valid(tag)


def test_what_is_asked_for_may_come_from_the_template(jinja: Any) -> None:
    assert len(re.findall("<li[ >]", jinja.get_template("free").render(kind="", shape="ul>li*4"))) == 4


def test_a_tag_without_a_seed_writes_the_same_each_time_and_another_place_otherwise(jinja: Any) -> None:
    first, _, second = jinja.get_template("placed").render().partition("---")
    assert jinja.get_template("placed").render() == f"{first}---{second}"
    assert first.strip() != second.strip()


def test_what_goes_wrong_names_template_and_line(jinja: Any) -> None:
    from jinja2 import TemplateRuntimeError, TemplateSyntaxError

    with pytest.raises(TemplateRuntimeError, match=r"^none:2: no kind 'nvigation' of snippets among "):
        jinja.get_template("none").render()
    with pytest.raises(TemplateRuntimeError, match=r"no option 'sed'.*did you mean 'seed'"):
        jinja.get_template("option").render()
    with pytest.raises(TemplateSyntaxError, match="takes a kind and then name=value"):
        jinja.from_string("{% htmlgen 'nav', 3 %}")


# Python-Markdown and MkDocs ---------------------------------------------------------------------------------------------------------

BLOCK = "```htmlgen\nkind: nav\nn: 2\nseed: 1\n```"


@pytest.fixture
def markdown(tiny_bundle: Path) -> Any:
    host = pytest.importorskip("markdown", reason="Python-Markdown is not installed")
    from htmlgen.integrations.markdown import HtmlgenExtension

    return lambda text: host.markdown(text, extensions=[HtmlgenExtension(bundle=str(tiny_bundle), place="index.md"), "fenced_code"])


def test_a_block_becomes_snippets_between_paragraphs(markdown: Any, tiny_bundle: Path) -> None:
    html = markdown(f"Before *it*.\n{BLOCK}\nAfter.")
    expected = Wanted(kind="nav", n=2, seed=1).html(str(tiny_bundle))
    assert html == f"<p>Before <em>it</em>.</p>\n{expected}\n<p>After.</p>"


def test_whatever_a_snippet_begins_with_stands_by_itself(markdown: Any) -> None:
    for seed in range(40):
        html = markdown(f"```htmlgen\nseed: {seed}\ntokens: 30\n```")
        assert not html.startswith("<p>")
        assert valid(html)


def test_other_blocks_stay_as_they_are(markdown: Any) -> None:
    shown = markdown(f"````markdown\n{BLOCK}\n````\n\n```html\n<b>\n```\n\n```htmlgen\nnever closed")
    assert "kind: nav" in shown
    assert "&lt;b&gt;" in shown
    assert "<nav" not in shown


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("```htmlgen\nnav\n```", "index.md:3: htmlgen: a line of a block is name: value, such as kind: card-list, not 'nav'"),
        ("```htmlgen\nkind: nvav\n```", "index.md:3: htmlgen: no kind 'nvav' of snippets among"),
        ("```htmlgen\nsize: 3\n```", "index.md:3: htmlgen: no option 'size' among"),
    ],
)
def test_a_block_that_is_not_understood_is_named_by_its_line(markdown: Any, block: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}"):
        markdown(f"# A\n\n{block}")


THEME = '<!doctype html><html lang="en"><meta charset="utf-8"><title>{{ page.title }}</title><main>{{ page.content }}</main></html>'
SITE = """
site_name: Tea
theme: {{name: null, custom_dir: theme}}
plugins:
- htmlgen:
    bundle: {bundle}
    check: true
"""


@pytest.fixture
def site(tmp_path: Path, tiny_bundle: Path) -> Path:
    """A MkDocs site of two pages, with a theme of its own."""
    pytest.importorskip("mkdocs", reason="MkDocs is not installed")
    (tmp_path / "docs").mkdir()
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / "main.html").write_text(THEME, "utf-8")
    (tmp_path / "docs" / "index.md").write_text(f"# Home\n\n{BLOCK}\n", "utf-8")
    (tmp_path / "docs" / "more.md").write_text("# More\n\n```htmlgen\nskeleton: ul>li*3\n```\n", "utf-8")
    (tmp_path / "mkdocs.yml").write_text(SITE.format(bundle=tiny_bundle), "utf-8")
    return tmp_path


def test_a_mkdocs_site_is_built_with_snippets_and_judged(site: Path, tiny_bundle: Path) -> None:
    built = run("mkdocs", "build", "--strict", folder=site)
    assert built.returncode == 0, built.stderr
    assert "htmlgen judged 2 pages; findings in 0" in built.stderr
    assert Wanted(kind="nav", n=2, seed=1).html(str(tiny_bundle)) in (site / "site" / "index.html").read_text("utf-8")
    assert (site / "site" / "more" / "index.html").read_text("utf-8").count("<li") == 3


def test_what_is_found_in_a_site_is_a_warning_that_strict_counts(site: Path) -> None:
    (site / "docs" / "more.md").write_text("# More\n\n<p>Black <b>and <i>green</b></i> tea.</p>\n", "utf-8")
    built = run("mkdocs", "build", folder=site)
    assert built.returncode == 0, built.stderr
    assert re.search(r"WARNING +-  more/index\.html:\d+:\d+ syntax/misnested-tags ", built.stderr)
    strict = run("mkdocs", "build", "--strict", folder=site)
    assert strict.returncode == 1
    assert re.search(r"Aborted with \d+ warnings in strict mode", strict.stdout + strict.stderr)
    settings = site / "mkdocs.yml"
    settings.write_text(settings.read_text("utf-8") + "    ignore: [syntax/misnested-*, balance/misnested]\n", "utf-8")
    assert run("mkdocs", "build", "--strict", folder=site).returncode == 0


@pytest.mark.parametrize(
    ("setting", "message"),
    [("ignore: [balnce/*]", "no rule fits 'balnce/*'"), ("bundle: nowhere", "The path '.*nowhere' isn't an existing directory")],
)
def test_settings_of_a_site_that_are_wrong_are_told(site: Path, setting: str, message: str) -> None:
    settings = site / "mkdocs.yml"
    kept = [line for line in settings.read_text("utf-8").splitlines() if not line.strip().startswith(setting.partition(":")[0] + ":")]
    settings.write_text("\n".join([*kept, f"    {setting}\n"]), "utf-8")
    built = run("mkdocs", "build", folder=site)
    assert built.returncode == 1
    assert re.search(message.replace("*'", r"\*'"), built.stderr), built.stderr


# Sphinx -----------------------------------------------------------------------------------------------------------------------------

INDEX = """
Home
====

.. htmlgen:: nav
   :n: 2
   :seed: 1

.. htmlgen::
   :skeleton: ul>li*3
   :seed: 2

.. htmlgen::

   <table><tr><td>1</td><td>2</td></tr></table>
"""


@pytest.fixture
def manual(tmp_path: Path, tiny_bundle: Path) -> Path:
    """A Sphinx project of one document."""
    pytest.importorskip("sphinx", reason="Sphinx is not installed")
    (tmp_path / "conf.py").write_text(
        f"extensions = ['htmlgen.integrations.sphinx']\nhtmlgen_bundle = {str(tiny_bundle)!r}\nhtml_theme = 'basic'\n", "utf-8"
    )
    (tmp_path / "index.rst").write_text(INDEX, "utf-8")
    return tmp_path


def test_a_sphinx_manual_is_built_with_snippets(manual: Path, tiny_bundle: Path) -> None:
    built = run("sphinx", "-W", "-q", "-b", "html", ".", "out", folder=manual)
    assert built.returncode == 0, built.stderr
    html = (manual / "out" / "index.html").read_text("utf-8")
    assert Wanted(kind="nav", n=2, seed=1).html(str(tiny_bundle)) in html
    assert Wanted(skeleton="ul>li*3", seed=2).html(str(tiny_bundle)) in html
    assert html.count("<td") == 2
    text = run("sphinx", "-W", "-q", "-b", "text", ".", "out", folder=manual)
    assert text.returncode == 0, text.stderr


def test_a_directive_that_is_not_understood_is_named_by_its_line(manual: Path) -> None:
    (manual / "index.rst").write_text("Home\n====\n\n.. htmlgen:: nvav\n", "utf-8")
    built = run("sphinx", "-W", "-q", "-b", "html", ".", "out", folder=manual)
    assert built.returncode != 0
    assert re.search(r"index\.rst:4: .*htmlgen: no kind 'nvav' of snippets among", built.stderr)


# Faker ------------------------------------------------------------------------------------------------------------------------------


def test_faker_gives_pages_and_snippets_by_its_own_seed() -> None:
    faker = pytest.importorskip("faker", reason="Faker is not installed")
    from htmlgen.integrations.faker import Provider

    fake = faker.Faker()
    fake.add_provider(Provider)
    fake.seed_instance(1)
    first = [fake.html_page(max_tokens=60), fake.html_snippet("nav"), fake.html_snippet(skeleton="ul>li*3")]
    fake.seed_instance(1)
    assert [fake.html_page(max_tokens=60), fake.html_snippet("nav"), fake.html_snippet(skeleton="ul>li*3")] == first
    assert fake.html_snippet("nav") != first[1]
    assert all(evaluate(html).score == 1 for html in first)


# pre-commit -------------------------------------------------------------------------------------------------------------------------


def test_the_hook_of_pre_commit_finds_what_is_wrong(tmp_path: Path) -> None:
    """The hook runs its entry with the names of files."""
    hook = (Path(__file__).parents[1] / ".pre-commit-hooks.yaml").read_text("utf-8")
    (entry,) = re.findall(r"^  entry: htmlgen (.*)$", hook, re.MULTILINE)
    (tmp_path / "good.html").write_text("<p>Tea</p>", "utf-8")
    (tmp_path / "bad.html").write_text("<p>Black <b>and <i>green</b></i> tea.", "utf-8")
    assert run("htmlgen.cli", *entry.split(), "good.html", folder=tmp_path).returncode == 0
    judged = run("htmlgen.cli", *entry.split(), "good.html", "bad.html", folder=tmp_path)
    assert judged.returncode == 1
    assert "bad.html:1:25 syntax/misnested-tags" in judged.stdout
