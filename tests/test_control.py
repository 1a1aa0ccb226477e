"""Do pages become what was asked for, and is it said what cannot be?"""

from pathlib import Path
from typing import Any

import pytest

from htmlgen.control import LENGTHS, Control, kinds
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.temperatures import Temperatures
from htmlgen.dressing.targets import harmless
from htmlgen.errors import ConfigError, PromptError, RefusedError
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.pages import Generator, Page
from htmlgen.relaxng import load_automaton, validate

KINDS = list(kinds())


def sound(page: Page) -> bool:
    """Whether a page parses without an error; `tags` promises no more."""
    return page.evaluation.cleanness == page.evaluation.balance.score == 1


@pytest.fixture(scope="module")
def snippets(tiny_bundle: Path) -> Generator:
    return Generator.load(tiny_bundle, grammar="snippet")


@pytest.mark.parametrize("length", ["short", "90..120", "100..100"])
@pytest.mark.parametrize("grammar", ["page", "snippet", "tags"])
def test_lengths_are_kept(tiny_bundle: Path, length: str, grammar: str) -> None:
    least, most = Control(length=length).tokens
    pages = list(Generator.load(tiny_bundle, grammar=grammar).pages(4, seed=1, control=Control(length=length)))
    assert all(least <= page.tokens <= most and sound(page) for page in pages)


def test_lengths_have_names() -> None:
    assert Control(length="medium").tokens == LENGTHS["medium"] == (192, 512)
    assert Control().most_tokens(None, 128) == 128
    assert Control().most_tokens(40, 128) == 40
    assert Control(length="short").most_tokens(None, 128) == 192


@pytest.mark.parametrize("depth", [4, 6])
def test_depth_is_kept(page_generator: Generator, depth: int) -> None:
    for page in page_generator.pages(4, seed=1, max_tokens=200, control=Control(depth=depth)):
        opened = [len(list(element.parents)) for element in page.soup.find_all() if element.contents]
        assert max(opened) <= depth
        assert sound(page)


@pytest.mark.parametrize("title", ["Fish & <chips>", 'A "quoted" title', "日本語 – café", "two\n  words", "&amp; stays", "a\u00a0b"])
def test_titles_of_any_characters_are_kept(page_generator: Generator, title: str) -> None:
    for page in page_generator.pages(2, seed=4, control=Control(title=title, lang="de")):
        (found,) = page.soup.find_all("title")
        assert found.string == title.replace("\n  ", " ")
        assert page.html.startswith('<!DOCTYPE html><html lang="de"')
        assert sound(page)


@pytest.mark.parametrize(
    "prompt", ["<h1>Hello", "<title>Other</title><body><p>x", "<title>My sho", "<html lang=en><head>", "<html lang=en>"]
)
def test_a_title_takes_the_place_of_the_prompts(generator: Generator, prompt: str) -> None:
    page = generator.page(seed=1, prompt=prompt, control=Control(title="Mine", lang="fr"))
    assert [title.string for title in page.soup.find_all("title")] == ["Mine"]
    assert page.soup.html is not None
    assert page.soup.html["lang"] == "fr"
    assert sound(page)


def test_a_language_that_the_grammar_has_not_is_refused(page_generator: Generator) -> None:
    for lang in ("english", "de_DE", '"', "x" * 40):
        with pytest.raises(ConfigError, match="lang must be a language tag that the grammar takes, such as en, de or pt-BR, got"):
            page_generator.page(seed=1, control=Control(lang=lang))
    assert 'lang="pt-BR"' in page_generator.page(seed=1, control=Control(lang="pt-BR")).html


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_begin_as_they_should_and_are_valid(page_generator: Generator, kind: str) -> None:
    """Each beginning of the kind in its turn, by the seed."""
    beginnings = [write(harmless(events)) for events in Control(kind=kind).beginnings("", documents=True)]
    assert len(set(beginnings)) == len(beginnings) > 1
    automaton = load_automaton("page")
    for page in page_generator.pages(len(beginnings), seed=0, max_tokens=250, control=Control(kind=kind)):
        assert page.html.startswith(beginnings[page.seed % len(beginnings)])
        assert not validate(read(page.html).events, automaton)


def test_kinds_are_of_documents(snippets: Generator) -> None:
    with pytest.raises(ConfigError, match="kind form is of documents; for a snippet of a kind take --snippet"):
        snippets.page(seed=1, control=Control(kind="form"))


def test_a_kind_that_a_grammar_forbids_is_refused(tiny_bundle: Path) -> None:
    with pytest.raises(ConfigError, match=r"kind form begins with what the grammar forbids: .*; take another kind, or another grammar"):
        Generator.load(tiny_bundle, grammar="email").page(seed=1, control=Control(kind="form"))


def test_the_likeliest_of_several_pages_is_one_that_its_seed_writes(generator: Generator) -> None:
    chosen = list(generator.pages(3, seed=10, max_tokens=60, control=Control(best_of=4)))
    written = list(generator.pages(12, seed=10, max_tokens=60))
    for number, page in enumerate(chosen):
        assert page == max(written[4 * number : 4 * number + 4], key=lambda one: one.logprob / len(one.html.encode()))
        assert page == generator.page(seed=page.seed, max_tokens=60)


