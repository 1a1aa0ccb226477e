"""Do peers get the grammar that the guide has?"""

import re

import pytest
from grammar_guides import automaton

from eval.peers.antlr import antlr_grammar
from eval.peers.lark import LarkGrammar

GRAMMAR = """
start = element p { attribute id { "a" | "b&c" }, attribute title { text }?, (text | bold | image)*, element i { empty }? }
bold = element b { attribute class { "x" }?, text }
image = element img { empty }
"""
_SYMBOL = re.compile(r'"(?:[^"\\]|\\.)*"|/(?:[^/\\]|\\.)+/|\w+|[()|*+?]')
_CODE = re.compile(r"\\u{(\w+)}")


class Recogniser:
    """All ways that a Lark-like grammar has to read a text; of rules that recur on the left there are none."""

    def __init__(self, grammar: str) -> None:
        self._rules = {name: _SYMBOL.findall(rule) for name, rule in (line.split(": ", 1) for line in grammar.splitlines())}

    def reads(self, text: str) -> bool:
        return len(text) in self._rule("start", text, 0)

    def _rule(self, name: str, text: str, place: int) -> set[int]:
        return self._choice([*self._rules[name], ")"], text, {place})[0]

    def _choice(self, symbols: list[str], text: str, places: set[int]) -> tuple[set[int], list[str]]:
        """Where the ways up to a closing parenthesis end, and the symbols behind it."""
        ends, now = set[int](), places
        while (symbol := symbols[0]) != ")":
            symbols = symbols[1:]
            if symbol == "|":
                ends, now = ends | now, places
            else:
                now, symbols = self._counted(symbol, symbols, text, now)
        return ends | now, symbols[1:]

    def _counted(self, symbol: str, rest: list[str], text: str, places: set[int]) -> tuple[set[int], list[str]]:
        """Where a symbol, or what is in parentheses, ends, as often as the sign behind it says."""

        def once(begins: set[int]) -> tuple[set[int], list[str]]:
            return self._choice(rest, text, begins) if symbol == "(" else (self._symbol(symbol, text, begins), rest)

        found, behind = once(places)
        sign = behind[0] if behind[0] in "*+?" else ""
        while sign in ("*", "+") and not (more := once(found)[0]) <= found:
            found |= more
        return found | (places if sign in ("*", "?") else set()), behind[len(sign) :]

    def _symbol(self, symbol: str, text: str, places: set[int]) -> set[int]:
        if symbol[0] == '"':
            return {place + len(symbol) - 2 for place in places if text.startswith(symbol[1:-1], place)}
        if symbol[0] == "/":
            expression = re.compile(_CODE.sub(lambda code: rf"\U{int(code[1], 16):08X}", symbol[1:-1]))
            return {end for place in places for end in range(place, len(text) + 1) if expression.fullmatch(text, place, end)}
        return {end for place in places for end in self._rule(symbol, text, place)}


@pytest.mark.parametrize(
    ("page", "exactly", "loosely"),
    [
        ('<p id="a"></p>', True, True),
        ('<p id="a">t<b class="x">u v</b>w<img><img>x<i></i></p>', True, True),
        ('<p title="&lt;1" id="b&amp;c"><b></b></p>', True, True),
        ('<p id="c"></p>', False, True),
        ('<p id="b&c"></p>', False, False),
        ("<p></p>", False, False),
        ('<p id="a" id="a"></p>', False, False),
        ('<p id="a"><i></i><b></b></p>', False, False),
        ('<p id="a"><b><img></b></p>', False, False),
        ('<p id="a">1 < 2</p>', False, False),
        ('<p id="a"><b>', False, False),
    ],
)
def test_the_grammar_of_peers_accepts_what_ours_does(page: str, exactly: bool, loosely: bool) -> None:
    for exact, expected in ((True, exactly), (False, loosely)):
        assert Recogniser(LarkGrammar(automaton(GRAMMAR), exact=exact).text).reads(page) == expected


def test_no_text_follows_a_text() -> None:
    """Else each character of a text could begin another, and a parser would follow all ways."""
    grammar = LarkGrammar(automaton(GRAMMAR)).text
    of_one_letter = Recogniser(re.sub("^TEXT: .*", "TEXT: /[xy]/", grammar, flags=re.MULTILINE))
    assert of_one_letter.reads('<p id="a">x<b>x</b>y</p>')
    assert not of_one_letter.reads('<p id="a">xy</p>')
    assert not of_one_letter.reads('<p id="a">x<b>xy</b></p>')


def test_antlr_gets_the_same_grammar_in_its_notation() -> None:
    lines = antlr_grammar(automaton('start = element p { attribute id { "a" | "it\'s" }, element b { text } }'), "Page").splitlines()
    assert lines[:2] == ["grammar Page;", "start : s1 ;"]
    assert "TEXT : [a-zA-Z0-9 ] + ;" in lines
    (element,) = (line for line in lines if "</p>" in line)
    assert re.fullmatch(r"e\d+ : 'p' t\d+ s\d+ '</p>' ;", element)
    values = next(line for line in lines if line.startswith("A")).partition(" : ")[2]
    assert values.startswith("' ' 'i' 'd' '=' '\"' ( ")
    assert values.endswith(" ) '\"' ;")
    assert "\\u{27}" in values  # the apostrophe
