"""Rules of references that are no ids, or have a scope: image maps, headers of tables, namespaces."""

from collections.abc import Iterator
from typing import Final

from htmlgen.evaluation.conformance.outline import Found, Outline

_NAMESPACES: Final = {
    "": "http://www.w3.org/1999/xhtml",
    "svg": "http://www.w3.org/2000/svg",
    "math": "http://www.w3.org/1998/Math/MathML",
}
_XLINK: Final = "http://www.w3.org/1999/xlink"


def image_maps(page: Outline) -> Iterator[Found]:
    """4.8.13 and 4.8.15: a map has a name of its own; usemap names a map."""
    names: set[str] = set()
    for index in page.all("map"):
        name = page.get(index, "name")
        if name and name in names:
            yield Found("reference/map-twice", index, f"another <map> is called '{name[:60]}'", "warning")
        names.add(name or "")
    for index in page.having.get("usemap", ()):
        value = page.get(index, "usemap") or ""
        if value.startswith("#") and len(value) > 1 and value[1:] not in names:
            yield Found("reference/usemap", index, f"usemap=\"{value[:60]}\": no <map> is called so")


def table_headers(page: Outline) -> Iterator[Found]:
    """4.9.11: headers are header cells of the same table."""
    borne = [index for index in page.having.get("headers", ()) if page.tag(index).name in ("td", "th")]
    tables = page.nearest(set(page.all("table"))) if borne else []
    for index in borne:
        for token in (page.get(index, "headers") or "").split():
            target = page.ids.get(token)
            if target is not None and page.tag(target).name == "th" and tables[target] != tables[index]:
                yield Found("reference/headers", index, f"the header cell '{token[:60]}' stands in another table")


def namespaces(page: Outline) -> Iterator[Found]:
    """3.2.6 and 13.1.2.3: namespace declarations say what is so anyway."""
    for name, indexes in page.having.items():
        if name == "xmlns" or name.startswith("xmlns:"):
            for index in indexes:
                value = page.get(index, name) or ""
                expected = _declared(page.foreign.get(index, ""), name)
                if value != expected:
                    meant = f", but {expected}" if expected else ""
                    yield Found("attribute/namespace", index, f'{name[:60]}="{value[:60]}" cannot stand here{meant}')


def _declared(space: str, name: str) -> str:
    if name == "xmlns:xlink":
        return _XLINK if space else ""
    return _NAMESPACES[space] if name == "xmlns" else ""
