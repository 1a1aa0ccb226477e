"""PAGES → broken pages, each with a list of what is wrong with it."""
