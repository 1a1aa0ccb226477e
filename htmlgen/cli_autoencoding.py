"""`htmlgen autoencode`, `embed`, `similar`, `vary`, `interpolate`, `duplicates`, `outliers`: components of pages as vectors and back."""

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from htmlgen.cli_console import tell
from htmlgen.errors import InputError, OutputError

if TYPE_CHECKING:
    from htmlgen.autoencoding.autoencoder import Autoencoder, Reconstruction
    from htmlgen.autoencoding.found import Found
    from htmlgen.autoencoding.projecting import Projection
    from htmlgen.autoencoding.sources import NamedPage

_BUNDLE = click.option("--bundle", type=click.Path(), help="Folder of a trained autoencoder.  [default: the one that ships with htmlgen]")
_JSON = click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
_JOBS = click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that read pages.")
_ROWS = click.option("--rows", type=click.IntRange(min=1), default=20, show_default=True, help="How many are shown; --json has all.")
_SEED = click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Repeat a run exactly; drawn and shown on stderr if omitted.")
_PAGES = click.argument("pages", nargs=-1, required=True, metavar="PAGES…")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…|-")
@_JSON
@_BUNDLE
def autoencode(files: tuple[str, ...], as_json: bool, bundle: str | None) -> None:
    """Write components of pages as codes and read them back: what came back, and where it differs from what was there.

    A page is cut into its largest elements that a code can hold. Exits with 2 if no page has one.
    """
    from htmlgen.autoencoding.showing import Printer
    from htmlgen.autoencoding.sources import pages_in

    autoencoder, printer = _loaded(bundle), Printer(sys.stdout)
    exact = count = 0
    for page in pages_in(files, tell):
        for found in _reconstructed(autoencoder, page):
            exact, count = exact + found.exact, count + 1
            if as_json:
                _echo(_reconstruction(page.name, found))
            else:
                printer.reconstruction(page.name, found)
    if not count:
        raise InputError("none of these pages has anything that could be encoded")
    if not as_json:
        printer.summary(exact, count)


def _reconstructed(autoencoder: "Autoencoder", page: "NamedPage") -> "Iterator[Reconstruction]":
    try:
        components = autoencoder.cutter.components(page.html, page.name)
    except InputError as error:
        tell(str(error))
        return
    yield from autoencoder.reconstructions(components)


def _reconstruction(page: str, found: "Reconstruction") -> dict[str, Any]:
    source = found.source
    figures = found.figures.numbers() | {"exact": found.exact}
    told = {"page": page, "path": source.place, "tokens": len(source.ids), "source": source.html, "html": found.html}
    return {**told, "nats": round(-found.logprob, 4), **{name: round(value, 4) for name, value in figures.items()}, "exact": found.exact}


