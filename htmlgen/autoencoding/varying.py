"""A component → others of its layout in other words: some of its texts are hidden from the encoder and worded anew.

A text is what stands between two tags, or what an attribute that people read says (`alt`, `title` …); names, classes, links and other
values stay. Noise is added to the code in proportion to the strength, so that a strong variant may be built otherwise, too.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.autoencoding.components import Component
from htmlgen.autoencoding.neighbours import events_of
from htmlgen.autoencoding.wording import TEXTS, Run, Wording, plan_of
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.search import Request, Search
from htmlgen.errors import ConfigError
from htmlgen.evaluation.pairs.labelled_trees import labelled_tree
from htmlgen.evaluation.pairs.pq_grams import pq_gram_distance
from htmlgen.tokens.vocabulary import Kind, Vocabulary

if TYPE_CHECKING:
    from htmlgen.autoencoding.autoencoder import Autoencoder

SAMPLING: Final = SamplingConfig(temperature=0.8, min_p=0.1)
_READ: Final = frozenset("alt title placeholder aria-label label content summary".split())  # attributes that people read
_NOISE: Final = 0.4  # deviation of what is added to a code, at strength 1
_LOOSE: Final = 0.5  # the strength above which a variant may be built otherwise
_ROUNDS: Final = 4  # of twice as many candidates as are asked for, until there are enough
_ROOM: Final = 8  # tokens more for each hidden text, beside as many again


def variants_of(autoencoder: "Autoencoder", source: Component, n: int, *, strength: float, seed: int) -> list[str]:
    """At most n components, different from one another and from the source; fewer where no more come, as where there are no words.

    Args: strength, the share of its text that is worded anew, (0, 1]. Raises: ConfigError, for n below 1, strength or seed.
    """
    if n < 1 or seed < 0:
        raise ConfigError(f"n must be a whole number from 1 and seed one from 0, got {n} and {seed}")
    if not 0 < strength <= 1:
        raise ConfigError(f"strength must be above 0 and at most 1, got {strength}")
    found: dict[str, float] = {}
    for turn in range(_ROUNDS):
        for html in _candidates(autoencoder, source, 2 * n, strength, (seed, turn)):
            if html != source.html and html not in found:
                found[html] = _distance(source.html, html) if strength <= _LOOSE else 0.0
        if sum(distance == 0 for distance in found.values()) >= n:
            break
    return sorted(found, key=lambda html: found[html])[:n]


def _distance(left: str, right: str) -> float:
    return pq_gram_distance(labelled_tree(events_of(left)), labelled_tree(events_of(right)))


def _candidates(autoencoder: "Autoencoder", source: Component, count: int, strength: float, seeds: tuple[int, int]) -> Iterator[str]:
    draw, config = np.random.default_rng(seeds), autoencoder.bundle.architecture
    texts = texts_of(source.ids, autoencoder.tokenizer.vocabulary)
    hidden = [_some(texts, strength, draw) for _ in range(count)]
    codes = autoencoder.codes([source.ids] * count, [[place for run in runs for place in range(*run)] for runs in hidden])
    codes[:, 1:] += draw.normal(0, _NOISE * strength, codes[:, 1:].shape).astype(np.float32)
    wording = Wording(autoencoder.step, autoencoder.reading, autoencoder.speaker)
    search = Search(wording.predict, wording.initial, autoencoder.guide, SAMPLING, batch=autoencoder.batch)
    plans = [plan_of(source.ids, runs, config.longest) for runs in hidden]
    budgets = [_budget(autoencoder, code, runs) for code, runs in zip(codes, hidden, strict=True)]
    requests = (
        Request(seed=int(draw.integers(1 << 62)), max_tokens=budget, given=(code, plan))
        for budget, code, plan in zip(budgets, codes, plans, strict=True)
    )
    return (autoencoder.write(result.ids) for result in search.stream(requests))


def _budget(autoencoder: "Autoencoder", code: NDArray[np.float32], runs: Sequence[Run]) -> int:
    return autoencoder.budget(code) + sum(run.end - run.start + _ROOM for run in runs)


def texts_of(ids: Sequence[int], vocabulary: Vocabulary) -> list[list[int]]:
    """Texts of a component: each as the places at which its words begin, and where it ends.

    Of the values of attributes those that people read are texts.
    """
    texts: list[list[int]] = []
    open_, read = False, True
    for place, token in enumerate(vocabulary[number] for number in ids):
        if token.kind in TEXTS:
            if read and not open_:
                texts.append([place])
            elif read and token.text.startswith(" "):
                texts[-1].append(place)
            open_ = read
            continue
        if open_:
            texts[-1].append(place)
        open_ = False
        match token.kind:
            case Kind.ATTRIBUTE:
                read = token.name in _READ
            case Kind.SPELL_START | Kind.SPELL_END | Kind.OPEN | Kind.QUOTE | Kind.SPELL_VALUE:
                read = False
            case _:
                read = True
    return texts


def _some(texts: Sequence[Sequence[int]], share: float, draw: np.random.Generator) -> list[Run]:
    """Texts, drawn one by one, that have that share of all their tokens together, the last of them cut at a word."""
    left = round(share * sum(text[-1] - text[0] for text in texts)) or 1
    runs: list[Run] = []
    for place in draw.permutation(len(texts)).tolist():
        if left <= 0:
            break
        *words, end = texts[place]
        start = max((word for word in words if end - word >= left), default=words[0])
        runs.append(Run(start, end))
        left -= end - start
    return runs
