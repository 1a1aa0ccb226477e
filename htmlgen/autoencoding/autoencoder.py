"""Components of pages as codes, and codes as components: the face of an autoencoder's bundle."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.autoencoding.components import Component, Cutter
from htmlgen.decoding.guides import guide_of
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.search import Request, Search
from htmlgen.errors import ConfigError
from htmlgen.markup.writer import write
from htmlgen.relaxng import load_automaton
from htmlgen.runtime import bundle as bundles
from htmlgen.runtime.architecture import AutoencoderConfig
from htmlgen.runtime.bundle import Bundle
from htmlgen.runtime.coding import Codes, CodeStep, Encoder
from htmlgen.tokens.context import Reading

if TYPE_CHECKING:
    from bs4 import Tag

    from htmlgen.evaluation.pairs import PairFigures

GRAMMAR: Final = "component"
BATCH: Final = 64
GREEDY: Final = SamplingConfig(temperature=0.0)
_ROOM: Final = 16  # tokens more than a code says that a component may have, where words have to be spelled otherwise
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """A component, and what came back from its code."""

    source: Component
    html: str  #: canonical
    tokens: int
    logprob: float  #: of what came back, in nats, among all that the grammar allows

    @property
    def exact(self) -> bool:
        """Whether every token came back."""
        return self.source.html == self.html

    @property
    def figures(self) -> "PairFigures":
        """How near it came, see `htmlgen compare`."""
        from htmlgen.evaluation.pairs import compare_pages

        return compare_pages(self.source.html, self.html, fragment=True)


class Autoencoder:
    """Components to vectors and back. Load it once and share it: it keeps no state between calls.

    A *component* is an element that can stand by itself, with all that is in it, of `longest` tokens at most. Whatever HTML is given is
    read, repaired into the grammar of components and, where it is longer, cut into several. What is given back conforms to that grammar.
    """

    def __init__(
        self, bundle: Bundle[AutoencoderConfig], grammar: str | PathLike[str] = GRAMMAR, *, threads: int = 1, batch: int = BATCH
    ) -> None:
        """Args: threads, of one call of the encoder; batch, components that are encoded or written at a time.

        Raises: ConfigError, for threads or batch; GrammarError, if the grammar cannot be used; BundleCorruptError.
        """
        if threads < 1 or batch < 1:
            raise ConfigError(f"threads and batch must be at least 1, got {threads} and {batch}")
        self.bundle, self.grammar, self.threads, self.batch = bundle, grammar, threads, batch
        self.tokenizer = bundle.tokenizer
        self._reading = Reading(self.tokenizer.vocabulary)
        self.cutter = Cutter(self.tokenizer, load_automaton(grammar), bundle.architecture.longest)

    @classmethod
    def load(
        cls, bundle: str | PathLike[str] | None = None, *, grammar: str | PathLike[str] = GRAMMAR, threads: int = 1, batch: int = BATCH
    ) -> "Autoencoder":
        """Args: bundle, a folder; None is the one that ships with the package; the others see `Autoencoder`. Raises: BundleError, too."""
        return cls(bundles.load_autoencoder(None if bundle is None else str(bundle)), grammar, threads=threads, batch=batch)

    @property
    def dim(self) -> int:
        """Numbers of an embedding."""
        return self.bundle.architecture.gist

    def embed(self, pages: "str | Tag | Iterable[str | Tag]", *, unit: bool = False) -> Vectors:
        """(pages, dim) float32: what each page is about, whatever its length: the mean of its components, each as heavy as it has tokens.

        Args: pages, one or several, of HTML or soup; unit, whether vectors have a length of 1. Raises: InputError, naming the page.
        """
        each = [pages] if isinstance(pages, str) or not isinstance(pages, Iterable) or hasattr(pages, "name") else list(pages)
        cut = [self.cutter.components(page, f"page {number}") for number, page in enumerate(each, 1)]
        gists = self.gists(self.encode([component for found in cut for component in found]))
        vectors = np.zeros((len(cut), self.dim), dtype=np.float32)
        start = 0
        for row, found in enumerate(cut):
            weights = np.array([len(component.ids) for component in found], dtype=np.float32)
            vectors[row] = weights @ gists[start : start + len(found)] / weights.sum()
            start += len(found)
        return unit_rows(vectors) if unit else vectors

    def component(self, html: "str | Tag") -> Component:
        """What one code can hold, of what is given: read, and repaired. Raises: InputError, if it is empty or too long."""
        return self.cutter.component(html)

    def encode(self, components: Sequence[Component]) -> Codes:
        """(components, code size) float32: all that the decoder needs of each: its length, its gist, and what stands where."""
        ids = [component.ids for component in components]
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))  # like lengths side by side
        codes = np.zeros((len(ids), self.bundle.architecture.dim), dtype=np.float32)
        for start in range(0, len(order), self.batch):
            rows = order[start : start + self.batch]
            codes[rows] = self._encoder([ids[row] for row in rows])
        return codes

    def gists(self, codes: Codes) -> Vectors:
        """(codes, dim) the part of codes that tells what a component is about, wherever it stands."""
        return codes[:, 1 : 1 + self.dim]

    def decode(
        self, codes: Codes, *, sampling: SamplingConfig = GREEDY, seed: int = 0, max_tokens: int | None = None
    ) -> Iterator[tuple[tuple[int, ...], float]]:
        """For each code in turn the ids of a component, and their log-probability.

        Args: codes, as `encode` gives them, or near such; sampling, how tokens are chosen, the likeliest by default; seed, of the first,
        the next has the next number; max_tokens, None for some more than each code says. Raises: BudgetError, naming the fewest.
        """
        if codes.ndim != 2 or codes.shape[1] != self.bundle.architecture.dim or not np.isfinite(codes).all():
            raise ConfigError(f"codes must be finite numbers of shape (n, {self.bundle.architecture.dim}), got {codes.shape}")
        rows = codes.astype(np.float32)
        search = Search(self._step.predict, self._step.initial, self._guide, sampling, batch=self.batch)
        requests = (
            Request(seed=seed + number, max_tokens=self._budget(code) if max_tokens is None else max_tokens, given=(code,))
            for number, code in enumerate(rows)
        )
        return ((result.ids, result.logprob) for result in search.stream(requests))

    def write(self, ids: Sequence[int]) -> str:
        """A component's ids as HTML."""
        return write(self.tokenizer.decode(ids), one_line=True)

    def reconstruct(self, html: "str | Tag") -> list[Reconstruction]:
        """What comes back of each component. Raises: InputError, if nothing is in it."""
        components = self.cutter.components(html)
        return list(self.reconstructions(components))

    def reconstructions(self, components: Sequence[Component]) -> Iterator[Reconstruction]:
        """The same of components that are cut already, in their order."""
        for start in range(0, len(components), 16 * self.batch):
            part = components[start : start + 16 * self.batch]
            for source, (ids, logprob) in zip(part, self.decode(self.encode(part)), strict=True):
                yield Reconstruction(source, self.write(ids), len(ids), logprob)

    def _budget(self, code: NDArray[np.float32]) -> int:
        least = self._least
        return max(least, round(float(code[0]) * self.bundle.architecture.longest) + _ROOM)

    @cached_property
    def _guide(self) -> Any:
        return guide_of(self.grammar, self.tokenizer.vocabulary)

    @cached_property
    def _least(self) -> int:
        return int(self._guide.least_cost(self._guide.start()))

    @cached_property
    def _encoder(self) -> Encoder:
        path = self.bundle.folder / bundles.ENCODER
        return Encoder(path, self.bundle.architecture, self._reading, threads=self.threads)

    @cached_property
    def _step(self) -> CodeStep:
        return CodeStep(self.bundle.folder / bundles.DECODER, self.bundle.architecture, self._reading, threads=self.threads)


def unit_rows(vectors: Vectors) -> Vectors:
    """The same with rows of length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
