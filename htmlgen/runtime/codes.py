"""The code of a snippet, `[length | gist | slots]`: how slots are filled from what stands where, and what a decoder reads of them.

Laws: a snippet of no more tokens than slots has one for each, in order, and zeros behind; a longer one's tokens are read at places spread
evenly from the first to the last, between two of them where a place is between two. The functions take NumPy's arrays and JAX's.
"""

from typing import Any, Final

from htmlgen.runtime.architecture import AutoencoderConfig

Array = Any
_WAITED: Final = 8  # tokens behind the end that are told apart


def between(rows: Array, places: Array, counts: Array) -> Array:
    """(batch, n, width): rows (batch, time, width) at places (batch, n) between their indices, of the first `counts` (batch,) of each."""
    xp = rows.__array_namespace__()
    last = (counts - 1)[:, None]
    places = xp.clip(places, 0, last)
    below = xp.floor(places).astype("int32")
    above = xp.minimum(below + 1, last)
    low, high = (xp.take_along_axis(rows, index[..., None], axis=1) for index in (below, above))
    return low + (places - below).astype(rows.dtype)[..., None] * (high - low)


def joined(config: AutoencoderConfig, gists: Array, squeezed: Array, lengths: Array) -> Array:
    """(batch, dim) codes. Args: gists (batch, gist); squeezed (batch, time, slot_width), a row a token; lengths (batch,), their numbers."""
    xp = gists.__array_namespace__()
    apart = xp.maximum(lengths / config.slots, 1.0)[:, None]  # tokens of a slot
    places = (xp.arange(config.slots)[None] + 0.5) * apart - 0.5
    filled = (places <= lengths[:, None] - 0.5)[..., None]
    slots = between(squeezed, places, lengths) * filled
    share = (lengths / config.longest).astype(gists.dtype)[:, None]
    return xp.concatenate([share, gists, slots.reshape(len(gists), -1)], axis=-1)


def read_codes(config: AutoencoderConfig, codes: Array, steps: Array) -> Array:
    """(batch, time, seen): what the decoder sees of codes before each of some steps: the slots of the token before, of this one and of the
    next; how far it has come; the gist.

    Args: codes (batch, dim); steps (1 or batch, time), the tokens written so far.
    """
    xp = codes.__array_namespace__()
    batch = len(codes)
    tokens = xp.maximum(codes[:, :1] * config.longest, 1.0)
    gist, slots = codes[:, 1 : 1 + config.gist], codes[:, 1 + config.gist :].reshape(batch, config.slots, config.slot_width)
    apart = xp.maximum(tokens / config.slots, 1.0)  # tokens of a slot
    full = xp.full((batch,), config.slots)
    reads = [between(slots, (steps + side + 0.5) / apart - 0.5, full) for side in (-1, 0, 1)]
    left = xp.clip(tokens - steps, -_WAITED, config.longest)
    progress = xp.stack([steps / tokens, left / config.longest, xp.exp(-xp.maximum(left, 0)), (left < 0.5) * 1.0], axis=-1)
    gists = xp.broadcast_to(gist[:, None], (batch, progress.shape[1], config.gist))
    return xp.concatenate([*reads, progress.astype(codes.dtype), gists], axis=-1)
