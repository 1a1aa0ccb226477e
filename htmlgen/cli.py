"""The command line: parse, call one function of a room, print. Results go to stdout, words to stderr.

Exit codes: 0 fine, 1 findings, 2 usage or unreadable input, 130 interrupted.
"""

import contextlib
import gc
import io
import json
import os
import sys
from pathlib import Path
from typing import Any, Final, NoReturn, TypeGuard

import click

import htmlgen
from htmlgen.cli_ancestors import sample
from htmlgen.cli_autoencoding import COMMANDS as AUTOENCODING
from htmlgen.cli_compare import compare
from htmlgen.cli_complete import complete
from htmlgen.cli_console import tell
from htmlgen.cli_control import control_of, control_options, sampling_of, shape_of, shape_options
from htmlgen.cli_corpus import corpus
from htmlgen.cli_eval import evaluate
from htmlgen.cli_fill import fill
from htmlgen.cli_grammar import grammar
from htmlgen.cli_mutate import mutate
from htmlgen.cli_training import train
from htmlgen.errors import HtmlgenError, OutputError

_YOUNG: Final = 100_000  # objects that are made before the collector looks for cycles among them
BUNDLE = click.option("--bundle", type=click.Path(), help="Folder of a trained model.  [default: the one that ships with htmlgen]")


class _Commands(click.Group):
    """Commands whose foreseen errors are one sentence on stderr, whoever calls them."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; a reader of its output that has seen enough, `head` for one, is no error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _close_stdout()
            ctx.exit(0)

    def main(self, *arguments: Any, **options: Any) -> NoReturn:
        """Runs a command line, and exits with its code."""
        _write_utf8()
        try:
            code = super().main(*arguments, **options | {"prog_name": "htmlgen", "standalone_mode": False})
            sys.stdout.flush()
        except click.exceptions.Abort:
            tell("interrupted")
            code = 130
        except click.ClickException as error:
            error.show()
            code = 2
        except HtmlgenError as error:
            tell(str(error))
            code = 2
        except BrokenPipeError:
            _close_stdout()
            code = 0
        except OSError as error:
            tell(f"{error.filename or 'output'}: {error.strerror or error}")
            _close_stdout()
            code = 2
        sys.exit(code if isinstance(code, int) else 0)


def _write_utf8() -> None:
    """Pages are UTF-8 wherever they are stored; a terminal that cannot show a character shows a question mark."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")


