"""What a piece of a page is, by rule: from its element's role, its classes, or its name, in that order. Tables, and one rule."""

from collections.abc import Mapping
from typing import Final

from htmlgen.markup.events import StartTag

# HTML-ARIA and WAI-ARIA 1.2: roles that say what an author means, whatever the element.
_BY_ROLE: Final[Mapping[str, str]] = {
    "navigation": "nav",
    "search": "form",
    "form": "form",
    "table": "table",
    "grid": "table",
    "list": "list",
    "tablist": "nav",
    "menu": "nav",
    "menubar": "nav",
    "contentinfo": "footer",
    "banner": "header",
    "article": "article",
    "figure": "media",
    "complementary": "aside",
    "dialog": "dialog",
    "alertdialog": "dialog",
    "alert": "alert",
    "status": "alert",
}

# Classes, whole names of them, for what HTML has no element for, or what authors make of `div` and `ul`.
_BY_CLASS: Final[Mapping[str, str]] = {
    **dict.fromkeys("card tile thumbnail".split(), "card"),
    **dict.fromkeys("nav navbar navigation menu breadcrumb breadcrumbs pagination toc".split(), "nav"),
    **dict.fromkeys("alert notice notification callout admonition toast".split(), "alert"),
    "sidebar": "aside",
    **dict.fromkeys("modal dialog".split(), "dialog"),
    **dict.fromkeys("hero jumbotron masthead".split(), "header"),
    **dict.fromkeys("highlight codehilite".split(), "code"),
}
_CLASSED: Final = frozenset("div section article ul ol aside".split())  # elements whose classes are looked at

_BY_NAME: Final[Mapping[str, str]] = {
    "nav": "nav",
    **dict.fromkeys("form fieldset search".split(), "form"),
    "table": "table",
    **dict.fromkeys("ul ol dl menu".split(), "list"),
    "footer": "footer",
    **dict.fromkeys("header hgroup".split(), "header"),
    "article": "article",
    **dict.fromkeys("figure picture video audio".split(), "media"),
    "pre": "code",
    "blockquote": "quote",
    "aside": "aside",
    "details": "details",
    "dialog": "dialog",
    "address": "text",
    **dict.fromkeys("h1 h2 h3 h4 h5 h6 p".split(), "text"),
    "section": "section",
    "main": "section",
    "div": "block",
    "center": "block",
}

#: All kinds, what says most of a piece first: where pieces are near-duplicates of one another, the first of these kinds stays.
KINDS: Final = (
    *("nav", "form", "table", "card", "list", "code", "media", "article", "footer", "header", "aside", "quote"),
    *("details", "dialog", "alert", "text", "section", "block"),
)


def kind_of(tag: StartTag) -> str | None:
    """The kind of the piece that a start tag begins, one of `KINDS`; None for an element that does not stand by itself."""
    if tag.name not in _BY_NAME:
        return None
    role = (tag.get("role") or "").lower().partition(" ")[0]
    if role in _BY_ROLE:
        return _BY_ROLE[role]
    classes = (tag.get("class") or "").lower().split() if tag.name in _CLASSED else []
    return next((_BY_CLASS[name] for name in classes if name in _BY_CLASS), _BY_NAME[tag.name])
