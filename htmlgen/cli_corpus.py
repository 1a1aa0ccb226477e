"""`htmlgen corpus`: what is in pages that a model is to learn from, and what can be cut out of them."""

import json
from pathlib import Path

import click

from htmlgen.errors import OutputError


@click.group()
def corpus() -> None:
    """Look at pages that a model is to learn from."""


@corpus.command()
@click.argument("sources", nargs=-1, required=True, metavar="CORPUS…")
@click.option("--json", "as_json", is_flag=True)
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that read pages.")
def stats(sources: tuple[str, ...], as_json: bool, jobs: int) -> None:
    """Count pages, sites, elements, attributes, and what cleaning drops."""
    from htmlgen.corpus.preparation import prepare
    from htmlgen.corpus.showing import table
    from htmlgen.corpus.statistics import statistics

    found = statistics(prepare(sources, jobs=jobs))
    click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False) if as_json else table(found))


@corpus.command()
@click.argument("sources", nargs=-1, required=True, metavar="CORPUS…")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The Parquet file to write.")
@click.option("--least", type=click.IntRange(min=1), default=8, show_default=True, help="Tokens of a snippet, at least.")
@click.option("--most", type=click.IntRange(min=1), default=128, show_default=True, help="Tokens of a snippet, at most.")
@click.option("--per-kind", type=click.IntRange(min=1), help="Keep so many of each kind at most, drawn at random.  [default: all]")
@click.option("--threshold", type=float, default=0.8, show_default=True, help="Likeness from which on one of two is left out, 0.7 to 1.")
@click.option("--grammar", help="Repair pages into it first, as for training: page, a .rnc file …  [default: keep them]")
@click.option("--bundle", type=click.Path(), help="Folder of the bundle whose tokens count.  [default: the one that ships with htmlgen]")
@click.option("--json", "as_json", is_flag=True, help="Statistics as JSON.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that read pages.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def snippets(
    sources: tuple[str, ...],
    output: Path,
    least: int,
    most: int,
    per_kind: int | None,
    threshold: float,
    grammar: str | None,
    bundle: str | None,
    as_json: bool,
    jobs: int,
    force: bool,
) -> None:
    """Cut pages into whole small elements, near-duplicates left out, each with its kind: nav, form, table, card, list …"""
    from htmlgen.corpus.snippet_files import write_snippets
    from htmlgen.corpus.snippets import Cutting, balanced, read_snippets

    if output.exists() and not force:
        raise OutputError(f"{output}: is there already; choose another --output, or --force to write over it")
    cutting = Cutting(bundle=bundle, least=least, most=most, grammar=grammar)
    found = read_snippets(sources, cutting, threshold=threshold, jobs=jobs)
    statistics = write_snippets(found if per_kind is None else balanced(found, per_kind), output)
    click.echo(json.dumps(statistics.to_dict(), indent=2) if as_json else statistics.table())
