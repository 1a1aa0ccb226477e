"""Small languages of attribute values, each with a checker: a value → what is wrong with it, in words, or None."""

import re
from collections import Counter
from typing import Final

from htmlgen.evaluation.values.value_finding import READ_AS_CSS

#: HTML Standard 4.13.3: names with a hyphen that belong to SVG and MathML.
_RESERVED: Final = frozenset(
    """annotation-xml color-profile font-face font-face-src font-face-uri font-face-format font-face-name missing-glyph""".split()
)


def custom_name_problem(value: str) -> str | None:
    """A valid custom element name; what else it must be made of is said by the grammar."""
    return f'"{value}" is a name of SVG or MathML, and cannot be that of a custom element' if value in _RESERVED else None


def unique_problem(value: str) -> str | None:
    """A set of unique space-separated tokens (HTML Standard 2.3.7)."""
    tokens = value.split()
    if len(tokens) == len(set(tokens)):
        return None
    (twice, _), *_ = Counter(tokens).most_common(1)
    return f'"{twice[:60]}" stands twice; each word can stand once'


def week_problem(value: str) -> str | None:
    """Whether the year of a week has it: week 53 is only in years that begin or, leap years, end on a Thursday (2.3.5.8)."""
    found = re.fullmatch(r"([0-9]{4,})-W53", value)
    if not found:
        return None
    import datetime

    year = int(found[1][-6:]) % 400 + 400  # the calendar repeats after 400 years
    first = datetime.date(year, 1, 1).isoweekday()
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return None if first == 4 or (leap and first == 3) else f"the year {found[1]} has 52 weeks"


def color_problem(value: str) -> str | None:
    """A CSS color (CSS Color 4 and 5)."""
    if len(value) > READ_AS_CSS:
        return "it is too long for a CSS color"
    if re.fullmatch(r"#(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})", value):
        return None
    from tinycss2.color5 import parse_color

    try:
        read = parse_color(value)
    except (ValueError, TypeError, IndexError, AttributeError):  # functions that tinycss2 does not know to the end
        read = None
    if read is not None or _COLOR_FUNCTION.match(value) or value.strip().lower() in _SYSTEM_COLORS:
        return None
    return f'"{value[:60]}" is no CSS color, such as "#fc0", "orange" or "rgb(255 204 0)"'


#: Functions of CSS Color 4 and 5, whose arguments tinycss2 may not know.
_COLOR_FUNCTION: Final = re.compile(
    r"\s*(?:color|color-mix|contrast-color|device-cmyk|hsla?|hwb|lab|lch|light-dark|oklab|oklch|rgba?)\(", re.IGNORECASE
)
#: CSS Color 4, 6.2
_SYSTEM_COLORS: Final = frozenset(
    """accentcolor accentcolortext activetext buttonborder buttonface buttontext canvas canvastext field fieldtext graytext highlight
    highlighttext linktext mark marktext selecteditem selecteditemtext visitedtext""".split()
)
_DECLARATION: Final = re.compile(r"\s*-{0,2}[A-Za-z_][\w-]*\s*:\s*\S.*", re.DOTALL)
_NOT_PLAIN: Final = re.compile(r"[\"'()\[\]{}@!\\/]")


def style_problem(value: str) -> str | None:
    """The form of CSS declarations (CSS Style Attributes, 3): a name, a colon, a value. Not which properties and values there are.

    Values with functions, strings or blocks, and above `READ_AS_CSS`, are not looked at.
    """
    if not _NOT_PLAIN.search(value):
        return next((wrong for each in value.split(";") if (wrong := _plain_problem(each))), None)
    if len(value) > READ_AS_CSS:
        return None
    import tinycss2

    for each in tinycss2.parse_declaration_list(value, skip_comments=True, skip_whitespace=True):
        if each.type != "declaration":
            return "it is no list of CSS declarations, such as \"color: red; margin: 0\""
        if not each.name.startswith("--") and all(part.type in ("whitespace", "comment") for part in each.value):
            return f'the property "{each.name}" has no value'
    return None


def _plain_problem(declaration: str) -> str | None:
    if not declaration.strip() or _DECLARATION.fullmatch(declaration):
        return None
    name, colon, value = (part.strip() for part in declaration.partition(":"))
    if colon and name and not value:
        return f'the property "{name[:60]}" has no value'
    return f'"{declaration.strip()[:60]}" is no CSS declaration: a property, a colon, a value'
