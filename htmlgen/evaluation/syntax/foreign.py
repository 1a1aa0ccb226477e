"""Foreign content, SVG and MathML (HTML Standard 13.2.6.5, and where 13.2.6 turns to it)."""

from typing import Final

from htmlgen.evaluation.syntax.construction import Construction
from htmlgen.evaluation.syntax.tables import BREAKOUT, BREAKOUT_FONT, FOREIGN_ATTRIBUTES, SVG_ELEMENTS
from htmlgen.evaluation.syntax.tokens import REPLACEMENT, SPACE, Tag, lower
from htmlgen.evaluation.syntax.tree import Element, Namespace

_MATH_TEXT: Final = frozenset({"mi", "mo", "mn", "ms", "mtext"})
_SVG_HTML: Final = frozenset({"foreignObject", "desc", "title"})
_XHTML: Final = frozenset({"text/html", "application/xhtml+xml"})


def takes_html_text(element: Element) -> bool:
    """Whether characters in an adjusted current node are those of HTML: it is one, or an integration point."""
    return element.namespace == "html" or is_math_text(element) or is_html_integration_point(element)


def takes_html_tag(element: Element, name: str) -> bool:
    """Whether a start tag in an adjusted current node is one of HTML."""
    if takes_html_text(element):
        return not (is_math_text(element) and name in ("mglyph", "malignmark"))
    return element.name == "annotation-xml" and element.namespace == "math" and name == "svg"


def is_math_text(element: Element) -> bool:
    return element.namespace == "math" and element.name in _MATH_TEXT


def is_html_integration_point(element: Element) -> bool:
    if element.namespace == "svg":
        return element.name in _SVG_HTML
    return element.name == "annotation-xml" and lower(element.attributes.get("encoding", "")) in _XHTML


def insert_foreign(at: Construction, tag: Tag, namespace: Namespace) -> None:
    """Insert an SVG or MathML element, its names spelled as the Standard spells them."""
    name = SVG_ELEMENTS.get(tag.name, tag.name) if namespace == "svg" else tag.name
    spellings = FOREIGN_ATTRIBUTES[namespace]
    attributes = tag.attributes
    if not spellings.keys().isdisjoint(attributes):
        attributes = {spellings.get(attribute, attribute): value for attribute, value in attributes.items()}
    at.insert(Tag(name, attributes), namespace)
    if tag.self_closing:
        at.acknowledged = True
        at.pop()


def text(at: Construction, data: str) -> None:
    at.insert_text(data.replace("\0", REPLACEMENT))
    if at.frameset_ok and data.strip(f"{SPACE}\0"):
        at.frameset_ok = False


def start_tag(at: Construction, tag: Tag) -> bool:
    """Take a start tag; False if it ends foreign content, and is to be taken again."""
    if tag.name in BREAKOUT or (tag.name == "font" and not BREAKOUT_FONT.isdisjoint(tag.attributes)):
        return break_out(at, tag.name)
    namespace = at.adjusted_current.namespace
    insert_foreign(at, tag, namespace)
    return True


def break_out(at: Construction, name: str) -> bool:
    """End foreign content; always False."""
    at.error("html-in-foreign-content", name)
    while at.current.namespace != "html" and not takes_html_text(at.current):
        at.pop()
    return False


def end_tag(at: Construction, name: str) -> bool:
    """Take an end tag; False if it is one of HTML, and is to be taken again by the insertion mode."""
    if name in ("br", "p"):
        return break_out(at, name)
    place = len(at.stack) - 1
    if lower(at.stack[place].name) != name:
        at.error("stray-end-tag", name)
    while place > 0 and at.stack[place].namespace != "html":
        if lower(at.stack[place].name) == name:
            at.pop_to(place)
            return True
        at.count(1)
        place -= 1
    return place == 0
