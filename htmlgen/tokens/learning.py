"""PAGES → VOCABULARY: which markup deserves a token of its own, and SentencePiece for the text between.

Every element of today's HTML has its tokens, whatever the pages hold, so that a guide can always write it. Attribute names and whole
attributes are counted over the pages; a name or pair must occur on several sites, so that no site's private words take the place.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from htmlgen.errors import ConfigError, VocabularyError
from htmlgen.markup.elements import FLOW, METADATA, VOID
from htmlgen.markup.events import Event, StartTag, Text
from htmlgen.tokens.tokenizer import ESCAPES
from htmlgen.tokens.training import trained
from htmlgen.tokens.vocabulary import REQUIRED

# Elements that are neither flow nor metadata: parts of others.
_PARTS: Final = frozenset(
    """html head body li dt dd figcaption legend caption colgroup col thead tbody tfoot tr td th option optgroup summary rt rp
    source track param path circle ellipse g line polygon polyline rect defs stop tspan text linearGradient use symbol""".split()
)
_CORE: Final = (FLOW | METADATA | _PARTS) - {"math"}
# Attributes that every vocabulary has; the pages add theirs.
_CORE_ATTRIBUTES: Final = frozenset(
    """action alt aria-hidden aria-label aria-labelledby charset class colspan content datetime dir disabled for headers height href
    hreflang id label lang list loading max maxlength media method min minlength name open pattern placeholder rel required role
    rowspan scope selected sizes src srcset start step tabindex target title type value width""".split()
)
#: SentencePiece's ways of cutting text: by a unigram model, by byte-pair encoding.
PIECES: Final = ("unigram", "bpe")


@dataclass(frozen=True, kw_only=True)
class VocabularyConfig:
    """How a vocabulary is learned."""

    size: int = 8192  #: tokens, everything included
    attributes: int = 300  #: attribute names with a token of their own
    pairs: int = 400  #: whole attributes with a token of their own
    elements: int = 60  #: elements beyond today's HTML with tokens of their own
    sites: int = 3  #: on how many sites an attribute, pair or element must occur
    characters: int = 40_000_000  #: text that SentencePiece sees, at most
    pieces: str = "unigram"  #: how text is cut into pieces, one of `PIECES`

    def __post_init__(self) -> None:
        if self.size < 1024:
            raise ConfigError(f"vocabulary size must be at least 1024, got {self.size}")
        if self.sites < 1:
            raise ConfigError(f"sites must be at least 1, got {self.sites}")
        if self.pieces not in PIECES:
            raise ConfigError(f"pieces must be one of {', '.join(PIECES)}, got {self.pieces!r}")


class _Counts:
    """How often each candidate occurs, and on how many sites."""

    def __init__(self) -> None:
        self.elements: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()
        self._sites: defaultdict[object, set[str]] = defaultdict(set)

    def add(self, site: str, tag: StartTag) -> None:
        self.elements[tag.name] += 1
        self._sites[tag.name].add(site)
        for name, value in tag.attributes:
            self.attributes[name] += 1
            self._sites["@", name].add(site)
            if _is_pair_value(value):
                self.pairs[name, value] += 1
                self._sites[name, value].add(site)

    def top_elements(self, most: int, sites: int) -> list[str]:
        kept = (name for name, _ in self.elements.most_common() if len(self._sites[name]) >= sites and name not in _CORE)
        return list(islice(filter(_is_plain, kept), most))

    def top_attributes(self, most: int, sites: int) -> list[str]:
        kept = (name for name, _ in self.attributes.most_common() if len(self._sites["@", name]) >= sites)
        return list(islice(filter(_is_plain, kept), most))

    def top_pairs(self, most: int, sites: int) -> list[tuple[str, str]]:
        kept = [pair for pair, _ in self.pairs.most_common(most * 20) if len(self._sites[pair]) >= sites and _is_plain(pair[0])]
        return kept[:most]


def _is_pair_value(value: str) -> bool:
    """Short, spelled as it is, and nobody's address."""
    foreign = "://" in value and not value.startswith("http://www.w3.org/")
    return len(value) <= 40 and not foreign and not any(character in value for character in '<>"&\n\t\u00a0\u2581')


def _is_plain(name: str) -> bool:
    return name.isascii() and name.replace("-", "").replace(":", "").replace("_", "").isalnum()


def learn(pages: Iterable[tuple[str, Sequence[Event]]], config: VocabularyConfig | None = None) -> bytes:
    """A SentencePiece model file for (site, events) pairs.

    Returns: the bytes of the model; `Tokenizer(learn(pages))` is the tokenizer.
    Raises: VocabularyError, if the pages hold too little text for the size asked for.
    """
    config = config or VocabularyConfig()
    counts = _Counts()
    texts: Counter[str] = Counter()
    for site, events in pages:
        for event in events:
            if isinstance(event, StartTag):
                counts.add(site, event)
                texts.update(value for _, value in event.attributes)
            elif isinstance(event, Text):
                texts[event.data] += 1
    return _train(_structure(counts, config), texts, config)


def _structure(counts: _Counts, config: VocabularyConfig) -> list[str]:
    elements = sorted(_CORE) + counts.top_elements(config.elements, config.sites)
    names = sorted(_CORE_ATTRIBUTES | set(counts.top_attributes(config.attributes, config.sites)))
    pairs = counts.top_pairs(config.pairs, config.sites)
    return [
        *REQUIRED,
        "\n",
        "\t",
        *(f"<{name}" for name in elements),
        *(f"<{name}>" for name in elements),
        *(f"</{name}>" for name in elements if name not in VOID),
        *(f' {name}="' for name in names),
        *(f' {name}="{value}"' for name, value in pairs),
    ]


def _train(structure: list[str], texts: Counter[str], config: VocabularyConfig) -> bytes:
    structure = list(dict.fromkeys(structure))
    try:
        return trained(
            _sentences(texts, config.characters),
            model_type=config.pieces,
            vocab_size=config.size,
            hard_vocab_limit=True,
            character_coverage=0.9995,
            user_defined_symbols=structure,
        )
    except RuntimeError as error:
        raise VocabularyError(
            f"SentencePiece cannot learn {config.size} tokens ({len(structure)} for structure) from {len(texts)} texts: {error}"
        ) from error


def _sentences(texts: Counter[str], most: int) -> Iterator[str]:
    """Each text about as often as the square root of its count: boilerplate must not drown the prose."""
    budget = most
    for text, count in texts.items():
        lines = [line for line in text.translate(ESCAPES).replace("\t", "\n").split("\n") if line.strip()]
        for _ in range(max(1, round(count**0.5))):
            yield from lines
            budget -= len(text)
            if budget < 0:
                return
