"""Holes in a layout: where they are, and what each asks for.

| spelled                                                    | what is replaced               |
|------------------------------------------------------------|--------------------------------|
| `<div data-htmlgen="cards" data-htmlgen-n="3">…</div>`     | what the element holds         |
| `<ul data-htmlgen-skeleton="li*3>a">…</ul>`                | what the element holds         |
| `<!-- htmlgen: nav seed=3 -->`                             | the comment                    |
| `{{ htmlgen("cards", n=3) }}`, `{% htmlgen "cards", n=3 %}` | the call                       |

What is asked for: a kind (see `shapes.snippet_kinds`), or `like` an example, or a `skeleton`, or none of these; `n` of them, a `seed`,
`tokens` at most.
Laws: holes do not overlap, and come in the order of the page; a comment counts only where a parser sees a comment, a call only where it
stands between tags.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from htmlgen.errors import HoleError
from htmlgen.evaluation.document import parse_document
from htmlgen.evaluation.findings import Lines
from htmlgen.evaluation.tags import end_of_tag, scan
from htmlgen.markup.elements import RAW_TEXT, VOID_IN_PARSER
from htmlgen.markup.events import StartTag, end_of

ATTRIBUTE: Final = "data-htmlgen"
_SHAPES: Final = ("kind", "like", "skeleton")
_NUMBERS: Final = ("n", "seed", "tokens")
_LEAST: Final = {"n": 1, "seed": 0, "tokens": 1}
_ARGUMENTS: Final = r"(?:[^\"'<>{}%]|\"[^\"]*\"|'[^']*')*?"
_MARKS: Final = re.compile(
    rf"""<!--\s*htmlgen:(?P<comment>(?:(?!--!?>|<!--)[\s\S])*)-->
    | \{{\{{-?\s*htmlgen\((?P<expression>{_ARGUMENTS})\)\s*-?\}}\}}
    | \{{%-?\s*htmlgen(?=[\s%-])(?P<statement>{_ARGUMENTS})-?%\}}""",
    re.VERBOSE,
)
_ARGUMENT: Final = re.compile(
    r"""\s*,?\s*(?:(?P<name>[A-Za-z_]+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s,"']+))
    | "(?P<kind_double>[^"]*)" | '(?P<kind_single>[^']*)' | (?P<kind>[^\s,="']+))""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A hole: `page[start:end]` is replaced."""

    start: int
    end: int
    kind: str = ""  #: what is written; "" leaves it to the model
    like: str = ""  #: an example: HTML, or # and the id of an element of the page
    skeleton: str = ""  #: an Emmet abbreviation
    n: int | None = None  #: elements; None: one of a kind, or as the model ends
    seed: int | None = None  #: None: by the page's seed and the hole's number
    tokens: int | None = None  #: at most, of each element of a kind, or of all that is written
    line: int  #: where it stands, from 1
    column: int

    @property
    def place(self) -> str:
        return f"line {self.line}, column {self.column}"


def find_holes(page: str) -> list[Hole]:
    """The holes of a page, in its order. Raises: HoleError, with line and column, for one that asks for what is not understood."""
    if "htmlgen" not in page:
        return []
    lines = Lines(page)
    marked = _marked(page, lines)
    elements = [*_elements(blank(page, marked), lines)]
    marked = [hole for hole in marked if not any(each.start <= hole.start < each.end for each in elements)]
    return sorted([*elements, *marked], key=lambda hole: hole.start)


def blank(page: str, holes: list[Hole]) -> str:
    """The page with spaces in the place of holes."""
    for hole in holes:
        page = page[: hole.start] + " " * (hole.end - hole.start) + page[hole.end :]
    return page


