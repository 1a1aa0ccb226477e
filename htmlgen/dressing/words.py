"""Where words come from: a table of Latin, Faker, or the shape of the text that stands there.

Laws: the same seed gives the same words; no text is empty; none holds control characters or white space at its ends.
"""

import random
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final, Protocol

from htmlgen.errors import MissingExtraError

_LATIN: Final = """lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna
    aliqua enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in
    reprehenderit voluptate velit esse cillum fugiat nulla pariatur excepteur sint occaecat cupidatat non proident sunt culpa qui
    officia deserunt mollit anim id est laborum""".split()
_EMAIL: Final = re.compile(r"[\w.+-]+(?=@)")


class Words(Protocol):
    """A source of words. `count` is how many, at least 1."""

    def running(self, count: int) -> list[str]:
        """Words of a sentence, without its end."""

    def label(self, count: int) -> str:
        """What a link, a button or a cell says."""

    def headline(self, count: int) -> str:
        """What a page is called."""

    def name(self) -> str:
        """A person's name."""

    def address(self) -> str:
        """A postal address, on one line."""

    def phone(self) -> str:
        """A telephone number that nobody has."""


class Lorem:
    """Latin that says nothing."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def running(self, count: int) -> list[str]:
        return [self.random.choice(_LATIN) for _ in range(count)]

    def label(self, count: int) -> str:
        return " ".join(self.running(count)).capitalize()

    def headline(self, count: int) -> str:
        return self.label(count)

    def name(self) -> str:
        return " ".join(self.running(2)).title()

    def address(self) -> str:
        return f"{self.random.randint(1, 99)} {self.label(1)} Street, {self.label(1)}"

    def phone(self) -> str:
        return f"+1-555-01{self.random.randint(0, 99):02}"


class Faked(Lorem):
    """Words of Faker, in the language of the page where Faker has it."""

    def __init__(self, seed: int, language: str) -> None:
        """Raises: MissingExtraError."""
        super().__init__(seed)
        try:
            from faker import Faker
            from faker.config import AVAILABLE_LOCALES
        except ImportError as error:
            raise MissingExtraError(
                "text faker needs Faker, which the plain install leaves out; type: pip install 'htmlgen[faker]'"
            ) from error
        self._faker: Any = Faker(_locale(language, AVAILABLE_LOCALES))
        self._faker.seed_instance(seed)

    def running(self, count: int) -> list[str]:
        return [str(word) for word in self._faker.words(count)]

    def headline(self, count: int) -> str:
        return _line(self._faker.catch_phrase()) if count > 1 else self.label(1)

    def name(self) -> str:
        return _line(self._faker.name())

    def address(self) -> str:
        return _line(self._faker.address(), ", ")


class Shaped:
    """Texts whose letters and digits are others of the same class, so that layout and length stay."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def shaped(self, text: str) -> str:
        """A text of the same shape; of an e-mail address only what stands before the `@` changes."""
        if found := _EMAIL.search(text):
            return text[: found.start()] + self.shaped(found[0]) + text[found.end() :]
        own = {kind: [each for each in text if unicodedata.category(each) == kind] for kind in ("Lo", "Lm")}
        return "".join(self._shaped(character, own) for character in text)

    def _shaped(self, character: str, own: dict[str, list[str]]) -> str:
        kind = unicodedata.category(character)
        if kind == "Ll":
            return self._random.choice("abcdefghijklmnopqrstuvwxyz")
        if kind == "Lu":
            return self._random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if kind == "Nd":
            return self._random.choice("123456789")
        return self._random.choice(own[kind]) if kind in own else character


def _locale(language: str, known: Sequence[str]) -> str:
    """The locale of Faker for a language tag: its region's, or the first of its language, or American English."""
    wanted = language.replace("-", "_")
    if wanted in known:
        return wanted
    return next((each for each in sorted(known) if each.partition("_")[0] == wanted.partition("_")[0] != "en"), "en_US")


def _line(text: str, gap: str = " ") -> str:
    return gap.join(part.strip() for part in text.splitlines() if part.strip())
