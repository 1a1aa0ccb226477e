"""A page held to the page it should be."""
