"""Pages judged in several processes, and what they are built of, should they be compared."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from htmlgen.corpus.processes import in_order
from htmlgen.evaluation.inputs import Read, UnreadablePage
from htmlgen.evaluation.score import Evaluation, evaluate
from htmlgen.evaluation.structure import Structure

#: A page's text → its structure, None where it has none. It must pickle.
Structured = Callable[[str], Structure | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a page; its structure, where it was asked for and the page has one."""

    evaluation: Evaluation
    structure: Structure | None = None


def judge_pages(
    pages: Iterable[Read], *, fragment: bool | None = None, structure: Structured | None = None, jobs: int = 1
) -> Iterator[Judged | UnreadablePage]:
    """Each page judged, in order, as soon as it is; what could not be read comes through.

    Args: fragment, None to tell by each page; structure, what gives a page its structure, None for none; jobs, processes.
    """
    return in_order(partial(_judge, fragment=fragment, structure=structure), pages, jobs=jobs)


def _judge(page: Read, fragment: bool | None, structure: Structured | None) -> Judged | UnreadablePage:
    if isinstance(page, UnreadablePage):
        return page
    evaluation = evaluate(page.text, name=page.name, size=page.size, fragment=fragment)
    return Judged(evaluation, structure(page.text) if structure else None)
