"""A grammar file → its syntax tree, by recursive descent; errors are `file:line:col: expected X, found Y` with line and caret.

Read is RELAX NG compact syntax without `external`, `parent` and `grammar { }`, and of datatypes `string` and `token` with the facet
`pattern`: `grammars/README.md` says so to its users. A level of nesting costs two Python frames, so the limit keeps within
Python's own.
"""

from collections.abc import Callable
from typing import Final, NoReturn

from htmlgen.errors import GrammarError
from htmlgen.relaxng.lexer import FileText, Lexeme, lex
from htmlgen.relaxng.limits import Limits, Place
from htmlgen.relaxng.syntax import (
    ANNOTATIONS,
    Annotation,
    AnyName,
    Atom,
    Attribute,
    Combined,
    Data,
    Define,
    Element,
    Include,
    Name,
    NameChoice,
    NameClass,
    Node,
    Ref,
    Repeat,
    Source,
    Value,
    Wrapped,
)

#: The name under which the start pattern is kept: no definition can have it.
START: Final = "start pattern"
#: The namespace of what a `##` comment means.
DOCUMENTATION: Final = "http://relaxng.org/ns/compatibility/annotations/1.0"
XSD: Final = "http://www.w3.org/2001/XMLSchema-datatypes"

_ASSIGN = ("=", "|=", "&=")
_JOIN = (",", "|", "&")
_SUFFIX = ("?", "*", "+")
_NAMES = ("name", "quoted")
_REFUSED: Final = {
    "external": "'external' is not read: include the file, and name its start pattern",
    "parent": "'parent' is not read: there are no nested grammars",
    "grammar": "'grammar { }' is not read: write its content at the top of the file",
    "inherit": "'inherit' is not read: name the namespace",
}


def parse(text: str, file: str = "<text>", limits: Limits | None = None) -> Source:
    """The syntax tree of a grammar file.

    Raises: GrammarSyntaxError, with place, line and caret; GrammarError, where the text is beyond a limit.
    """
    limits = limits or Limits()
    if len(text) > limits.file_bytes:
        raise GrammarError(f"{file}: the file has {len(text):,} characters, the limit is {limits.file_bytes:,}")
    return _Parser(FileText(file, text), limits).source()


