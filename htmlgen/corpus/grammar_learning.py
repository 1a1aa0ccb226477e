"""PAGES → GRAMMAR: a base grammar, pruned to what the pages of a site use.

Laws: what the learned grammar accepts, its base accepts; with a support of 1 it accepts every page it was learned from that its base
accepts; a page that holds an element, an attribute, a class name, or an element within another, that too few of these pages hold, is
rejected.
"""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from htmlgen.corpus.grammar_pruning import EMPTY, NOT_ALLOWED, Pruning, namespaces
from htmlgen.corpus.grammar_usage import Usage
from htmlgen.corpus.grammar_writing import WIDTH, XHTML, definition, prefix_of, reference, write
from htmlgen.errors import ConfigError, GrammarError
from htmlgen.markup.events import Event
from htmlgen.relaxng.grammar import Grammar, load_grammar
from htmlgen.relaxng.parser import START, XSD
from htmlgen.relaxng.sources import Origin
from htmlgen.relaxng.syntax import ANNOTATIONS, Attribute, Element, Name, NameChoice, NameClass, Node, Ref, Value, all_parts, named_parts

_NAMESPACES: Final = {"xlink": "http://www.w3.org/1999/xlink", "local": ""}


@dataclass(frozen=True, slots=True)
class LearnedGrammar:
    """The text of a grammar file, and how much of the base it keeps: elements that are used, and those that it knew."""

    text: str
    pages: int
    elements: tuple[str, ...]
    left_out: tuple[str, ...]


def learn_grammar(pages: Iterable[Iterable[Event]], base: Origin, *, href: str, support: int = 1) -> LearnedGrammar:
    """The grammar of pages.

    Args: pages, clean canonical events each (`corpus.preparation`); base, the grammar to prune; href, what the text names in its
    `include`; support, the pages at least that must use what is kept.
    Raises: ConfigError, for a support below 1; GrammarError, where the base cannot be read, or the pages use nothing of it.
    """
    if support < 1:
        raise ConfigError(f"support must be a number of pages from 1, got {support}")
    grammar = load_grammar(base)
    usage = Usage()
    literals = _literals(grammar)
    for events in pages:
        usage.add(events, literals)
    try:
        pruning = Pruning(grammar, usage.at_least(support))
        if pruning.final(START) is NOT_ALLOWED:
            raise GrammarError(_nothing(usage, grammar, support))
        text = "\n".join(_Writing(pruning, usage, support).lines(href)) + "\n"
    except RecursionError:
        raise GrammarError(f"{grammar.name}: definitions use each other too deep to be learned from") from None
    known = sorted(_element_names(grammar))
    kept = tuple(name for name in known if name in pruning.usage.elements)
    return LearnedGrammar(text, usage.pages, kept, tuple(name for name in known if name not in kept))


def _nothing(usage: Usage, grammar: Grammar, support: int) -> str:
    begun = sorted({child for parent, child in usage.children if not parent})[:5]
    found = f"they begin with {', '.join(f'<{name}>' for name in begun)}" if begun else "they hold no element"
    which = "no page" if support == 1 else f"fewer than {support} pages"
    return f"{which} of {usage.pages} begin as {grammar.name} does: {found}; give another --base"


def _literals(grammar: Grammar) -> frozenset[str]:
    nodes = (node for each in grammar.definitions.values() for node in all_parts(each.pattern))
    return frozenset(node.text.lower() for node in nodes if isinstance(node, Value))


def _element_names(grammar: Grammar) -> set[str]:
    nodes = (node for each in grammar.definitions.values() for node in all_parts(each.pattern))
    return {name for node in nodes if isinstance(node, Element) for name in _plain_names(node.names)}


def _plain_names(names: NameClass) -> list[str]:
    if isinstance(names, Name):
        return [names.name]
    return [name for part in names.parts for name in _plain_names(part)] if isinstance(names, NameChoice) else []


