"""html5lib without what its errors do not depend on: the same errors at the same places, in about half the time.

- Its tokenizer reads a start or end tag that is in order, and text, in one step each; all else takes its own states.
- Characters that may not stand in a page are looked for once.
- Its tree builder builds no tree: elements know their parents and whether they hold anything, which is all that its phases ask for.

Law: `test_evaluation_parsing.py` holds it to html5lib as published.
"""

import re
from typing import Any, Final

from html5lib import _tokenizer, treebuilders
from html5lib.constants import _ReparseException, namespaces, tokenTypes
from html5lib.html5parser import HTMLParser

from htmlgen.evaluation.syntax.references import all_may_stand
from htmlgen.evaluation.syntax.tag_states import CLEAN_END_TAG, CLEAN_START_TAG
from htmlgen.evaluation.syntax.tokens import lower

_BASE: Any = treebuilders.base
_PUBLISHED: Any = _tokenizer.HTMLTokenizer
_HTML: Final = namespaces["html"]
_START: Final = tokenTypes["StartTag"]
_END: Final = tokenTypes["EndTag"]
_CHARACTERS: Final = tokenTypes["Characters"]
_SPACES: Final = tokenTypes["SpaceCharacters"]
_ERROR: Final = tokenTypes["ParseError"]
_TEXT: Final = re.compile(r"([\t\n\f \r]++)|[^&<\0]++")
_ATTRIBUTE: Final = re.compile(
    r"""[\t\n\f ]++([^\t\n\f />="'<\0]++)(?:[\t\n\f ]*+=[\t\n\f ]*+(?:"([^"\0]*+)"|'([^'\0]*+)'|([^\t\n\f >"'<=`\0]++)))?"""
)
_MATH: Final = frozenset({"mglyph", "malignmark"})
_ANNOTATION: Final = (namespaces["mathml"], "annotation-xml")
_METHODS: Final = {
    tokenTypes["Characters"]: "processCharacters",
    tokenTypes["SpaceCharacters"]: "processSpaceCharacters",
    tokenTypes["StartTag"]: "processStartTag",
    tokenTypes["EndTag"]: "processEndTag",
    tokenTypes["Comment"]: "processComment",
    tokenTypes["Doctype"]: "processDoctype",
}


class _Node:
    """An element, comment, doctype, document or fragment."""

    __slots__ = ("attributes", "childNodes", "filled", "name", "nameTuple", "namespace", "parent")

    def __init__(self, name: str = "", namespace: str | None = None, _: Any = None) -> None:
        self.name = name
        self.namespace = namespace
        self.nameTuple = namespace, name
        self.attributes: dict[Any, str] = {}
        self.childNodes: list[_Node] = []
        self.parent: _Node | None = None
        self.filled = False

    def appendChild(self, node: "_Node") -> None:  # noqa: N802
        self.childNodes.append(node)
        node.parent = self
        self.filled = True

    def insertBefore(self, node: "_Node", _: Any) -> None:  # noqa: N802
        node.parent = self  # as published: it does not become one of childNodes
        self.filled = True

    def insertText(self, _data: str, _before: Any = None) -> None:  # noqa: N802
        self.filled = True

    def removeChild(self, node: "_Node") -> None:  # noqa: N802
        self.childNodes.remove(node)
        node.parent = None

    def reparentChildren(self, parent: "_Node") -> None:  # noqa: N802
        for child in self.childNodes:
            child.parent = parent
        parent.childNodes.extend(self.childNodes)
        parent.filled = parent.filled or self.filled
        self.childNodes = []
        self.filled = False

    def cloneNode(self) -> "_Node":  # noqa: N802
        clone = _Node(self.name, self.namespace)
        clone.attributes = dict(self.attributes)
        return clone

    def hasContent(self) -> bool:  # noqa: N802
        return self.filled


class _Tree(_BASE.TreeBuilder):  # type: ignore[misc]
    documentClass = elementClass = commentClass = doctypeClass = fragmentClass = _Node  # noqa: N815


