"""An automaton as a grammar for ANTLR, as Grammarinator reads it: the text of `eval.peers.lark` in the other notation.

What is any character there is a letter, a digit or a space here: a generator writes what it is given, and pages are not made of signs.
Source: https://github.com/antlr/antlr4/blob/master/doc/lexicon.md and lexer-rules.md.
"""

import re
from itertools import count
from typing import Final

from eval.peers.lark import ANY, LarkGrammar
from htmlgen.relaxng.automaton import Automaton

_PLAIN: Final = "[a-zA-Z0-9 ]"
_SYMBOL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|/((?:[^/\\]|\\.)+)/|(\w+)|([()|*+?])|\s')
_PART: Final = re.compile(r"(\[\^?(?:[^\]\\]|\\.)*\])|([()|*+?])|\\u\{(\w+)\}|\\(.)|(.)", re.DOTALL)


def antlr_grammar(automaton: Automaton, name: str) -> str:
    """The text of a combined grammar of this name, to start at `start`."""
    numbers, apart, rules = count(), list[str](), list[str]()

    def symbol(found: re.Match[str]) -> str:
        literal, expression, rule, sign = found.groups()
        if expression is None:
            return _quoted(literal) if literal else rule or sign or " "
        apart.append(f"R{next(numbers)} : {_lexer(expression)} ;")
        return apart[-1].partition(" ")[0]

    for line in LarkGrammar(automaton).text.splitlines():
        rule, body = line.split(": ", 1)
        if rule[0].isupper():
            apart.append(f"{rule} : {_lexer(body[1:-1])} ;")
        else:
            rules.append(f"{rule} : {_SYMBOL.sub(symbol, body)} ;")
    return "\n".join([f"grammar {name};", *rules, *apart]) + "\n"


def _lexer(expression: str) -> str:
    """An expression in ANTLR's notation of lexer rules."""
    return " ".join(map(_part, _PART.finditer(expression.replace(ANY, _PLAIN))))


def _part(found: re.Match[str]) -> str:
    characters, sign, code, escaped, plain = found.groups()
    if characters or sign:
        return f"~[{characters[2:]}" if characters and characters.startswith("[^") else characters or sign
    return _quoted(chr(int(code, 16)) if code else escaped or plain)


def _quoted(text: str) -> str:
    """A text as a literal; nothing, where there is none."""
    coded = (f"\\u{{{ord(each):X}}}" if each in "'\\" or not each.isprintable() else each for each in text)
    return f"'{''.join(coded)}'" if text else ""
