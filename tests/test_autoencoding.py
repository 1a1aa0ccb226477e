"""Does every way back from a code end in a component, the same whatever the batch; and is it said what cannot be?"""

from pathlib import Path

import html5lib
import numpy as np
import pytest
import strategies
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings

from htmlgen.autoencoding.autoencoder import Autoencoder
from htmlgen.autoencoding.interpolating import Side, codes_between
from htmlgen.autoencoding.varying import texts_of
from htmlgen.autoencoding.wording import Run, Speaker, Wording, plan_of
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.search import Request, Search
from htmlgen.errors import BundleError, ConfigError, HtmlgenError, InputError
from htmlgen.markup.events import Text
from htmlgen.markup.reader import read
from htmlgen.relaxng import load_automaton, validate
from htmlgen.runtime.bundle import load
from htmlgen.tokens.tokenizer import Tokenizer

COMPONENT = load_automaton("component")
CARD = '<div class="card"><h3>Tea</h3><p>Green and fresh.</p></div>'
NAV = '<nav><ul><li><a href="/">Home</a></li><li><a href="/b">Blog</a></li></ul></nav>'
PROSE = "<p>One two three four five.</p>"
SNIPPETS = [CARD, NAV, PROSE, "<h2>Ship it</h2>", "<table><tbody><tr><td>1</td></tr></tbody></table>"]
SEEN = "im input isindex hr svg object iframe select textarea math".split()  # an image is an img
WILD = SamplingConfig(temperature=2.0)


def sound(html: str) -> None:
    """A component, canonical, without an error by a parser that is not ours."""
    events = read(html, fragment=True).events
    assert validate(events, COMPONENT) == []
    parser = html5lib.HTMLParser()
    parser.parseFragment(html)
    assert parser.errors == []


def test_every_code_is_written_as_a_component(autoencoder: Autoencoder) -> None:
    draw = np.random.default_rng(2)
    codes = draw.normal(0, 1, (24, autoencoder.bundle.architecture.dim)).astype(np.float32)
    codes[:, 0] = draw.uniform(-0.2, 1.2, 24)  # lengths that no component has, too
    for sampling in (SamplingConfig(temperature=0), WILD):
        for code, (ids, logprob) in zip(codes, autoencoder.decode(codes, sampling=sampling, seed=5), strict=True):
            sound(autoencoder.write(ids))
            assert logprob <= 0
            assert len(ids) <= autoencoder.budget(code)


def test_what_comes_back_does_not_depend_on_the_batch(tiny_autoencoder_bundle: Path, autoencoder: Autoencoder) -> None:
    alone = Autoencoder.load(tiny_autoencoder_bundle, batch=1)
    components = [autoencoder.component(html) for html in SNIPPETS]
    together = [found.html for found in autoencoder.reconstructions(components)]
    assert together == [found.html for found in alone.reconstructions(components)]
    np.testing.assert_allclose(autoencoder.encode(components), alone.encode(components), atol=1e-5)
    for html in together:
        sound(html)


def test_the_figures_of_a_reconstruction(autoencoder: Autoencoder) -> None:
    [found] = autoencoder.reconstruct(CARD)
    assert found.source.html == CARD
    assert found.exact == (found.html == CARD)
    assert found.figures.exact <= (found.figures.pq_gram == 0)
    assert found.tokens == len(autoencoder.component(found.html).ids)


def test_interpolation_begins_and_ends_with_what_comes_back(autoencoder: Autoencoder) -> None:
    way = autoencoder.interpolate(CARD, NAV, 5)
    assert len(way) == 5
    assert way[0] == autoencoder.repair(CARD, through_code=True)
    assert way[-1] == autoencoder.repair(NAV, through_code=True)
    for html in way:
        sound(html)
    with pytest.raises(ConfigError, match="steps must be a whole number from 2, as both ends are among them, got 1"):
        autoencoder.interpolate(CARD, NAV, 1)


