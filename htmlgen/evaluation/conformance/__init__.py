"""A page held against a grammar and the HTML Standard's prose."""
