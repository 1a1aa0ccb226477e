"""A vocabulary, sorted by what its tokens do on a page that a guard writes.

Laws: a clean text piece holds no character that html5lib reports and no white space that a canonical page has not; no attribute is
listed that a page may not have.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from htmlgen.decoding.characters import BETWEEN, NEEDS, NEXT, UNCLEAN
from htmlgen.decoding.masks import INFINITE
from htmlgen.decoding.nesting import CATEGORIES, NEVER_ATTRIBUTE_PREFIX, NEVER_ATTRIBUTES, NOT_CUSTOM
from htmlgen.errors import VocabularyError
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.tokens.vocabulary import REFERENCES, Kind, Vocabulary

Ids = NDArray[np.intp]

_BLANK: Final = " \t\n\f\r"
_SPACES: Final = tuple(_BLANK)


@lru_cache(maxsize=4)
def pieces_of(vocabulary: Vocabulary) -> "Pieces":
    """The one sorting of a vocabulary, which its guides share."""
    return Pieces(vocabulary)


class Pieces:
    """Ids by use. `start`, `open` and `end` find tags by element name; `attribute` finds ATTRIBUTE and PAIR tokens by attribute name."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.kinds = [token.kind for token in vocabulary]
        self.names = [token.name for token in vocabulary]
        self.bytes = [token.byte for token in vocabulary]
        self.start, self.open, self.end = (self._tags(kind) for kind in (Kind.START, Kind.OPEN, Kind.END))
        self.doctype = vocabulary.id("<!DOCTYPE html>")
        self.spell_end, self.close = vocabulary.id("</"), vocabulary.id(">")
        self.byte_ids = np.array([vocabulary.byte(value) for value in range(256)])
        self._sort_text()
        self._sort_attributes()
        self.categories = self._categories()

    def _tags(self, kind: Kind) -> dict[str, int]:
        return {token.name: token.id for token in self.vocabulary if token.kind is kind}

    def _sort_text(self) -> None:
        is_text = (self.vocabulary.kinds == Kind.TEXT).tolist()
        self.spelling = {token.text: token.id for token, text in zip(self.vocabulary, is_text, strict=True) if text}
        clean = {text: index for text, index in self.spelling.items() if _is_plain(text) or not UNCLEAN.search(text)}
        references = [token.id for token in self.vocabulary if token.kind is Kind.REFERENCE]
        lines = {text for text in clean if "\t" in text or "\n" in text}
        runs = lines.union(text for text in clean if "  " in text)
        self.kept = np.array([*clean.values(), *references])
        self.collapsed = np.array([*(index for text, index in clean.items() if text not in runs), *references])
        self.unspaced = np.array([*(index for text, index in clean.items() if text not in runs and text[0] != " "), *references])
        self.value = np.array([*(index for text, index in clean.items() if text not in lines), *references])
        self.texts = [token.text for token in self.vocabulary]
        self.trailing = [text.endswith(_SPACES) for text in self.texts]
        self.ends_in_space = np.array(self.trailing)
        self.blank = [text and not token.text.strip(_BLANK) for token, text in zip(self.vocabulary, is_text, strict=True)]

    def _sort_attributes(self) -> None:
        ids: dict[str, list[int]] = {}
        for index in np.flatnonzero(np.isin(self.vocabulary.kinds, (Kind.ATTRIBUTE, Kind.PAIR))).tolist():
            if _is_made(self.names[index]):
                ids.setdefault(self.names[index], []).append(index)
        self.attribute: Mapping[str, Ids] = {name: np.array(found) for name, found in ids.items()}
        self.attributes = frozenset(ids)
        values = [index for found in ids.values() for index in found]
        self.attribute_ids = np.array(values, dtype=np.intp)

    def _categories(self) -> dict[str, frozenset[str]]:
        """The content categories, with the custom elements that the vocabulary names as phrasing."""
        custom = frozenset(name for name in self.end if "-" in name) - NOT_CUSTOM
        grown = {"FLOW": CATEGORIES["FLOW"] | custom, "PHRASING": CATEGORIES["PHRASING"] | custom}
        return {**CATEGORIES, **grown}

    def tag_cost(self, name: str) -> int:
        """The fewest tokens of a start tag and, if it has one, an end tag; INFINITE where the vocabulary has none."""
        if name not in self.end and name not in VOID_IN_PARSER:
            return INFINITE
        if name not in self.start and name not in self.open:
            return INFINITE
        return (1 if name in self.start else 2) + (name not in VOID_IN_PARSER)

    def start_ids(self, names: frozenset[str]) -> Ids:
        """The START and OPEN tokens of some elements."""
        return np.array([table[name] for name in sorted(names) for table in (self.start, self.open) if name in table], dtype=np.intp)

    def require(self, *names: str) -> None:
        """Raises: VocabularyError, if one of these elements has no tags in the vocabulary."""
        for name in names:
            if self.tag_cost(name) >= INFINITE:
                raise VocabularyError(f"no tokens spell <{name}> and </{name}>, which every page has; learn a vocabulary from whole pages")

    def spell(self, name: bytes) -> tuple[int, ...]:
        """Ids that spell a name: longest pieces first, bytes where there is none."""
        ids: list[int] = []
        text = name.decode("utf-8", "surrogateescape")
        while text:
            longest = next((end for end in range(len(text), 0, -1) if text[:end] in self.spelling), 0)
            if longest:
                ids.append(self.spelling[text[:longest]])
            else:
                ids += [self.vocabulary.byte(value) for value in text[:1].encode("utf-8", "surrogateescape")]
            text = text[max(longest, 1) :]
        return tuple(ids)

    def spelled(self, token: int) -> bytes:
        """The characters that a TEXT, REFERENCE or BYTE token stands for."""
        if self.kinds[token] is Kind.BYTE:
            return bytes((self.bytes[token],))
        text = self.texts[token]
        spelled: str = REFERENCES.get(text, text)
        return spelled.encode("utf-8", "surrogatepass")

    def characters(self, state: int) -> tuple[Ids, NDArray[np.intp]]:
        """The BYTE tokens that may come in a state of the UTF-8 automaton, and the bytes that each leaves to come."""
        possible = np.flatnonzero(NEXT[state] >= BETWEEN)
        return self.byte_ids[possible], np.array(NEEDS)[NEXT[state][possible]]


def _is_plain(text: str) -> bool:
    """Whether it is clean at first sight."""
    return text.isascii() and text.isprintable()


def _is_made(attribute: str) -> bool:
    """Names with capitals are SVG's and MathML's: on HTML elements the parser makes them small (HTML Standard 13.2.5.33)."""
    return attribute == attribute.lower() and not attribute.startswith(NEVER_ATTRIBUTE_PREFIX) and attribute not in NEVER_ATTRIBUTES
