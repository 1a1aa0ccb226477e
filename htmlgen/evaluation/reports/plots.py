"""Small plots as inline SVG: bars, and how figures of pages lie beside those of real ones. Colours come from the report's style sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_WIDTH: Final = 320  # user units, as pixels at the size of text
_HEIGHT: Final = 120
_FOOT: Final = 18  # below the bars, for labels


@dataclass(frozen=True, slots=True)
class Bar:
    """How many things there are of a kind."""

    label: str
    count: int


def histogram(title: str, bars: Sequence[Bar], identifier: str) -> str:
    """Bars side by side, the tallest as high as the plot; each says what it counts when pointed at, the plot as a whole to a screen reader.

    Args: title, of the plot; bars, one at least; identifier, that no other element of the document has.
    """
    tallest = max(bar.count for bar in bars) or 1
    step = _WIDTH / len(bars)
    shapes = "".join(_bar(bar, index * step, step, tallest) for index, bar in enumerate(bars))
    told = "; ".join(f"{bar.label}: {bar.count:,}" for bar in bars if bar.count)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT + _FOOT}" role="img" aria-labelledby="{identifier}-title {identifier}-text">'
        f'<title id="{identifier}-title">{escape(title)}</title><desc id="{identifier}-text">{escape(told)}</desc>'
        f"{shapes}{_labels(bars, step)}</svg>"
    )


def _bar(bar: Bar, x: float, step: float, tallest: int) -> str:
    height = max(_HEIGHT * bar.count / tallest, 1.5) if bar.count else 0
    place = f'x="{x + 1:.1f}" y="{_HEIGHT - height:.1f}" width="{step - 2:.1f}" height="{height:.1f}"'
    return f'<rect class="bar" {place}><title>{escape(bar.label)}: {bar.count:,}</title></rect>' if bar.count else ""


def _labels(bars: Sequence[Bar], step: float) -> str:
    """The first label, the last and some between, so that they do not meet."""
    every = max(1, -(-len(bars) // 5))
    shown = [index for index in range(len(bars)) if index % every == 0]
    texts = (f'<text x="{(index + 0.5) * step:.1f}" y="{_HEIGHT + 14}">{escape(bars[index].label)}</text>' for index in shown)
    return f'<path class="axis" d="M0 {_HEIGHT}.5H{_WIDTH}"/>' + "".join(texts)


def bar(share: float) -> str:
    """One bar, as long as a share in [0, 1]: for a table whose cells say the number."""
    shape = f'<rect class="bar" width="{100 * share:.1f}" height="8"/>'
    return f'<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{shape}</svg>'


def interval(values: tuple[float, float, float], floor: float, most: float) -> str:
    """A value with its interval, and a tick where real pages lie, on a line from 0 to `most`: for a table whose cells say the numbers.

    Args: values, the lower end, the value and the upper end.
    """
    low, value, high, tick = (f"{100 * number / most:.1f}" if most else "0" for number in (*values, floor))
    return (
        '<svg class="interval" viewBox="-3 0 106 12" aria-hidden="true">'
        f'<path class="axis" d="M0 6H100"/><path class="range" d="M{low} 6H{high}"/>'
        f'<circle class="value" cx="{value}" cy="6" r="3"/><path class="floor" d="M{tick} 1V11"/></svg>'
    )


def doublings(counts: dict[int, int], unit: str) -> list[Bar]:
    """Bars of counts by number of doublings, none left out between: 0, 1, 2–3, 4–7 … Args: counts, by the bit length of a number."""
    first, last = min(counts), max(counts)
    return [Bar(_doubling(bits, unit), counts.get(bits, 0)) for bits in range(first, last + 1)]


def _doubling(bits: int, unit: str) -> str:
    low = 1 << (bits - 1) if bits else 0
    for size, prefix in ((1 << 20, "M"), (1 << 10, "k")):
        if low >= size:
            return f"{low // size} {prefix}{unit}".rstrip()
    return f"{low} {unit}".rstrip()