@click.command()
@_PAGES
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The Parquet file to write.")
@click.option("--unit", is_flag=True, help="Vectors of length 1.")
@click.option("--components/--pages", "components", default=True, help="A row for each component, or for each page.  [default: components]")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write an HTML page with a map of them, too, or instead.")
@click.option("--map", "projection", type=click.Choice(["pca", "tsne"]), default="pca", show_default=True, help="How the map is drawn.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@_JOBS
@_BUNDLE
def embed(
    pages: tuple[str, ...],
    output: Path | None,
    unit: bool,
    components: bool,
    plot: Path | None,
    projection: "Projection",
    force: bool,
    jobs: int,
    bundle: str | None,
) -> None:
    """Write vectors of components: htmlgen embed mysite/ -o vectors.parquet --plot map.html

    PAGES are files, folders, globs, - for standard input, and Parquet files with a column html. The file that is written has the columns
    page, path, kind, tokens, html and vector.
    """
    from htmlgen.autoencoding.map_page import Sample, write_map
    from htmlgen.files import write_atomically

    if output is None and plot is None:
        raise click.UsageError("give -o FILE.parquet, --plot FILE.html, or both")
    for path in filter(None, (output, plot)):
        if path.exists() and not force:
            raise OutputError(f"{path}: is there already; choose another name, or --force to write over it")
    autoencoder, sample = _loaded(bundle), Sample()
    found = _all(autoencoder, pages, jobs) if components else _whole_pages(autoencoder, pages)
    rows = _written(autoencoder, sample.through(_scaled(found) if unit else found), output)
    if plot is not None:
        page = io.StringIO()
        write_map(sample.found, page, projection=projection, of=sample.passed)
        with write_atomically(plot) as stream:
            stream.write(page.getvalue().encode())
    tell(f"{rows:,} rows; wrote {' and '.join(str(path) for path in (output, plot) if path)}")


def _written(autoencoder: "Autoencoder", found: "Iterable[Found]", output: Path | None) -> int:
    from htmlgen.autoencoding.index import write_index

    if output is not None:
        return write_index(found, output, dim=autoencoder.dim, encoder=autoencoder.encoder_sha256)
    if not (rows := sum(1 for _ in found)):
        raise InputError("nothing to embed in these pages; give pages with elements of text in them")
    return rows


def _scaled(found: "Iterable[Found]") -> "Iterator[Found]":
    from dataclasses import replace

    from htmlgen.autoencoding.neighbours import unit_rows

    return (replace(each, vector=unit_rows(each.vector[None])[0]) for each in found)


def _whole_pages(autoencoder: "Autoencoder", sources: tuple[str, ...]) -> "Iterator[Found]":
    from htmlgen.autoencoding.found import whole_page
    from htmlgen.autoencoding.sources import pages_in
    from htmlgen.cli_progress import counted

    for page in counted(pages_in(sources, tell), quiet=False):
        try:
            yield whole_page(autoencoder, page)
        except InputError as error:
            tell(str(error))


@click.command()
@click.argument("query", metavar="QUERY")
@_PAGES
@click.option("-k", "k", type=click.IntRange(min=1), default=10, show_default=True, help="How many are found; copies count as one.")
@_JSON
@_JOBS
@_BUNDLE
def similar(query: str, pages: tuple[str, ...], k: int, as_json: bool, jobs: int, bundle: str | None) -> None:
    """Find the components of PAGES that are most like QUERY, best first.

    QUERY is a file of HTML, - for standard input, or HTML itself; PAGES are pages, or a file that `htmlgen embed` wrote.
    """
    from htmlgen.autoencoding.showing import Printer
    from htmlgen.autoencoding.similar import most_similar

    autoencoder = _loaded(bundle)
    matches = most_similar(autoencoder.embed(_snippet(query))[0], _all(autoencoder, pages, jobs), k)
    _shown([match.to_dict() for match in matches], as_json, lambda: Printer(sys.stdout).matches(matches))


@click.command()
@_PAGES
@click.option("--threshold", type=float, default=0.9, show_default=True, help="How alike two must be, above 0, to 1.")
@_ROWS
@_JSON
@_JOBS
@_BUNDLE
def duplicates(pages: tuple[str, ...], threshold: float, rows: int, as_json: bool, jobs: int, bundle: str | None) -> None:
    """Find near-duplicate components of PAGES, in clusters, those in which most could be spared first."""
    from htmlgen.autoencoding.duplicates import check_threshold, clusters_of
    from htmlgen.autoencoding.showing import Printer

    check_threshold(threshold)
    clusters = clusters_of(_all(_loaded(bundle), pages, jobs), threshold)
    _shown([cluster.to_dict() for cluster in clusters], as_json, lambda: Printer(sys.stdout).clusters(clusters, rows))


@click.command()
@_PAGES
@_ROWS
@_JSON
@_JOBS
@_BUNDLE
def outliers(pages: tuple[str, ...], rows: int, as_json: bool, jobs: int, bundle: str | None) -> None:
    """Find the components of PAGES that are least like any other, those farthest from their third nearest neighbour first."""
    from htmlgen.autoencoding.outliers import outliers_of
    from htmlgen.autoencoding.showing import Printer

    found = outliers_of(_all(_loaded(bundle), pages, jobs))
    _shown([outlier.to_dict() for outlier in found], as_json, lambda: Printer(sys.stdout).outliers(found, rows))


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("-n", "--n", "count", type=click.IntRange(min=1), default=3, show_default=True, help="How many.")
@click.option("--strength", type=float, default=0.3, show_default=True, help="Share of the text that is worded anew, above 0, to 1.")
@_SEED
@_JSON
@_BUNDLE
def vary(file: str, count: int, strength: float, seed: int | None, as_json: bool, bundle: str | None) -> None:
    """Write variants of a component, of the same layout in other words, one a line.

    FILE holds one element, or is HTML itself. From a strength of a half on a variant may be built otherwise, too.
    """
    from htmlgen.pages import draw_seed

    first = draw_seed() if seed is None else seed
    variants = _loaded(bundle).vary(_snippet(file), count, strength=strength, seed=first)
    if seed is None:
        tell(f"seed {first}")
    if len(variants) < count:
        tell(f"{len(variants)} of {count}: nothing else came that differs from the source and from these; try a greater --strength")
    for html in variants:
        _echo({"html": html, "seed": first, "strength": strength}) if as_json else click.echo(html)


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option("--steps", type=click.IntRange(min=2), default=8, show_default=True, help="Components, both ends among them.")
@_JSON
@_BUNDLE
def interpolate(a: str, b: str, steps: int, as_json: bool, bundle: str | None) -> None:
    """Write components on the way from A to B, one a line; the first and the last are what comes back of the two.

    A and B are files that hold one element each, or HTML itself.
    """
    for number, html in enumerate(_loaded(bundle).interpolate(_snippet(a), _snippet(b), steps)):
        _echo({"html": html, "share": round(number / (steps - 1), 4)}) if as_json else click.echo(html)


def _loaded(bundle: str | None) -> "Autoencoder":
    from htmlgen.autoencoding.autoencoder import Autoencoder

    return Autoencoder.load(bundle)


def _all(autoencoder: "Autoencoder", sources: tuple[str, ...], jobs: int) -> "Iterator[Found]":
    """The components of all sources, pages counted on stderr; of a file of vectors, those in it."""
    from htmlgen.autoencoding.found import found_in
    from htmlgen.autoencoding.index import is_index, read_index
    from htmlgen.autoencoding.sources import pages_in
    from htmlgen.cli_progress import counted

    pages = [source for source in sources if not is_index(Path(source))]
    for source in sources:
        if source not in pages:
            yield from read_index(Path(source), encoder=autoencoder.encoder_sha256)
    if pages:
        yield from found_in(autoencoder, counted(pages_in(pages, tell), quiet=False), jobs=jobs, tell=tell)


def _snippet(file: str) -> str:
    """What a file holds, or HTML that is given itself. Raises: InputError."""
    from htmlgen.autoencoding.sources import pages_in

    if file.lstrip().startswith("<"):
        return file
    pages = list(pages_in([file]))
    if len(pages) != 1:
        raise InputError(f"{file}: holds {len(pages)} pages, where one component is needed; give a file with one")
    return pages[0].html


def _shown(found: list[dict[str, Any]], as_json: bool, show: Callable[[], None]) -> None:
    if as_json:
        for each in found:
            _echo(each)
    else:
        show()


def _echo(found: dict[str, Any]) -> None:
    click.echo(json.dumps(found, ensure_ascii=False))


COMMANDS = (autoencode, duplicates, embed, interpolate, outliers, similar, vary)
