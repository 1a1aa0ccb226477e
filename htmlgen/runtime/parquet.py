"""Parquet files need pyarrow, which the plain install leaves out."""

from typing import Any

from htmlgen.errors import MissingExtraError


def arrow() -> Any:
    """The module `pyarrow`, with `pyarrow.parquet`. Raises: MissingExtraError, if it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingExtraError(
            "Parquet files need pyarrow, which the plain install leaves out; type: pip install 'htmlgen[parquet]', or use .jsonl"
        ) from error
    return pyarrow