class _Parser:
    """One file's reading: where it stands, and the prefixes that are declared."""

    def __init__(self, file: FileText, limits: Limits) -> None:
        self.file = file
        self.limits = limits
        self.lexemes, self.comments = lex(file)
        self.position = 0
        self.depth = 0
        self.prefixes = {"xml": "http://www.w3.org/XML/1998/namespace"}
        self.datatypes = {"xsd": XSD}
        self.readers: dict[str, Callable[[tuple[Annotation, ...]], Node]] = {
            **dict.fromkeys(("element", "attribute"), self.element),
            **dict.fromkeys(("list", "mixed"), self.wrapped),
            **dict.fromkeys(("empty", "text", "notAllowed"), self.atom),
            **dict.fromkeys(("string", "token", "a cname"), self.datatype),
            **dict.fromkeys(("a name", "a quoted"), self.ref),
            "(": self.parenthesis,
            "a literal": self.value,
        }

    # Where the reading stands ---------------------------------------------------------------------------------------------------

    @property
    def next(self) -> Lexeme:
        return self.lexemes[self.position]

    @property
    def place(self) -> Place:
        return self.file.place(self.next.start)

    def take(self) -> Lexeme:
        lexeme = self.next
        self.position += 1
        return lexeme

    def at(self, *texts: str) -> bool:
        return self.next.kind in ("operator", "keyword") and self.next.text in texts

    def skip(self, *texts: str) -> bool:
        if self.at(*texts):
            self.position += 1
            return True
        return False

    def expect(self, *texts: str) -> str:
        if not self.at(*texts):
            self.expected(" or ".join(f"'{text}'" for text in texts))
        return self.take().text

    def expected(self, what: str) -> NoReturn:
        self.file.fail(self.next.start, f"expected {what}, found {self.next}")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > self.limits.nesting:
            self.file.fail(self.next.start, f"nested deeper than the limit of {self.limits.nesting}")

    # Files, declarations, definitions -------------------------------------------------------------------------------------------

    def source(self) -> Source:
        self.declarations()
        if self.begins_grammar():
            items = self.items("end")
        else:
            place = self.place
            items = (Define(START, "=", self.pattern(), (), place),)
        if self.next.kind != "end":
            self.expected("an operator or the end of the file")
        return Source(self.file.name, items, tuple(self.comments))

    def declarations(self) -> None:
        while self.at("namespace", "default", "datatypes"):
            keyword = self.take().text
            if keyword == "default":
                self.expect("namespace")
            prefix = "" if keyword == "default" and self.at("=") else self.prefix()
            self.expect("=")
            uri_at, uri = self.next.start, self.literal()
            if keyword == "datatypes" and uri != XSD:
                self.file.fail(uri_at, f'expected "{XSD}", found "{uri}"')
            (self.datatypes if keyword == "datatypes" else self.prefixes)[prefix] = uri
            if keyword == "default":
                self.prefixes[""] = uri

    def prefix(self) -> str:
        if self.next.kind not in (*_NAMES, "keyword"):
            self.expected("a prefix")
        return self.take().text

    def literal(self) -> str:
        """A string, or several joined by `~`."""
        parts = [self.literal_part()]
        while self.skip("~"):
            parts.append(self.literal_part())
        return "".join(parts)

    def literal_part(self) -> str:
        if self.at("inherit"):
            self.refuse()
        if self.next.kind != "literal":
            self.expected("a string")
        return self.take().text

    def begins_grammar(self) -> bool:
        """Whether definitions follow, not a pattern: looked for beyond annotations."""
        start = self.position
        self.annotations()
        ahead = self.lexemes[min(self.position + 1, len(self.lexemes) - 1)]
        found = self.at("start", "include", "div") or self.next.kind == "end" or (
            self.next.kind in (*_NAMES, "cname") and ahead.kind == "operator" and ahead.text in (*_ASSIGN, "[")
        )
        self.position = start
        return found

    def items(self, end: str) -> tuple[Define | Include, ...]:
        """Definitions, includes and divisions up to the closing brace (or, for `end`, the end of the file)."""
        found: list[Define | Include] = []
        divisions = 0
        while divisions or not (self.next.kind == "end" if end == "end" else self.at(end)):
            if divisions and self.skip("}"):
                divisions -= 1
                continue
            annotations = self.annotations()
            if self.skip("div"):
                self.expect("{")
                divisions += 1
            else:
                found.extend(self.item(annotations))
        return tuple(found)

    def item(self, annotations: tuple[Annotation, ...]) -> tuple[Define | Include, ...]:
        place = self.place
        if self.skip("include"):
            return (self.include(place),)
        if self.next.kind in (*_NAMES, "cname") and self.lexemes[self.position + 1].text == "[":
            self.take()
            self.brackets()
            return ()
        return (self.define(annotations, place),)

    def include(self, place: Place) -> Include:
        href = self.literal()
        if self.at("inherit"):
            self.refuse()
        if not self.skip("{"):
            return Include(href, (), place)
        overrides = self.items("}")
        self.expect("}")
        if nested := next((item for item in overrides if isinstance(item, Include)), None):
            raise nested.place.error("'include' cannot stand inside the braces of another include")
        return Include(href, tuple(item for item in overrides if isinstance(item, Define)), place)

    def define(self, annotations: tuple[Annotation, ...], place: Place) -> Define:
        if self.skip("start"):
            name = START
        elif self.next.kind in _NAMES:
            name = self.take().text
        else:
            self.refuse_or("a definition, 'start', 'include' or 'div'")
        if not self.at(*_ASSIGN):
            self.expected("'=', '|=' or '&='")
        return Define(name, self.take().text, self.pattern(), annotations, place)

    def refuse(self) -> NoReturn:
        self.file.fail(self.next.start, _REFUSED[self.next.text])

    def refuse_or(self, what: str) -> NoReturn:
        if self.next.kind == "keyword" and self.next.text in _REFUSED:
            self.refuse()
        self.expected(what)

    # Annotations ----------------------------------------------------------------------------------------------------------------

    def annotations(self) -> tuple[Annotation, ...]:
        """What stands before a definition or a pattern: `##` comments and `[ … ]`."""
        found: list[Annotation] = []
        while self.next.kind == "doc":
            place = self.place
            found.append(Annotation(DOCUMENTATION, "documentation", self.take().text, place))
        if self.skip("["):
            while not self.skip("]"):
                found.extend(self.annotation())
        return tuple(found)

    def annotation(self) -> tuple[Annotation, ...]:
        place = self.place
        if self.next.kind not in (*_NAMES, "keyword", "cname"):
            self.expected("an annotation or ']'")
        prefix, _, local = self.take().text.rpartition(":")
        if self.at("["):
            self.brackets()
            return ()
        if prefix and prefix not in self.prefixes:
            self.undeclared(prefix, place)
        self.expect("=")
        return (Annotation(self.prefixes[prefix] if prefix else "", local, self.literal(), place),)

    def brackets(self) -> None:
        """Pass over a foreign element, `[ … ]` with all that it holds."""
        depth = 0
        while True:
            if self.next.kind == "end":
                self.expected("']'")
            depth += self.at("[") - self.at("]")
            self.take()
            if depth == 0:
                return

    def undeclared(self, prefix: str, place: Place) -> NoReturn:
        declared = ", ".join(sorted(name for name in (*self.prefixes, *self.datatypes) if name))
        offset = self.file.line_starts[place.line - 1] + place.column - 1
        self.file.fail(offset, f"expected a declared prefix ({declared}), found '{prefix}'")

    # Patterns -------------------------------------------------------------------------------------------------------------------

    def pattern(self) -> Node:
        """Parts joined by one operator; `,`, `|` and `&` do not mix without parentheses."""
        self.deeper()
        place = self.place
        operator = ""
        parts: list[Node] = []
        while True:
            annotations = self.annotations()
            node = self.primary_reader()(annotations)
            parts.append(self.suffixed(node, annotations))
            if not self.at(*((operator,) if operator else _JOIN)):
                break
            operator = self.take().text
        if self.at(*_JOIN):
            self.expected(f"'{operator}' or a closing bracket, as operators do not mix without parentheses")
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Combined(operator, tuple(parts), place)

    def primary_reader(self) -> Callable[[tuple[Annotation, ...]], Node]:
        """What reads the pattern that begins here."""
        lexeme = self.next
        reader = self.readers.get(lexeme.text if lexeme.kind in ("keyword", "operator") else f"a {lexeme.kind}")
        if reader is None:
            self.refuse_or("a pattern")
        return reader

    def suffixed(self, node: Node, annotations: tuple[Annotation, ...]) -> Node:
        """The part with its `?`, `*`, `+`, and without what follows it after `>>`."""
        own = [each for each in annotations if each.namespace == ANNOTATIONS]
        if own and not isinstance(node, Element | Attribute):
            raise own[0].place.error(f"annotation '{own[0].name}' must stand before an element, an attribute or a definition")
        while self.at(*_SUFFIX):
            place = self.place
            node = Repeat(self.take().text, node, place)
        while self.skip(">>"):
            self.take()
            self.brackets()
        return node

    def element(self, annotations: tuple[Annotation, ...]) -> Node:
        place, keyword = self.place, self.take().text
        names = self.name_class(keyword)
        self.expect("{")
        content = self.pattern()
        self.expect("}")
        return (Element if keyword == "element" else Attribute)(names, content, annotations, place)

    def wrapped(self, annotations: tuple[Annotation, ...]) -> Node:
        place, keyword = self.place, self.take().text
        self.expect("{")
        body = self.pattern()
        self.expect("}")
        return Wrapped(keyword, body, place)

    def parenthesis(self, annotations: tuple[Annotation, ...]) -> Node:
        self.take()
        node = self.pattern()
        self.expect(")")
        return node

    def atom(self, annotations: tuple[Annotation, ...]) -> Node:
        place = self.place
        return Atom(self.take().text, place)

    def ref(self, annotations: tuple[Annotation, ...]) -> Node:
        place = self.place
        return Ref(self.take().text, place)

    def value(self, annotations: tuple[Annotation, ...]) -> Node:
        place = self.place
        return Value("token", self.literal(), place)

    def datatype(self, annotations: tuple[Annotation, ...]) -> Node:
        place, start, text = self.place, self.next.start, self.take().text
        prefix, _, name = text.rpartition(":")
        if prefix and prefix not in self.datatypes:
            self.undeclared(prefix, place)
        if name not in ("string", "token"):
            self.file.fail(start, f"datatype '{text}' is not read: write 'xsd:string {{ pattern = \"…\" }}'")
        if self.next.kind == "literal":
            return Value(name, self.literal(), place)
        patterns = self.facets() if self.skip("{") else ()
        self.deeper()
        excluded = self.primary_reader()(()) if self.skip("-") else None
        self.depth -= 1
        return Data(name, patterns, excluded, place)

    def facets(self) -> tuple[tuple[str, Place], ...]:
        found = []
        while not self.skip("}"):
            if self.next.text != "pattern" or self.next.kind != "name":
                self.expected("the facet 'pattern' or '}'")
            self.take()
            self.expect("=")
            place = self.place
            found.append((self.literal(), place))
        return tuple(found)

    # Name classes ---------------------------------------------------------------------------------------------------------------

    def name_class(self, keyword: str) -> NameClass:
        """Names joined by `|`; `*` and `prefix:*` may exclude one name, or several in parentheses."""
        place = self.place
        parts = [self.name_class_part(keyword)]
        while self.skip("|"):
            parts.append(self.name_class_part(keyword))
        return parts[0] if len(parts) == 1 else NameChoice(tuple(parts), place)

    def name_class_part(self, keyword: str) -> NameClass:
        place, lexeme = self.place, self.next
        if self.skip("("):
            self.deeper()
            inside = self.name_class(keyword)
            self.expect(")")
            self.depth -= 1
            return inside
        if self.at("*") or lexeme.kind == "anyname":
            spelled = self.take().text.rpartition(":")[0]
            prefix = self.shown_prefix(spelled, keyword, place) if lexeme.kind == "anyname" else None
            self.deeper()
            excluded = self.name_class_part(keyword) if self.skip("-") else None
            self.depth -= 1
            namespace = self.prefixes[spelled] if keyword == "element" and spelled else ""
            return AnyName(prefix if keyword == "attribute" else None, excluded, place, namespace)
        if lexeme.kind not in (*_NAMES, "keyword", "cname"):
            self.expected(f"the name of an {keyword}")
        return self.name(keyword, place)

    def name(self, keyword: str, place: Place) -> Name:
        spelled, _, local = self.take().text.rpartition(":")
        prefix = self.shown_prefix(spelled, keyword, place)
        return Name(f"{prefix}:{local}" if prefix else local, place, self.prefixes.get(spelled, "") if keyword == "element" else "")

    def shown_prefix(self, prefix: str, keyword: str, place: Place) -> str:
        """The prefix that HTML shows, which knows no namespaces: none on elements, the grammar's own on attributes."""
        if prefix and prefix not in self.prefixes:
            self.undeclared(prefix, place)
        return prefix if keyword == "attribute" and prefix and self.prefixes[prefix] else ""
