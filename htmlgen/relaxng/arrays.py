"""Tables of whole numbers, as they lie in a file or as NumPy made them: read as lists without NumPy, and as arrays by those who reckon."""

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int32]
    Bools: TypeAlias = NDArray[np.bool_]


class Table(Protocol):
    """A NumPy array, or a `memoryview` of a file's bytes: int32 or bool, in one dimension or two."""

    def tolist(self) -> Any:
        """Its rows as lists of Python numbers."""

    def tobytes(self) -> bytes:
        """Its numbers, row after row, as they lie in memory."""


def array(table: Table) -> Any:
    """A table as a NumPy array, which shares its memory."""
    import numpy as np  # here, as what only reads pages has no need of it

    return np.asarray(table)
