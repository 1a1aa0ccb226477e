"""The options of `htmlgen generate` that say what pages shall be: what was typed → settings."""

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from htmlgen.errors import ConfigError

if TYPE_CHECKING:
    from htmlgen.control import Control
    from htmlgen.decoding.sampling import SamplingConfig

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option("--length", default="", help="short, medium, long, or MIN..MAX in tokens; instead of --max-tokens."),
    click.option("--depth", type=int, default=0, help="Elements inside one another at most.  [default: any]"),
    click.option("--lang", default="", help="Language tag of the pages, such as pt-BR.  [default: as the model writes]"),
    click.option("--title", default="", help="Title of the pages.  [default: as the model writes]"),
    click.option("--kind", default="", help="landing, blog, docs, dashboard, form, table …; of snippets nav, hero, cards, list …"),
    click.option("--temperature", default="1.0", show_default=True, help="Below 1 plainer; or structure=A,attribute=B,text=C."),
    click.option("--most-copied", type=int, default=64, show_default=True, help="Tokens in a row copied from the page itself; 0: any."),
    click.option("--least-match", type=int, default=4, show_default=True, help="Tokens that match before a word is copied; 0: any."),
    click.option("--most-repeated", type=int, default=2, show_default=True, help="Times that tokens come again in a row; 0: any."),
    click.option("--best-of", type=int, default=1, show_default=True, help="Write so many for each page, keep the likeliest byte by byte."),
    click.option("--unique", type=float, is_flag=False, flag_value=0.8, default=0.0, metavar="[SIMILARITY]",
                 help="Leave out pages that similar to an earlier one (Jaccard, of 5 tokens in a row); 0.8 without a number."),
    click.option("--novelty", type=int, default=0, help="Leave out pages with more tokens in a row from a page of --against."),
    click.option("--against", multiple=True, metavar="PAGES", help="Folder, glob, .html, .parquet, .jsonl: for --novelty; repeatable."),
)  # fmt: skip


def control_options(command: Command) -> Command:
    """Adds the options to a command, in their order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def control_of(options: dict[str, Any]) -> "Control":
    """Takes what is said of pages out of a command's options. Raises: ConfigError."""
    from htmlgen.control import Control

    return Control(**{field.name: options.pop(field.name) for field in fields(Control)})


def sampling_of(options: dict[str, Any]) -> "SamplingConfig":
    """Takes what is said of drawing tokens out of a command's options. Raises: ConfigError."""
    from htmlgen.decoding.sampling import SamplingConfig

    temperature = options.pop("temperature")
    truncations = {name: options.pop(name) for name in ("top_k", "top_p", "min_p")}
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
