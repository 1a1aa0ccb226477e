"""What a page shows and plays when nothing is there: pictures that say how large they are, a second of silence, no subtitles."""

import io
import wave
from html import escape
from typing import Final

#: Pairs of sky and ground.
_COLORS: Final = (
    ("#dbe7f3", "#7f9cbf"),
    ("#e3efe0", "#7fa98a"),
    ("#f4e6d8", "#c79a6b"),
    ("#ece3f1", "#9a86b8"),
    ("#f6e1e1", "#c08585"),
    ("#e0efef", "#6fa3a6"),
)
VARIETIES: Final = len(_COLORS)
SUBTITLES: Final = "WEBVTT\n"


def picture(width: int, height: int, variety: int) -> str:
    """An SVG picture: a landscape that says its size, where there is room for that. `variety` is any whole number."""
    sky, ground = _COLORS[variety % VARIETIES]
    ridge = [height * part for part in (0.72, 0.45, 0.62, 0.38, 0.66)]
    points = " ".join(f"{width * step / 4:.0f},{y:.0f}" for step, y in enumerate(ridge))
    told = escape(f"{width} × {height}")
    size = min(width / 8, height / 4, 48)
    text = (
        f'<text x="{width / 2:.0f}" y="{height * 0.88:.0f}" font-family="sans-serif" font-size="{size:.0f}" fill="#fff" '
        f'text-anchor="middle">{told}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<rect width="100%" height="100%" fill="{sky}"/>'
        f'<circle cx="{width * 0.78:.0f}" cy="{height * 0.26:.0f}" r="{min(width, height) * 0.09:.1f}" fill="#fff" opacity=".85"/>'
        f'<polygon points="0,{height} {points} {width},{height}" fill="{ground}"/>'
        f"{text if size >= 9 else ''}</svg>\n"
    )


def silence() -> bytes:
    """One second of silence as a WAV file."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 8000)
    return made.getvalue()
