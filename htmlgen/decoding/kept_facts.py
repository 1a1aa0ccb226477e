"""Facts on disk: what guides have worked out is kept from one run to the next.

A file is the SHA-256 of the rest, the number of parts and their lengths, a pickle, and arrays as they lie in memory. Of what a pickle could
call only the few types named here are let through: tuples and arrays, so that nothing in it can run. A file's name holds a hash of grammar,
vocabulary and htmlgen's code. Whatever is wrong with a file, the guide begins without; one is written anew as long as much is added to
it, up to a bound; a folder keeps the newest.
"""

import contextlib
import io
import pickle
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from htmlgen.decoding.constraints import Bounds
from htmlgen.decoding.facts import Facts, Tables
from htmlgen.decoding.pieces import pieces_of
from htmlgen.decoding.sheets import Base
from htmlgen.decoding.spaces import Space
from htmlgen.decoding.start_tags import Entry, Menu, Name, Offer, Pair, Way
from htmlgen.relaxng.attributes import AttributeState
from htmlgen.relaxng.automaton import Automaton
from htmlgen.relaxng.cache import code_hash, tidy, user_cache, write
from htmlgen.tokens.vocabulary import Vocabulary

_DIGEST: Final = 32
_LENGTH: Final = 8
_FEWEST: Final = 200  # facts that are worth a file
_GROWTH: Final = 1.1  # by which facts must grow for a file to be written anew
_MOST_BYTES: Final = 8_000_000  # of a file
_FACTS: Final = (AttributeState, Base, Bounds, Entry, Menu, Name, Offer, Pair, Space, Way)
_ARRAYS: Final[tuple[Any, ...]] = (np.zeros(0).__reduce_ex__(5)[0], np.dtype)  # what NumPy makes arrays of
_TYPES: Final[dict[tuple[str, str], Any]] = {(kind.__module__, kind.__qualname__): kind for kind in (*_FACTS, *_ARRAYS)}


class KeptFacts(Facts):
    """Facts that are read from a file, and written to it."""

    def __init__(self, file: Path) -> None:
        """A file that is not there, or cannot be used, gives none."""
        super().__init__(_read(file))
        self._file, self._known = file, self.size

    @classmethod
    def of(cls, automaton: Automaton, vocabulary: Vocabulary) -> "KeptFacts":
        """The facts of a grammar that lies in the user's cache, met with a vocabulary."""
        words = "\0".join(pieces_of(vocabulary).texts).encode("utf-8", "surrogatepass")
        code = (code_hash(Path(__file__).parents[1] / room) for room in ("decoding", "relaxng", "tokens"))
        made_by = "\0".join((automaton.digest, sys.version, np.__version__, *code)).encode()
        return cls(user_cache() / f"{sha256(made_by + words).hexdigest()[:32]}.facts")

    def keep(self) -> None:
        """Writes the file, if that pays.

        It is done without where the folder cannot be written to, and where modules were imported anew since the facts were worked out.
        """
        if self.size < max(_FEWEST, self._known * _GROWTH):
            return
        with contextlib.suppress(OSError, pickle.PicklingError):
            content = _content(self.tables)
            if len(content) <= _MOST_BYTES + _DIGEST:
                write(self._file, content)
                tidy(self._file.parent, f"*{self._file.suffix}")


# Files --------------------------------------------------------------------------------------------------------------------------


def _content(tables: Tables) -> bytes:
    """What a file holds."""
    buffers: list[pickle.PickleBuffer] = []
    parts = [pickle.dumps(tables, 5, buffer_callback=buffers.append), *(buffer.raw() for buffer in buffers)]
    lengths = np.array([len(parts), *(len(part) for part in parts)], np.int64).tobytes()
    content = b"".join((lengths, *(bytes(part) + b"\0" * (-len(part) % _LENGTH) for part in parts)))
    return sha256(content).digest() + content


def _read(file: Path) -> Tables:
    """The tables of a file, none where there is none that can be used."""
    try:
        if file.stat().st_size > _MOST_BYTES + _DIGEST:
            return {}
        content = file.read_bytes()
        if sha256(memoryview(content)[_DIGEST:]).digest() != content[:_DIGEST]:
            return {}
        first, *others = _parts(memoryview(content)[_DIGEST:])
        tables = _Unpickler(io.BytesIO(first), buffers=others).load()
    except Exception:  # a pickle can fail in many ways
        return {}
    return tables if isinstance(tables, dict) and all(isinstance(table, dict) for table in tables.values()) else {}


def _parts(content: memoryview) -> Iterator[memoryview]:
    """The pickle, and the arrays."""
    count = int.from_bytes(content[:_LENGTH], "little")
    lengths = content[_LENGTH : (count + 1) * _LENGTH].cast("q")
    place = (count + 1) * _LENGTH
    for length in lengths:
        yield content[place : place + length]
        place += length + -length % _LENGTH


class _Unpickler(pickle.Unpickler):
    """Makes tuples and arrays, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Raises: pickle.UnpicklingError, for whatever else a pickle calls."""
        if (kind := _TYPES.get((module, name))) is None:
            raise pickle.UnpicklingError(f"{module}.{name} is no fact")
        return kind
