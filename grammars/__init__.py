"""Grammars that ship with the package: RELAX NG compact syntax files."""
