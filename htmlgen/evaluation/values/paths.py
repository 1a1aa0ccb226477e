"""Path data of SVG (SVG 2, 9.3.9): commands, each with as many numbers as it takes, once or several times."""

import re
from typing import Final

from htmlgen.evaluation.values.value_finding import WrongValueError, told

_SPACE: Final = re.compile(r"[ \t\n\f\r]*")
_BETWEEN: Final = re.compile(r"[ \t\n\f\r]*(?:,[ \t\n\f\r]*)?")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_FLAG: Final = re.compile(r"[01]")
#: What each command takes: `n` a number, `f` a flag.
_COMMANDS: Final = {"m": "nn", "z": "", "l": "nn", "h": "n", "v": "n", "c": "nnnnnn", "s": "nnnn", "q": "nnnn", "t": "nn", "a": "nnnffnn"}


def path_problem(value: str) -> str | None:
    """What is wrong with path data; None, if nothing is. Takes time in proportion to its length."""
    return told(_read, value)


def _read(text: str) -> None:
    place = _after(_SPACE, text, 0)
    first = True
    while place < len(text):
        command = text[place]
        takes = _COMMANDS.get(command.lower())
        if takes is None:
            raise WrongValueError(f'"{text[place : place + 12]}" begins no command, such as M or L')
        if first and command not in "Mm":
            raise WrongValueError(f"a path begins with M or m, not with {command}")
        place, first = _after(_SPACE, text, place + 1), False
        if takes:
            place = _arguments(text, place, command, takes)


def _arguments(text: str, place: int, command: str, takes: str) -> int:
    """Where the arguments of a command end, white space after them included."""
    while True:
        for kind in takes:
            found = (_FLAG if kind == "f" else _NUMBER).match(text, place)
            if not found:
                asked = "a flag, 0 or 1," if kind == "f" else "a number"
                raise WrongValueError(f'after {command}, {asked} is missing at "{text[place : place + 12]}" (character {place + 1})')
            end, place = found.end(), _after(_BETWEEN, text, found.end())
        rest = text[place : place + 1]
        if not rest or rest.isalpha():
            if "," in text[end:place]:
                raise WrongValueError(f"after {command}, a comma has no number after it (character {place + 1})")
            return place


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place
