"""GRAMMAR → AUTOMATON: RELAX NG compact syntax read, checked, turned into tables, and held against events.

    load_grammar(source)            a grammar file with all that it includes, checked            grammar.py
    load_automaton(source)          its closure as tables, from the cache where it is there      cache.py, automaton.py
    validate(events, automaton)     what stands where it cannot, and what could have stood there  validation.py
    repair(events, automaton)       the nearest events that the grammar accepts                   repair.py

Inside: lexer → parser → syntax (the tree) → grammar (merged) → expansion (forms of elements: formulas of attributes, content patterns
and their derivatives) → productivity → automaton. Values go datatypes → regex → dfa. Repair goes trees →
content_repair (with attribute_repair and completion) → document_repair.
"""

from htmlgen.relaxng.automaton import Automaton, compile_grammar
from htmlgen.relaxng.cache import load_automaton
from htmlgen.relaxng.grammar import Grammar, load_grammar
from htmlgen.relaxng.syntax import Limits
from htmlgen.relaxng.validation import validate
from htmlgen.relaxng.violations import RULES, Violation

__all__ = ["RULES", "Automaton", "Grammar", "Limits", "Violation", "compile_grammar", "load_automaton", "load_grammar", "validate"]
