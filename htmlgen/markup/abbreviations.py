"""EMMET ABBREVIATION → SKELETON: `ul.menu>li*3>a[href]{More}`.

Read are names, `>` child, `+` sibling, `^` climb, `*n` repetition, `( )` groups, `.class`, `#id`, `[name=value name]`, `{text}`,
implied names, and `$` counters (`$$$`, `$@-`, `$@3`). An attribute without a value is one whose value is to be written.
Source: https://docs.emmet.io/abbreviations/syntax/
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

from htmlgen.errors import SkeletonError
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.skeletons import Element, Part, Skeleton, Words

MOST_ELEMENTS: Final = 1000
_MOST_DEPTH: Final = 100
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_WORD: Final = re.compile(r"[\w$@-]+")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_ATTRIBUTE: Final = re.compile(r"""\s*([A-Za-z_:@][\w:.$@-]*)(?:=(?:"([^"]*)"|'([^']*)'|([^\s"'\]=]*)))?\s*""")
_COUNTER: Final = re.compile(r"(?<!\\)(\$+)(?:@(-?)([0-9]*))?")

#: The child that is meant where no name is given.
_IMPLIED: Final = {
    **dict.fromkeys("ul ol menu".split(), "li"),
    **dict.fromkeys("table thead tbody tfoot".split(), "tr"),
    **dict.fromkeys("select optgroup datalist".split(), "option"),
    **dict.fromkeys("audio video picture".split(), "source"),
    **dict.fromkeys("p h1 h2 h3 h4 h5 h6 a em strong b i small span code mark label button summary".split(), "span"),
    "tr": "td",
    "dl": "div",
}
#: Elements that a parser puts between a parent and a child.
_BETWEEN: Final = {("table", "tr"): "tbody"}


@dataclass(slots=True)
class _Draft:
    """An element or a group as it is written, not yet repeated."""

    at: int
    name: str | None = None  # None: implied
    attributes: list[tuple[str, str | None]] = field(default_factory=list)
    text: str | None = None
    children: "list[_Draft]" = field(default_factory=list)
    count: int | None = None
    is_element: bool = True  # False for a group, and for text that stands by itself


def read_abbreviation(text: str) -> Skeleton:
    """The skeleton of an Emmet abbreviation. Raises: SkeletonError, with the column."""
    reader = _Reader(text.rstrip())
    drafts = reader.sequence()
    reader.end()
    maker = _Maker(text)
    roots = list(maker.parts(drafts, "", 1))
    if not all(isinstance(root, Element) for root in roots):
        reader.fail(0, "text stands outside of any element; put an element around it")
    return tuple(root for root in roots if isinstance(root, Element))