@dataclass(slots=True)
class _Writing:
    """The learned grammar as text."""

    pruning: Pruning
    usage: Usage
    support: int

    def lines(self, href: str) -> Iterator[str]:
        gone, kept = self._overrides()
        body = [line for name, pattern in kept for line in ("", *self._comment(name, pattern), definition(name, pattern, "  "))]
        unused = [f"  {reference(name)} = {write(pattern)}" for name, pattern in gone]
        if unused:
            body += ["", "  # Not used", *unused]
        yield from self._head(href, "\n".join(body), _elsewhere(pattern for _, pattern in (*gone, *kept)))
        if body:
            yield from (f'include "{href}" {{', *body[1:], "}")
        else:
            yield f'include "{href}"'

    def _overrides(self) -> tuple[list[tuple[str, Node]], list[tuple[str, Node]]]:
        """The definitions that differ from those of the base, those of which nothing is left first."""
        gone: list[tuple[str, Node]] = []
        kept: list[tuple[str, Node]] = []
        reached = {START}
        ahead = [START]
        for name in ahead:  # grows meanwhile
            pattern = self.pruning.final(name)
            changed = write(pattern) != write(self.pruning.unpruned(name))
            if name not in self.pruning.values and (changed or pattern in (EMPTY, NOT_ALLOWED)) and not self._as_before(name, pattern):
                (gone if pattern in (EMPTY, NOT_ALLOWED) else kept).append((name, pattern))
            else:
                pattern = self.pruning.grammar.definitions[name].pattern
            new = [ref for ref in self._refs(pattern) if ref not in reached]
            reached.update(new)
            ahead.extend(dict.fromkeys(new))
        return gone, kept

    def _as_before(self, name: str, pattern: Node) -> bool:
        return write(self.pruning.grammar.definitions[name].pattern) == write(pattern)

    def _refs(self, pattern: Node) -> list[str]:
        return [node.name for node in all_parts(pattern) if isinstance(node, Ref) and node.name in self.pruning.around]

    def _head(self, href: str, body: str, elsewhere: dict[str, str]) -> Iterator[str]:
        pages = "page" if self.usage.pages == 1 else "pages"
        least = "one of them has" if self.support == 1 else f"{self.support} of them have"
        yield f"# What {self.usage.pages:,} {pages} use of {href}, as `htmlgen grammar learn` found it: what at least {least}."
        yield "# Numbers are pages. Change what you know better."
        yield ""
        yield f'default namespace = "{XHTML}"'
        if "[ h:" in body:
            yield f'namespace h = "{ANNOTATIONS}"'
        known = {prefix: uri for prefix, uri in _NAMESPACES.items() if f" {prefix}:" in body}
        yield from (f'namespace {prefix} = "{uri}"' for prefix, uri in {**known, **elsewhere}.items())
        if "xsd:" in body:
            yield f'datatypes xsd = "{XSD}"'
        yield ""

    def _comment(self, name: str, pattern: Node) -> list[str]:
        """How many pages have what a definition speaks of, most frequent first."""
        around = sorted(self.pruning.around[name])
        if len(around) > 1:
            return _remark(f"in {', '.join(around)}" if len(around) <= 8 else f"in {len(around)} elements")
        element = around[0]
        found: Counter[str] = Counter()  # several patterns may have one name
        for node in self._named(pattern):
            if isinstance(node, Attribute):
                found |= Counter({each: self.usage.attributes[element, each] for each in self._attribute_names(node, element)})
            else:
                found |= Counter({f"<{each}>": self.usage.children[element, each] for each in self.pruning.names(node)})
        counted = ", ".join(f"{each} {count:,}" for each, count in found.most_common() if count)
        return _remark(f"{element or 'the page'} {self.usage.elements[element] or self.usage.pages:,}{': ' if counted else ''}{counted}")

    def _attribute_names(self, node: Attribute, element: str) -> list[str]:
        return [name for name in _plain_names(node.names) if (element, name) in self.usage.attributes]

    def _named(self, pattern: Node) -> list[Element | Attribute]:
        """The elements and attributes of a definition, those of the definitions that it uses too."""
        found: list[Element | Attribute] = []
        ahead = [pattern]
        seen: set[str] = set()
        for part in ahead:  # grows meanwhile
            found.extend(named_parts(part))
            names = [name for name in _direct_refs(part) if name in self.pruning.around and name not in seen]
            seen.update(names)
            ahead.extend(self.pruning.definition(name) for name in names)
        return found


def _elsewhere(patterns: Iterable[Node]) -> dict[str, str]:
    """The namespaces other than HTML's that elements are in, by their prefixes."""
    elements = (node for pattern in patterns for node in all_parts(pattern) if isinstance(node, Element))
    uris = sorted({uri for element in elements for uri in namespaces(element.names).values()})
    return {prefix[:-1]: uri for uri in uris if (prefix := prefix_of(uri))}


def _direct_refs(pattern: Node) -> list[str]:
    """The names that a pattern uses outside of the elements and attributes in it."""
    inside = {id(node) for part in named_parts(pattern) for node in all_parts(part)}
    return [node.name for node in all_parts(pattern) if isinstance(node, Ref) and id(node) not in inside]


def _remark(text: str) -> list[str]:
    return [f"  # {line}" for line in textwrap.wrap(text, WIDTH - 4)]
