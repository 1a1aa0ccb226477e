"""A scripted vocabulary, so that decoding is tested without a model: the tags of the element tables, some attributes, some words."""

from collections.abc import Iterable

import html5lib

from htmlgen.markup.elements import FLOW, HEADING, PHRASING, VOID
from htmlgen.markup.events import Doctype, EndTag, Event, StartTag, Text
from htmlgen.markup.writer import doctype
from htmlgen.tokens.vocabulary import CONTROLS, REFERENCES, REQUIRED, Kind, Vocabulary

_STRUCTURE = """html head body title li dt dd table caption colgroup thead tbody tfoot tr td th option optgroup rt rp figcaption summary
    legend x-card x-tab base col source track param"""
ELEMENTS = sorted((FLOW | HEADING | PHRASING | VOID | set(_STRUCTURE.split())) - {"svg", "math", "wbr", "kbd"})
ATTRIBUTES = """class id href src alt title lang dir name value type content charset rel media action method for colspan rowspan scope
    width height style onclick onload data-id aria-label role tabindex placeholder datetime cite label target loading srcset sizes
    property itemprop""".split()
PAIRS = (' type="text"', ' hidden=""', ' rel="stylesheet"', ' class="a b"', ' style=""', ' xml:lang="en"')
WORDS = """a b x the  the  of e é  and and, . ! 1 12 ation s \u4e2d -- / : #""".split(" ")
SPACED = (" the", " of", "a ", " a ", "  ", " -", "   x", "\n", "\t", " \n", "\n\n", "x\ny")
UNCLEAN = ("\x01", "\ufffd", "\x85", "\ufdd0z", "o\r", "\U0001ffff")


def pieces(attributes: Iterable[str] = ATTRIBUTES, words: Iterable[str] = (*WORDS, *SPACED, *UNCLEAN)) -> list[str]:
    """The list that a vocabulary is built from, each piece once."""
    tags = [tag for name in ELEMENTS for tag in (f"<{name}>", f"<{name}", *([] if name in VOID else [f"</{name}>"]))]
    known = [*CONTROLS, *(f"<0x{value:02X}>" for value in range(256)), *REQUIRED, " ", "\n"]
    return list(dict.fromkeys(piece for piece in (*known, *tags, *(f' {name}="' for name in attributes), *PAIRS, *words) if piece))


def vocabulary(size: int = 0) -> Vocabulary:
    """The scripted vocabulary, filled up with words to `size` tokens."""
    listed = pieces()
    return Vocabulary([*listed, *(f" word{number}" for number in range(size - len(listed)))])


def page(vocabulary: Vocabulary, ids: Iterable[int]) -> str:
    """The page that ids spell: their texts, joined."""
    spelled = bytearray()
    for token in (vocabulary[index] for index in ids):
        spelled += bytes((token.byte,)) if token.kind is Kind.BYTE else token.text.encode()
    return spelled.decode()


def syntax_errors(text: str) -> list[str]:
    """What html5lib reports of a page."""
    parser = html5lib.HTMLParser()
    parser.parse(text)
    return [code for _position, code, _data in parser.errors]


def spell(vocabulary: Vocabulary, text: str) -> list[int]:
    """Ids of text or of a name: references, longest pieces, bytes."""
    ids: list[int] = []
    references = {character: reference for reference, character in REFERENCES.items()}
    while text:
        found = next((text[:end] for end in range(len(text), 0, -1) if _is_text(vocabulary, text[:end])), "")
        if found:
            ids.append(vocabulary.id(found))
        elif text[0] in references:
            ids.append(vocabulary.id(references[text[0]]))
        else:
            ids += [vocabulary.byte(value) for value in text[0].encode()]
        text = text[len(found) or 1 :]
    return ids


def _is_text(vocabulary: Vocabulary, text: str) -> bool:
    return (index := vocabulary.find(text)) is not None and vocabulary[index].kind is Kind.TEXT


def encode(vocabulary: Vocabulary, events: Iterable[Event]) -> list[int]:
    """The ids of well-formed events, as the table in vocabulary.py has it."""
    ids: list[int] = []
    for event in events:
        match event:
            case Doctype():
                spelled = doctype(event)
                known = vocabulary.find(spelled)
                ids += [known] if known else [vocabulary.id("<!DOCTYPE "), *spell(vocabulary, spelled[10:-1]), vocabulary.id(">")]
            case StartTag():
                ids += _start_tag(vocabulary, event)
            case EndTag(name):
                known = vocabulary.find(f"</{name}>")
                ids += [known] if known else [vocabulary.id("</"), *spell(vocabulary, name), vocabulary.id(">")]
            case Text(data):
                ids += spell(vocabulary, data)
    return ids


def _start_tag(vocabulary: Vocabulary, event: StartTag) -> list[int]:
    if not event.attributes and (whole := vocabulary.find(f"<{event.name}>")):
        return [whole]
    opened = vocabulary.find(f"<{event.name}")
    ids = [opened] if opened else [vocabulary.id("<"), *spell(vocabulary, event.name)]
    for name, value in event.attributes:
        if pair := vocabulary.find(f' {name}="{value}"'):
            ids.append(pair)
            continue
        known = vocabulary.find(f' {name}="')
        ids += [known] if known else [vocabulary.id(" "), *spell(vocabulary, name), vocabulary.id('="')]
        ids += [*spell(vocabulary, value), vocabulary.id('"')]
    if ids[-1] == vocabulary.id('"'):
        return [*ids[:-1], vocabulary.id('">')]
    return [*ids, vocabulary.id(">")]
