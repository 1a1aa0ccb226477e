"""Generated pages in one file that grows, `.parquet` or `.jsonl`: html, seed, tokens, logprob, bundle.

Laws: a file holds the beginning of one run, whose first seed and settings it keeps; a run that is resumed gives the file that an unbroken
run gives; memory does not grow with the pages. JSON lines keep their run beside them, in `FILE.run`. A Parquet file is written under
another name and takes its own when it is closed, whole; until then a file that was there stays.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from htmlgen import config
from htmlgen.errors import ConfigError, OutputError
from htmlgen.files import write_atomically
from htmlgen.jobs import PAGES, Order
from htmlgen.pages import GRAMMAR, Page
from htmlgen.runtime.architecture import GeneratorConfig
from htmlgen.runtime.bundle import STEP, TOKENIZER, Bundle
from htmlgen.runtime.parquet import arrow

SUFFIXES: Final = (".parquet", ".jsonl")
COLUMNS: Final = {"html": "string", "seed": "int64", "tokens": "int32", "logprob": "float64", "bundle": "string"}
_KEY: Final = b"htmlgen"  # of a Parquet file's metadata
_GROUP: Final = 1_000  # pages of a row group, held until they are written
_NEWLINE: Final = b"\n"


@dataclass(frozen=True)
class Run:
    """What pages are made of: page i of a run has the seed `seed + i`."""

    seed: int
    settings: Mapping[str, Any]  #: JSON values by name

    @classmethod
    def of(cls, seed: int, order: Order, bundle: Bundle[GeneratorConfig], version: str) -> "Run":
        """Args: version, of htmlgen, whose grammars and defaults are its own."""
        grammar = bundle.grammar or GRAMMAR
        if order.grammar is not None:
            path = Path(order.grammar)
            grammar = path.read_text(encoding="utf-8") if path.suffix == ".rnc" and path.is_file() else order.grammar
        files = {name: bundle.record["files"][name] for name in (TOKENIZER, STEP)}
        settings: dict[str, Any] = {"htmlgen": version, "bundle": files, "grammar": grammar}
        for name, value in {**order.options, **({"shape": order.shape} if order.shape != PAGES else {})}.items():
            settings |= asdict(value) if is_dataclass(value) and not isinstance(value, type) else {name: value}
        return cls(seed, json.loads(json.dumps(settings, default=str)))

    def check(self, path: Path, begun: "Run") -> None:
        """Raises: OutputError, if this run would not go on with the file's."""
        asked, there = {"seed": self.seed, **self.settings}, {"seed": begun.seed, **begun.settings}
        for name in {**asked, **there}:
            before, value = there.get(name), asked.get(name)
            if before != value:
                told = f"{name} {before!r}, not {value!r}" if len(repr(before) + repr(value)) < 80 else f"another {name}"
                raise OutputError(f"{path}: its pages were written with {told}; resume with the same settings, or choose another --out")


class PageFile(Protocol):
    """A file that pages are added to."""

    pages: int  #: those that it has

    def write(self, page: Page) -> None:
        """Adds a page."""

    def close(self) -> None:
        """Makes the file whole."""


@contextmanager
def page_file(path: Path, run: Run, *, resume: bool) -> Iterator[PageFile]:
    """A file of the run's pages; it is whole when the block ends, however it ends.

    Args: resume, to go on with the pages that are there, if there are any.
    Raises: OutputError, if the file cannot be written, or is not of this run; MissingExtraError, for `.parquet` without pyarrow.
    """
    there = resume and path.exists()
    if there:
        run.check(path, run_of(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file: PageFile = (_Parquet if path.suffix == ".parquet" else _JsonLines)(path, run, resume=there)
        try:
            yield file
        finally:
            file.close()
    except OSError as error:
        raise OutputError(f"{path}: cannot write there: {error}") from error


def run_of(path: Path) -> Run:
    """The run that wrote a file. Raises: OutputError, if it keeps none."""
    try:
        text = _parquet_run(path) if path.suffix == ".parquet" else beside(path).read_text(encoding="utf-8")
        return config.from_dict(Run, json.loads(text))
    except (OSError, ValueError, KeyError, ConfigError) as error:  # pyarrow's errors of files are ValueErrors
        raise OutputError(f"{path}: does not say how it was written, so that it cannot be resumed; choose another --out") from error


def _parquet_run(path: Path) -> bytes:
    metadata = arrow().parquet.read_schema(path).metadata or {}
    text: bytes = metadata[_KEY]
    return text


def beside(path: Path) -> Path:
    """Where the run of JSON lines is kept."""
    return path.with_name(f"{path.name}.run")


def _row(page: Page) -> dict[str, Any]:
    return {name: getattr(page, name) for name in COLUMNS}


class _Parquet:
    """Row groups of pages."""

    def __init__(self, path: Path, run: Run, *, resume: bool) -> None:
        self._arrow = arrow()
        fields = [(name, getattr(self._arrow, kind)()) for name, kind in COLUMNS.items()]
        self._schema = self._arrow.schema(fields, metadata={_KEY: json.dumps(asdict(run), ensure_ascii=False)})
        self._path, self._part = path, path.with_name(f".{path.name}.part")
        self._rows: list[dict[str, Any]] = []
        self._writer = self._arrow.parquet.ParquetWriter(self._part, self._schema, compression="zstd")
        self.pages = 0
        if resume:
            self._copy()

    def _copy(self) -> None:
        """The pages that are there: a file that is whole cannot be added to."""
        with self._arrow.parquet.ParquetFile(self._path) as file:
            for batch in file.iter_batches(batch_size=_GROUP):
                for row in batch.to_pylist():
                    self._add(row)

    def write(self, page: Page) -> None:
        """Adds a page."""
        self._add(_row(page))

    def _add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        self.pages += 1
        if len(self._rows) == _GROUP:
            self._write_group()

    def _write_group(self) -> None:
        rows, self._rows = self._rows, []
        self._writer.write_table(self._arrow.Table.from_pylist(rows, schema=self._schema))

    def close(self) -> None:
        """Makes the file whole."""
        if self._rows:
            self._write_group()
        self._writer.close()
        self._part.replace(self._path)


class _JsonLines:
    """A page a line."""

    def __init__(self, path: Path, run: Run, *, resume: bool) -> None:
        if not resume:
            with write_atomically(beside(path)) as stream:
                stream.write(json.dumps(asdict(run), ensure_ascii=False).encode())
        self._stream = path.open("r+b" if resume else "wb")
        self.pages = self._to_the_end() if resume else 0

    def _to_the_end(self) -> int:
        """Whole lines, counted; what is left of one that was cut short goes."""
        count = end = 0
        for line in self._stream:
            if line.endswith(_NEWLINE):
                count, end = count + 1, end + len(line)
        self._stream.seek(end)
        self._stream.truncate()
        return count

    def write(self, page: Page) -> None:
        """Adds a page."""
        self._stream.write(json.dumps(_row(page), ensure_ascii=False).encode() + _NEWLINE)
        self.pages += 1

    def close(self) -> None:
        """Makes the file whole."""
        self._stream.close()
