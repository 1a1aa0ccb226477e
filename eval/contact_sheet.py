"""Twenty generated pages as a browser shows them, side by side in one picture, to be looked at.

    python -m eval.contact_sheet [--bundle FOLDER] [--max-tokens 512] [--seed 1] [--browser chromium] [-o eval/results/contact_sheet.png]

Every page has `classless.css` and nothing else: what it links to is not loaded. Headless Chromium takes the picture.
"""

import argparse
import html
import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from htmlgen.pages import Generator, Page

PAGES = 20
COLUMNS = 5
WIDTH, HEIGHT = 720, 800  # of the window that a page is laid out in, in pixels
SCALE = 0.4
LINK = re.compile("<link [^>]*>")  # canonical pages write `>` in a value as a reference
STYLE = Path(__file__).with_name("classless.css")


def sheet(pages: Iterable[Page]) -> str:
    """One page that holds all, each in a frame of its own with its seed below."""
    cell = f"width: {WIDTH * SCALE:.0f}px; height: {HEIGHT * SCALE:.0f}px"
    style = f"""body {{ margin: 8px; font: 12px sans-serif; display: grid; gap: 8px }}
        body {{ grid-template-columns: repeat({COLUMNS}, max-content) }}
        div {{ {cell}; overflow: hidden; border: 1px solid #888 }} figure {{ margin: 0 }}
        iframe {{ width: {WIDTH}px; height: {HEIGHT}px; border: 0; transform: scale({SCALE}); transform-origin: 0 0 }}"""
    return f"<!DOCTYPE html><meta charset=utf-8><style>{style}</style>{''.join(map(_cell, pages))}"


def _cell(page: Page) -> str:
    styled = LINK.sub("", page.html).replace("</head>", f"<style>{STYLE.read_text(encoding='utf-8')}</style></head>", 1)
    told = f"seed {page.seed}, {page.tokens} tokens"
    return f'<figure><div><iframe srcdoc="{html.escape(styled)}"></iframe></div><figcaption>{told}</figcaption></figure>'


def photograph(page: str, picture: Path, browser: str) -> None:
    """Write a picture of a page."""
    width = round(COLUMNS * (WIDTH * SCALE + 10) + 16)
    height = round(PAGES / COLUMNS * (HEIGHT * SCALE + 27) + 16)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "sheet.html"
        source.write_text(page, encoding="utf-8")
        offline = "--host-resolver-rules=MAP * ~NOTFOUND"
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--virtual-time-budget=20000",
            offline,
            f"--user-data-dir={folder}/profile",
        ]
        shot = [f"--window-size={width},{height}", f"--screenshot={picture.resolve()}", source.as_uri()]
        subprocess.run([browser, *options, *shot], check=True, capture_output=True, timeout=300)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", help="a folder; the one that ships if left out")
    parser.add_argument("--max-tokens", type=int, default=512)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("-o", "--output", type=Path, default=Path("eval/results/contact_sheet.png"))
    options = parser.parse_args()
    pages = Generator.load(options.bundle).pages(PAGES, seed=options.seed, max_tokens=options.max_tokens)
    photograph(sheet(pages), options.output, options.browser)
    print(f"{options.output}: {options.output.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
