"""What pages are like beside others, as a part of the HTML report. It reads what JSON says of a comparison."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from htmlgen.evaluation.reports import plots
from htmlgen.evaluation.reports.elements import element, table, text
from htmlgen.evaluation.running.totals import counted

_COLUMNS: Final = ("Figure", "These pages", "95 %", "Real pages", "All three", "Verdict")


def compared_content(comparison: Mapping[str, Any]) -> str:
    """Figures beside those of real pages, what is copied, and what the pages cost a bundle: as far as each is there."""
    return "".join(_parts(comparison))


def _parts(comparison: Mapping[str, Any]) -> Iterator[str]:
    if figures := comparison.get("figures"):
        sizes = f"{counted(comparison['pages'], 'page')} beside {comparison['reference_pages']:,} of the reference."
        yield element("p", f"{sizes} A dot is the value of these pages, its line holds 95 %, and a tick is where real pages lie.")
        most = max(max(figure["high"], figure["floor"]) for figure in figures.values())
        yield table("figures", _COLUMNS, [(text(name), *_figure(figure, most)) for name, figure in figures.items()])
    if copies := comparison.get("copied_words"):
        longest = f"{copies['mean']:.1f} words on average, {copies['longest']:,} at most"
        yield element("p", f"The longest run that a page shares with the reference has {longest}.")
    if rate := (bits := comparison.get("bits") or {}).get("bits_per_byte"):
        yield element("p", f"The bundle {text(bits['bundle'])} needs {rate:.3f} bits per byte: the less, the better it knows such pages.")


def _figure(figure: Mapping[str, Any], most: float) -> tuple[str, ...]:
    low, value, high, floor = (figure[name] for name in ("low", "value", "high", "floor"))
    drawn = plots.interval((low, value, high), floor, most)
    return f"{value:.3f}", f"{low:.3f}–{high:.3f}", f"{floor:.3f}", drawn, text(figure["verdict"])
