"""How well a bundle comes to know one site: trains on its pages, and measures those that were kept back.

    python -m eval.own_site test.parquet --minutes 10 [--site NAME] [-o eval/results/own_site.json]

The site is that with the most pages of the file if none is named; a fifth of its pages is kept back. Told are bits per byte of these before
and after, the share of the twenty commonest elements with a class that occur in 100 pages, and in how many of these pages the evaluator
finds an error.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from eval.telling import tell
from htmlgen.corpus.own_site import read_site
from htmlgen.corpus.pages import read_pages
from htmlgen.evaluation.likeness.familiarity import familiarity
from htmlgen.evaluation.score import evaluate
from htmlgen.markup.reader import read
from htmlgen.pages import Generator

PAGES = 100
MAX_TOKENS = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", help="a .parquet or JSON lines file with the columns html and site, or repo")
    parser.add_argument("--site", help="of those, the most frequent if not given")
    parser.add_argument("--most", type=int, default=5000, help="pages of the site")
    parser.add_argument("--minutes", default="10")
    parser.add_argument("--from", dest="source", default="default", help="a bundle")
    parser.add_argument("-o", "--output", type=Path, help="where the figures go, as JSON")
    options = parser.parse_args()
    pages = [*read_pages([options.pages])]
    site = options.site or Counter(page.site for page in pages).most_common(1)[0][0]
    chosen = [page for page in pages if page.site == site][: options.most]
    with tempfile.TemporaryDirectory() as place:
        folder, bundle = Path(place) / "site", Path(place) / "site.bundle"
        folder.mkdir()
        for number, page in enumerate(chosen):
            (folder / f"{number:05}.html").write_text(page.html, "utf-8", errors="replace")
        train = ["train", "--from", options.source, "--pages", str(folder), "-o", str(bundle), "--minutes", options.minutes]
        told = subprocess.run([sys.executable, "-m", "htmlgen.cli", *train], stdout=subprocess.PIPE, text=True, check=True).stdout
        print(told)
        before = json.loads((Path(place) / "site.bundle.training" / "site.json").read_text("utf-8"))["bits_per_byte_before"]
        figures = {"site": site, "pages": len(chosen), **measured(folder, bundle, before)}
    tell(figures, options.output)


def measured(folder: Path, bundle: Path, before: float) -> dict[str, Any]:
    """What the bundle came to. Args: before, bits per byte of the kept-back pages."""
    record = json.loads((bundle / "config.json").read_text("utf-8"))
    site = read_site([str(folder)])
    pages = [*Generator.load(bundle).pages(PAGES, seed=0, max_tokens=MAX_TOKENS)]
    found = familiarity((page.events for page in (*site.train, *site.valid)), (read(str(page)).events for page in pages))
    after = record["figures"]["valid_bits_per_byte_int8"]
    trained = {name: record["training"][name] for name in ("trained_minutes", "trained_tokens", "batch", "learning_rate")}
    return {
        "kept back": len(site.valid),
        "bits per byte before": round(before, 4),
        "bits per byte after": after,
        "drop": round(1 - after / before, 4),
        "share of the commonest pairs": found.share,
        "class names": found.names,
        "class names met": found.names_met,
        "pages with an error": sum(any(each.severity == "error" for each in evaluate(str(page)).findings) for page in pages),
        **trained,
    }


if __name__ == "__main__":
    main()
