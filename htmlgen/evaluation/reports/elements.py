"""Pieces of HTML, escaped by construction: what becomes content is either an element or has gone through `text`."""

from collections.abc import Iterable
from html import escape
from typing import Final

from htmlgen.evaluation.reports.excerpts import visible

_VOID: Final = frozenset({"img", "input", "meta"})


def text(value: str) -> str:
    """Text that stays text, in content as in attributes."""
    return escape(visible(value))


def element(tag: str, /, *content: str, **attributes: str | bool) -> str:
    """An element.

    Args: content, HTML; attributes, text: `class_` is `class`, `data_rule` is `data-rule`; True for one without a value, False for none.
    """
    shown = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{text(str(value))}"')
        for key, value in attributes.items()
        if value is not False
    )
    return f"<{tag}{shown}>" if tag in _VOID else f"<{tag}{shown}>{''.join(content)}</{tag}>"


def table(class_: str, names: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table that may scroll sideways. Args: names, of the columns; rows, of cells as HTML, the first of each its heading."""
    named = element("thead", element("tr", *(element("th", name, scope="col") for name in names)))
    body = (element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in rest)) for first, *rest in rows)
    return element("div", element("table", named, element("tbody", *body), class_=class_), class_="wide")


def head(title: str, *styles: str, policy: str) -> str:
    """The head of a page that holds all that it needs. Args: styles, CSS; policy, what the browser is to keep to."""
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("title", title),
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("style", *styles),
    )
