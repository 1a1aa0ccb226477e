"""RESULTS → PICTURES: what a curve says better than a table, with matplotlib (extra `eval`), small and readable."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

Plot = Callable[[Mapping[str, Any], Path], None]
_DASHES: Final = {"clipped": "-", "not clipped": ":"}
_COLOURS: Final = {"simple": "C3", "jordan": "C4", "gru": "C0", "lstm": "C2", "peephole": "C1"}

_GUIDES: Final = {"nothing": "nothing masked", "tags": "under the guard of tags", "page": "under the grammar"}


def _figure(panels: int) -> tuple[Any, list[Any]]:
    """A picture of so many panels side by side, drawn without a screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.5 * panels, 3.2), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, [figure.add_subplot(1, panels, 1 + panel) for panel in range(panels)]


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, metadata={"Software": None})  # the same picture from the same result


def vanishing_gradient(result: Mapping[str, Any], path: Path) -> None:
    """Gradients against steps back, before and after training, and end tags against the length of their element."""
    figure, (before, after, closing) = _figure(3)
    for name, row in result["rows"].items():
        cell, way = name.split(", ")
        style = {"color": _COLOURS[cell], "linestyle": _DASHES[way], "label": name}
        if way == "clipped":
            before.semilogy(row["gradient_before"], **style | {"label": cell})
        after.semilogy(row["gradient_after"], **style)
        closing.semilogx([int(length) for length in row["closing"]], list(row["closing"].values()), marker=".", **style)
    for axes, title in ((before, "before training"), (after, "after training")):
        axes.set(title=title, xlabel="steps back, k")
        axes.set_ylabel("‖∂ loss(t) / ∂ h(t − k)‖, of that at k = 0", fontsize=8)
        axes.set_ylim(1e-12, 1e2)
    closing.axhline(1 / 8, color="grey", linewidth=0.5)
    closing.set(title="end tag right, nothing masked", xlabel="tokens of the element", ylabel="share", ylim=(0, 1.02))
    for axes in (before, after, closing):
        axes.legend(fontsize=7)
    _save(figure, path)


def ancestors(result: Mapping[str, Any], path: Path) -> None:
    """Bits per byte of each generator, the least at the top, and how many of its samples are well-formed."""
    figure, (bits, formed) = _figure(2)
    figure.set_size_inches(10, 4)
    rows = dict(sorted(result["rows"].items(), key=lambda item: -float(item[1]["bits_per_byte"])))
    bits.barh(list(rows), [row["bits_per_byte"] for row in rows.values()], color="C0", label="among all tokens")
    within = [row.get("bits_per_byte_in_grammar", 0) for row in rows.values()]
    bits.barh(list(rows), within, color="C2", height=0.4, label="among what the grammar allows")
    bits.set(xlabel="bits per byte of canonical HTML, validation pages")
    for (guide, label), (colour, marker) in zip(_GUIDES.items(), (("C3", "o"), ("C1", "s"), ("C2", "x")), strict=True):
        shares = {place: row["well_formed"][guide] for place, row in enumerate(rows.values()) if guide in row.get("well_formed", {})}
        formed.scatter(list(shares.values()), list(shares), color=colour, marker=marker, label=label, zorder=2)
    formed.set(xlabel="share of samples that are well-formed", xlim=(-0.04, 1.04), ylim=bits.get_ylim())
    formed.set_yticks(range(len(rows)), labels=[])
    formed.grid(axis="y", linewidth=0.4)
    bits.legend(fontsize=7)
    formed.legend(fontsize=7, loc="center")
    _save(figure, path)


def autoencoder(result: Mapping[str, Any], path: Path) -> None:
    """What comes back, by length."""
    figure, panels = _figure(3)
    names = {
        "reconstructions": ("as it ships", "C2"),
        "without_grammar": ("every token allowed", "C3"),
        "nearest_neighbour": ("TF-IDF neighbour", "C7"),
    }
    titles = {"exact": "token for token", "same_tree": "same element tree", "pq_gram_similarity": "pq-gram similarity"}
    for axes, (figure_name, title) in zip(panels, titles.items(), strict=True):
        for key, (label, colour) in names.items():
            rows = result.get(key, {"by_tokens": {}})["by_tokens"]
            axes.plot([f"≤ {most}" for most in rows], [row[figure_name] for row in rows.values()], marker="o", color=colour, label=label)
        axes.set(title=title, xlabel="tokens", ylim=(-0.02, 1.04))
    panels[0].legend(fontsize=7)
    _save(figure, path)


PLOTS: Final[Mapping[str, Plot]] = {
    "ancestors": ancestors,
    "autoencoder": autoencoder,
    "vanishing_gradient": vanishing_gradient,
}
