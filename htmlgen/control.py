"""What generated pages shall be: their length, depth, language, title and kind, how far they repeat themselves, and which are kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from htmlgen.decoding.characters import UNCLEAN
from htmlgen.decoding.limits import Limits
from htmlgen.dressing.dress import Dressing
from htmlgen.errors import ConfigError
from htmlgen.markup.events import Event
from htmlgen.relaxng.sources import packaged
from htmlgen.relaxng.spelling import did_you_mean

#: Tokens of a page, at least and at most.
LENGTHS: Final = {"short": (64, 192), "medium": (192, 512), "long": (512, 1536)}
_RANGE: Final = re.compile(r"(\d{1,9})\.\.(\d{1,9})")
_SPACES: Final = re.compile(r"[\t\n\f\r ]+")


@dataclass(frozen=True, kw_only=True)
class Control:
    """What pages shall be. As it is built, it asks for nothing but that pages do not repeat themselves without end."""

    length: str = ""  #: short, medium, long, or MIN..MAX in tokens: a page does not end before MIN where it may go on
    depth: int = 0  #: elements inside one another at most, void ones not counted; 0 for any number
    most_text: int = 0  #: tokens of text in a row, after which no word begins where anything else may come; 0 for any number
    lang: str = ""  #: language tag of the document
    title: str = ""  #: of the document
    kind: str = ""  #: what documents begin as, see `kinds`
    most_copied: int = 64  #: tokens in a row that the model may copy from the page itself; 0 for any number
    least_match: int = 4  #: tokens that must match before the model may copy a word of the page; 0 for any number
    most_repeated: int = 2  #: times in a row that the same tokens may come again; 0 for any number
    best_of: int = 1  #: pages written for each that is given, the likeliest byte by byte
    unique: float = 0.0  #: Jaccard similarity (of runs of 5 tokens) from which on a page is too like an earlier one; 0 gives all
    novelty: int = 0  #: tokens in a row, at most, that may stand so on a page of `against`; 0 for any number
    against: tuple[str, ...] = ()  #: folders, globs, .html, .parquet or .jsonl files of pages to be unlike
    text: str = "model"  #: whose words: the model's, lorem, faker, or keep-shape
    css: str = ""  #: a style sheet: classless, or a file
    assets: str = ""  #: a folder for pictures and whatever else pages load
    broken: float = 0.0  #: share of pages that have faults, see `Page.faults`
    assets_url: str = ""  #: of that folder, as pages refer to it; '' is the folder as it is given

    def __post_init__(self) -> None:
        for name, fits, range_ in (
            ("depth", self.depth >= 0, "a whole number from 0, where 0 is any depth"),
            ("most_text", self.most_text >= 0, "a whole number from 0, where 0 is any number"),
            ("title", not self.title or self.clean_title, "text that is more than white space"),
            ("title", not UNCLEAN.search(self.clean_title.replace("\u00a0", "")), "without control characters"),
            ("most_copied", self.most_copied >= 0, "a whole number from 0, where 0 is any number"),
            ("least_match", self.least_match >= 0, "a whole number from 0, where 0 is any number"),
            ("most_repeated", self.most_repeated >= 0, "a whole number from 0, where 0 is any number"),
            ("best_of", self.best_of >= 1, "at least 1"),
            ("unique", 0 <= self.unique <= 1, "at least 0 and at most 1"),
            ("broken", 0 <= self.broken <= 1, "at least 0 and at most 1"),
            ("novelty", self.novelty >= 0, "a whole number from 0"),
        ):
            if not fits:
                raise ConfigError(f"{name} must be {range_}, got {getattr(self, name)!r}")
        if bool(self.novelty) != bool(self.against):
            raise ConfigError("novelty counts the tokens copied from the pages of against: give both, or neither")
        _ = self.tokens, self.dressing

    @property
    def dressing(self) -> Dressing:
        """What pages wear. Raises: ConfigError."""
        return Dressing(text=self.text, css=self.css, assets=self.assets, assets_url=self.assets_url)

    @property
    def tokens(self) -> tuple[int, int]:
        """The least and the greatest length; (0, 0) where none is asked for. Raises: ConfigError."""
        if not self.length or self.length in LENGTHS:
            return LENGTHS.get(self.length, (0, 0))
        found = _RANGE.fullmatch(self.length)
        if found is None or int(found[1]) > int(found[2]) or not int(found[2]):
            raise ConfigError(f"length must be {', '.join(LENGTHS)}, or MIN..MAX in tokens, such as 200..400, got {self.length!r}")
        return int(found[1]), int(found[2])

    @property
    def chooses(self) -> bool:
        """Whether pages are written that are not given."""
        return self.best_of > 1 or bool(self.unique or self.novelty)

    @property
    def clean_title(self) -> str:
        """The title as it is rendered: without white space around it, one space between words."""
        return _SPACES.sub(" ", self.title).strip(" ")

    def most_tokens(self, asked: int | None, default: int) -> int:
        """A page's budget. Raises: ConfigError, where it is asked for twice."""
        if asked is not None and self.length:
            raise ConfigError(f"length {self.length} says how many tokens a page has at most; leave out max_tokens {asked}")
        return self.tokens[1] or (default if asked is None else asked)

    @property
    def limits(self) -> Limits:
        """What the guide is held to."""
        return Limits(least_tokens=self.tokens[0], most_text=self.most_text, depth=self.depth)

    def beginnings(self, prompt: str, documents: bool) -> list[Sequence[Event]]:
        """What pages begin with, by turns.

        Args: prompt, a page's beginning; documents, False where pages are fragments.
        Raises: PromptError; ConfigError, where things exclude one another.
        """
        if self.kind and prompt:
            raise ConfigError(f"kind {self.kind} is a beginning too; leave out the prompt {prompt[:40]!r}, or the kind")
        if not documents and (self.lang or self.title):
            raise ConfigError("lang and title are of documents, and this grammar's pages are fragments; leave them out")
        if self.kind and not documents:
            raise ConfigError(f"kind {self.kind} is of documents; for a snippet of a kind take --snippet, or Generator.snippet(kind)")
        begun = beginnings_of(self.kind) if self.kind else [prompt]
        return [self._headed(_read(text, documents) if text else []) for text in begun]

    def _headed(self, events: list[Event]) -> list[Event]:
        if not (self.title or self.lang):
            return events
        from htmlgen.markup.prefix import with_lang, with_title

        if self.title:
            events = with_title(events, self.clean_title)
        return with_lang(events, self.lang) if self.lang else events


def _read(text: str, documents: bool) -> list[Event]:
    """The events of a beginning. What parses HTML is imported where there is something to be parsed, as it takes long to load."""
    from htmlgen.markup.prefix import read_fragment_prefix, read_prefix

    return (read_prefix if documents else read_fragment_prefix)(text)


def kinds() -> dict[str, list[str]]:
    """Beginnings of documents by the name of their kind: the lines of `grammars/kinds/page`."""
    files = sorted((packaged() / "kinds" / "page").iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".html"): file.read_text(encoding="utf-8").splitlines() for file in files}


def beginnings_of(kind: str) -> list[str]:
    """Raises: ConfigError, naming the kinds that there are."""
    known = kinds()
    if kind not in known:
        raise ConfigError(f"no kind {kind!r} of documents among {', '.join(known)}{did_you_mean(kind, known)}")
    return known[kind]
