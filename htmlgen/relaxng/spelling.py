"""Names that were probably meant: for messages, and cheap whatever the names are."""

from collections.abc import Iterable
from itertools import islice

_LONGEST = 60
_MOST = 2_000


def close_names(name: str, known: Iterable[str], count: int = 1) -> tuple[str, ...]:
    """Known names that are spelled much like a name; none for long names, and among the first 2,000 only."""
    if len(name) > _LONGEST:
        return ()
    import difflib  # here, as names are mostly right

    return tuple(difflib.get_close_matches(name, [each for each in islice(known, _MOST) if len(each) <= _LONGEST], count))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing."""
    close = close_names(name, known)
    return f"; did you mean '{close[0]}'?" if close else ""
