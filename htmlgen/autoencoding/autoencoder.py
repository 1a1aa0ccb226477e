"""Components of pages as codes, and codes as components: the face of an autoencoder's bundle."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.autoencoding.components import Component, Cutter
from htmlgen.autoencoding.neighbours import unit_rows
from htmlgen.autoencoding.sources import Pages, Tell, pages_of
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

    from htmlgen.autoencoding.duplicates import Cluster
    from htmlgen.autoencoding.found import Found
    from htmlgen.autoencoding.outliers import Outlier
    from htmlgen.autoencoding.similar import Match
    from htmlgen.autoencoding.wording import Speaker
    from htmlgen.evaluation.pairs.aspects import PairFigures

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
        from htmlgen.evaluation.pairs.aspects import compare_pages

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
        self.reading = Reading(self.tokenizer.vocabulary)
        automaton = load_automaton(grammar if isinstance(grammar, str) else Path(grammar))
        self.cutter = Cutter(self.tokenizer, automaton, bundle.architecture.longest)

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

    def embed(self, pages: "str | Tag | Pages", *, unit: bool = False) -> Vectors:
        """(pages, dim) float32: what each page is about, whatever its length: the mean of its components, each as heavy as it has tokens.

        Args: pages, one or several, of HTML or soup, see `sources.Pages`; unit, whether vectors have a length of 1.
        Raises: InputError, naming the page.
        """
        vectors = self.pooled([self.cutter.components(page.html, page.name) for page in pages_of(pages)])
        return unit_rows(vectors) if unit else vectors

    def pooled(self, pages: Sequence[Sequence[Component]]) -> Vectors:
        """(pages, dim) float32: of each page, one component or more, the mean of their gists, each as heavy as it has tokens."""
        gists = self.gists(self.encode([component for found in pages for component in found]))
        vectors = np.zeros((len(pages), self.dim), dtype=np.float32)
        start = 0
        for row, found in enumerate(pages):
            weights = np.array([len(component.ids) for component in found], dtype=np.float32)
            vectors[row] = weights @ gists[start : start + len(found)] / weights.sum()
            start += len(found)
        return vectors

    def component(self, html: "str | Tag") -> Component:
        """What one code can hold, of what is given: read, and repaired. Raises: InputError, if it is empty or too long."""
        return self.cutter.component(html)

    def encode(self, components: Sequence[Component]) -> Codes:
        """(components, code size) float32: all that the decoder needs of each: its length, its gist, and what stands where."""
        return self.codes([component.ids for component in components])

    def codes(self, ids: Sequence[Sequence[int]], hidden: Sequence[Collection[int]] | None = None) -> Codes:
        """The same of ids, 1 to `longest` each. Args: hidden, places of each that the encoder does not see; None for none."""
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))  # like lengths side by side
        codes = np.zeros((len(ids), self.bundle.architecture.dim), dtype=np.float32)
        for start in range(0, len(order), self.batch):
            rows = order[start : start + self.batch]
            codes[rows] = self._encoder([ids[row] for row in rows], None if hidden is None else [hidden[row] for row in rows])
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
        search = Search(self.step.predict, self.step.initial, self.guide, sampling, batch=self.batch)
        requests = (
            Request(seed=seed + number, max_tokens=self.budget(code) if max_tokens is None else max_tokens, given=(code,))
            for number, code in enumerate(rows)
        )
        return ((result.ids, result.logprob) for result in search.stream(requests))

    def write(self, ids: Sequence[int]) -> str:
        """A component's ids as HTML."""
        return write(self.tokenizer.decode(ids), one_line=True)

    def vary(self, html: "str | Tag", n: int = 3, *, strength: float = 0.3, seed: int = 0) -> list[str]:
        """Components of the same layout in other words: at most n, all different, none the source; fewer where no more come.

        Args: strength, the share of its text that is worded anew, (0, 1]; from a half on a variant may be built otherwise, too; seed, the
        same gives the same. Raises: InputError, if it is empty or longer than a code holds; ConfigError, for the others.
        """
        from htmlgen.autoencoding.varying import variants_of

        return variants_of(self, self.component(html), n, strength=strength, seed=seed)

    def interpolate(self, a: "str | Tag", b: "str | Tag", steps: int = 8) -> list[str]:
        """So many components on the way from one to another; the first and the last are their reconstructions.

        Raises: InputError, as `component`; ConfigError, for steps below 2.
        """
        from htmlgen.autoencoding.interpolating import Side, codes_between

        if steps < 2:
            raise ConfigError(f"steps must be a whole number from 2, as both ends are among them, got {steps}")
        ends = [self.component(a), self.component(b)]
        one, other = (Side(end.ids, code) for end, code in zip(ends, self.encode(ends), strict=True))
        codes = np.stack(list(codes_between(self.bundle.architecture, one, other, steps)))
        return [self.write(ids) for ids, _ in self.decode(codes)]

    def repair(self, html: "str | Tag", *, through_code: bool = False) -> str:
        """The nearest component: what is valid as it is, but for its spelling, and the least that has to change of anything else.

        Args: through_code, give what comes back of its code instead. Raises: InputError, if it is empty, or too long for a code that is
        asked for.
        """
        if not through_code:
            return self.cutter.mended(html).html
        [reconstruction] = self.reconstructions([self.component(html)])
        return reconstruction.html

    def found(self, pages: "str | Tag | Pages", *, jobs: int = 1, tell: Tell | None = None) -> "Iterator[Found]":
        """The components of pages, each with its place, kind and gist, as they are found; of a file that `write_index` wrote, its own.

        Args: pages, HTML or soup, with names in pairs or without; or the path of a file or folder; jobs, processes that read them; tell,
        what is given a sentence for each page that cannot be used. Raises: InputError for it, if there is nobody to tell.
        """
        from htmlgen.autoencoding.found import found_in
        from htmlgen.autoencoding.index import is_index, read_index

        if isinstance(pages, Path) and is_index(pages):
            return read_index(pages, encoder=self.encoder_sha256)
        return found_in(self, pages_of(pages, tell), jobs=jobs, tell=tell)

    def similar(
        self, query: "str | Tag", pages: "str | Tag | Pages", k: int = 10, *, jobs: int = 1, tell: Tell | None = None
    ) -> "list[Match]":
        """The k components of pages that are most like a query, of any length, best first. Args, Raises: as `found`, and ConfigError."""
        from htmlgen.autoencoding.similar import most_similar

        return most_similar(self.embed(query)[0], self.found(pages, jobs=jobs, tell=tell), k)

    def duplicates(self, pages: "str | Tag | Pages", threshold: float = 0.9, *, jobs: int = 1, tell: Tell | None = None) -> "list[Cluster]":
        """Clusters of near-duplicate components of pages, the worst first, see duplicates.py. Args, Raises: as `found`, and ConfigError."""
        from htmlgen.autoencoding.duplicates import clusters_of

        return clusters_of(self.found(pages, jobs=jobs, tell=tell), threshold)

    def outliers(self, pages: "str | Tag | Pages", *, jobs: int = 1, tell: Tell | None = None) -> "list[Outlier]":
        """The components of pages, those that are least like any other first, see outliers.py. Args, Raises: as `found`."""
        from htmlgen.autoencoding.outliers import outliers_of

        return outliers_of(self.found(pages, jobs=jobs, tell=tell))

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

    def budget(self, code: NDArray[np.float32]) -> int:
        least = self.least
        return max(least, round(float(code[0]) * self.bundle.architecture.longest) + _ROOM)

    @property
    def encoder_sha256(self) -> str:
        """What its gists are known by."""
        return str(self.bundle.record["files"][bundles.ENCODER])

    @cached_property
    def speaker(self) -> "Speaker | None":
        """What words hidden texts; None for the decoder itself."""
        from htmlgen.autoencoding.wording import Speaker

        return Speaker.load(self.tokenizer, self.threads)

    @cached_property
    def guide(self) -> Any:
        return guide_of(self.grammar, self.tokenizer.vocabulary)

    @cached_property
    def least(self) -> int:
        return int(self.guide.least_cost(self.guide.start()))

    @cached_property
    def _encoder(self) -> Encoder:
        path = self.bundle.folder / bundles.ENCODER
        return Encoder(path, self.bundle.architecture, self.reading, threads=self.threads)

    @cached_property
    def step(self) -> CodeStep:
        return CodeStep(self.bundle.folder / bundles.DECODER, self.bundle.architecture, self.reading, threads=self.threads)

