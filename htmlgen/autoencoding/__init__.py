"""SNIPPETS ⇄ CODES: components of pages as vectors and back, and what vectors are good for."""
