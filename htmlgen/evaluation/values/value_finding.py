"""What the checks of attributes and their values yield, and how those say it that read a value piece by piece."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Characters of a value above which it is not parsed as CSS, which takes some 10 µs a character.
READ_AS_CSS: Final = 10_000


@dataclass(frozen=True, slots=True)
class ValueFinding:
    """Something wrong with one start tag.

    `index` is the number of the event that shows it, `rule` an id of `htmlgen.evaluation.rules`, `attribute` the attribute that it is
    about (empty: several, or one that is missing): where a grammar refuses the same attribute, this says it in more detail.
    """

    index: int
    rule: str
    message: str
    attribute: str = ""


class WrongValueError(Exception):
    """What is wrong with a value, in words; raised while it is read, and never let out of a checker."""


def told(read: Callable[[str], None], value: str) -> str | None:
    """What a reader finds wrong with a value; None, if nothing is. Values nested deeper than Python recurses are wrong."""
    try:
        read(value)
    except WrongValueError as wrong:
        return str(wrong)
    except RecursionError:
        return "it is nested too deep to be read"
    return None
