"""PAGES → BITS: what a bundle's generator needs for each byte of a page's canonical HTML, and what general compressors need.

The measure of a language model is its cross entropy; as bits per byte it does not depend on a vocabulary, and compressors have it too.
Every page is read alone, its end included, cleaned as pages are for training.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TextIO

from htmlgen.corpus.pages import Page
from htmlgen.corpus.preparation import PreparedPage, prepare_page
from htmlgen.markup.writer import write
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.bundle import Bundle
from htmlgen.runtime.likelihood import bits_per_byte, page_nats
from htmlgen.runtime.session import PageStep, Session
from htmlgen.tokens.context import Reading

_GROUP: Final = 64  # pages that are read side by side

#: Compressors at their highest level, each without a header where it can do without.
COMPRESSORS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "deflate": lambda page: zlib.compress(page, 9, -15),
    "bzip2": bz2.compress,
    "xz": lambda page: lzma.compress(page, preset=9 | lzma.PRESET_EXTREME, format=lzma.FORMAT_ALONE),
}


@dataclass(frozen=True)
class PageBits:
    """One page under a bundle and under compressors."""

    name: str
    bytes: int  #: UTF-8, canonical
    tokens: int
    bits: float  #: that the generator needs, its end included
    compressed: Mapping[str, int]  #: bits that each compressor needs

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"name": self.name, "bytes": self.bytes, "tokens": self.tokens, **rates([self])}


def rates(pages: Sequence[PageBits]) -> dict[str, float]:
    """Bits per byte of all pages together: of the generator, and of each compressor."""
    size = sum(page.bytes for page in pages)
    found = {"bits_per_byte": sum(page.bits for page in pages) / size}
    return found | {name: sum(page.compressed[name] for page in pages) / size for name in COMPRESSORS}


def measure(pages: Iterable[PreparedPage], bundle: Bundle[GeneratorConfig], *, threads: int = 1) -> Iterator[PageBits]:
    """Each page that has any content, in order, some at a time.

    Args: threads, of one step of the model.
    """
    vocabulary = bundle.tokenizer.vocabulary
    step = PageStep(Session(bundle.step_path, bundle.architecture, threads=threads), Reading(vocabulary))
    waiting = (page for page in pages if page.events)
    while group := list(islice(waiting, _GROUP)):
        ids = [bundle.tokenizer.encode(page.events) for page in group]
        nats = page_nats(step, ids, bos=vocabulary.bos, eos=vocabulary.eos)
        for page, tokens, cost in zip(group, ids, nats.tolist(), strict=True):
            text = write(page.events).encode()
            compressed = {name: 8 * len(compress(text)) for name, compress in COMPRESSORS.items()}
            yield PageBits(page.name, len(text), len(tokens), bits_per_byte(cost, 1), compressed)


@dataclass(frozen=True, slots=True)
class Bits:
    """The bits of many pages under one bundle."""

    bundle: str
    pages: Sequence[PageBits]

    def to_dict(self) -> dict[str, Any]:
        """For JSON; no rates, where no page has any content."""
        found = rates(self.pages) if self.pages else {}
        sizes = {"bundle": self.bundle, "bytes": sum(page.bytes for page in self.pages)}
        return {**sizes, **found, "pages": [page.to_dict() for page in self.pages]}

    def write(self, stream: TextIO) -> None:
        """The rates in one line, for people, and what they are."""
        if not self.pages:
            stream.write("bits per byte: none of the pages has any content left after cleaning\n")
            return
        own, *others = (f"{name.replace('_', ' ')} {value:.3f}" for name, value in rates(self.pages).items())
        stream.write(f"{own} under the bundle {self.bundle}, the lower the better it knows such pages; {', '.join(others)}\n")


@dataclass(slots=True)
class Measuring:
    """A measurement under way: pages are measured some at a time, as they come."""

    bundle: Bundle[GeneratorConfig]
    threads: int = 1
    waiting: list[PreparedPage] = field(default_factory=list)
    found: list[PageBits] = field(default_factory=list)

    def add(self, name: str, page: str) -> None:
        """Args: page, its text, cleaned here as pages are for training."""
        self.waiting.append(prepare_page(Page(page, name, "")))
        if len(self.waiting) == _GROUP:
            self._measure()

    def measured(self) -> Bits:
        """The bits of all pages that were added."""
        self._measure()
        return Bits(self.bundle.name, self.found)

    def _measure(self) -> None:
        self.found.extend(measure(self.waiting, self.bundle, threads=self.threads))
        self.waiting.clear()
