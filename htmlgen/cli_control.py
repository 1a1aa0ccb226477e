"""The options of `htmlgen generate` that say what pages shall be: what was typed → settings."""

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from htmlgen.errors import ConfigError, InputError

if TYPE_CHECKING:
    from htmlgen.control import Control
    from htmlgen.decoding.sampling import SamplingConfig
    from htmlgen.shapes import Shape

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option("--length", default="", help="short, medium, long, or MIN..MAX in tokens; instead of --max-tokens."),
    click.option("--depth", type=int, default=0, help="Elements inside one another at most.  [default: any]"),
    click.option("--most-text", type=int, help="Tokens of text in a row, after which no word begins; 0: any.  [default: 0; snippets: 16]"),
    click.option("--lang", default="", help="Language tag of the pages, such as pt-BR.  [default: as the model writes]"),
    click.option("--title", default="", help="Title of the pages.  [default: as the model writes]"),
    click.option("--kind", default="", help="What pages begin as: landing, blog, docs, dashboard, form, table …"),
    click.option("--temperature", default="1.0", show_default=True, help="Below 1 plainer; or structure=A,attribute=B,text=C."),
    click.option("--most-copied", type=int, default=64, show_default=True, help="Tokens in a row copied from the page itself; 0: any."),
    click.option("--least-match", type=int, help="Tokens that match before a word is copied; 0: any.  [default: 4; snippets: 12]"),
    click.option("--most-repeated", type=int, default=2, show_default=True, help="Times that tokens come again in a row; 0: any."),
    click.option("--best-of", type=int, default=1, show_default=True, help="Write so many for each page, keep the likeliest byte by byte."),
    click.option("--unique", type=float, is_flag=False, flag_value=0.8, default=0.0, metavar="[SIMILARITY]",
                 help="Leave out pages that similar to an earlier one (Jaccard, of 5 tokens in a row); 0.8 without a number."),
    click.option("--novelty", type=int, default=0, help="Leave out pages with more tokens in a row from a page of --against."),
    click.option("--text", default="model", show_default=True, metavar="WORDS", help="model, lorem, faker, or keep-shape."),
    click.option("--css", default="", metavar="FILE|classless", help="Style sheet: linked if there are --assets, else in the page."),
    click.option("--assets", default="", metavar="FOLDER", help="Write pictures there that pages show, so that they open offline."),
    click.option("--broken", type=float, default=0.0, metavar="RATE", help="Share of pages with faults; --jsonl lists these."),
    click.option("--against", multiple=True, metavar="PAGES", help="Folder, glob, .html, .parquet, .jsonl: for --novelty; repeatable."),
)  # fmt: skip
_SHAPES: Final = (
    click.option("--snippet", default="", metavar="KIND", help="Fragments of a kind: nav, hero, card-list, table, form, faq, pricing …"),
    click.option("--like", default="", metavar="FILE|HTML", help="Fragments like an example: its elements and classes, other texts."),
    click.option("--skeleton", default="", metavar="EMMET", help="Fragments of that tree, such as 'ul.menu>li*3>a'."),
)


def control_options(command: Command) -> Command:
    """Adds the options to a command, in their order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def shape_options(command: Command) -> Command:
    """Adds the options that ask for snippets to a command."""
    for option in reversed(_SHAPES):
        command = option(command)
    return command


def shape_of(options: dict[str, Any]) -> "Shape":
    """Takes what is said of snippets out of a command's options. Raises: ConfigError; InputError, for an example that cannot be read."""
    from htmlgen.shapes import Shape

    kind, like, skeleton = (options.pop(name) for name in ("snippet", "like", "skeleton"))
    return Shape(kind=kind, like=_example(like), skeleton=skeleton)


def _example(like: str) -> str:
    """The text of an example: a file's, or what was given."""
    if not like or "<" in like:
        return like
    try:
        return Path(like).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{like}: cannot be read as an example: {error}; give a file, or HTML") from error


def control_of(options: dict[str, Any], default: "Control", folder: Path | None = None) -> "Control":
    """Takes what is said of pages out of a command's options.

    Args: folder, that pages are written into.
    Raises: ConfigError; MissingExtraError, where the words are Faker's.
    """
    from htmlgen.control import Control

    given = {field.name: options.pop(field.name) for field in fields(Control) if field.name in options}
    given["assets_url"] = assets_url(given["assets"], folder)
    control = Control(**{name: getattr(default, name) if value is None else value for name, value in given.items()})
    control.dressing.check()
    return control


def assets_url(assets: str, folder: Path | None) -> str:
    """Where pages in a folder, the current one for None, find another one."""
    return Path(os.path.relpath(assets, folder or Path())).as_posix() if assets else ""


def sampling_of(options: dict[str, Any], default: "SamplingConfig") -> "SamplingConfig":
    """Takes what is said of drawing tokens out of a command's options. Raises: ConfigError."""
    from htmlgen.decoding.sampling import SamplingConfig

    temperature = options.pop("temperature")
    truncations = {name: options.pop(name) for name in ("top_k", "top_p", "min_p")}
    if truncations["min_p"] is None:
        truncations["min_p"] = default.min_p
    if "=" not in temperature:
        return SamplingConfig(temperature=_number(temperature, temperature), **truncations)
    return SamplingConfig(by_class=_temperatures(temperature), **truncations)


def _temperatures(text: str) -> Any:
    """Classes that are not named have the temperature that is the option's default."""
    from htmlgen.decoding.temperatures import Temperatures

    named = dict(part.partition("=")[::2] for part in text.split(","))
    classes = [field.name for field in fields(Temperatures)]
    if unknown := next((name for name in named if name not in classes), None):
        raise ConfigError(f"temperature has no class {unknown!r}; there are {', '.join(classes)}, as in structure=0.7,text=1")
    return Temperatures(**{name: _number(named.get(name, "1.0"), text) for name in classes})


def _number(text: str, whole: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ConfigError(
            f"temperature must be a number, or numbers of classes as in structure=0.7,attribute=0.8,text=1, got {whole!r}"
        ) from None
