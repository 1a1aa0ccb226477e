"""Are a text's continuations the likeliest ones, and does every text that a page can begin with have one?"""

import itertools
import math
from collections.abc import Iterator
from pathlib import Path

import html5lib
import numpy as np
import pytest
from grammar_guides import automaton, vocabulary

from htmlgen.corpus.preparation import PreparedPage
from htmlgen.decoding.beam import Beam, BeamConfig
from htmlgen.decoding.completing import Completion
from htmlgen.decoding.grammar_guide import GrammarGuide, GrammarState
from htmlgen.decoding.healing import Beginning, Healer, Spellings
from htmlgen.decoding.sampling import allowed_log_probs
from htmlgen.decoding.stopping import Goal, Progress, moved
from htmlgen.errors import BudgetError, ConfigError, PromptError
from htmlgen.markup.reader import read
from htmlgen.markup.writer import write
from htmlgen.pages import GRAMMAR, Generator
from htmlgen.relaxng import load_automaton, validate
from htmlgen.tokens.vocabulary import Vocabulary

WORDS = vocabulary("p i", "k", words=("w", "o", "wo", "r", "d", "wor", "word", "wolf", "world", "l"))
GUIDE = GrammarGuide(automaton('start = element p { element i { "word" | "world" | "wolf" | "w" }, element i { "word" }? }'), WORDS)
WEIGHTS = np.random.default_rng(3).normal(size=(32, len(WORDS))).astype(np.float32)
Arrays = tuple[np.ndarray, ...]


def initial(batch: int) -> Arrays:
    return (np.zeros((batch,), dtype=np.int64),)


def step(ids: np.ndarray, state: Arrays) -> tuple[np.ndarray, Arrays]:
    """A scripted model: the logits depend on all ids so far."""
    hashed = (state[0] * 31 + ids + 1) % 1_000_003
    return WEIGHTS[hashed % 32] * 2, (hashed,)


def all_pages() -> Iterator[tuple[bytes, float]]:
    """Every page of the tiny grammar, by every sequence of tokens, with the model's log-probability: by brute force."""

    def further(state: GrammarState, reading: tuple[np.ndarray, Arrays], text: bytes, score: float) -> Iterator[tuple[bytes, float]]:
        allowed = GUIDE.allowed(state, 1 << 14)
        log_probs = allowed_log_probs(reading[0], allowed[None])[0]
        for token in np.flatnonzero(allowed).tolist():
            total = score + float(log_probs[token])
            if token == WORDS.eos:
                yield text, total
            elif (spelled := text + SPELLINGS.texts[token]) and total > -25:
                yield from further(GUIDE.advance(state, token), step(np.array([token]), reading[1]), spelled, total)

    return further(GUIDE.start(), step(np.array([WORDS.bos]), initial(1)), b"", 0.0)


SPELLINGS = Spellings(WORDS)


def expected(prefix: bytes) -> dict[bytes, float]:
    """What follows a prefix, with its log-probability given the prefix."""
    sums: dict[bytes, float] = {}
    for text, score in all_pages():
        if text.startswith(prefix):
            rest = text[len(prefix) :]
            sums[rest] = float(np.logaddexp(sums.get(rest, -math.inf), score))
    whole = np.logaddexp.reduce(list(sums.values()))
    return {rest: score - whole for rest, score in sums.items()}


@pytest.mark.parametrize("residue", [b"", b"w", b"wo", b"wor", b"word", b"wol"])
def test_continuations_are_the_likeliest_with_their_probabilities(residue: bytes) -> None:
    """Against all sequences of tokens, one by one: whichever tokens lie across the end of the text."""
    ids = (WORDS.id("<p>"), WORDS.id("<i>"))
    starts = Healer(step, initial, GUIDE, SPELLINGS).starts([Beginning(ids, residue, (), len(residue))])
    found = Beam(step, GUIDE, SPELLINGS, BeamConfig(width=200)).search(starts, 5, Goal.PAGE, 60)
    true = expected(b"<p><i>" + residue)
    best = sorted(true, key=lambda rest: -true[rest])[:5]
    assert [one.text for one in found] == best
    for one in found:
        assert one.logprob == pytest.approx(true[one.text], abs=0.3)  # the unlikeliest ways to cut a text are not followed


def test_a_residue_that_no_value_begins_with_has_no_start() -> None:
    ids = (WORDS.id("<p>"), WORDS.id("<i>"))
    starts = Healer(step, initial, GUIDE, SPELLINGS).starts([Beginning(ids, b"x", (), 1)])
    assert not any((GUIDE.allowed(start.state, 99) & SPELLINGS.covers(start.owed, 0)).any() for start in starts)


