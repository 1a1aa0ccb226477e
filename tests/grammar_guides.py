"""Tiny grammars met with tiny vocabularies, and all pages that a guide writes: what is tested by enumeration is tested whole."""

import html
import re
from collections.abc import Iterator, Sequence

import numpy as np

from htmlgen.decoding.grammar_guide import GrammarGuide, GrammarState
from htmlgen.markup.elements import VOID_IN_PARSER
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.relaxng import Automaton, compile_grammar, load_grammar
from htmlgen.tokens.vocabulary import CONTROLS, REQUIRED, Kind, Vocabulary

HEAD = 'namespace h = "urn:htmlgen:grammar"\ndatatypes xsd = "http://www.w3.org/2001/XMLSchema-datatypes"\n'
_ANNOTATION = re.compile(r"\[ ?h:[^]]*\]")
_TAG = re.compile(r'<(/?)([^\s>]+)((?: [^\s=]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([^\s=]+)="([^"]*)"')


def vocabulary(elements: str, attributes: str = "", pairs: Sequence[str] = (), words: Sequence[str] = ("x",)) -> Vocabulary:
    """A vocabulary with whole and begun start tags of some elements, and a few words."""
    names = elements.split()
    tags = [tag for name in names for tag in (f"<{name}>", f"<{name}", *([] if name in VOID_IN_PARSER else [f"</{name}>"]))]
    known = [*CONTROLS, *(f"<0x{value:02X}>" for value in range(256)), *REQUIRED, " ", "\n"]
    own = (f' {name}="' for name in attributes.split())
    return Vocabulary(dict.fromkeys([*known, *tags, *own, *(f" {pair}" for pair in pairs), *words]))


def automaton(text: str, *, annotated: bool = True) -> Automaton:
    """The automaton of a grammar, with or without its annotations."""
    return compile_grammar(load_grammar(HEAD + (text if annotated else _ANNOTATION.sub("", text))))


def page(guide: GrammarGuide, ids: Sequence[int]) -> str:
    """What ids spell."""
    tokens = [guide.vocabulary[index] for index in ids]
    return b"".join(bytes((token.byte,)) if token.kind is Kind.BYTE else token.text.encode() for token in tokens).decode()


def pages(guide: GrammarGuide, budget: int, *, with_bytes: bool = False) -> Iterator[str]:
    """All pages that fit into a budget, without bytes and without references to characters if not asked for; fails at a dead end."""
    kinds = guide.vocabulary.kinds
    left_out = np.isin(kinds, [Kind.REFERENCE] if with_bytes else [Kind.BYTE, Kind.REFERENCE])

    def further(state: GrammarState, ids: tuple[int, ...]) -> Iterator[str]:
        allowed = guide.allowed(state, budget - len(ids))
        assert allowed.any() or not ids, f"dead end after {page(guide, ids)!r}"
        for token in np.flatnonzero(allowed & ~left_out).tolist():
            if token == guide.vocabulary.eos:
                yield page(guide, ids)
            else:
                yield from further(guide.advance(state, token), (*ids, token))

    return further(guide.start(), ())


def events(text: str) -> list[Event]:
    """The events of a canonical page, read without html5lib: names are those of tiny grammars."""
    found: list[Event] = []
    at = 0
    text = text.removeprefix("<!DOCTYPE html>")
    for match in _TAG.finditer(text):
        if match.start() > at:
            found.append(Text(html.unescape(text[at : match.start()])))
        end, name, attributes = match.groups()
        values = tuple((each, html.unescape(value)) for each, value in _ATTRIBUTE.findall(attributes))
        found.append(EndTag(name) if end else StartTag(name, values))
        at = match.end()
    assert at == len(text)
    return found


def twin(guide: GrammarGuide, state: GrammarState, token: int, budget: int) -> bool:
    """Whether a token may come, by trying it: the slow twin of `allowed`."""
    from htmlgen.errors import PromptError

    if token == guide.vocabulary.eos:
        return guide.finished(state)
    try:
        after = guide.advance(state, token)
    except PromptError:
        return False
    return 1 + guide.least_cost(after) <= budget
