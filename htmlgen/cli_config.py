"""Settings of a command out of a file: `[tool.htmlgen.COMMAND]` in pyproject.toml, or `[COMMAND]` in htmlgen.toml.

The file is looked for in the current folder and those above it; in a folder, htmlgen.toml comes first, and a pyproject.toml without
such a table is passed over. Keys are the names of the command's long options, and tables of its own. What it says is click's default, so
that options on the command line win. Paths are relative to the file's folder.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click

from htmlgen.errors import ConfigError

_OWN: Final = "htmlgen.toml"
_SHARED: Final = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What a file says of a command; an empty one says nothing, and stands for no file."""

    path: Path | None = None
    text: str = field(default="", repr=False)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """What its paths are relative to."""
        return self.path.parent if self.path else Path.cwd()

    def error(self, key: str, message: str) -> ConfigError:
        """What is wrong with a key, with its line where it can be found."""
        found = re.search(rf"""^\s*["']?{re.escape(key)}["']?\s*(?:=|\.)|^\s*\[.*\b{re.escape(key)}["']?\s*\]""", self.text, re.MULTILINE)
        line = f":{self.text.count(chr(10), 0, found.end()) + 1}" if found else ""
        return ConfigError(f"{self.path}{line}: {message}")


def find(command: str, start: Path | None = None) -> ConfigFile:
    """The file nearest above a folder, the current one for None, that says something of a command. Raises: ConfigError."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        for name in (_OWN, _SHARED):
            if (folder / name).is_file() and (found := load(folder / name, command)).path:
                return found
    return ConfigFile()


def load(path: Path, command: str, *, named: bool = False) -> ConfigFile:
    """What a file says of a command; an empty one, if it is a pyproject.toml that says nothing.

    Args: named, whether the user named the file, which is to say something then. Raises: ConfigError.
    """
    import tomllib  # here, as most pages are judged without a file of settings

    try:
        text = path.read_text(encoding="utf-8")
        whole = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}; name a file with settings, or leave out --config") from error
    except ValueError as error:
        raise ConfigError(f"{path}: not TOML: {error}; mend it, or use --no-config") from error
    own = path.name != _SHARED
    keys = (command,) if own else ("tool", "htmlgen", command)
    if own and (unknown := sorted(set(whole) - {command})):
        raise ConfigFile(path, text).error(unknown[0], f"unknown table {unknown[0]!r}; write the settings below [{command}]")
    found: Any = whole
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    if isinstance(found, dict):
        return ConfigFile(path, text, found)
    if named or own or found is not None:
        raise ConfigError(f"{path}: has no table [{'.'.join(keys)}]; write the settings below that")
    return ConfigFile()


def defaults(config: ConfigFile, command: click.Command, *, tables: Sequence[str], left_out: Sequence[str]) -> dict[str, Any]:
    """The values of a command's options, as click's `default_map` has them.

    Args: tables, keys that are no options, and of no concern here; left_out, names of options that no file can set.
    Raises: ConfigError, for an unknown key, with close names, and for a value that the option would not take.
    """
    options = {_key(option): option for option in command.params if isinstance(option, click.Option) and option.name not in left_out}
    found = {}
    for key, value in config.values.items():
        if key in tables:
            continue
        if key not in options:
            known = sorted({*options, *tables})
            close = get_close_matches(key, known, 3)
            raise config.error(key, f"unknown key {key!r}; {f'did you mean {close[0]!r}?' if close else 'there are ' + ', '.join(known)}")
        found[str(options[key].name)] = _value(config, key, value, options[key])
    return found


def _key(option: click.Option) -> str:
    """The long name of an option, the first of two, without dashes."""
    return next(name for name in option.opts if name.startswith("--")).removeprefix("--")


def _value(config: ConfigFile, key: str, value: Any, option: click.Option) -> Any:
    """A value as the option has it, checked. Several values may be one."""
    values = value if isinstance(value, list) else [value]
    if isinstance(value, list) and not option.multiple:
        raise config.error(key, f"{key!r} takes one value, not a list")
    made = [_one(config, key, each, option) for each in values]
    return made if option.multiple else made[0]


def _one(config: ConfigFile, key: str, value: Any, option: click.Option) -> Any:
    kinds, word = _kinds(option)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise config.error(key, f"{key!r} takes {word}, not {value!r}")
    if isinstance(option.type, click.Path):
        value = str(config.folder / str(value))
    try:
        return option.type.convert(value, option, None)
    except click.BadParameter as error:
        raise config.error(key, f"{key!r}: {error.message}") from error


def _kinds(option: click.Option) -> tuple[tuple[type, ...], str]:
    if option.is_flag:
        return (bool,), "true or false"
    if isinstance(option.type, click.IntRange | click.types.IntParamType):
        return (int,), "a whole number"
    if isinstance(option.type, click.FloatRange | click.types.FloatParamType):
        return (int, float), "a number"
    return (str,), "a string"


def table(config: ConfigFile, name: str) -> dict[str, Any]:
    """A table of the file, empty where there is none. Raises: ConfigError."""
    found = config.values.get(name, {})
    if not isinstance(found, dict):
        raise config.error(name, f"{name!r} is a table: write [{name}] below, and its entries after it")
    return found
