"""Reconstructions, clusters, matches and outliers for people. What compares pages is loaded where a component did not come back."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, TextIO

from rich.console import Console
from rich.text import Text

from htmlgen.evaluation.reports.excerpts import visible

if TYPE_CHECKING:
    from htmlgen.autoencoding.autoencoder import Reconstruction
    from htmlgen.autoencoding.duplicates import Cluster
    from htmlgen.autoencoding.found import Found
    from htmlgen.autoencoding.outliers import Outlier
    from htmlgen.autoencoding.similar import Match

_STYLES: Final = {"-": "red", "+": "green", "@": "cyan"}
_LONGEST: Final = 160  # characters of a component
_PLACES: Final = 4  # of a cluster


class Printer:
    """Lines on a stream, in colours on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)

    def reconstruction(self, page: str, found: "Reconstruction") -> None:
        """Its figures; its source, where it came back exactly, and else where both differ."""
        nats = -found.logprob / max(1, found.tokens)
        told = "exact" if found.exact else _figures(found)
        told = f"  {len(found.source.ids)} tokens, {nats:.3f} nats a token, {told}"
        self._line(f"{page}{_place(found.source.place)}", told, style="bold")
        if found.exact:
            self._line("", f"  {found.source.html}")
            return
        from htmlgen.evaluation.pairs.aspects import Side
        from htmlgen.evaluation.pairs.differing import difference

        sides = (Side.of_page(html, fragment=True) for html in (found.source.html, found.html))
        lines = difference(*sides) or [f"-{found.source.html}", f"+{found.html}"]  # spelled otherwise, and yet the same
        for line in lines:
            self._line("", f"  {line}", style=_STYLES.get(line[0], "dim"))

    def summary(self, exact: int, count: int) -> None:
        """How many came back."""
        self._line("", f"{exact} of {count} components came back token for token", style="bold")

    def matches(self, matches: "Iterable[Match]") -> None:
        """A line or two each, best first."""
        for match in matches:
            copies = f", {match.copies} copies" if match.copies > 1 else ""
            self._found(f"{match.score:.3f}", match.found, copies)

    def outliers(self, outliers: "Sequence[Outlier]", rows: int) -> None:
        """The farthest."""
        for outlier in outliers[:rows]:
            self._found(f"{outlier.score:.3f}", outlier.found)
        self._line("", f"{min(rows, len(outliers))} of {len(outliers):,} components", style="bold")

    def clusters(self, clusters: "Sequence[Cluster]", rows: int) -> None:
        """The worst, each with where it stands, and one of its components."""
        for cluster in clusters[:rows]:
            first, *others = cluster.components
            many = f"{len(cluster.components)} components, {cluster.variants} different, {cluster.spare:,} tokens to spare"
            self._line(many, f"  {first.kind}", style="bold")
            self._line("", f"  {_brief(first.html)}")
            for component in [first, *others][:_PLACES]:
                self._line("", f"  {component.page}{_place(component.path)}", style="dim")
            if (more := len(cluster.components) - _PLACES) > 0:
                self._line("", f"  and {more:,} more places", style="dim")
        spare = sum(cluster.spare for cluster in clusters)
        self._line("", f"{min(rows, len(clusters))} of {len(clusters):,} clusters; {spare:,} tokens to spare in all", style="bold")

    def _found(self, score: str, found: "Found", more: str = "") -> None:
        self._line(score, f"  {found.kind}  {found.page}{_place(found.path)}{more}", style="bold")
        self._line("", f"       {_brief(found.html)}")

    def _line(self, first: str, rest: str, style: str = "") -> None:
        self._console.print(Text.assemble((visible(first), style), (visible(rest), "" if first else style)), soft_wrap=True)


def _figures(found: "Reconstruction") -> str:
    figures = found.figures
    return f"tree {1 - figures.pq_gram:.3f}, attributes {figures.attributes.f1:.3f}, text {figures.text:.3f}"


def _place(path: str) -> str:
    return "" if path == "/" else f" {path}"


def _brief(html: str) -> str:
    return html if len(html) <= _LONGEST else f"{html[:_LONGEST]}…"