def test_bytes_that_were_asked_for_do_not_make_a_page_likelier(generator: Generator) -> None:
    prompt = "<title>T</title><body>"
    written = list(generator.pages(5, seed=0, max_tokens=60, prompt=prompt))
    begun = len(write(Control().beginnings(prompt, True)[0]).encode())
    (best,) = generator.pages(1, seed=0, max_tokens=60, prompt=prompt, control=Control(best_of=5))
    assert best == max(written, key=lambda one: one.logprob / (len(one.html.encode()) - begun))


def test_pages_that_are_alike_are_left_out(generator: Generator) -> None:
    greedy = SamplingConfig(temperature=0)
    assert len({page.html for page in generator.pages(3, seed=1, sampling=greedy)}) == 1
    with pytest.raises(RefusedError, match="100 pages in a row were too like others, 2 are still missing"):
        list(generator.pages(3, seed=1, sampling=greedy, max_tokens=20, control=Control(unique=0.9)))
    assert len(list(generator.pages(20, seed=1, max_tokens=60, control=Control(unique=0.9)))) == 20


def test_pages_that_copy_are_left_out(page_generator: Generator, tmp_path: Path) -> None:
    """The pages to be unlike are every other one of the first seeds'."""
    first = list(page_generator.pages(6, seed=20, max_tokens=60))
    for number, page in enumerate(first[::2]):
        (tmp_path / f"{number}.html").write_text(page.html)
    fresh = list(page_generator.pages(6, seed=20, max_tokens=60, control=Control(novelty=16, against=(str(tmp_path),))))
    assert fresh[:3] == first[1::2]
    assert not {page.seed for page in fresh} & {page.seed for page in first[::2]}


def test_temperatures_of_classes_reach_the_sampler(generator: Generator) -> None:
    def pages(**settings: Any) -> list[str]:
        return [page.html for page in generator.pages(5, seed=3, max_tokens=60, sampling=SamplingConfig(**settings))]

    flat = Temperatures(structure=0, attribute=0, text=0)
    assert set(pages(by_class=flat)) == set(pages(temperature=0))
    assert len(set(pages(by_class=Temperatures(structure=0, attribute=0, text=3)))) > 1


WRONG: dict[str, dict[str, Any]] = {
    "length must be short, medium, long, or MIN..MAX in tokens, such as 200..400, got 'tiny'": {"length": "tiny"},
    "length must be": {"length": "300..200"},
    "length must be short": {"length": "0..0"},
    "depth must be a whole number from 0, where 0 is any depth, got -1": {"depth": -1},
    "title must be text that is more than white space, got ' '": {"title": " "},
    "title must be without control characters": {"title": "a\x07"},
    "most_copied must be a whole number from 0": {"most_copied": -1},
    "least_match must be a whole number from 0": {"least_match": -1},
    "most_repeated must be a whole number from 0": {"most_repeated": -1},
    "best_of must be at least 1, got 0": {"best_of": 0},
    "unique must be at least 0 and at most 1, got 1.5": {"unique": 1.5},
    "novelty must be a whole number from 0": {"novelty": -1},
    "give both, or neither": {"novelty": 30},
    "novelty counts the tokens copied from the pages of against": {"against": ("pages/",)},
}


@pytest.mark.parametrize("said", WRONG)
def test_what_cannot_be_is_refused_by_name(said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Control(**WRONG[said])


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("no kind 'blgo' of documents among .*; did you mean 'blog'", {"control": Control(kind="blgo")}),
        ("kind blog is a beginning too; leave out the prompt '<h1>'", {"control": Control(kind="blog"), "prompt": "<h1>"}),
        (
            "length short says how many tokens a page has at most; leave out max_tokens 60",
            {"control": Control(length="short"), "max_tokens": 60},
        ),
        ("depth must be at least 3, as pages of this grammar nest so deep, got 1", {"control": Control(depth=1)}),
    ],
)
def test_what_excludes_itself_is_refused(page_generator: Generator, said: str, asked: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=said):
        page_generator.page(seed=1, **asked)


def test_fragments_have_no_language_and_no_title(snippets: Generator) -> None:
    for control in (Control(lang="en"), Control(title="x")):
        with pytest.raises(ConfigError, match="lang and title are of documents, and this grammar's pages are fragments"):
            snippets.page(seed=1, control=control)


def test_a_prompt_is_still_refused_as_a_prompt(page_generator: Generator) -> None:
    with pytest.raises(PromptError):
        page_generator.page(seed=1, prompt="<center>x", control=Control(title="x"))


def test_the_guide_names_all_kinds_and_lengths() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "generating.md").read_text(encoding="utf-8")
    assert f"\n\n{', '.join(kinds())}.\n" in guide
    assert "short is 64..192, medium 192..512, long 512..1536" in guide
    assert list(LENGTHS.values()) == [(64, 192), (192, 512), (512, 1536)]
