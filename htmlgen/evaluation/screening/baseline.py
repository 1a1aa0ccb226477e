"""Findings that are known, so that only new ones count: a JSON file beside the pages.

A finding is known by its rule, its path and the source around it (`fingerprints`), and each as often as it was there: of three alike
where two are known, the last is new. Paths are relative to the file's folder. The file is sorted, an entry a line, so that it
can be reviewed and merged.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from htmlgen.errors import InputError, OutputError
from htmlgen.evaluation.findings import Finding
from htmlgen.evaluation.screening.fingerprints import context, fingerprint
from htmlgen.evaluation.selecting import relative
from htmlgen.files import write_atomically

_FORMAT: Final = 1


@dataclass(slots=True)
class Baseline:
    """What is known, and what of it has been met."""

    file: Path
    known: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    paths: dict[str, str] = field(default_factory=dict)  #: of fingerprints
    seen: set[str] = field(default_factory=set)  #: paths of judged pages

    @classmethod
    def load(cls, file: Path) -> "Baseline":
        """Raises: InputError, for a file that is missing or is none that `write_baseline` wrote."""
        found = cls(file)
        for number, entry in enumerate(_entries(file), start=1):
            try:
                found.known[entry["fingerprint"]] += int(entry["count"])
                found.paths[entry["fingerprint"]] = entry["path"]
            except (KeyError, TypeError, ValueError) as error:
                message = f"{file}: entry {number} of the baseline is broken ({error!r}); make it anew with --write-baseline"
                raise InputError(message) from None
        return found

    def new(self, findings: Iterable[Finding], page: str, path: str) -> tuple[Finding, ...]:
        """The findings of a page that are not known. Each page once."""
        name = path_of(path, self.file)
        self.seen.add(name)
        return tuple(finding for finding in findings if not self._meet(fingerprint(finding, page, name)))

    def _meet(self, mark: str) -> bool:
        self.met[mark] += 1
        return self.met[mark] <= self.known[mark]

    @property
    def gone(self) -> int:
        """How many known findings of judged pages were not met."""
        return sum(max(0, count - self.met[mark]) for mark, count in self.known.items() if self.paths[mark] in self.seen)


def path_of(path: str, file: Path) -> str:
    """How a page's path is written in a baseline file."""
    return relative(path, file.parent.resolve()) or Path(path).as_posix()


@dataclass(slots=True)
class Recording:
    """Findings on their way into a file."""

    file: Path
    counts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)  #: path, rule, context, fingerprint

    def add(self, findings: Iterable[Finding], page: str, path: str) -> None:
        """The findings of a page."""
        name = path_of(path, self.file)
        self.counts.update((name, each.rule, context(each, page), fingerprint(each, page, name)) for each in findings)

    def write(self) -> None:
        """Raises: OutputError. The file is there as a whole, or as it was."""
        keys = ("path", "rule", "context", "fingerprint", "count")
        entries = [json.dumps(dict(zip(keys, (*entry, count), strict=True))) for entry, count in sorted(self.counts.items())]
        text = f'{{"format": {_FORMAT}, "findings": [\n' + ",\n".join(entries) + "\n]}\n"
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with write_atomically(self.file) as stream:
                stream.write(text.encode())
        except OSError as error:
            raise OutputError(f"{self.file}: the baseline cannot be written: {error.strerror}") from error


def _entries(file: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{file}: no baseline there ({error.strerror}); make one with --write-baseline") from error
    except ValueError as error:
        raise InputError(f"{file}: not a baseline ({error}); make it anew with --write-baseline") from error
    if not isinstance(found, dict) or found.get("format") != _FORMAT or not isinstance(found.get("findings"), list):
        raise InputError(f"{file}: not a baseline of format {_FORMAT}; make it anew with --write-baseline")
    return list(found["findings"])
