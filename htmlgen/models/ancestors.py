"""The recurrent text generators that came before, as models to train, to measure and to sample: any cell, any unit.

An ancestor is the generator without what this one adds: no inputs but the last token, no copies, no loss among what a grammar allows. It is
trained by the same loop and measured in the same bits per byte. It stays in Keras: there is no ONNX graph, and no bundle.
Sources: Mikolov et al. 2010 (words, simple recurrent networks), Sutskever et al. 2011 (characters), Graves 2013, arXiv:1308.0850 (LSTM).
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import jax
import jax.numpy as jnp
import keras
import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from htmlgen import config as configs
from htmlgen.corpus.preparation import PreparedPage
from htmlgen.decoding.anything import Anything
from htmlgen.decoding.guide import Guide
from htmlgen.decoding.guides import guide_of
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.search import Arrays, Request, Search
from htmlgen.errors import BundleCorruptError, ConfigError, InputError, VocabularyError
from htmlgen.files import write_atomically
from htmlgen.markup.writer import write
from htmlgen.models.cells import CELLS, remembers
from htmlgen.models.data import TokenPages
from htmlgen.models.generator import GeneratorModel, State
from htmlgen.models.loop import Progress
from htmlgen.models.training import Trainer, TrainingConfig
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.tokens.context import FEATURES
from htmlgen.tokens.learning import VocabularyConfig, learn
from htmlgen.tokens.plain import UNITS, PlainTokenizer, learn_plain
from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Token

STRUCTURE: Final = "structure"  #: the unit that knows markup: the tokens of tokens/tokenizer.py
ALL_UNITS: Final = (*UNITS, STRUCTURE)
_CONFIG, _TOKENIZER, _WEIGHTS = "ancestor.json", "tokenizer.model", "weights.safetensors"


@dataclass(frozen=True, kw_only=True)
class AncestorConfig(GeneratorConfig):
    """A generator's widths, its cell and its unit."""

    cell: str = "lstm"  #: see models/cells.py
    unit: str = STRUCTURE  #: see `ALL_UNITS`
    one_hot: bool = False  #: whether the first layer sees tokens as numbers alone; the embedding then serves the output
    structure: bool = False
    copies: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, known in (("cell", CELLS), ("unit", ALL_UNITS)):
            if (value := getattr(self, name)) not in known:
                raise ConfigError(f"no {name} {value!r} among {', '.join(known)}")

    @property
    def inputs(self) -> tuple[int, ...]:
        """Input features of each layer."""
        return (self.vocab_size if self.one_hot else self.embedding, *self.widths[:-1])


class AncestorModel(GeneratorModel):
    """The generator's stack of another cell."""

    config: AncestorConfig

    def _stacked(self) -> list[Any]:
        return [CELLS[self.config.cell](width, name=f"{self.config.cell}_{index}") for index, width in enumerate(self.config.widths)]

    def _seen(self, ids: Any, features: Any) -> Any:
        return jax.nn.one_hot(ids, self.config.vocab_size) if self.config.one_hot else self.embedding(ids)

    def empty_state(self, batch: int) -> State:
        """The state before a text; a cell without a memory has one of width 0."""
        kept = remembers(self.config.cell)
        return tuple((jnp.zeros((batch, width)), jnp.zeros((batch, width if kept else 0))) for width in self.config.widths)


def of_texts(train: Sequence[str], valid: Sequence[str], unit: str, size: int) -> tuple[PlainTokenizer, TokenPages, TokenPages]:
    """A vocabulary learned from the first texts, and both in it. Raises: ConfigError, VocabularyError, InputError."""
    tokenizer = PlainTokenizer(learn_plain(train, unit, size))
    return tokenizer, encoded(train, tokenizer), encoded(valid, tokenizer)


def of_pages(
    train: Sequence[PreparedPage], valid: Sequence[PreparedPage], unit: str, size: int, grammar: str | None = None
) -> tuple[Tokenizer | PlainTokenizer, TokenPages, TokenPages]:
    """The same of pages: their canonical texts, or for `structure` their events, with what a grammar allows for the valid ones.

    Raises: as `of_texts`; GrammarError.
    """
    if unit != STRUCTURE:
        texts, others = ([write(page.events) for page in pages if page.events] for pages in (train, valid))
        return of_texts(texts, others, unit, size)
    tokenizer = Tokenizer(learn(((page.site, page.events) for page in train), VocabularyConfig(size=size)))
    guide = None if grammar is None else guide_of(grammar, tokenizer.vocabulary)
    pairs = ([(page.events, page.bytes) for page in pages] for pages in (train, valid))
    return tokenizer, TokenPages.encode(next(pairs), tokenizer), TokenPages.encode(next(pairs), tokenizer, guide)


def encoded(texts: Iterable[str], tokenizer: PlainTokenizer) -> TokenPages:
    """Texts as ids, each from BOS to EOS; nothing is known beside them, and anything may follow.

    Raises: InputError, where all are empty.
    """
    vocabulary = tokenizer.vocabulary
    ids, size = list[NDArray[np.int32]](), 0
    for text in filter(None, texts):
        ids.append(np.array([vocabulary.bos, *tokenizer.encode(text), vocabulary.eos], dtype=np.int32))
        size += len(text.encode())
    if not ids:
        raise InputError("none of the texts has any content")
    count = sum(map(len, ids))
    everything = np.packbits(np.ones((1, len(vocabulary)), dtype=np.bool_), axis=1)
    starts = np.cumsum([0, *map(len, ids)], dtype=np.int64)
    features = np.zeros((count, len(FEATURES)), dtype=np.int16)
    return TokenPages(np.concatenate(ids), starts, size, features, np.zeros(count, dtype=np.int32), everything)


