"""A page parsed: the tokenizer's tokens handed to the rules of the insertion mode, or of foreign content (HTML Standard 13.2.6)."""

from typing import Final

from htmlgen.bounded import Bounded
from htmlgen.evaluation.findings import MOST
from htmlgen.evaluation.syntax import body_mode, foreign, head_modes, late_modes, table_modes
from htmlgen.evaluation.syntax.construction import Construction
from htmlgen.evaluation.syntax.modes import (
    AFTER_AFTER_BODY,
    AFTER_AFTER_FRAMESET,
    AFTER_BODY,
    BEFORE_HTML,
    IN_TEMPLATE,
    INITIAL,
    reset_mode,
)
from htmlgen.evaluation.syntax.references import stream_errors
from htmlgen.evaluation.syntax.tables import (
    QUIRKY_PREFIXES,
    QUIRKY_PUBLIC_IDS,
    QUIRKY_SYSTEM_ID,
    QUIRKY_WITHOUT_SYSTEM_ID,
)
from htmlgen.evaluation.syntax.tokenizer import Content, Tokenizer
from htmlgen.evaluation.syntax.tokens import DoctypeToken, ParseError, Tag, lower
from htmlgen.evaluation.syntax.tree import CommentNode, DoctypeNode, Element
from htmlgen.markup.events import Doctype

RULES: Final = (head_modes, body_mode, table_modes, late_modes)  #: importing them enters the rules of the modes

_BY_THE_DOCUMENT: Final = frozenset({INITIAL, BEFORE_HTML, AFTER_AFTER_BODY, AFTER_AFTER_FRAMESET})

# 13.4, parsing HTML fragments: the tokenizer's state in a context element.
_CONTENT: Final[dict[str, Content]] = {
    "title": "rcdata",
    "textarea": "rcdata",
    "style": "rawtext",
    "xmp": "rawtext",
    "iframe": "rawtext",
    "noembed": "rawtext",
    "noframes": "rawtext",
    "script": "script",
    "plaintext": "plaintext",
}


class Parser(Construction):
    """One page's parse, which ends with EnoughError after `MOST` errors. The page has LF at the ends of its lines."""

    def __init__(self, page: str) -> None:
        super().__init__(len(page), INITIAL, Bounded(MOST))
        self.page = page

    def parse_document(self) -> Element:
        """The document's tree."""
        self.run()
        return self.document

    def parse_fragment(self, context: Element) -> Element:
        """The tree of a fragment in a context element; what is returned holds the fragment's nodes."""
        self.context = context
        root = Element("html", "html", {}, 0, self.length)
        self.document.adopt(root)
        self.push(root)
        if context.namespace == "html":
            self.content = _CONTENT.get(context.name, "data")
            if context.name == "template":
                self.template_modes.append(IN_TEMPLATE)
            if context.name == "form":
                self.form = context
        else:
            self.foreign += 1  # the adjusted current node is foreign while nothing else is open
        reset_mode(self)
        self.run()
        return root

    def run(self) -> None:
        self.errors.extend(stream_errors(self.page))
        Tokenizer(self.page, self, self.errors).run()
        self.offset = self.token_end = self.length
        self.mode.end_of_page(self)

    # Tokens

    def text(self, data: str) -> None:
        if self.line_feed_dropped_at == self.offset and data[0] == "\n":
            data = data[1:]
            if not data:
                return
        if self.foreign and not foreign.takes_html_text(self.adjusted_current):
            foreign.text(self, data)
        else:
            self.mode.text(self, data)

    def start_tag(self, tag: Tag) -> None:
        self.acknowledged = False
        if self.foreign and self.stack and not foreign.takes_html_tag(self.adjusted_current, tag.name):
            if not foreign.start_tag(self, tag):
                self.mode.start_tag(self, tag)
        else:
            mode = self.mode
            mode.start.get(tag.name, mode.other_start)(self, tag)
        if tag.self_closing and not self.acknowledged:
            offset = max(self.token_end - 2, 0)
            self.errors.append(ParseError("non-void-html-element-start-tag-with-trailing-solidus", offset, tag.name))

    def end_tag(self, name: str) -> None:
        if self.foreign and self.adjusted_current.namespace != "html" and foreign.end_tag(self, name):
            return
        mode = self.mode
        mode.end.get(name, mode.other_end)(self, name)

    def comment(self, data: str) -> None:
        if self.mode in _BY_THE_DOCUMENT:
            self.document.children.append(CommentNode(data))
        elif self.mode is AFTER_BODY:
            self.stack[0].children.append(CommentNode(data))
        else:
            self.insert_comment(data)

    def doctype(self, token: DoctypeToken) -> None:
        if self.mode is not INITIAL:
            self.error("misplaced-doctype")
            return
        name, public_id, system_id, _ = token
        if name != "html" or public_id is not None or system_id not in (None, "about:legacy-compat"):
            self.error("obsolete-doctype", name or "")
        self.quirks = _is_quirky(token)
        event = Doctype(name or "", public_id or "", system_id or "")
        self.document.children.append(DoctypeNode(event, self.offset))
        self.mode = BEFORE_HTML

    def in_foreign_content(self) -> bool:
        return bool(self.stack) and self.adjusted_current.namespace != "html"


def _is_quirky(token: DoctypeToken) -> bool:
    """13.2.6.4.1: whether a doctype sets quirks mode."""
    public_id, system_id = lower(token.public_id or ""), lower(token.system_id or "")
    return (
        token.force_quirks
        or token.name != "html"
        or public_id in QUIRKY_PUBLIC_IDS
        or system_id == QUIRKY_SYSTEM_ID
        or public_id.startswith(QUIRKY_PREFIXES)
        or (token.system_id is None and public_id.startswith(QUIRKY_WITHOUT_SYSTEM_ID))
    )
