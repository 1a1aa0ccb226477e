"""Pictures of pages, taken by a headless Chromium that is given nothing else: no script runs, nothing is fetched, and it has little time.

The page stands in a sandboxed frame (HTML Standard 7.1.5) of a document whose policy forbids all fetching, and no host name resolves.
So styles, images and fonts show only where the page itself holds them. Chromium's own process sandbox is on, but for the superuser, for
whom it refuses to start with it.
"""

import os
import shutil
import subprocess
from base64 import b64encode
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SECONDS: Final = 20
_LARGEST: Final = 2_000_000  #: characters of a page that is shown to the browser
_FRAME: Final = """<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:">
<title>page</title>
<style>html, body {{ margin: 0; height: 100%; background: white }} iframe {{ display: block; border: 0; width: 100%; height: 100% }}</style>
<iframe sandbox srcdoc="{}"></iframe>
"""
_SWITCHES: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=IsolateSandboxedIframes",  # else a picture may be taken before the frame's own process has painted
    "--no-first-run",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1024,768",
    "--force-device-scale-factor=0.5",
)


def browser() -> str | None:
    """The path of a Chromium, if one is at hand."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def picture(page: str, chromium: str) -> str | None:
    """A page as a browser shows it, 512 by 384 pixels, as the `data:` URL of a WebP image; None if the browser takes too long or fails."""
    if len(page) > _LARGEST:
        return None
    with TemporaryDirectory(prefix="htmlgen-picture-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        frame, shot = folder / "frame.html", folder / "shot.webp"
        frame.write_text(_FRAME.format(escape(page)), encoding="utf-8", errors="replace")
        switches = [*_SWITCHES, f"--user-data-dir={folder / 'profile'}", f"--screenshot={shot}"]
        if getattr(os, "geteuid", lambda: 1)() == 0:
            switches.append("--no-sandbox")
        if not _ran([chromium, *switches, frame.as_uri()]) or not shot.is_file():
            return None
        return f"data:image/webp;base64,{b64encode(shot.read_bytes()).decode('ascii')}"


def _ran(command: list[str]) -> bool:
    """Whether a command ended well and in time; its children end with it."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except OSError:
        return False
    try:
        return process.wait(_SECONDS) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, 9)
        else:
            process.kill()
        process.wait()