class _Tokenizer(_PUBLISHED):  # type: ignore[misc]
    def __init__(self, stream: Any, parser: Any = None, **settings: Any) -> None:
        super().__init__(stream, parser, **settings)
        self.known: dict[str, tuple[str, dict[str, str], bool] | None] = {}  # start tags in order by their spelling; None for all others

    def dataState(self) -> bool:  # noqa: N802
        stream = self.stream
        chunk, offset = stream.chunk, stream.chunkOffset
        if offset >= stream.chunkSize:
            return bool(super().dataState())
        if chunk[offset] != "<":
            return self._text(stream, chunk, offset)
        if match := CLEAN_START_TAG.match(chunk, offset):
            spelled = match[0]
            if spelled not in self.known:
                self.known[spelled] = _start_tag(match)
            if (tag := self.known[spelled]) is None:
                return bool(super().dataState())
            name, attributes, closed = tag
            data = attributes.copy()
            token = {"type": _START, "name": name, "data": data, "selfClosing": closed, "selfClosingAcknowledged": False}
        elif match := CLEAN_END_TAG.match(chunk, offset):
            token = {"type": _END, "name": lower(match[1]), "data": [], "selfClosing": False}
        else:
            return bool(super().dataState())
        stream.chunkOffset = match.end()
        self.currentToken = token
        self.tokenQueue.append(token)
        return True

    def _text(self, stream: Any, chunk: str, offset: int) -> bool:
        text = _TEXT.match(chunk, offset)
        if text is None or text.end() == stream.chunkSize:
            return bool(super().dataState())
        stream.chunkOffset = text.end()
        self.tokenQueue.append({"type": _SPACES if text[1] else _CHARACTERS, "data": text[0]})
        return True


def _start_tag(match: re.Match[str]) -> tuple[str, dict[str, str], bool] | None:
    """The name, the attributes and the slash of a tag; None if it has references, or an attribute twice."""
    found = _ATTRIBUTE.findall(match[2])
    attributes = _tokenizer.attributeMap((lower(name), double or single or bare) for name, double, single, bare in found)
    if "&" in match[0] or len(attributes) < len(found):
        return None
    return lower(match[1]), attributes, bool(match[3])


class QuickParser(HTMLParser):
    """html5lib's parser on the quicker tokenizer and tree builder."""

    def __init__(self, page: str) -> None:
        super().__init__(_Tree)
        self.page = page
        self.tokenizer: Any = None

    def _parse(self, stream: Any, innerHTML: bool = False, container: str = "div", scripting: bool = False, **kwargs: Any) -> None:  # noqa: N803
        self.innerHTMLMode = innerHTML
        self.container = container
        self.scripting = scripting
        self.tokenizer = _Tokenizer(stream, parser=self, **kwargs)
        if all_may_stand(self.page):
            self.tokenizer.stream.reportCharacterErrors = None
        self.reset()
        try:
            self.mainLoop()
        except _ReparseException:
            self.reset()
            self.mainLoop()

    def mainLoop(self) -> None:  # noqa: N802
        for token in self.tokenizer:
            if token["type"] == _ERROR:
                self.parseError(token["data"], token.get("datavars", {}))
            else:
                self._take(token)
        phases = []
        while phases.append(self.phase) or self.phase.processEOF():  # type: ignore[func-returns-value]
            assert self.phase not in phases

    def _take(self, token: Any) -> None:
        """Hand a token to the phase; those that phases give back again."""
        following = token
        while following is not None:
            last, kind = following, following["type"]
            elements = self.tree.openElements
            if not elements or elements[-1].namespace == _HTML or self._is_html(elements[-1], kind, token):
                phase: Any = self.phase
            else:
                phase = self.phases["inForeignContent"]
            following = getattr(phase, _METHODS[kind])(last)
        if kind == _START and last["selfClosing"] and not last["selfClosingAcknowledged"]:
            self.parseError("non-void-element-with-trailing-solidus", {"name": last["name"]})

    def _is_html(self, current: Any, kind: int, token: Any) -> bool:
        """Whether a token in a foreign element is one of HTML."""
        text = kind in (_CHARACTERS, _SPACES)
        if self.isMathMLTextIntegrationPoint(current) and (text or (kind == _START and token["name"] not in _MATH)):
            return True
        if current.nameTuple == _ANNOTATION and kind == _START and token["name"] == "svg":
            return True
        return bool(self.isHTMLIntegrationPoint(current)) and (text or kind == _START)
