"""Regular expressions of JavaScript as flag `v` reads them (ECMAScript 22.2.1), which is what the attribute `pattern` holds: their form.

Not checked: whether a back-reference has its group, and which Unicode properties there are.
"""

import re
from typing import Final

from htmlgen.evaluation.values.value_finding import WrongValueError, told

_GROUP: Final = re.compile(r"\(\?(?::|=|!|<=|<!|<[A-Za-z_$][\w$]*>|[ims]*(?:-[ims]+)?:)|\((?!\?)")
_QUANTIFIER: Final = re.compile(r"(?:[*+?]|\{([0-9]+)(?:,([0-9]*))?\})")
_ESCAPE: Final = re.compile(
    r"\\(?:[dDwWsSbBfnrtv0]|[1-9][0-9]*|c[A-Za-z]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{0*(?:10|[0-9A-Fa-f])?[0-9A-Fa-f]{1,4}\}"
    r"|[pP]\{[\w=]+\}|k<[A-Za-z_$][\w$]*>|[\^$\\.*+?()\[\]{}|/])"
)
_CLASS_ESCAPE: Final = re.compile(_ESCAPE.pattern + r"|\\[-&!#%,:;<=>@`~]|\\q\{[^}]*\}")
#: ClassSetReservedDoublePunctuator, less `&&`, which is an operator.
_RESERVED: Final = re.compile(r"!!|##|\$\$|%%|\*\*|\+\+|,,|\.\.|::|;;|<<|==|>>|\?\?|@@|\^\^|``|~~")
_ASSERTIONS: Final = ("\\b", "\\B")


def pattern_problem(value: str) -> str | None:
    """What is wrong with a regular expression; None, if nothing is. Takes time in proportion to its length."""
    return told(_read, value)


def _read(text: str) -> None:
    depth = i = 0
    repeatable = False  # whether a quantifier may follow
    while i < len(text):
        char = text[i]
        if char in "()":
            i, depth, repeatable = _group(text, i, depth)
        elif char in "[\\":
            i, repeatable = (_class_end(text, i), True) if char == "[" else _escape(text, i)
        elif quantifier := _QUANTIFIER.match(text, i):
            _quantified(quantifier, repeatable)
            i, repeatable = quantifier.end() + text.startswith("?", quantifier.end()), False
        elif char in "]{}":
            raise WrongValueError(f'"{char}" stands by itself; write "\\{char}" for the character')
        else:
            i, repeatable = i + 1, char not in "|^$"
    if depth:
        raise WrongValueError('a "(" is not closed')


def _group(text: str, i: int, depth: int) -> tuple[int, int, bool]:
    """After a parenthesis: where, how deep, and whether what it ends may be repeated."""
    if text[i] == ")":
        if not depth:
            raise WrongValueError('a ")" closes nothing')
        return i + 1, depth - 1, True
    group = _GROUP.match(text, i)
    if not group:
        raise WrongValueError(f'"{text[i : i + 4]}" begins no group')
    return group.end(), depth + 1, False


def _escape(text: str, i: int) -> tuple[int, bool]:
    escape = _ESCAPE.match(text, i)
    if not escape:
        raise WrongValueError(f'"{text[i : i + 2]}" is no escape with flag v')
    return escape.end(), escape[0] not in _ASSERTIONS


def _quantified(quantifier: re.Match[str], repeatable: bool) -> None:
    if not repeatable:
        raise WrongValueError(f'"{quantifier[0][:20]}" has nothing before it to repeat')
    low, high = quantifier[1], quantifier[2]
    if low and high and (len(low.lstrip("0")), low.lstrip("0")) > (len(high.lstrip("0")), high.lstrip("0")):
        raise WrongValueError(f'"{quantifier[0][:20]}" asks for more than it allows')


def _class_end(text: str, start: int) -> int:
    """Where a class in brackets ends, with the classes in it."""
    i, depth = start, 0
    while i < len(text):
        char = text[i]
        if char == "[":
            depth, i = depth + 1, i + 1 + text.startswith("^", i + 1)
            if text.startswith("-", i):
                raise WrongValueError('a "-" at the beginning of a class has to be escaped with flag v: "\\-"')
        elif char == "]":
            depth, i = depth - 1, i + 1
            if not depth:
                return i
        elif char == "\\":
            escape = _CLASS_ESCAPE.match(text, i)
            if not escape:
                raise WrongValueError(f'"{text[i : i + 2]}" is no escape in a class with flag v')
            i = escape.end()
        else:
            _class_character(text, i)
            i += 1
    raise WrongValueError('a "[" is not closed')


def _class_character(text: str, i: int) -> None:
    """A character that is written as it is, in a class."""
    char = text[i]
    if char in "(){}/|":
        raise WrongValueError(f'"{char}" in a class has to be escaped with flag v: "\\{char}"')
    if doubled := _RESERVED.match(text, i):
        raise WrongValueError(f'"{doubled[0]}" in a class is reserved with flag v; escape it')
    if char == "-" and text.startswith("]", i + 1):
        raise WrongValueError('a "-" at the end of a class has to be escaped with flag v: "\\-"')
    if text.startswith("-", i + 1) and text[i + 2 : i + 3] not in ("", "-", "[", "]", "\\") and text[i + 2] < char:
        raise WrongValueError(f'the range "{text[i : i + 3]}" goes backwards')
