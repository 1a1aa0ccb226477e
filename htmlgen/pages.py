"""The library's face: pages written by a bundle, and pages judged.

Writing needs neither html5lib nor BeautifulSoup; they are imported where a page is read, so that `htmlgen generate` starts at once.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, partial, reduce
from os import PathLike
from pathlib import Path
from random import SystemRandom
from threading import RLock
from typing import TYPE_CHECKING, Any, cast

from htmlgen.control import Control
from htmlgen.decoding.choosing import Choosing
from htmlgen.decoding.guide import Guide
from htmlgen.decoding.guides import guide_of, guide_within, heights_of, narrowed
from htmlgen.decoding.likeness import Distinct, Known
from htmlgen.decoding.limits import LimitedGuide
from htmlgen.decoding.sampling import SamplingConfig
from htmlgen.decoding.search import Request, Result, Search
from htmlgen.errors import BundleError, ConfigError, GrammarError, InputError, OutputError, PromptError, VocabularyError
from htmlgen.markup.events import Event
from htmlgen.markup.writer import write
from htmlgen.runtime import bundle as bundles
from htmlgen.runtime.ahead import Ahead
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.bundle import Bundle
from htmlgen.runtime.session import Copying, PageStep, Session
from htmlgen.shapes import LEAST_MATCH, MOST_TEXT, Shape
from htmlgen.tokens.context import Reading

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

    from htmlgen.decoding.beam import BeamConfig
    from htmlgen.decoding.completing import Completer, Completion
    from htmlgen.evaluation.result import Evaluation
    from htmlgen.mutating.mutate import Fault

GRAMMAR = "page"  # of pages by a bundle that has no grammar of its own
FRAGMENTS = "snippet"  # the grammar of snippets of no kind
MAX_TOKENS = 128
COMPLETION_TOKENS = 64
SNIPPET_TOKENS = 192
HOLE_TOKENS = 128
BATCH = 64
_THREADS = 4  # of a step; with more, the time is that of choosing tokens
_SHAPES = 64  # guides of snippets that are kept
AMPLE = 1 << 14  # tokens: a budget that forbids nothing
SAMPLING = SamplingConfig(temperature=1.0, min_p=0.01)
CONTROL = Control()
# A snippet is short, and its parts stand side by side: what is copied word by word, or is unlikely, is seen at once.
SNIPPET_SAMPLING = SamplingConfig(temperature=1.0, min_p=0.1)
_SNIPPET_TEXT = {"code": 64}  # tokens of text in a row, where a kind has others than most


@dataclass(frozen=True)
class Page:
    """A generated page; `str(page)` is its HTML, canonical and on one line."""

    html: str
    seed: int  #: writes the same page again, with the same bundle and settings
    tokens: int  #: of the page, without BOS and EOS
    logprob: float  #: natural logarithm of the probability that the model gave to the page, among all that the guide allows
    bundle: str  #: name of the bundle that wrote it
    faults: "tuple[Fault, ...]" = ()  #: what is wrong with it, where pages were to be broken

    def __str__(self) -> str:
        return self.html

    @cached_property
    def soup(self) -> "BeautifulSoup":
        """The page as a BeautifulSoup tree."""
        from bs4 import BeautifulSoup

        return BeautifulSoup(self.html, "html5lib")

    @cached_property
    def evaluation(self) -> "Evaluation":
        """What the evaluator finds."""
        return evaluate(self)

    @property
    def score(self) -> float:
        """The evaluator's score, in [0, 1]."""
        return self.evaluation.score

    @property
    def pretty(self) -> str:
        """The page with line breaks and indentation."""
        from htmlgen.markup.pretty import pretty
        from htmlgen.markup.reader import read

        return pretty(read(self.html).events)

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Writes the page into a file, whole or not at all, as UTF-8, a line feed at its end.

        Args: force, to write over a file that is there. Raises: OutputError, for that, and where nothing can be written.
        """
        from htmlgen.files import write_atomically

        if Path(path).exists() and not force:
            raise OutputError(f"{path}: is there already; choose another path, or force=True to write over it")
        try:
            with write_atomically(Path(path)) as stream:
                stream.write(f"{self.html}\n".encode())
        except OSError as error:
            raise OutputError(f"{path}: cannot write there: {error}") from error

    def _repr_html_(self) -> str:
        """For notebooks: the page in a frame that runs no scripts, sends no forms and sees nothing of what is around."""
        from html import escape

        style = "width:100%;height:30em;border:1px solid #ccc;background:#fff"
        return f'<iframe sandbox="" srcdoc="{escape(self.html)}" title="seed {self.seed}" style="{style}"></iframe>'

    def to_dict(self) -> dict[str, Any]:
        """For JSON: page, seed, tokens, score, logprob and bundle."""
        values = {name: getattr(self, name) for name in ("seed", "tokens", "score", "logprob", "bundle")}
        faults = {"faults": [fault.to_dict() for fault in self.faults]} if self.faults else {}
        return {"html": self.html, **values, **faults}


class Generator:
    """Writes pages with a bundle. Load it once and share it, between threads too: what it keeps are its guide's caches, under a lock."""

    def __init__(
        self, bundle: Bundle[GeneratorConfig], grammar: str | PathLike[str] | None = None, *, threads: int | None = None, batch: int = BATCH
    ) -> None:
        """Args: grammar, see `guide_of`; None is the bundle's own, or `page` where it has none; threads, of one step of the model; None is
        as many as pay where no other process wants their cores, as they wait for the next step at work; batch, pages that are written at
        a time. Pages depend on neither of the two.

        Raises: ConfigError, for threads or batch; GrammarError, if the grammar cannot be used; BundleError, if the bundle's own cannot.
        """
        self.threads = min(_THREADS, available_cores()) if threads is None else threads
        self.batch = batch
        for name in ("threads", "batch"):
            if (value := getattr(self, name)) < 1:
                raise ConfigError(f"{name} must be at least 1, got {value}")
        session = Ahead(lambda: Session(bundle.step_path, bundle.architecture, threads=self.threads))
        self.bundle = bundle
        self.tokenizer = bundle.tokenizer
        self.guide = _own_guide(bundle) if grammar is None else guide_of(grammar, self.tokenizer.vocabulary)
        self._lock = RLock()  # of guides, which are asked between the model's steps
        self._ample, self._shaped = MAX_TOKENS, dict[Shape, Generator]()
        self._step = PageStep(session.result(), Reading(self.tokenizer.vocabulary))

    @classmethod
    def load(
        cls,
        bundle: str | PathLike[str] | None = None,
        *,
        grammar: str | PathLike[str] | None = None,
        threads: int | None = None,
        batch: int = BATCH,
    ) -> "Generator":
        """Args: bundle, a folder; None is the bundle that ships with the package; grammar, threads, batch, see `Generator`.

        Raises: BundleError, if the bundle cannot be used; GrammarError, if the grammar cannot.
        """
        return cls(bundles.load(None if bundle is None else str(bundle)), grammar, threads=threads, batch=batch)

    def pages(
        self,
        n: int,
        *,
        seed: int | None = None,
        max_tokens: int | None = None,
        prompt: str = "",
        sampling: SamplingConfig = SAMPLING,
        control: Control = CONTROL,
    ) -> Iterator[Page]:
        """`n` pages, in order, each as soon as it is there.

        Args: seed, of the first page, the next has the next number; None draws one; max_tokens, of a page, prompt included, 128 if
        neither this nor a length is given; prompt, the beginning of every page, its last elements left open; sampling, how tokens are
        drawn; control, what pages shall be. Where it chooses among pages, those not chosen have seeds too: a page that is given is the one
        that its seed writes when nothing is chosen.
        Raises: ConfigError, for n, seed or control; BudgetError, naming the least budget; PromptError, if no page may begin so;
        RefusedError, where no page is unlike enough any more.
        """
        if n < 0:
            raise ConfigError(f"n must be at least 0, got {n}")
        first = Request(seed=draw_seed() if seed is None else seed).seed  # a seed that is none is refused at once
        pages_of = partial(self.pages_of, max_tokens=max_tokens, prompt=prompt, sampling=sampling, control=control)
        if not control.chooses:
            return pages_of(range(first, first + n))
        return self.choosing(prompt, control).choose(n, first, pages_of)

    def pages_of(
        self,
        seeds: Iterable[int],
        *,
        max_tokens: int | None = None,
        prompt: str = "",
        sampling: SamplingConfig = SAMPLING,
        control: Control = CONTROL,
    ) -> Iterator[Page]:
        """The pages of these seeds, in their order, each as soon as it is there, whatever `control` chooses; see `pages`."""
        most = control.most_tokens(max_tokens, self._ample)
        prompts = self._prompts(prompt, control)
        requests = (Request(seed=seed, max_tokens=most, prompt=prompts[seed % len(prompts)]) for seed in seeds)
        # What a user wrote stays as it is: the words of a prompt and a title, the targets of a prompt.
        written = [len(self.tokenizer.decode(ids)) for ids in prompts]
        words, targets = ([part if own else 0 for part in written] for own in (prompt or control.title, prompt))

        def page(result: Result) -> Page:
            place = result.seed % len(prompts)
            events = self.tokenizer.decode(result.ids)
            events = control.dressing.dressed(events, result.seed, words=words[place], targets=targets[place])
            html, faults = write(events, one_line=True), cast("tuple[Fault, ...]", ())
            if control.broken:
                from htmlgen.mutating.mutate import sometimes

                mutation = sometimes(html, seed=result.seed, rate=control.broken)
                html, faults = mutation.html, mutation.faults
            return Page(html, result.seed, len(result.ids), result.logprob, self.bundle.name, faults)

        return map(page, self.search(sampling, control).stream(requests))

    def page(self, *, seed: int | None = None, max_tokens: int | None = None, prompt: str = "", control: Control = CONTROL) -> Page:
        """One page; see `pages`."""
        return next(self.pages(1, seed=seed, max_tokens=max_tokens, prompt=prompt, control=control))

    def snippets(
        self,
        n: int,
        kind: str | None = None,
        *,
        like: str | None = None,
        skeleton: str | None = None,
        seed: int | None = None,
        max_tokens: int | None = None,
    ) -> Iterator[Page]:
        """`n` snippets: fragments of pages, in order, each as soon as it is there.

        Args: kind, one of `snippet_kinds`, card-list for one; like, HTML that they shall resemble, with its elements, classes and choices,
        and other texts; skeleton, an Emmet abbreviation, ul>li*3>a for one; without these they are what the grammar of fragments begins
        with. seed, as for `pages`; max_tokens, of a snippet; if not given 192, or twice the least, or more where a tree is fixed.
        Raises: ConfigError, for n, seed or kind; SkeletonError, where the grammar has no such snippet; BudgetError.
        """
        writer = self.shaped(shape := Shape(kind=kind or "", like=like or "", skeleton=skeleton or ""))
        return writer.pages(n, seed=seed, max_tokens=max_tokens, sampling=SNIPPET_SAMPLING, control=snippet_control(shape))

    def snippet(
        self,
        kind: str | None = None,
        *,
        like: str | None = None,
        skeleton: str | None = None,
        seed: int | None = None,
        max_tokens: int | None = None,
    ) -> Page:
        """One snippet; see `snippets`."""
        return next(self.snippets(1, kind, like=like, skeleton=skeleton, seed=seed, max_tokens=max_tokens))

    def shaped(self, shape: Shape) -> "Generator":
        """A generator of such snippets alone, of the same model; made once, and kept. Raises: ConfigError, SkeletonError, GrammarError."""
        with self._lock:
            if shape not in self._shaped:
                if len(self._shaped) >= _SHAPES:
                    self._shaped.clear()
                self._shaped[shape] = self._under(shape)
            return self._shaped[shape]

    def _under(self, shape: Shape) -> "Generator":
        if shape != Shape():
            guide = narrowed(self.guide, shape.automaton)
        elif writes_documents(self.guide):
            guide = guide_of(FRAGMENTS, self.tokenizer.vocabulary)
        else:
            return self
        found = copy(self)
        found.guide, found._shaped, found._lock = guide, {}, RLock()
        least = guide.least_cost(guide.start())
        found._ample = 4 * least + MAX_TOKENS if shape.fixes else max(SNIPPET_TOKENS, 2 * least)
        found.__dict__.pop("_completer", None)
        return found

    def stream(
        self,
        *,
        seed: int | None = None,
        max_tokens: int | None = None,
        prompt: str = "",
        sampling: SamplingConfig = SAMPLING,
        control: Control = CONTROL,
    ) -> Iterator[Event]:
        """The events of one page, that of its prompt first, each as soon as it is written; they are those of `page`.

        Args, Raises: see `pages`; `control` may not choose among pages.
        """
        if control.broken:
            raise ConfigError("faults are planted into whole pages; leave out broken")
        if control.chooses:
            raise ConfigError("what is chosen among pages is known when these are written; leave out best_of, unique and novelty")
        (prompts, most) = self._prompts(prompt, control), control.most_tokens(max_tokens, self._ample)
        first = draw_seed() if seed is None else seed
        request = Request(seed=first, max_tokens=most, prompt=prompts[first % len(prompts)])
        events = self.tokenizer.stream(self.search(sampling, control).tokens(request))
        return control.dressing.streamed(events, targets=len(self.tokenizer.decode(request.prompt)) if prompt else 0)

    def complete(
        self, prefix: str, *, n: int = 5, max_tokens: int = COMPLETION_TOKENS, whole: bool = False, beam: "BeamConfig | None" = None
    ) -> "list[Completion]":
        """The n likeliest continuations of a page's beginning, which may end anywhere: in a tag, a value, a text, a word.

        Args: prefix, kept as it is: prefix + completion is the text; max_tokens, of a continuation; whole, True for continuations to
        the page's end, False for those to the end of what is being written, see `stopping`; beam, how they are searched for.
        Returns: at most n, all different, the likeliest first; those that `max_tokens` broke off come last.
        Raises: ConfigError; PromptError, with line and column, if no page begins so; BudgetError, if a whole page needs more tokens.
        """
        from htmlgen.decoding.beam import BeamConfig

        with self._lock:
            return self._completer.complete(prefix, n, whole=whole, max_tokens=max_tokens, config=beam or BeamConfig())

    def fill(
        self,
        template: str,
        *,
        seed: int | None = None,
        max_tokens: int = HOLE_TOKENS,
        sampling: SamplingConfig = SAMPLING,
        control: Control = CONTROL,
    ) -> str:
        """A layout with its holes filled by what is valid where they stand; see `filling.holes` for how they are marked.

        Args: template, HTML, which is kept as it is outside of the holes; seed, None draws one; max_tokens, of an element that a hole asks
        for, or of all that it holds; sampling, how tokens are drawn; control, of which words, assets and limits on copying count here.
        Raises: HoleError, with line and column; BudgetError, where the tokens are too few; ConfigError.
        """
        from htmlgen.filling.layout import Filler

        first = Request(seed=draw_seed() if seed is None else seed).seed
        dressing = replace(control.dressing, css="")

        def searching(guide: Guide[Any], least_match: int) -> Search[Any]:
            least = max(least_match, control.least_match)
            step = self._step.limited(Copying(most=control.most_copied, least=least, repeats=control.most_repeated))
            return Search(step.predict, step.initial, guide, sampling, batch=1)

        filler = Filler(self.guide, self.tokenizer, searching, lambda kind: self.shaped(Shape(kind=kind)).guide, dressing)
        with self._lock:
            return filler.fill(template, seed=first, max_tokens=max_tokens)

    @cached_property
    def _completer(self) -> "Completer":
        from htmlgen.decoding.completing import Completer

        return Completer(self._step, self._step.initial, self.guide, self.tokenizer)

    def search(self, sampling: SamplingConfig = SAMPLING, control: Control = CONTROL) -> Search[Any]:
        """The decoding loop over this bundle's model and guide, held to the limits of `control`. Raises: ConfigError, for its depth."""
        step = self._step.limited(Copying(most=control.most_copied, least=control.least_match, repeats=control.most_repeated))
        limits = control.limits
        guide = LimitedGuide(self.guide, limits, heights_of(self.guide) if limits.depth else {}) if limits else self.guide
        return Search(step.predict, step.initial, guide, sampling, batch=self.batch, lock=self._lock)

    def prompt_ids(self, prompt: str) -> tuple[int, ...]:
        """The ids of a page's beginning; of a fragment's, where the grammar is one of fragments."""
        return self._prompts(prompt, CONTROL)[0]

    def _prompts(self, prompt: str, control: Control) -> list[tuple[int, ...]]:
        """The ids that pages begin with, by turns. Raises: PromptError; ConfigError, for a language, title or kind that cannot be."""
        with self._lock:
            documents = writes_documents(self.guide)
        prompts = [tuple(self.tokenizer.encode(events)) for events in control.beginnings(prompt, documents)]
        if control.lang:
            self._check_lang(control)
        if control.kind:
            self._check_kind(control.kind, prompts)
        return prompts

    def _check_lang(self, control: Control) -> None:
        (begun,) = Control(lang=control.lang).beginnings("", documents=True)
        try:
            self._advanced(self.tokenizer.encode(begun))
        except PromptError as error:
            raise ConfigError(
                f"lang must be a language tag that the grammar takes, such as en, de or pt-BR, got {control.lang!r}: {error}"
            ) from error

    def _check_kind(self, kind: str, prompts: Sequence[Sequence[int]]) -> None:
        for ids in prompts:
            try:
                self._advanced(ids)
            except PromptError as error:
                raise ConfigError(
                    f"kind {kind} begins with what the grammar forbids: {error}; take another kind, or another grammar"
                ) from error

    def _advanced(self, ids: Sequence[int]) -> Any:
        """The guide's state after a beginning. Raises: PromptError."""
        with self._lock:
            return reduce(self.guide.advance, ids, self.guide.start())

    def choosing(self, prompt: str, control: Control) -> Choosing[Page]:
        """How pages are chosen. What they begin with is asked for: it makes no page likelier, and no two alike.

        Raises: as `pages`; InputError, for pages to be unlike that are missing.
        """
        prompts = self._prompts(prompt, control)
        sizes = [len(write(self.tokenizer.decode(ids), one_line=True).encode()) for ids in prompts]
        distinct = Distinct(control.unique) if control.unique else None
        known = Known(self._token_pages(control.against), control.novelty) if control.novelty else None

        def logprob_per_byte(page: Page) -> float:
            return page.logprob / max(1, len(page.html.encode()) - sizes[page.seed % len(sizes)])

        def passes(page: Page) -> bool:
            if distinct is None and known is None:
                return True
            own = self._ids(page)[len(prompts[page.seed % len(prompts)]) :]
            return not (known and known.holds(own)) and (distinct is None or distinct.add(own))

        return Choosing(control.best_of, logprob_per_byte, passes)

    def _ids(self, page: Page) -> list[int]:
        """A page's ids, cut as pages are, where the model cut otherwise."""
        from htmlgen.markup.reader import read

        return self.tokenizer.encode(read(page.html).events)

    def _token_pages(self, sources: Sequence[str]) -> Iterator[list[int]]:
        """The ids of pages. Raises: InputError, for a source that is missing or holds no page."""
        from htmlgen.corpus.preparation import prepare

        return (self.tokenizer.encode(page.events) for page in prepare(sources))