def created(config: AncestorConfig, seed: int = 0) -> AncestorModel:
    """Fresh weights, the same for the same seed."""
    keras.utils.set_random_seed(seed)
    model = AncestorModel(config, seed=seed)
    model.build()
    return model


def spelled(vocabulary: Sequence[Token], ids: Iterable[int]) -> str:
    """What ids spell, whether or not it is markup."""
    tokens = (vocabulary[index] for index in ids)
    return b"".join(bytes([token.byte]) if token.byte >= 0 else token.text.encode() for token in tokens).decode("utf-8", "replace")


@dataclass(frozen=True)
class Ancestor:
    """A model with its tokenizer."""

    model: AncestorModel
    tokenizer: Tokenizer | PlainTokenizer

    def train(self, pages: TokenPages, training: TrainingConfig) -> Iterator[Progress]:
        """Trains to the end of the budget, yielding after each step. Raises: ConfigError, for too few tokens."""
        with tempfile.TemporaryDirectory() as folder:
            yield from Trainer(self.model, pages, self.tokenizer.vocabulary, training, Path(folder)).run()

    def samples(self, requests: Iterable[Request], *, temperature: float = 1.0, guide: Guide[Any] | None = None) -> Iterator[str]:
        """Texts, one a request, by default with nothing forbidden: as the model has it, be it HTML or not.

        Args: guide, rules over the vocabulary of unit `structure`. Raises: BudgetError, PromptError, for requests that cannot be met.
        """
        vocabulary = self.tokenizer.vocabulary
        rules = Anything(vocabulary) if guide is None else guide
        search: Search[Any] = Search(self._step, self._initial, rules, SamplingConfig(temperature=temperature))
        for result in search.stream(requests):
            yield spelled(vocabulary, result.ids)

    def prompt(self, text: str) -> tuple[int, ...]:
        """The ids of a text to begin with. Raises: ConfigError, for `structure`, whose tokens end where markup does."""
        if not isinstance(self.tokenizer, PlainTokenizer):
            raise ConfigError(f"a text to begin with needs one of the units {', '.join(UNITS)}; this one was trained with {STRUCTURE}")
        return tuple(self.tokenizer.encode(text))

    @cached_property
    def _compiled(self) -> Any:
        @jax.jit
        def step(weights: Any, other: Any, ids: Any, arrays: Any) -> Any:
            state = tuple(zip(arrays[::2], arrays[1::2], strict=True))
            features = jnp.zeros((*ids.shape, 1, len(FEATURES)), dtype="int32")
            said, _ = self.model.stateless_call(weights, other, ids[:, None], features, state)
            return said.logits[:, 0], [part for pair in said.state for part in pair]

        return step

    def _step(self, ids: NDArray[np.int64], arrays: Arrays) -> tuple[NDArray[np.floating], Arrays]:
        """As `search.Step`; rows are padded to a power of two, so that few shapes are compiled."""
        count = len(ids)
        more = (1 << max(0, count - 1).bit_length()) - count
        weights, other = ([each.value for each in group] for group in (self.model.trainable_variables, self.model.non_trainable_variables))
        padded = [np.pad(array, ((0, more), (0, 0))) for array in arrays]
        logits, after = self._compiled(weights, other, np.pad(ids, (0, more)).astype(np.int32), padded)
        return np.asarray(logits)[:count], tuple(np.asarray(part)[:count] for part in after)

    def _initial(self, batch: int) -> Arrays:
        return tuple(np.asarray(part) for pair in self.model.empty_state(batch) for part in pair)

    def save(self, folder: Path, record: dict[str, Any]) -> None:
        """Writes model and tokenizer into a folder, with a record of how they were made."""
        weights = {str(place): np.asarray(weight.value, dtype=np.float32) for place, weight in enumerate(self.model.weights)}
        known = {"ancestor": configs.to_dict(self.model.config), **record}
        files = {_TOKENIZER: self.tokenizer.model, _WEIGHTS: safetensors.numpy.save(weights), _CONFIG: json.dumps(known, indent=1).encode()}
        for name, content in files.items():
            with write_atomically(folder / name) as stream:
                stream.write(content)

    @classmethod
    def load(cls, folder: Path) -> "Ancestor":
        """Raises: BundleCorruptError, for a folder that holds no ancestor."""
        try:
            config = configs.from_dict(AncestorConfig, json.loads((folder / _CONFIG).read_text("utf-8"))["ancestor"])
            model, content = created(config), (folder / _TOKENIZER).read_bytes()
            weights = safetensors.numpy.load_file(folder / _WEIGHTS)
            tokenizer = Tokenizer(content) if config.unit == STRUCTURE else PlainTokenizer(content)
            for place, weight in enumerate(model.weights):
                weight.assign(weights[str(place)])
        except (OSError, ValueError, KeyError, VocabularyError, safetensors.SafetensorError) as error:
            raise BundleCorruptError(f"{folder}: no model of htmlgen train with --cell or --unit: {error}") from error
        return cls(model, tokenizer)
