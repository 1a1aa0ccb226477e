"""`htmlgen mutate`: parse, call the library, write."""

import json
from collections.abc import Mapping
from pathlib import Path

import click

from htmlgen.errors import OutputError


def _list(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        from htmlgen.mutating.kinds import KINDS

        for kind in KINDS.values():
            click.echo(f"{kind.name:22} {kind.rule}")
        context.exit(0)


@click.command()
@click.argument("pages", nargs=-1, required=True, metavar="PAGES…")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for pages and faults.jsonl.  [default: JSON lines]")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Of the first page; the next has the next.")
@click.option("--faults", type=int, default=1, show_default=True, help="Faults of a page at most.")
@click.option("--kind", "kinds", multiple=True, help="Of faults, repeatable; all if none is given.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@click.option("--list", is_flag=True, is_eager=True, expose_value=False, callback=_list, help="List the kinds of faults.")
def mutate(pages: tuple[str, ...], output: Path | None, seed: int, faults: int, kinds: tuple[str, ...], force: bool) -> None:
    """Break pages, and say how: htmlgen mutate mysite/ --faults 3 -o broken/

    PAGES are files, folders, globs, or - for standard input. Of each page there is an object: its name, its HTML, and what is wrong with
    it, each with the evaluator's rule, line and column.
    """
    from htmlgen.evaluation.running.inputs import UnreadablePage, read_pages
    from htmlgen.mutating.mutate import mutate as planted

    if output is not None:
        _check(output, force)
    for number, page in enumerate(read_pages(pages)):
        if isinstance(page, UnreadablePage):
            raise page.error
        found = planted(page.text, seed=seed + number, faults=faults, kinds=kinds)
        told = {"name": page.name, "faults": [fault.to_dict() for fault in found.faults]}
        if output is None:
            click.echo(json.dumps({"name": page.name, "html": found.html, "faults": told["faults"]}, ensure_ascii=False))
        else:
            _write(output, f"{number + 1:04}.html", found.html, told)


def _check(output: Path, force: bool) -> None:
    if output.is_file():
        raise OutputError(f"{output}: is a file; choose a folder")
    if output.is_dir() and any(output.iterdir()) and not force:
        raise OutputError(f"{output}: holds files already; choose another -o, or --force to write over them")
    try:
        output.mkdir(parents=True, exist_ok=True)
        (output / "faults.jsonl").write_text("", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{output}: cannot write there: {error.strerror or error}") from error


def _write(output: Path, name: str, html: str, told: Mapping[str, object]) -> None:
    try:
        (output / name).write_bytes(html.encode("utf-8", "surrogatepass"))
        with (output / "faults.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"file": name, **told}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise OutputError(f"{output / name}: cannot write there: {error.strerror or error}") from error
