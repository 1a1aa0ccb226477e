"""html5lib, mended where it departs from the HTML Standard, and its trees.

Laws: any string without lone surrogates has a tree; a tree's element names and attributes are those of the page, whatever characters
they hold. Source: HTML Standard 13.2.6, tree construction; section numbers stand beside each mend.
"""

import warnings
from typing import Any, Final
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import DataLossWarning
from html5lib.html5parser import getPhases

_ETREE: Any = html5lib.getTreeBuilder("etree", fullTree=True)


def parse(page: str, container: str | None) -> Element:
    """The tree of a page, or of a fragment inside a `container` element, comments and doctype included; HTML names have no namespace."""
    parser = _Parser(tree=_TreeBuilder, namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataLossWarning)
        root: Element = parser.parse(page) if container is None else parser.parseFragment(page, container=container)
    return root


class _Element(_ETREE.elementClass):  # type: ignore[misc]
    def insertBefore(self, node: Any, refNode: Any) -> None:  # noqa: N802, N803
        """13.2.6.1: a foster parent without a table takes the node as its last child; one with a table keeps what stands before it."""
        if refNode is None:
            self.appendChild(node)
        else:
            super().insertBefore(node, refNode)
            self.childNodes.insert(self.childNodes.index(refNode), node)


class _TreeBuilder(_ETREE):  # type: ignore[misc]
    elementClass = _Element  # noqa: N815

    def reconstructActiveFormattingElements(self) -> None:  # noqa: N802
        """13.2.6.4.8: text of a `textarea` is text alone."""
        if self.openElements[-1].name != "textarea":
            super().reconstructActiveFormattingElements()


_PHASES: Any = getPhases(False)
_BODY: Any = _PHASES["inBody"]
_SELECT: Any = _PHASES["inSelect"]
_CAPTION: Any = _PHASES["inCaption"]
_CELL: Any = _PHASES["inCell"]
_TABLE: Any = _PHASES["inTable"]
_NEW_BLOCKS: Final = ("dialog", "search")
_TABLE_PARTS: Final = frozenset("table tbody tfoot thead tr".split())


class _InBody(_BODY):  # type: ignore[misc]
    """13.2.6.4.7: `dialog` and `search` close a paragraph, as all blocks do."""

    __slots__ = ()

    def processStartTag(self, token: Any) -> Any:  # noqa: N802
        return self.startTagCloseP(token) if token["name"] in _NEW_BLOCKS else super().processStartTag(token)

    def processEndTag(self, token: Any) -> Any:  # noqa: N802
        return self.endTagBlock(token) if token["name"] in _NEW_BLOCKS else super().processEndTag(token)


class _InSelect(_SELECT):  # type: ignore[misc]
    """13.2.6.4.16: a line between options."""

    __slots__ = ()

    def processStartTag(self, token: Any) -> Any:  # noqa: N802
        if token["name"] != "hr":
            return super().processStartTag(token)
        while self.tree.openElements[-1].name in ("option", "optgroup"):
            self.tree.openElements.pop()
        self.tree.insertElement(token)
        self.tree.openElements.pop()
        token["selfClosingAcknowledged"] = True
        return None


class _SpaceAsInBody:
    """13.2.6.4.11 and 13.2.6.4.15: captions and cells take white space as the body does, where a `pre` drops its first line feed."""

    __slots__ = ()

    def processSpaceCharacters(self, token: Any) -> Any:  # noqa: N802
        phase: Any = self
        return phase.parser.phases["inBody"].processSpaceCharacters(token)


class _InCaption(_SpaceAsInBody, _CAPTION):  # type: ignore[misc]
    __slots__ = ()


class _InCell(_SpaceAsInBody, _CELL):  # type: ignore[misc]
    __slots__ = ()


class _InTable(_TABLE):  # type: ignore[misc]
    """13.2.6.4.9: what stands in an element that was moved out of a table is no text of the table."""

    __slots__ = ()

    def processSpaceCharacters(self, token: Any) -> Any:  # noqa: N802
        if self.tree.openElements[-1].name in _TABLE_PARTS:
            return super().processSpaceCharacters(token)
        self.tree.insertFromTable = True
        self.parser.phases["inBody"].processSpaceCharacters(token)
        self.tree.insertFromTable = False
        return None


_MENDED: Final = {"inBody": _InBody, "inSelect": _InSelect, "inCaption": _InCaption, "inCell": _InCell, "inTable": _InTable}


class _Parser(html5lib.HTMLParser):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.phases.update({name: phase(self, self.tree) for name, phase in _MENDED.items()})
