"""Are values made in order by several processes, whatever becomes of a process?"""

import os
import signal
from concurrent.futures.process import BrokenProcessPool

import pytest

from htmlgen.corpus.processes import in_order


def doubled_or_killed(number: int) -> int:
    """Twice a number; of a multiple of 40 the end of the process, as the system ends one that asks for too much memory."""
    if number % 40 == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def test_a_killed_process_costs_the_value_that_it_was_at_and_no_other() -> None:
    made = list(in_order(doubled_or_killed, range(30, 90), jobs=2, lost=lambda number: -number))
    assert made == [-number if number % 40 == 0 else 2 * number for number in range(30, 90)]


def test_what_is_known_is_not_made() -> None:
    known = {40: 80, 80: 160}
    assert list(in_order(doubled_or_killed, range(30, 90), jobs=2, known=known.get)) == [2 * number for number in range(30, 90)]


def test_a_killed_process_ends_the_iteration_where_nothing_stands_in() -> None:
    with pytest.raises(BrokenProcessPool):
        list(in_order(doubled_or_killed, range(38, 42), jobs=2))
