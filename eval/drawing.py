"""Redraws what is made of results: tables between markers in eval/README.md and README.md, and plots as small PNGs.

A table stands between `<!-- table NAME -->` and `<!-- end -->`, a picture between `<!-- plot NAME -->` and the same; what is around them is
left alone. Drawing twice changes nothing.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from eval.plots import PLOTS
from eval.running import RESULTS, ROOT
from eval.tables import TABLES, Row

PAGES: Final = (ROOT / "eval" / "README.md", ROOT / "README.md")
_MARKED: Final = re.compile(r"(<!-- (table|plot) (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def read_results(folder: Path = RESULTS) -> dict[str, Any]:
    """All committed results, by trial."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def redraw(changed: Iterable[str] | None = None) -> None:
    """Writes the tables anew, and the plots of the trials that changed; of all, where none is named."""
    results = read_results()
    for page in PAGES:
        page.write_text(drawn(page.read_text("utf-8"), results), "utf-8")
    for name in PLOTS if changed is None else set(changed) & set(PLOTS):
        if name in results:
            PLOTS[name](results[name], RESULTS / f"{name}.png")


def drawn(page: str, results: dict[str, Any]) -> str:
    """A page with its tables and pictures as the results have them. Raises: KeyError, where a marker names none."""

    def between(marks: re.Match[str]) -> str:
        name = marks[3]
        return markdown(TABLES[name](results)) if marks[2] == "table" else picture(name) if name in results else ""

    return _MARKED.sub(lambda marks: marks[1] + between(marks) + marks[4], page)


def picture(name: str) -> str:
    """A plot as it stands in eval/README.md, told by what its function says of it."""
    return f"![{(PLOTS[name].__doc__ or name).splitlines()[0]}](results/{name}.png)\n"


def markdown(rows: list[Row]) -> str:
    """Rows as a table, the first of them its head."""
    head, *rest = rows
    if not rest:
        return "Not measured yet.\n"
    cells = [head, ("---",) * len(head), *rest]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in cells)
