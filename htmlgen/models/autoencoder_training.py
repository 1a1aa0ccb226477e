"""Training of the autoencoder: snippets of like lengths side by side, the short ones first, see loop.py.

The loss of a token is taken among a sample: all tokens that the batch has to tell, and some that are drawn, which stand for all others
(sampled softmax, Jean et al. 2015, arXiv:1412.2007); a batch of snippets has a few hundred different tokens, of thousands.
Laws: a batch is a function of the seed, the step and the share of the budget that is spent.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from htmlgen.errors import ConfigError, InputError
from htmlgen.models.autoencoder import AutoencoderModel, Snippets
from htmlgen.models.data import TokenPages, byte_lengths
from htmlgen.models.loop import Batch, Loop, Schedule, Variables
from htmlgen.tokens.context import FEATURES, Place, Reading
from htmlgen.tokens.vocabulary import Kind, Vocabulary

Array = Any
#: Longest snippets of a batch, how many it has of these and shorter ones down to the class before, what share of the batches are such,
#: and the share of the budget from which on they are.
_CLASSES: Final = ((16, 128, 0.15, 0.0), (32, 80, 0.25, 0.02), (64, 56, 0.32, 0.06), (128, 32, 0.28, 0.14))
_LEAST: Final = -1e30  # the logit of what cannot come
_WORDS: Final = (Kind.TEXT, Kind.BYTE, Kind.REFERENCE)
_WORD_WEIGHT: Final = 0.25  # of telling a piece of text, where telling markup has 1
_ROOT_WEIGHT: Final = 4.0  # of telling what the encoder did not see


@dataclass(frozen=True, kw_only=True)
class AutoencoderTraining(Schedule):
    """How an autoencoder is trained."""

    noise: float = 0.1  #: deviation of what is added to the numbers of codes, if the model does not learn it
    divergence: float = 0.0  #: weight of what the numbers of a variational code tell, a token's share of it; from 0 on in the first third
    free_nats: float = 0.05  #: that each of them may tell for nothing
    masked: float = 0.1  #: share of tokens that the encoder does not see, all of them in every other snippet, [0, 0.5]
    renamed: float = 0.25  #: share of snippets whose encoder sees a bare `div` for the outermost element, which the gist still has to tell
    sampled: int = 2048  #: tokens among which the right one is to be told
    bag_share: float = 0.1  #: weight of telling from the gist alone which tokens a snippet has, in whatever order
    by_kind: float = 0.5  #: 0 takes snippets of each kind as often as there are, 1 all kinds equally often, [0, 1]

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, most in (("noise", 1), ("masked", 0.5), ("renamed", 1), ("by_kind", 1)):
            if not 0 <= (value := getattr(self, name)) <= most:
                raise ConfigError(f"{name} must be in [0, {most}], got {value}")
        for name in ("divergence", "free_nats", "bag_share"):
            if not (value := getattr(self, name)) >= 0:
                raise ConfigError(f"{name} must be at least 0, got {value}")
        if self.sampled < 1:
            raise ConfigError(f"sampled must be at least 1, got {self.sampled}")


class AutoencoderTrainer(Loop[AutoencoderModel, AutoencoderTraining]):
    """A run of the autoencoder over snippets, encoded as pages are."""

    def __init__(
        self, model: AutoencoderModel, snippets: TokenPages, kinds: Sequence[str] | NDArray[np.str_], vocabulary: Vocabulary,
        config: AutoencoderTraining, folder: Path,
    ) -> None:  # fmt: skip
        """Args: kinds, what each of the snippets is."""
        super().__init__(model, config, folder)
        self._snippets = snippets
        self._byte_lengths = byte_lengths(vocabulary)
        self._renaming = Renaming(vocabulary)
        self._bag_weights = np.where(np.isin(vocabulary.kinds, _WORDS), _WORD_WEIGHT, 1.0).astype(np.float32)
        self._classes = _classes(snippets, np.asarray(kinds), model.config.longest, config.by_kind)

    def batches(self) -> Iterator[Batch]:
        """Batches of one class of lengths each."""
        while True:
            draw = np.random.default_rng((self.config.seed, self.step))
            there = [each for each in self._classes if self.done >= each.since] or self._classes[:1]
            shares = np.array([each.share for each in there])
            chosen = there[draw.choice(len(there), p=shares / shares.sum())]
            rows = draw.choice(chosen.rows, size=chosen.batch, p=chosen.odds)
            yield self._batch(padded(self._snippets, rows, chosen.longest), draw)

    def _batch(self, rows: "Padded", draw: np.random.Generator) -> Batch:
        renamed = draw.random(len(rows.ids)) < self.config.renamed
        given, roots = self._renaming.renamed(rows, renamed)
        in_bag = self._bag_weights[rows.targets] * np.where(roots, _ROOT_WEIGHT, 1.0) * rows.counted
        rows = replace(rows, counted=rows.counted & ~roots)
        vocab = self.model.config.vocab_size
        told = np.unique(rows.targets)
        sample = min(vocab, max(self.config.sampled, len(told) + 1))
        others = np.setdiff1d(np.arange(vocab), told, assume_unique=True)
        candidates = np.concatenate([told, draw.choice(others, size=sample - len(told), replace=False)])
        place = np.zeros(vocab, dtype=np.int32)
        place[candidates] = np.arange(sample)
        weights = np.zeros(sample, dtype=np.float32)
        weights[len(told) :] = math.log(len(others) / (sample - len(told)))  # each stands for so many
        masks, number = np.unique(rows.masks, return_inverse=True)  # a few hundred of thousands
        allowed = np.unpackbits(self._snippets.allowed[masks], axis=1, count=vocab)[:, candidates].astype(bool)[number]
        arrays = (
            rows.ids, rows.features, rows.lengths, given.ids, given.features, place[rows.targets], rows.counted,
            in_bag.astype(np.float32), candidates, weights, allowed, np.float32(min(1.0, 3 * self.done)),
        )  # fmt: skip
        counted = rows.counted.sum()
        return Batch(arrays, int(counted), float(self._byte_lengths[rows.targets[rows.counted]].sum()))

    def loss(self, trainable: list[Array], variables: Variables, arrays: tuple[Array, ...]) -> tuple[Array, tuple[Array, Variables]]:
        """The mean loss of a token; the nats of all are among what is allowed."""
        ids, features, lengths, given_ids, given_features, targets, counted, in_bag, candidates, weights, allowed, share = arrays
        snippets = Snippets(ids, features.astype(jnp.int32), lengths)
        given = Snippets(given_ids, given_features.astype(jnp.int32), lengths)
        settings = {"noise": self.config.noise, "masked": self.config.masked, "training": True}
        said, other = self.model.stateless_call(trainable, variables["other"], snippets, given, **settings)
        named = dict(zip((variable.path for variable in self.model.trainable_variables), trainable, strict=True))
        table, bias = named[self.model.embedding.embeddings.path][candidates], named[self.model.output_bias.path][candidates]
        logits = said.tokens @ table.T + bias + weights
        own = jnp.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
        plain = jax.scipy.special.logsumexp(logits, axis=-1) - own
        within = jax.scipy.special.logsumexp(jnp.where(allowed, logits, _LEAST), axis=-1) - own
        mixed = self.config.grammar_share * within + (1 - self.config.grammar_share) * plain
        bag = jax.nn.log_softmax(said.bag @ table.T + bias + weights, axis=-1)
        told = -jnp.take_along_axis(bag, targets, axis=-1)
        loss = jnp.where(counted, mixed, 0).sum() / counted.sum() + self.config.bag_share * (in_bag * told).sum() / in_bag.sum()
        paid = jnp.maximum(said.divergence - self.config.free_nats, 0).sum() / counted.sum()
        loss += self.config.divergence * share * paid
        return loss, (jnp.where(counted, within, 0).sum(), {"other": other})


@dataclass(frozen=True)
class Padded:
    """Snippets side by side: BOS and tokens, each followed by a target, the last by EOS."""

    ids: NDArray[np.int32]  #: (batch, time)
    features: NDArray[np.int16]  #: (batch, time, places)
    lengths: NDArray[np.int32]  #: (batch,) tokens without BOS and EOS
    targets: NDArray[np.int32]  #: (batch, time)
    masks: NDArray[np.int32]  #: (batch, time), which row of `TokenPages.allowed` says what may come next
    counted: NDArray[np.bool_]  #: (batch, time), False behind a snippet's end


def padded(snippets: TokenPages, rows: NDArray[Any], longest: int) -> Padded:
    """Those snippets, to `longest` tokens and their ends."""
    starts, ends = snippets.starts[rows], snippets.starts[rows + 1]
    steps = np.arange(longest + 1)[None]
    counted = steps < (ends - starts - 1)[:, None]
    places = np.where(counted, starts[:, None] + steps, starts[:, None])
    return Padded(
        ids=np.where(counted, snippets.ids[places], 0),
        features=snippets.features[places][..., :-2],
        lengths=(ends - starts - 2).astype(np.int32),
        targets=np.where(counted, snippets.ids[places + 1], 0),
        masks=np.where(counted, snippets.masks[places], 0),
        counted=counted,
    )


class Renaming:
    """Snippets whose outermost element the encoder is not to know: a bare `div` stands in its place, and its start tag is hidden."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._open, self._end = vocabulary.id("<div"), vocabulary.id("</div>")
        self._element = Reading(vocabulary).elements[self._open]

    def renamed(self, rows: Padded, chosen: NDArray[np.bool_]) -> tuple[Padded, NDArray[np.bool_]]:
        """The chosen rows renamed, and (batch, time) which targets tell of what was hidden."""
        ids, features = rows.ids.copy(), rows.features.copy()
        place, element, parent, depth = (features[..., FEATURES.index(name)] for name in ("place", "element", "parent", "depth"))
        within = np.isin(place, (Place.TAG, Place.VALUE, Place.NAME, Place.ATTRIBUTE))  # a start tag that is not in `depth` yet
        there = chosen[:, None] & rows.counted
        element[there & (depth == np.where(within, 0, 1))] = self._element
        parent[there & (depth == np.where(within, 1, 2))] = self._element
        entered = np.cumsum(depth > 0, axis=1)
        start = there & (entered <= 1) & (np.arange(ids.shape[1]) > 0)  # the tokens of the start tag
        last = there & (np.arange(ids.shape[1]) == rows.lengths[:, None])
        ids[start], ids[last] = 0, self._end
        ids[chosen, 1] = self._open
        hidden = start | last
        return replace(rows, ids=ids, features=features), np.roll(hidden, -1, axis=1) & rows.counted


@dataclass(frozen=True)
class _Class:
    """Snippets of like lengths."""

    rows: NDArray[np.int64]
    odds: NDArray[np.float64]  #: of each to be drawn
    longest: int
    batch: int
    share: float
    since: float


def _classes(snippets: TokenPages, kinds: NDArray[Any], longest: int, by_kind: float) -> list[_Class]:
    """The classes that have snippets. Raises: InputError, if there are none."""
    lengths = np.diff(snippets.starts) - 2
    found, above = [], 0
    for most, batch, share, since in _CLASSES:
        rows = np.flatnonzero((lengths > above) & (lengths <= min(most, longest)))
        above = most
        if len(rows):
            _, kind, counts = np.unique(kinds[rows], return_inverse=True, return_counts=True)
            odds = (counts ** -float(by_kind))[kind]
            found.append(_Class(rows, odds / odds.sum(), min(most, longest), batch, share, since))
    if not found:
        raise InputError(f"no snippet has 1 to {longest} tokens")
    return found