def test_slots_of_what_differs_are_exchanged_from_the_beginning_on(autoencoder: Autoencoder) -> None:
    config = autoencoder.bundle.architecture
    one, other = (autoencoder.component(html) for html in ("<p>One <b>two</b></p>", "<p>Six <b>ten</b></p>"))
    left, right = (Side(each.ids, code) for each, code in zip((one, other), autoencoder.encode([one, other]), strict=True))
    first, middle, last = codes_between(config, left, right, 3)
    np.testing.assert_array_equal(first, left.code)
    np.testing.assert_array_equal(last, right.code)
    slots = [code[1 + config.gist :].reshape(config.slots, config.slot_width) for code in (left.code, middle, right.code)]
    text = one.ids.index(autoencoder.tokenizer.vocabulary.id("<b>"))
    np.testing.assert_allclose(slots[1][0], (slots[0][0] + slots[2][0]) / 2, atol=1e-6)  # <p> is in both
    np.testing.assert_array_equal(slots[1][1 : min(text, 2)], slots[2][1 : min(text, 2)])  # Six, of the other
    filled = int(middle[0] * config.longest + 0.5)
    assert not slots[1][filled:].any()
    assert np.abs(middle[1 : 1 + config.gist] - (left.code + right.code)[1 : 1 + config.gist] / 2).max() < 1e-6


def test_variants_are_components_that_differ(autoencoder: Autoencoder) -> None:
    for strength in (0.3, 1.0):
        variants = autoencoder.vary(CARD, 4, strength=strength, seed=3)
        assert len(variants) == len({*variants, CARD}) - 1 == 4
        for html in variants:
            sound(html)
    assert autoencoder.vary(CARD, 4, strength=1.0, seed=3) == variants
    assert autoencoder.vary(CARD, 4, strength=1.0, seed=4) != variants


