"""Pages judged, each by itself, in several processes, each within its time; and what they are built of, should they be compared.

Whatever a page does to what judges it, the others are judged: a page that takes too long, or makes the judging fail, has a finding that
says so. Pages that were judged before come out of the cache.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from htmlgen.errors import HtmlgenError
from htmlgen.evaluation.balance import balance_of
from htmlgen.evaluation.caching import Cache, key_of
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.inputs import NamedPage, Read, UnreadablePage
from htmlgen.evaluation.limits import TimeUpError, at_most
from htmlgen.evaluation.packing import pack, unpack
from htmlgen.evaluation.score import Evaluation, evaluate, with_html5lib
from htmlgen.evaluation.sizes import PAGE_LIMIT
from htmlgen.evaluation.structure import Structure

_TOO_SLOW: Final = "input/too-slow"
_NOTHING: Final = balance_of([], Lines(""), fragment=True)

#: A page's text → its structure, None where it has none. It must pickle.
Structured: TypeAlias = Callable[[str], Structure | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How pages are judged."""

    fragment: bool | None = None  #: None to tell by each page
    grammar: str | Path | None = "html"  #: see `evaluate`
    max_bytes: int = PAGE_LIMIT  #: of a page
    max_seconds: float | None = None  #: of a page, None for any time
    html5lib: bool = False  #: whether html5lib is asked, too, which takes more than all the rest


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a page; its structure, where it was asked for and the page has one."""

    evaluation: Evaluation
    structure: Structure | None = None
    path: str = ""  #: of the page's file


#: What is known of a page in this process, or what came from another: an evaluation, packed, and a structure.
_Result: TypeAlias = Judged | UnreadablePage | tuple[bytes, Structure | None]


def judge_pages(
    pages: Iterable[Read], manner: Manner, *, structure: Structured | None = None, jobs: int = 1, cache: Cache | None = None
) -> Iterator[Judged | UnreadablePage]:
    """Each page judged, in order, as soon as it is; what could not be read comes through.

    Args: structure, what gives a page its structure, None for none; jobs, processes; cache, where evaluations are looked up and kept. It
    keeps no structures, so it saves nothing where these are asked for.
    Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError.
    """
    waiting: deque[Read] = deque()
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
    pages: Iterator[Read], judge: Callable[[Read], _Result], known: Callable[[Read], _Result | None], jobs: int
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
    return replace(unpack(packed, page=page.text, name=page.name), bytes=page.size, encoding=page.encoding)


def _judge(page: Read, manner: Manner, structure: Structured | None) -> "tuple[bytes, Structure | None]":
    assert isinstance(page, NamedPage)
    try:
        with at_most(manner.max_seconds):
            evaluation = evaluate(page.text, fragment=manner.fragment, grammar=manner.grammar, limit=manner.max_bytes)
            evaluation = with_html5lib(evaluation) if manner.html5lib else evaluation
            return pack(evaluation), structure(page.text) if structure else None
    except HtmlgenError:  # the grammar's
        raise
    except TimeUpError:
        message = f"judging took more than {manner.max_seconds:g} s and was stopped; simplify or split the page, or allow it more time"
        return _failed(_TOO_SLOW, message), None
    except Exception as failure:
        return _failed("input/judging-failure", f"judging failed: {type(failure).__name__} {failure}".rstrip()), None


def _lost(page: Read) -> "tuple[bytes, Structure | None]":
    message = "the process that judged the page was ended from outside, perhaps for want of memory; judge it alone, or split it"
    return _failed("input/judging-failure", message), None


def _failed(rule: str, message: str) -> bytes:
    errors = (Finding(rule, message, 1, 1, 0),)
    return pack(Evaluation(name="", bytes=0, fragment=False, tags=0, errors=errors, balance=_NOTHING, page=""))
