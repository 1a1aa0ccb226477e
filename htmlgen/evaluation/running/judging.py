"""Pages judged, each by itself, in several processes, each within its time; and what they are built of, should they be compared.

Pages that were judged before come out of the cache, and what judges is imported for others alone: it takes longer than a page.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.running.caching import Cache, key_of
from htmlgen.evaluation.running.inputs import NamedPage, Read, UnreadablePage
from htmlgen.evaluation.running.manner import Manner
from htmlgen.evaluation.running.packing import unpack

if TYPE_CHECKING:
    from htmlgen.evaluation.likeness.structure import Structure
    from htmlgen.evaluation.running.guarded import Packed, Structured


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a page; its structure, where it was asked for and the page has one."""

    evaluation: Evaluation
    structure: "Structure | None" = None
    path: str = ""  #: of the page's file


#: What is known of a page in this process, or what came from another.
_Result: TypeAlias = "Judged | UnreadablePage | Packed"


def judge_pages(
    pages: Iterable[Read], manner: Manner, *, structure: "Structured | None" = None, jobs: int = 1, cache: Cache | None = None
) -> Iterator[Judged | UnreadablePage]:
    """Each page judged, in order, as soon as it is; what could not be read comes through.

    Args: structure, what gives a page its structure, None for none; jobs, processes; cache, where evaluations are looked up and kept. It
    keeps no structures, so it saves nothing where these are asked for.
    Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError.
    """
    waiting: deque[Read] = deque()
    manner = manner.in_full()
    remembered = _Memory(cache if structure is None else None, repr(astuple(manner)))

    def taken() -> Iterator[Read]:
        for page in pages:
            waiting.append(page)
            yield page

    for found in _results(taken(), partial(_judge, manner=manner, structure=structure), remembered.of, jobs):
        page = waiting.popleft()
        if isinstance(found, tuple):
            assert isinstance(page, NamedPage)
            yield Judged(_unpacked(found[0], page), found[1], page.path)
            remembered.keep(page, found[0])
        else:
            yield found


def _results(
    pages: Iterator[Read], judge: Callable[[Read], _Result], known: "Callable[[Read], _Result | None]", jobs: int
) -> Iterator[_Result]:
    if jobs == 1:
        for page in pages:
            found = known(page)
            yield judge(page) if found is None else found
        return
    from htmlgen.corpus.processes import in_order  # what it imports takes longer than a small page

    yield from in_order(judge, pages, jobs=jobs, known=known, lost=_lost)


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the cache holds of pages that are judged in one manner."""

    cache: Cache | None
    manner: str

    def of(self, page: Read) -> Judged | UnreadablePage | None:
        """What is known of a page, None for nothing; that it cannot be read is known of what cannot be read."""
        if isinstance(page, UnreadablePage):
            return page
        if self.cache is None or (found := self.cache.get(key_of(page.text, self.manner))) is None:
            return None
        with suppress(ValueError):
            return Judged(_unpacked(found, page), path=page.path)
        return None

    def keep(self, page: NamedPage, packed: bytes) -> None:
        if self.cache is not None and b"input/" not in packed:  # another time, or another version, may have an answer
            self.cache.put(key_of(page.text, self.manner), packed)


def _unpacked(packed: bytes, page: NamedPage) -> Evaluation:
    return unpack(packed, page=page.text, name=page.name, size=page.size, encoding=page.encoding)


def _judge(page: Read, manner: Manner, structure: "Structured | None") -> "Packed":
    from htmlgen.evaluation.running.guarded import judged

    assert isinstance(page, NamedPage)
    return judged(page, manner, structure)


def _lost(page: Read) -> "Packed":
    from htmlgen.evaluation.running.guarded import lost

    return lost()
