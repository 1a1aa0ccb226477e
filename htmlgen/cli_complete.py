"""`htmlgen complete`: parse, call the library, print."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from htmlgen.errors import InputError, PromptError

if TYPE_CHECKING:
    from htmlgen.decoding.completing import Completion


@click.command()
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option("--text", help="The page's beginning itself, to its last character; instead of FILE.")
@click.option("-n", "--n", "count", type=click.IntRange(min=1), default=5, show_default=True, help="How many continuations at most.")
@click.option("--max-tokens", type=click.IntRange(min=1), default=64, show_default=True, help="Most tokens of a continuation.")
@click.option("--whole", is_flag=True, help="Continue to the page's end, not to that of the tag, text or element being written.")
@click.option("--grammar", default="page", show_default=True, help="page, snippet, article, email, a .rnc file; or tags: nesting alone.")
@click.option("--beam", type=click.IntRange(1, 256), default=8, show_default=True, help="Continuations that are followed at a time.")
@click.option("--temperature", default=0.0, show_default=True, help="0 finds the likeliest; above, continuations are drawn.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Of what is drawn.")
@click.option("--json", "as_json", is_flag=True, help="With log-probability (nats), bits, tokens, and whether finished and valid.")
@click.option("--bundle", type=click.Path(), help="Folder of a trained model.  [default: the one that ships with htmlgen]")
def complete(file: str | None, text: str | None, count: int, max_tokens: int, whole: bool, as_json: bool, **options: Any) -> None:
    """Continue a page's beginning from anywhere: htmlgen complete --text '<a hre'

    Prints what is to be appended, a continuation a line, the likeliest first; a line feed in one is written &#10;. The line feed at the
    end of a FILE is the file's, and no part of the page.
    """
    from htmlgen.decoding.beam import BeamConfig
    from htmlgen.decoding.guides import TAGS
    from htmlgen.pages import Generator

    if (file is None) == (text is None):
        raise click.UsageError("give the page's beginning: a FILE, - for standard input, or --text")
    prefix = _read(file) if file is not None else text or ""
    beam = BeamConfig(width=options["beam"], temperature=options["temperature"], seed=options["seed"])
    generator = Generator.load(options["bundle"], grammar=options["grammar"])
    try:
        found = generator.complete(prefix, n=count, max_tokens=max_tokens, whole=whole, beam=beam)
    except PromptError as error:
        wider = "" if options["grammar"] == TAGS else f"; --grammar {TAGS} allows any nesting that parses"
        raise PromptError(f"{error}{wider}") from error
    _print(found, as_json)


def _read(file: str) -> str:
    """The text of a file, less the line feed at its end."""
    content = sys.stdin.buffer.read() if file == "-" else _content(file)
    try:
        return content.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        where = "ends inside of a character" if error.end == len(content) else f"is not UTF-8 (byte {error.start})"
        raise InputError(f"{'standard input' if file == '-' else file}: {where}; give the page's beginning as UTF-8") from error


def _content(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}; give a page's beginning by --text, or the file that holds it") from error


def _print(found: "list[Completion]", as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([completion.to_dict() for completion in found], ensure_ascii=False, indent=2))
        return
    for completion in found:
        click.echo(completion.text.replace("\n", "&#10;"))
