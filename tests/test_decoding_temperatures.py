"""Does each class of tokens have the temperature that was asked for?"""

import numpy as np
import pytest
from decoding_vocabulary import vocabulary

from htmlgen.decoding.predictions import Logits
from htmlgen.decoding.sampling import Sampler, SamplingConfig
from htmlgen.decoding.temperatures import ClassTempering, Temperatures
from htmlgen.errors import ConfigError

VOCABULARY = vocabulary()
NAMES = ("<p>", "</p>", "a", "b")  # two of structure, two of text
IDS = [VOCABULARY.id(name) for name in NAMES]


def probabilities(temperatures: Temperatures, in_tag: bool, chances: tuple[float, ...] = (0.4, 0.1, 0.3, 0.2)) -> list[float]:
    """Of the four tokens, whose chances at temperature 1 are given."""
    scores = np.full((1, len(VOCABULARY)), -np.inf)
    scores[0, IDS] = np.log(chances, out=np.full(4, -np.inf), where=np.array(chances) > 0)
    tempered = np.exp(ClassTempering(temperatures, VOCABULARY)(scores, [in_tag])[0])
    return list((tempered / tempered.sum())[IDS])


def test_structure_and_text_by_hand() -> None:
    """At 0.5 chances are squared: 16, 1, 9 and 4 of 30; the 13 of text are shared 3 : 2 at temperature 1."""
    found = probabilities(Temperatures(structure=0.5, text=1.0), in_tag=False)
    np.testing.assert_allclose(found, [16 / 30, 1 / 30, 13 / 30 * 3 / 5, 13 / 30 * 2 / 5])


@pytest.mark.parametrize("temperature", [0, 0.3, 1, 2.5])
@pytest.mark.parametrize("in_tag", [False, True])
def test_three_equal_temperatures_are_one(temperature: float, in_tag: bool) -> None:
    same = Temperatures(structure=temperature, attribute=temperature, text=temperature)
    powers = np.array([0.4, 0.1, 0.3, 0.2]) ** (1 / temperature) if temperature else np.array([1, 0, 0, 0])
    np.testing.assert_allclose(probabilities(same, in_tag), powers / powers.sum(), atol=1e-12)


def test_in_a_tag_all_tokens_have_the_temperature_of_attributes() -> None:
    np.testing.assert_allclose(
        probabilities(Temperatures(attribute=0.5, structure=9, text=9), in_tag=True), [16 / 30, 1 / 30, 9 / 30, 4 / 30]
    )


def test_temperature_zero_takes_the_likeliest_of_its_class() -> None:
    np.testing.assert_allclose(probabilities(Temperatures(text=0), in_tag=False), [0.4, 0.1, 0.5, 0])
    np.testing.assert_allclose(probabilities(Temperatures(structure=0), in_tag=False), [1, 0, 0, 0])
    drawn = probabilities(Temperatures(structure=0), in_tag=False, chances=(0.3, 0.1, 0.4, 0.2))
    np.testing.assert_allclose(drawn, [0, 0, 4 / 6, 2 / 6])


def test_where_no_text_may_come_there_is_structure_alone() -> None:
    np.testing.assert_allclose(probabilities(Temperatures(structure=0.5), in_tag=False, chances=(0.6, 0.4, 0, 0)), [36 / 52, 16 / 52, 0, 0])


def test_a_page_stands_in_a_tag_from_its_name_to_its_end() -> None:
    texts = ("<!DOCTYPE html>", "<html", ' lang="', "a", '">', "<body>", "a", "<p", ' hidden=""', ">", "b", "</p>")
    tempering = ClassTempering(Temperatures(), VOCABULARY)
    found = [tempering.in_tag([VOCABULARY.id(text) for text in texts[:end]]) for end in range(len(texts) + 1)]
    assert found == [False, False, True, True, True, False, False, False, True, True, False, False, False]


@pytest.mark.parametrize("wrong", [{"structure": -1}, {"attribute": float("nan")}, {"text": float("inf")}])
def test_temperatures_out_of_range_are_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"temperature of {next(iter(wrong))} must be a number from 0"):
        Temperatures(**wrong)


def test_sampled_frequencies_and_log_probabilities() -> None:
    """20,000 draws; each count within 5 standard deviations. Log-probabilities are those at temperature 1."""
    config, count = SamplingConfig(by_class=Temperatures(structure=0.5, text=1.0)), 20_000
    sampler = Sampler(config, ClassTempering(config.by_class, VOCABULARY))  # type: ignore[arg-type]
    logits, mask = np.full(len(VOCABULARY), -3.0), np.zeros(len(VOCABULARY), dtype=np.bool_)
    logits[IDS], mask[IDS] = np.log([0.4, 0.1, 0.3, 0.2]), True
    uniforms = np.random.default_rng(3).random(count).tolist()
    drawn, logprobs = sampler.draw(Logits(np.tile(logits, (count, 1))), [mask] * count, uniforms, [False] * count)
    tokens = drawn.tolist()
    for token, chance, expected in zip(IDS, (0.4, 0.1, 0.3, 0.2), (16 / 30, 1 / 30, 13 / 50, 13 / 75), strict=True):
        assert abs(tokens.count(token) - count * expected) < 5 * np.sqrt(count * expected * (1 - expected))
        assert logprobs[tokens.index(token)] == pytest.approx(np.log(chance))
