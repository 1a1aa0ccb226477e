"""html5lib's tree construction, on nodes that know where they stand."""

from collections import defaultdict
from collections.abc import Iterator
from io import StringIO
from typing import Any, Final

from html5lib.constants import E
from html5lib.html5parser import HTMLParser
from html5lib.treebuilders import base

from htmlgen.evaluation.trees import CommentNode, DoctypeNode, Element, TextNode
from htmlgen.markup.events import Doctype

_BASE: Any = base  # html5lib's hints are less than its code
_HTML: Final = "http://www.w3.org/1999/xhtml"


class Whole(StringIO):
    """A stream that gives everything at the first read, so that offsets in html5lib's chunk are offsets in the page."""

    def read(self, size: int | None = -1, /) -> str:
        return super().read() if size else ""


class _Node(_BASE.Node):  # type: ignore[misc]
    """html5lib's face of a node of ours."""

    def __init__(self, own: Any, namespace: str | None = None) -> None:
        super().__init__(getattr(own, "name", ""))
        self.own: Any = own
        self.childNodes: list[Any] = []
        self.namespace = namespace or _HTML
        self.nameTuple = self.namespace, self.name

    def appendChild(self, node: Any) -> None:  # noqa: N802
        self._place(node, len(self.childNodes), len(self.own.children))

    def insertBefore(self, node: Any, refNode: Any) -> None:  # noqa: N802, N803
        if refNode is None:
            self.appendChild(node)
        else:
            self._place(node, self.childNodes.index(refNode), self.own.children.index(refNode.own))

    def _place(self, node: Any, face: int, own: int) -> None:
        self.childNodes.insert(face, node)
        self.own.children.insert(own, node.own)
        node.parent = self

    def insertText(self, data: str, insertBefore: Any = None, start: int = 0) -> None:  # noqa: N802, N803
        children = self.own.children
        place = len(children) if insertBefore is None else children.index(insertBefore.own)
        if place and isinstance(children[place - 1], TextNode):
            children[place - 1].parts.append(data)
        else:
            children.insert(place, TextNode(data, start))

    def removeChild(self, node: Any) -> None:  # noqa: N802
        self.childNodes.remove(node)
        self.own.children.remove(node.own)
        node.parent = None

    def reparentChildren(self, newParent: Any) -> None:  # noqa: N802, N803
        for child in self.childNodes:
            child.parent = newParent
        newParent.childNodes.extend(self.childNodes)
        newParent.own.children.extend(self.own.children)
        self.childNodes = []
        self.own.children = []

    def cloneNode(self) -> Any:  # noqa: N802
        own = self.own
        copy = _Node(Element(own.name, own.namespace, dict(own.attributes), own.start, own.end), self.namespace)
        copy.attributes = dict(self.attributes)
        return copy

    def hasContent(self) -> bool:  # noqa: N802
        return bool(self.own.children)


class _OpenElements(list[Any]):
    """The stack of open elements, which notes where each one ends."""

    def __init__(self, tree: "_Tree") -> None:
        super().__init__()
        self.tree = tree

    def pop(self, index: Any = -1) -> Any:
        node = super().pop(index)
        node.own.end = self.tree.offset
        return node

    def remove(self, node: Any) -> None:
        super().remove(node)
        node.own.end = self.tree.offset


class _Tree(_BASE.TreeBuilder):  # type: ignore[misc]
    """html5lib's tree builder; `offset` is where the present token starts."""

    def __init__(self, namespaceHTMLElements: bool = True) -> None:  # noqa: N803
        self.offset = 0
        self.length = 0
        super().__init__(namespaceHTMLElements)

    def documentClass(self) -> _Node:  # noqa: N802
        return _Node(Element("", "", {}, 0, 0))

    def fragmentClass(self) -> _Node:  # noqa: N802
        return _Node(Element("", "", {}, 0, 0))

    def elementClass(self, name: str, namespace: str | None) -> _Node:  # noqa: N802
        return _Node(Element(name, namespace or _HTML, {}, self.offset, self.length), namespace)

    def commentClass(self, data: str) -> _Node:  # noqa: N802
        return _Node(CommentNode(data))

    def doctypeClass(self, name: str, public_id: str, system_id: str) -> _Node:  # noqa: N802
        return _Node(DoctypeNode(Doctype(name or "", public_id or "", system_id or ""), self.offset))

    def reset(self) -> None:
        super().reset()
        self.openElements = _OpenElements(self)

    def createElement(self, token: Any) -> Any:  # noqa: N802
        return self._with_attributes(super().createElement(token))

    def insertElementNormal(self, token: Any) -> Any:  # noqa: N802
        return self._with_attributes(super().insertElementNormal(token))

    def _with_attributes(self, node: Any) -> Any:
        for name, value in node.attributes.items():
            node.own.attributes.setdefault(":".join(filter(None, name[:2])) if isinstance(name, tuple) else name, value)
        return node

    def insertText(self, data: str, parent: Any = None) -> None:  # noqa: N802
        foster = self.insertFromTable and self.openElements[-1].name in ("table", "tbody", "tfoot", "thead", "tr")
        place, before = self.getTableMisnestedNodePosition() if foster else (parent or self.openElements[-1], None)
        place.insertText(data, before, self.offset)


class Parser(HTMLParser):
    """html5lib's parser, which notes how far it had read at each error, and where each token starts."""

    def __init__(self, page: str, length: int) -> None:
        super().__init__(_Tree)
        self.page = page
        self.tree.length = length
        self.noticed: list[tuple[str, str, int]] = []  # rule, message, characters read

    def read(self) -> int:
        """How many characters the tokenizer has taken."""
        stream = self.tokenizer.stream
        held_back = len(getattr(stream, "_bufferedCharacter", None) or "")
        return int(len(self.page) - held_back - stream.chunkSize + stream.chunkOffset)

    def mainLoop(self) -> None:  # noqa: N802
        self.tokenizer: Any = _Placed(self.tokenizer, self)
        super().mainLoop()

    def parseError(self, errorcode: str = "XXX-undefined-error", datavars: Any = None) -> None:  # noqa: N802
        self.notice(f"syntax/{errorcode}", E.get(errorcode, errorcode) % defaultdict(str, datavars or {}))

    def notice(self, rule: str, message: str) -> None:
        self.noticed.append((rule, message, self.read()))


class _Placed:
    """html5lib's tokenizer, which tells the tree where each token starts: where the one before it ended."""

    def __init__(self, tokenizer: Any, parser: Parser) -> None:
        object.__setattr__(self, "tokenizer", tokenizer)
        object.__setattr__(self, "parser", parser)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tokenizer, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.tokenizer, name, value)

    def __iter__(self) -> Iterator[Any]:
        parser: Any = self.parser
        for token in self.tokenizer:
            yield token
            parser.tree.offset = parser.read()
        parser.tree.offset = parser.read()
