"""A page's tokens as people look at them: coloured by kind, set apart by shade, or by a bar where there are no colours."""

from collections.abc import Sequence
from typing import Final, TextIO

from rich.console import Console
from rich.text import Text

from htmlgen.tokens.tokenizer import Tokenizer
from htmlgen.tokens.vocabulary import Kind

_COLOURS: Final = {
    Kind.TEXT: "default",
    Kind.REFERENCE: "magenta",
    Kind.BYTE: "red",
    Kind.ATTRIBUTE: "green",
    Kind.PAIR: "bright_green",
    Kind.SPELL_VALUE: "red",
    Kind.SPELL_START: "red",
    Kind.SPELL_END: "red",
}
_MARKUP: Final = "blue"
_VISIBLE: Final = str.maketrans({"\n": "↵", "\t": "⇥"})


def show(tokenizer: Tokenizer, ids: Sequence[int], *, size: int, stream: TextIO) -> None:
    """Prints tokens and a summary; `size` is the canonical page's bytes."""
    console = Console(file=stream, highlight=False)
    plain = not console.is_terminal or console.no_color or console.color_system is None
    line = Text()
    for place, (index, spelled) in enumerate(zip(ids, tokenizer.spell(ids), strict=True)):
        shade = " on grey19" if place % 2 else ""
        line.append("│" if plain and place else "")
        line.append(spelled.translate(_VISIBLE), style=_COLOURS.get(tokenizer.vocabulary[index].kind, _MARKUP) + shade)
    console.print(line, soft_wrap=True)
    count = max(1, len(ids))
    console.print(f"{len(ids):,} tokens, {size:,} bytes, {size / count:.2f} bytes a token", style="bold")
