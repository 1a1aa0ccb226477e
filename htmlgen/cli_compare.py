"""`htmlgen compare`: two pages, or many pairs of them, side by side."""

import sys

import click

from htmlgen.cli_console import tell


@click.command()
@click.argument("reference", metavar="A")
@click.argument("candidate", metavar="B")
@click.option("--json", "as_json", is_flag=True, help="All figures of all pairs, as one JSON document.")
@click.option("--fragment/--document", default=None, help="What pages are.  [default: seen from each page]")
@click.option("--rows", type=click.IntRange(min=1), default=50, show_default=True, help="Pairs in the table, the worst first.")
@click.option("--differences", type=click.IntRange(min=0), default=3, show_default=True, help="Pairs whose differences are shown.")
def compare(reference: str, candidate: str, as_json: bool, fragment: bool | None, rows: int, differences: int) -> None:
    """Hold pages to others: two files, or two folders with files of the same names. A is the reference, B what is held to it.

    Exits with 0 if all pairs are equal, 1 if one is not or a page has no partner, 2 if a page cannot be read.
    """
    from htmlgen.evaluation.pairs.inputs import read_pairs
    from htmlgen.evaluation.reports import pairs

    report = pairs.compare_all(read_pairs(reference, candidate), fragment=fragment, tell=tell)
    if as_json:
        pairs.write_json(report, sys.stdout)
    elif report.compared:
        pairs.write_table(report, sys.stdout, fragment=fragment, rows=rows, differences=differences)
    click.get_current_context().exit(report.exit_code)
