"""GRAMMAR → AUTOMATON: RELAX NG compact syntax read, checked, turned into tables, and held against events.

    load_grammar(source)            a grammar file with all that it includes, checked            grammar.py
    load_automaton(source)          its closure as tables, from the cache where it is there      cache.py, closure.py
    validate(events, automaton)     what stands where it cannot, and what could have stood there  validation.py
    repair(events, automaton)       the nearest events that the grammar accepts                   repair.py
    beyond(automaton, base)         what a grammar has and another has not                        containment.py

Inside: lexer → parser → syntax (the tree) → grammar (merged) → expansion (forms of elements: formulas of attributes, content patterns
and their derivatives) → productivity → automaton. Values go datatypes → regex → dfa. Repair goes trees →
content_repair (with attribute_repair and completion) → document_repair.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from htmlgen.relaxng.automaton import Automaton
    from htmlgen.relaxng.cache import load_automaton
    from htmlgen.relaxng.closure import compile_grammar
    from htmlgen.relaxng.grammar import Grammar, load_grammar
    from htmlgen.relaxng.limits import Limits
    from htmlgen.relaxng.validation import validate
    from htmlgen.relaxng.violations import RULES, Violation

__all__ = ["RULES", "Automaton", "Grammar", "Limits", "Violation", "compile_grammar", "load_automaton", "load_grammar", "validate"]

# Loaded when asked for: an automaton from the cache needs neither parser nor compiler.
_HOMES: Final = {
    "RULES": "violations",
    "Automaton": "automaton",
    "Grammar": "grammar",
    "Limits": "limits",
    "Violation": "violations",
    "compile_grammar": "closure",
    "load_automaton": "cache",
    "load_grammar": "grammar",
    "validate": "validation",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
