"""One page judged, whatever it does to what judges it: what takes too long, or fails, is a finding that says so.

What comes of it is packed, as it is on its way to the cache or out of another process.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from htmlgen.errors import HtmlgenError
from htmlgen.evaluation.balance import balance_of
from htmlgen.evaluation.findings import Finding, Lines
from htmlgen.evaluation.likeness.structure import Structure
from htmlgen.evaluation.result import Evaluation
from htmlgen.evaluation.running.inputs import NamedPage
from htmlgen.evaluation.running.limits import TimeUpError, at_most
from htmlgen.evaluation.running.manner import Manner
from htmlgen.evaluation.running.packing import pack
from htmlgen.evaluation.score import evaluate, with_html5lib
from htmlgen.relaxng import Automaton, load_automaton
from htmlgen.relaxng.sources import Origin

_TOO_SLOW: Final = "input/too-slow"
_NOTHING: Final = balance_of([], Lines(""), fragment=True)

#: A page's text → its structure, None where it has none. It must pickle.
Structured: TypeAlias = Callable[[str], Structure | None]

#: An evaluation, packed, and a structure, where it was asked for and the page has one.
Packed: TypeAlias = tuple[bytes, Structure | None]


def judged(page: NamedPage, manner: Manner, structure: Structured | None) -> Packed:
    """Raises: GrammarSyntaxError, GrammarError, UnknownGrammarError."""
    try:
        with at_most(manner.max_seconds):
            grammar = None if manner.grammar is None else _automaton(manner.grammar, manner.sources)
            evaluation = evaluate(page.text, fragment=manner.fragment, grammar=grammar, limit=manner.max_bytes)
            evaluation = with_html5lib(evaluation) if manner.html5lib else evaluation
            return pack(evaluation), structure(page.text) if structure else None
    except HtmlgenError:  # the grammar's
        raise
    except TimeUpError:
        message = f"judging took more than {manner.max_seconds:g} s and was stopped; simplify or split the page, or allow it more time"
        return _failed(_TOO_SLOW, message), None
    except Exception as failure:
        return _failed("input/judging-failure", f"judging failed: {type(failure).__name__} {failure}".rstrip()), None


def lost() -> Packed:
    """What stands in for a page whose process was ended from outside."""
    message = "the process that judged the page was ended from outside, perhaps for want of memory; judge it alone, or split it"
    return _failed("input/judging-failure", message), None


@lru_cache(maxsize=4)
def _automaton(grammar: Origin, sources: str) -> Automaton:
    """Loaded anew when what its files hold has changed."""
    return load_automaton(grammar)


def _failed(rule: str, message: str) -> bytes:
    errors = (Finding(rule, message, 1, 1, 0),)
    return pack(Evaluation(name="", bytes=0, fragment=False, tags=0, errors=errors, balance=_NOTHING, page=""))
