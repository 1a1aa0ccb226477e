"""Evaluations written down: for people (`terminal`, `page`), programs (`data`) and the tools of others (`sarif`, `junit`, `github`)."""
