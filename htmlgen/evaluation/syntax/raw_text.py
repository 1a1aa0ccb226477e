"""Where raw text ends (HTML Standard 13.2.5.2 to 13.2.5.5 and 13.2.5.9 to 13.2.5.31)."""

import re
from functools import cache
from typing import Final

from htmlgen.evaluation.syntax.tokens import SPACE, ParseError, lower

# 13.2.5.15 and on: what each turn does in each state; the end tag that ends the script is not in the table.
_SCRIPT_STATES: Final = {
    ("data", "<!--"): "escaped",
    ("escaped", "-->"): "data",
    ("escaped", "<script"): "double escaped",
    ("double escaped", "-->"): "data",
    ("double escaped", "</script"): "escaped",
}


@cache
def _end_tag(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{re.escape(name)}(?=[{SPACE}/>])", re.IGNORECASE | re.ASCII)


@cache
def _script_turn(name: str) -> re.Pattern[str]:
    return re.compile(rf"<!--|-->|</?(?:script|{re.escape(name)})(?=[{SPACE}/>])", re.IGNORECASE | re.ASCII)


def end_of_raw_text(page: str, position: int, name: str) -> int:
    """Where the end tag stands that ends the raw text of an element; the page's length if none does. An empty name has no end tag."""
    end = _end_tag(name).search(page, position) if name else None
    return end.start() if end else len(page)


def end_of_script(page: str, position: int, name: str, errors: list[ParseError]) -> int:
    """Where the end tag stands that ends a script, which `<!-- <script>` in it can put off; the page's length if none does."""
    state, end_tag = "data", f"</{name}"
    while turn := _script_turn(name).search(page, position):
        kind = lower(turn[0])
        if name and kind == end_tag and state != "double escaped":
            return turn.start()
        state = _SCRIPT_STATES.get((state, kind), state)
        position = turn.end() - 2 if kind == "<!--" else turn.end()  # `<!-->` both opens and closes
    if state != "data":
        errors.append(ParseError("eof-in-script-html-comment-like-text", len(page)))
    return len(page)
