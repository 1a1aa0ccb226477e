"""What annotations say of an element or an attribute, once they are read (`annotations.py`)."""

from dataclasses import dataclass

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ElementNotes:
    """Annotations of an element. Words are names of elements or of categories, sorted."""

    categories: Words = ()   #: h:cat, the categories that the element is in
    excluded: Words = ()     #: h:not, what no descendant may be
    within: Words = ()       #: h:in, of which one must be an ancestor
    once: Words = ()         #: h:once, of which one descendant at most may be
    unique: Words = ()       #: h:unique, `document` or `parent`: at most one in it
    heading: int = 0         #: h:heading, level of a heading, 0 for what is none
    content: str = ""        #: h:content, `void`, `raw` or `rcdata`
    filled: str = ""         #: h:filled, `text` or `content`: what must not be missing
    custom: bool = False     #: h:custom, the wildcard stands for names of custom elements


@dataclass(frozen=True, slots=True)
class AttributeNotes:
    """Annotations of an attribute."""

    categories: Words = ()     #: h:cat, the categories that an element is in because it bears the attribute
    id: bool = False           #: h:id, the value is an id, unique in the document
    ref: Words = ()            #: h:ref, the value holds ids of elements that are one of these; `any` for all elements
    insensitive: bool = False  #: h:case, ASCII letters are compared without regard to case
    prefix: str = ""           #: h:prefix, the wildcard stands for names that begin so
    unique: bool = False       #: h:unique, at most one element of the document bears it
