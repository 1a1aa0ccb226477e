"""Patterns → RELAX NG compact syntax, laid out for people.

Law: what is written reads back as the same pattern, annotations of the namespace `urn:htmlgen:grammar` included; others are left out.
Elements of HTML are in the default namespace, others go by the last word of theirs: `svg:path`.
"""

import re
from typing import Final

from htmlgen.relaxng.lexer import KEYWORDS
from htmlgen.relaxng.parser import START
from htmlgen.relaxng.syntax import (
    ANNOTATIONS,
    AnyName,
    Atom,
    Attribute,
    Combined,
    Data,
    Element,
    Name,
    NameClass,
    Node,
    Ref,
    Repeat,
    Value,
    Wrapped,
)

WIDTH: Final = 130
XHTML: Final = "http://www.w3.org/1999/xhtml"


def definition(name: str, pattern: Node, indent: str) -> str:
    """`name = pattern`, on as many lines as it needs."""
    spelled = "start" if name == START else reference(name)
    flat = f"{indent}{spelled} = {write(pattern)}"
    if len(flat) <= WIDTH:
        return flat
    return "\n".join([f"{indent}{spelled} =", *_broken(pattern, indent + "  ")])


def write(node: Node) -> str:
    """A pattern on one line."""
    return _WRITERS[type(node)](node)  # type: ignore[no-any-return]


def reference(name: str) -> str:
    """The name of a definition, as it is used."""
    return f"\\{name}" if name in KEYWORDS else name


def literal(text: str) -> str:
    """A string in quotes: several, joined, where it holds both kinds of quote; control characters as escapes."""
    if '"' in text and "'" in text:
        return " ~ '\"' ~ ".join(literal(part) for part in text.split('"'))
    quote = "'" if '"' in text else '"'
    return quote + "".join(each if each.isprintable() else f"\\x{{{ord(each):X}}}" for each in text) + quote


def _inner(node: Node) -> str:
    return f"({write(node)})" if isinstance(node, Combined) else write(node)


def _combined(node: Combined) -> str:
    joint = ", " if node.operator == "," else f" {node.operator} "
    return joint.join(map(_inner, node.parts))


def _wrapped(node: Wrapped) -> str:
    return f"{node.keyword} {{ {write(node.body)} }}"


def _data(node: Data) -> str:
    facets = "".join(f" pattern = {literal(pattern)}" for pattern, _ in node.patterns)
    excluded = f" - ({write(node.excluded)})" if node.excluded is not None else ""
    return (f"xsd:{node.datatype} {{{facets} }}" if facets else node.datatype) + excluded


def _named(node: Element | Attribute) -> str:
    return f"{_head(node)} {{ {write(node.content)} }}"


def _head(node: Element | Attribute) -> str:
    notes = [f"h:{each.name} = {literal(each.value)}" for each in node.annotations if each.namespace == ANNOTATIONS]
    before = f"[ {'  '.join(notes)} ] " if notes else ""
    return f"{before}{'element' if isinstance(node, Element) else 'attribute'} {_names(node.names)}"


def prefix_of(namespace: str) -> str:
    """The prefix of an element's namespace with its colon, empty for the default one and for none."""
    words = re.findall(r"[A-Za-z]\w*", namespace)
    return f"{words[-1]}:" if words and namespace != XHTML else ""


def _names(names: NameClass) -> str:
    if isinstance(names, Name):
        return prefix_of(names.namespace) + names.name
    if isinstance(names, AnyName):
        less = f" - ({_names(names.excluded)})" if names.excluded is not None else ""
        if names.namespace:
            return f"{prefix_of(names.namespace)}*{less}"
        return (f"{names.prefix or 'local'}:*" if names.prefix is not None else "*") + less
    return f"({' | '.join(map(_names, names.parts))})"


_WRITERS: Final = {
    Atom: lambda node: node.keyword,
    Ref: lambda node: reference(node.name),
    Value: lambda node: ("string " if node.datatype == "string" else "") + literal(node.text),
    Data: _data,
    Combined: _combined,
    Repeat: lambda node: _inner(node.body) + node.operator,
    Wrapped: _wrapped,
    Element: _named,
    Attribute: _named,
}


# Lines --------------------------------------------------------------------------------------------------------------------------


def _lines(node: Node, indent: str, before: str = "", after: str = "") -> list[str]:
    """A pattern with what stands before and after it; on one line if it fits."""
    flat = f"{indent}{before}{_inner(node)}{after}"
    if len(flat) <= WIDTH:
        return [flat]
    if isinstance(node, Combined):
        return _opened(node, indent, f"{before}(", f"){after}")
    if isinstance(node, Repeat):
        return _lines(node.body, indent, before, f"{node.operator}{after}")
    if isinstance(node, Wrapped):
        return _opened(node.body, indent, f"{before}{node.keyword} {{", f"}}{after}")
    if isinstance(node, Element | Attribute):
        return _opened(node.content, indent, f"{before}{_head(node)} {{", f"}}{after}")
    return [flat]


def _opened(node: Node, indent: str, opening: str, closing: str) -> list[str]:
    return [f"{indent}{opening}", *_broken(node, indent + "  "), f"{indent}{closing}"]


def _broken(node: Node, indent: str) -> list[str]:
    """A pattern without parentheses around it, each of its parts on its own lines; literals fill lines."""
    if not isinstance(node, Combined):
        return _lines(node, indent)
    if all(isinstance(part, Value) for part in node.parts):
        return _filled(node, indent)
    if node.operator == ",":
        ends = [","] * (len(node.parts) - 1) + [""]
        return [line for part, end in zip(node.parts, ends, strict=True) for line in _lines(part, indent, after=end)]
    starts = [""] + [f"{node.operator} "] * (len(node.parts) - 1)
    return [line for part, start in zip(node.parts, starts, strict=True) for line in _lines(part, indent, start)]


def _filled(node: Combined, indent: str) -> list[str]:
    lines = [indent]
    for number, part in enumerate(node.parts):
        word = (f"{node.operator} " if number else "") + write(part)
        if len(lines[-1]) + len(word) > WIDTH and lines[-1] != indent:
            lines.append(indent)
        lines[-1] += word if lines[-1] == indent else f" {word}"
    return lines