def verdicts(words: str, goal: Goal, tokens: Vocabulary) -> list[str]:
    at, found = Progress(), []
    for word in words.split():
        at, verdict = moved(goal, at, tokens[tokens.eos if word == "EOS" else tokens.id(word)])
        found.append(verdict.name)
    return found


@pytest.mark.parametrize(
    ("words", "goal", "last"),
    [
        ("<p> x </p>", Goal.CONTENT, "LAST"),
        ("x <i> x </i> x </p>", Goal.CONTENT, "LAST"),
        ("x <p>", Goal.CONTENT, "BEFORE"),
        ("<br>", Goal.CONTENT, "LAST"),
        ("x <br> </p>", Goal.CONTENT, "LAST"),
        ("<html>", Goal.CONTENT, "LAST"),
        ("EOS", Goal.CONTENT, "BEFORE"),
        ('">', Goal.TAG, "LAST"),
        ("</p>", Goal.TAG, "LAST"),
        ("<p> </p> <p> x </p> EOS", Goal.PAGE, "BEFORE"),
    ],
)
def test_continuations_end_where_an_editor_would_stop(words: str, goal: Goal, last: str) -> None:
    tokens = vocabulary("p i br html")
    found = verdicts(words, goal, tokens)
    assert found == ["ON"] * (len(found) - 1) + [last]


# With bundles ---------------------------------------------------------------------------------------------------------------------

PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>Tea &amp; co</title></head><body><h1 id="top">Tea</h1>'
    '<p class="lead">Hello <b>old</b> friend: <a href="#top">up &lt;</a></p><ul><li>One</li><li>Two</li></ul>'
    '<img src="a.png" alt="A pot"><pre>a  b</pre><table><tbody><tr><td>1</td><td></td></tr></tbody></table></body></html>'
)
AUTOMATON = load_automaton(GRAMMAR)


def errors(page: str) -> list[str]:
    parser = html5lib.HTMLParser()
    parser.parse(page)
    return [code for _, code, _ in parser.errors]


def sound(prefix: str, completion: Completion) -> None:
    """What a completion to the page's end is."""
    page = prefix + completion.text
    assert completion.finished
    assert completion.valid
    assert errors(page) == [], page
    assert validate(read(page).events, AUTOMATON) == [], page


@pytest.fixture(scope="module")
def shipped() -> Generator:
    """The bundle that ships with the package."""
    return Generator.load()


def one_whole(generator: Generator, prefix: str) -> Completion:
    return generator.complete(prefix, n=1, max_tokens=80, whole=True, beam=BeamConfig(width=1))[0]


def test_a_page_cut_anywhere_is_completed(shipped: Generator) -> None:
    for cut in range(1, len(PAGE) + 1):
        sound(PAGE[:cut], one_whole(shipped, PAGE[:cut]))


@pytest.mark.parametrize("name", ["documentation-linea-de-comandos-cartografia", "faq-tool-library", "glossary-bookbinding"])
def test_samples_cut_anywhere_are_completed(page_generator: Generator, samples: list[PreparedPage], name: str) -> None:
    """By a model that writes nonsense, so that the guide has work to do."""
    page = next(write(sample.events) for sample in samples if name in sample.name)
    for cut in [*range(1, 700, 9), *range(700, len(page), 397)]:
        sound(page[:cut], one_whole(page_generator, page[:cut]))


def test_pages_of_the_model_cut_anywhere_are_never_stuck(page_generator: Generator) -> None:
    for page in page_generator.pages(4, seed=11, max_tokens=50):
        for cut in range(0, len(page.html), 7):
            sound(page.html[:cut], one_whole(page_generator, page.html[:cut]))
            (short,) = page_generator.complete(page.html[:cut], n=1)
            assert short.valid