class _Reader:
    """Steps through an abbreviation."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def fail(self, at: int, message: str) -> NoReturn:
        raise SkeletonError(f"skeleton {self.text!r}, column {at + 1}: {message}")

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _taken(self, char: str) -> bool:
        found = self._next() == char
        self.at += found
        return found

    def end(self) -> None:
        """Raises: SkeletonError, if anything is left."""
        if self._next():
            self.fail(self.at, f"{self._next()!r} is not understood here; there are > + ^ * ( ) . # [ ] {{ }}")

    def sequence(self) -> list[_Draft]:
        """Elements joined by `>`, `+` and `^`, up to the end or a `)`."""
        levels: list[list[_Draft]] = [[]]
        while True:
            levels[-1].append(last := self._item())
            if self._next() == ">":
                if not last.is_element:
                    self.fail(self.at, "a group or a text has no children; put '>' after an element")
                if last.name in VOID_IN_PARSER:
                    self.fail(self.at, f"<{last.name}> is empty; it has no children")
                self.at += 1
                levels.append(last.children)
                if len(levels) + self.depth > _MOST_DEPTH:
                    self.fail(self.at, f"more than {_MOST_DEPTH} elements inside one another")
            elif self._next() == "^":
                while self._taken("^"):
                    if len(levels) == 1:
                        self.fail(self.at - 1, "'^' climbs out of the top, or of its group")
                    levels.pop()
            elif not self._taken("+"):
                return levels[0]

    def _item(self) -> _Draft:
        if self._next() != "(":
            return self._element()
        begun = self.at
        self.at, self.depth = self.at + 1, self.depth + 1
        if self.depth > _MOST_DEPTH:
            self.fail(begun, f"more than {_MOST_DEPTH} groups inside one another")
        group = _Draft(begun, children=self.sequence(), is_element=False)
        if not self._taken(")"):
            self.fail(begun, "this '(' is not closed")
        self.depth -= 1
        group.count = self._count()
        return group

    def _element(self) -> _Draft:
        draft = _Draft(self.at)
        if name := _NAME.match(self.text, self.at):
            draft.name, self.at = name[0].lower(), name.end()
        while self._next() and self._next() in ".#[{*":
            self._suffix(draft)
        if self.at == draft.at:
            found = repr(self._next()) if self._next() else "the end"
            self.fail(self.at, f"expected an element, such as ul, .card or (…), found {found}")
        draft.is_element = draft.name is not None or bool(draft.attributes) or draft.text is None
        return draft

    def _suffix(self, draft: _Draft) -> None:
        sign, begun = self._next(), self.at
        if sign == "*":
            if draft.count is not None:
                self.fail(begun, "'*' stands twice")
            draft.count = self._count()
        elif sign == "[":
            self._attributes(draft)
        elif sign == "{":
            end = self.text.find("}", begun)
            if end < 0:
                self.fail(begun, "this '{' is not closed")
            if draft.name in VOID_IN_PARSER:
                self.fail(begun, f"<{draft.name}> is empty; it has no text")
            draft.text, self.at = self.text[begun + 1 : end], end + 1
        else:
            word = _WORD.match(self.text, begun + 1)
            if word is None:
                self.fail(begun + 1, f"expected {'a class' if sign == '.' else 'an id'} after {sign!r}")
            self.at = word.end()
            self._add(draft, "class" if sign == "." else "id", word[0], begun)

    def _count(self) -> int | None:
        if not self._taken("*"):
            return None
        number = _NUMBER.match(self.text, self.at)
        if number is None or not 1 <= int(number[0]) <= MOST_ELEMENTS:
            self.fail(self.at, f"expected a number from 1 to {MOST_ELEMENTS} after '*'")
        self.at = number.end()
        return int(number[0])

    def _attributes(self, draft: _Draft) -> None:
        begun = self.at
        self.at += 1
        while not self._taken("]"):
            if not self._next():
                self.fail(begun, "this '[' is not closed")
            found = _ATTRIBUTE.match(self.text, self.at)
            if found is None:
                self.fail(self.at, 'expected an attribute, such as href, type=email or title="A b"')
            self._add(draft, found[1].lower(), next((each for each in found.groups()[1:] if each is not None), None), self.at)
            self.at = found.end()

    def _add(self, draft: _Draft, name: str, value: str | None, at: int) -> None:
        before = next((place for place, (each, _) in enumerate(draft.attributes) if each == name), None)
        if before is None:
            draft.attributes.append((name, value))
        elif name == "class" and value:
            draft.attributes[before] = (name, f"{draft.attributes[before][1]} {value}")
        else:
            self.fail(at, f"the attribute {name} stands twice")


class _Maker:
    """Drafts → elements: repeated, numbered, named."""

    def __init__(self, text: str) -> None:
        self.text, self.made = text, 0
        self.ids: set[str] = set()

    def parts(self, drafts: list[_Draft], parent: str, number: int) -> Iterator[Part]:
        """What some drafts stand for. Args: parent, the name of the element around; number, of the repetition they are in."""
        for draft in drafts:
            for turn in range(1, (draft.count or 1) + 1):
                own = turn if draft.count else number
                if draft.is_element:
                    yield self._element(draft, parent, own)
                elif draft.text is not None:
                    yield Words(_counted(draft.text, own, draft.count))
                else:
                    yield from self.parts(draft.children, parent, own)

    def _element(self, draft: _Draft, parent: str, number: int) -> Element:
        name = draft.name or _IMPLIED.get(parent, "div")
        place = f"skeleton {self.text!r}, column {draft.at + 1}"
        self.made += 1
        if self.made > MOST_ELEMENTS:
            raise SkeletonError(f"{place}: more than {MOST_ELEMENTS} elements; repeat fewer")
        attributes = tuple((each, None if value is None else _counted(value, number, draft.count)) for each, value in draft.attributes)
        self._check_id(dict(attributes).get("id"), place)
        children: list[Part] = [Words(_counted(draft.text, number, draft.count))] if draft.text else []
        children += self.parts(draft.children, name, number)
        return Element(name, attributes, tuple(_between(name, children, place)), place)

    def _check_id(self, value: str | None, place: str) -> None:
        if value is not None and value in self.ids:
            raise SkeletonError(f"{place}: the id {value!r} stands twice; number it, as in #item$*3")
        self.ids.add(value or "")


def _between(parent: str, children: list[Part], place: str) -> Iterator[Part]:
    """The children, with the elements around them that a parser puts there."""
    run: list[Part] = []
    for child in [*children, None]:
        if child is not None and isinstance(child, Element) and (parent, child.name) in _BETWEEN:
            run.append(child)
            continue
        if run:
            first = run[0]
            assert isinstance(first, Element)
            yield Element(_BETWEEN[parent, first.name], (), tuple(run), place)
            run = []
        if child is not None:
            yield child


def _counted(text: str, number: int, count: int | None) -> str:
    """A text with its counters replaced by the number of the repetition."""

    def shown(match: re.Match[str]) -> str:
        base = int(match[3] or 1)
        value = base + ((count or number) - number if match[2] else number - 1)
        return str(value).zfill(len(match[1]))

    return _COUNTER.sub(shown, text).replace("\\$", "$")
