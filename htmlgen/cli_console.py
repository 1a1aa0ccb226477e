"""What a user gave on the command line, and what is told beside results: words go to stderr."""

import shlex
import sys
from collections.abc import Iterable

import click
from click.core import ParameterSource


def tell(message: str) -> None:
    """A line on stderr."""
    click.echo(f"htmlgen: {message}", err=True)


def command_line() -> str:
    """The command as it was typed."""
    return shlex.join(["htmlgen", *sys.argv[1:]])


def is_given(name: str) -> bool:
    """Whether a parameter of the running command is on the command line."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def spelled(name: str) -> str:
    """A parameter of the running command as a user knows it: its first option, or what stands for an argument."""
    parameter = next(each for each in click.get_current_context().command.params if each.name == name)
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(click.get_current_context())


def refuse(names: Iterable[str], why: str) -> None:
    """Raises: UsageError, where one of these parameters is on the command line, and would be ignored."""
    for name in names:
        if is_given(name):
            raise click.UsageError(f"{why}; leave out {spelled(name)}")