@pytest.mark.parametrize(
    ("settings_", "words"),
    [
        ({"n": 0}, "n must be a whole number from 1"),
        ({"seed": -1}, "seed one from 0, got 3 and -1"),
        ({"strength": 0.0}, "strength must be above 0 and at most 1, got 0.0"),
        ({"strength": float("nan")}, "strength must be above 0"),
    ],
)
def test_variants_that_cannot_be_are_refused(autoencoder: Autoencoder, settings_: dict[str, float], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        autoencoder.vary(CARD, **settings_)  # type: ignore[arg-type]


def test_texts_are_what_people_read(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode(read('<p class="one two">A tea <img src="/x.png" alt="A cup"></p>', fragment=True).events)
    spelled = ["".join(tokenizer.spell(ids[start:end])) for *words, end in texts_of(ids, tokenizer.vocabulary) for start in words[:1]]
    assert [text.strip() for text in spelled] == ["A tea", "A cup"]


def test_where_nothing_is_hidden_the_decoder_is_left_alone(autoencoder: Autoencoder) -> None:
    components = [autoencoder.component(html) for html in SNIPPETS]
    codes, longest = autoencoder.encode(components), autoencoder.bundle.architecture.longest
    wording = Wording(autoencoder.step, autoencoder.reading, None)
    search = Search(wording.predict, wording.initial, autoencoder.guide, SamplingConfig(temperature=0))
    requests = [
        Request(seed=0, max_tokens=autoencoder.budget(code), given=(code, plan_of(component.ids, [], longest)))
        for component, code in zip(components, codes, strict=True)
    ]
    assert [result.ids for result in search.stream(requests)] == [ids for ids, _ in autoencoder.decode(codes)]


def test_a_plan_says_where_a_hidden_text_ends_and_what_follows_it() -> None:
    assert plan_of([7, 8, 9, 5], [Run(1, 3)], 4).tolist() == [[0, 0], [3, 5], [3, 5], [0, 0], [0, 0]]


def test_hidden_texts_are_told_by_a_generator_of_the_same_vocabulary(tokenizer: Tokenizer) -> None:
    assert Speaker.load(tokenizer) is None
    speaker = Speaker.load(load().tokenizer)
    assert speaker is not None
    assert len(speaker.initial(3)[0]) == 3


def test_what_is_a_component_already_stays(autoencoder: Autoencoder) -> None:
    for html in SNIPPETS:
        assert autoencoder.repair(html) == html
        [component] = autoencoder.cutter.components(html)
        assert (component.html, component.changes) == (html, 0)


REPAIRED = {
    "Hello <b>you": "<p>Hello <b>you</b></p>",
    "<ul><p>One</ul>": "<ul><li><p>One</p></li></ul>",
    "<blink>Tea</blink>": "<div>Tea</div>",
    "<p>Te&#11;a\x01</p>": "<p>Tea</p>",
    "<p>One<p>Two": "<div><p>One</p><p>Two</p></div>",
}


@pytest.mark.parametrize("html", REPAIRED)
def test_what_is_none_becomes_the_nearest_one(autoencoder: Autoencoder, html: str) -> None:
    repaired = autoencoder.repair(html)
    sound(repaired)
    assert repaired == REPAIRED[html]
    sound(autoencoder.repair(html, through_code=True))


@pytest.mark.parametrize("html", ["", "  \n", "<!-- x -->", "<div></div>", "<script>x</script>", "<br>"])
def test_where_nothing_is_to_be_seen_it_is_said(autoencoder: Autoencoder, html: str) -> None:
    for refuse in (autoencoder.component, autoencoder.repair, autoencoder.embed, autoencoder.reconstruct, autoencoder.vary):
        with pytest.raises(InputError, match="has no text and nothing to be seen in it; give"):
            refuse(html)


def test_what_is_too_long_for_one_code_is_cut_or_refused(autoencoder: Autoencoder) -> None:
    page = f"<main>{CARD * 40}{' word' * 500}</main>"
    with pytest.raises(InputError, match=r"tokens, where one code holds 48; give a smaller element, or cut it"):
        autoencoder.component(page)
    components = autoencoder.cutter.components(page)
    assert [component.html for component in components[:40]] == [CARD] * 40
    assert components[1].place == "/main[1]/div[2]"
    assert sum(component.html.count("word") for component in components) == 500
    assert max(len(component.ids) for component in components) <= 48
    with pytest.raises(InputError, match="4,000,001 characters, more than the 4,000,000 that are read"):
        autoencoder.embed("<p>" + "x" * 3_999_998)


def test_an_embedding_is_the_mean_of_components_by_their_tokens(autoencoder: Autoencoder) -> None:
    page = f"<!DOCTYPE html><title>t</title><body>{CARD}{NAV}{PROSE}{CARD}"
    components = autoencoder.cutter.components(page)
    assert len(components) > 1
    weights = [len(component.ids) for component in components]
    mean = np.average(autoencoder.gists(autoencoder.encode(components)), axis=0, weights=weights)
    vectors = autoencoder.embed([page, BeautifulSoup(page, "html.parser"), CARD])
    assert vectors.shape == (3, autoencoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[0], mean, atol=1e-5)
    np.testing.assert_allclose(vectors[1], mean, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(autoencoder.embed([page, CARD], unit=True), axis=1), 1, atol=1e-6)
    with pytest.raises(InputError, match="page 2: has no text"):
        autoencoder.embed([CARD, "<br>"])
    with pytest.raises(InputError, match=r"about\.html: has no text"):
        autoencoder.embed([("about.html", "")])
    with pytest.raises(ConfigError, match="page 1: int, where a page is HTML, soup, or a pair"):
        autoencoder.embed([1])  # type: ignore[list-item]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(strategies.pages)
def test_whatever_is_given_is_cut_into_components(autoencoder: Autoencoder, page: str) -> None:
    try:
        components = autoencoder.cutter.components(page)
    except InputError as error:
        assert "nothing to be seen" in str(error)
        return
    for component in components:
        sound(component.html)
        events = read(component.html, fragment=True).events
        assert autoencoder.tokenizer.encode(events) == list(component.ids)
        assert 1 <= len(component.ids) <= autoencoder.bundle.architecture.longest
        assert autoencoder.cutter.component(component.html).html == component.html
    kept = "".join(event.data for each in components for event in read(each.html, fragment=True).events if isinstance(event, Text))
    assert kept.strip(" \n\t\f\r") or any(f"<{tag}" in page.lower() for tag in SEEN)


def test_codes_and_settings_that_are_none_are_refused(autoencoder: Autoencoder, tiny_autoencoder_bundle: Path, tiny_bundle: Path) -> None:
    dim = autoencoder.bundle.architecture.dim
    for codes in (np.zeros((1, dim + 1)), np.zeros(dim), np.full((1, dim), np.nan)):
        with pytest.raises(ConfigError, match=rf"codes must be finite numbers of shape \(n, {dim}\)"):
            autoencoder.decode(codes.astype(np.float32))
    with pytest.raises(ConfigError, match="threads and batch must be at least 1, got 0 and 64"):
        Autoencoder.load(tiny_autoencoder_bundle, threads=0)
    with pytest.raises(BundleError, match="of a model of kind 'generator', where one of kind 'autoencoder' is needed"):
        Autoencoder.load(tiny_bundle)
    with pytest.raises(HtmlgenError, match="nowhere"):
        Autoencoder.load("nowhere")
