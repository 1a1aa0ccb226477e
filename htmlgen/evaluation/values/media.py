"""Media queries (Media Queries 4 and 5) and source sizes (HTML Standard 4.8.4.2.2), read as CSS component values.

tinycss2 tells comments, numbers with units, functions and parentheses apart, as CSS Syntax 3 has it; what they may be here stands in
tables. A checker says what is wrong with a value, in words, or None.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from htmlgen.evaluation.values.value_finding import READ_AS_CSS, WrongValueError, told

#: A component value of tinycss2, which has no types.
Value = Any

_TYPES: Final = frozenset("all print screen speech".split())
_OLD_TYPES: Final = frozenset("aural braille embossed handheld projection tty tv".split())
_WORDS: Final = frozenset("and not or only layer".split())
#: CSS Values 4, 5.2 and 6.1
LENGTHS: Final = frozenset(
    """cap ch em ex ic lh rcap rch rem rex ric rlh vb vh vi vmax vmin vw svb svh svi svmax svmin svw lvb lvh lvi lvmax lvmin lvw
    dvb dvh dvi dvmax dvmin dvw cm in mm pc pt px q""".split()
)
_RESOLUTIONS: Final = frozenset("dpi dpcm dppx x".split())
#: CSS Values 4, 10: functions that calculate
_MATHS: Final = frozenset(
    "abs acos asin atan atan2 calc calc-size clamp cos exp hypot log max min mod pow rem round sign sin sqrt tan".split()
)
_CONTAINERS: Final = frozenset("cqb cqh cqi cqmax cqmin cqw".split())

#: Features of the range type, and what their values are. Those of devices are deprecated, and must not be used.
RANGES: Final = {
    "width": "length", "height": "length", "aspect-ratio": "ratio", "resolution": "resolution", "color": "integer",
    "color-index": "integer", "monochrome": "integer", "horizontal-viewport-segments": "integer", "vertical-viewport-segments": "integer",
}  # fmt: skip
_DEPRECATED: Final = {"device-width": "width", "device-height": "height", "device-aspect-ratio": "aspect-ratio"}
_PREFERENCE: Final = "no-preference reduce"
#: Features of the discrete type, and their keywords.
DISCRETE: Final = {
    name: frozenset(words.split())
    for name, words in {
        "any-hover": "none hover", "any-pointer": "none coarse fine", "color-gamut": "srgb p3 rec2020",
        "device-posture": "continuous folded",
        "display-mode": "fullscreen standalone minimal-ui browser picture-in-picture window-controls-overlay",
        "dynamic-range": "standard high", "environment-blending": "opaque additive subtractive", "forced-colors": "none active",
        "grid": "0 1", "hover": "none hover", "inverted-colors": "none inverted", "nav-controls": "none back",
        "orientation": "portrait landscape", "overflow-block": "none scroll paged", "overflow-inline": "none scroll",
        "pointer": "none coarse fine", "prefers-color-scheme": "light dark", "prefers-contrast": "no-preference more less custom",
        "prefers-reduced-data": _PREFERENCE, "prefers-reduced-motion": _PREFERENCE, "prefers-reduced-transparency": _PREFERENCE,
        "scan": "interlace progressive", "scripting": "none initial-only enabled", "shape": "rect round",
        "update": "none slow fast", "video-color-gamut": "srgb p3 rec2020", "video-dynamic-range": "standard high",
    }.items()
}  # fmt: skip
_PLAIN: Final = re.compile(r"\s*(?:(?:only\s+)?(?:all|screen|print)(?:\s+and\s+)?)?(?:\((?:min|max)-width:\s*\d+(?:px|em)\))?\s*", re.I)


def media_problem(value: str) -> str | None:
    """What is wrong with a media query list; None, if nothing is. The empty list matches always."""
    if _PLAIN.fullmatch(value) and not value.rstrip().lower().endswith((" and", "(")):
        return None
    return told(lambda text: _query_list(_components(text)), value)


def sizes_problem(value: str) -> str | None:
    """What is wrong with a source size list; None, if nothing is. Whether `auto` may stand there is another question."""
    return told(lambda text: _size_list(_components(text)), value)


def _components(value: str) -> list[Value]:
    if len(value) > READ_AS_CSS:
        raise WrongValueError(f"it has more than {READ_AS_CSS:,} characters")
    import tinycss2

    values = tinycss2.parse_component_value_list(value, skip_comments=True)
    if value.count("(") > value.count(")") and tinycss2.serialize(values).count(")") > value.count(")"):
        raise WrongValueError("a parenthesis is not closed")
    return list(values)


# Media queries: Media Queries 4, 3 ------------------------------------------------------------------------------------------------


def _query_list(values: Sequence[Value]) -> None:
    queries = _split(values, ",")
    if len(queries) == 1 and not queries[0]:
        return
    for query in queries:
        if not query:
            raise WrongValueError("a media query is missing before or after a comma")
        _query(query)


def _query(query: list[Value]) -> None:
    if query[0].type == "ident" and (query[0].lower_value not in _WORDS or _starts_with_type(query)):
        rest = query[1:] if query[0].lower_value in ("not", "only") else query
        _media_type(rest[0])
        if len(rest) > 1:
            if not _is_word(rest[1], "and"):
                raise WrongValueError(f'after the media type "{_text(rest[:1])}" comes "and" or a comma, not "{_text(rest[1:2])}"')
            _condition(rest[2:], alternatives=False)
        return
    _condition(query)


def _starts_with_type(query: list[Value]) -> bool:
    return query[0].lower_value in ("not", "only") and len(query) > 1 and query[1].type == "ident"


def _media_type(value: Value) -> None:
    name = value.lower_value
    if name in _OLD_TYPES:
        raise WrongValueError(f'the media type "{name}" is deprecated; there are all, print, screen and speech')
    if name not in _TYPES:
        raise WrongValueError(f'"{_text([value])}" is no media type; there are all, print, screen and speech')


def _condition(values: Sequence[Value], *, alternatives: bool = True) -> None:
    """`not (…)`, or (…)s joined by one word. Args: alternatives, whether the word may be `or`."""
    if not values:
        raise WrongValueError('a condition in parentheses is missing, such as "(min-width: 40em)"')
    if _is_word(values[0], "not"):
        _in_parentheses(values[1:2])
        if len(values) > 2:
            raise WrongValueError(f'"not (…)" stands by itself; put parentheses around it, before "{_text(values[2:3])}"')
        return
    _in_parentheses(values[:1])
    joins = {"and", "or"} if alternatives else {"and"}
    used = ""
    for i in range(1, len(values), 2):
        word = values[i].lower_value if values[i].type == "ident" else ""
        if word not in joins:
            raise WrongValueError(f'"{_text(values[i : i + 1])}" cannot stand after a condition; {" or ".join(sorted(joins))} can')
        if used not in ("", word):
            raise WrongValueError('"and" and "or" cannot be mixed without parentheses around one of them')
        used = word
        _in_parentheses(values[i + 1 : i + 2])


def _in_parentheses(values: Sequence[Value]) -> None:
    if not values or values[0].type != "() block":
        found = f'"{_text(values)}"' if values else "nothing"
        raise WrongValueError(f'a condition stands in parentheses, such as "(min-width: 40em)"; found {found}')
    inner = _solid(values[0].content)
    if not inner:
        raise WrongValueError("parentheses are empty")
    if inner[0].type == "() block" or _is_word(inner[0], "not"):
        _condition(inner)
    else:
        _feature(inner)


# Media features: Media Queries 4, 2.4 ---------------------------------------------------------------------------------------------


def _feature(values: list[Value]) -> None:
    operators = [i for i, each in enumerate(values) if each.type == "literal" and each.value in ("<", ">", "=", "<=", ">=")]
    if operators:
        _range(values)
        return
    name = _feature_name(values[0])
    if len(values) == 1:
        _boolean(name)
    elif not _is_literal(values[1], ":"):
        raise WrongValueError(f'after the media feature "{name}" comes ":" or ")", not "{_text(values[1:2])}"')
    elif len(values) == 2:
        raise WrongValueError(f'the media feature "{name}" has no value after ":"')
    else:
        _feature_value(name, values[2:])


def _feature_name(value: Value) -> str:
    if value.type != "ident":
        raise WrongValueError(f'"{_text([value])}" is no media feature, such as "min-width"')
    name: str = value.lower_value
    base = name.removeprefix("min-").removeprefix("max-")
    if base in _DEPRECATED:
        raise WrongValueError(f'the media feature "{name}" is deprecated; use "{name.replace("device-", "")}"')
    if name not in DISCRETE and base not in RANGES and not name.startswith("-") and not base.startswith("-"):
        raise WrongValueError(f'"{name}" is no media feature')
    return name


def _boolean(name: str) -> None:
    if name.startswith(("min-", "max-")):
        raise WrongValueError(f'"{name}" needs a value, as in "({name}: …)"')


def _feature_value(name: str, values: list[Value]) -> None:
    base = name.removeprefix("min-").removeprefix("max-")
    if base.startswith("-"):
        return  # a vendor's own
    if name in DISCRETE:
        if _text(values).lower() not in DISCRETE[name]:
            raise WrongValueError(f'"{_text(values)}" is no value of "{name}"; there are {", ".join(sorted(DISCRETE[name]))}')
    else:
        _typed(name, RANGES[base], values)


def _typed(name: str, kind: str, values: list[Value]) -> None:
    if not _FITS[kind](values):
        raise WrongValueError(f'"{_text(values)}" is no value of "{name}"; {_ASKED[kind]}')


def _range(values: list[Value]) -> None:
    """`name < value`, `value < name`, or `value < name < value`."""
    parts, operators = _operands(values)
    names = [i for i, part in enumerate(parts) if len(part) == 1 and part[0].type == "ident" and part[0].lower_value in RANGES]
    if not names or len(parts) > 3 or (len(parts) == 3 and names[0] != 1):
        raise WrongValueError(f'"{_text(values)}" compares no media feature with a value, as "width >= 40em" does')
    if len(operators) == 2 and (operators[0][0] != operators[1][0] or "=" in operators):
        raise WrongValueError(f'"{_text(values)}": both comparisons of a range go the same way, as in "20em <= width <= 40em"')
    name = parts[names[0]][0].lower_value
    for i, part in enumerate(parts):
        if i != names[0]:
            _typed(name, RANGES[name], part)


def _operands(values: list[Value]) -> tuple[list[list[Value]], list[str]]:
    parts: list[list[Value]] = [[]]
    operators: list[str] = []
    for each in values:
        sign = each.value if each.type == "literal" else ""
        if sign == "=" and operators and operators[-1] in ("<", ">") and not parts[-1]:
            operators[-1] += "="
        elif sign in ("<", ">", "=", "<=", ">="):
            operators.append(sign)
            parts.append([])
        else:
            parts[-1].append(each)
    return parts, operators


def _is_length(values: list[Value]) -> bool:
    return len(values) == 1 and (
        (values[0].type == "dimension" and values[0].lower_unit in LENGTHS)
        or (values[0].type == "number" and values[0].value == 0)
        or _is_math(values[0])
    )


def _is_integer(values: list[Value]) -> bool:
    return len(values) == 1 and ((values[0].type == "number" and values[0].is_integer) or _is_math(values[0]))


def _is_resolution(values: list[Value]) -> bool:
    return len(values) == 1 and (
        (values[0].type == "dimension" and values[0].lower_unit in _RESOLUTIONS)
        or _is_word(values[0], "infinite")
        or _is_math(values[0])
    )


def _is_ratio(values: list[Value]) -> bool:
    numbers = values[::2]
    slashes = all(_is_literal(each, "/") for each in values[1::2])
    return len(values) in (1, 3) and slashes and all(_is_math(each) or (each.type == "number" and each.value >= 0) for each in numbers)


def _is_math(value: Value) -> bool:
    return bool(value.type == "function" and value.lower_name in (_MATHS | {"env"}))


_FITS: Final[dict[str, Callable[[list[Value]], bool]]] = {
    "length": _is_length, "integer": _is_integer, "resolution": _is_resolution, "ratio": _is_ratio,
}  # fmt: skip
_ASKED: Final = {
    "length": "it takes a length with a unit, such as 40em",
    "integer": "it takes an integer",
    "resolution": "it takes a resolution, such as 2dppx",
    "ratio": "it takes a ratio, such as 16/9",
}


# Source sizes: HTML Standard 4.8.4.2.2 --------------------------------------------------------------------------------------------


def _size_list(values: list[Value]) -> None:
    entries = _split(values, ",")
    for i, entry in enumerate(entries):
        if not entry:
            raise WrongValueError("a source size is missing" if len(entries) == 1 else "a source size is missing before or after a comma")
        if _is_word(entry[-1], "auto") and len(entry) == 1:
            if i:
                raise WrongValueError('"auto" can only be the first entry')
            continue
        _source_size(entry[-1])
        if len(entry) > 1:
            _condition(entry[:-1])
        elif i < len(entries) - 1:
            raise WrongValueError(f'"{_text(entry)}" has no media condition and is not the last entry, so that what follows is never used')


def _source_size(value: Value) -> None:
    if value.type == "function" and value.lower_name in _MATHS and value.arguments:
        return
    if value.type == "number" and value.value == 0:
        return
    if value.type == "dimension" and value.lower_unit in LENGTHS | _CONTAINERS:
        if value.value < 0:
            raise WrongValueError(f'"{_text([value])}" is negative; a source size is 0 or more')
        return
    hint = "; percentages are not allowed, vw is" if value.type == "percentage" else "; it is a length with a unit, such as 50vw"
    raise WrongValueError(f'"{_text([value])}" is no source size{hint}')


# Component values -----------------------------------------------------------------------------------------------------------------


def _solid(values: Sequence[Value]) -> list[Value]:
    """Without white space and comments."""
    return [each for each in values if each.type not in ("whitespace", "comment")]


def _split(values: Sequence[Value], sign: str) -> list[list[Value]]:
    parts: list[list[Value]] = [[]]
    for each in _checked(values):
        if _is_literal(each, sign):
            parts.append([])
        else:
            parts[-1].append(each)
    return [_solid(part) for part in parts]


def _checked(values: Sequence[Value]) -> Iterator[Value]:
    """The values, unless one is no CSS, or a block that the end of the value closes."""
    for each in values:
        if each.type == "error":
            raise WrongValueError(f"it cannot be read as CSS: {each.message}")
        yield each


def _is_word(value: Value, word: str) -> bool:
    return bool(value.type == "ident" and value.lower_value == word)


def _is_literal(value: Value, sign: str) -> bool:
    return bool(value.type == "literal" and value.value == sign)


def _text(values: Sequence[Value]) -> str:
    import tinycss2

    return str(tinycss2.serialize(list(values)))[:60]