def _own_guide(bundle: Bundle[GeneratorConfig]) -> Guide[Any]:
    """The rules that a bundle brings along, or those of `page`, beyond which the former may not go. Raises: BundleError."""
    vocabulary, text = bundle.tokenizer.vocabulary, bundle.grammar
    if text is None:
        return guide_of(GRAMMAR, vocabulary)
    try:
        return guide_within(text, GRAMMAR, vocabulary)
    except (GrammarError, VocabularyError) as error:
        file = bundle.folder / bundles.GRAMMAR
        raise BundleError(f"{file}: not used: {error}; name a grammar, {GRAMMAR} for one, or that file if you trust it") from error


def snippet_control(shape: Shape) -> Control:
    """What snippets shall be, as far as nothing else is said."""
    return Control(least_match=LEAST_MATCH, most_text=_SNIPPET_TEXT.get(shape.kind, MOST_TEXT))


def writes_documents(guide: Guide[Any]) -> bool:
    """True for pages from doctype to `</html>`, False for fragments."""
    return bool(guide.allowed(guide.start(), AMPLE)[guide.vocabulary.id("<!DOCTYPE html>")])


def available_cores() -> int:
    """The processor's cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def draw_seed() -> int:
    """A fresh seed, short enough to be typed."""
    return SystemRandom().randrange(1_000_000_000)


def evaluate(page: "str | bytes | BeautifulSoup | Tag | Page", *, fragment: bool | None = None) -> "Evaluation":
    """Judges a page, whatever it comes as.

    Args: page, HTML text, bytes (UTF-8, or what they declare), a BeautifulSoup tree or element, or a generated page; fragment, None to
    see from the page.
    Raises: InputError, for what is none of these; a file is judged as its bytes, `path.read_bytes()`.
    """
    from htmlgen.evaluation.encoding import decode
    from htmlgen.evaluation.score import evaluate as judge

    if isinstance(page, bytes):
        text, encoding = decode(page)
        return replace(judge(text, size=len(page), fragment=fragment), encoding=encoding)
    if not isinstance(page, str | Page) and not _is_soup(page):
        kind = type(page).__name__
        raise InputError(f"a page is HTML text, bytes, a BeautifulSoup tree or a generated page, got {kind}; read a file first")
    return judge(str(page), fragment=fragment)


def _is_soup(page: object) -> bool:
    from bs4 import Tag

    return isinstance(page, Tag)
