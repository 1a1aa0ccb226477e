"""White space in content, as far as it decides what may come next."""

from enum import IntEnum


class Space(IntEnum):
    """What stands before: text or an inline tag, a block's edge, or text that ends in a space."""

    NONE = 0
    EDGE = 1
    TRAILING = 2
