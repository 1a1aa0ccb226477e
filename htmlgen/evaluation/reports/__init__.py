"""Evaluations written down: for people (`terminal`, `html_page`), programs (`data`), the tools of others (`sarif`, `junit`, `github`)."""