def _close_stdout() -> None:
    """What is still buffered has nowhere to go, and Python would complain of it on its way out."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(htmlgen.__version__, message="htmlgen %(version)s")
def cli() -> None:
    """Write realistic HTML that is valid by construction, and judge any HTML."""


def main() -> NoReturn:
    """Entry point of the `htmlgen` command: one run, of which nearly all that it makes is needed to its end."""
    gc.set_threshold(_YOUNG)
    try:
        cli.main()
    finally:
        gc.freeze()  # a process that ends gives all back at once


@cli.command()
@click.option("-n", "--n", "count", type=click.IntRange(min=0), default=1, show_default=True, help="How many pages.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Repeat a run exactly; drawn and shown on stderr if omitted.")
@click.option("--grammar", help="page, snippet, article, email, a .rnc file; or tags: nesting alone.  [default: the bundle's own, or page]")
@click.option("--prompt", default="", help="A page's beginning, which every page continues.")
@click.option("--max-tokens", type=int, help="Most tokens of a page; it always ends within them.  [default: 128]")
@shape_options
@control_options
@click.option("--top-k", default=0, show_default=True, help="Draw among the k likeliest tokens; 0 among all.")
@click.option("--top-p", default=1.0, show_default=True, help="Draw among the likeliest tokens of that probability together.")
@click.option("--min-p", type=float, help="Leave out tokens below that share of the likeliest one's.  [default: 0.01; snippets: 0.1]")
@click.option("--pretty", is_flag=True, help="Line breaks and indentation; pages are set apart by an empty line.")
@click.option("--jsonl", is_flag=True, help="A JSON object a line: html, seed, bundle, tokens, score.")
@click.option("--out", type=click.Path(path_type=Path), help="Write a file instead, .parquet or .jsonl; or numbered files into a folder.")
@click.option("--force", is_flag=True, help="Let --out write over files that are there.")
@click.option("--resume", is_flag=True, help="Go on with the file of --out where it stopped, with its seed and settings.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes of one thread each.  [default: one process with several threads]")
@click.option("--batch", type=click.IntRange(min=1), default=64, show_default=True, help="Pages that a process writes at a time.")
@BUNDLE
def generate(
    count: int,
    seed: int | None,
    prompt: str,
    max_tokens: int | None,
    pretty: bool,
    jsonl: bool,
    out: Path | None,
    force: bool,
    **options: Any,
) -> None:
    """Write pages, one a line: htmlgen generate --n 10 --seed 7"""
    from htmlgen.cli_writing import shown, write_file, write_folder
    from htmlgen.jobs import PAGES, Order, chosen
    from htmlgen.pages import CONTROL, GRAMMAR, SAMPLING, SNIPPET_SAMPLING, draw_seed, snippet_control

    if pretty and jsonl:
        raise click.UsageError("--pretty and --jsonl exclude one another: JSON lines hold each page on one line")
    jobs, resume = options.pop("jobs"), options.pop("resume")
    source = {name: options.pop(name) for name in ("bundle", "grammar", "batch")}
    whole = (shape := shape_of(options)) == PAGES
    if shape.kind and source["grammar"] not in (None, GRAMMAR):
        raise click.UsageError(f"--snippet {shape.kind} is a grammar of its own; leave out --grammar {source['grammar']}")
    into = out.parent if out and out.suffix in (".parquet", ".jsonl") else out
    control = control_of(options, CONTROL if whole else snippet_control(shape), into)
    if control.kind and source["grammar"] is None:
        source["grammar"] = GRAMMAR  # whose beginnings kinds of pages are
    sampling = sampling_of(options, SAMPLING if whole else SNIPPET_SAMPLING)
    order = Order(**source, shape=shape, options={"max_tokens": max_tokens, "prompt": prompt, "sampling": sampling, "control": control})
    if _is_page_file(out, force=force, resume=resume, styled=pretty or jsonl):
        if control.chooses:
            raise click.UsageError(
                f"--best-of, --unique and --novelty leave out pages, and {out.name} keeps those of seeds in a row; give a folder"
            )
        if control.broken:
            raise click.UsageError(f"--broken lists what is wrong with pages, for which {out.name} has no column; give a folder")
        write_file(order, count, out, seed=seed, jobs=jobs, resume=resume)
        return
    first = draw_seed() if seed is None else seed
    written = chosen(order, count, first, jobs=jobs)
    if seed is None:
        tell(f"seed {first}")
    if out is None:
        for number, page in enumerate(written):
            click.echo(("\n" if pretty and number else "") + shown(page, pretty, jsonl))
    else:
        write_folder(written, count, out, force=force, pretty=pretty, jsonl=jsonl)


def _is_page_file(out: Path | None, *, force: bool, resume: bool, styled: bool) -> TypeGuard[Path]:
    """Whether pages go to one file. Raises: UsageError, OutputError, for options that do not fit."""
    if out is None or out.suffix not in (".parquet", ".jsonl") or out.is_dir():
        if resume:
            raise click.UsageError("--resume goes on with a file: give --out FILE.parquet or --out FILE.jsonl")
        return False
    if styled:
        raise click.UsageError(f"--pretty and --jsonl are for folders and standard output: {out.name} has its own form")
    if force and resume:
        raise click.UsageError("--force and --resume exclude one another: one writes over what the other goes on with")
    if out.exists() and not force and not resume:
        raise OutputError(f"{out}: is there already; choose another --out, --resume to go on with it, or --force to write over it")
    return True


@cli.command()
@click.argument("file", metavar="FILE|-")
@click.option("--json", "as_json", is_flag=True, help="Ids and spellings as JSON.")
@BUNDLE
def tokenize(file: str, as_json: bool, bundle: str | None) -> None:
    """Show the tokens of a page, and how many bytes each holds."""
    from htmlgen.evaluation.running.inputs import UnreadablePage, read_pages
    from htmlgen.markup.reader import read
    from htmlgen.markup.writer import write
    from htmlgen.runtime.bundle import load
    from htmlgen.tokens.showing import show

    tokenizer = load(bundle).tokenizer
    for page in read_pages([file]):
        if isinstance(page, UnreadablePage):
            raise page.error
        reading = read(page.text)
        ids = tokenizer.encode(reading.events)
        if as_json:
            click.echo(json.dumps({"name": page.name, "ids": ids, "tokens": tokenizer.spell(ids)}, ensure_ascii=False))
        else:
            show(tokenizer, ids, size=len(write(reading.events).encode()), stream=sys.stdout)
        for loss in reading.losses:
            tell(f"{page.name}: not kept: {loss.cause} ({loss.place})")


@cli.command()
@click.argument("pages", nargs=-1, required=True, metavar="CORPUS…")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a page, and one for all.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes that read pages, threads that step.")
@BUNDLE
def bits(pages: tuple[str, ...], as_json: bool, jobs: int, bundle: str | None) -> None:
    """Count the bits that the generator needs for a byte of pages, beside general compressors: how well it knows such pages."""
    from htmlgen.corpus.preparation import prepare
    from htmlgen.errors import InputError
    from htmlgen.evaluation.bits import measure, rates
    from htmlgen.runtime.bundle import load

    found = []
    for page in measure(prepare(pages, jobs=jobs), load(bundle), threads=jobs):
        found.append(page)
        shown = json.dumps(page.to_dict()) if as_json else f"{page.to_dict()['bits_per_byte']:7.4f}  {page.bytes:9,} bytes  {page.name}"
        click.echo(shown)
    if not found:
        raise InputError("none of the pages has any content left after cleaning")
    total = {name: round(value, 4) for name, value in rates(found).items()}
    if as_json:
        click.echo(json.dumps({"pages": len(found), "bytes": sum(page.bytes for page in found), **total}))
    else:
        others = ", ".join(f"{name} {value:.4f}" for name, value in total.items() if name != "bits_per_byte")
        click.echo(f"{total['bits_per_byte']:7.4f}  {sum(page.bytes for page in found):9,} bytes  all {len(found)} pages ({others})")


@cli.command()
@BUNDLE
def version(bundle: str | None) -> None:
    """Show the versions of htmlgen, of its bundle, and of the libraries that run it."""
    import platform
    from importlib import metadata

    from htmlgen.runtime.bundle import load

    loaded = load(bundle)
    click.echo(f"htmlgen {htmlgen.__version__}, Python {platform.python_version()}")
    click.echo(f"bundle {loaded.name}: {loaded.record.get('date', 'no date')}, {loaded.architecture.vocab_size} tokens, {loaded.folder}")
    click.echo(", ".join(f"{name} {metadata.version(name)}" for name in ("html5lib", "numpy", "onnxruntime", "sentencepiece")))


for command in AUTOENCODING:
    cli.add_command(command)
cli.add_command(compare)
cli.add_command(complete)
cli.add_command(corpus)
cli.add_command(evaluate)
cli.add_command(fill)
cli.add_command(grammar)
cli.add_command(sample)
cli.add_command(mutate)
cli.add_command(train)


if __name__ == "__main__":
    main()
