"""GRAMMAR → AUTOMATON: RELAX NG compact syntax read, checked, and turned into tables."""
