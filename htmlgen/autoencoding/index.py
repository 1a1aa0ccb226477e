"""COMPONENTS ⇄ a Parquet file of them: page, path, kind, tokens, html, and vector, a list of fixed size of float32.

The file says which encoder its vectors are of, so that no others are compared with them.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from htmlgen.autoencoding.found import Found
from htmlgen.errors import InputError
from htmlgen.files import write_atomically
from htmlgen.runtime.parquet import arrow

_COLUMNS: Final = {"page": "string", "path": "string", "kind": "string", "tokens": "int32", "html": "string"}
_GROUP: Final = 4096  # rows of a row group, held until they are written
_ENCODER: Final = b"htmlgen.encoder"  # the key of metadata


def write_index(found: Iterable[Found], path: Path, *, dim: int, encoder: str) -> int:
    """A file of all that comes, written as it comes; it is there when it is whole.

    Args: dim, numbers of a vector; encoder, the SHA-256 of what made them. Returns: rows. Raises: InputError, if nothing comes;
    MissingExtraError, without pyarrow.
    """
    pyarrow = arrow()
    fields = [(name, getattr(pyarrow, kind)()) for name, kind in _COLUMNS.items()]
    schema = pyarrow.schema([*fields, ("vector", pyarrow.list_(pyarrow.float32(), dim))], metadata={_ENCODER: encoder.encode()})
    rows, waiting = 0, iter(found)
    with write_atomically(path) as stream, pyarrow.parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
        while group := list(islice(waiting, _GROUP)):
            writer.write_table(_table(pyarrow, schema, group))
            rows += len(group)
        if not rows:
            raise InputError("nothing to embed in these pages; give pages with elements of text in them")
    return rows


def _table(pyarrow: Any, schema: Any, group: list[Found]) -> Any:
    vectors = np.concatenate([each.vector for each in group], dtype=np.float32)
    columns = [pyarrow.array([getattr(each, name) for each in group], schema.field(name).type) for name in _COLUMNS]
    columns.append(pyarrow.FixedSizeListArray.from_arrays(vectors, schema.field("vector").type.list_size))
    return pyarrow.Table.from_arrays(columns, schema=schema)


def is_index(path: Path) -> bool:
    """Whether a file is one that `write_index` wrote."""
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return False
    pyarrow = arrow()
    try:
        return _ENCODER in (pyarrow.parquet.read_schema(path).metadata or {})
    except pyarrow.ArrowInvalid as error:
        raise InputError(f"{path}: not a Parquet file: {error}") from error


def read_index(path: Path, *, encoder: str) -> Iterator[Found]:
    """Its rows in order, a group of them in memory at a time. Raises: InputError, for a file of another encoder."""
    file = arrow().parquet.ParquetFile(path)
    if (found := file.schema_arrow.metadata[_ENCODER].decode()) != encoder:
        raise InputError(f"{path}: vectors of another bundle, whose encoder is {found[:12]}… and not {encoder[:12]}…; embed the pages anew")
    for batch in file.iter_batches(batch_size=_GROUP):
        vectors = batch.column("vector").flatten().to_numpy(zero_copy_only=False).reshape(batch.num_rows, -1)
        rows = zip(*(batch.column(name).to_pylist() for name in _COLUMNS), strict=True)
        for (page, place, kind, tokens, html), vector in zip(rows, vectors, strict=True):
            yield Found(page, place, kind, tokens, html, vector)
