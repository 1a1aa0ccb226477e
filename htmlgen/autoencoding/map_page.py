"""COMPONENTS → one HTML file with a map of them: like ones lie side by side. It needs nothing else, no network and no server.

Whatever comes from pages goes through `text`, or is data of a script that shows it as text or in a frame in which nothing runs or loads.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from secrets import token_urlsafe
from typing import Final, TextIO

import numpy as np

import htmlgen
from htmlgen.autoencoding.found import Found
from htmlgen.autoencoding.projecting import Points, Projection, projected
from htmlgen.corpus.snippet_kinds import KINDS
from htmlgen.evaluation.reports.elements import element, head, text

MOST_POINTS: Final = 5000
_LONGEST: Final = 4000  # characters of a component that are shown
_SIZE: Final = 1000.0  # of the map, with a margin of 2 %
_NAMES: Final = {"pca": "principal components", "tsne": "t-SNE"}
# The nonce is drawn for each page: no component can know it, and so none can bring a script along. Frames get the policy, too.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{}'; base-uri 'none'; form-action 'none'"


class Sample:
    """At most so many of what passes, each as likely as any other; in the order in which they passed."""

    def __init__(self, most: int = MOST_POINTS) -> None:
        self._most, self._draw = most, np.random.default_rng(0)
        self._kept: list[tuple[int, Found]] = []
        self.passed = 0

    def through(self, found: Iterable[Found]) -> Iterator[Found]:
        """What passes, as it is (algorithm R, Vitter 1985)."""
        for each in found:
            if len(self._kept) < self._most:
                self._kept.append((self.passed, each))
            elif (place := int(self._draw.integers(self.passed + 1))) < self._most:
                self._kept[place] = (self.passed, each)
            self.passed += 1
            yield each

    @property
    def found(self) -> list[Found]:
        return [each for _, each in sorted(self._kept, key=lambda pair: pair[0])]


def write_map(found: Sequence[Found], stream: TextIO, *, projection: Projection = "pca", of: int | None = None) -> None:
    """Args: found, one or more; of, how many there were, if these are a sample. Raises: MissingExtraError, see `projected`."""
    points = _scaled(projected(np.stack([each.vector for each in found]), projection))
    nonce = token_urlsafe(16)
    kinds = Counter(each.kind for each in found)
    told = f"{len(found):,} components" + (f", drawn at random from {of:,}" if of is not None and of > len(found) else "")
    pages = len({each.page for each in found})
    about = f"{told} of {pages:,} {'page' if pages == 1 else 'pages'}; like ones lie side by side ({_NAMES[projection]})."
    data = json.dumps([_shown(each) for each in found], ensure_ascii=False).replace("<", "\\u003c")
    stream.write(f'<!DOCTYPE html>\n<html lang="en">{_head(nonce)}<body>')
    stream.write(element("header", element("h1", "Map of components"), element("p", about)) + "<main>\n")
    stream.write(element("div", _legend(kinds), _plot(found, points), class_="map") + "\n" + _panel())
    stream.write(f"</main>{element('footer', element('p', f'Written by htmlgen {htmlgen.__version__}.'))}")
    stream.write(f'<script type="application/json" id="data">{data}</script>\n')
    stream.write(f'<script nonce="{nonce}">{_asset("map.js")}</script></body></html>\n')


def _scaled(points: Points) -> Points:
    """Points on the map: each axis as wide as they need, the second upwards."""
    low, high = points.min(axis=0), points.max(axis=0)
    wide = np.where(high > low, high - low, 1.0)
    return _SIZE * (0.02 + 0.96 * np.stack([(points[:, 0] - low[0]) / wide[0], (high[1] - points[:, 1]) / wide[1]], axis=1))


def _shown(each: Found) -> list[str]:
    html = each.html if len(each.html) <= _LONGEST else f"{each.html[:_LONGEST]}…"
    return [each.page, each.path, each.kind, html]


def _asset(name: str) -> str:
    return (resources.files("htmlgen.autoencoding") / name).read_text("utf-8")


def _head(nonce: str) -> str:
    report = (resources.files("htmlgen.evaluation.reports") / "report.css").read_text("utf-8")
    return head("Map of components", report, _asset("map.css"), policy=_POLICY.format(nonce))


def _colour(kind: str) -> str:
    """The class of a kind's colour."""
    return f"kind-{KINDS.index(kind) if kind in KINDS else len(KINDS)}"


def _legend(kinds: Counter[str]) -> str:
    """A check box for each kind, most frequent first; they do nothing where no script runs."""
    boxes = ((element("input", type="checkbox", checked=True, value=kind), kind, number) for kind, number in kinds.most_common())
    items = (element("li", element("label", box, _swatch(kind), f" {text(kind)} {number:,}")) for box, kind, number in boxes)
    search = element("label", "Page contains ", element("input", type="search", name="page"))
    return element("form", search, element("ul", *items, class_="legend"), id="kinds", aria_label="Kinds")


def _swatch(kind: str) -> str:
    circle = element("circle", cx="6", cy="6", r="5", class_=_colour(kind))
    return element("svg", circle, class_="swatch", viewBox="0 0 12 12", aria_hidden="true")


def _plot(found: Sequence[Found], points: Points) -> str:
    placed = zip(found, points.tolist(), strict=True)
    circles = (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" class="{_colour(each.kind)}"/>' for each, (x, y) in placed)
    return f'<svg id="plot" viewBox="0 0 {_SIZE:.0f} {_SIZE:.0f}" role="img" aria-label="Map">{"".join(circles)}</svg>'


def _panel() -> str:
    told = element("p", "Point at a component to see it; click to hold it, and again to let it go.", id="told")
    frame = '<iframe id="frame" sandbox="" title="The component, without its style sheets" hidden></iframe>'
    source = element("pre", element("code", id="source"), id="code", hidden=True)
    return element("aside", told, frame, source, aria_label="Component", class_="panel")
