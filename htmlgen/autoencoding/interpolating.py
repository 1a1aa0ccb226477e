"""TWO COMPONENTS → codes between theirs.

Gist and length are mixed. Slots tell what stands where: two numbers between those of two tokens tell neither, so slots are not mixed but
exchanged. The tokens of both are aligned, as a diff does, and step by step what the one alone has makes way for what the other alone has,
from the beginning on; slots of what both have are mixed. Law: the first code and the last are those of the two.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from htmlgen.runtime.architecture import AutoencoderConfig

Code = NDArray[np.float32]


class Side(NamedTuple):
    """A component, as its ids and its code (dim,)."""

    ids: Sequence[int]
    code: Code


def codes_between(config: AutoencoderConfig, one: Side, other: Side, steps: int) -> Iterator[Code]:
    """So many codes (dim,), evenly from one to the other. Args: steps, from 2."""
    left, right = (_told(config, side) for side in (one, other))
    blocks = SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes()
    slots = [side.code[1 + config.gist :].reshape(config.slots, config.slot_width) for side in (one, other)]
    yield one.code
    for share in np.linspace(0, 1, steps)[1:-1].tolist():
        code = ((1 - share) * one.code + share * other.code).astype(np.float32)
        filled = _exchanged(blocks, slots[0], slots[1], share)
        if max(len(one.ids), len(other.ids)) <= config.slots:
            code[0] = len(filled) / config.longest
        code[1 + config.gist :] = 0
        code[1 + config.gist : 1 + config.gist + min(filled.size, slots[0].size)] = filled.ravel()[: slots[0].size]
        yield code
    yield other.code


def _told(config: AutoencoderConfig, side: Side) -> list[int]:
    """The token in the middle of what each of its slots tells of."""
    filled = min(config.slots, len(side.ids))
    return [side.ids[int((slot + 0.5) * len(side.ids) / filled)] for slot in range(filled)]


def _exchanged(blocks: Sequence[tuple[str, int, int, int, int]], one: Code, other: Code, share: float) -> Code:
    """(filled, slot_width) slots of both: of what differs, that share from the other, the first."""
    sizes = [0 if what == "equal" else end - start + until - begin for what, start, end, begin, until in blocks]
    turn, passed, parts = share * sum(sizes), 0, []
    for (what, start, end, begin, until), size in zip(blocks, sizes, strict=True):
        if what == "equal":
            parts.append((1 - share) * one[start:end] + share * other[begin:until])
        else:
            parts.append(other[begin:until] if passed + size / 2 <= turn else one[start:end])
        passed += size
    return np.concatenate(parts).astype(np.float32)
