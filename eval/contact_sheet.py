"""Twelve generated pages as a browser shows them, side by side in one picture; and what the browser complains of.

    python -m eval.contact_sheet [--max-tokens 512] [--seed 1] [--browser chromium] [-o eval/results/contact_sheet.png]

The pages are made as `htmlgen generate --text faker --css classless --assets FOLDER --kind KIND` does, of each kind one, and served from
this machine; any other host is out of reach. Headless Chromium loads them, tells its console's messages and the pictures and media that did
not load, and takes the picture. The script exits with 1 where there is any.
"""

import argparse
import html
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from htmlgen.control import Control, kinds
from htmlgen.pages import Generator

COLUMNS = 4
WIDTH, HEIGHT = 860, 900  # of the window that a page is laid out in, in pixels
SCALE = 0.42
CONSOLE = re.compile(r"^\[[^\]]*:(?:ERROR|WARNING|INFO):CONSOLE[^\]]*\] (.*)$", re.MULTILINE)
# Counts what did not load, with pictures that are loaded late loaded at once.
CHECK = """async function check() {
    const broken = [];
    let pictures = 0, media = 0;
    for (const frame of document.querySelectorAll('iframe')) {
        const page = frame.contentDocument;
        for (const image of page.images) {
            pictures++;
            image.loading = 'eager';
            try { await image.decode(); } catch { broken.push(frame.title + ' ' + image.currentSrc); }
        }
        for (const each of page.querySelectorAll('video, audio')) {
            media++;
            if (each.error || each.networkState === 3) broken.push(frame.title + ' ' + each.currentSrc);
        }
        if (![...page.styleSheets].some(sheet => sheet.cssRules.length > 9)) broken.push(frame.title + ' has no style');
    }
    document.querySelector('pre').textContent = JSON.stringify({pictures, media, broken});
}
addEventListener('load', check);"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The URL of a folder, as long as it is looked at."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def written(generator: Generator, folder: Path, seed: int, max_tokens: int) -> dict[str, str]:
    """Pages as files in a folder: by the name of each what is told of it."""
    told = {}
    for number, kind in enumerate([*kinds(), "", ""]):
        control = Control(kind=kind, text="faker", css="classless", assets=str(folder / "assets"), assets_url="assets")
        page = generator.page(seed=seed + number, max_tokens=max_tokens, control=control)
        name = f"{page.seed}.html"
        (folder / name).write_text(page.html, encoding="utf-8")
        told[name] = f"{kind or 'any kind'}, seed {page.seed}, {page.tokens} tokens"
    return told


def sheet(told: dict[str, str]) -> str:
    """One page that holds all, each in a frame of its own with its seed below."""
    cell = f"width: {WIDTH * SCALE:.0f}px; height: {HEIGHT * SCALE:.0f}px"
    style = f"""body {{ margin: 8px; font: 12px sans-serif; display: grid; gap: 8px }}
        body {{ grid-template-columns: repeat({COLUMNS}, max-content) }} pre {{ display: none }}
        div {{ {cell}; overflow: hidden; border: 1px solid #888 }} figure {{ margin: 0 }}
        iframe {{ width: {WIDTH}px; height: {HEIGHT}px; border: 0; transform: scale({SCALE}); transform-origin: 0 0 }}"""
    cells = "".join(
        f'<figure><div><iframe src="{name}" title="{name}"></iframe></div><figcaption>{html.escape(words)}</figcaption></figure>'
        for name, words in told.items()
    )
    head = f'<meta charset=utf-8><link rel=icon href="data:,"><style>{style}</style><script>{CHECK}</script>'
    return f"<!DOCTYPE html>{head}{cells}<pre></pre>"


def shown(browser: str, url: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """What a browser prints of a page: the options say what."""
    with tempfile.TemporaryDirectory() as profile:
        quiet = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=20000"]
        offline = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        command = [browser, *quiet, offline, "--enable-logging=stderr", f"--user-data-dir={profile}", *options, url]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)


def looked_at(told: dict[str, str], folder: Path, picture: Path, browser: str) -> dict[str, Any]:
    """Take a picture of all pages, and find what did not load."""
    (folder / "sheet.html").write_text(sheet(told), encoding="utf-8")
    width = round(COLUMNS * (WIDTH * SCALE + 10) + 16)
    height = round(-(-len(told) // COLUMNS) * (HEIGHT * SCALE + 27) + 16)
    with served(folder) as url:
        size = f"--window-size={width},{height}"
        shown(browser, f"{url}/sheet.html", size, f"--screenshot={picture.resolve()}")
        dumped = shown(browser, f"{url}/sheet.html", size, "--dump-dom")
    found = re.search(r"<pre>(\{.*?\})</pre>", dumped.stdout)
    if found is None:
        raise SystemExit(f"the browser did not come to the end of the pages: {dumped.stderr[-400:]}")
    return {"pages": len(told), **json.loads(html.unescape(found[1])), "console": CONSOLE.findall(dumped.stderr)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", help="a folder; the one that ships if left out")
    parser.add_argument("--max-tokens", type=int, default=512)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("-o", "--output", type=Path, default=Path("eval/results/contact_sheet.png"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        told = written(Generator.load(options.bundle), Path(name), options.seed, options.max_tokens)
        found = looked_at(told, Path(name), options.output, options.browser)
    print(json.dumps(found, indent=2))
    sys.exit(1 if found["broken"] or found["console"] else 0)


if __name__ == "__main__":
    main()
