"""What a guide has worked out of its grammar and vocabulary: menus of start tags, costs, rows of values.

Law: all of it follows from the two, so a guide that begins with facts allows what one without them does, sooner.
"""

from typing import Any, TypeAlias

Tables: TypeAlias = dict[str, dict[Any, Any]]


class Facts:
    """Tables of facts by name, whose users fill them."""

    def __init__(self, tables: Tables | None = None) -> None:
        self.tables: Tables = tables or {}

    def table(self, name: str) -> dict[Any, Any]:
        """The one table of a name, which its user may write to."""
        return self.tables.setdefault(name, {})

    @property
    def size(self) -> int:
        """How many facts there are."""
        return sum(map(len, self.tables.values()))