PREFIXES = ["<a hre", '<img src="x" al', "<p>Hello wor", "<p>x</", "<!DOCT", "<p>Fish &am", "<ul><li>One<l", "<p>Hello ", "<TAB"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_completions_are_ranked_different_short_and_repeatable(shipped: Generator, prefix: str) -> None:
    found = shipped.complete(prefix, n=4, max_tokens=12)
    assert found
    assert all(one.valid and one.text and 1 <= one.tokens <= 12 for one in found)
    assert len({one.text for one in found}) == len(found)
    for group in ([one.logprob for one in found if one.finished is finished] for finished in (True, False)):
        assert group == sorted(group, reverse=True)
    assert [one.finished for one in found] == sorted((one.finished for one in found), reverse=True)
    assert sum(math.exp(one.logprob) for one in found) <= 1 + 1e-6
    assert all(one.bits == pytest.approx(-one.logprob / math.log(2)) for one in found)
    assert shipped.complete(prefix, n=4, max_tokens=12) == found


WRITTEN = {
    "<p>Downlo": "ad</p>",
    "Downlo": "ad",
    "<p>Fish &am": "p;",
    "<ul><li>One<l": "i>",
    "<ul><li>One</u": "l>",
    "<TAB": "LE>",
    "<!doct": "ype html>",
    "<br/": ">",
    "<p>x</p": ">",
    "<p>caf&eacut": "e;",
    "<input type='check": "box'",
    "<a href=index.ht": "ml>",
    "<!DOCTYPE html>": '<html lang="en">',
}


@pytest.mark.parametrize("prefix", WRITTEN)
def test_a_text_is_continued_as_its_author_began_it(shipped: Generator, prefix: str) -> None:
    assert any(one.text.startswith(WRITTEN[prefix]) for one in shipped.complete(prefix, n=10))


def test_a_whole_page_has_nothing_to_be_continued_with(shipped: Generator) -> None:
    (found,) = shipped.complete(PAGE, n=3, whole=True)
    assert (found.text, found.finished, found.valid) == ("", True, True)
    assert shipped.complete(PAGE + "\n", n=1)[0].text == ""


def test_a_text_without_html_and_body_is_not_given_their_end_tags(shipped: Generator) -> None:
    for found in shipped.complete("<p>Hello", n=3, whole=True):
        assert found.valid
        assert "</p>" in found.text
        assert "</body>" not in found.text


def test_what_is_drawn_depends_on_the_seed_alone(shipped: Generator) -> None:
    drawn = [shipped.complete("<p>The ", beam=BeamConfig(temperature=1.0, seed=seed)) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(len({one.text for one in found}) == 5 for found in drawn)


OLD = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html><head><meta charset="UTF-8">'


def test_what_old_pages_begin_with_is_forgiven_but_not_called_valid(page_generator: Generator) -> None:
    found = page_generator.complete(f'{OLD}<meta name="viewport" content="width=device-width"><title>x</title></head><body><p><a hre', n=2)
    assert all(one.text.startswith(("f=", "flang=")) and not one.valid for one in found)


def test_fragments_are_completed_by_grammars_of_fragments(tiny_bundle: Path) -> None:
    generator, automaton_ = Generator.load(tiny_bundle, grammar="snippet"), load_automaton("snippet")
    text = '<ul><li class="a">One <b>two</b></li><li><a href="#">x</a></li></ul>'
    for cut in range(1, len(text) + 1):
        (found,) = generator.complete(text[:cut], n=1, whole=True)
        assert found.valid
        assert not validate(read(text[:cut] + found.text).events, automaton_), (text[:cut], found)


def test_nesting_alone_is_completed_too(generator: Generator) -> None:
    for cut in range(1, len(PAGE) + 1, 3):
        found = one_whole(generator, PAGE[:cut])
        assert found.valid
        assert errors(PAGE[:cut] + found.text) == []


@pytest.mark.parametrize(
    ("prefix", "told"),
    [
        ("<p>a</p>\n<ul><center>x", "line 2, column 5: '<' cannot stand in <ul> of page.rnc; what could: <li, <li>"),
        ("<p>x</d", "line 1, column 5: nothing that may stand here begins with '</d'; what could: </p>"),
        ("<p><zzz", "line 1, column 4: nothing that may stand here begins with '<zzz'; what could: <a, "),
        ("<p zzz", "line 1, column 1: nothing that may stand here begins with '<p zzz'; what could: "),
        ("<p><!-- x", "line 1, column 4: the text ends inside of a comment"),
        ("<p>x &#", "character reference: '&#'; give its number"),
    ],
)
def test_what_no_page_begins_with_is_refused_with_place_and_choices(page_generator: Generator, prefix: str, told: str) -> None:
    with pytest.raises(PromptError) as caught:
        page_generator.complete(prefix)
    assert told in str(caught.value)


def test_numbers_out_of_range_are_refused(page_generator: Generator) -> None:
    for wrong in ({"n": 0}, {"max_tokens": 0}):
        with pytest.raises(ConfigError, match="must be at least 1, got 0"):
            page_generator.complete("<p>", **wrong)  # type: ignore[arg-type]
    for setting, value in itertools.product(("width", "temperature", "seed"), (-1, -2)):
        with pytest.raises(ConfigError, match=f"{setting} must be .*, got {value}"):
            BeamConfig(**{setting: value})
    with pytest.raises(BudgetError, match=r"needs at least \d+ tokens more, and may have 1"):
        page_generator.complete("<ul><li>", whole=True, max_tokens=1)
