"""EVENTS of a generated page → the events that are written: other words, harmless targets, a style sheet.

Laws: a page that was valid stays valid; the same events, settings and seed give the same page; as it is built, a `Dressing` changes nothing
but targets that lead to other hosts, and where forms are sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from htmlgen.dressing.styles import on_one_line, style_sheet
from htmlgen.dressing.targets import harmless, led
from htmlgen.dressing.texts import STYLES, spoken
from htmlgen.errors import ConfigError
from htmlgen.markup.events import EndTag, Event, StartTag, Text
from htmlgen.relaxng.spelling import did_you_mean

if TYPE_CHECKING:
    from htmlgen.dressing.gallery import Gallery

_HEAD: Final = EndTag("head")


@dataclass(frozen=True, kw_only=True)
class Dressing:
    """What pages wear."""

    text: str = "model"  #: whose words: the model's, lorem, faker, or keep-shape
    css: str = ""  #: a style sheet: classless, or a file; it is linked if there is a folder for assets, else it stands in the page
    assets: str = ""  #: a folder for what pages load: pictures and the like are written there, and links stay on the page
    assets_url: str = ""  #: of that folder, relative to the pages; '' is the folder's name as it is given

    def __post_init__(self) -> None:
        if self.text not in STYLES:
            raise ConfigError(f"text must be one of {', '.join(STYLES)}, got {self.text!r}{did_you_mean(self.text, STYLES)}")
        if self.assets_url and not self.assets:
            raise ConfigError("assets_url is where pages find the folder of assets: give assets, too")

    @cached_property
    def _gallery(self) -> "Gallery | None":
        if not self.assets:
            return None
        from htmlgen.dressing.gallery import Gallery  # here, as pages mostly load nothing

        return Gallery(Path(self.assets), self.assets_url or Path(self.assets).as_posix())

    def check(self) -> None:
        """Raises: ConfigError, for a style sheet that cannot be read; MissingExtraError, where Faker is missing."""
        if self.css:
            style_sheet(self.css)
        spoken((), self.text, 0)

    def dressed(self, events: Sequence[Event], seed: int, *, words: int = 0, targets: int = 0) -> list[Event]:
        """The events that are written.

        Args: words, targets, how many events at the beginning keep theirs.
        Raises: ConfigError, for a style sheet that cannot be read, or a page without a head; MissingExtraError; OutputError.
        """
        spoken_events = spoken(events, self.text, seed, kept=words)
        found = [*spoken_events[:targets], *harmless(spoken_events[targets:], self._gallery)]
        return self._styled(found) if self.css else found

    def streamed(self, events: Iterator[Event], *, targets: int = 0) -> Iterator[Event]:
        """The same, each event as soon as it is there. Raises: ConfigError, for other words than the model's, and for a style sheet."""
        if self.css or self.text != "model":
            raise ConfigError("words and style sheets come into whole pages, not into events as they are written; leave out text and css")
        return chain(islice(events, targets), led(events, self._gallery))

    def _styled(self, events: list[Event]) -> list[Event]:
        if _HEAD not in events:
            raise ConfigError("css is of documents, and this grammar's pages are fragments; leave it out")
        name, css = style_sheet(self.css)
        made: list[Event] = [StartTag("style"), Text(on_one_line(css)), EndTag("style")]
        if self._gallery is not None:
            made = [StartTag("link", (("rel", "stylesheet"), ("href", self._gallery.style(name, css))))]
        end = events.index(_HEAD)
        kept = [event for event in events[:end] if not _links_style(event)]
        return [*kept, *made, *events[end:]]


def _links_style(event: Event) -> bool:
    return isinstance(event, StartTag) and event.name == "link" and "stylesheet" in (event.get("rel") or "")
