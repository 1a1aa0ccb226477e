"""BYTES → BYTES: a layout as it is stored, filled without a change to a byte outside of its holes."""

from collections.abc import Callable

import webencodings

from htmlgen.errors import InputError
from htmlgen.evaluation.encoding import encoding_of


def fill_bytes(content: bytes, name: str, fill: Callable[[str], str]) -> bytes:
    """A layout in its own encoding; what that lacks is written as character references.

    Args: name, of the file, for errors; fill, text → text.
    Raises: InputError, for bytes that are not of the layout's encoding; as `fill`.
    """
    mark, encoding_name = encoding_of(content)
    encoding = webencodings.lookup(encoding_name)
    assert encoding is not None
    codec = encoding.codec_info
    try:
        text = codec.decode(content[len(mark) :], "strict")[0]
        kept = codec.encode(text, "strict")[0] == content[len(mark) :]
    except UnicodeError as error:
        raise InputError(f"{name}: is not {encoding_name.upper()}: {error}; save it as UTF-8") from error
    if not kept:
        raise InputError(f"{name}: {encoding_name.upper()} can spell it in several ways, so it would not be kept; save it as UTF-8")
    return mark + codec.encode(fill(text), "xmlcharrefreplace")[0]