def _marked(page: str, lines: Lines) -> list[Hole]:
    """Comments and calls: those where a tag in their place would be a tag."""
    found = {match.start(): match for match in _MARKS.finditer(page)}
    probed = _MARKS.sub(lambda match: "<x>".ljust(len(match[0])), page)
    tags = {tag.offset for tag in scan(probed)} if found else set()
    holes = []
    for start, match in found.items():
        line, column = lines.locate(start)
        if start not in tags:
            if match["comment"] is not None:
                continue  # the text of a script or a textarea
            raise HoleError(f"line {line}, column {column}: {match[0]} stands within a tag or a text element; a hole stands between tags")
        asked = _asked(match["comment"] or match["expression"] or match["statement"] or "", f"line {line}, column {column}")
        holes.append(_hole(start, match.end(), asked, lines))
    return holes


def _asked(arguments: str, place: str) -> dict[str, str]:
    """What a comment or a call asks for, by name. Raises: HoleError."""
    asked: dict[str, str] = {}
    position, arguments = 0, arguments.strip()
    while position < len(arguments):
        match = _ARGUMENT.match(arguments, position)
        if match is None:
            raise HoleError(f"{place}: {arguments[position:]!r} is not understood; write a kind, then n=3 seed=1 tokens=200 as needed")
        name = match["name"] or "kind"
        if name in asked:
            raise HoleError(f"{place}: {name} is given twice")
        values = (match[group] for group in ("double", "single", "bare", "kind_double", "kind_single", "kind"))
        asked[name] = next(value for value in values if value is not None)
        position = match.end()
    return asked


def _elements(page: str, lines: Lines) -> Iterator[Hole]:
    """Elements with the attribute; of those within one another the outermost."""
    if ATTRIBUTE not in page:
        return
    document = parse_document(page, lines=lines)
    past = 0
    for index, event in enumerate(document.events):
        if index < past or not isinstance(event, StartTag) or not _is_marked(event):
            continue
        offset = document.offsets[index]
        line, column = lines.locate(offset)
        if event.name in VOID_IN_PARSER or event.name in RAW_TEXT:
            raise HoleError(f"line {line}, column {column}: <{event.name}> holds no elements; put {ATTRIBUTE} on one that does")
        past = end_of(document.events, index)
        asked = {name.removeprefix(f"{ATTRIBUTE}-"): value for name, value in event.attributes if name.startswith(f"{ATTRIBUTE}-")}
        if kind := event.get(ATTRIBUTE):
            asked["kind"] = kind
        start = end_of_tag(page, offset)
        yield _hole(start, max(start, document.offsets[past]), asked, lines)


def _is_marked(tag: StartTag) -> bool:
    return any(tag.get(name) is not None for name in (ATTRIBUTE, f"{ATTRIBUTE}-like", f"{ATTRIBUTE}-skeleton"))


def _hole(start: int, end: int, asked: Mapping[str, str], lines: Lines) -> Hole:
    line, column = lines.locate(start)
    place = f"line {line}, column {column}"
    if unknown := sorted(set(asked) - {*_SHAPES, *_NUMBERS}):
        raise HoleError(f"{place}: a hole has no {unknown[0]!r}; there are {', '.join((*_SHAPES, *_NUMBERS))}")
    values: dict[str, Any] = _shape(asked, place) | {name: _number(name, asked[name], place) for name in _NUMBERS if name in asked}
    return Hole(start=start, end=end, line=line, column=column, **values)


def _shape(asked: Mapping[str, str], place: str) -> dict[str, Any]:
    """What is to be written, by what says so: one of three."""
    found = {name: asked[name].strip() for name in _SHAPES if name in asked}
    if empty := next((name for name in ("like", "skeleton") if found.get(name) == ""), None):
        raise HoleError(f"{place}: {empty} is empty; say what is to be written, or leave it out")
    if len(given := [name for name in found if found[name]]) > 1:
        raise HoleError(f"{place}: {' and '.join(given)} exclude one another: each says what is written; give one")
    if "like" in found and not re.match(r"#.|[^#]*<", found["like"]):
        raise HoleError(f"{place}: like must be # and the id of an element of the page, or HTML, got {found['like']!r}")
    return found


def _number(name: str, value: str, place: str) -> int:
    if not (value.isascii() and value.isdigit()) or int(value) < _LEAST[name] or len(value) > 18:
        raise HoleError(f"{place}: {name} must be a whole number from {_LEAST[name]}, got {value!r}")
    return int(value)
