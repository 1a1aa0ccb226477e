"""Rules explained on a terminal."""

from typing import TextIO

from rich.console import Console
from rich.markdown import Markdown

from htmlgen.evaluation.rules import FAMILIES, RULES, explanation

_WIDTH = 100  # columns; longer lines are hard to read


def write_explanation(rule: str, stream: TextIO) -> None:
    """A rule's page, or under `all` a list of the rules. Raises: UnknownRuleError."""
    console = Console(file=stream, highlight=False)
    console.width = min(console.width, _WIDTH)
    if rule == "all":
        _list(console)
    else:
        console.print(Markdown(explanation(rule), hyperlinks=console.is_terminal, code_theme="ansi_dark"))


def _list(console: Console) -> None:
    for family, question in FAMILIES.items():
        rules = [rule for rule in RULES.values() if rule.family == family]
        if rules:
            console.print(f"\n{family}: {question}", style="bold")
        for rule in rules:
            warning = " (warning)" if rule.severity == "warning" else ""
            console.print(f"  {rule.id}{warning}: {rule.title}", markup=False, soft_wrap=True)
