"""How much text two pages have in common, in its order.

similarity = 2 L / (m + n), of the longest common subsequence L of m and n words; 1 for pages without any. It is 1 only for equal words
in equal order, and symmetric. Above `MOST_WORDS` on a side, L counts the words that both have, in any order: never less.

Source: the bit-parallel longest common subsequence of Hyyrö 2004, "Bit-parallel LCS-length computation revisited": a bit of one integer
for each word of one side, so that a word of the other side costs an addition.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from htmlgen.markup.elements import RAW_TEXT
from htmlgen.markup.events import EndTag, Event, StartTag, Text

MOST_WORDS: Final = 50_000


def words_of(events: Iterable[Event]) -> list[str]:
    """The words of a page's text, cut at white space and at tags; those of scripts, styles and the like left out."""
    words: list[str] = []
    raw = False
    for event in events:
        match event:
            case StartTag(name) | EndTag(name):
                raw = isinstance(event, StartTag) and name in RAW_TEXT
            case Text(data) if not raw:
                words.extend(data.split())
    return words


def text_similarity(left: Sequence[str], right: Sequence[str]) -> float:
    """Of two sequences of words, in [0, 1]."""
    together = len(left) + len(right)
    if not together:
        return 1.0
    many = max(len(left), len(right)) > MOST_WORDS
    shared = (Counter(left) & Counter(right)).total() if many else longest_common_subsequence(left, right)
    return 2 * shared / together


def longest_common_subsequence(left: Sequence[str], right: Sequence[str]) -> int:
    """Its length. Time is that of `len(right)` additions of integers of `len(left)` bits."""
    places: dict[str, int] = {}
    for place, word in enumerate(left):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(left)) - 1
    unmatched = every
    for word in right:
        matched = unmatched & places.get(word, 0)
        unmatched = (unmatched + matched) | (unmatched - matched)
        unmatched &= every
    return len(left) - unmatched.bit_count()
