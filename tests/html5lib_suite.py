"""The html5lib-tests, where they lie beside the repository: their cases read, and a parse written as they write it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from htmlgen.evaluation.syntax.parser import Parser
from htmlgen.evaluation.syntax.references import stream_errors
from htmlgen.evaluation.syntax.tokenizer import Content, Tokenizer
from htmlgen.evaluation.syntax.tokens import DoctypeToken, ParseError, Tag
from htmlgen.evaluation.syntax.tree import CommentNode, DoctypeNode, Element, TextNode

SUITE = Path(__file__).parents[2] / "shared" / "suites" / "html5lib-tests"
_STATES: Final[dict[str, Content]] = {
    "Data state": "data",
    "PLAINTEXT state": "plaintext",
    "RCDATA state": "rcdata",
    "RAWTEXT state": "rawtext",
    "Script data state": "script",
    "CDATA section state": "data",
}

Place = tuple[str, int, int]  # code, line, column in UTF-16 code units


@dataclass(frozen=True)
class TokenizerCase:
    """A page, a state to begin in, and what it is made of."""

    name: str
    page: str
    state: str
    last_start: str
    tokens: list[Any]
    errors: list[Place]


@dataclass(frozen=True)
class TreeCase:
    """A page, and its tree; `context` is that of a fragment."""

    name: str
    page: str
    context: str | None
    errors: list[str]
    tree: str


# Tokenizer


@cache
def tokenizer_cases() -> tuple[TokenizerCase, ...]:
    """All cases but those of XML, one for each state."""
    files = [path for path in sorted((SUITE / "tokenizer").glob("*.test")) if path.stem != "xmlViolation"]
    return tuple(case for path in files for case in _tokenizer_cases(path))


def _tokenizer_cases(path: Path) -> Iterator[TokenizerCase]:
    for number, test in enumerate(json.loads(path.read_text(encoding="utf-8"))["tests"]):
        escaped = test.get("doubleEscaped", False)
        page = _unescaped(test["input"]) if escaped else test["input"]
        tokens = _joined(_unescaped(test["output"]) if escaped else test["output"])
        errors = [(error["code"], error["line"], error["col"]) for error in test.get("errors", ())]
        for state in test.get("initialStates", ["Data state"]):
            yield TokenizerCase(f"{path.stem}:{number}:{state}", page, state, test.get("lastStartTag", ""), tokens, errors)


def _unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda match: chr(int(match[1], 16)), value)
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return {_unescaped(key): _unescaped(item) for key, item in value.items()} if isinstance(value, dict) else value


def _joined(tokens: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for token in tokens:
        if token[0] == "Character" and joined and joined[-1][0] == "Character":
            joined[-1] = ["Character", joined[-1][1] + token[1]]
        else:
            joined.append(token)
    return joined


@dataclass
class _Recorder:
    """A sink that writes tokens down as the suite does."""

    content: Content
    tokens: list[Any] = field(default_factory=list)
    offset: int = 0
    token_end: int = 0

    def text(self, data: str) -> None:
        self.tokens.append(["Character", data])

    def start_tag(self, tag: Tag) -> None:
        self.tokens.append(["StartTag", tag.name, tag.attributes, *([True] if tag.self_closing else [])])

    def end_tag(self, name: str) -> None:
        self.tokens.append(["EndTag", name])

    def comment(self, data: str) -> None:
        self.tokens.append(["Comment", data])

    def doctype(self, token: DoctypeToken) -> None:
        self.tokens.append(["DOCTYPE", token.name, token.public_id, token.system_id, not token.force_quirks])

    def in_foreign_content(self) -> bool:
        return False


def tokenize(case: TokenizerCase) -> tuple[list[Any], list[Place]]:
    """The tokens of a case, and its errors sorted."""
    page = case.page.replace("\r\n", "\n").replace("\r", "\n")
    errors = list(stream_errors(page))
    sink = _Recorder(_STATES[case.state])
    tokenizer = Tokenizer(page, sink, errors)
    tokenizer.last_start = case.last_start
    if case.state == "CDATA section state":
        tokenizer.run_from(tokenizer.cdata(0))
    else:
        tokenizer.run()
    return _joined(sink.tokens), sorted(_place(page, error) for error in errors)


def _place(page: str, error: ParseError) -> Place:
    before = page[: error.offset]
    line = before.rpartition("\n")[2]
    return error.code, before.count("\n") + 1, len(line.encode("utf-16-le", "surrogatepass")) // 2 + 1


# Tree construction


@cache
def tree_cases() -> tuple[TreeCase, ...]:
    """All cases that need no scripting."""
    return tuple(case for path in sorted((SUITE / "tree-construction").glob("*.dat")) for case in _tree_cases(path))


def _tree_cases(path: Path) -> Iterator[TreeCase]:
    tests = re.split(r"(?:^|\n)#data\n", path.read_bytes().decode("utf-8").removesuffix("\n"))[1:]
    for number, test in enumerate(tests):
        parts = re.split(r"(?:^|\n)#(errors|new-errors|document-fragment|script-on|script-off|document)(?=\n|\Z)", test)
        found = dict(zip(parts[1::2], (part.removeprefix("\n") for part in parts[2::2]), strict=True))
        if "script-on" in found:
            continue
        errors = [line for kind in ("errors", "new-errors") for line in found.get(kind, "").split("\n") if line.strip()]
        yield TreeCase(f"{path.stem}:{number}", parts[0], found.get("document-fragment"), errors, found["document"].rstrip("\n"))


def parse(case: TreeCase) -> tuple[str, list[ParseError]]:
    """The tree of a case, written as the suite writes trees, and its errors."""
    parser = Parser(case.page.replace("\r\n", "\n").replace("\r", "\n"))
    if case.context is None:
        root = parser.parse_document()
    else:
        space, _, name = case.context.rpartition(" ")
        root = parser.parse_fragment(Element(name, space or "html", {}, 0, 0))  # type: ignore[arg-type]
    lines: list[str] = []
    _write(root, "| ", lines)
    return "\n".join(lines), parser.errors


def _write(node: Element, indent: str, lines: list[str]) -> None:
    for child in node.children:
        if isinstance(child, TextNode):
            lines.append(f'{indent}"{"".join(child.parts)}"')
        elif isinstance(child, CommentNode):
            lines.append(f"{indent}<!-- {child.data} -->")
        elif isinstance(child, DoctypeNode):
            event = child.event
            ids = f' "{event.public_id}" "{event.system_id}"' if event.public_id or event.system_id else ""
            lines.append(f"{indent}<!DOCTYPE {event.name}{ids}>")
        else:
            _write_element(child, indent, lines)


def _write_element(element: Element, indent: str, lines: list[str]) -> None:
    space = "" if element.namespace == "html" else f"{element.namespace} "
    lines.append(f"{indent}<{space}{element.name}>")
    attributes = [(_attribute(element, name), value) for name, value in element.attributes.items()]
    attributes.sort(key=lambda pair: pair[0].encode("utf-16-be", "surrogatepass"))
    lines.extend(f'{indent}  {name}="{value}"' for name, value in attributes)
    indent += "  "
    if (space, element.name) == ("", "template"):
        lines.append(f"{indent}content")
        indent += "  "
    _write(element, indent, lines)


# 13.2.6.1, adjust foreign attributes.
_FOREIGN: Final = re.compile(r"xlink:(actuate|arcrole|href|role|show|title|type)|xml:(lang|space)|xmlns:xlink")


def _attribute(element: Element, name: str) -> str:
    if element.namespace == "html":
        return name
    return "xmlns xmlns" if name == "xmlns" else name.replace(":", " ") if _FOREIGN.fullmatch(name) else name
