"""`htmlgen fill`: parse, call the library, write."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from htmlgen.cli_console import tell
from htmlgen.cli_control import assets_url
from htmlgen.errors import HoleError, InputError, OutputError


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write, or folder for several.  [default: standard output]")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Repeat a run exactly; drawn and shown on stderr if omitted.")
@click.option("--max-tokens", type=click.IntRange(min=1), default=128, show_default=True, help="Most tokens of an element, or of a hole.")
@click.option("--grammar", default="page", show_default=True, help="page, article, email, or a .rnc file.")
@click.option("--text", default="model", show_default=True, metavar="WORDS", help="model, lorem, faker, or keep-shape.")
@click.option("--assets", default="", metavar="FOLDER", help="Write pictures there that holes show.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@click.option("--bundle", type=click.Path(), help="Folder of a trained model.  [default: the one that ships with htmlgen]")
def fill(files: tuple[str, ...], output: Path | None, seed: int | None, max_tokens: int, force: bool, **options: Any) -> None:
    """Fill the holes of layouts: htmlgen fill layout.html -o page.html

    A hole is an element with data-htmlgen="KIND", a comment <!-- htmlgen: KIND n=3 -->, or a call {{ htmlgen("KIND", n=3) }}; in
    place of KIND, like="#id" writes more of what is there, and skeleton="li*3>a" a tree. What is outside of holes is kept byte for byte. -
    is standard input.
    """
    from htmlgen.control import Control
    from htmlgen.filling.files import fill_bytes
    from htmlgen.pages import Generator, draw_seed

    targets = _targets(files, output, force)
    url = assets_url(options["assets"], targets[0].parent if targets[0] else None)
    control = Control(text=options["text"], assets=options["assets"], assets_url=url)
    control.dressing.check()
    contents = [_content(file) for file in files]
    first = draw_seed() if seed is None else seed
    generator = Generator.load(options["bundle"], grammar=options["grammar"])
    for file, content, target in zip(files, contents, targets, strict=True):
        try:
            page = fill_bytes(content, file, lambda text: generator.fill(text, seed=first, max_tokens=max_tokens, control=control))
        except HoleError as error:
            raise HoleError(f"{file}: {error}") from error
        _write(page, target)
    if seed is None:
        tell(f"seed {first}")


def _targets(files: tuple[str, ...], output: Path | None, force: bool) -> list[Path | None]:
    """Where each page goes, None for standard output. Raises: UsageError, OutputError."""
    if output is None:
        if len(files) > 1:
            raise click.UsageError("several files need a folder to be written to: give -o FOLDER")
        return [None]
    if len(files) == 1 and not output.is_dir():
        targets = [output]
    else:
        names = [Path(file).name if file != "-" else "stdin.html" for file in files]
        if twice := next((name for name, count in Counter(names).items() if count > 1), None):
            raise click.UsageError(f"two files are called {twice}, and would be one in {output}; fill them one at a time")
        targets = [output / name for name in names]
    if not force and (there := next((target for target in targets if target.exists()), None)):
        raise OutputError(f"{there}: is there already; choose another -o, or --force to write over it")
    return [*targets]


def _content(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}; give a layout, a file of HTML") from error


def _write(page: bytes, target: Path | None) -> None:
    if target is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(page)
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(page)
    except OSError as error:
        raise OutputError(f"{target}: cannot write there: {error.strerror or error}") from error
