"""Pages → their structures alone, by the fast parser: for likeness of pages by the million. None of them is judged."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from htmlgen.corpus.pages import read_pages
from htmlgen.corpus.processes import in_order
from htmlgen.evaluation.likeness.fast_structure import PARSER, fast_structure, fast_structure_of
from htmlgen.evaluation.likeness.structure import Structure
from htmlgen.evaluation.running.comparing import Comparing, Comparison
from htmlgen.evaluation.running.inputs import NamedPage, Read
from htmlgen.evaluation.running.totals import counted


@dataclass(slots=True)
class Collected:
    """What came of pages that were read, and not judged."""

    comparison: Comparison
    pages: int
    unreadable: dict[str, str] = field(default_factory=dict)  #: reasons, by name

    @property
    def problems(self) -> list[str]:
        """What could not be done, in sentences."""
        return [*self.unreadable.values(), *filter(None, (self.comparison.problem,))]

    def write_json(self, stream: TextIO) -> None:
        """One JSON document, as of judged pages, but that none is."""
        totals = {"pages": self.pages, "judged": 0, "unreadable": self.unreadable}
        json.dump({"parser": PARSER, "pages": [], "totals": totals, "comparison": self.comparison.to_dict()}, stream)
        stream.write("\n")

    def write_table(self, stream: TextIO) -> None:
        """The comparison, for people."""
        self.comparison.write(stream)
        stream.write(f"{counted(self.pages, 'page')} read by {PARSER}, and none judged\n")


def read_reference(sources: Sequence[str], *, jobs: int = 1) -> list[Structure]:
    """The structures of a corpus' pages, cleaned. Raises: InputError, for a source that is missing or holds no page."""
    return [structure for structure in in_order(fast_structure_of, read_pages(sources), jobs=jobs) if structure]


def collect(pages: Iterable[Read], reference: Sequence[Structure], *, jobs: int = 1) -> Collected:
    """What pages are built of, beside a reference that was read by the same parser."""
    comparing, unreadable = Comparing(reference), dict[str, str]()
    read = list[str]()

    def texts() -> Iterator[str]:
        for page in pages:
            if isinstance(page, NamedPage):
                read.append(page.name)
                yield page.text
            else:
                unreadable[page.name] = str(page.error)

    for number, structure in enumerate(in_order(_structured, texts(), jobs=jobs)):
        comparing.add(read[number], "", structure[0])
    return Collected(comparing.compared(), len(read), unreadable)


def _structured(page: str) -> tuple[Structure | None]:
    """In a tuple, as None would mean that nothing is known."""
    return (fast_structure(page),)
